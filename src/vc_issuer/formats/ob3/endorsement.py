"""Endorsements: what somebody else, such as a quality agency, says of an achievement or issuer (OB3 section B.7).

An endorsement is a credential of its own with its own proof; it stands inside the badge, whose proof covers it too.
Its proof is a graph of its own, so neither signature says anything of the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from vc_issuer.formats.ob3.build import CONTEXTS
from vc_issuer.model.credential import Document, JsonValue

TYPES = ("VerifiableCredential", "EndorsementCredential")
SUBJECT_TYPE = "EndorsementSubject"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsement:
    """What an endorser says: of what, in which words, from when until when. Times are aware UTC."""

    id: str
    endorser_did: str
    endorser_name: str
    subject: str
    title: str
    comment: str
    valid_from: datetime
    valid_until: datetime | None = None
    endorser_url: str = ""


@dataclass(frozen=True, slots=True)
class Endorsed:
    """An endorsement found in a badge: where it stands and in what, every id of the badge that may be endorsed, itself.

    1EdTech's own sample holds an endorsement of the issuer in the achievement, so it may be of any of them.
    """

    pointer: str
    holder: str
    targets: frozenset[str]
    document: Document = field(repr=False)


def build_endorsement(said: Endorsement) -> Document:
    """Build the unsecured endorsement."""
    issuer: dict[str, JsonValue] = {"id": said.endorser_did, "type": ["Profile"], "name": said.endorser_name}
    if said.endorser_url:
        issuer["url"] = said.endorser_url
    document: dict[str, JsonValue] = {
        "@context": list(CONTEXTS),
        "id": said.id,
        "type": list(TYPES),
        "name": said.title,
        "issuer": issuer,
        "validFrom": _instant(said.valid_from),
    }
    if said.valid_until:
        document["validUntil"] = _instant(said.valid_until)
    document["credentialSubject"] = {
        "id": said.subject,
        "type": [SUBJECT_TYPE],
        "endorsementComment": said.comment,
    }
    document["credentialSchema"] = [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}]
    return document


def is_endorsement(document: Mapping[str, Any]) -> bool:
    """Tell whether a document claims to be an endorsement."""
    types = document.get("type")
    return TYPES[1] in (types if isinstance(types, list) else [types])


def endorsements_in(document: Mapping[str, Any]) -> Iterator[Endorsed]:
    """Find every endorsement that a badge holds, wherever one may stand."""
    subject = document.get("credentialSubject")
    places = [("", document), *_node(document, "issuer", ""), *_node(document, "credentialSubject", "")]
    if isinstance(subject, Mapping):
        places += _node(subject, "source", "/credentialSubject")
        for pointer, achievement in _node(subject, "achievement", "/credentialSubject"):
            places += [(pointer, achievement), *_node(achievement, "creator", pointer)]
    every = frozenset(str(node["id"]) for _, node in places if node.get("id"))
    for pointer, node in places:
        for below, found in _node(node, "endorsement", pointer):
            yield Endorsed(below, str(node.get("id", "")), every, found)


def _node(parent: Mapping[str, Any], name: str, pointer: str) -> list[tuple[str, Mapping[str, Any]]]:
    value = parent.get(name)
    listed = value if isinstance(value, list) else [value]
    return [(f"{pointer}/{name}/{n}", each) for n, each in enumerate(listed) if isinstance(each, Mapping)]


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
