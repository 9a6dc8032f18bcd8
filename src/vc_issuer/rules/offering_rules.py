"""What the rules find in an offering, all at once: R1, R3.coverage, R5 to R8 and the others of domain 2.2; pure."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vc_issuer.model.offering import Answer, Form, FormType, Level, Offering, QualityLabel, QualityScope
from vc_issuer.model.record import Finding, Severity
from vc_issuer.model.text import LocalizedText, text_defects
from vc_issuer.rules.annex_one import annex_findings
from vc_issuer.rules.profile import Findings, load_profile

# Word stems that promise a degree; "diplomacontract" is a contract, and names no award.
_DIPLOMA = re.compile(r"\b(diploma|bachelordiploma|masterdiploma)(?!contract)\b", re.IGNORECASE)
_NO_DIPLOMA = re.compile(
    r"\b(geen|not a|no|foreign|buitenlands|with a|met een|houder van een|holder of a)\W+(\w+\W+)?diploma", re.IGNORECASE
)
# What an authorised role may answer to R5.regular-pt, and the first of them to R5.outside-cb.
CERTIFICATE_ONLY = "certificate-only"
CREDIT_CERTIFICATE = "credit-certificate"
_ACCREDITED = re.compile(r"\b(geaccrediteerd|accredited|accreditatie|accreditation)\b", re.IGNORECASE)


def check_offering(offering: Offering) -> list[Finding]:
    """Return everything the rules of the offering's profile find in it, before any learner."""
    findings = Findings(load_profile(offering.profile))
    _volume(offering, findings)
    _forms(offering, findings)
    _coverage(offering, findings)
    _hours(offering, findings)
    _quality(offering, findings)
    _people_and_dates(offering, findings)
    _words(offering, findings)
    _level(offering, findings)
    annex_findings(offering, findings)
    return findings.found


def answer_to(offering: Offering, rule: str, subject: str = "") -> Answer | None:
    """Return the recorded answer to a question of `rule`, for this subject or for all."""
    return next((a for a in offering.answers if a.rule == rule and a.subject in ("", subject)), None)


def _volume(offering: Offering, findings: Findings) -> None:
    bounds = findings.profile.volume
    total = offering.ects
    amounts = [(component.code, component.ects) for component in offering.components]
    amounts += [(offering.code, total)] if total is not None else []
    for code, amount in amounts:
        if not amount.is_finite():
            findings.add("R1.number", code, value=amount)
        elif amount <= 0:
            findings.add("R1.positive", code, value=amount)
    if any(not amount.is_finite() for _, amount in amounts) or total is None:
        return
    parts = sum((component.ects for component in offering.components if component.required), Decimal(0))
    if offering.components and parts != total:
        findings.add("R1.sum", offering.code, parts=parts, value=total)
    if bounds.below is not None and total >= bounds.below:
        findings.add("R1.max", offering.code, limit=bounds.below, value=total)
    low, high = bounds.usual_minimum, bounds.usual_maximum
    if low is not None and high is not None and not low <= total <= high:
        findings.add("R1.usual", offering.code, value=total, minimum=low, maximum=high)
    if bounds.motive_above is not None and total > bounds.motive_above:
        motive = answer_to(offering, "R1.motive")
        findings.add(
            "R1.motive", offering.code, answered=bool(motive and motive.motive), limit=bounds.motive_above, value=total
        )
    _component_volume(offering, findings)
    _range(offering, total, findings)


def _component_volume(offering: Offering, findings: Findings) -> None:
    bounds = findings.profile.volume
    for component in offering.components:
        regular = component.form is Form.REGULAR
        if regular and bounds.regular_minimum is not None and component.ects < bounds.regular_minimum:
            findings.add(
                "R1.min", component.code, component=component.title, limit=bounds.regular_minimum, value=component.ects
            )
        step = bounds.regular_step if regular else bounds.outside_step
        if step is not None and component.ects % step:
            findings.add("R1.step", component.code, component=component.title, value=component.ects)


def _range(offering: Offering, total: Decimal, findings: Findings) -> None:
    bounds, profile = findings.profile.volume, findings.profile
    minimum = bounds.range_minimum
    if bounds.pilot and offering.runs and all(bounds.pilot.covers(run) for run in offering.runs):
        minimum = bounds.pilot.minimum
    if minimum is not None and total < minimum:
        findings.add("R6.range", offering.code, profile=profile.id, value=total)
    if bounds.range_maximum is not None and total > bounds.range_maximum:
        severity = bounds.range_maximum_severity
        findings.add("R6.range", offering.code, severity=severity, profile=profile.id, value=total)


def _forms(offering: Offering, findings: Findings) -> None:
    if offering.form_type is None or _contradicts(offering, offering.form_type):
        answer = answer_to(offering, "R5.form")
        told = next((known for known in FormType if answer and known.value == answer.value), None)
        answered = told is not None and not _contradicts(offering, told)
        findings.add("R5.form", offering.code, answered=answered)
    legal = {route.value for route in findings.profile.legal_routes}
    for component in offering.components:
        if component.form is Form.OUTSIDE and legal & set(component.contract_types):
            # A Codex contract on a component outside the regular offer: somebody expects a credit certificate.
            answer = answer_to(offering, "R5.outside-cb", component.code)
            answered = answer is not None and answer.value == CERTIFICATE_ONLY
            findings.add("R5.outside-cb", component.code, answered=answered, component=component.title)
        if not component.tuition and not offering.tuition_note:
            findings.add("R-TUITION", component.code, component=component.title)
        if component.form is Form.REGULAR and not (component.catalogue_url or offering.catalogue_url):
            findings.add("R-LED", component.code, component=component.title)


def _contradicts(offering: Offering, form_type: FormType) -> bool:
    """Tell whether the components' forms deny the stated type (domain 1.2)."""
    forms = {component.form for component in offering.components}
    if not forms:
        return False
    allowed = {
        FormType.T1: {Form.REGULAR},
        FormType.T2: {Form.REGULAR, Form.OUTSIDE},
        FormType.T3A: {Form.OUTSIDE},
        FormType.T3B: {Form.OUTSIDE},
    }
    return forms != allowed[form_type]


def _coverage(offering: Offering, findings: Findings) -> None:
    groups = [(offering.code, offering.outcomes, offering.assessments)]
    groups += [(c.code, c.outcomes, c.assessments or offering.assessments) for c in offering.components]
    for code, outcomes, assessments in groups:
        if not assessments:
            continue  # A9 says that there is none
        covered = {number for a in assessments for number in (a.covers or tuple(o.number for o in outcomes))}
        for outcome in outcomes:
            if outcome.number not in covered:
                findings.add("R3.coverage", f"{code}#lo-{outcome.number}", outcome=f"{code} {outcome.number}")


def _hours(offering: Offering, findings: Findings) -> None:
    profile = findings.profile
    volumes = [(offering.code, offering.hours, offering.ects)]
    volumes += [(component.code, component.hours, component.ects) for component in offering.components]
    for code, hours, ects in volumes:
        if hours is None or ects is None or not ects.is_finite():
            continue
        if hours <= 0:
            findings.add("R7.unit", code, hours=hours)
        elif not profile.hours_minimum * ects <= hours <= profile.hours_maximum * ects:
            limits: dict[str, Any] = {"minimum": profile.hours_minimum * ects, "maximum": profile.hours_maximum * ects}
            findings.add("R7.hours", code, hours=hours, value=ects, **limits)


def _quality(offering: Offering, findings: Findings) -> None:
    labels = [(offering.code, label, _outside(offering)) for label in offering.quality]
    labels += [(c.code, label, c.form is Form.OUTSIDE) for c in offering.components for label in c.quality]
    for code, label, outside in labels:
        unaccredited = outside and not findings.profile.accredited_outside
        for problem, severity in _label_problems(label, unaccredited=unaccredited, offering=offering):
            findings.add("R-QA", code, severity=severity, label=label.name, problem=problem)
    if findings.profile.quality_required and not labels:
        findings.add("R6.qa", offering.code)


def _outside(offering: Offering) -> bool:
    return any(component.form is Form.OUTSIDE for component in offering.components)


def _label_problems(
    label: QualityLabel, *, unaccredited: bool, offering: Offering
) -> Iterator[tuple[LocalizedText, Severity]]:
    texts = [text for _, text in label.name] + [text for _, text in (label.statement or ())]
    if unaccredited and any(_ACCREDITED.search(text) for text in texts):
        text = LocalizedText.of(
            nl="buiten het reguliere aanbod is niets geaccrediteerd",
            en="nothing outside the regular offer is accredited",
        )
        yield text, Severity.ERROR
    if label.scope is not QualityScope.EXTERNAL:
        return
    if not (label.agency and label.decision_url and (label.decided_on or label.valid_until)):
        text = LocalizedText.of(
            nl="extern zonder agentschap, besluit of geldigheid", en="external without agency, decision or validity"
        )
        yield text, Severity.ERROR
    last = max((run.awarded_on for run in offering.runs), default=None)
    if label.valid_until and last and label.valid_until < last:
        text = LocalizedText.of(
            nl=f"het besluit liep af op {label.valid_until}", en=f"the decision expired on {label.valid_until}"
        )
        yield text, Severity.WARNING


def _people_and_dates(offering: Offering, findings: Findings) -> None:
    for partner in offering.partners:
        if not partner.role or not partner.country:
            findings.add("R-PARTNER", offering.code, name=partner.name)
    if len(offering.awarding_bodies) > 1:
        # A joint award names each body with its country and a legal identifier (D5): both formats bind to it.
        for body in offering.awarding_bodies:
            if not body.address.country or not (body.eidas or body.registration):
                findings.add("R-PARTNER", offering.code, name=body.legal_name)
    for run in offering.runs:
        if not run.starts_on <= run.ends_on or run.awarded_on < run.assessed_on:
            findings.add("R-DATE", run.key, run=run.key, assessed=run.assessed_on, awarded=run.awarded_on)


def _words(offering: Offering, findings: Findings) -> None:
    for place, text in _texts(offering):
        defects = text_defects(text)
        if defects:
            findings.add("TEXT", offering.code, place=place, kind=defects[0].kind)
        if place in ("title", "description") and _DIPLOMA.search(text) and not _NO_DIPLOMA.search(text):
            findings.add("R8.word", offering.code, text=text[:80])


def _texts(offering: Offering) -> Iterator[tuple[str, str]]:
    named: list[tuple[str, LocalizedText | None]] = [
        ("title", offering.title),
        ("description", offering.description),
        ("prerequisites", offering.prerequisites),
        ("target_group", offering.target_group),
        ("mode_details", offering.mode_details),
        ("stackable_into", offering.stackable_into),
    ]
    named += [(f"outcome {outcome.number}", outcome.title) for outcome in offering.outcomes]
    for component in offering.components:
        named += [
            (f"{component.code} title", component.title),
            (f"{component.code} description", component.description),
        ]
        named += [(f"{component.code} outcome {outcome.number}", outcome.title) for outcome in component.outcomes]
    for place, text in named:
        for _, value in text or ():
            yield place, value


def level_of(offering: Offering) -> Level | None:
    """Return the level of the whole: stated, else that of the largest share of ECTS, else the answer to a tie."""
    if offering.level is not None:
        return offering.level
    leaders = _leading_levels(offering)
    if len(leaders) == 1:
        return leaders[0]
    answer = answer_to(offering, "R-LEVEL")
    return next((level for level in leaders if answer and answer.value == str(level.eqf)), None)


def _level(offering: Offering, findings: Findings) -> None:
    """Ask where two levels have equally many ECTS (R-LEVEL)."""
    leaders = _leading_levels(offering)
    if offering.level is None and len(leaders) > 1:
        levels = ", ".join(f"EQF {level.eqf}" for level in leaders)
        findings.add("R-LEVEL", offering.code, answered=level_of(offering) is not None, levels=levels)


def _leading_levels(offering: Offering) -> list[Level]:
    shares: dict[Level, Decimal] = defaultdict(Decimal)
    for component in offering.components:
        if component.level is not None and component.ects.is_finite():
            shares[component.level] += component.ects
    largest = max(shares.values(), default=Decimal(0))
    return sorted((level for level, share in shares.items() if share == largest), key=lambda level: level.eqf)
