"""Verification with the W3C's semantics, for the conformance mount: data model, proofs and period of any credential.

Neither issuer binding nor status nor trust: whether the issuer controls the key, and who that is, are questions of the
strict verifier. Only did:key is resolved. Runs in a killable child.
"""

from collections.abc import Mapping
from datetime import datetime

from vc_issuer.encoding.contexts import CONFORMANCE
from vc_issuer.encoding.rdfc import canonicalize_rdfc
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.formats.vcdm import credential_violations
from vc_issuer.model.credential import Document
from vc_issuer.securing.data_integrity import LIMITS, verify_proofs
from vc_issuer.securing.proof_terms import ProofDemands
from vc_issuer.securing.vc_jose import VerifiedJwt, looks_like_token, verify_jwt
from vc_issuer.verification.presentation import (
    Asked,
    contexts_for,
    prove_presentation,
    raise_first,
    resolve_holder,
)
from vc_issuer.verification.proofs import ProofLine, held_proofs, lines_of
from vc_issuer.verification.validity import SKEW, check_period


def check_credential(content: bytes, now: datetime) -> None:
    """Return if a credential, embedded or as a token, is well-formed, proven, and in its period."""
    if looks_like_token(content):
        _check_token(content, now)
        return
    _check_embedded(content, now, ProofDemands())


def check_presentation(content: bytes, asked: Asked, now: datetime) -> None:
    """Return if a presentation is proven and every credential in it is."""
    for credential in prove_presentation(content, asked, now).credentials:
        check_credential(credential, now)


def screen_credential(content: bytes) -> None:
    """Return if an unsecured credential is well-formed, loses nothing in JSON-LD and canonicalises within limits.

    For an issuer that signs what others bring. Raises UnreadableError, InvalidError, UnsafeDocumentError.
    """
    document = parse_strict(content, limits=LIMITS)
    if not isinstance(document, dict):
        raise UnreadableError("a credential is a JSON object")
    contexts = contexts_for(CONFORMANCE)
    raise_first(credential_violations(document, contexts))
    canonicalize_rdfc(document, contexts=contexts, guarded=True)


def check_strictly(content: bytes, now: datetime, domain: str, challenge: str) -> Document:
    """Do what `check_credential` does, with issuer binding and, where they are named, domain and challenge.

    Returns the credential, so that its status can be checked: nothing is looked up before the signature holds.
    """
    if looks_like_token(content):
        found = _check_token(content, now)
        method_ids = [found.verified.method.id]
        document = found.verified.document
    else:
        document, lines = _check_embedded(content, now, ProofDemands(domain=domain, challenge=challenge))
        method_ids = [line.method_id for line in lines]
    issuer = document.get("issuer")
    own_id = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if any(method_id.partition("#")[0] != own_id for method_id in method_ids):
        raise InvalidError("a proof is made with a key that the issuer does not control", clause="threat T32")
    return document


def _check_embedded(content: bytes, now: datetime, demands: ProofDemands) -> tuple[Document, list[ProofLine]]:
    document = parse_strict(content, limits=LIMITS)
    if not isinstance(document, dict):
        raise UnreadableError("a credential is a JSON object")
    contexts = contexts_for(CONFORMANCE)
    raise_first(credential_violations(document, contexts))
    results = verify_proofs(document, resolve_holder, demands=demands, contexts=contexts, guarded=True)
    held = held_proofs(lines_of(results), now)
    check_period(document, now)
    return document, held


def _check_token(content: bytes, now: datetime) -> VerifiedJwt:
    found = verify_jwt(content, resolve_holder)
    if found.expires and found.expires < now - SKEW:
        raise InvalidError("the credential's signature has run out", clause="RFC 7519 section 4.1.4")
    raise_first(credential_violations(found.verified.document, contexts_for(CONFORMANCE)))
    check_period(found.verified.document, now)
    return found
