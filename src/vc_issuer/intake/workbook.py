"""Reading the sheets of an .xlsx file with calamine, from parts that were counted first (threat T2)."""

import io
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

import python_calamine

from vc_issuer.intake.archive import pack_workbook, unpack_workbook
from vc_issuer.intake.problems import refuse_file
from vc_issuer.intake.scan import (
    SheetFacts,
    check_part,
    scan_relations,
    scan_shared_texts,
    scan_sheet,
    scan_sheet_relations,
)

Cell = str | Decimal | date
SPREADSHEET_DIGITS = 15  # What Excel keeps of a number.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One worksheet, from cell A1 on."""

    name: str
    hidden: bool
    rows: tuple[tuple[Cell, ...], ...] = field(repr=False)
    facts: SheetFacts = field(repr=False)


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """Return the worksheets of an .xlsx file in their order, visible or not.

    Raises UnreadableCohortError where the file is no such workbook, or is past a limit.
    """
    parts = unpack_workbook(content)
    facts = _scan(parts)
    try:
        with python_calamine.CalamineWorkbook.from_object(io.BytesIO(pack_workbook(parts))) as workbook:
            return tuple(
                Sheet(
                    name=sheet.name,
                    hidden=sheet.visible is not python_calamine.SheetVisibleEnum.Visible,
                    rows=_rows(workbook, sheet.name),
                    facts=facts[sheet.name],
                )
                for sheet in workbook.sheets_metadata
                if sheet.name in facts
            )
    except (python_calamine.CalamineError, ValueError, OverflowError, OSError) as error:
        raise refuse_file("file-not-a-workbook", where=type(error).__name__) from error


def _scan(parts: Mapping[str, bytes]) -> dict[str, SheetFacts]:
    """Look over every part; the answer holds those sheets alone that are worksheets of this workbook."""
    lowered = {name.lower(): content for name, content in parts.items()}
    shared_part = lowered.get("xl/sharedstrings.xml")
    shared = scan_shared_texts(shared_part) if shared_part is not None else []
    for name in ("[content_types].xml", "_rels/.rels", "xl/styles.xml"):
        if name in lowered:
            check_part(lowered[name])
    targets = scan_relations(lowered.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    by_part = {name: scan_sheet(content, shared) for name, content in lowered.items() if "/worksheets/" in name}
    facts: dict[str, SheetFacts] = {}
    for name, relation in scan_sheet_relations(lowered["xl/workbook.xml"]).items():
        target = targets.get(relation, "")
        path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()
        if path in by_part:
            facts[name] = by_part[path]
    return facts


def _rows(workbook: python_calamine.CalamineWorkbook, name: str) -> tuple[tuple[Cell, ...], ...]:
    grid = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return tuple(tuple(_cell(value) for value in row) for row in grid)


def _cell(value: object) -> Cell:
    """Return a cell as it was meant: a whole number arrives as a float, a day as a moment at midnight."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        # Fifteen digits undo what binary fractions add: 14.299999999999999 was typed as 14.3.
        return Decimal(f"{value:.{SPREADSHEET_DIGITS}g}") if value == value else ""  # noqa: PLR0124 - not a number
    if isinstance(value, datetime):
        return value.date() if value.time() == time(0) else value
    if isinstance(value, date):
        return value
    return str(value)
