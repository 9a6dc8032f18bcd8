"""Bake a credential into a PNG and take it out again (Open Badges 3.0 section 5.3; iTXt of the PNG specification).

The picture is never decoded: chunks are walked with their lengths and checksums, and what stands after the
last chunk is refused, so that no file is two things at once (threat T33).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from vc_issuer.errors import InputError, UnreadableError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
# What others bake: badges of version 2, and records.
READ_KEYWORDS = (KEYWORD, b"openbadges", b"clrcredential")
MOST_CHUNKS = 10_000  # a picture of 20 MiB in the usual IDAT chunks of 8 KiB has 2,560
MOST_CREDENTIAL_BYTES = 5 * 2**20  # decisions 7.6: the largest payload of any format


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its four-letter type and its data."""

    kind: bytes
    content: bytes

    def encoded(self) -> bytes:
        """Return length, type, data and checksum."""
        checksum = zlib.crc32(self.kind + self.content)
        return struct.pack(">I", len(self.content)) + self.kind + self.content + struct.pack(">I", checksum)


def bake_png(picture: bytes, credential: bytes) -> bytes:
    """Put the secured bytes into a picture as one uncompressed iTXt chunk, in place of any it carries."""
    try:
        credential.decode()
    except UnicodeDecodeError as cause:
        raise InputError("A credential to bake must be UTF-8 text.") from cause
    chunks = [chunk for chunk in _chunks(picture) if not _carries(chunk)]
    carrying = Chunk(b"iTXt", KEYWORD + b"\0" + b"\0\0" + b"\0" + b"\0" + credential)
    header, *rest = chunks
    return SIGNATURE + b"".join(chunk.encoded() for chunk in (header, carrying, *rest))


def carries_credential(content: bytes) -> bool:
    """Tell whether a PNG carries a credential. Raises UnreadableError if it is no whole PNG."""
    return any(_carries(chunk) for chunk in _chunks(content))


def extract_png(content: bytes) -> bytes:
    """Return the credential that a PNG carries. Raises UnreadableError if there is none, or more than one."""
    found = [chunk for chunk in _chunks(content) if _carries(chunk)]
    if len(found) != 1:
        raise UnreadableError(
            f"The PNG picture carries {len(found)} credentials in a text chunk 'openbadgecredential'.",
            remedy="Give the picture as the issuer delivered it: many programs drop or copy such text.",
        )
    return _text(found[0].content)


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Walk the chunks, IHDR first and IEND last, each with a correct checksum."""
    if not content.startswith(SIGNATURE):
        raise UnreadableError("This is no PNG picture.")
    position, count = len(SIGNATURE), 0
    while True:
        if len(content) - position < 12 or count >= MOST_CHUNKS:
            raise UnreadableError("The PNG picture is cut off, or has too many parts.")
        (length,) = struct.unpack_from(">I", content, position)
        if length > len(content) - position - 12:
            raise UnreadableError("The PNG picture is cut off.")
        chunk = Chunk(content[position + 4 : position + 8], content[position + 8 : position + 8 + length])
        if content[position + 8 + length : position + 12 + length] != chunk.encoded()[-4:]:
            raise UnreadableError("The PNG picture is damaged: a checksum is wrong.")
        if (count == 0) != (chunk.kind == b"IHDR"):
            raise UnreadableError("The PNG picture does not begin with its header.")
        yield chunk
        position, count = position + 12 + length, count + 1
        if chunk.kind == b"IEND":
            break
    if position != len(content):
        raise UnreadableError("Something stands after the end of the PNG picture.")


def _carries(chunk: Chunk) -> bool:
    return chunk.kind == b"iTXt" and chunk.content.partition(b"\0")[0] in READ_KEYWORDS


def _text(content: bytes) -> bytes:
    """Read the text of an iTXt chunk: keyword, compression flag and method, language, translated keyword, text."""
    _, _, text = content.partition(b"\0")
    flags, rest = text[:2], text[2:]
    parts = rest.split(b"\0", 2)
    if len(parts) != 3 or flags not in {b"\0\0", b"\1\0"}:
        raise UnreadableError("The text chunk of the PNG picture is malformed.")
    text = parts[2]
    if flags == b"\1\0":
        text = _inflate(text)
    if len(text) > MOST_CREDENTIAL_BYTES:
        raise UnreadableError("The credential in the PNG picture is larger than 5 MiB.")
    return text


def _inflate(packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(packed, MOST_CREDENTIAL_BYTES + 1)
    except zlib.error as cause:
        raise UnreadableError("The compressed text of the PNG picture is damaged.") from cause
    if len(text) <= MOST_CREDENTIAL_BYTES and not stream.eof:
        raise UnreadableError("The compressed text of the PNG picture is cut off.")
    return text
