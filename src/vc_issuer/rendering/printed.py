"""Compare the text read back from a PDF with the signed claims (check 10): the face must say what was signed.

Only the first page counts. White space, line breaks and normal forms make no difference; anything else does.
A fact counts as printed where whole lines make it up, so that a short name is not found inside another word.
"""

import re
import unicodedata
from decimal import Decimal
from itertools import pairwise

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.rendering.labels import LANGUAGES, decimal_text, label, long_date

PAGE_BREAK = "\f"
_LINE_END_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\u00ad": "-"})
_MARK_ALONE = re.compile(r"-?\d+(?:[.,]\d+)?/\d+")
_LONGEST_BLOCK = 12  # lines that one fact may run over


def text_matches(summary: CredentialSummary, text: str) -> tuple[str, ...]:
    """Return the names of the summary's fields that the face does not print as signed; none if all is well.

    `text` is what a reader extracts, pages apart by form feeds.
    """
    lines = [squeezed for line in text.split(PAGE_BREAK, maxsplit=1)[0].splitlines() if (squeezed := _squeeze(line))]
    blocks = _blocks(lines)
    missing = [
        name
        for name, expected in (
            ("learner_name", (summary.learner_name,)),
            ("title", (summary.title,)),
            ("awarded_on", (long_date(summary.awarded_on, summary.language),) if summary.awarded_on else ()),
            ("number", (summary.number,) if summary.number else ()),
            ("mark", (summary.mark,) if summary.mark else ()),
        )
        if expected and not any(_squeeze(value) in blocks for value in expected)
    ]
    if summary.birth_date:
        born = label("born", summary.language, date=long_date(summary.birth_date, summary.language))
        if _squeeze(born) not in "\n".join(lines):
            missing.append("birth_date")
    if summary.credits is not None and not _shows_credits(summary.credits, lines):
        missing.append("credits")
    return tuple(dict.fromkeys([*missing, *_contradictions(summary, lines)]))


def _contradictions(summary: CredentialSummary, lines: list[str]) -> list[str]:
    """Name the facts of which the face shows another value than the signed one, alone on a line."""
    found = []
    if any(_MARK_ALONE.fullmatch(line) and line != _squeeze(summary.mark) for line in lines):
        found.append("mark")
    if summary.awarded_on:
        signed = long_date(summary.awarded_on, summary.language)
        day = re.compile(re.sub(r"\d+", r"\\d+", _squeeze(signed)))
        if any(day.fullmatch(line) and line != _squeeze(signed) for line in lines):
            found.append("awarded_on")
    return found


def _shows_credits(credits_: Decimal, lines: list[str]) -> bool:
    """Tell whether the medallion's number and unit are there, on one line or on two; in any of our languages.

    The number stands alone or begins a line: digits at the end of a title above it are not part of it.
    """
    units = {_squeeze(unit) for unit in ("ECTS", *(label("credits_unit", language) for language in LANGUAGES))}
    numbers = {_squeeze(decimal_text(credits_, language)) for language in LANGUAGES}
    if any(f"{number}{unit}" in lines for number in numbers for unit in units):
        return True
    return any(number in numbers and unit in units for number, unit in pairwise(lines))


def _blocks(lines: list[str]) -> set[str]:
    return {
        "".join(lines[start:end])
        for start in range(len(lines))
        for end in range(start + 1, min(start + _LONGEST_BLOCK, len(lines)) + 1)
    }


def _squeeze(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text.translate(_LINE_END_HYPHENS)).split())
