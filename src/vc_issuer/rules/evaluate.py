"""Evaluate one learner's results: what is found, and which documents are due (domain 2.2 and 2.3); pure.

R2: a credit certificate for a regular course unit, passed under the Codex, not exempted, not tolerated, not credited
before. R3: the certificate when every required part is passed, or exempted within policy.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from vc_issuer.model.offering import Component, Form, Offering, Run
from vc_issuer.model.record import (
    ComponentResult,
    Decision,
    DocumentKind,
    EnrolmentRoute,
    Finding,
    LearningRecord,
    ResultStatus,
)
from vc_issuer.model.text import LocalizedText
from vc_issuer.rules.delivery import Delivery
from vc_issuer.rules.documents import Achieved, documents_due
from vc_issuer.rules.offering_rules import CERTIFICATE_ONLY, CREDIT_CERTIFICATE, answer_to, check_offering
from vc_issuer.rules.profile import Findings, Profile, load_profile

MOST_KNOWN = 256  # offerings and their runs that are remembered; a record with answers of its own brings one more
_ROUTE_NAMES = {
    EnrolmentRoute.CREDIT_CONTRACT: LocalizedText.of(nl="creditcontract", en="credit contract"),
    EnrolmentRoute.EXAM_CONTRACT: LocalizedText.of(nl="examencontract", en="exam contract"),
    EnrolmentRoute.DIPLOMA_CONTRACT: LocalizedText.of(nl="diplomacontract", en="diploma contract"),
    EnrolmentRoute.MC_CONTRACT: LocalizedText.of(nl="micro-credentialcontract", en="micro-credential contract"),
    EnrolmentRoute.PERMANENT_TRAINING: LocalizedText.of(nl="permanente vorming", en="permanent training"),
}
_NO_ROUTE = LocalizedText.of(nl="onbekend", en="unknown")
_NOT_ACHIEVED = {
    ResultStatus.EXEMPTED: "R2.not-exempt",
    ResultStatus.TOLERATED: "R2.not-tolerated",
    ResultStatus.FAILED: "R2.passed",
    ResultStatus.ABSENT: "R2.passed",
}


class _Part(NamedTuple):
    """A component with this learner's latest result for it."""

    component: Component
    result: ComponentResult | None


class Evaluator:
    """Evaluates many records; what depends on the offering alone is worked out once for each that it is given."""

    def __init__(self) -> None:
        self._checked: dict[int, tuple[Offering, tuple[Finding, ...]]] = {}
        self._deliveries: dict[tuple[int, int, int], Delivery] = {}

    def evaluate(self, record: LearningRecord, profile: Profile | None = None) -> Decision:
        """Return everything the rules find in a record, and the documents due if nothing blocks it.

        `profile` is the offering's own unless given. Raises ConfigurationError for a profile that is not known.
        """
        profile = profile or load_profile(record.offering.profile)
        findings = Findings(profile)
        parts = _parts(record)
        _assessed(record, parts, findings)
        _dates(record, parts, findings)
        for part in parts:
            _route_questions(record, part, findings)
        achieved = _achieved(record, parts, findings)
        found = _distinct([*self._found_in(record.offering), *findings.found])
        decision = Decision(findings=found, documents=())
        if decision.blocked:
            return decision
        delivery = self._delivery(record.offering, record.run, profile)
        return Decision(findings=found, documents=documents_due(record, achieved, delivery))

    def _found_in(self, offering: Offering) -> tuple[Finding, ...]:
        known = self._checked.get(id(offering))
        if known is None:
            _make_room(self._checked)
            # The offering is kept beside what was found: no other gets its id.
            known = self._checked[id(offering)] = offering, tuple(check_offering(offering))
        return known[1]

    def _delivery(self, offering: Offering, run: Run, profile: Profile) -> Delivery:
        key = (id(offering), id(run), id(profile))  # a delivery keeps all three
        known = self._deliveries.get(key)
        if known is None:
            _make_room(self._deliveries)
            known = self._deliveries[key] = Delivery(offering, run, profile)
        return known


def evaluate(record: LearningRecord, profile: Profile | None = None) -> Decision:
    """Evaluate one record, as `Evaluator.evaluate` does."""
    return Evaluator().evaluate(record, profile)


def _make_room(known: dict[Any, Any]) -> None:
    if len(known) >= MOST_KNOWN:
        known.clear()


def _parts(record: LearningRecord) -> tuple[_Part, ...]:
    latest: dict[str, ComponentResult] = {}
    for result in sorted(record.results, key=lambda result: result.attempt):
        latest[result.component] = result
    return tuple(_Part(component, latest.get(component.code)) for component in record.offering.components)


def _assessed(record: LearningRecord, parts: tuple[_Part, ...], findings: Findings) -> None:
    """Refuse attendance: a result without any assessment of it, or a record without a result (D2)."""
    if not any(part.result for part in parts):
        findings.add("E-ASSESS-001", record.offering.code)
    for part in parts:
        passed = part.result is not None and part.result.status is ResultStatus.PASSED
        if passed and not (part.component.assessments or record.offering.assessments):
            findings.add("E-ASSESS-001", part.component.code)


def _dates(record: LearningRecord, parts: tuple[_Part, ...], findings: Findings) -> None:
    awarded = record.run.awarded_on
    for part in parts:
        assessed = part.result.assessed_on if part.result else None
        if assessed is not None and assessed > awarded:
            findings.add("R-DATE", part.component.code, run=record.run.key, assessed=assessed, awarded=awarded)


def _route_questions(record: LearningRecord, part: _Part, findings: Findings) -> None:
    """Ask where the enrolment does not fit the form; it is evidence of what was meant, and decides nothing (R5)."""
    if part.result is None:
        return
    component, route = part.component, part.result.route
    if route is None:
        answer = answer_to(record.offering, "R5.route", component.code)
        answered = answer is not None and answer.value in {known.value for known in EnrolmentRoute}
        findings.add("R5.route", component.code, answered=answered, component=component.title)
    elif component.form is Form.REGULAR and route is EnrolmentRoute.PERMANENT_TRAINING:
        answer = answer_to(record.offering, "R5.regular-pt", component.code)
        answered = answer is not None and answer.value in (CREDIT_CERTIFICATE, CERTIFICATE_ONLY)
        findings.add("R5.regular-pt", component.code, answered=answered, component=component.title)
    elif component.form is Form.OUTSIDE and route in findings.profile.legal_routes:
        answer = answer_to(record.offering, "R5.outside-cb", component.code)
        answered = answer is not None and answer.value == CERTIFICATE_ONLY
        findings.add("R5.outside-cb", component.code, answered=answered, component=component.title)


def _achieved(record: LearningRecord, parts: tuple[_Part, ...], findings: Findings) -> Achieved:
    profile = findings.profile
    credited = []
    if DocumentKind.CREDIT_CERTIFICATE in profile.documents:
        for part in parts:
            refusal = _refusal(record, part, findings)
            if refusal is None and part.result is not None:
                credited.append((part.component, part.result))
            elif refusal is not None:
                rule, values = refusal
                findings.add(rule, part.component.code, component=part.component.title, **values)
    required = [part for part in parts if part.component.required]
    missing = [part.component for part in required if not _is_achieved(part)]
    recognised = tuple(part.component for part in required if _is_recognised(part))
    if missing:
        findings.add("R3.achieved", record.offering.code, components=_titles(missing))
    else:
        _check_exempted(record, required, findings)
    return Achieved(
        earned=tuple(part.component for part in required if _is_achieved(part) and not _is_recognised(part)),
        recognised=recognised,
        credited=tuple(credited),
        complete=not missing and bool(required),
    )


def _refusal(record: LearningRecord, part: _Part, findings: Findings) -> tuple[str, dict[str, Any]] | None:
    """Return the first conjunct of R2 that fails, with the values of its message, or None."""
    component, result = part.component, part.result
    if component.form is not Form.REGULAR:
        return "R2.regular", {}
    if result is None:
        return "R2.passed", {}
    if result.status is not ResultStatus.PASSED:
        return _NOT_ACHIEVED[result.status], {}
    if result.credited_earlier_on is not None:
        return "R2.first", {"date": result.credited_earlier_on}
    route = _route(record, part)
    if route not in findings.profile.codex_routes:
        return "R2.route", {"route": _ROUTE_NAMES[route] if route else _NO_ROUTE}
    return None


def _route(record: LearningRecord, part: _Part) -> EnrolmentRoute | None:
    """Return the route as enrolled, or as the registrar answered."""
    route = part.result.route if part.result else None
    if route is None:
        answer = answer_to(record.offering, "R5.route", part.component.code)
        return next((known for known in EnrolmentRoute if answer and known.value == answer.value), None)
    if route is EnrolmentRoute.PERMANENT_TRAINING:
        answer = answer_to(record.offering, "R5.regular-pt", part.component.code)
        if answer is not None and answer.value == CREDIT_CERTIFICATE:
            return EnrolmentRoute.CREDIT_CONTRACT
    return route


def _is_recognised(part: _Part) -> bool:
    """Tell whether a part counts without being earned here: exempted, or credited in an earlier year (Q12)."""
    if part.result is None:
        return False
    return part.result.status is ResultStatus.EXEMPTED or part.result.credited_earlier_on is not None


def _is_achieved(part: _Part) -> bool:
    passed = part.result is not None and part.result.status is ResultStatus.PASSED
    return passed or _is_recognised(part)


def _check_exempted(record: LearningRecord, required: list[_Part], findings: Findings) -> None:
    exempt = [p.component for p in required if p.result and p.result.status is ResultStatus.EXEMPTED]
    total = sum((part.component.ects for part in required), Decimal(0))
    share = sum((component.ects for component in exempt), Decimal(0))
    if required and len(exempt) == len(required):
        findings.add("R4.all", record.offering.code)
    elif exempt and share >= findings.profile.share_below * total:
        findings.add("R4.share", record.offering.code, exempt=share, value=total)


def _titles(components: list[Component]) -> LocalizedText:
    return LocalizedText.of(
        {language: "; ".join(component.title.best(language) for component in components) for language in ("nl", "en")}
    )


def _distinct(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(_first_of_each(found))


def _first_of_each(found: list[Finding]) -> Iterator[Finding]:
    """Give each question of a subject once; an answered one stands for both."""
    seen = set()
    for finding in sorted(found, key=lambda finding: finding.answered):
        key = (finding.rule, finding.subject, finding.message)
        if key not in seen:
            seen.add(key)
            yield finding
