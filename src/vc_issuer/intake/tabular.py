"""From a file's bytes to rows of cells with their row numbers: CSV in any common encoding, and .xlsx.

A file is refused only if it can't be read; what its cells mean is for others to say.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from vc_issuer.intake.formulas import restore
from vc_issuer.intake.problems import Fault, refuse_file
from vc_issuer.intake.scan import MAX_COLUMNS, MAX_ROWS
from vc_issuer.intake.workbook import Cell, Sheet, read_sheets

MAX_FILE_BYTES = 20 * 2**20  # As large as any file this project reads from outside (decisions 7.6).
SEPARATORS = (";", ",", "\t")
HEADING_ROWS = 10  # How far down a title or two may push the headings.

_ARCHIVE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_FIRST_BYTES = 2_000

ScoreRow = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that holds something; `number` counts from 1, as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...] = field(repr=False)

    def texts(self) -> tuple[str, ...]:
        """Return the cells as a person would type them."""
        return tuple(cell_text(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One list: a CSV file, or a sheet. Sets of cells hold (row, column), both from 1; `notes` concern the file."""

    name: str
    rows: tuple[Row, ...]
    typed: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[Fault, ...] = ()


def cell_text(cell: Cell) -> str:
    """Return a cell as text: numbers plain, days as ISO 8601."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def read_tables(content: bytes, score_headings: ScoreRow) -> tuple[Table, ...]:
    """Return every list in the file: one of a CSV file, one a sheet of a workbook.

    `score_headings` counts how many cells of a row are known headings: it settles the separator.
    Raises UnreadableCohortError where the bytes can't be read within the limits.
    """
    if len(content) > MAX_FILE_BYTES:
        raise refuse_file("file-too-large", limit=f"{MAX_FILE_BYTES // 2**20} MiB")
    if not content.strip():
        raise refuse_file("file-empty")
    if content.startswith(_ARCHIVE):
        return tuple(_table_of(sheet) for sheet in read_sheets(content))
    if content.startswith(_OLD_OFFICE):
        raise refuse_file("file-password" if _ENCRYPTED_PACKAGE in content else "file-old-excel")
    return (_read_csv(content, score_headings),)


def _table_of(sheet: Sheet) -> Table:
    rows = tuple(
        Row(number=number, cells=cells)
        for number, cells in enumerate(sheet.rows, start=1)
        if any(cell_text(cell).strip() for cell in cells)
        or any((number, column) in sheet.facts.errors for column in range(1, len(cells) + 1))
    )
    return Table(
        name=sheet.name,
        rows=rows,
        typed=True,
        hidden=sheet.hidden,
        hidden_rows=frozenset(sheet.facts.hidden_rows),
        formulas=frozenset(sheet.facts.formulas),
        errors=frozenset(sheet.facts.errors),
    )


def _read_csv(content: bytes, score_headings: ScoreRow) -> Table:
    text, notes = _decode(content)
    if "\0" in text:
        raise refuse_file("file-not-text")
    rows = _best_rows(text, score_headings)
    kept = tuple(Row(number=number, cells=cells) for number, cells in rows if any(cell.strip() for cell in cells))
    if not kept:
        raise refuse_file("file-empty")
    return Table(name="", rows=kept, notes=notes)


def _decode(content: bytes) -> tuple[str, tuple[Fault, ...]]:
    encoding = _marked_encoding(content)
    if encoding is not None:
        try:
            return content.decode(encoding), ()
        except UnicodeDecodeError as error:
            raise refuse_file("file-not-text") from error
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252"), (Fault("encoding-guessed"),)
        except UnicodeDecodeError as error:
            raise refuse_file("file-not-text") from error


def _marked_encoding(content: bytes) -> str | None:
    """Tell the encoding where a byte order mark, or the zeros of UTF-16, leave no doubt."""
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    first = content[:_FIRST_BYTES]
    even, odd = first[0::2].count(0), first[1::2].count(0)
    # Headings are mostly ASCII, so that every other byte is zero.
    if odd > len(first) // 4 and even == 0:
        return "utf-16-le"
    if even > len(first) // 4 and odd == 0:
        return "utf-16-be"
    return None


def _best_rows(text: str, score_headings: ScoreRow) -> list[tuple[int, tuple[str, ...]]]:
    """Split with the separator that gives the most known headings; then the most columns.

    Only the headings count: names and marks hold commas of their own.
    """
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep="):
        # Excel's own hint; it takes up row 1.
        return _split(rest, (first.strip().strip('"')[4:] or "\t")[:1], offset=1)

    def score(separator: str) -> tuple[int, int]:
        top = _top_rows(text, separator)
        return max((score_headings(row) for row in top), default=0), max((len(row) for row in top), default=0)

    return _split(text, max(SEPARATORS, key=score))


def _top_rows(text: str, separator: str) -> list[list[str]]:
    top: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            top.append(row)
            if len(top) == HEADING_ROWS:
                break
    except csv.Error:
        # The full reading reports the quotation marks; what came before still tells the separator.
        return top
    return top


def _split(text: str, separator: str, *, offset: int = 0) -> list[tuple[int, tuple[str, ...]]]:
    rows: list[tuple[int, tuple[str, ...]]] = []
    number = offset
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            number += 1
            filled = [position for position, cell in enumerate(row) if cell.strip()]
            if not filled:
                continue
            if len(rows) >= MAX_ROWS or filled[-1] >= MAX_COLUMNS:
                raise refuse_file("file-too-many-rows", rows=MAX_ROWS, columns=MAX_COLUMNS)
            rows.append((number, tuple(restore(cell) for cell in row[:MAX_COLUMNS])))
    except (csv.Error, TypeError, ValueError) as error:
        raise refuse_file("file-quotes", line=number + 1) from error
    return rows
