"""How an award was proven, in ELM: one assessment each with type and supervision, the final result with its grade.

The mark belongs to the whole: with several assessments none of them scored it, and none is said to be passed.
"""

from vc_issuer.formats import sentences, vocabularies
from vc_issuer.formats.elm import wording
from vc_issuer.formats.elm.nodes import Node, NodeFactory, midnight
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.grading import Distribution, GradingScheme, plain
from vc_issuer.model.offering import Assessment, Mode
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import LocalizedText

# Blended and hybrid say nothing about how the assessment itself was taken.
MODES_OF_EVERYTHING = {Mode.ONLINE, Mode.ON_CAMPUS, Mode.WORK_BASED}
GRADING = "#grading"  # the scale's place under the specification's IRI


def build_proofs(nodes: NodeFactory, due: DocumentDue, awarded_by: Node) -> list[JsonValue]:
    """Build one LearningAssessment each, and one for the final result where it isn't the same thing."""
    assessments = due.specification.assessments
    if len(assessments) == 1:
        return [_final(nodes, due, awarded_by, assessments[0])]
    counted = [
        _proof(nodes, due, awarded_by, assessment=each, title=each.title, grade=wording.COUNTED) for each in assessments
    ]
    return [_final(nodes, due, awarded_by, None), *counted]


def mark_text(due: DocumentDue) -> str | None:
    """Write the mark as `16/20`, with what it is out of where the scale has that; None where there is no mark.

    The award core reads these characters on both sides, so they are the same in every language.
    """
    if due.mark is None:
        return None
    grading = due.specification.grading
    if grading is None:
        return plain(due.mark)
    written = grading.write(due.mark, honours=due.honours)
    return f"{written}/{grading.out_of}" if grading.out_of else written


def _final(nodes: NodeFactory, due: DocumentDue, awarded_by: Node, assessment: Assessment | None) -> Node:
    mark = mark_text(due)
    grade = sentences.PASS if mark is None else LocalizedText.of(dict.fromkeys(due.languages, mark))
    title = assessment.title if assessment else wording.FINAL_RESULT
    node = _proof(nodes, due, awarded_by, assessment=assessment, title=title, grade=grade)
    distribution = due.specification.distribution
    if distribution is not None and distribution.shown:
        node |= _group(nodes, due, distribution)
    if due.evidence:
        node["supplementaryDocument"] = [nodes.web_resource(link, sentences.EVIDENCE) for link in due.evidence]
    if due.specification.grading is not None:
        specification = node["specifiedBy"]
        scheme = _grading(nodes, due.specification.iri, due.specification.grading)
        node["specifiedBy"] = {**specification, "gradingScheme": scheme} if isinstance(specification, dict) else scheme
    return node


def _proof(
    nodes: NodeFactory,
    due: DocumentDue,
    awarded_by: Node,
    *,
    assessment: Assessment | None,
    title: LocalizedText,
    grade: LocalizedText,
) -> Node:
    node: Node = {
        "id": nodes.new_id("learningAssessment"),
        "type": "LearningAssessment",
        "title": nodes.text(title),
        "awardedBy": awarded_by,
        "dateIssued": midnight(due.run.assessed_on),
        "grade": nodes.note(grade),
    }
    if assessment and assessment.supervision is not None:
        node["idVerification"] = nodes.concept(vocabularies.supervision(assessment.supervision))
    if due.specification.assessed_by is not None:
        node["assessedBy"] = [nodes.assessor(due.specification.assessed_by)]
    specification: Node = {
        "id": nodes.new_id("learningAssessmentSpec"),
        "type": "LearningAssessmentSpecification",
        "title": nodes.text(title),
        "language": [nodes.concept(vocabularies.language(due.language))],
    }
    if assessment:
        specification |= _kind(nodes, due.specification.mode, assessment)
    return {**node, "specifiedBy": specification}


def _kind(nodes: NodeFactory, mode: Mode, assessment: Assessment) -> Node:
    node: Node = {"dcType": nodes.concept(vocabularies.assessment(assessment.type))}
    if mode in MODES_OF_EVERYTHING:
        node["mode"] = [nodes.concept(vocabularies.mode(mode))]
    notes = []
    if assessment.weight is not None:
        notes.append(sentences.fill(wording.WEIGHT, weight=str(assessment.weight)))
    if assessment.covers:
        notes.append(sentences.fill(wording.COVERS, numbers=", ".join(map(str, assessment.covers))))
    return {**node, "additionalNote": nodes.notes(notes)} if notes else node


def _grading(nodes: NodeFactory, iri: str, grading: GradingScheme) -> Node:
    return {
        "id": f"{iri}{GRADING}",
        "type": "GradingScheme",
        "title": nodes.text(grading.title),
        "description": nodes.text(grading.description),
    }


def _group(nodes: NodeFactory, due: DocumentDue, distribution: Distribution) -> Node:
    """Tell how the reference group scored, and where the mark stands in it.

    The context of ELM 3.1 misspells `resultDistribution`, and readers of that version would silently lose it: the note
    says the same in words.
    """
    node: Node = {
        "resultDistribution": {
            "id": nodes.new_id("resultDistribution"),
            "type": "ResultDistribution",
            "description": nodes.text(distribution.reference_group),
            "resultCategory": [
                {
                    "id": nodes.new_id("resultCategory"),
                    "type": "ResultCategory",
                    "label": category.label,
                    "count": category.count,
                }
                for category in distribution.shown
            ],
        },
        "additionalNote": [nodes.note(sentences.distribution_note(distribution))],
    }
    grading = due.specification.grading
    if due.mark is None or grading is None:
        return node
    place = distribution.shortened(due.mark, higher_is_better=grading.higher_is_better)
    if place is None:
        return node
    node["shortenedGrading"] = {
        "id": nodes.new_id("shortenedGrading"),
        "type": "ShortenedGrading",
        "percentageLower": place.lower,
        "percentageEqual": place.equal,
        "percentageHigher": place.higher,
    }
    return node
