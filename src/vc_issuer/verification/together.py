"""Files that came together: a badge and an ELM credential that name each other are compared (decisions 7.2).

In a PDF the two stand in one file, and its report compares them. Loose files are compared here; what they come to is
said in the reports of both. A stranger's badge that copies a name takes nothing from the credential that it names.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vc_issuer.errors import InvalidError
from vc_issuer.formats.award_core import elm_entries, ob3_entries
from vc_issuer.model.report import CheckId, CheckResult, Outcome, Report, Verdict
from vc_issuer.verification.candidate import Candidate, Kind
from vc_issuer.verification.containers import check_twins
from vc_issuer.verification.examination import Examination, worse
from vc_issuer.verification.examined import Examined, ExaminedFile

_MARK_LENGTH = 16  # 64 bits: two of sixty files meet by accident once in 10^16 drops, and are then compared in vain
_SIDE_LETTERS = ((Kind.OB3, "b"), (Kind.ELM, "c"))
_UNTRUE = frozenset({Verdict.NOT_GENUINE, Verdict.UNREADABLE})


@dataclass(frozen=True, slots=True)
class _Twin:
    """One side: in which file, of which credential, under which names the two know each other."""

    place: int
    examined: Examined
    candidate: Candidate
    names: frozenset[object]

    @property
    def is_trusted(self) -> bool:
        """Tell whether a trusted issuer made it, and nothing about it is false."""
        return bool(self.examined.issuer and self.examined.issuer.trusted) and self.examined.verdict not in _UNTRUE


def joined(files: Sequence[ExaminedFile]) -> list[Report]:
    """Return the reports of files that came together, each with what its twins in the others make of it."""
    reports = [file.report for file in files]
    badges, credentials = list(_sides(files, Kind.OB3)), list(_sides(files, Kind.ELM))
    by_name: dict[object, list[_Twin]] = {}
    for credential in credentials:
        for name in credential.names:
            by_name.setdefault(name, []).append(credential)
    for badge in badges:
        related = {id(twin): twin for name in badge.names for twin in by_name.get(name, [])}
        for credential in related.values():
            if badge.place != credential.place:
                _note(reports, badge, credential)
    return reports


def twin_marks(files: Sequence[ExaminedFile]) -> list[frozenset[str]]:
    """Return for each file the marks of its twins' sides: `b:` or `c:`, for badge or credential, and a digest.

    A badge and a credential with the same digest know each other by a name. Whoever sends files in several requests
    learns from the marks which of them to send together.
    """
    marks: list[set[str]] = [set() for _ in files]
    for kind, letter in _SIDE_LETTERS:
        for side in _sides(files, kind):
            marks[side.place] |= {f"{letter}:{_digest(name)}" for name in side.names}
    return [frozenset(each) for each in marks]


def _digest(name: object) -> str:
    return hashlib.sha256(str(name).encode("utf-8", "replace")).hexdigest()[:_MARK_LENGTH]


def _note(reports: list[Report], badge: _Twin, credential: _Twin) -> None:
    if badge.examined.verdict in _UNTRUE or credential.examined.verdict in _UNTRUE:
        return
    examination = Examination()
    examination.attempt(CheckId.TWIN, lambda: check_twins(badge.candidate, credential.candidate))
    [found] = examination.results
    for side, other in ((badge, credential), (credential, badge)):
        if found.outcome is Outcome.FAILED and not other.is_trusted:
            continue
        report = reports[side.place]
        line = replace(found, message=f"with {reports[other.place].file}: {found.message}")
        reports[side.place] = _with(report, line)


def _with(report: Report, line: CheckResult) -> Report:
    checks = sorted([*report.checks, line], key=lambda result: result.check.number)
    verdict = worse(report.verdict, Verdict.NOT_GENUINE) if line.outcome is Outcome.FAILED else report.verdict
    return replace(report, checks=tuple(checks), verdict=verdict)


def _sides(files: Sequence[ExaminedFile], kind: Kind) -> Iterator[_Twin]:
    for place, file in enumerate(files):
        for examined in file.credentials:
            candidate = examined.candidate
            if candidate is not None and candidate.kind is kind and examined.summary is not None:
                names = _names(candidate)
                if names:
                    yield _Twin(place, examined, candidate, names)


def _names(candidate: Candidate) -> frozenset[object]:
    """Return what the two sides of one award have in common: the ELM's id, the badge's issuer and id, the core's id."""
    document = candidate.document
    try:
        if candidate.kind is Kind.OB3:
            badge = ob3_entries(document)
            if badge is None:
                return frozenset()
            elm_id, _, core = badge
            return frozenset({elm_id, core.id, document.get("id")})
        credential = elm_entries(document)
    except InvalidError:
        return frozenset()
    if credential is None:
        return frozenset()
    badges, core = credential
    return frozenset({document.get("id"), core.id, *(own_id for _, own_id in badges)})
