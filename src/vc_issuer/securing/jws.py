"""JSON Web Signature (RFC 7515) and its unencoded payload (RFC 7797): take apart, check, put together.

An algorithm is allowed by name and must fit the key before any cryptography runs; a key never comes from the header's
`jwk`, `jku` or `x5u` (threat T13).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.keys import KeyAlgorithm, PublicKey
from vc_issuer.securing.signatures import verify_signature

MAX_SIGNATURES = 8  # a seal has one, a joint degree perhaps one a university
# A payload of 5 MiB (decisions 7.6), escaped as a JSON text, and four time-stamps with their revocation lists. An
# envelope nests a dozen levels; twice the depth of a payload leaves the payload's own limit to speak for it.
ENVELOPE_LIMITS = JsonLimits(size=12 * 1024 * 1024, depth=32, nodes=2_000)
HEADER_LIMITS = JsonLimits(size=256 * 1024, depth=16, nodes=2_000)  # x5c and a time-stamp: 20 kB in practice
_JWS = "RFC 7515"
# RFC 7515 section 4.1.11: names of RFC 7515 and RFC 7518 may not be listed.
_FORBIDDEN_IN_CRIT = frozenset(
    (
        "alg",
        "jku",
        "jwk",
        "kid",
        "x5u",
        "x5c",
        "x5t",
        "x5t#S256",
        "typ",
        "cty",
        "crit",
        "enc",
        "zip",
        "epk",
        "apu",
        "apv",
        "iv",
        "tag",
        "p2s",
        "p2c",
    )
)
_KEYS_FROM_OUTSIDE = ("jwk", "jku", "x5u")

_SHA256, _SHA384, _SHA512 = hashes.SHA256(), hashes.SHA384(), hashes.SHA512()
_ECDSA = {"ES256": KeyAlgorithm.P256, "ES384": KeyAlgorithm.P384}
_RSA: Mapping[str, tuple[hashes.HashAlgorithm, bool]] = {
    "RS256": (_SHA256, False),
    "RS384": (_SHA384, False),
    "RS512": (_SHA512, False),
    "PS256": (_SHA256, True),
    "PS384": (_SHA384, True),
    "PS512": (_SHA512, True),
}
_SIGNS_WITH = {KeyAlgorithm.P256: "ES256", KeyAlgorithm.P384: "ES384", KeyAlgorithm.RSA_SHA256: "RS256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JwsSignature:
    """One signature: `protected` and `signature` as they stand (base64url), the headers parsed."""

    protected: str
    header: Mapping[str, JsonValue]
    unprotected: Mapping[str, JsonValue]
    signature: str
    unsigned_members: tuple[str, ...] = ()

    @property
    def is_encoded(self) -> bool:
        """Tell whether the payload is base64url, as it is unless `b64` is false (RFC 7797 section 3)."""
        return self.header.get("b64") is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Jws:
    """A whole JWS: the payload as it stands in it (empty if detached) and the signatures over it.

    `unsigned_members` of it and of a signature name what RFC 7515 section 7.2 has readers ignore.
    """

    payload: str
    signatures: tuple[JwsSignature, ...]
    unsigned_members: tuple[str, ...] = ()

    @property
    def is_detached(self) -> bool:
        """Tell whether the payload stands elsewhere."""
        return not self.payload

    def payload_octets(self) -> bytes:
        """Return the payload itself. Raises InvalidError if it isn't base64url where it has to be."""
        encoded = {signature.is_encoded for signature in self.signatures}
        if len(encoded) > 1:
            raise InvalidError("the signatures disagree on how the payload is encoded", clause="RFC 7797 section 3")
        return _decoded(self.payload, "payload") if encoded.pop() else self.payload.encode("utf-8")


def algorithm_for(key: PublicKey) -> str | None:
    """Return the JOSE algorithm that a key signs seals with, or None for a key that signs none."""
    return _SIGNS_WITH.get(key.algorithm)


def signing_input(protected: str, payload: str) -> bytes:
    """Return what is signed: the protected header, a dot, and the payload as it stands (RFC 7515 section 5.1)."""
    return protected.encode("ascii") + b"." + payload.encode("utf-8")


def encode_header(header: Mapping[str, JsonValue]) -> str:
    """Return a protected header as it stands in a JWS."""
    return base64url_encode(serialise_compact(header))


def write_general(
    payload: str, protected: str, signature: str, *, header: Mapping[str, JsonValue] | None = None
) -> bytes:
    """Write a JWS in JSON General Serialization; it begins with `payload`, since the EU's viewer looks for that.

    `signature` is base64url. An empty `header` is left out, as RFC 7515 section 7.2.1 and ETSI's schema have it.
    """
    text = json.dumps(payload, ensure_ascii=False)
    members = {"protected": protected, "header": header, "signature": signature}
    rest = serialise_compact([{name: value for name, value in members.items() if value}])
    return b'{"payload":' + text.encode("utf-8") + b',"signatures":' + rest + b"}"


def parse_jws(content: bytes) -> Jws:
    """Take a JWS apart, in any of the three serializations.

    Raises UnreadableError if it is no JSON within the limits (or has a member twice), InvalidError if it is no JWS.
    """
    if len(content) > ENVELOPE_LIMITS.size:
        raise UnreadableError(f"the seal holds more than {ENVELOPE_LIMITS.size // 1024} KiB")
    stripped = content.strip()
    if stripped.startswith((b"{", b"[", b"\xef\xbb\xbf")):
        return parse_jws_members(parse_strict(content, limits=ENVELOPE_LIMITS))
    try:
        parts = stripped.decode("ascii").split(".")
    except UnicodeDecodeError as error:
        raise UnreadableError("the seal is neither JSON nor a compact signature") from error
    if len(parts) != 3:
        raise UnreadableError("the seal is neither JSON nor a compact signature")
    return Jws(payload=parts[1], signatures=(_signature({"protected": parts[0], "signature": parts[2]}),))


def parse_jws_members(members: JsonValue) -> Jws:
    """Take a JWS apart that stands in JSON, General or Flattened. Raises InvalidError."""
    if not isinstance(members, Mapping):
        raise InvalidError("a seal is a JSON object", clause=f"{_JWS} section 7.2")
    payload = members.get("payload", "")
    if not isinstance(payload, str):
        raise InvalidError("the seal's payload is not a text", clause=f"{_JWS} section 7.2.1")
    if "signatures" not in members:
        return Jws(payload=payload, signatures=(_signature(members, known=("payload",)),))
    listed = members["signatures"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_SIGNATURES:
        raise InvalidError(f"a seal has 1 to {MAX_SIGNATURES} signatures", clause=f"{_JWS} section 7.2.1")
    if "signature" in members or "protected" in members:
        raise InvalidError("the seal mixes two ways of writing it", clause=f"{_JWS} section 7.2.2")
    return Jws(
        payload=payload,
        signatures=tuple(_signature(entry) for entry in listed),
        unsigned_members=tuple(name for name in members if name not in {"payload", "signatures"}),
    )


def verify_jws_signature(algorithm: str, key: PublicKey, *, signature: bytes, message: bytes) -> None:
    """Return if `signature` holds; raises InvalidError also for an algorithm that isn't allowed or fits another key."""
    if algorithm not in _ECDSA and algorithm not in _RSA:
        raise InvalidError(f"the signature algorithm {algorithm[:40]!r} is not allowed", clause="threat T13")
    fits = _ECDSA.get(algorithm, KeyAlgorithm.RSA_SHA256)
    if key.algorithm is not fits:
        raise InvalidError(f"the signature algorithm {algorithm} is not for this kind of key", clause="threat T13")
    if algorithm in _ECDSA:
        _verify_ecdsa(key, signature, message)
        return
    digest, is_pss = _RSA[algorithm]
    loaded = load_der_public_key(key.der)
    # RFC 7518 section 3.5: the salt is as long as the hash.
    scheme = padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size) if is_pss else padding.PKCS1v15()
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise InvalidError(f"the signature algorithm {algorithm} is not for this kind of key", clause="threat T13")
    try:
        loaded.verify(signature, message, scheme, digest)
    except InvalidSignature as error:
        raise _mismatch() from error


def check_critical(signature: JwsSignature, *, understood: frozenset[str], required: frozenset[str]) -> None:
    """Check the header's `crit` (RFC 7515 section 4.1.11): understood, present, named once, and never a basic name.

    `required` names must be listed wherever they stand. Raises InvalidError, one sentence a kind.
    """
    clause = f"{_JWS} section 4.1.11"
    named = signature.header.get("crit", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise InvalidError("the critical headers are not a list of names", clause=clause)
    if "crit" in signature.header and not named:
        raise InvalidError("the list of critical headers is empty", clause=clause)
    if len(set(named)) != len(named):
        raise InvalidError("a critical header is listed twice", clause=clause)
    for name in named:
        if name in _FORBIDDEN_IN_CRIT:
            raise InvalidError(f"the header {name} may not be listed as critical", clause=clause)
        if name not in understood:
            raise InvalidError(f"the critical header {str(name)[:40]!r} is not understood", clause=clause)
        if name not in signature.header and name not in signature.unprotected:
            raise InvalidError(f"the critical header {name} is absent", clause=clause)
    for name in sorted(required):
        if name in signature.header and name not in named:
            raise InvalidError(f"the header {name} is not listed as critical", clause=clause)


def check_no_key_from_outside(signature: JwsSignature) -> None:
    """Refuse headers that bring their own key or tell where to fetch one (threat T13)."""
    for name in _KEYS_FROM_OUTSIDE:
        if name in signature.header or name in signature.unprotected:
            raise InvalidError(f"the header {name} is not allowed: it would choose its own key", clause="threat T13")


def signature_octets(signature: JwsSignature) -> bytes:
    """Return the raw signature. Raises InvalidError."""
    return _decoded(signature.signature, "signature")


def _verify_ecdsa(key: PublicKey, signature: bytes, message: bytes) -> None:
    try:
        verify_signature(key, signature, message)
    except InvalidError as error:
        raise _mismatch() from error


def _mismatch() -> InvalidError:
    return InvalidError("the signature does not match", clause=f"{_JWS} section 5.2", indication="SIG_CRYPTO_FAILURE")


def _signature(members: JsonValue, *, known: tuple[str, ...] = ()) -> JwsSignature:
    clause = f"{_JWS} section 7.2.1"
    if not isinstance(members, Mapping):
        raise InvalidError("a signature of the seal is not a JSON object", clause=clause)
    protected, raw = members.get("protected"), members.get("signature")
    if not isinstance(protected, str) or not isinstance(raw, str):
        raise InvalidError("the seal lacks its protected header or its signature", clause=clause)
    unprotected = members.get("header", {})
    if not isinstance(unprotected, Mapping):
        raise InvalidError("the seal's unprotected header is not a JSON object", clause=clause)
    header = _protected_header(protected)
    if set(header) & set(unprotected):
        raise InvalidError("a header is both protected and unprotected", clause=clause)
    names = {"protected", "signature", "header", *known}
    return JwsSignature(
        protected=protected,
        header=header,
        unprotected=unprotected,
        signature=raw,
        unsigned_members=tuple(name for name in members if name not in names),
    )


def _protected_header(protected: str) -> Mapping[str, JsonValue]:
    try:
        header = parse_strict(_decoded(protected, "protected header"), limits=HEADER_LIMITS)
    except UnreadableError as error:
        raise InvalidError(
            f"the seal's protected header can't be read: {error.message}", clause=f"{_JWS} section 4"
        ) from error
    if not isinstance(header, Mapping):
        raise InvalidError("the seal's protected header is not a JSON object", clause=f"{_JWS} section 4")
    return header


def _decoded(text: str, name: str) -> bytes:
    try:
        return base64url_decode(text)
    except InvalidError as error:
        raise InvalidError(
            f"the seal's {name} is not base64url in its one form", clause="RFC 4648 section 5"
        ) from error
