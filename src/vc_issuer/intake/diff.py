"""Comparing a new reading with the records stored: what changed, what is new, what is missing; nothing is doubled.

A line is one learner's result for one component of one run, told apart by student number, offering, run and
component. The version and the name are not part of it: when they change, that is a change, not a new line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from vc_issuer.model.record import ComponentResult, LearningRecord


class ChangeKind(Enum):
    """What a new reading says about one line."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NEW = "new"
    MISSING = "missing"
    OLDER = "older"  # The reading has an earlier exam chance than the one stored, which stays.


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKey:
    """What tells one line from another."""

    student_number: str = field(repr=False)
    offering: str
    run: str
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field before and after, as text."""

    name: str
    before: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """What became of one line; `before` is None for a new one, `after` for a missing one."""

    kind: ChangeKind
    key: LineKey
    before: ComponentResult | None = None
    after: ComponentResult | None = None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of the awards in a reading, and how many lines of other people in the same runs stand beside."""

    records: tuple[LearningRecord, ...] = ()
    other_lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDifference:
    """Every line of the reading, and of what is stored of the same awards, sorted by key.

    `other_lines` are stored for the same runs, of people who don't stand in the reading: missing too, and only counted.
    """

    lines: tuple[LineChange, ...]
    other_lines: int = 0

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """Count the lines of each kind, those of people outside the reading too."""
        found = Counter(line.kind for line in self.lines)
        found[ChangeKind.MISSING] += self.other_lines
        return found

    def of(self, kind: ChangeKind) -> tuple[LineChange, ...]:
        """Return the lines of one kind."""
        return tuple(line for line in self.lines if line.kind is kind)

    @property
    def is_empty(self) -> bool:
        """Tell whether storing the reading would change nothing."""
        return not self.of(ChangeKind.CHANGED) and not self.of(ChangeKind.NEW)


def known_of(stored: Iterable[LearningRecord], incoming: Iterable[LearningRecord]) -> Known:
    """Pick from `stored` what is about the awards of `incoming`; the rest is read, counted, and not kept."""
    awards = {_award(record) for record in incoming}
    runs = {(offering, run) for _, offering, run in awards}
    records, others = [], 0
    for record in stored:
        if _award(record) in awards:
            records.append(record)
        elif (record.offering.code, record.run.key) in runs:
            others += len(record.results)
    return Known(records=tuple(records), other_lines=others)


def compare_cohorts(known: Known, incoming: Iterable[LearningRecord]) -> CohortDifference:
    """Compare `incoming` with what is known of the same awards."""
    old, new = dict(_lines(known.records)), dict(_lines(incoming))
    keys = sorted(old.keys() | new.keys(), key=_order)
    lines = tuple(_compare(key, old.get(key), new.get(key)) for key in keys)
    return CohortDifference(lines=lines, other_lines=known.other_lines)


def merge_records(stored: Iterable[LearningRecord], incoming: Iterable[LearningRecord]) -> tuple[LearningRecord, ...]:
    """Return one record for each learner and run: `incoming` wins, and what it leaves out is kept.

    A stored later exam chance, and a stored birth date that the reading lacks, stay.
    """
    merged = {_award(record): record for record in stored}
    for record in incoming:
        known = merged.get(_award(record))
        merged[_award(record)] = record if known is None else _merge(known, record)
    return tuple(merged.values())


_Line = tuple[LearningRecord, ComponentResult]


def _lines(records: Iterable[LearningRecord]) -> Iterator[tuple[LineKey, _Line]]:
    for record in records:
        for result in record.results:
            key = LineKey(
                student_number=record.learner.student_number,
                offering=record.offering.code,
                run=record.run.key,
                component=result.component,
            )
            yield key, (record, result)


def _order(key: LineKey) -> tuple[str, str, str, str]:
    return (key.offering, key.run, key.student_number, key.component)


def _award(record: LearningRecord) -> tuple[str, str, str]:
    return (record.learner.student_number, record.offering.code, record.run.key)


def _compare(key: LineKey, old: _Line | None, new: _Line | None) -> LineChange:
    before, after = old[1] if old else None, new[1] if new else None
    fields: tuple[FieldChange, ...] = ()
    if old is None:
        kind = ChangeKind.NEW
    elif new is None:
        kind = ChangeKind.MISSING
    elif new[1].attempt < old[1].attempt:
        kind = ChangeKind.OLDER
    else:
        fields = _field_changes(old, new)
        kind = ChangeKind.CHANGED if fields else ChangeKind.UNCHANGED
    return LineChange(kind=kind, key=key, before=before, after=after, fields=fields)


def _field_changes(old: _Line, new: _Line) -> tuple[FieldChange, ...]:
    before, after = _texts(old), _texts(new)
    if not after["birth date"]:
        after["birth date"] = before["birth date"]  # A reading without the column says nothing about it.
    return tuple(
        FieldChange(name=name, before=text, after=after[name]) for name, text in before.items() if text != after[name]
    )


def _texts(line: _Line) -> dict[str, str]:
    record, result = line
    learner = record.learner
    values: dict[str, object] = {
        "name": learner.full_name,
        "given name": learner.given_name,
        "family name": learner.family_name,
        "birth date": learner.birth_date,
        "version": record.offering.version,
        "language": record.language,
        "mark": None if result.mark is None else f"{result.mark:f}{'+' if result.honours else ''}",
        "status": result.status.value,
        "enrolment route": result.route.value if result.route else None,
        "attempt": result.attempt,
        "assessed on": result.assessed_on,
        "credited earlier on": result.credited_earlier_on,
        "evidence": " ".join(result.evidence),
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _merge(old: LearningRecord, new: LearningRecord) -> LearningRecord:
    results = {result.component: result for result in old.results}
    for result in new.results:
        known = results.get(result.component)
        if known is None or result.attempt >= known.attempt:
            results[result.component] = result
    order = {component.code: place for place, component in enumerate(new.offering.components)}
    return replace(
        new,
        learner=replace(new.learner, birth_date=new.learner.birth_date or old.learner.birth_date),
        results=tuple(sorted(results.values(), key=lambda result: order.get(result.component, len(order)))),
    )
