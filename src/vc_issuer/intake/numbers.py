"""Reading student numbers without loss, and keeping national numbers out."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from vc_issuer.intake.formulas import formula_fault
from vc_issuer.intake.names import control_fault
from vc_issuer.intake.problems import Fault, Reading
from vc_issuer.intake.workbook import SPREADSHEET_DIGITS, Cell
from vc_issuer.model.text import normalise_text

MAX_NUMBER_CHARACTERS = 40

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-_]*", re.ASCII)
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,3}", re.ASCII | re.IGNORECASE)
_NATIONAL_FORM = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}[\-–. ][0-9]{3}[.\- ][0-9]{2}", re.ASCII)
_DIGITS_IN_TEXT = re.compile(r"(?<![0-9])[0-9][0-9.\-  ]{9,16}[0-9](?![0-9])")
_TWO_THOUSAND = 2_000_000_000  # Numbers of people born since 2000 are checked with a 2 in front.


def is_national_number(text: str) -> bool:
    """Tell whether a text holds a Belgian national or BIS number: its form, or eleven digits that check modulo 97."""
    if _NATIONAL_FORM.search(text):
        return True
    return any(_checks(re.sub(r"[^0-9]", "", match[0])) for match in _DIGITS_IN_TEXT.finditer(text))


def _checks(digits: str) -> bool:
    if len(digits) != 11:
        return False
    body, check = int(digits[:9]), int(digits[9:])
    return check in {97 - body % 97, 97 - (_TWO_THOUSAND + body) % 97}


def usual_length(cells: Iterable[Cell]) -> int | None:
    """Return the length that more than half of the column's purely numeric numbers share, from two numbers on."""
    lengths = Counter(len(text) for cell in cells if (text := _plain(cell)).isdigit())
    if lengths.total() < 2:
        return None
    length, count = lengths.most_common(1)[0]
    return length if count * 2 > lengths.total() else None


def read_student_number(cell: Cell, *, usual: int | None, typed: bool) -> Reading[str]:
    """Read one student number; an empty cell gives no value and no fault.

    `usual` is the column's usual length. A text cell of a workbook (`typed`) has lost nothing and may be shorter.
    """
    text = _plain(cell)
    if not text:
        return Reading()
    fault = _refusal(text, is_number=isinstance(cell, Decimal))
    could_be_short = isinstance(cell, Decimal) or not typed
    if fault is None and could_be_short and usual is not None and text.isdigit() and len(text) < usual:
        fault = Fault.of("number-short", length=usual)
    return Reading(None, (fault,)) if fault else Reading(text)


def _refusal(text: str, *, is_number: bool) -> Fault | None:
    if (fault := control_fault(text) or formula_fault(text)) is not None:
        return fault
    if is_national_number(text):
        return Fault("national-number")
    if _SCIENTIFIC.fullmatch(text) or (is_number and not (text.isdigit() and len(text) <= SPREADSHEET_DIGITS)):
        return Fault("number-lossy")
    # No slash: a record's reference joins its parts with one.
    if len(text) > MAX_NUMBER_CHARACTERS or not _NUMBER.fullmatch(text):
        return Fault.of("number-characters", limit=MAX_NUMBER_CHARACTERS)
    return None


def _plain(cell: Cell) -> str:
    """Return a number's text; an apostrophe in front of digits is a spreadsheet's mark for text."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    text = normalise_text(cell if isinstance(cell, str) else cell.isoformat())
    return text[1:] if text[:1] == "'" and text[1:2].isalnum() else text
