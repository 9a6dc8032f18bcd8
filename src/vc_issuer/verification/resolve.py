"""Find the keys that a document's proofs name: did:key by itself, did:web from the pinned issuers; nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vc_issuer.did import refuse_unknown_method, resolve_did_key
from vc_issuer.errors import InvalidError, VerificationError
from vc_issuer.model.keys import KeyPurpose, VerificationMethod
from vc_issuer.securing.data_integrity import proofs_of
from vc_issuer.verification.trust import TrustStore


@dataclass(frozen=True, slots=True)
class ResolvedMethods:
    """The methods found by id, and an error for each that was not."""

    found: dict[str, VerificationMethod] = field(default_factory=dict)
    errors: list[VerificationError] = field(default_factory=list)


def resolve_method(method_id: object, trust: TrustStore, purpose: KeyPurpose) -> VerificationMethod:
    """Return the method with this id. Raises InvalidError if it may not be used, InconclusiveError if unknown."""
    if not isinstance(method_id, str) or "#" not in method_id:
        raise InvalidError("the proof names no verification method", clause="CID 1.0 section 3.3")
    did = method_id.partition("#")[0]
    if did.startswith("did:key:"):
        return resolve_did_key(method_id)
    issuer = trust.issuer(did)
    if issuer is None:
        raise refuse_unknown_method(did)
    return issuer.method(method_id, purpose)


def resolve_methods(document: Mapping[str, Any], trust: TrustStore, purpose: KeyPurpose) -> ResolvedMethods:
    """Resolve the method of every proof of a document."""
    resolved = ResolvedMethods()
    for proof in proofs_of(document):
        method_id = proof.get("verificationMethod")
        try:
            method = resolve_method(method_id, trust, purpose)
        except VerificationError as error:
            resolved.errors.append(error)
        else:
            resolved.found[method.id] = method
    return resolved
