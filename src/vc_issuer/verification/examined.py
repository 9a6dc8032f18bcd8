"""One credential with its checks, before a verdict, and the report that comes of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.model.credential import CredentialSummary
from vc_issuer.model.report import CheckId, CheckResult, EndorsementSeen, IssuerSeen, OtherDocument, Report, Verdict
from vc_issuer.verification.candidate import Candidate, Kind
from vc_issuer.verification.examination import Examination, verdict_of

UNKNOWN = "unknown"


@dataclass(slots=True)
class Examined:
    """One credential with its checks, before a verdict; `inner` are the credentials inside it.

    `other` is the word for what is no candidate.
    """

    examination: Examination = field(default_factory=Examination)
    candidate: Candidate | None = None
    summary: CredentialSummary | None = None
    issuer: IssuerSeen | None = None
    inner: list["Examined"] = field(default_factory=list)
    other: str = UNKNOWN
    endorsements: tuple[EndorsementSeen, ...] = ()
    other_document: OtherDocument | None = None

    @property
    def word(self) -> str:
        """Return the word for its kind."""
        return self.candidate.kind.word if self.candidate else self.other

    @property
    def verdict(self) -> Verdict:
        """Return the verdict over its own checks."""
        return verdict_of(self.examination.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedFile:
    """The report on one file, and the credentials in it."""

    report: Report
    credentials: tuple[Examined, ...] = ()


def report_of(examined: Examined, name: str, now: datetime) -> Report:
    """Return the report on one credential; those inside are its parts."""
    results = sorted(examined.examination.results, key=lambda result: result.check.number)
    parts = tuple(report_of(inner, f"{name} ({inner.word})", now) for inner in examined.inner)
    verdict = verdict_of(results)
    if examined.candidate and examined.candidate.kind is Kind.PRESENTATION:
        # It only carries what others signed, as a PDF does.
        verdict = min((verdict, *(part.verdict for part in parts)), key=tuple(Verdict).index)
    return Report(
        file=name,
        format=examined.word,
        verdict=verdict,
        checks=tuple(results),
        checked_at=now,
        issuer=examined.issuer,
        summary=examined.summary,
        endorsements=examined.endorsements,
        other=examined.other_document,
        parts=parts,
    )


def unreadable(name: str, message: str, now: datetime) -> Report:
    """Return the report on what can't be read; `message` says why."""
    return _not_read(UnreadableError(message), name, now)


def not_opened(name: str, error: VcIssuerError, now: datetime) -> Report:
    """Return the report on what `error` kept from being opened; what could not be looked at says nothing of itself."""
    return _not_read(error if isinstance(error, InconclusiveError) else UnreadableError(str(error)), name, now)


def _not_read(error: VcIssuerError, name: str, now: datetime) -> Report:
    examined = Examined()

    def refuse() -> tuple[None, str, str]:
        raise error

    examined.examination.attempt(CheckId.READ, refuse)
    return report_of(examined, name, now)


def labelled(report: Report) -> list[CheckResult]:
    """Return a part's checks as they stand in the report of the whole."""
    return [
        CheckResult(
            check=check.check,
            outcome=check.outcome,
            message=f"{report.format}: {check.message}",
            clause=check.clause,
            finding=check.finding,
        )
        for check in report.checks
    ]


def check_inner(inner: list[Examined]) -> tuple[None, str, str]:
    """Say what became of the credentials inside another: each has a proof of its own, and a verdict of its own.

    One that is not genuine makes the whole untrue. What else is wrong with one is said of it alone.
    """
    counts = Counter(examined.verdict for examined in inner)
    listed = ", ".join(f"{count} {verdict.value}" for verdict, count in sorted(counts.items(), key=_by_precedence))
    message = f"{len(inner)} credential(s) inside, each checked by itself: {listed}"
    if Verdict.NOT_GENUINE in counts:
        raise InvalidError(message, clause="decisions 7.3")
    if set(counts) != {Verdict.CURRENT}:
        raise InconclusiveError(message, clause="decisions 7.3")
    return None, message, "decisions 7.3"


def _by_precedence(item: tuple[Verdict, int]) -> int:
    return tuple(Verdict).index(item[0])
