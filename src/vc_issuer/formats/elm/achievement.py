"""The claim of an ELM document: what was achieved, who awarded it, how it was learnt and how it was proven."""

from dataclasses import dataclass

from vc_issuer.formats import sentences, vocabularies
from vc_issuer.formats.elm import wording
from vc_issuer.formats.elm.assessment import build_proofs
from vc_issuer.formats.elm.nodes import Node, NodeFactory, midnight
from vc_issuer.formats.elm.qualification import build_qualification
from vc_issuer.model.credential import Envelope, JsonValue
from vc_issuer.model.grading import plain
from vc_issuer.model.offering import Component, Mode
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import LocalizedText

ACTIVITY_TYPES = {Mode.ONLINE: "e-learning", Mode.ON_CAMPUS: "classroom"}
# Kinds of notes, by which a reader tells them apart: they stand in their ids.
STATEMENT, DETAIL, RECOGNISED, MANDATE = "statement", "detail", "recognisedCredits", "mandate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarding:
    """The awarding process, once in full and as the stub that every other node names."""

    full: Node
    stub: Node


def build_achievement(nodes: NodeFactory, due: DocumentDue, envelope: Envelope) -> Node:
    """Build the LearningAchievement that the learner claims."""
    specification = due.specification
    awarding = _awarding(nodes, due)
    node: Node = {
        "id": nodes.new_id("learningAchievement"),
        "type": "LearningAchievement",
        "title": nodes.text(specification.title),
        "awardedBy": awarding.full,
        "creditReceived": [nodes.credit_point(due.credits_earned)],
        "influencedBy": [_activity(nodes, due, awarding)],
        "provenBy": build_proofs(nodes, due, awarding.stub),
        "specifiedBy": build_qualification(nodes, due),
    }
    if due.exempted:
        node["hasPart"] = [_recognised(nodes, component, awarding.stub) for component in due.exempted]
    if due.statements:
        node["additionalNote"] = nodes.notes(due.statements, kind=STATEMENT)
    node["supplementaryDocument"] = _documents(nodes, envelope)
    return node


def _awarding(nodes: NodeFactory, due: DocumentDue) -> Awarding:
    bodies = [nodes.organisation(body) for body in due.awarding_bodies]
    node: Node = {
        "id": nodes.new_id("awardingProcess"),
        "type": "AwardingProcess",
        "awardingBody": list[JsonValue](bodies),
        "awardingDate": midnight(due.run.awarded_on),
    }
    stub: Node = {"id": node["id"], "type": node["type"], "awardingBody": [nodes.stub(body) for body in bodies]}
    if notes := _award_notes(nodes, due):
        node["additionalNote"] = notes
    return Awarding(full=node, stub=stub)


def _award_notes(nodes: NodeFactory, due: DocumentDue) -> list[JsonValue]:
    notes = nodes.notes(sentences.award_details(due), kind=DETAIL)
    if due.credits_recognised:
        text = sentences.fill(sentences.RECOGNISED, ects=plain(due.credits_recognised))
        notes.append(nodes.note(text, kind=RECOGNISED))
    if statement := sentences.mandate(due):
        notes.append(nodes.note(statement, kind=MANDATE))
    return notes


def _recognised(nodes: NodeFactory, component: Component, awarded_by: Node) -> Node:
    """Tell a part that was recognised and not earned here: specified with its credits, without credits received."""
    title = nodes.text(component.title)
    return {
        "id": nodes.new_id("learningAchievement"),
        "type": "LearningAchievement",
        "title": title,
        "description": nodes.text(sentences.EXEMPTED),
        "awardedBy": awarded_by,
        "specifiedBy": {
            "id": nodes.new_id("learningAchievementSpec"),
            "type": "LearningAchievementSpecification",
            "title": title,
            "creditPoint": [nodes.credit_point(component.ects)],
        },
    }


def _activity(nodes: NodeFactory, due: DocumentDue, awarding: Awarding) -> Node:
    specification, run = due.specification, due.run
    workload = f"PT{specification.hours}H"
    term = LocalizedText.of(dict.fromkeys(due.languages, run.academic_year))
    node: Node = {
        "id": nodes.new_id("learningActivity"),
        "type": "LearningActivity",
        "title": nodes.text(wording.ACTIVITY),
        "awardedBy": awarding.stub,
        "workload": workload,
        "temporal": [
            {
                "id": nodes.new_id("periodOfTime"),
                "type": "PeriodOfTime",
                "prefLabel": nodes.text(term),
                "startDate": midnight(run.starts_on),
                "endDate": midnight(run.ends_on),
            }
        ],
        "specifiedBy": {
            "id": nodes.new_id("learningActivitySpec"),
            "type": "LearningActivitySpecification",
            "title": nodes.text(wording.ACTIVITY),
            "dcType": [
                nodes.concept(vocabularies.activity(ACTIVITY_TYPES.get(specification.mode, "programme"))),
            ],
            "volumeOfLearning": workload,
            "mode": [nodes.concept(vocabularies.mode(specification.mode))],
            "language": [nodes.concept(vocabularies.language(due.language))],
        },
    }
    if run.campus and specification.mode is not Mode.ONLINE:
        node["location"] = [nodes.location(due.issuer.address.country, name=run.campus)]
    return node


def _documents(nodes: NodeFactory, envelope: Envelope) -> list[JsonValue]:
    """Name the place of the status, and where a person may hand this file in (decisions 1.5: without the code)."""
    status = f"{envelope.status.list_url}#{envelope.status.index}"
    documents: list[JsonValue] = [nodes.web_resource(status, wording.STATUS_ENTRY)]
    if envelope.base_url:
        documents.append(nodes.web_resource(f"{envelope.base_url}/verify", wording.VERIFY_PAGE))
    return documents
