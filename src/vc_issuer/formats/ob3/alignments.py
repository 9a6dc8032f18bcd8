"""Alignments: every coded fact of an award with an EU vocabulary IRI, and one competency an outcome (ob3 3)."""

from collections.abc import Iterator
from urllib.parse import quote

from vc_issuer.formats import sentences, vocabularies
from vc_issuer.formats.ob3 import wording
from vc_issuer.formats.vocabularies import Concept
from vc_issuer.model.credential import Envelope, JsonValue
from vc_issuer.model.offering import QualityLabel, Stackability
from vc_issuer.model.record import DocumentDue, Specification

STATED_QUALITY = "ext:StatedQualityAssurance"  # by the issuer, without an external decision
STACKABILITY = "ext:Stackability"
MANDATE = "ext:Mandate"
ESCO = "ext:ESCO"  # the skill that an outcome is about; its code is the outcome's id
EQF_FRAMEWORK = "European Qualifications Framework"


def alignments(due: DocumentDue, envelope: Envelope, language: str) -> list[JsonValue]:
    """Return the achievement's alignments, without doubles."""
    found = [
        *_levels(due.specification, language),
        *_volume(due, language),
        *_assessment(due.specification, language),
        *_bodies(due, envelope, language),
        *_quality(due.specification, language),
        *_form(due, envelope, language),
        *_stackability(due.specification, language),
        *_mandate(due, language),
        *_outcomes(due.specification, language),
    ]
    unique: dict[tuple[JsonValue, ...], JsonValue] = {}
    for entry in found:
        unique.setdefault((entry["targetType"], entry["targetUrl"], entry.get("targetCode")), entry)
    return list(unique.values())


def _alignment(kind: str, url: str, name: str, **more: str) -> dict[str, JsonValue]:
    entry: dict[str, JsonValue] = {"type": ["Alignment"], "targetType": kind, "targetName": name, "targetUrl": url}
    return {**entry, **more}


def _coded(kind: str, concept: Concept, language: str, **more: str) -> dict[str, JsonValue]:
    return _alignment(kind, concept.iri, concept.label(language), **more)


def _levels(specification: Specification, language: str) -> Iterator[dict[str, JsonValue]]:
    level = specification.level
    indicative = {"targetDescription": wording.INDICATIVE[language]}
    yield _coded(
        "ext:EQF",
        vocabularies.eqf(level.eqf),
        language,
        targetCode=str(level.eqf),
        targetFramework=EQF_FRAMEWORK,
        **indicative,
    )
    national = vocabularies.nqf(level.framework, level.national)
    if national:
        yield _coded(
            "ext:NQF", national, language, targetCode=level.national, targetFramework=level.framework, **indicative
        )


def _volume(due: DocumentDue, language: str) -> Iterator[dict[str, JsonValue]]:
    specification = due.specification
    hours = wording.WORKLOAD[language].format(hours=specification.hours)
    yield _coded("ext:CreditSystem", vocabularies.ects(), language, targetDescription=hours)
    yield _coded("ext:ModeOfLearning", vocabularies.mode(specification.mode), language)
    setting = vocabularies.learning_setting(specification.form)
    if setting:
        yield _coded("ext:LearningSetting", setting, language)
    if specification.isced:
        yield _coded("ext:ISCED-F", vocabularies.isced(specification.isced), language, targetCode=specification.isced)
    yield _coded("ext:LanguageOfInstruction", vocabularies.language(due.language), language)


def _assessment(specification: Specification, language: str) -> Iterator[dict[str, JsonValue]]:
    for assessment in specification.assessments:
        yield _coded("ext:AssessmentType", vocabularies.assessment(assessment.type), language)
        if assessment.supervision:
            yield _coded("ext:SupervisionVerification", vocabularies.supervision(assessment.supervision), language)


def _bodies(due: DocumentDue, envelope: Envelope, language: str) -> Iterator[dict[str, JsonValue]]:
    """Name those who award jointly with the issuer; a body outside the Union may have a registration only."""
    for body in due.awarding_bodies:
        if body.key != due.issuer.key:
            url = body.homepage or body.did or f"{envelope.base_url}/organisations/{quote(body.key, safe='')}"
            code = body.eidas or body.registration
            more = {"targetCode": code} if code else {}
            yield _alignment("ext:AwardingBody", url, body.legal_name.best(language), **more)


def _quality(specification: Specification, language: str) -> Iterator[dict[str, JsonValue]]:
    # A label without an external decision is the issuer's own statement, of a type of its own (decisions 6.3).
    stated = 0
    for label in specification.quality:
        if label.decision_id:
            yield _decision(label, language)
        else:
            stated += 1
            text = wording.stated_quality(label, language)
            yield _alignment(STATED_QUALITY, f"{specification.iri}#quality-{stated}", text)


def _decision(label: QualityLabel, language: str) -> dict[str, JsonValue]:
    """Name an external decision and who took it; the issuer's own claim, which an endorsement may confirm."""
    text = sentences.decision(label).best(language)
    return _alignment(
        "ext:QualityAssurance",
        label.decision_id,
        label.name.best(language),
        targetFramework=label.agency,
        targetDescription=text,
    )


def _stackability(specification: Specification, language: str) -> Iterator[dict[str, JsonValue]]:
    text = sentences.stackability(specification)
    if text is None:
        return
    names_target = specification.stackability is Stackability.STACKABLE_INTO and specification.stackable_into
    url = specification.stackable_into_url if names_target else ""
    name = specification.stackable_into.best(language) if specification.stackable_into and names_target else ""
    said = text.best(language)
    yield _alignment(STACKABILITY, url or f"{specification.iri}#stackability", name or said, targetDescription=said)


def _mandate(due: DocumentDue, language: str) -> Iterator[dict[str, JsonValue]]:
    text = sentences.mandate(due)
    if due.mandate is None or text is None:
        return
    given = {"targetCode": due.mandate.given_on.isoformat()} if due.mandate.given_on else {}
    yield _alignment(MANDATE, due.mandate.url or f"{due.specification.iri}#mandate", text.best(language), **given)


def _form(due: DocumentDue, envelope: Envelope, language: str) -> Iterator[dict[str, JsonValue]]:
    kind = due.specification.form_type
    if kind:
        url = f"{envelope.base_url}/forms/{kind.value}"
        yield _alignment("ext:Form", url, wording.form_name(due.specification.form, language), targetCode=kind.value)


def _outcomes(specification: Specification, language: str) -> Iterator[dict[str, JsonValue]]:
    for outcome in specification.outcomes:
        own_id, title = f"{specification.iri}#lo-{outcome.number}", outcome.title.best(language)
        yield _alignment("ceasn:Competency", own_id, title)
        if outcome.esco:
            yield _alignment(ESCO, outcome.esco, title, targetCode=own_id, targetFramework="ESCO")
