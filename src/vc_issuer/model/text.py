"""Text as this project accepts it: NFC, in named languages, and free of what implementations read differently.

RDF canonicalisers disagree on control characters, and bidirectional controls hide what a name says
(threat T3): both are refused at intake and again before signing.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ZERO_WIDTH = frozenset("\u200b\u2060\ufeff")


# Every character that `_defect_kind` may object to: almost every text has none, and one pass says so.
_SUSPICIOUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in one or more languages (ISO 639-1 codes), in the order given; never empty."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, mapping: Mapping[str, str] | None = None, /, **texts: str) -> Self:
        """Make a text from a mapping or keywords: `LocalizedText.of(en="Law", nl="Recht")`."""
        return cls(tuple({**(mapping or {}), **texts}.items()))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.values)

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages in which this text exists."""
        return tuple(language for language, _ in self.values)

    def get(self, language: str) -> str | None:
        """Return the text in exactly this language, or None."""
        return dict(self.values).get(language)

    def best(self, *languages: str) -> str:
        """Return the text in the first of `languages` that exists, else in its own first language."""
        known = dict(self.values)
        return next((known[language] for language in languages if language in known), self.values[0][1])

    def as_dict(self) -> dict[str, str]:
        """Return a language map as JSON-LD writes it."""
        return dict(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDefect:
    """One character that may not stand in a signed text: a stable word for it and where it stands."""

    kind: str  # "control", "surrogate", "noncharacter", "bidi", "unassigned", "emoji"
    position: int = 0
    character: str = field(default="", repr=False)


def normalise_text(value: str) -> str:
    """Return `value` in NFC, without zero-width spaces, outer or doubled white space."""
    if not value.isascii():
        visible = value if ZERO_WIDTH.isdisjoint(value) else "".join(c for c in value if c not in ZERO_WIDTH)
        value = unicodedata.normalize("NFC", visible)
    return " ".join(value.split())


def text_defects(value: str) -> list[TextDefect]:
    """Return every character of `value` on which implementations disagree or that hides the text (T3)."""
    # What is printable holds none of them, and asking so is ten times as fast as the search.
    if value.isprintable() or not _SUSPICIOUS.search(value):
        return []
    return [
        TextDefect(kind=kind, position=position, character=character)
        for position, character in enumerate(value)
        if (kind := _defect_kind(character))
    ]


def _defect_kind(character: str) -> str | None:
    code = ord(character)
    if character in "\n\t":
        return None
    if code < 0x20 or 0x7F <= code <= 0x9F:
        return "control"
    if 0xD800 <= code <= 0xDFFF:
        return "surrogate"
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "noncharacter"
    return "bidi" if character in BIDI_CONTROLS else None
