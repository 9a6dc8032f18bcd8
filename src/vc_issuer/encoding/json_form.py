"""Compact JSON of a known shape, read and written without a parser: constant pieces, and holes for the texts that vary.

A form reads only what `serialise_compact` would write: bytes that it reads are well-formed, of this structure, and
the values it gives are the document's. For any other bytes it gives None, and a parser must decide.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from vc_issuer.encoding.shape import read_shape, replace_texts
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.model.credential import Document

_QUOTE, _BACKSLASH = b'"', b"\\"
_CONTROL = re.compile(rb"[\x01-\x1f]")  # stands escaped in JSON; NUL is for the joint


@dataclass(frozen=True, slots=True)
class JsonForm:
    """Pieces between holes, and for each hole the place of its text (`read_shape`). Every piece ends at a quote."""

    pieces: tuple[bytes, ...] = field(repr=False)
    places: tuple[int, ...]

    def read(self, content: bytes) -> tuple[str, ...] | None:
        """Return what stands in the holes, or None for bytes of another form."""
        first = self.pieces[0]
        if not content.startswith(first):
            return None
        raw: list[bytes] = []
        start = len(first)
        for piece in self.pieces[1:]:
            end = content.find(_QUOTE, start)
            if content[end - 1 : end] == _BACKSLASH:
                end = _end_of_text(content, start)
            if end < 0 or not content.startswith(piece, end):
                return None
            raw.append(content[start:end])
            start = end + len(piece)
        return _texts(raw) if start == len(content) else None

    def write(self, values: Sequence[str]) -> bytes:
        """Return compact JSON with these texts in the holes."""
        parts = [self.pieces[0]]
        for value, piece in zip(values, self.pieces[1:], strict=True):
            parts += (escape_text(value), piece)
        return b"".join(parts)


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


def _texts(raw: Sequence[bytes]) -> tuple[str, ...] | None:
    joined = b"\0".join(raw)
    if not raw:
        return ()
    if _CONTROL.search(joined) or joined.count(b"\0") >= len(raw):
        return None
    try:
        if _BACKSLASH not in joined:
            return tuple(joined.decode().split("\0"))
        texts = [json.loads(b'"' + each + b'"') if _BACKSLASH in each else each.decode() for each in raw]
    except ValueError:
        return None
    # Another way to escape the same text is not what our serialiser writes.
    is_ours = all(escape_text(text) == each for text, each in zip(texts, raw, strict=True) if _BACKSLASH in each)
    return tuple(texts) if is_ours else None
