"""From a file to its report: one function a check, in the order of their numbers; the only place where errors end.

Nothing is looked up but in the trust store that is handed in. What canonicalises, and what opens a container, runs
behind the guard.
"""

from dataclasses import dataclass, field
from datetime import datetime

from vc_issuer.carriers.open import Carried, CarrierKind, open_carrier
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.formats.award_core import as_object, languages_of
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.model.credential import CredentialSummary, FormatName
from vc_issuer.model.report import CheckId, CheckResult, IssuerSeen, Report
from vc_issuer.rendering.printed import text_matches
from vc_issuer.verification.badge import BadgeExamination
from vc_issuer.verification.candidate import Candidate, OtherSeal, read_candidate
from vc_issuer.verification.examination import Examination, verdict_of, worse
from vc_issuer.verification.proofs import Guard
from vc_issuer.verification.seal import OTHER_SEAL, SealExamination, examine_other_seal
from vc_issuer.verification.status import StatusBook
from vc_issuer.verification.trust import TrustStore


@dataclass(slots=True)
class _Examined:
    """One credential with its checks, before a verdict."""

    examination: Examination = field(default_factory=Examination)
    candidate: Candidate | None = None
    summary: CredentialSummary | None = None
    issuer: IssuerSeen | None = None
    kind: str = "unknown"


class Verifier:
    """Verify files against one trust store. Status lists are verified once and remembered."""

    def __init__(self, trust: TrustStore, guard: Guard) -> None:
        self._trust = trust
        self._guard = guard
        self._book = StatusBook(trust, guard)

    def verify(self, content: bytes, name: str, now: datetime, language: str = "en") -> Report:
        """Return the report on one file, whatever it holds. `now` is aware UTC."""
        try:
            carried: list[Carried] = self._guard(open_carrier, content)
        except (UnreadableError, InvalidError, InconclusiveError) as error:
            return unreadable(name, str(error), now)
        if carried[0].kind in (CarrierKind.JSON, CarrierKind.JWS):
            return self._report_on_one(content, name, now, language)
        return self._report_on_container(carried, name, now, language)

    def _report_on_one(self, content: bytes, name: str, now: datetime, language: str) -> Report:
        examined = self._examine(content, now, language)
        return _report(examined, name, examined.kind, now)

    def _examine(self, content: bytes, now: datetime, language: str) -> _Examined:
        examined = _Examined()
        examination = examined.examination
        candidate = examination.attempt(CheckId.READ, lambda: (read_candidate(content), "read", "RFC 8259"))
        if isinstance(candidate, OtherSeal):
            examined.kind = OTHER_SEAL
            examine_other_seal(candidate, examination, self._trust, now)
            return examined
        examined.candidate = candidate
        if candidate is None:
            return examined
        examined.kind = candidate.format.value
        known = "Open Badges 3.0" if candidate.format is FormatName.OB3 else "European Digital Credential (ELM)"
        examination.attempt(CheckId.RECOGNISE, lambda: (None, known, ""))
        if candidate.format is FormatName.OB3:
            badge = BadgeExamination(self._trust, self._guard, self._book, now)
            examined.summary = badge.run(candidate, examination, language)
            examined.issuer = badge.issuer_seen(candidate.document)
        else:
            seal = SealExamination(self._trust, self._book, now)
            examined.summary = seal.run(candidate, examination, language)
            examined.issuer = seal.issuer_seen(candidate.document)
        return examined

    def _report_on_container(self, carried: list[Carried], name: str, now: datetime, language: str) -> Report:
        parts = [self._examine(one.content, now, language) for one in carried]
        whole = Examination()
        if carried[0].kind is CarrierKind.PDF:
            whole.attempt(CheckId.TWIN, lambda: _twins(parts))
        whole.attempt(CheckId.CARRIER, lambda: _carrier(carried, parts))
        labels = [part.candidate.format.value if part.candidate else "unknown" for part in parts]
        reports = tuple(
            _report(part, f"{name} ({label})", label, now) for part, label in zip(parts, labels, strict=True)
        )
        verdict = verdict_of(whole.results)
        for report in reports:
            verdict = worse(verdict, report.verdict)
        first = next((part for part in parts if part.summary), parts[0])
        checks = sorted(
            [*(check for report in reports for check in _labelled(report)), *whole.results],
            key=lambda result: result.check.number,
        )
        return Report(
            file=name,
            format=carried[0].kind.value,
            verdict=verdict,
            checks=tuple(checks),
            checked_at=now,
            issuer=first.issuer,
            summary=first.summary,
            parts=reports,
        )


def _labelled(report: Report) -> list[CheckResult]:
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


def _report(examined: _Examined, name: str, kind: str, now: datetime) -> Report:
    results = sorted(examined.examination.results, key=lambda result: result.check.number)
    return Report(
        file=name,
        format=kind,
        verdict=verdict_of(results),
        checks=tuple(results),
        checked_at=now,
        issuer=examined.issuer,
        summary=examined.summary,
    )


def unreadable(name: str, message: str, now: datetime) -> Report:
    """Return the report on what can't be opened; `message` says why."""
    examination = Examination()

    def refuse() -> tuple[None, str, str]:
        raise UnreadableError(message)

    examination.attempt(CheckId.READ, refuse)
    return Report(
        file=name,
        format="unknown",
        verdict=verdict_of(examination.results),
        checks=tuple(examination.results),
        checked_at=now,
    )


def _twins(parts: list[_Examined]) -> tuple[None, str, str]:
    by_format = {part.candidate.format: part.candidate for part in parts if part.candidate}
    badge, credential = by_format.get(FormatName.OB3), by_format.get(FormatName.ELM)
    if badge is None or credential is None:
        raise InconclusiveError("the file carries one of the two twins only", clause="award core, version 1")
    comparison = compare_twins(badge.document, credential.document, credential.payload)
    if comparison.outcome is TwinOutcome.NOT_TWINS:
        raise InvalidError(comparison.reason, clause="award core, version 1")
    if comparison.outcome is TwinOutcome.INDETERMINATE:
        raise InconclusiveError(comparison.reason, clause="award core, version 1")
    return None, comparison.reason, "award core, version 1"


def _carrier(carried: list[Carried], parts: list[_Examined]) -> tuple[None, str, str]:
    sealed = next((p for p in parts if p.candidate and p.candidate.format is FormatName.ELM and p.summary), None)
    if carried[0].kind is not CarrierKind.PDF or sealed is None or sealed.candidate is None:
        return None, f"the {carried[0].kind.value.upper()} carries {len(parts)} credential(s)", "decisions 7.3"
    if not sealed.issuer or not sealed.issuer.trusted:
        raise InconclusiveError("the printed text is compared for known issuers only", clause="decisions 7.3")
    document = sealed.candidate.document
    claim = as_object(as_object(document.get("credentialSubject")).get("hasClaim"))
    # The face is printed in the authoritative language, which every text of the document names first.
    language = next(language for language, _ in languages_of(claim.get("title")))
    missing = text_matches(ElmFormat().summarise(document, language), carried[0].text)
    if missing:
        raise InvalidError(
            f"the printed text does not show what the credential says: {', '.join(missing)}", clause="decisions 7.3"
        )
    return None, "the printed text shows what the credential says", "decisions 7.3"
