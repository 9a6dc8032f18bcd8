"""The specification of an award as an ELM Qualification: level, credits, outcomes, quality, stackability.

Only a Qualification may carry a level, and a micro-credential is none: it is marked partial and indicative.
"""

from vc_issuer.formats import sentences, vocabularies
from vc_issuer.formats.elm import wording
from vc_issuer.formats.elm.nodes import Node, NodeFactory, midnight
from vc_issuer.formats.sentences import fill
from vc_issuer.formats.vocabularies import ESCO_SKILLS
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.offering import LearningOutcome, Level, QualityLabel, QualityScope, Stackability
from vc_issuer.model.record import DocumentDue, DocumentKind, Specification
from vc_issuer.model.text import LocalizedText

CODE_SCHEME = "Catalogue code"
VERSION_SCHEME = "Catalogue version"
# Kinds of notes, by which a reader tells them apart: they stand in their ids.
INDICATIVE, DETAIL, STACKABILITY, DECISION = "indicative", "detail", "stackability", "decision"
OPPORTUNITIES = {DocumentKind.CERTIFICATE: "short-learning-programme", DocumentKind.CREDIT_CERTIFICATE: "course"}


def build_qualification(nodes: NodeFactory, due: DocumentDue) -> Node:
    """Build the Qualification that the achievement is specified by; its id is the specification's own IRI."""
    specification = due.specification
    node: Node = {
        "id": specification.iri,
        "type": "Qualification",
        "title": nodes.text(specification.title),
        "description": nodes.text(specification.description),
        "identifier": [
            nodes.identifier(CODE_SCHEME, specification.code),
            nodes.identifier(VERSION_SCHEME, specification.version),
        ],
        "dcType": [nodes.concept(vocabularies.opportunity(OPPORTUNITIES[due.kind]))],
        "isPartialQualification": True,
    }
    node |= _level(nodes, specification.level)
    node |= _volume(nodes, due)
    node["learningOutcome"] = [_outcome(nodes, specification.iri, outcome) for outcome in specification.outcomes]
    if specification.prerequisites:
        node["entryRequirement"] = nodes.note(specification.prerequisites)
    if accreditations := _accreditations(nodes, due):
        node["accreditation"] = accreditations
    node["additionalNote"] = [*_notes(nodes, specification), *_quality_notes(nodes, specification)]
    if entitlement := _entitlement(nodes, specification):
        node["entitlesTo"] = [entitlement]
    if specification.catalogue_url:
        node["homepage"] = nodes.web_resource(specification.catalogue_url)
    if due.kind is DocumentKind.CREDIT_CERTIFICATE and due.offering_iri != specification.iri:
        node["isPartOf"] = [_offering(nodes, due)]
    return node


def _level(nodes: NodeFactory, level: Level) -> Node:
    node: Node = {"eqfLevel": nodes.concept(vocabularies.eqf(level.eqf))}
    national = vocabularies.nqf(level.framework, level.national)
    return {**node, "nqfLevel": [nodes.concept(national)]} if national else node


def _volume(nodes: NodeFactory, due: DocumentDue) -> Node:
    specification = due.specification
    node: Node = {
        "creditPoint": [nodes.credit_point(specification.ects)],
        "volumeOfLearning": f"PT{specification.hours}H",
        "mode": [nodes.concept(vocabularies.mode(specification.mode))],
        "language": [nodes.concept(vocabularies.language(due.language))],
    }
    if setting := vocabularies.learning_setting(specification.form):
        node["learningSetting"] = nodes.concept(setting)
    if specification.isced:
        node["thematicArea"] = [nodes.concept(vocabularies.isced(specification.isced))]
    return node


def _outcome(nodes: NodeFactory, iri: str, outcome: LearningOutcome) -> Node:
    node: Node = {"id": f"{iri}#lo-{outcome.number}", "type": "LearningOutcome", "title": nodes.text(outcome.title)}
    if not outcome.esco:
        return node
    skill: Node = {
        "id": outcome.esco,
        "type": "Concept",
        "inScheme": {"id": ESCO_SKILLS, "type": "ConceptScheme"},
    }
    return {**node, "relatedESCOSkill": [skill]}


def _accreditations(nodes: NodeFactory, due: DocumentDue) -> list[JsonValue]:
    """Tell each decision once, by its IRI: an Accreditation needs an external one (decisions 6.3)."""
    decisions: dict[str, QualityLabel] = {}
    for label in due.specification.quality:
        if label.decision_id:
            decisions.setdefault(label.decision_id, label)
    return [_accreditation(nodes, due, label) for label in decisions.values()]


def _accreditation(nodes: NodeFactory, due: DocumentDue, label: QualityLabel) -> Node:
    kind = "programme" if label.programme else "institution"
    node: Node = {
        "id": label.decision_id,
        "type": "Accreditation",
        "title": nodes.text(label.name),
        "dcType": nodes.concept(vocabularies.accreditation(kind)),
        "accreditingAgent": nodes.agency(label.agency, label.agency_country),
        "organisation": [nodes.stub(nodes.organisation(body)) for body in due.awarding_bodies],
        "additionalNote": [nodes.note(sentences.decision(label), kind=DECISION)],
    }
    if label.statement:
        node["description"] = nodes.text(label.statement)
    if label.decision_url:
        node["landingPage"] = nodes.web_resource(label.decision_url)
    if label.positive:
        node["decision"] = nodes.concept(vocabularies.accreditation_decision("positive"))
    if label.decided_on:
        node["dateIssued"] = midnight(label.decided_on)
    if label.valid_until:
        node["expiryDate"] = midnight(label.valid_until)
    return node


def _notes(nodes: NodeFactory, specification: Specification) -> list[JsonValue]:
    """Say in words what the model has no member for, beginning with the level that is only indicative."""
    notes = [nodes.note(wording.INDICATIVE, kind=INDICATIVE), nodes.note(_form(specification))]
    notes += [nodes.note(text, kind=DETAIL) for text in sentences.specification_details(specification)]
    if specification.stackability is Stackability.STAND_ALONE:
        text = sentences.stackability(specification) or wording.STACKABLE
        notes.append(nodes.note(text, kind=STACKABILITY))
    return list[JsonValue](notes)


def _form(specification: Specification) -> LocalizedText:
    if specification.form_type is None:
        return fill(wording.FORMS[specification.form], type="")
    kind = fill(wording.FORM_TYPE, type=specification.form_type.value)
    return fill(wording.FORMS[specification.form], type=kind)


def _quality_notes(nodes: NodeFactory, specification: Specification) -> list[JsonValue]:
    """Tell quality assurance without an external decision in words; the note's subject says what it is about."""
    return [
        {
            **nodes.note(_quality_text(label)),
            "subject": nodes.concept(vocabularies.accreditation("programme" if label.programme else "institution")),
        }
        for label in specification.quality
        if not label.decision_id
    ]


def _quality_text(label: QualityLabel) -> LocalizedText:
    scope = wording.INTERNAL if label.scope is QualityScope.INTERNAL else wording.EXTERNAL
    head = LocalizedText.of({language: f"{name} ({scope.best(language, 'en')})" for language, name in label.name})
    if label.statement is None:
        return head
    return LocalizedText.of({language: f"{text}. {label.statement.best(language)}" for language, text in head})


def _entitlement(nodes: NodeFactory, specification: Specification) -> Node | None:
    """Say what the award may be combined into; hedged, for an exemption is the receiving institution's."""
    description = sentences.stackability(specification)
    if description is None or specification.stackability is Stackability.STAND_ALONE:
        return None
    names_target = specification.stackability is Stackability.STACKABLE_INTO and specification.stackable_into
    node: Node = {
        "id": nodes.new_id("entitlementSpec"),
        "type": "LearningEntitlementSpecification",
        "title": nodes.text(wording.STACKABLE if names_target else wording.COMBINABLE),
        "description": nodes.text(description),
        "dcType": nodes.concept(vocabularies.entitlement("learning-opportunity")),
        "entitlementStatus": nodes.concept(vocabularies.entitlement_status("prospective")),
    }
    if names_target and specification.stackable_into_url:
        node["homepage"] = nodes.web_resource(specification.stackable_into_url, specification.stackable_into)
    return node


def _offering(nodes: NodeFactory, due: DocumentDue) -> Node:
    title = LocalizedText.of(dict.fromkeys(due.languages, due.offering_code))
    return {"id": due.offering_iri, "type": "Qualification", "title": nodes.text(title)}
