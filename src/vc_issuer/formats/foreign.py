"""Credentials that this project reads and never issues: CLR 2.0, endorsements, and any other of the W3C data model."""

from collections.abc import Mapping
from typing import Any

from vc_issuer.formats.graph_shape import keyword_violations, merged_id_violations, schema_violations
from vc_issuer.model.credential import Document, Violation

CLR_TYPE = "ClrCredential"
ENDORSEMENT_TYPE = "EndorsementCredential"
_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context"
_READ_BADGE_TYPES = frozenset(
    {"OpenBadgeCredential", "AchievementCredential", ENDORSEMENT_TYPE, CLR_TYPE, "BitstringStatusListCredential"}
)


def clr_violations(document: Document) -> list[Violation]:
    """Return every way in which a Comprehensive Learner Record can't be read with certainty."""
    return _violations(document, "clr-foreign.json", "CLR 2.0 section 6")


def endorsement_violations(document: Document) -> list[Violation]:
    """Return every way in which an endorsement can't be read with certainty."""
    return _violations(document, "endorsement-foreign.json", "Open Badges 3.0 section B")


def credential_violations(document: Document) -> list[Violation]:
    """Return every way in which a credential of another kind can't be read with certainty."""
    found = _violations(document, "vc-foreign.json", "VCDM 2.0 section 4")
    contexts, types = _listed(document.get("@context")), _listed(document.get("type"))
    if any(isinstance(url, str) and url.startswith(_BADGES) for url in contexts) and not set(types) & _READ_BADGE_TYPES:
        message = "it uses the terms of Open Badges, and its type names no Open Badge"
        found.append(Violation(pointer="/type", message=message, clause="Open Badges 3.0 section B.1"))
    return found


def inner_credentials(document: Document) -> list[Any]:
    """Return the credentials that a record or a badge holds, each with a proof of its own, as they stand there."""
    subject: Any = document.get("credentialSubject")
    if not isinstance(subject, Mapping):
        return []
    achievement: Any = subject.get("achievement")
    nodes = [document, document.get("issuer"), subject, subject.get("source"), *_listed(achievement)]
    nodes += [node.get("creator") for node in _listed(achievement) if isinstance(node, Mapping)]
    held = [*_listed(subject.get("verifiableCredential"))]
    for node in nodes:
        if isinstance(node, Mapping):
            held += [*_listed(node.get("endorsement")), *_listed(node.get("endorsementJwt"))]
    return held


def _violations(document: Document, schema: str, clause: str) -> list[Violation]:
    found = [*schema_violations(document, schema, clause), *keyword_violations(document)]
    return found or [*merged_id_violations(document)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
