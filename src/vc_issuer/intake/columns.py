"""Finding the row of headings in a list, and what each column holds; every column is accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vc_issuer.intake.headings import Field, Unread, headings_of, nearest_heading, recognise_heading
from vc_issuer.intake.problems import Fault, Place, Problem, build_problem
from vc_issuer.intake.tabular import HEADING_ROWS, Row, Table

MINIMUM_HEADINGS = 3  # Fewer known headings than this, and the row is data or a title.
REQUIRED = (
    Field.STUDENT_NUMBER,
    Field.OFFERING,
    Field.RUN,
    Field.COMPONENT,
    Field.ROUTE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where each field stands, from 0; `complete` tells whether rows can be read at all."""

    header: Row
    positions: Mapping[Field, int]
    headings: tuple[str, ...]
    complete: bool
    problems: tuple[Problem, ...] = field(default=())

    def heading(self, known: Field) -> str:
        """Return a field's heading as the file has it, or the documented one where the file has none."""
        position = self.positions.get(known)
        return known.en if position is None else self.headings[position]


def score_headings(cells: Sequence[str]) -> int:
    """Count the cells of a row that are different known headings."""
    return len({known for cell in cells if (known := recognise_heading(cell)) is not None})


def find_header(table: Table) -> Row | None:
    """Return the row with the most known headings among the first ones, or None."""
    top = [row for row in table.rows if row.number <= HEADING_ROWS + 1]
    best = max(top, key=lambda row: score_headings(row.texts()), default=None)
    if best is None or score_headings(best.texts()) < MINIMUM_HEADINGS:
        return None
    return best


def map_columns(table: Table, header: Row) -> Columns:
    """Map every column of the list, and report those that are missing, double, unknown or without heading."""
    below = [row for row in table.rows if row.number > header.number]
    headings = tuple(" ".join(text.split()) for text in header.texts())
    found: dict[Field, list[int]] = {}
    problems: list[Problem] = []
    for position, heading in enumerate(headings):
        known = recognise_heading(heading)
        if isinstance(known, Field):
            found.setdefault(known, []).append(position)
        elif (fault := _fault_of(known, heading, position, below)) is not None:
            problems.append(_at(header, heading, fault))
    doubles = {known: places for known, places in found.items() if len(places) > 1}
    for known, places in doubles.items():
        fault = Fault.of("column-twice", nl=known.nl, en=known.en)
        problems.extend(_at(header, headings[position], fault) for position in places)
    missing = _missing(found)
    problems.extend(
        _at(header, known.en, Fault.of("column-missing", nl=known.nl, en=known.en, names=headings_of(known)))
        for known in missing
    )
    return Columns(
        header=header,
        positions={known: places[0] for known, places in found.items() if known not in doubles},
        headings=headings,
        # A column without heading may be half of a merged one, such as a name: then no row can be trusted.
        complete=not missing and not doubles and "column-unnamed" not in {problem.code for problem in problems},
        problems=tuple(problems),
    )


def _fault_of(known: Unread | None, heading: str, position: int, below: Sequence[Row]) -> Fault | None:
    if known is Unread.NATIONAL_NUMBER:
        return Fault("column-national-number")
    if known is Unread.NOT_KEPT:
        return Fault("column-not-kept")
    if heading:
        return Fault.of("column-unknown", nearest=nearest_heading(heading))
    if any(text.strip() for row in below for text in row.texts()[position : position + 1]):
        return Fault.of("column-unnamed", letter=column_letter(position))
    return None


def _missing(found: Mapping[Field, list[int]]) -> list[Field]:
    missing = [known for known in REQUIRED if known not in found]
    if not found.keys() & {Field.FULL_NAME, Field.GIVEN_NAME, Field.FAMILY_NAME}:
        missing.append(Field.FULL_NAME)
    if not found.keys() & {Field.MARK, Field.STATUS}:
        missing.append(Field.MARK)
    return missing


def _at(header: Row, heading: str, fault: Fault) -> Problem:
    return build_problem(fault, Place(row=header.number, column=heading, value=heading))


def column_letter(position: int) -> str:
    """Name a column as a spreadsheet does: A for 0, AA for 26."""
    letters = ""
    remaining = position + 1
    while remaining:
        remaining, digit = divmod(remaining - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
