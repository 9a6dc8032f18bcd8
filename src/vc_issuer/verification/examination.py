"""One file's checks as they are made: each error becomes one line of the report, and nothing is left out."""

from collections.abc import Callable
from typing import Any, TypeVar

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, UnsafeDocumentError, VcIssuerError
from vc_issuer.model.report import CheckId, CheckResult, Outcome, Verdict

T = TypeVar("T")
_ETSI = "ETSI EN 319 102-1"

# A check whose failure means that the file is not what its issuer signed.
GENUINENESS = frozenset(
    {
        CheckId.STRUCTURE,
        CheckId.PROOF,
        CheckId.KEY,
        CheckId.ISSUER_BINDING,
        CheckId.TWIN,
        CheckId.CARRIER,
        CheckId.TRUST,
        CheckId.ENDORSEMENT,
        CheckId.SCHEMA,
        CheckId.FILE_SEAL,
    }
)


class FindingError(InvalidError):
    """Carry a verdict's word out of a check that is false, such as `revoked` or `expired`."""

    def __init__(self, verdict: Verdict, message: str, *, clause: str = "") -> None:
        super().__init__(message, clause=clause)
        self.verdict = verdict

    def __reduce__(self) -> tuple[Any, ...]:
        """Come back whole out of a child process."""
        return (FindingError, (self.verdict, self.message), self.__dict__)


class Examination:
    """Collect the results of one file's checks in the order of their numbers."""

    def __init__(self) -> None:
        self.results: list[CheckResult] = []

    def attempt(self, check: CheckId, work: Callable[[], tuple[T, str, str]]) -> T | None:
        """Run one check; `work` returns what it found, a sentence and a clause, or raises one of our errors."""
        try:
            value, message, clause = work()
        except InconclusiveError as error:
            self._add(check, Outcome.INDETERMINATE, error)
        except (InvalidError, UnreadableError, UnsafeDocumentError) as error:
            self._add(check, Outcome.FAILED, error)
        else:
            self.results.append(CheckResult(check=check, outcome=Outcome.PASSED, message=message, clause=clause))
            return value
        return None

    def skip(self, check: CheckId, reason: str) -> None:
        """Note a check that could not be made, because one before it left nothing to check."""
        self.results.append(CheckResult(check=check, outcome=Outcome.INDETERMINATE, message=reason))

    def _add(self, check: CheckId, outcome: Outcome, error: VcIssuerError) -> None:
        finding = error.verdict.value if isinstance(error, FindingError) else ""
        clause = getattr(error, "clause", "")
        if indication := getattr(error, "indication", ""):
            clause = f"{clause}; {_ETSI} {indication}".removeprefix("; ")
        self.results.append(
            CheckResult(check=check, outcome=outcome, message=str(error), clause=clause, finding=finding)
        )

    def outcome(self, check: CheckId) -> Outcome | None:
        """Return the worst outcome of this check so far, or None if it was not made."""
        seen = [result.outcome for result in self.results if result.check is check]
        return next((outcome for outcome in _WORST_FIRST if outcome in seen), None)


def read_or_nothing(work: Callable[[], T]) -> T | None:
    """Return what `work` reads, or None where the document holds something that can't be read: a check has said so."""
    try:
        return work()
    except VcIssuerError:
        return None


_WORST_FIRST = (Outcome.FAILED, Outcome.INDETERMINATE, Outcome.PASSED)


def verdict_of(results: list[CheckResult]) -> Verdict:
    """Return the one verdict, by the precedence of decisions 7.2."""
    failed = {result.check for result in results if result.outcome is Outcome.FAILED and not result.finding}
    unsure = {result.check for result in results if result.outcome is Outcome.INDETERMINATE}
    found = {Verdict(result.finding) for result in results if result.finding}
    if failed & {CheckId.READ, CheckId.RECOGNISE}:
        return Verdict.UNREADABLE
    if failed & GENUINENESS:
        return Verdict.NOT_GENUINE
    for verdict in (Verdict.REVOKED, Verdict.SUPERSEDED, Verdict.SUSPENDED, Verdict.EXPIRED, Verdict.NOT_YET_VALID):
        if verdict in found:
            return verdict
    if unsure & {CheckId.STRUCTURE, CheckId.PROOF, CheckId.KEY, CheckId.ISSUER_BINDING, CheckId.TRUST}:
        return Verdict.UNKNOWN_ISSUER
    if failed or unsure & {CheckId.READ, CheckId.RECOGNISE, CheckId.STATUS, CheckId.VALIDITY}:
        return Verdict.STATUS_UNKNOWN
    return Verdict.CURRENT


_PRECEDENCE = tuple(Verdict)


def worse(first: Verdict, second: Verdict) -> Verdict:
    """Return the verdict that takes precedence."""
    return min(first, second, key=_PRECEDENCE.index)
