"""Reading dates without guessing: a day that could be a month is refused, unless the column as a whole proves an order.

Accepted are ISO 8601, days that a spreadsheet typed as such, and day/month/year with a year of four digits.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from vc_issuer.intake.problems import Fault, Reading
from vc_issuer.intake.workbook import Cell

FULL_AGE = 18
YOUNGEST = 10
OLDEST = 110

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_WITH_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?:Z|[+-][0-9:]+)?", re.ASCII)
_PARTS = re.compile(r"([0-9]{1,2})([/.\-])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([/.\-])[0-9]{1,2}\1[0-9]{2}", re.ASCII)
_PARTIAL = re.compile(r"[0-9]{4}(?:-[0-9]{2})?|[0-9]{2}[/.\-][0-9]{4}", re.ASCII)
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?", re.ASCII)


class DayOrder(Enum):
    """What a column's own dates prove about the order of day and month."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which day or month is unknown, as some registers have it for births."""


def prove_order(cells: Iterable[Cell]) -> DayOrder:
    """Return the order that at least one date of the column proves and none disproves."""
    proofs: set[DayOrder] = set()
    for cell in cells:
        matched = _PARTS.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if matched is None:
            continue
        first, second = int(matched[1]), int(matched[3])
        if 12 < first <= 31 and 1 <= second <= 12:
            proofs.add(DayOrder.DAY_FIRST)
        elif 12 < second <= 31 and 1 <= first <= 12:
            proofs.add(DayOrder.MONTH_FIRST)
    return proofs.pop() if len(proofs) == 1 else DayOrder.UNPROVEN


def read_date(cell: Cell, order: DayOrder) -> Reading[date | PartialDate]:
    """Read one date; an empty cell gives no value and no fault."""
    if isinstance(cell, datetime):
        return Reading(None, (Fault("date-with-time"),))
    if isinstance(cell, date):
        return Reading(cell)
    if isinstance(cell, Decimal):
        # 1985 typed into a cell is a year; any other number is a day that lost its format.
        return Reading(PartialDate()) if _is_year(format(cell, "f")) else Reading(None, (Fault("date-serial"),))
    return _read_text(cell.strip(), order)


def _read_text(text: str, order: DayOrder) -> Reading[date | PartialDate]:
    if not text:
        return Reading()
    if (matched := _ISO.fullmatch(text)) is not None:
        return _build(int(matched[1]), int(matched[2]), int(matched[3]))
    if (matched := _PARTS.fullmatch(text)) is not None:
        return _read_parts(int(matched[1]), int(matched[3]), int(matched[4]), order)
    if _is_year(text) or _PARTIAL.fullmatch(text):
        return Reading(PartialDate()) if _is_year(text[:4]) or _is_year(text[-4:]) else _fault("date-unreadable")
    for pattern, code in (
        (_WITH_TIME, "date-with-time"),
        (_SHORT_YEAR, "date-short-year"),
        (_SERIAL, "date-serial"),
    ):
        if pattern.fullmatch(text):
            return _fault(code)
    return _fault("date-unreadable")


def _read_parts(first: int, second: int, year: int, order: DayOrder) -> Reading[date | PartialDate]:
    if 0 in {first, second}:
        return Reading(PartialDate())
    if first <= 12 < second or (first <= 12 and second <= 12 and order is DayOrder.MONTH_FIRST):
        return _build(year, first, second)
    if first > 12 or first == second or order is DayOrder.DAY_FIRST:
        return _build(year, second, first)
    return _fault("date-ambiguous")


def _build(year: int, month: int, day: int) -> Reading[date | PartialDate]:
    if year and 0 in {month, day}:
        return Reading(PartialDate())
    try:
        return Reading(date(year, month, day))
    except ValueError:
        return _fault("date-impossible")


def _fault(code: str) -> Reading[date | PartialDate]:
    return Reading(None, (Fault(code),))


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and "1900" <= text <= "2100"


def check_birth(born: date, starts_on: date) -> Fault | None:
    """Compare a birth date with the day on which the run began."""
    if born > starts_on:
        return Fault("birth-future")
    age = starts_on.year - born.year - ((starts_on.month, starts_on.day) < (born.month, born.day))
    if not YOUNGEST <= age <= OLDEST:
        return Fault.of("birth-implausible", youngest=YOUNGEST, oldest=OLDEST)
    return Fault("birth-minor") if age < FULL_AGE else None
