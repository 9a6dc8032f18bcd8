"""Reading a cohort's results: one row for each learner and component, into learning records (decisions 4.3).

All rows are read, and all problems come back at once. A row with an error gives nothing; what is left stands in
`records`, and whether those are stored while others are refused is the caller's decision: all or nothing by default.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vc_issuer.intake.columns import Columns, find_header, map_columns, score_headings
from vc_issuer.intake.gathering import gather_records
from vc_issuer.intake.headings import Field
from vc_issuer.intake.problems import Fault, Place, Problem, build_problem, refuse_file, sort_problems
from vc_issuer.intake.rows import Catalogue, RowReading, build_context, read_row
from vc_issuer.intake.tabular import HEADING_ROWS, Row, Table, read_tables
from vc_issuer.model.record import LearningRecord, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """One row that gave nothing, with its cells as text, for writing back."""

    number: int
    cells: tuple[str, ...] = field(repr=False)
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortReading:
    """What a cohort file gave. `row_count` counts rows of data; `headings` are the file's own."""

    filename: str = field(repr=False)
    records: tuple[LearningRecord, ...]
    problems: tuple[Problem, ...]
    refused_rows: tuple[RefusedRow, ...]
    row_count: int
    headings: tuple[str, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that refuse a row, or the import as a whole."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Return the problems that are shown and refuse nothing."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    @property
    def is_clean(self) -> bool:
        """Tell whether the whole file may be stored: nothing in it is refused."""
        return not self.errors


def read_cohort(content: bytes, filename: str, catalogue: Catalogue) -> CohortReading:
    """Read a cohort file, CSV or .xlsx, against the offerings and runs of `catalogue`, by code and version.

    `filename` is repeated in the answer and decides nothing. Raises UnreadableCohortError where the file as a whole
    can't be read; any other fault is a problem of a row, or of the headings.
    """
    tables = read_tables(content, score_headings)
    table, header, notes = _choose_table(tables)
    columns = map_columns(table, header)
    below = [row for row in table.rows if row.number > header.number]
    if not below:
        raise refuse_file("file-empty")
    problems = [*notes, *_above(table, header), *columns.problems]
    if not columns.complete:
        return _all_refused(filename, below, columns, problems)
    context = build_context(table, columns, catalogue)
    readings = [read_row(row, context) for row in below]
    gathered = gather_records(readings, {known: columns.heading(known) for known in Field})
    problems += [problem for reading in readings for problem in reading.problems]
    problems += gathered.problems
    return CohortReading(
        filename=filename,
        records=gathered.records,
        problems=sort_problems(problems),
        refused_rows=_refused(readings, problems),
        row_count=len(below),
        headings=columns.headings,
    )


def _choose_table(tables: Sequence[Table]) -> tuple[Table, Row, list[Problem]]:
    """Return the one visible list with its headings; other sheets are named, never read in silence."""
    found = [(table, header) for table in tables if (header := find_header(table)) is not None]
    visible = [(table, header) for table, header in found if not table.hidden]
    if len(visible) > 1:
        raise refuse_file("file-several-lists", sheets=", ".join(f"“{table.name}”" for table, _ in visible))
    if not visible:
        if not any(table.rows for table in tables):
            raise refuse_file("file-empty")
        names = ", ".join(f"{known.nl} / {known.en}" for known in Field if known in _EXPECTED)
        raise refuse_file("file-no-headings", rows=HEADING_ROWS, columns=names)
    chosen, header = visible[0]
    notes = [build_problem(fault, Place()) for fault in chosen.notes]
    notes += [
        build_problem(Fault("sheet-hidden" if table.hidden else "sheet-unknown"), Place(value=table.name))
        for table in tables
        if table is not chosen and table.rows
    ]
    return chosen, header, notes


_EXPECTED = frozenset(
    {Field.STUDENT_NUMBER, Field.FULL_NAME, Field.OFFERING, Field.RUN, Field.COMPONENT, Field.MARK, Field.ROUTE}
)


def _above(table: Table, header: Row) -> list[Problem]:
    return [
        build_problem(Fault("row-above-headings"), Place(row=row.number, value=" ".join(row.texts()).strip()[:80]))
        for row in table.rows
        if row.number < header.number
    ]


def _all_refused(filename: str, rows: Sequence[Row], columns: Columns, problems: list[Problem]) -> CohortReading:
    errors = tuple(problem for problem in columns.problems if problem.severity is Severity.ERROR)
    return CohortReading(
        filename=filename,
        records=(),
        problems=sort_problems(problems),
        refused_rows=tuple(RefusedRow(number=row.number, cells=row.texts(), problems=errors) for row in rows),
        row_count=len(rows),
        headings=columns.headings,
    )


def _refused(readings: Sequence[RowReading], problems: Sequence[Problem]) -> tuple[RefusedRow, ...]:
    by_row: dict[int, list[Problem]] = {}
    for problem in sort_problems(problems):
        if problem.row is not None and problem.severity is Severity.ERROR:
            by_row.setdefault(problem.row, []).append(problem)
    return tuple(
        RefusedRow(
            number=reading.row.number,
            cells=reading.row.texts(),
            problems=tuple(by_row[reading.row.number]),
        )
        for reading in readings
        if reading.row.number in by_row
    )
