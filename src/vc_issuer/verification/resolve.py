"""Find the keys that a document's proofs name: in the identifier itself, among the pinned issuers, or by asking.

A proof whose method carries its key in its own fragment can be checked before anybody is asked (threat T26: signature
first). That the issuer holds the key is another question, and stays open until the issuer's document says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vc_issuer.did import (
    did_web_url,
    methods_of,
    refuse_unknown_method,
    resolve_did_jwk,
    resolve_did_key,
    self_stated_method,
)
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VerificationError
from vc_issuer.model.keys import KeyPurpose, VerificationMethod
from vc_issuer.securing.data_integrity import proofs_of
from vc_issuer.verification.trust import TrustedIssuer, TrustStore

_CLAUSE = "CID 1.0 section 3.3"
_DOCUMENT_LIMITS = JsonLimits(size=256 * 1024, depth=16, nodes=5_000)  # a history of a thousand keys
_SELF_RESOLVING = {"did:key:": resolve_did_key, "did:jwk:": resolve_did_jwk}


@dataclass(frozen=True, slots=True)
class ResolvedMethods:
    """The methods found by id, those of them that only their own fragment vouches for, and an error for each other."""

    found: dict[str, VerificationMethod] = field(default_factory=dict)
    self_stated: set[str] = field(default_factory=set)
    errors: list[VerificationError] = field(default_factory=list)


def resolve_method(method_id: object, trust: TrustStore, purpose: KeyPurpose) -> VerificationMethod:
    """Return the method with this id as its controller lists it, asking where that is allowed.

    Raises InvalidError if it may not be used, InconclusiveError if it can't be found.
    """
    if not isinstance(method_id, str) or "#" not in method_id:
        raise InvalidError("the proof names no verification method", clause=_CLAUSE)
    for prefix, resolve in _SELF_RESOLVING.items():
        if method_id.startswith(prefix):
            return resolve(method_id)
    controller = method_id.partition("#")[0]
    issuer = trust.issuer(controller) or ask_controller(controller, trust)
    return issuer.method(method_id, purpose)


def resolve_methods(document: Mapping[str, Any], trust: TrustStore, purpose: KeyPurpose) -> ResolvedMethods:
    """Resolve the method of every proof of a document; a self-stated key is taken as it is, and nobody is asked."""
    resolved = ResolvedMethods()
    for proof in proofs_of(document):
        resolve_into(resolved, proof.get("verificationMethod"), trust, purpose)
    return resolved


def resolve_into(resolved: ResolvedMethods, method_id: object, trust: TrustStore, purpose: KeyPurpose) -> None:
    """Add one method to what was resolved, or the error that says why it can't be had."""
    try:
        stated = _self_stated(method_id, trust)
        method = stated or resolve_method(method_id, trust, purpose)
    except VerificationError as error:
        resolved.errors.append(error)
        return
    resolved.found[method.id] = method
    if stated:
        resolved.self_stated.add(method.id)


def confirm_methods(resolved: ResolvedMethods, trust: TrustStore, purpose: KeyPurpose) -> dict[str, VerificationMethod]:
    """Return the methods as their controllers list them: the self-stated ones are asked for now.

    Raises InvalidError if a controller does not list one, or lists another key under its name; InconclusiveError if
    the controller can't be asked.
    """
    confirmed = dict(resolved.found)
    for method_id in sorted(resolved.self_stated):
        listed = resolve_method(method_id, trust, purpose)
        if listed.public_key != resolved.found[method_id].public_key:
            raise InvalidError("the issuer lists another key under the name that the proof gives", clause=_CLAUSE)
        confirmed[method_id] = listed
    return confirmed


def ask_controller(controller: str, trust: TrustStore) -> TrustedIssuer:
    """Look up a controller document: a did:web, or an https address. Its name is nobody's word but its own.

    Raises InconclusiveError if it can't be had or is none, InvalidError for a malformed identifier.
    """
    if trust.look_up is None or not controller.startswith(("did:web:", "https://")):
        raise refuse_unknown_method(controller)
    url = did_web_url(controller) if controller.startswith("did:") else controller
    content = trust.look_up.get(url)
    try:
        document = parse_strict(content, limits=_DOCUMENT_LIMITS)
        if not isinstance(document, Mapping) or document.get("id") != controller:
            raise InconclusiveError(f"what lies at {url[:200]} is not the document of the issuer", clause=_CLAUSE)
        methods = methods_of(document)
    except (UnreadableError, InvalidError) as error:
        raise InconclusiveError(f"the issuer's document can't be used: {error}", clause=_CLAUSE) from error
    return TrustedIssuer(did=controller, name="", methods=methods)


def _self_stated(method_id: object, trust: TrustStore) -> VerificationMethod | None:
    if not isinstance(method_id, str) or method_id.startswith(tuple(_SELF_RESOLVING)):
        return None
    if trust.issuer(method_id.partition("#")[0]) is not None:
        return None
    return self_stated_method(method_id)
