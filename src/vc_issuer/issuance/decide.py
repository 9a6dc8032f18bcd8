"""From a stored record to the documents that are due now: the rules' decision, the issuer's policy, what was issued."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from vc_issuer.errors import NotFoundError
from vc_issuer.issuance.lints import Flaw
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.offering import Offering
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.record import Decision, DocumentDue, DocumentKind, Finding, LearningRecord, Severity
from vc_issuer.model.text import LocalizedText
from vc_issuer.store.credentials import PreparedPart
from vc_issuer.store.records import StoredRecord

DUE, NONE, KEPT_BACK = "due", "none", "kept-back"
SOURCE = "vc_issuer.issuance"


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one record gives: its documents due, and everything that was found."""

    record: StoredRecord
    documents: tuple[DocumentDue, ...]
    findings: tuple[Finding, ...]
    blocked: bool = False

    @property
    def outcome(self) -> str:
        """Return the word that is stored with the record."""
        if self.blocked:
            return KEPT_BACK
        return DUE if self.documents else NONE

    def with_finding(self, finding: Finding) -> "Decided":
        """Return this with one finding more; an error keeps the whole record back."""
        blocked = self.blocked or finding.severity is Severity.ERROR
        return replace(
            self,
            findings=(*self.findings, finding),
            blocked=blocked,
            documents=() if blocked else self.documents,
        )

    def without(self, due: DocumentDue, finding: Finding) -> "Decided":
        """Return this without one document, and with the finding that says why."""
        documents = tuple(other for other in self.documents if other is not due)
        return replace(self, documents=documents, findings=(*self.findings, finding))


def decide(
    stored: StoredRecord,
    profile: IssuingProfile,
    *,
    issued: datetime,
    offering_of: Callable[[str, str], Offering],
    evaluate: Callable[[LearningRecord], Decision],
) -> Decided:
    """Evaluate one record under the rules, with the answers given for it. Never raises for what a record says.

    `issued` is when the documents will be valid from: nothing is issued before it was awarded (R-DATE).
    """
    nothing = Decided(record=stored, documents=(), findings=())
    try:
        offering = offering_of(stored.offering_code, stored.offering_version)
    except NotFoundError:
        return nothing.with_finding(_missing("offering", "De aanbodversie", "The offering version"))
    run = offering.run(stored.run)
    if run is None:
        return nothing.with_finding(_missing("run", "De uitvoering", "The run"))
    if profile.issuer.key not in _who_may_issue(offering):
        return nothing.with_finding(_foreign_offering(offering.profile))
    record = LearningRecord(
        learner=stored.learner,
        # The same offering, not one equal to it, where there are no answers: what it gives is known then.
        offering=replace(offering, answers=(*offering.answers, *stored.answers)) if stored.answers else offering,
        run=run,
        results=stored.results,
        language=stored.language,
    )
    decision = evaluate(record)
    decided = Decided(
        record=stored,
        documents=() if decision.blocked else tuple(_as_issued(due, profile) for due in decision.documents),
        findings=decision.findings,
        blocked=decision.blocked,
    )
    if issued.date() < run.awarded_on:
        return decided.with_finding(_issued_too_early(run.key))
    return decided


def _who_may_issue(offering: Offering) -> frozenset[str]:
    """Name the institutions that may issue: whoever has the mandate, else the awarding bodies."""
    if offering.mandate is not None:
        return frozenset({offering.mandate.issuer})
    return frozenset(body.key for body in offering.awarding_bodies)


def _issued_too_early(run: str) -> Finding:
    message = LocalizedText.of(
        nl="De toekenning ligt na de datum van uitgifte. Kies een latere uitgifte, of verbeter de datum.",
        en="The award lies after the date of issue. Choose a later issue, or correct the date.",
    )
    return finding("R-DATE", Severity.ERROR, run, message)


def _as_issued(due: DocumentDue, profile: IssuingProfile) -> DocumentDue:
    return replace(
        due,
        issuer=profile.issuer,
        shows_birth_date=profile.birth_date[due.kind],
        hashed_identities=profile.hashed_identities,
    )


def component_of(due: DocumentDue) -> str:
    """Return the course unit that a credit certificate is about; empty for a certificate."""
    return due.specification.code if due.kind is DocumentKind.CREDIT_CERTIFICATE else ""


def finding(rule: str, severity: Severity, subject: str, message: LocalizedText) -> Finding:
    """Return a finding of the issuing step itself."""
    return Finding(rule=rule, severity=severity, subject=subject, message=message, source=SOURCE, profile="issuing")


def finding_as_json(found: Finding) -> Mapping[str, JsonValue]:
    """Return a finding as it is stored with its record."""
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "subject": found.subject,
        "message": found.message.as_dict(),
        "source": found.source,
        "profile": found.profile,
        "values": [list(pair) for pair in found.values],
        "answered": found.answered,
    }


def preflight_finding(due: DocumentDue, problem: str) -> Finding:
    """Return what preflight found of one document as a finding that keeps its record back."""
    message = LocalizedText.of(
        nl=f"Het document kan zo niet worden uitgereikt: {problem}.",
        en=f"The document can't be issued like this: {problem}.",
    )
    return finding("PREFLIGHT", Severity.ERROR, component_of(due) or due.kind.value, message)


def flaw_finding(due: DocumentDue, part: PreparedPart, flaw: Flaw) -> Finding:
    """Return what a lint found in one part of a document, with the receiver's check that it stands for."""
    lint = flaw.lint
    form = f"{part.format.value} {part.language}".strip()
    texts = {language: f"{text.format(place=flaw.place)} ({form})." for language, text in lint.message}
    return Finding(
        rule=lint.id,
        severity=lint.severity,
        subject=component_of(due) or due.kind.value,
        message=LocalizedText.of(texts),
        source=lint.citation,
        profile="issuing",
        values=(("place", flaw.place), ("form", form)),
    )


def issued_before(due: DocumentDue, number: str) -> Finding:
    """Return the finding for an award that a document certifies already."""
    message = LocalizedText.of(
        nl=f"Al vastgelegd in {number}; niet opnieuw uitgereikt. Vervang dat document als er iets wijzigde.",
        en=f"Certified already by {number}; not issued again. Supersede that document if something changed.",
    )
    return finding("ISSUED-BEFORE", Severity.WARNING, component_of(due) or due.kind.value, message)


def not_replaceable(number: str, status: str) -> Finding:
    """Return the finding for a document that is to be superseded and no longer stands."""
    message = LocalizedText.of(
        nl=f"{number} is {status} en kan niet meer worden vervangen.",
        en=f"{number} is {status} and can't be superseded any more.",
    )
    return finding("SUPERSEDE", Severity.ERROR, number, message)


def _missing(subject: str, nl: str, en: str) -> Finding:
    message = LocalizedText.of(nl=f"{nl} staat niet in de catalogus.", en=f"{en} is not in the catalogue.")
    return finding("CATALOGUE", Severity.ERROR, subject, message)


def _foreign_offering(profile: str) -> Finding:
    message = LocalizedText.of(
        nl="Deze instelling hoort niet bij de instellingen die dit aanbod toekennen.",
        en="This institution is not among the awarding bodies of the offering.",
    )
    return replace(finding("AWARDING-BODY", Severity.ERROR, "awarding_bodies", message), profile=profile)
