"""What an approver should look at before approving: marks unlike the last run's, volumes unlike any, staff; pure.

These are no errors: rules have passed. They are what a colleague with a red pencil would ask about.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from vc_issuer.model.offering import Offering
from vc_issuer.model.record import ComponentResult, ResultStatus
from vc_issuer.store.records import StoredRecord

YEAR_OF_STUDY = Decimal(60)  # ECTS Users' Guide 2015, section 1: sixty credits are a year's full load
SMALLEST = Decimal(1)
FEWEST_RESULTS = 8  # below it a mean says more about chance than about a run
MEAN_SHIFT = Decimal("0.10")  # of the scale: two points of twenty
PASS_SHIFT = Decimal("0.20")  # of those who were assessed
_TWENTY = (Decimal(0), Decimal(20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """One thing to look at. `kind` is stable; `positions` are rows of the batch; `message` names no person."""

    kind: str
    subject: str
    message: str
    positions: tuple[int, ...] = field(default=())


def find_outliers(
    now: Sequence[StoredRecord],
    before: Sequence[StoredRecord],
    *,
    offering_of: Callable[[str, str], Offering],
    staff: frozenset[str] = frozenset(),
) -> tuple[Outlier, ...]:
    """Return everything unusual about a batch. `before` are the records of the last run of the same offerings.

    `staff` holds student numbers and names as `folded` gives them.
    """
    return (*_staff(now, staff), *_volumes(now, before, offering_of), *_marks(now, before, offering_of))


def folded(text: str) -> str:
    """Return a name or number as it is compared: case and blanks don't count."""
    return " ".join(text.casefold().split())


def _staff(now: Iterable[StoredRecord], staff: frozenset[str]) -> list[Outlier]:
    theirs = tuple(
        record.position
        for record in now
        if {folded(record.learner.student_number), folded(record.learner.full_name)} & staff
    )
    if not theirs:
        return []
    message = f"{len(theirs)} of these people stand on the list of staff"
    return [Outlier(kind="staff", subject="batch", message=message, positions=theirs)]


def _volumes(
    now: Sequence[StoredRecord], before: Sequence[StoredRecord], offering_of: Callable[[str, str], Offering]
) -> list[Outlier]:
    found = []
    earlier = {record.offering_code: offering_of(record.offering_code, record.offering_version) for record in before}
    for code, version in dict.fromkeys((record.offering_code, record.offering_version) for record in now):
        ects = offering_of(code, version).ects
        if ects is not None and not SMALLEST <= ects <= YEAR_OF_STUDY:
            message = f"{code} {version} is worth {ects} ECTS"
            found.append(Outlier(kind="ects.offering", subject=code, message=message))
        if code in earlier and earlier[code].ects != ects:
            message = f"{code} is worth {ects} ECTS now, and was worth {earlier[code].ects} in its last run"
            found.append(Outlier(kind="ects.changed", subject=code, message=message))
    totals: dict[str, Decimal] = {}
    for record in now:
        totals[record.learner_id] = totals.get(record.learner_id, Decimal(0)) + _earned(record, offering_of)
    many = tuple(record.position for record in now if totals[record.learner_id] > YEAR_OF_STUDY)
    if many:
        message = f"more than {YEAR_OF_STUDY} ECTS go to one person, {len(set(many))} rows in all"
        found.append(Outlier(kind="ects.person", subject="batch", message=message, positions=many))
    return found


def _earned(record: StoredRecord, offering_of: Callable[[str, str], Offering]) -> Decimal:
    offering = offering_of(record.offering_code, record.offering_version)
    passed = {result.component for result in record.results if result.status is ResultStatus.PASSED}
    return sum((each.ects for each in offering.components if each.ects and each.code in passed), Decimal(0))


def _marks(
    now: Sequence[StoredRecord], before: Sequence[StoredRecord], offering_of: Callable[[str, str], Offering]
) -> list[Outlier]:
    found: list[Outlier] = []
    earlier = _by_component(before)
    for (code, component), results in _by_component(now).items():
        last = earlier.get((code, component), [])
        if min(len(results), len(last)) >= FEWEST_RESULTS:
            low, high = _scale(now, code, component, offering_of)
            found += _compared(f"{code}/{component}", results, last, high - low)
    return found


def _by_component(records: Iterable[StoredRecord]) -> Mapping[tuple[str, str], list[ComponentResult]]:
    found: dict[tuple[str, str], list[ComponentResult]] = {}
    for record in records:
        for result in record.results:
            if result.status in {ResultStatus.PASSED, ResultStatus.FAILED}:
                found.setdefault((record.offering_code, result.component), []).append(result)
    return found


def _scale(
    now: Iterable[StoredRecord], code: str, component: str, offering_of: Callable[[str, str], Offering]
) -> tuple[Decimal, Decimal]:
    version = next(record.offering_version for record in now if record.offering_code == code)
    found = offering_of(code, version).component(component)
    grading = found.grading if found else None
    if grading is None or grading.minimum is None or grading.maximum is None:
        return _TWENTY
    return grading.minimum, grading.maximum


def _compared(
    subject: str, now: Sequence[ComponentResult], last: Sequence[ComponentResult], width: Decimal
) -> Iterable[Outlier]:
    passed, passed_last = _passed(now), _passed(last)
    if abs(passed - passed_last) >= PASS_SHIFT:
        message = f"{passed:.0%} passed {subject}, in its last run {passed_last:.0%}"
        yield Outlier(kind="marks.passed", subject=subject, message=message)
    marks, marks_last = _mean(now), _mean(last)
    if marks is not None and marks_last is not None and abs(marks - marks_last) >= MEAN_SHIFT * width:
        message = f"the mean mark of {subject} is {marks:.1f}, in its last run {marks_last:.1f}"
        yield Outlier(kind="marks.mean", subject=subject, message=message)


def _passed(results: Sequence[ComponentResult]) -> Decimal:
    return Decimal(sum(result.status is ResultStatus.PASSED for result in results)) / len(results)


def _mean(results: Sequence[ComponentResult]) -> Decimal | None:
    marks = [result.mark for result in results if result.mark is not None]
    return sum(marks, Decimal(0)) / len(marks) if len(marks) >= FEWEST_RESULTS else None
