"""A credential that comes as a signed JWT: read it, find its key, and say what became of its one signature.

The key comes from the trust store or from a did:key; a key that the token brings along proves no more than that nobody
changed the token (threat T13).
"""

from collections.abc import Mapping
from typing import Any

from vc_issuer.encoding.jwk import THUMBPRINT_SCHEME, decode_jwk, thumbprint_uri
from vc_issuer.errors import VerificationError
from vc_issuer.model.keys import KeyPurpose, VerificationMethod
from vc_issuer.securing.vc_jose import Token, looks_like_token, peek_token, verify_jwt
from vc_issuer.verification.proofs import ProofLine
from vc_issuer.verification.resolve import ResolvedMethods, resolve_into
from vc_issuer.verification.trust import TrustStore

__all__ = ["looks_like_token", "peek_token", "resolve_token", "token_lines"]


def resolve_token(content: bytes, trust: TrustStore, purpose: KeyPurpose) -> ResolvedMethods:
    """Find the key of a token. Raises UnreadableError, InvalidError for what is no token."""
    token = peek_token(content)
    resolved = ResolvedMethods()
    if not token.key_name.startswith(THUMBPRINT_SCHEME):
        resolve_into(resolved, token.key_name, trust, purpose)
        return resolved
    try:
        method = _method_of(token, trust, purpose)
    except VerificationError as error:
        resolved.errors.append(error)
    else:
        resolved.found.update({token.key_name: method, method.id: method})
    return resolved


def token_lines(content: bytes, resolved: ResolvedMethods) -> list[ProofLine]:
    """Verify a token's signature under the key found, and say what became of it."""

    def resolve(name: str) -> VerificationMethod:
        if name not in resolved.found:
            raise resolved.errors[0]
        return resolved.found[name]

    try:
        found = verify_jwt(content, resolve)
    except VerificationError as error:
        return [ProofLine(method_id="", error=error)]
    verified = found.verified
    return [
        ProofLine(
            method_id=verified.method.id,
            mechanism=verified.mechanism,
            created=verified.created,
            expires=found.expires,
        )
    ]


def is_unattributed(method_id: str) -> bool:
    """Tell whether a method is a key that a token brought along and that nothing at hand gives to an issuer."""
    return method_id.startswith(THUMBPRINT_SCHEME)


def _method_of(token: Token, trust: TrustStore, purpose: KeyPurpose) -> VerificationMethod:
    issuer = trust.issuer(_issuer_id(token.document))
    if issuer is None:
        key = decode_jwk(token.header["jwk"])
        return VerificationMethod(id=token.key_name, controller="", public_key=key)
    # The same key, wherever it stands: what is trusted is the issuer's list, not the header.
    known = next((m.id for m in issuer.methods if thumbprint_uri(m.public_key) == token.key_name), token.key_name)
    return issuer.method(known, purpose)


def _issuer_id(document: Mapping[str, Any]) -> str:
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return found if isinstance(found, str) else ""
