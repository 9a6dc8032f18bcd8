"""The claim of an ELM document: what was achieved, who awarded it, how it was learnt and how it was proven."""

from dataclasses import dataclass

from vc_issuer.formats import vocabularies
from vc_issuer.formats.elm import wording
from vc_issuer.formats.elm.nodes import Node, NodeFactory, midnight, plain
from vc_issuer.formats.elm.qualification import build_qualification
from vc_issuer.model.credential import Envelope, JsonValue
from vc_issuer.model.grading import Distribution, GradingScheme
from vc_issuer.model.offering import Assessment, Mode
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import LocalizedText

ACTIVITY_TYPES = {Mode.ONLINE: "e-learning", Mode.ON_CAMPUS: "classroom"}
# Blended and hybrid say nothing about how the assessment itself was taken.
MODES_OF_EVERYTHING = {Mode.ONLINE, Mode.ON_CAMPUS, Mode.WORK_BASED}


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
        "provenBy": _proofs(nodes, due, awarding),
        "specifiedBy": build_qualification(nodes, due),
    }
    if due.statements:
        node["additionalNote"] = nodes.notes(due.statements, kind="statement")
    node["supplementaryDocument"] = _documents(nodes, envelope)
    return node


def mark_text(due: DocumentDue) -> str | None:
    """Write the mark as `16/20`, with the scale's maximum where it has one; None where there is no mark.

    The award core reads these characters on both sides, so they are the same in every language.
    """
    if due.mark is None:
        return None
    grading = due.specification.grading
    maximum = grading.maximum if grading else None
    return plain(due.mark) if maximum is None else f"{plain(due.mark)}/{plain(maximum)}"


def _awarding(nodes: NodeFactory, due: DocumentDue) -> Awarding:
    bodies = [nodes.organisation(body) for body in due.awarding_bodies]
    node: Node = {
        "id": nodes.new_id("awardingProcess"),
        "type": "AwardingProcess",
        "awardingBody": list[JsonValue](bodies),
        "awardingDate": midnight(due.run.awarded_on),
    }
    stub: Node = {"id": node["id"], "type": node["type"], "awardingBody": [nodes.stub(body) for body in bodies]}
    if notes := _award_notes(due):
        node["additionalNote"] = nodes.notes(notes)
    return Awarding(full=node, stub=stub)


def _award_notes(due: DocumentDue) -> list[LocalizedText]:
    notes = [
        wording.fill(wording.EXEMPTED, title=component.title, ects=plain(component.ects)) for component in due.exempted
    ]
    if due.credits_recognised:
        notes.append(wording.fill(wording.RECOGNISED, ects=plain(due.credits_recognised)))
    if due.route is not None:
        notes.append(wording.fill(wording.ENROLMENT, contract=wording.ROUTES[due.route]))
    for partner in due.partners:
        country = vocabularies.country(partner.country).labels
        notes.append(wording.fill(wording.PARTNER, name=partner.name, role=partner.role, country=country))
    return notes


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


def _proofs(nodes: NodeFactory, due: DocumentDue, awarding: Awarding) -> list[JsonValue]:
    """Make one LearningAssessment each, and one for the final result where it isn't the same thing.

    The mark belongs to the whole: with several assessments none of them scored it, and none is said to be passed.
    """
    assessments = due.specification.assessments
    if len(assessments) == 1:
        return [_proof(nodes, due, awarding, assessments[0], is_final=True)]
    final = _proof(nodes, due, awarding, None, is_final=True)
    return [final, *(_proof(nodes, due, awarding, one, is_final=False) for one in assessments)]


def _proof(
    nodes: NodeFactory, due: DocumentDue, awarding: Awarding, assessment: Assessment | None, *, is_final: bool
) -> Node:
    title = nodes.text(assessment.title if assessment else wording.FINAL_RESULT)
    grade = _final_grade(due) if is_final else wording.COUNTED
    node: Node = {
        "id": nodes.new_id("learningAssessment"),
        "type": "LearningAssessment",
        "title": title,
        "awardedBy": awarding.stub,
        "dateIssued": midnight(due.run.assessed_on),
        "grade": nodes.note(grade),
    }
    if assessment and assessment.supervision is not None:
        node["idVerification"] = nodes.concept(vocabularies.supervision(assessment.supervision))
    distribution = due.specification.distribution
    if is_final and distribution is not None:
        node["additionalNote"] = [nodes.note(_distribution(distribution))]
    specification: Node = {
        "id": nodes.new_id("learningAssessmentSpec"),
        "type": "LearningAssessmentSpecification",
        "title": title,
        "language": [nodes.concept(vocabularies.language(due.language))],
    }
    if assessment:
        specification |= _assessment_kind(nodes, due.specification.mode, assessment)
    if is_final and due.specification.grading is not None:
        specification["gradingScheme"] = _grading(nodes, due.specification.grading)
    return {**node, "specifiedBy": specification}


def _assessment_kind(nodes: NodeFactory, mode: Mode, assessment: Assessment) -> Node:
    node: Node = {"dcType": nodes.concept(vocabularies.assessment(assessment.type))}
    if mode in MODES_OF_EVERYTHING:
        node["mode"] = [nodes.concept(vocabularies.mode(mode))]
    notes = []
    if assessment.weight is not None:
        notes.append(wording.fill(wording.WEIGHT, weight=str(assessment.weight)))
    if assessment.covers:
        notes.append(wording.fill(wording.COVERS, numbers=", ".join(map(str, assessment.covers))))
    return {**node, "additionalNote": nodes.notes(notes)} if notes else node


def _final_grade(due: DocumentDue) -> LocalizedText:
    mark = mark_text(due)
    return wording.PASS if mark is None else LocalizedText.of(dict.fromkeys(due.languages, mark))


def _grading(nodes: NodeFactory, grading: GradingScheme) -> Node:
    return {
        "id": nodes.new_id("gradingScheme"),
        "type": "GradingScheme",
        "title": nodes.text(grading.title),
        "description": nodes.text(grading.description),
    }


def _distribution(distribution: Distribution) -> LocalizedText:
    """Tell the reference group's results in words (ECTS Users' Guide); categories with nobody in them are left out.

    The model has `resultDistribution`, but the context of ELM 3.1 misspells it, and readers of that version would
    silently lose it: a note is read by all.
    """
    counts = "; ".join(f"{each.label}: {each.count}" for each in distribution.categories if each.count > 0)
    return wording.fill(wording.DISTRIBUTION, group=distribution.reference_group, counts=counts)


def _documents(nodes: NodeFactory, envelope: Envelope) -> list[JsonValue]:
    """Name the place of the status, and where a person may hand this file in (decisions 1.5: without the code)."""
    status = f"{envelope.status.list_url}#{envelope.status.index}"
    documents: list[JsonValue] = [nodes.web_resource(status, wording.STATUS_ENTRY)]
    if envelope.base_url:
        documents.append(nodes.web_resource(f"{envelope.base_url}/verify", wording.VERIFY_PAGE))
    return documents
