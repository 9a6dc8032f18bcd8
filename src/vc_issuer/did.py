"""did:key, did:jwk and did:web: identifiers to documents and back; pure (DID Core, CID 1.0).

A did.json holds full DID URLs; the fragment of a Multikey is its multibase value; `assertionMethod` holds strings;
retired keys stay, with `expires` or `revoked` (decisions 3.4).
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from vc_issuer.encoding.jwk import decode_jwk, is_known_jwk
from vc_issuer.encoding.multikey import base64url_decode, decode_multikey, encode_multikey
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.model.keys import KeyPurpose, PublicKey, VerificationMethod

CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\Z")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+\Z")
_CID = "CID 1.0 section 3.3"
_JWK_LIMITS = JsonLimits(size=4096, depth=4, nodes=32)  # an RSA key of 4096 bits takes 750 bytes
# A fragment that begins like a Multikey of Ed25519, P-256 or P-384 is one.
_MULTIKEY_FRAGMENT = re.compile(r"z(?:6Mk|Dn|82L)[1-9A-HJ-NP-Za-km-z]{40,}\Z")


def did_key(key: PublicKey) -> str:
    """Return the did:key of a public key."""
    return f"did:key:{encode_multikey(key)}"


def resolve_did_key(method_id: str) -> VerificationMethod:
    """Return the verification method of a did:key URL with its fragment. Raises InvalidError."""
    did, _, fragment = method_id.partition("#")
    multikey = did.removeprefix("did:key:")
    if not did.startswith("did:key:") or fragment != multikey:
        raise InvalidError("a did:key method names its own key in the fragment", clause="did:key section 3.1.3")
    return VerificationMethod(id=method_id, controller=did, public_key=decode_multikey(multikey))


def resolve_did_jwk(method_id: str) -> VerificationMethod:
    """Return the one verification method of a did:jwk. Raises InvalidError."""
    did, _, fragment = method_id.partition("#")
    if not did.startswith("did:jwk:") or fragment != "0":
        raise InvalidError("a did:jwk has one method, #0", clause="did:jwk, Read")
    try:
        jwk = parse_strict(base64url_decode(did.removeprefix("did:jwk:")), limits=_JWK_LIMITS)
    except UnreadableError as error:
        raise InvalidError(f"the did:jwk holds no key: {error.message}", clause="did:jwk, Read") from error
    return VerificationMethod(id=method_id, controller=did, public_key=decode_jwk(jwk))


def self_stated_method(method_id: str) -> VerificationMethod | None:
    """Return the method whose Multikey stands in its own fragment, or None if the fragment is only a name.

    It says under which key a proof can hold, and nothing of whose key that is. Raises InvalidError for a broken key.
    """
    controller, _, fragment = method_id.partition("#")
    if not _MULTIKEY_FRAGMENT.match(fragment):
        return None
    return VerificationMethod(id=method_id, controller=controller, public_key=decode_multikey(fragment))


def did_web(host: str) -> str:
    """Return the did:web of a host; a port is percent-encoded."""
    return f"did:web:{quote(host, safe='')}"


def did_web_url(did: str) -> str:
    """Return the https URL of a did:web document. Raises InvalidError for a malformed or climbing identifier."""
    parts = [unquote(part) for part in did.removeprefix("did:web:").split(":")]
    host, path = parts[0], parts[1:]
    if not did.startswith("did:web:") or not _HOST.match(host):
        raise InvalidError("the did:web identifier names no host", clause="did:web section 3.2")
    if any(not _SEGMENT.match(segment) or segment in {".", ".."} for segment in path):
        raise InvalidError("the did:web identifier has a malformed path", clause="did:web section 3.2")
    return f"https://{host}/" + ("/".join(path) if path else ".well-known") + "/did.json"


def did_web_document(
    did: str, methods: Iterable[VerificationMethod], *, now: datetime, silent: Collection[str] = ()
) -> dict[str, Any]:
    """Build a did:web document of Multikeys, retired ones included.

    A method that has ended by `now` stays under assertionMethod: what it signed in its life must verify. One that was
    taken back, and a `silent` one, which signs nothing about anybody, stand under verificationMethod alone.
    """
    held = [method for method in methods if method.controller == did]
    return {
        "@context": list(CONTEXTS),
        "id": did,
        "verificationMethod": [_method_entry(method) for method in held],
        "assertionMethod": [method.id for method in held if method.id not in silent and not _compromised(method, now)],
    }


def _method_entry(method: VerificationMethod) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": method.id,
        "type": "Multikey",
        "controller": method.controller,
        "publicKeyMultibase": encode_multikey(method.public_key),
    }
    for name, moment in (("expires", method.expires), ("revoked", method.revoked)):
        if moment:
            entry[name] = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return entry


def _compromised(method: VerificationMethod, now: datetime) -> bool:
    return method.revoked is not None and method.revoked <= now


def methods_of(document: Mapping[str, Any], relation: str = "assertionMethod") -> tuple[VerificationMethod, ...]:
    """Return the methods that a controller document lists under `relation`, by reference or embedded (CID 1.0).

    Methods of a type or key that is not known here are left out. Raises InvalidError if the document is malformed.
    """
    did = document.get("id")
    if not isinstance(did, str):
        raise InvalidError("the controller document has no id", clause=_CID)
    known = {_absolute(entry.get("id"), did): entry for entry in _objects(document.get("verificationMethod"))}
    listed = document.get(relation, [])
    methods = []
    for item in listed if isinstance(listed, list) else [listed]:
        entry = item if isinstance(item, dict) else known.get(_absolute(item, did))
        method = _read_method(entry, did) if entry else None
        if method:
            methods.append(method)
    return tuple(methods)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _absolute(identifier: Any, did: str) -> str:
    text = identifier if isinstance(identifier, str) else ""
    return did + text if text.startswith("#") else text


def _read_method(entry: Mapping[str, Any], did: str) -> VerificationMethod | None:
    method_id = _absolute(entry.get("id"), did)
    multikey, jwk = entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    if not method_id.startswith(f"{did}#") or (isinstance(multikey, str) == isinstance(jwk, dict)):
        return None
    if isinstance(jwk, dict) and not is_known_jwk(jwk):
        return None
    if entry.get("controller") != did:
        raise InvalidError("a key of the controller document is controlled by another", clause=_CID)
    return VerificationMethod(
        id=method_id,
        controller=did,
        public_key=decode_multikey(multikey) if isinstance(multikey, str) else decode_jwk(jwk),
        expires=_moment(entry.get("expires")),
        revoked=_moment(entry.get("revoked")),
    )


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidError(
            "a key of the controller document has a malformed time", clause="CID 1.0 section 2.2"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def refuse_unknown_method(did: str) -> InconclusiveError:
    """Return the error for a DID that nothing at hand resolves."""
    return InconclusiveError(
        f"the keys of {did[:120]} are not at hand",
        remedy="Give its did.json with --issuer, or ask online.",
        clause=_CID,
    )


# What a key may sign decides which relation it stands under: all our purposes assert.
RELATIONS: Mapping[KeyPurpose, str] = dict.fromkeys(KeyPurpose, "assertionMethod")
