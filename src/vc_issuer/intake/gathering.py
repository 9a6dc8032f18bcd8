"""Bringing rows together: what belongs to one learner, what is said twice, and what contradicts itself.

Duplicates are found by student number, never by name (threat T3). The latest exam chance counts (R3).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from vc_issuer.intake.headings import Field
from vc_issuer.intake.problems import Fault, Place, Problem, build_problem
from vc_issuer.intake.rows import ResultRow, RowReading
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import LearningRecord, ResultStatus, Severity

Headings = Mapping[Field, str]
Numbered = tuple[int, Learner]
T = TypeVar("T")

ROWS_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The records that the good rows make, and what was found across rows."""

    records: tuple[LearningRecord, ...]
    problems: tuple[Problem, ...]


def gather_records(readings: Sequence[RowReading], headings: Headings) -> Gathered:
    """Make one record for each learner and run, from rows that contradict neither each other nor themselves."""
    people = [(reading.row.number, reading.learner) for reading in readings if reading.learner]
    problems = [*_check_people(people, headings)]
    rows = [reading.result for reading in readings if reading.result]
    problems += _check_years(rows, headings)
    refused = _refused_rows(problems)
    kept: list[ResultRow] = []
    for group in _grouped(rows, lambda row: (*row.award, row.result.component)).values():
        latest, found = _settle(group, headings)
        problems += found
        kept += latest
    problems += _check_languages(rows, headings)
    refused |= _refused_rows(problems)
    good = [row for row in kept if row.number not in refused]
    bad = _refused_people(readings, refused)
    problems += _check_complete(good, bad, headings)
    return Gathered(records=tuple(_records(good)), problems=tuple(problems))


def _check_people(people: Sequence[Numbered], headings: Headings) -> list[Problem]:
    """Find one number with two names or birth dates, and one name and birth date with two numbers."""
    problems: list[Problem] = []
    for group in _grouped(people, lambda person: person[1].student_number).values():
        problems += _differing(group, "number-two-names", Field.FULL_NAME, headings, lambda who: who.full_name)
        known = [person for person in group if person[1].birth_date]
        problems += _differing(known, "number-two-births", Field.BIRTH_DATE, headings, lambda who: str(who.birth_date))
    born = [person for person in people if person[1].birth_date]
    for group in _grouped(born, lambda person: (person[1].full_name, person[1].birth_date)).values():
        problems += _differing(
            group, "name-two-numbers", Field.STUDENT_NUMBER, headings, lambda who: who.student_number
        )
    return problems


def _differing(
    group: Sequence[Numbered], code: str, known: Field, headings: Headings, read: Callable[[Learner], str]
) -> list[Problem]:
    """Report, on each row of a group, the rows that say something else."""
    values = [(number, read(learner)) for number, learner in group]
    others = _name_others(values)
    return [
        _problem(Fault.of(code, rows=others[value]), number, known, headings, value)
        for number, value in values
        if others[value]
    ]


def _settle(group: Sequence[ResultRow], headings: Headings) -> tuple[list[ResultRow], list[Problem]]:
    """Settle one learner's rows for one component: identical ones count once, the latest exam chance counts."""
    problems: list[Problem] = []
    unique: list[ResultRow] = []
    for same in _grouped(group, lambda row: row.result.attempt).values():
        first, *others = same
        if any(row.result != first.result for row in others):
            beside = _name_others([(row.number, row.number) for row in same])
            for row in same:
                fault = Fault.of("row-contradicts", rows=beside[row.number])
                problems.append(_problem(fault, row.number, Field.MARK, headings, _said(row)))
            continue
        unique.append(first)
        for row in others:
            fault = Fault.of("row-twice", rows=first.number)
            problems.append(
                _problem(fault, row.number, Field.STUDENT_NUMBER, headings, row.learner.student_number),
            )
    if problems and any(problem.severity is Severity.ERROR for problem in problems):
        return [], problems
    latest = max(unique, key=lambda row: row.result.attempt)
    for row in unique:
        if row is latest:
            continue
        code = "attempt-after-pass" if row.result.status is ResultStatus.PASSED else "earlier-attempt"
        # The doubt about a resit after a pass belongs to the later row, the one that would count.
        at, other = (latest, row) if code == "attempt-after-pass" else (row, latest)
        fault = Fault.of(code, rows=other.number)
        problems.append(_problem(fault, at.number, Field.ATTEMPT, headings, str(at.result.attempt)))
    return [latest], problems


def _said(row: ResultRow) -> str:
    mark = row.result.mark
    return row.result.status.value if mark is None else format(mark, "f")


def _check_years(rows: Sequence[ResultRow], headings: Headings) -> list[Problem]:
    years = Counter(row.run.academic_year for row in rows)
    if len(years) < 2:
        return []
    majority = years.most_common(1)[0][0]
    return [
        _problem(
            Fault.of("years-mixed", majority=majority, year=row.run.academic_year),
            row.number,
            Field.RUN,
            headings,
            row.run.key,
        )
        for row in rows
        if row.run.academic_year != majority
    ]


def _check_languages(rows: Sequence[ResultRow], headings: Headings) -> list[Problem]:
    problems: list[Problem] = []
    for group in _grouped(rows, lambda row: row.award).values():
        others = _name_others([(row.number, row.language) for row in group])
        problems += [
            _problem(
                Fault.of("language-two", rows=others[row.language]), row.number, Field.LANGUAGE, headings, row.language
            )
            for row in group
            if others[row.language]
        ]
    return problems


def _refused_people(readings: Iterable[RowReading], refused: set[int]) -> dict[str, str]:
    """Name the refused rows of each learner whose number could be read."""
    bad: dict[str, list[int]] = defaultdict(list)
    for reading in readings:
        if reading.learner and (reading.result is None or reading.row.number in refused):
            bad[reading.learner.student_number].append(reading.row.number)
    return {number: _join(rows) for number, rows in bad.items()}


def _check_complete(good: Sequence[ResultRow], bad: Mapping[str, str], headings: Headings) -> list[Problem]:
    return [
        _problem(
            Fault.of("record-incomplete", rows=bad[row.learner.student_number]),
            row.number,
            Field.STUDENT_NUMBER,
            headings,
            row.learner.student_number,
        )
        for row in good
        if row.learner.student_number in bad
    ]


def _records(rows: Sequence[ResultRow]) -> Iterable[LearningRecord]:
    for group in _grouped(rows, lambda row: row.award).values():
        first = group[0]
        # A birth date may stand on one row only; rows with two different ones were refused before.
        learner = next((row.learner for row in group if row.learner.birth_date), first.learner)
        order = {component.code: place for place, component in enumerate(first.offering.components)}
        results = sorted((row.result for row in group), key=lambda result: order[result.component])
        yield LearningRecord(
            learner=learner,
            offering=first.offering,
            run=first.run,
            results=tuple(results),
            language=first.language,
        )


def _refused_rows(problems: Iterable[Problem]) -> set[int]:
    return {problem.row for problem in problems if problem.row and problem.severity is Severity.ERROR}


def _problem(fault: Fault, row: int, known: Field, headings: Headings, value: str) -> Problem:
    return build_problem(fault, Place(row=row, column=headings[known], value=value))


def _name_others(values: Sequence[tuple[int, T]]) -> dict[T, str]:
    """Name, for each value, the rows that have another one; nothing where all are equal."""
    rows = sorted(values, key=lambda item: item[0])
    return {
        value: _join(number for number, other in rows if other != value) for value in dict.fromkeys(v for _, v in rows)
    }


def _join(numbers: Iterable[int]) -> str:
    """Name the first few rows: a file that says the same thing a thousand times is understood before that."""
    first = list(islice(numbers, ROWS_NAMED + 1))
    return ", ".join([*map(str, first[:ROWS_NAMED]), *("…" for _ in first[ROWS_NAMED:])])


def _grouped(items: Iterable[T], key: Callable[[T], object]) -> dict[object, list[T]]:
    groups: dict[object, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
