"""Compact JSON of a known shape, read and written without a parser: constant pieces, and holes for the texts that vary.

A form reads only what `serialise_compact` would write: bytes that it reads are well-formed, of this structure, and
the values it gives are the document's. For any other bytes it gives None, and a parser must decide.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from json.encoder import encode_basestring

from vc_issuer.encoding.hole_texts import NUL, HoleTexts, hole_texts, plain_texts
from vc_issuer.encoding.shape import read_shape, replace_texts
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.model.credential import Document

_QUOTE, _BACKSLASH = b'"', b"\\"
_BACKSLASH_BYTE = _BACKSLASH[0]


@dataclass(frozen=True, slots=True)
class JsonForm:
    """Pieces between holes, and for each hole the place of its text (`read_shape`). Every piece ends at a quote."""

    pieces: tuple[bytes, ...] = field(repr=False)
    places: tuple[int, ...]

    def read(self, content: bytes) -> HoleTexts | None:
        """Return what stands in the holes, or None for bytes of another form or with an escaped NUL."""
        pieces = iter(self.pieces)
        first = next(pieces)
        if not content.startswith(first):
            return None
        raw: list[bytes] = []
        start = len(first)
        for piece in pieces:
            end = content.find(_QUOTE, start)
            if content[end - 1] == _BACKSLASH_BYTE:
                end = _end_of_text(content, start)
            if end < 0 or not content.startswith(piece, end):
                return None
            raw.append(content[start:end])
            start = end + len(piece)
        return _texts(raw) if start == len(content) else None

    def write(self, values: Sequence[str]) -> bytes:
        """Return compact JSON with these texts in the holes."""
        return interleaved(self.pieces, escape_texts(values))

    def head(self, values: Sequence[str]) -> bytes:
        """Return how a document begins that has these texts in its first holes: up to the next hole."""
        return interleaved(self.pieces[: len(values) + 1], escape_texts(values))

    def quoted_head(self, values: Sequence[str]) -> bytes:
        """Return the same as it stands between quotes."""
        return _quoted(self.head(values))

    def write_quoted(self, values: Sequence[str]) -> bytes:
        """Return the same as it stands between quotes: as a text in other JSON."""
        # JSON holds no NUL: it can stand between texts.
        between = _quoted(b"\0".join(escape_texts(values)))
        return interleaved(_quoted_pieces(self.pieces), between.split(b"\0") if values else ())


def make_form(document: Document, holes: Collection[int]) -> JsonForm:
    """Return the form of documents that differ from this one in the texts at `holes` alone."""
    texts = read_shape(document).texts
    places = tuple(sorted(holes))
    mark = _unused_mark(serialise_compact(document))
    marked = list(texts)
    for place in places:
        marked[place] = mark
    written = serialise_compact(replace_texts(document, marked))
    return JsonForm(tuple(written.split(mark.encode())), places)


def escape_text(value: str) -> bytes:
    """Return a text as it stands between its quotes in compact JSON."""
    return encode_basestring(value)[1:-1].encode()


def escape_texts(values: Sequence[str]) -> list[bytes]:
    """Return texts as `escape_text` does, faster where none of them needs it."""
    joined = NUL.join(values)
    # Of NUL six characters are made, of anything else that is escaped more than one.
    if values and len(encode_basestring(joined)) == len(joined) + 2 + 5 * (len(values) - 1):
        return joined.encode().split(b"\0")
    return [escape_text(value) for value in values]


def interleaved(pieces: Sequence[bytes], between: Sequence[bytes]) -> bytes:
    """Join pieces with what stands between them, one less than they are."""
    parts = [b""] * (len(pieces) + len(between))
    parts[::2], parts[1::2] = pieces, between
    return b"".join(parts)


@lru_cache(maxsize=64)
def _quoted_pieces(pieces: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(_quoted(piece) for piece in pieces)


def _quoted(written: bytes) -> bytes:
    # What a form writes holds no control characters: quotes and backslashes are all that a JSON text escapes.
    return written.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _unused_mark(written: bytes) -> str:
    mark = "~hole~"
    while mark.encode() in written:
        mark += "~"
    return mark


def _end_of_text(content: bytes, start: int) -> int:
    end = content.find(_QUOTE, start)
    while end > start:
        text = content[start:end]
        if (len(text) - len(text.rstrip(_BACKSLASH))) % 2 == 0:
            break
        end = content.find(_QUOTE, end + 1)
    return end


def _texts(raw: Sequence[bytes]) -> HoleTexts | None:
    try:
        return plain_texts(raw) or _escaped_texts(raw)
    except ValueError:
        return None


def _escaped_texts(raw: Sequence[bytes]) -> HoleTexts | None:
    # Few of many are escaped. What json.loads would refuse in the others is not what they are escaped to.
    texts = [json.loads(b'"' + each + b'"') if _BACKSLASH in each else each.decode() for each in raw]
    # Another way to escape the same text is not what our serialiser writes.
    is_ours = all(escape_text(text) == each for text, each in zip(texts, raw, strict=True))
    return hole_texts(texts) if is_ours else None
