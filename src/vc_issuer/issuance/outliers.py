"""What an approver should look at before approving: marks unlike the last run's, volumes unlike any, staff; pure.

These are no errors: rules have passed. They are what a colleague with a red pencil would ask about.
"""

from collections.abc import Callable, Iterable, Iterator
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
    now: Iterable[StoredRecord],
    before: Iterable[StoredRecord],
    *,
    offering_of: Callable[[str, str], Offering],
    staff: frozenset[str] = frozenset(),
) -> tuple[Outlier, ...]:
    """Return everything unusual about a batch. `before` are the records of the last run of the same offerings.

    Both are read once, record by record. `staff` holds student numbers and names as `folded` gives them.
    """
    this, last = _Tally(offering_of, staff), _Tally(offering_of)
    for record in now:
        this.add(record)
    for record in before:
        last.add(record)
    return (*_staff(this), *_volumes(this, last, offering_of), *_marks(this, last, offering_of))


def folded(text: str) -> str:
    """Return a name or number as it is compared: case and blanks don't count."""
    return " ".join(text.casefold().split())


@dataclass(slots=True)
class _Results:
    """What a run gave in one component."""

    assessed: int = 0
    passed: int = 0
    marked: int = 0
    total: Decimal = Decimal(0)

    def add(self, result: ComponentResult) -> None:
        """Count one result."""
        self.assessed += 1
        self.passed += result.status is ResultStatus.PASSED
        if result.mark is not None:
            self.marked += 1
            self.total += result.mark

    @property
    def passed_share(self) -> Decimal:
        """Return the share of those who were assessed."""
        return Decimal(self.passed) / self.assessed

    @property
    def mean(self) -> Decimal | None:
        """Return the mean mark; None where there are too few to say anything."""
        return self.total / self.marked if self.marked >= FEWEST_RESULTS else None


class _Tally:
    """What is remembered of a run's records: sums, and places, but no record."""

    def __init__(self, offering_of: Callable[[str, str], Offering], staff: frozenset[str] = frozenset()) -> None:
        self._offering_of = offering_of
        self._staff = staff
        self.of_staff: list[int] = []
        self.versions: dict[tuple[str, str], None] = {}  # each offering code and version, in order
        self.results: dict[tuple[str, str], _Results] = {}  # by offering code and component
        self.earned: dict[str, Decimal] = {}  # by learner
        self.places: dict[str, tuple[int, ...]] = {}  # by learner

    def add(self, record: StoredRecord) -> None:
        """Count one record."""
        learner = record.learner
        if self._staff & {folded(learner.student_number), folded(learner.full_name)}:
            self.of_staff.append(record.position)
        self.versions[record.offering_code, record.offering_version] = None
        for result in record.results:
            if result.status in {ResultStatus.PASSED, ResultStatus.FAILED}:
                self.results.setdefault((record.offering_code, result.component), _Results()).add(result)
        self.earned[record.learner_id] = self.earned.get(record.learner_id, Decimal(0)) + self._earned(record)
        self.places[record.learner_id] = (*self.places.get(record.learner_id, ()), record.position)

    def _earned(self, record: StoredRecord) -> Decimal:
        offering = self._offering_of(record.offering_code, record.offering_version)
        passed = {result.component for result in record.results if result.status is ResultStatus.PASSED}
        return sum((each.ects for each in offering.components if each.ects and each.code in passed), Decimal(0))


def _staff(now: _Tally) -> Iterator[Outlier]:
    if now.of_staff:
        message = f"{len(now.of_staff)} of these people stand on the list of staff"
        yield Outlier(kind="staff", subject="batch", message=message, positions=tuple(now.of_staff))


def _volumes(now: _Tally, before: _Tally, offering_of: Callable[[str, str], Offering]) -> Iterator[Outlier]:
    earlier = {code: offering_of(code, version) for code, version in before.versions}
    for code, version in now.versions:
        ects = offering_of(code, version).ects
        if ects is not None and not SMALLEST <= ects <= YEAR_OF_STUDY:
            yield Outlier(kind="ects.offering", subject=code, message=f"{code} {version} is worth {ects} ECTS")
        if code in earlier and earlier[code].ects != ects:
            message = f"{code} is worth {ects} ECTS now, and was worth {earlier[code].ects} in its last run"
            yield Outlier(kind="ects.changed", subject=code, message=message)
    over = [learner_id for learner_id, earned in now.earned.items() if earned > YEAR_OF_STUDY]
    many = tuple(sorted(place for learner_id in over for place in now.places[learner_id]))
    if many:
        message = f"more than {YEAR_OF_STUDY} ECTS go to one person, {len(many)} rows in all"
        yield Outlier(kind="ects.person", subject="batch", message=message, positions=many)


def _marks(now: _Tally, before: _Tally, offering_of: Callable[[str, str], Offering]) -> Iterator[Outlier]:
    for (code, component), results in now.results.items():
        last = before.results.get((code, component), _Results())
        if min(results.assessed, last.assessed) >= FEWEST_RESULTS:
            low, high = _scale(now, code, component, offering_of)
            yield from _compared(f"{code}/{component}", results, last, high - low)


def _scale(
    now: _Tally, code: str, component: str, offering_of: Callable[[str, str], Offering]
) -> tuple[Decimal, Decimal]:
    version = next(version for known, version in now.versions if known == code)
    found = offering_of(code, version).component(component)
    grading = found.grading if found else None
    if grading is None or grading.minimum is None or grading.maximum is None:
        return _TWENTY
    return grading.minimum, grading.maximum


def _compared(subject: str, now: _Results, last: _Results, width: Decimal) -> Iterator[Outlier]:
    if abs(now.passed_share - last.passed_share) >= PASS_SHIFT:
        message = f"{now.passed_share:.0%} passed {subject}, in its last run {last.passed_share:.0%}"
        yield Outlier(kind="marks.passed", subject=subject, message=message)
    if now.mean is not None and last.mean is not None and abs(now.mean - last.mean) >= MEAN_SHIFT * width:
        message = f"the mean mark of {subject} is {now.mean:.1f}, in its last run {last.mean:.1f}"
        yield Outlier(kind="marks.mean", subject=subject, message=message)
