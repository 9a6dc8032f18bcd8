"""Which of the EU's profiles a document claims, and the evidence that the profile demands (elm 3.2).

Issued by mandate and Accredited demand different things of every Evidence, so a document claims one of them: whoever
issues for others says so first.
"""

from dataclasses import dataclass

from vc_issuer.formats import sentences, vocabularies
from vc_issuer.formats.elm.nodes import Node, NodeFactory
from vc_issuer.model.offering import QualityLabel
from vc_issuer.model.record import DocumentDue

_APPLICATION_PROFILES = "http://data.europa.eu/snb/model/ap/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElmProfile:
    """A profile: its code in our list, its schema, and the code of its evidence, empty where it asks for none."""

    code: str
    schema: str
    evidence: str = ""


GENERIC = ElmProfile(code="generic", schema=f"{_APPLICATION_PROFILES}edc-generic-full")
ACCREDITED = ElmProfile(code="accredited", schema=f"{_APPLICATION_PROFILES}edc-accredited", evidence="accreditation")
MANDATED = ElmProfile(
    code="issued-by-mandate", schema=f"{_APPLICATION_PROFILES}edc-issued-by-mandate", evidence="mandate"
)
PROFILES = (GENERIC, ACCREDITED, MANDATED)


def profile_of(due: DocumentDue) -> ElmProfile:
    """Return the profile that a document claims: Accredited only with a decision that the EU's database holds."""
    if due.mandate is not None:
        return MANDATED
    return ACCREDITED if _registered(due) else GENERIC


def build_evidence(nodes: NodeFactory, due: DocumentDue) -> list[Node]:
    """Build what the profile demands at the root; accreditations are told in full by the specification."""
    profile = profile_of(due)
    if profile is GENERIC:
        return []
    if profile is ACCREDITED:
        stubs: list[Node] = [
            {"id": label.decision_id, "type": "Accreditation", "title": nodes.text(label.name)}
            for label in _registered(due)
        ]
        return [_evidence(nodes, profile, accreditation=stub) for stub in stubs]
    statement = sentences.mandate(due)
    text = statement.best(due.languages[0]) if statement else ""
    # The model has one text here, without a language; the awarding process says it in every language.
    return [_evidence(nodes, profile, evidenceStatement=text)]


def _registered(due: DocumentDue) -> list[QualityLabel]:
    labels = {label.decision_id: label for label in due.specification.quality if label.accreditation_id}
    return [label for iri, label in labels.items() if iri]


def _evidence(nodes: NodeFactory, profile: ElmProfile, **members: Node | str) -> Node:
    return {
        "id": nodes.new_id("evidence"),
        "type": "Evidence",
        "dcType": nodes.concept(vocabularies.evidence_type(profile.evidence)),
        **members,
    }
