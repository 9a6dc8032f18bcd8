"""The awards that a report is about: twins are one award, a container of several credentials holds several.

What is not genuine or not readable makes no statement that anybody signed: it keeps its verdict and says nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from vc_issuer.model.credential import CredentialSummary, FormatName
from vc_issuer.model.report import CheckResult, EndorsementSeen, IssuerSeen, OtherDocument, Outcome, Report, Verdict

# Files that hold several awards, each judged by itself.
_COLLECTIONS = frozenset({"zip", "clr", "vp"})
SILENT = frozenset({Verdict.NOT_GENUINE, Verdict.UNREADABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One award as a verifier saw it; `summary` is None where nothing of what it says may be shown."""

    file: str = field(repr=False)
    verdict: Verdict
    checked_at: datetime
    summary: CredentialSummary | None = field(default=None, repr=False)
    issuer: IssuerSeen | None = None
    checks: tuple[CheckResult, ...] = field(default=(), repr=False)
    confirmations: tuple[EndorsementSeen, ...] = ()
    other: OtherDocument | None = None

    @property
    def is_vouched(self) -> bool:
        """Tell whether somebody whom the verifier knows signed what the summary says."""
        return self.summary is not None and self.verdict is not Verdict.UNKNOWN_ISSUER


def awards_of(report: Report) -> tuple[Award, ...]:
    """Return the awards of one file: at least one, for a file that holds none has a verdict too."""
    # An endorsement inside a badge is no award of the learner's.
    parts = tuple(part for part in report.parts if part.format != "endorsement")
    if report.format in _COLLECTIONS:
        own = () if report.format == "zip" else (_award(replace(report, parts=()), []),)
        return (*own, *all_awards(parts))
    if any(part.format in _COLLECTIONS for part in parts):
        return all_awards(parts)
    groups = list(_groups(parts)) if parts else [[report]]
    if len(groups) == 1:
        # The whole file's verdict counts: its two twins may each hold while the printed text was altered.
        return (_award(replace(report, parts=()), groups[0]),)
    return tuple(award for group in groups for award in _of_group(group))


def all_awards(reports: Iterable[Report]) -> tuple[Award, ...]:
    """Return the awards of several files, in their order."""
    return tuple(award for report in reports for award in awards_of(report))


def _of_group(group: list[Report]) -> tuple[Award, ...]:
    if len(group) == 1:
        return awards_of(group[0])
    worst = min(group, key=lambda report: tuple(Verdict).index(report.verdict))
    return (_award(worst, group),)


def _award(judged: Report, forms: list[Report]) -> Award:
    summary = None
    if judged.verdict not in SILENT:
        # Of twins the ELM says more: the badge has no place for a distribution, nor for an entitlement.
        found = sorted(
            (report.summary for report in forms if report.summary),
            key=lambda candidate: candidate.format is not FormatName.ELM,
        )
        summary = next(iter(found), judged.summary)
    seen = judged.endorsements or tuple(each for report in forms for each in report.endorsements)
    return Award(
        confirmations=tuple(each for each in seen if each.outcome is Outcome.PASSED and summary),
        file=judged.file,
        verdict=judged.verdict,
        checked_at=judged.checked_at,
        summary=summary,
        issuer=judged.issuer or next((report.issuer for report in forms if report.issuer), None),
        other=judged.other or next((report.other for report in forms if report.other), None),
        checks=judged.checks or tuple(check for report in forms for check in report.checks),
    )


def _groups(parts: Iterable[Report]) -> Iterator[list[Report]]:
    """Put forms of one award together: those that name each other by id."""
    groups: list[list[Report]] = []
    for part in parts:
        known = next((group for group in groups if any(_are_twins(part, other) for other in group)), None)
        if known is None:
            groups.append([part])
        else:
            known.append(part)
    yield from groups


def _are_twins(one: Report, other: Report) -> bool:
    if one.summary is None or other.summary is None:
        return False
    return one.summary.id in other.summary.twin_ids or other.summary.id in one.summary.twin_ids
