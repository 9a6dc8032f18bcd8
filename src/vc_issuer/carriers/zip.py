"""Take the files out of a ZIP archive, never to a disk: names are only shown, sizes are counted and not believed.

Run it in a killable child (threats T23, T33). An archive inside an archive stays closed.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from vc_issuer.errors import UnreadableError

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
MOST_ZIP_BYTES = 20 * 2**20  # decisions 7.6, as for every container
MOST_MEMBERS = 60  # as many as a request may hold
MOST_MEMBER_BYTES = 20 * 2**20
MOST_TOTAL_BYTES = 60 * 2**20  # what a child may hand back
MOST_RATIO = 200  # JSON shrinks to a tenth, a bomb to a thousandth
_MOST_DIRECTORY_BYTES = 64 * 1024  # a kilobyte a member
_RATIO_FROM = 2**20  # below a megabyte no ratio hurts
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
# What the library raises on damaged archives: its own errors, and Python's from names and sizes that make no sense.
_LIBRARY_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
_STEP = 2**16
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive; `name` is for people."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


def unpack_zip(content: bytes) -> list[Member]:
    """Return the files of an archive. Raises UnreadableError for what is malformed, encrypted, or past a limit."""
    if len(content) > MOST_ZIP_BYTES:
        raise UnreadableError("The archive is larger than 20 MiB.")
    _check_directory(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            found = list(_members(archive))
    except _LIBRARY_ERRORS as cause:
        raise UnreadableError("The archive is damaged, or packed in a way that is not read here.") from cause
    if not found:
        raise UnreadableError("The archive is empty.")
    return found


def count_files(content: bytes) -> int:
    """Return how many files a request gives with this one: as many as an archive says, within the limit, or one."""
    record = _end_record(content) if content.startswith(SIGNATURES) else b""
    return min(max(int.from_bytes(record[10:12], "little"), 1), MOST_MEMBERS)


def _end_record(content: bytes) -> bytes:
    place = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    return content[place : place + 22] if place >= 0 else b""


def _check_directory(content: bytes) -> None:
    """Bound the list of members before it is read: it is parsed whole, whatever its count says."""
    record = _end_record(content)
    if len(record) < 22:
        raise UnreadableError("The archive is cut off.")
    count, size = int.from_bytes(record[10:12], "little"), int.from_bytes(record[12:16], "little")
    if count > 4 * MOST_MEMBERS or size > _MOST_DIRECTORY_BYTES:
        raise UnreadableError(f"The archive holds more than {MOST_MEMBERS} files.")


def _members(archive: zipfile.ZipFile) -> Iterator[Member]:
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
    if len(files) > MOST_MEMBERS:
        raise UnreadableError(f"The archive holds more than {MOST_MEMBERS} files.")
    left = MOST_TOTAL_BYTES
    for info in files:
        if info.flag_bits & _ENCRYPTED:
            raise UnreadableError("The archive is encrypted.", remedy="Unpack it, and give the files.")
        if info.compress_type not in _METHODS:
            raise UnreadableError("The archive is packed in a way that is not read here.", remedy="Give the files.")
        content = _inflate(archive, info, min(left, MOST_MEMBER_BYTES))
        left -= len(content)
        if content.startswith(SIGNATURES):
            raise UnreadableError("The archive holds another archive.", remedy="Unpack it, and give the files.")
        yield Member(name=_plain_name(info.filename), content=content)


def _inflate(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    chunks, size = [], 0
    with archive.open(info) as stream:
        while chunk := stream.read(_STEP):
            size += len(chunk)
            if size > most:
                raise UnreadableError("The archive holds more than it may.")
            if size > max(_RATIO_FROM, MOST_RATIO * info.compress_size):
                raise UnreadableError("A file of the archive grows beyond all measure when it is unpacked.")
            chunks.append(chunk)
    return b"".join(chunks)


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or name.rsplit("/", 1)[-1] in _LITTER


def _plain_name(name: str) -> str:
    """Keep a name that is safe to show: no folders, no control characters, no endless length."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:100] or "file"
