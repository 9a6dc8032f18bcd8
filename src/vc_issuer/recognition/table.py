"""Many answers as one table: CSV and XLSX, safe to open in a spreadsheet (threat T1); one row an award."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from xlsxwriter import Workbook

from vc_issuer.intake.export import ENCODING, SEPARATOR
from vc_issuer.intake.formulas import neutralise
from vc_issuer.model.report import Outcome
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.checks import check_lines
from vc_issuer.recognition.facts import Question
from vc_issuer.recognition.questions import eqf_level, recognised_credits
from vc_issuer.recognition.sheet import Sheet, sheet_of
from vc_issuer.recognition.verdict_words import verdict_words
from vc_issuer.recognition.wording import Say, sayer, write_number
from vc_issuer.rendering.printout import is_ects

Cell: TypeAlias = str | int | Decimal | date | None
COLUMNS = (
    *("file", "answer", "verdict", "reason", "name", "birth_date", "award", "issuer", "awarded_on", "ects"),
    *("recognised", "level", "mark", "quality", "annex", "number", "checked_at"),
)
_WIDTHS = {"file": 34, "answer": 30, "reason": 48, "name": 28, "award": 44, "issuer": 34}


def table_of(awards: Sequence[Award], now: datetime, language: str) -> list[list[Cell]]:
    """Return the headings and one row for each award; what may not be shown of it is left empty."""
    say = sayer(language)
    return [[say(f"table.{name}") for name in COLUMNS], *(_row(award, now, language, say) for award in awards)]


def write_csv(table: list[list[Cell]], language: str) -> bytes:
    """Write a table so that spreadsheets with a decimal comma open it as columns, and run nothing of it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([neutralise(_written(cell, language)) for cell in row] for row in table)
    return out.getvalue().encode(ENCODING, errors="backslashreplace")


def write_xlsx(table: list[list[Cell]], title: str, now: datetime) -> bytes:
    """Write a table as a workbook: texts as texts, numbers as numbers, days as days; no formula, no link."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
        sheet = book.add_worksheet(title[:31])
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS.get(name, 16))
        for line, row in enumerate(table):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001 a civil day
                elif isinstance(cell, int | Decimal):
                    sheet.write_number(line, column, float(cell))
                elif cell:
                    sheet.write_string(line, column, neutralise(cell), None if line else heading)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table) - 1, len(COLUMNS) - 1)
    return out.getvalue()


def _row(award: Award, now: datetime, language: str, say: Say) -> list[Cell]:
    sheet = sheet_of(award, now, language)
    known: dict[str, Cell] = {
        "file": award.file,
        "answer": verdict_words(award, say).sentence,
        "verdict": award.verdict.value,
        "reason": _reason(award, say),
        "issuer": award.issuer.name if award.issuer and award.issuer.trusted else "",
        "checked_at": award.checked_at.strftime("%Y-%m-%d %H:%M:%S"),
        **(_said(sheet) if sheet else {}),
    }
    return [known.get(name) for name in COLUMNS]


def _said(sheet: Sheet) -> dict[str, Cell]:
    summary = sheet.award.summary
    if summary is None:
        return {}
    in_ects = is_ects(summary)
    quality = next(answer for answer in sheet.answers if answer.question is Question.QUALITY)
    return {
        "name": summary.learner_name,
        "birth_date": summary.birth_date,
        "award": summary.title,
        "awarded_on": summary.awarded_on,
        "ects": summary.credits if in_ects else None,
        "recognised": recognised_credits(summary) if in_ects and summary.credits is not None else None,
        "level": eqf_level(summary.eqf),
        "mark": summary.mark,
        "quality": quality.rating_text,
        "annex": sheet.completeness.mandatory,
        "number": summary.number,
    }


def _reason(award: Award, say: Say) -> str:
    """Say why an award isn't current: the sentences of the checks that did not pass."""
    lines = check_lines(award.checks, say)
    return " ".join(line.sentence for line in lines if line.outcome is not Outcome.PASSED)


def _written(cell: Cell, language: str) -> str:
    if isinstance(cell, Decimal):
        return write_number(cell, language)
    return cell.isoformat() if isinstance(cell, date) else str(cell if cell is not None else "")
