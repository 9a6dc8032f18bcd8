"""Credentials and presentations as signed JWTs: VC-JOSE-COSE (W3C Recommendation 2025-05-15) and Open Badges 3.0
section 8.2.4.

In `vc+jwt` the payload is the credential, and the key is named by `kid`. The Open Badges form has `typ` JWT or none,
and claims that repeat members of the credential: each must equal its member. A header's own key (`jwk`) is never
trusted; in the Open Badges form, which prescribes it, it names a key to look for among the issuer's (threat T13).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from vc_issuer.encoding.jwk import decode_jwk, thumbprint_uri
from vc_issuer.encoding.multikey import base64url_encode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import InvalidError, UnreadableError, UnsafeDocumentError, VcIssuerError
from vc_issuer.model.credential import Document, SecuredCredential, Verified
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, SigningKey
from vc_issuer.securing.base import ResolveKey, purpose_of
from vc_issuer.securing.jws import (
    Jws,
    JwsSignature,
    check_critical,
    encode_header,
    parse_jws,
    signature_octets,
    signing_input,
    verify_jws_signature,
)
from vc_issuer.securing.jwt_claims import claims_of_badge, credential_in, moment_of
from vc_issuer.securing.signatures import verify_signature

LIMITS = JsonLimits(size=256 * 1024, depth=32, nodes=2_000)  # as for embedded proofs
_JOSE = "VC-JOSE-COSE"
# An algorithm by the kind of key that it may be used with; nothing else is tried (threat T13).
ALGORITHMS: Mapping[str, KeyAlgorithm] = {
    "EdDSA": KeyAlgorithm.ED25519,
    "Ed25519": KeyAlgorithm.ED25519,
    "ES256": KeyAlgorithm.P256,
    "ES384": KeyAlgorithm.P384,
    "RS256": KeyAlgorithm.RSA_SHA256,
    "PS256": KeyAlgorithm.RSA_SHA256,
}
_SIGNS_WITH = {
    KeyAlgorithm.ED25519: "EdDSA",
    KeyAlgorithm.P256: "ES256",
    KeyAlgorithm.P384: "ES384",
    KeyAlgorithm.RSA_SHA256: "RS256",
}
_BADGE_KEYS = (KeyAlgorithm.RSA_SHA256, KeyAlgorithm.P256)  # the 1EdTech validator reads no other


class JwtForm(Enum):
    """The form of a token: by its `typ`, with the media type that it has in a file."""

    CREDENTIAL = ("vc+jwt", "application/vc+jwt")
    PRESENTATION = ("vp+jwt", "application/vp+jwt")
    BADGE = ("JWT", "text/plain")  # OB 3.0 section 6.2: a compact JWS is served as text

    @property
    def typ(self) -> str:
        """Return the header's `typ`."""
        return self.value[0]

    @property
    def media_type(self) -> str:
        """Return the media type of a file."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token taken apart, of which nothing is believed yet. `key_name` is what the key is looked up by."""

    form: JwtForm
    jws: Jws
    key_name: str
    claims: Mapping[str, Any]
    document: Document

    @property
    def header(self) -> Mapping[str, Any]:
        """Return the protected header."""
        return self.jws.signatures[0].header


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedJwt:
    """What a token proves. `expires` ends the signature, not the credential (section 3.1.3)."""

    verified: Verified
    form: JwtForm
    expires: datetime | None
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VcJose:
    """The mechanism of one form of token."""

    form: JwtForm = JwtForm.CREDENTIAL

    @property
    def name(self) -> str:
        """Return the form's stable name."""
        return "ob3-jwt" if self.form is JwtForm.BADGE else self.form.typ

    def recognises(self, content: bytes) -> bool:
        """Tell whether `content` is a token of this form."""
        try:
            return peek_token(content).form is self.form
        except VcIssuerError:
            return False

    def secure(self, document: Document, key: SigningKey, created: datetime) -> SecuredCredential:
        """Secure `document` as a compact JWS. Raises UnsafeDocumentError, SignerError."""
        if "proof" in document:
            raise UnsafeDocumentError("the document has a proof of its own")
        algorithm = key.method.public_key.algorithm
        claims: Mapping[str, Any] = {"iat": int(created.timestamp())}
        header: dict[str, Any] = {"alg": _SIGNS_WITH[algorithm], "kid": key.method.id, "typ": self.form.typ}
        if self.form is JwtForm.BADGE:
            if algorithm not in _BADGE_KEYS:
                raise UnsafeDocumentError("an Open Badge as JWT needs an RSA or P-256 key", remedy="Take another key.")
            claims = {**claims, **claims_of_badge(document)}
        else:
            header["cty"] = self.form.typ.removesuffix("+jwt")
        return SecuredCredential(
            media_type=self.form.media_type, content=sign_compact(header, {**document, **claims}, key)
        )

    def verify(self, content: bytes, resolve_key: ResolveKey) -> Verified:
        """Return only if the token is of this form and its signature holds."""
        found = verify_jwt(content, resolve_key)
        if found.form is not self.form:
            raise InvalidError(f"the token is no {self.form.typ}", clause=f"{_JOSE} section 3.1.1")
        return found.verified


def sign_compact(header: Mapping[str, Any], payload: Mapping[str, Any], key: SigningKey) -> bytes:
    """Write and sign a compact JWS (RFC 7515 section 7.1)."""
    protected, body = encode_header(header), base64url_encode(serialise_compact(payload))
    signature = key.sign(signing_input(protected, body), purpose_of(payload))
    return f"{protected}.{body}.{base64url_encode(signature)}".encode("ascii")


def looks_like_token(content: bytes) -> bool:
    """Tell whether bytes could be a compact JWS: three parts, and a header that begins as base64url JSON does."""
    stripped = content.strip()
    return stripped.startswith(b"ey") and stripped.count(b".") == 2


def peek_token(content: bytes) -> Token:
    """Take a token apart without believing it. Raises UnreadableError, InvalidError."""
    if len(content) > 2 * LIMITS.size:
        raise UnreadableError(f"the token holds more than {2 * LIMITS.size // 1024} KiB")
    jws = parse_jws(content)
    one = jws.signatures[0]
    if len(jws.signatures) != 1 or one.unprotected or content.strip()[:1] in (b"{", b"["):
        raise InvalidError("a token is a compact JWS with one signature", clause="RFC 7519 section 1")
    form = _form_of(one)
    _check_header(one, form)
    payload = parse_strict(jws.payload_octets(), limits=LIMITS)
    if not isinstance(payload, dict):
        raise InvalidError("the token's payload is no JSON object", clause="RFC 7519 section 4")
    document, claims = credential_in(payload, badge=form is JwtForm.BADGE)
    return Token(form=form, jws=jws, key_name=_key_name(one, form, claims), claims=claims, document=document)


def verify_jwt(content: bytes, resolve_key: ResolveKey) -> VerifiedJwt:
    """Return what a token proves. `resolve_key` is asked for its `kid`, or for the thumbprint URI of its `jwk`.

    Raises UnreadableError, InvalidError, InconclusiveError.
    """
    token = peek_token(content)
    method = resolve_key(token.key_name)
    one = token.jws.signatures[0]
    message = signing_input(one.protected, token.jws.payload)
    check_signature(str(one.header["alg"]), method.public_key, signature_octets(one), message)
    name = "ob3-jwt" if token.form is JwtForm.BADGE else token.form.typ
    created = moment_of(token.claims, "iat")
    return VerifiedJwt(
        verified=Verified(document=token.document, method=method, created=created, mechanism=name),
        form=token.form,
        expires=moment_of(token.claims, "exp"),
        claims=token.claims,
    )


def _form_of(one: JwsSignature) -> JwtForm:
    typ = one.header.get("typ", JwtForm.BADGE.typ)
    found = next((form for form in JwtForm if isinstance(typ, str) and _media(typ) == form.typ.lower()), None)
    if found is None:
        raise InvalidError("the token's typ is none of a credential or presentation", clause=f"{_JOSE} section 3.1.1")
    if found is not JwtForm.BADGE and _media(one.header.get("cty", found.typ[:2])) != found.typ[:2]:
        raise InvalidError("the token's cty does not fit its typ", clause=f"{_JOSE} section 3.1.1")
    return found


def _media(value: object) -> str:
    # RFC 7515 section 4.1.9: "application/" may be left out.
    return value.lower().removeprefix("application/") if isinstance(value, str) else ""


def _check_header(one: JwsSignature, form: JwtForm) -> None:
    algorithm = one.header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidError(f"the signature algorithm {str(algorithm)[:40]!r} is not allowed", clause="threat T13")
    check_critical(one, understood=frozenset(), required=frozenset())
    refused = ("jku", "x5u", "b64", "zip", *(() if form is JwtForm.BADGE else ("jwk",)))
    for name in refused:
        if name in one.header:
            raise InvalidError(f"the header {name} is not allowed in a token", clause="threat T13")


def _key_name(one: JwsSignature, form: JwtForm, claims: Mapping[str, Any]) -> str:
    kid, issuer = one.header.get("kid"), claims.get("iss")
    if isinstance(kid, str) and kid:
        return f"{issuer}{kid}" if kid.startswith("#") and isinstance(issuer, str) else kid
    if form is JwtForm.BADGE and "jwk" in one.header:
        return thumbprint_uri(decode_jwk(one.header["jwk"]))
    raise InvalidError("the token names no key", clause=f"{_JOSE} section 3.3.2")


def check_signature(algorithm: str, key: PublicKey, signature: bytes, message: bytes) -> None:
    """Return if a signature holds under an algorithm that is allowed and fits the key. Raises InvalidError."""
    if key.algorithm is not ALGORITHMS.get(algorithm):
        raise InvalidError(f"the signature algorithm {algorithm[:40]} is not for this kind of key", clause="threat T13")
    if key.algorithm is KeyAlgorithm.ED25519:
        verify_signature(key, signature, message)
        return
    verify_jws_signature(algorithm, key, signature=signature, message=message)
