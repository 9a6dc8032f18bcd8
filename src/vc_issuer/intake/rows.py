"""Reading one row of a cohort: who, in which run, with what result; every problem of the row at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from vc_issuer.intake.cells import (
    Mark,
    check_ects,
    decide_status,
    nearest,
    read_attempt,
    read_language,
    read_mark,
    read_route,
    read_status,
)
from vc_issuer.intake.columns import Columns
from vc_issuer.intake.dates import DayOrder, PartialDate, check_birth, prove_order, read_date
from vc_issuer.intake.evidence import read_evidence
from vc_issuer.intake.formulas import formula_fault
from vc_issuer.intake.headings import Field
from vc_issuer.intake.names import control_fault, is_no_given_name, join_name, read_name
from vc_issuer.intake.numbers import is_national_number, read_student_number, usual_length
from vc_issuer.intake.problems import Fault, Place, Problem, Reading, build_problem
from vc_issuer.intake.tabular import Row, Table, cell_text
from vc_issuer.intake.workbook import Cell
from vc_issuer.model.offering import Component, Offering, Run
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import ComponentResult, ResultStatus, Severity
from vc_issuer.model.text import normalise_text

T = TypeVar("T")
Catalogue = Mapping[tuple[str, str], Offering]  # by code and version

MAX_CELL_CHARACTERS = 1_000  # No field of a cohort is longer; a name has its own limit.

_DATES = (Field.BIRTH_DATE, Field.ASSESSED_ON, Field.CREDITED_EARLIER_ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One good row: a learner's result for one component of one run."""

    number: int
    learner: Learner
    offering: Offering
    run: Run
    language: str
    result: ComponentResult

    @property
    def award(self) -> tuple[str, str, str, str]:
        """Return what tells one learning record from another."""
        return (self.learner.student_number, self.offering.code, self.offering.version, self.run.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading:
    """What became of one row. `learner` stands even where the result could not be read; `result` where all could."""

    row: Row
    problems: tuple[Problem, ...]
    learner: Learner | None = field(default=None, repr=False)
    result: ResultRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowContext:
    """What a row is read with: the list's columns, what whole columns prove, and the catalogue."""

    table: Table
    columns: Columns
    versions: Mapping[str, Mapping[str, Offering]]  # by code, then version
    orders: Mapping[Field, DayOrder]
    usual_length: int | None


def build_context(table: Table, columns: Columns, catalogue: Catalogue) -> RowContext:
    """Look at whole columns first: the order of days and months, and the usual length of student numbers."""
    below = [row for row in table.rows if row.number > columns.header.number]

    def column(known: Field) -> list[Cell]:
        position = columns.positions.get(known)
        return [] if position is None else [row.cells[position] for row in below if position < len(row.cells)]

    versions: dict[str, dict[str, Offering]] = {}
    for (code, version), offering in catalogue.items():
        versions.setdefault(code, {})[version] = offering
    return RowContext(
        table=table,
        columns=columns,
        versions=versions,
        orders={known: prove_order(column(known)) for known in _DATES},
        usual_length=usual_length(column(Field.STUDENT_NUMBER)),
    )


def read_row(row: Row, context: RowContext) -> RowReading:
    """Read one row against the catalogue."""
    return _RowReader(row, context).read()


class _RowReader:
    """The reading of one row; collects problems as it goes."""

    def __init__(self, row: Row, context: RowContext) -> None:
        self._row = row
        self._context = context
        self._problems: list[Problem] = []
        self._blocked: set[Field] = set()

    def read(self) -> RowReading:
        self._check_row()
        learner = self._learner()
        offering = self._offering()
        run = self._run(offering) if offering else None
        if learner and run and learner.birth_date:
            self._take(Field.BIRTH_DATE, _faults(check_birth(learner.birth_date, run.starts_on)))
        language = self._take(Field.LANGUAGE, read_language(self._cell(Field.LANGUAGE), run.languages)) if run else None
        result = self._result(offering.delivered(run) if offering and run else offering, run)
        if result and learner:
            result = replace(result, evidence=self._evidence(learner))
        whole = None
        if learner and offering and run and language is not None and result and not self._has_errors():
            whole = ResultRow(
                number=self._row.number,
                learner=learner,
                offering=offering,
                run=run,
                language=language,
                result=result,
            )
        return RowReading(row=self._row, problems=tuple(self._problems), learner=learner, result=whole)

    # Cells and problems.

    def _cell(self, known: Field) -> Cell:
        position = self._context.columns.positions.get(known)
        if position is None or position >= len(self._row.cells) or known in self._blocked:
            return ""
        return self._row.cells[position]

    def _text(self, known: Field) -> str:
        return normalise_text(cell_text(self._cell(known)))

    def _report(self, known: Field, fault: Fault) -> None:
        place = Place(
            row=self._row.number, column=self._context.columns.heading(known), value=cell_text(self._cell(known))
        )
        self._problems.append(build_problem(fault, place))

    def _take(self, known: Field, reading: Reading[T]) -> T | None:
        if known not in self._blocked:
            for fault in reading.faults:
                self._report(known, fault)
        return reading.value

    def _require(self, known: Field, reading: Reading[T]) -> T | None:
        if reading.value is None and not reading.faults:
            reading = Reading(None, (Fault("cell-empty"),))
        return self._take(known, reading)

    def _has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self._problems)

    def _check_row(self) -> None:
        """Report what no cell's reader sees: overflow, formulas and error values of a workbook, endless cells."""
        number, table, columns = self._row.number, self._context.table, self._context.columns
        beyond = [text for text in self._row.texts()[len(columns.headings) :] if text.strip()]
        if beyond:
            place = Place(row=number, column=columns.headings[-1], value=beyond[0])
            self._problems.append(build_problem(Fault("row-too-long"), place))
        if number in table.hidden_rows:
            self._problems.append(build_problem(Fault("row-hidden"), Place(row=number)))
        for known, position in columns.positions.items():
            at = (number, position + 1)
            fault = None
            if at in table.errors:
                fault = Fault("cell-error")
            elif at in table.formulas:
                fault = Fault("cell-formula")
            elif len(cell_text(self._cell(known))) > MAX_CELL_CHARACTERS:
                fault = Fault.of("cell-too-long", limit=MAX_CELL_CHARACTERS)
            if fault is not None:
                self._report(known, fault)
                self._blocked.add(known)

    def _code(self, known: Field) -> str | None:
        """Read a code as text; controls and formulas are refused before anything repeats it."""
        raw = cell_text(self._cell(known))
        fault = control_fault(raw) or formula_fault(raw.strip())
        return self._require(known, _faults(fault) if fault else Reading(normalise_text(raw) or None))

    # The learner.

    def _learner(self) -> Learner | None:
        number = self._require(
            Field.STUDENT_NUMBER,
            read_student_number(
                self._cell(Field.STUDENT_NUMBER), usual=self._context.usual_length, typed=self._context.table.typed
            ),
        )
        given, family, full = self._name()
        born = self._birth_date()
        if number is None or not full:
            return None
        return Learner(
            student_number=number,
            full_name=full,
            given_name=given,
            family_name=family,
            birth_date=born,
        )

    def _name(self) -> tuple[str, str, str]:
        """Return given, family and full name; the full name is empty where a part of it was refused."""
        before = len(self._problems)
        parts = {known: self._name_part(known) for known in (Field.GIVEN_NAME, Field.FAMILY_NAME, Field.FULL_NAME)}
        refused = any(problem.severity is Severity.ERROR for problem in self._problems[before:])
        given, family = parts[Field.GIVEN_NAME], parts[Field.FAMILY_NAME]
        joined = join_name(given, family)
        full = parts[Field.FULL_NAME] or joined
        if not full and not refused and not self._blocked & parts.keys():
            named = [known for known in reversed(parts) if known in self._context.columns.positions]
            self._report(named[0], Fault("name-missing"))
        if parts[Field.FULL_NAME] and joined and not _same_words(full, joined):
            self._report(Field.FULL_NAME, Fault("name-parts-differ"))
        return given, family, "" if refused or self._blocked & parts.keys() else full

    def _name_part(self, known: Field) -> str:
        raw = cell_text(self._cell(known))
        if is_national_number(raw):
            self._report(known, Fault("national-number"))
            return ""
        name = self._take(known, read_name(raw)) or ""
        if known is Field.GIVEN_NAME and is_no_given_name(name):
            self._report(known, Fault("name-no-given"))
            return ""
        return name

    def _birth_date(self) -> date | None:
        cell = self._cell(Field.BIRTH_DATE)
        reading = read_date(cell, self._context.orders[Field.BIRTH_DATE])
        if isinstance(reading.value, PartialDate):
            self._report(Field.BIRTH_DATE, Fault("birth-partial"))
            return None
        is_expected = Field.BIRTH_DATE in self._context.columns.positions and Field.BIRTH_DATE not in self._blocked
        if reading.value is None and not reading.faults and is_expected:
            self._report(Field.BIRTH_DATE, Fault("birth-missing"))
        self._take(Field.BIRTH_DATE, reading)
        return reading.value

    # The run.

    def _offering(self) -> Offering | None:
        code = self._code(Field.OFFERING)
        run = self._code(Field.RUN)
        version = self._text(Field.VERSION)
        if code is None:
            return None
        versions = self._context.versions.get(code, {})
        if not versions:
            codes = sorted(self._context.versions)
            fault = Fault.of("offering-unknown", known=", ".join(codes), nearest=nearest(code, codes))
            self._report(Field.OFFERING, fault)
            return None
        if version:
            if version not in versions:
                fault = Fault.of("version-unknown", offering=code, known=", ".join(sorted(versions)))
                self._report(Field.VERSION, fault)
            return versions.get(version)
        with_run = [offering for offering in versions.values() if run is not None and offering.run(run)]
        if len(with_run) > 1:
            known = ", ".join(sorted(offering.version for offering in with_run))
            self._report(Field.VERSION, Fault.of("version-needed", offering=code, known=known))
            return None
        return with_run[0] if with_run else versions[max(versions)]

    def _run(self, offering: Offering) -> Run | None:
        key = self._text(Field.RUN)
        run = offering.run(key)
        if run is None and key:
            known = ", ".join(each.key for each in offering.runs)
            self._report(Field.RUN, Fault.of("run-unknown", offering=offering.code, known=known))
        return run

    # The result.

    def _result(self, offering: Offering | None, run: Run | None) -> ComponentResult | None:
        code = self._code(Field.COMPONENT)
        route = self._require(Field.ROUTE, read_route(self._cell(Field.ROUTE)))
        attempt = self._take(Field.ATTEMPT, read_attempt(self._cell(Field.ATTEMPT)))
        assessed_on = self._day(Field.ASSESSED_ON)
        earlier_on = self._day(Field.CREDITED_EARLIER_ON)
        if run is not None:
            self._take(Field.ASSESSED_ON, _faults(_check_assessed(assessed_on, run)))
            self._take(Field.CREDITED_EARLIER_ON, _faults(_check_earlier(earlier_on, run)))
        component = self._component(offering, code) if offering and code else None
        if component is None:
            return None
        self._take(Field.ECTS, _faults(check_ects(self._cell(Field.ECTS), component)))
        written, status = self._outcome(component)
        if status is None or attempt is None:
            return None
        return ComponentResult(
            component=component.code,
            status=status,
            mark=written.value if written else None,
            honours=bool(written and written.honours),
            route=route,
            attempt=attempt,
            assessed_on=assessed_on,
            credited_earlier_on=earlier_on,
        )

    def _component(self, offering: Offering, code: str) -> Component | None:
        component = offering.component(code)
        if component is None:
            codes = [each.code for each in offering.components]
            fault = Fault.of(
                "component-unknown", offering=offering.code, known=", ".join(codes), nearest=nearest(code, codes)
            )
            self._report(Field.COMPONENT, fault)
        return component

    def _day(self, known: Field) -> date | None:
        reading = read_date(self._cell(known), self._context.orders[known])
        if isinstance(reading.value, PartialDate):
            self._report(known, Fault("date-partial"))
            return None
        self._take(known, reading)
        return reading.value

    def _evidence(self, learner: Learner) -> tuple[str, ...]:
        raw = self._cell(Field.EVIDENCE)
        return self._take(Field.EVIDENCE, read_evidence(raw, learner)) or ()

    def _outcome(self, component: Component) -> tuple[Mark | None, ResultStatus | None]:
        before = len(self._problems)
        written = self._take(Field.MARK, read_mark(self._cell(Field.MARK), component))
        said = self._take(Field.STATUS, read_status(self._cell(Field.STATUS)))
        if len(self._problems) > before or self._blocked & {Field.MARK, Field.STATUS}:
            return None, None
        mark = written if isinstance(written, Mark) else None
        word = written if isinstance(written, ResultStatus) else None
        at = Field.MARK if Field.MARK in self._context.columns.positions else Field.STATUS
        if word and said and word is not said:
            self._report(at, Fault("status-differs"))
            return None, None
        return mark, self._take(at, decide_status(mark.value if mark else None, word or said, component))


def _faults(fault: Fault | None) -> Reading[str]:
    return Reading(None, (fault,) if fault else ())


def _same_words(full: str, joined: str) -> bool:
    """Tell whether two names hold the same words in any order: some write the family name first."""
    return sorted(full.casefold().split()) == sorted(joined.casefold().split())


def _check_assessed(assessed_on: date | None, run: Run) -> Fault | None:
    if assessed_on is None:
        return None
    if assessed_on < run.starts_on:
        return Fault.of("assessed-before-run", starts_on=run.starts_on.isoformat())
    if assessed_on > run.awarded_on:
        return Fault.of("assessed-after-award", awarded_on=run.awarded_on.isoformat())
    return None


def _check_earlier(earlier_on: date | None, run: Run) -> Fault | None:
    if earlier_on is not None and earlier_on > run.ends_on:
        return Fault.of("credited-not-earlier", ends_on=run.ends_on.isoformat())
    return None
