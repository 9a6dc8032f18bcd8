"""The texts of a document's holes, between its JSON and its canonical N-Quads.

Both escape quotes and backslashes, each in a way of its own. A text with neither, and without control characters,
stands in both as it is: what was read from JSON is written to N-Quads without being taken apart.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vc_issuer.model.text import text_defects

NUL = "\0"  # between texts: no text that may be signed holds it
# What is never plain: controls, which may not be signed or are escaped, quotes and backslashes.
_NEVER_PLAIN = bytes(range(0x20)) + b'"\\\x7f'
# Backslashes first, or what the others put in would be doubled.
_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))


class HoleTexts(NamedTuple):
    """Texts without NUL: one after the other with NUL between them, and each as canonical N-Quads write it.

    Where one of them may not be signed, nothing is escaped.
    """

    joined: str
    escaped: Sequence[bytes]
    may_be_signed: bool

    @property
    def values(self) -> tuple[str, ...]:
        """Return the texts."""
        return tuple(self.joined.split(NUL)) if self.escaped else ()


def hole_texts(values: Sequence[str]) -> HoleTexts | None:
    """Return texts with what canonical N-Quads make of them, or None if one of them holds NUL."""
    joined = NUL.join(values)
    if joined.count(NUL) >= max(len(values), 1):
        return None
    if text_defects(joined.replace(NUL, " ").replace("\n", " ")):
        return HoleTexts(joined, [value.encode(errors="surrogatepass") for value in values], False)
    return HoleTexts(joined, escape_literals(joined).split(b"\0") if values else (), True)


def plain_texts(raw: Sequence[bytes]) -> HoleTexts | None:
    """Return texts that stand between quotes in JSON, or None if one is, or ought to be, escaped there, or holds DEL.

    Raises UnicodeDecodeError.
    """
    written = b"\0".join(raw)
    if len(written) - len(written.translate(None, _NEVER_PLAIN)) != len(raw) - 1:
        return None
    joined = written.decode()
    return HoleTexts(joined, raw, joined.isascii() or not text_defects(joined.replace(NUL, " ")))


def escape_literals(joined: str) -> bytes:
    """Escape texts as canonical N-Quads have them (RDFC-1.0 section 5), of characters that may be signed."""
    written = joined.encode()
    for plain, escaped in _ESCAPES:
        written = written.replace(plain, escaped)
    return written
