"""The committed typefaces: what they can draw, how wide a line is, and its pair kerning.

Every face covers Latin, Greek and Cyrillic alike; a script is added by one more file in `FALLBACK_FILES`.
A character that no face draws is reported at prepare (decision 7.8) and never printed as a box.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from typing import Any

from fontTools.ttLib import TTFont as FontFile
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

FALLBACK_FILES: tuple[str, ...] = ()  # the seam for other scripts: looked through in this order
LINE_BREAKS = frozenset("\n\t")
MEASURED = 8192  # lines and words that are remembered: those of a few offerings, which every document repeats


class Face(Enum):
    """The four faces of a document; the value is the file's stem and the name inside the PDF."""

    TEXT = "NotoSans-Regular"
    STRONG = "NotoSans-SemiBold"
    DISPLAY = "NotoSerif-Regular"
    TITLE = "NotoSerif-SemiBold"


def undrawable(text: str) -> list[str]:
    """Return each character of `text`, once and in order, that the committed faces can't draw."""
    if _characters(Face.TEXT.value).issuperset(map(ord, text)):  # nearly every text
        return []
    return list(dict.fromkeys(c for c in text if c not in LINE_BREAKS and not _stem_for(c, Face.TEXT)))


def font_bytes(stem: str) -> bytes:
    """Read one committed font file by its stem."""
    return files("vc_issuer.rendering").joinpath("fonts", f"{stem}.ttf").read_bytes()


@cache
def font(stem: str) -> TTFont:
    """Load a face for reportlab, once per process, and register it there."""
    loaded = TTFont(stem, BytesIO(font_bytes(stem)), asciiReadable=False)
    registerFont(loaded)
    return loaded


def runs(text: str, face: Face) -> Iterator[tuple[str, str]]:
    """Cut `text` into stretches that one font draws, as (stem, stretch); characters nobody draws are left out."""
    if _characters(face.value).issuperset(map(ord, text)):
        if text:
            yield face.value, text
        return
    stem, start = "", 0
    for position, character in enumerate(text):
        needed = _stem_for(character, face)
        if needed != stem:
            if stem:
                yield stem, text[start:position]
            stem, start = needed, position
    if stem:
        yield stem, text[start:]


@lru_cache(maxsize=MEASURED)
def width(text: str, face: Face, size: float, *, tracking: float = 0) -> float:
    """Measure `text` in points, with pair kerning and `tracking` points after each character."""
    total = 0.0
    for stem, stretch in runs(text, face):
        total += font(stem).stringWidth(stretch, size) + tracking * len(stretch)
        total += sum(kerning(stem, *pair) for pair in pairwise(stretch)) * size / 1000
    return total


@cache
def kerning(stem: str, left: str, right: str) -> int:
    """Return how far `right` moves after `left`, in thousandths of the size; negative is closer."""
    glyphs = _file(stem).getBestCmap()
    first, second = glyphs.get(ord(left)), glyphs.get(ord(right))
    if first is None or second is None:
        return 0
    for subtable in _pair_tables(stem):
        if first in subtable.Coverage.glyphs:
            found = _adjustment(subtable, first, second)
            if found is not None:
                return found
    return 0


@cache
def _stem_for(character: str, face: Face) -> str:
    code = ord(character)
    return next((stem for stem in (face.value, *FALLBACK_FILES) if code in _characters(stem)), "")


@cache
def _file(stem: str) -> FontFile:
    return FontFile(BytesIO(font_bytes(stem)), lazy=True)


@cache
def _characters(stem: str) -> frozenset[int]:
    return frozenset(_file(stem).getBestCmap())


@cache
def _pair_tables(stem: str) -> tuple[Any, ...]:
    opened = _file(stem)
    if "GPOS" not in opened:
        return ()
    tables = (table for lookup in opened["GPOS"].table.LookupList.Lookup for table in lookup.SubTable)
    plain = (getattr(table, "ExtSubTable", table) for table in tables)
    return tuple(table for table in plain if table.LookupType == 2)


def _adjustment(subtable: Any, first: str, second: str) -> int | None:
    """Read one pair out of a PairPos subtable: format 1 lists pairs, format 2 classes (OpenType GPOS type 2)."""
    if subtable.Format == 1:
        pairs = subtable.PairSet[subtable.Coverage.glyphs.index(first)].PairValueRecord
        record = next((pair for pair in pairs if pair.SecondGlyph == second), None)
    else:
        row = subtable.Class1Record[subtable.ClassDef1.classDefs.get(first, 0)]
        record = row.Class2Record[subtable.ClassDef2.classDefs.get(second, 0)]
    if record is None or record.Value1 is None:
        return None
    return int(getattr(record.Value1, "XAdvance", 0))
