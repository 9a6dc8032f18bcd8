"""Build an ELM document: a European Digital Credential, one for all languages, of the profile that its facts allow.

VCDM 1.1 with the EU's context; it carries no status and no proof of its own (elm 1.6): the seal is an envelope.
"""

from collections.abc import Collection

from vc_issuer.errors import InputError
from vc_issuer.formats import sentences, vocabularies
from vc_issuer.formats.elm import wording
from vc_issuer.formats.elm.achievement import build_achievement
from vc_issuer.formats.elm.nodes import Node, NodeFactory, base64_text, end_of_day, instant, midnight
from vc_issuer.formats.elm.profile import build_evidence, profile_of
from vc_issuer.model.credential import Document, Envelope, JsonValue
from vc_issuer.model.grading import plain
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import LocalizedText

CONTEXTS = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")
NUMBER_SCHEME = "Certificate number"
OB3_SCHEME = "Open Badges 3.0 credential"
CORE_SCHEME = "Award core digest"
STUDENT_SCHEME = "Student number"
# The identifier of the award core's recipe, version 1 (twins 2): for readers; verifiers key on name and version.
CORE_SCHEME_ID = "https://vc-issuer.example/ns/award-core/1"

_OF_THE_AWARD = ("credentialSubject", "id", "identifier")
_OF_ANY_LEARNER = ("id", "type", "hasClaim")


def build_document(due: DocumentDue, envelope: Envelope) -> Document:
    """Build the unsecured document without the award core's digest, which is computed from it."""
    nodes = NodeFactory(due.languages, due.issuer.key, envelope.issuer_did)
    issued, profile = instant(envelope.issued), profile_of(due)
    document: Node = {
        "@context": list[JsonValue](CONTEXTS),
        "id": envelope.elm_id,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialProfiles": [nodes.concept(vocabularies.credential_profile(profile.code))],
        "credentialSchema": [{"id": profile.schema, "type": "ShaclValidator2017"}],
        "identifier": _identifiers(nodes, due, envelope),
        "displayParameter": _display(nodes, due, envelope),
        "issuer": nodes.organisation(due.issuer),
        "issued": issued,
        "issuanceDate": issued,
        "validFrom": issued,
    }
    if due.valid_until is not None:
        document["validUntil"] = document["expirationDate"] = end_of_day(due.valid_until)
    if evidence := build_evidence(nodes, due):
        document["evidence"] = list[JsonValue](evidence)
    document["credentialSubject"] = _subject(nodes, due, envelope)
    return _with_last(document, _OF_THE_AWARD)


def with_core_digest(document: Document, core_id: str, digest: str) -> Document:
    """Return a copy of `document` that names the award core right after the OB3 credentials (twins 2)."""
    core: Node = {
        "id": core_id,
        "type": "Identifier",
        "schemeName": CORE_SCHEME,
        "schemeVersion": "1",
        "schemeId": CORE_SCHEME_ID,
        "notation": digest,
    }
    identifiers = document["identifier"]
    if not isinstance(identifiers, list):
        raise InputError("The document has no list of identifiers.", remedy="Build it with ElmFormat.build first.")
    return {**document, "identifier": [*identifiers, core]}


def _identifiers(nodes: NodeFactory, due: DocumentDue, envelope: Envelope) -> list[JsonValue]:
    number = nodes.identifier(NUMBER_SCHEME, envelope.number)
    badges: list[JsonValue] = [
        {
            "id": f"urn:epass:identifier:ob3-{language}",
            "type": "Identifier",
            "schemeName": OB3_SCHEME,
            "schemeId": "https://purl.imsglobal.org/spec/ob/v3p0/",
            "creator": envelope.issuer_did,
            "notation": envelope.ob3_ids[language],
        }
        for language in dict.fromkeys((*due.languages, *envelope.ob3_ids))
        if language in envelope.ob3_ids
    ]
    return [number, *badges]


def _display(nodes: NodeFactory, due: DocumentDue, envelope: Envelope) -> Node:
    specification = due.specification
    description = sentences.fill(
        wording.DISPLAY[due.kind.value], ects=plain(specification.ects), level=str(specification.level.eqf)
    )
    return {
        "id": nodes.new_id("displayParameter"),
        "type": "DisplayParameter",
        "title": nodes.text(specification.title),
        "description": nodes.text(description),
        "primaryLanguage": nodes.concept(vocabularies.language(due.languages[0])),
        "language": [nodes.concept(vocabularies.language(language)) for language in due.languages],
        "individualDisplay": [_picture(nodes, due, language, envelope) for language in due.languages],
    }


def _picture(nodes: NodeFactory, due: DocumentDue, language: str, envelope: Envelope) -> Node:
    if not envelope.pictures.get(language):
        raise InputError(
            f"The ELM form needs a picture in {language}, and none was drawn.",
            remedy="Hand one PNG a language to the envelope's `pictures`.",
        )
    return {
        "id": nodes.new_id("individualDisplay"),
        "type": "IndividualDisplay",
        "language": nodes.concept(vocabularies.language(language)),
        "displayDetail": [
            {
                "id": nodes.new_id("displayDetail"),
                "type": "DisplayDetail",
                "page": 1,
                "image": {
                    "id": nodes.new_id("mediaObject"),
                    "type": "MediaObject",
                    "title": LocalizedText.of({language: sentences.caption(due).best(language)}).as_dict(),
                    "content": base64_text(envelope.pictures[language]),
                    "contentEncoding": nodes.concept(vocabularies.base64_encoding()),
                    "contentType": nodes.concept(vocabularies.png()),
                },
            }
        ],
    }


def _subject(nodes: NodeFactory, due: DocumentDue, envelope: Envelope) -> Node:
    """Tell who the learner is: names in their one language (two violate the model), and only what policy lets out."""
    learner = due.learner
    node: Node = {"id": nodes.new_id("person"), "type": "Person"}
    names = {"fullName": learner.full_name, "givenName": learner.given_name, "familyName": learner.family_name}
    for member, name in names.items():
        if name:
            node[member] = LocalizedText.of({learner.name_language: name}).as_dict()
    if due.shows_birth_date and learner.birth_date is not None:
        node["dateOfBirth"] = midnight(learner.birth_date)
    node["identifier"] = [nodes.identifier(STUDENT_SCHEME, learner.student_number)]
    node["hasClaim"] = build_achievement(nodes, due, envelope)
    return _with_last(node, [member for member in node if member not in _OF_ANY_LEARNER])


def _with_last(node: Node, members: Collection[str]) -> Node:
    """Return the same with these members at its end: how documents of an offering begin alike is then hashed once."""
    return {name: node[name] for name in (*(name for name in node if name not in members), *members)}
