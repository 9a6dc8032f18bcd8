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
# What may be signed without a look, with what stands between texts.
_HARMLESS = bytes(range(0x20, 0x7F)) + b"\0\n\t"
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
    written = joined.encode(errors="surrogatepass")
    may_be_signed = _may_be_signed(written)
    escaped = _escaped(written) if may_be_signed else written
    return HoleTexts(joined, escaped.split(b"\0") if values else (), may_be_signed)


def plain_texts(raw: Sequence[bytes]) -> HoleTexts | None:
    """Return texts that stand between quotes in JSON, or None if one is, or ought to be, escaped there, or holds DEL.

    Raises UnicodeDecodeError.
    """
    written = b"\0".join(raw)
    if len(written) - len(written.translate(None, _NEVER_PLAIN)) != len(raw) - 1:
        return None
    return HoleTexts(written.decode(), raw, _may_be_signed(written))


def escape_literals(joined: str) -> bytes:
    """Escape texts as canonical N-Quads have them (RDFC-1.0 section 5), of characters that may be signed."""
    return _escaped(joined.encode())


def _escaped(written: bytes) -> bytes:
    for plain, escaped in _ESCAPES:
        written = written.replace(plain, escaped)
    return written


def _may_be_signed(written: bytes) -> bool:
    """Tell so of texts with NUL between them, in UTF-8. Only what is not ASCII, or a control, is looked at."""
    others = written.translate(None, _HARMLESS)
    return not others or not text_defects(others.decode(errors="surrogatepass"))
