"""Claims that repeat members of a credential in a JWT, and the credential without them.

Open Badges 3.0 section 8.2.4.1 and VCDM 1.1 section 6.3.1: `iss`, `jti`, `sub`, `nbf` and `exp` stand for issuer, id,
subject, start and end. Where both are there they must be equal: a reader of either sees the same.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vc_issuer.errors import InvalidError, UnsafeDocumentError
from vc_issuer.model.credential import Document

# Registered claims (RFC 7519 section 4.1) that are about the token, and no members of the credential.
_REGISTERED = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce")
_BASE_V1 = "https://www.w3.org/2018/credentials/v1"
_LATEST = 253_402_300_799  # the last second of the year 9999
_CLAUSE = "OB 3.0 section 8.2.4"
_STARTS, _ENDS = ("validFrom", "issuanceDate"), ("validUntil", "expirationDate")


def claims_of_badge(document: Document) -> dict[str, Any]:
    """Return the claims that a badge as JWT repeats. Raises UnsafeDocumentError if a member is missing or unfit."""
    stated = _stated(document)
    missing = next((name for name in ("iss", "jti", "sub", "nbf") if name not in stated), None)
    if missing:
        raise UnsafeDocumentError(f"the credential has nothing to say as the claim {missing}")
    return stated


def credential_in(payload: Mapping[str, Any], *, badge: bool) -> tuple[Document, Mapping[str, Any]]:
    """Return the credential in a payload, and the claims about the token. Raises InvalidError where they disagree."""
    claims = {name: payload[name] for name in _REGISTERED if name in payload}
    for name in ("exp", "nbf", "iat"):
        moment_of(claims, name)
    if "vc" in payload or "vp" in payload:
        document = _old_form(payload, claims, badge=badge)
    else:
        document = {name: value for name, value in payload.items() if name not in _REGISTERED}
    _check_agreement(document, claims, names=("iss", "jti", "sub", "nbf", "exp") if badge else ("iss",))
    return document, claims


def moment_of(claims: Mapping[str, Any], name: str) -> datetime | None:
    """Return a NumericDate claim as aware UTC, None if absent. Raises InvalidError."""
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        raise InvalidError(f"the claim {name} is no date", clause="RFC 7519 section 2")
    return datetime.fromtimestamp(value, tz=UTC)


def _old_form(payload: Mapping[str, Any], claims: Mapping[str, Any], *, badge: bool) -> dict[str, Any]:
    # VCDM 1.1 section 6.3.1.2: what the claim says is put back where the member was left out.
    inner = payload.get("vc", payload.get("vp"))
    if not badge or not isinstance(inner, Mapping):
        raise InvalidError(
            "the payload is the credential itself: no vc or vp claim", clause="VC-JOSE-COSE section 1.1.2"
        )
    document = dict(inner)
    if "vc" not in payload:
        return {"holder": claims["iss"], **document} if "iss" in claims else document
    contexts = document.get("@context")
    is_v1 = isinstance(contexts, list) and contexts[:1] == [_BASE_V1]
    members = {"iss": "issuer", "jti": "id"}
    dates = {"nbf": _STARTS[is_v1], "exp": _ENDS[is_v1]}
    for claim, member in members.items():
        if claim in claims:
            document.setdefault(member, claims[claim])
    for claim, member in dates.items():
        moment = moment_of(claims, claim)
        if moment:
            document.setdefault(member, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    subject = document.get("credentialSubject")
    if "sub" in claims and isinstance(subject, Mapping):
        document["credentialSubject"] = {"id": claims["sub"], **subject}
    return document


def _check_agreement(document: Document, claims: Mapping[str, Any], *, names: tuple[str, ...]) -> None:
    stated = _stated(document)
    for name in names:
        if name in claims and claims[name] != stated.get(name):
            raise InvalidError(f"the claim {name} differs from what the credential says", clause=_CLAUSE)


def _stated(document: Document) -> dict[str, Any]:
    issuer, subject = document.get("issuer", document.get("holder")), document.get("credentialSubject")
    stated = {
        "iss": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "jti": document.get("id"),
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
        "nbf": _epoch(document, _STARTS),
        "exp": _epoch(document, _ENDS),
    }
    return {name: value for name, value in stated.items() if value is not None}


def _epoch(document: Document, members: tuple[str, ...]) -> int | None:
    value = next((document[name] for name in members if name in document), None)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
