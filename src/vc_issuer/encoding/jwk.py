"""Public keys as JSON Web Keys (RFC 7517, RFC 7518, RFC 8037), their thumbprints (RFC 7638) and the URIs of those."""

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.encoding.multikey import base64url_decode, base64url_encode, public_key_from_raw
from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey

THUMBPRINT_SCHEME = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"  # RFC 9278
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192  # below: ETSI TS 119 312; above: a check would take long
_CURVES: Mapping[str, tuple[KeyAlgorithm, ec.EllipticCurve, int]] = {
    "P-256": (KeyAlgorithm.P256, ec.SECP256R1(), 32),
    "P-384": (KeyAlgorithm.P384, ec.SECP384R1(), 48),
}
_REQUIRED = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_KNOWN = {("OKP", "Ed25519"), *(("EC", name) for name in _CURVES)}
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_CLAUSE = "RFC 7518 section 6"


def encode_jwk(key: PublicKey) -> dict[str, str]:
    """Return a public key as a JWK with nothing but the key."""
    loaded = load_der_public_key(key.der)
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        name = key.algorithm.value
        width = _CURVES[name][2]
        numbers = loaded.public_numbers()
        return {"kty": "EC", "crv": name, "x": _number(numbers.x, width), "y": _number(numbers.y, width)}
    if isinstance(loaded, rsa.RSAPublicKey):
        public = loaded.public_numbers()
        return {"kty": "RSA", "n": _number(public.n), "e": _number(public.e)}
    if isinstance(loaded, ed25519.Ed25519PublicKey):
        raw = loaded.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(raw)}
    raise InvalidError("a key of this type signs no credentials", clause=_CLAUSE)


def is_known_jwk(jwk: Mapping[str, Any]) -> bool:
    """Tell whether a JWK is of a type and curve that signs credentials here; it may still be broken."""
    return jwk.get("kty") == "RSA" or (jwk.get("kty"), jwk.get("crv")) in _KNOWN


def decode_jwk(jwk: object) -> PublicKey:
    """Return the public key that a JWK holds. Raises InvalidError: a private or symmetric key, a weak or broken one."""
    if not isinstance(jwk, Mapping):
        raise InvalidError("a JWK is a JSON object", clause="RFC 7517 section 4")
    if any(name in jwk for name in _PRIVATE):
        raise InvalidError("the JWK shows a secret key", clause="RFC 7517 section 9.2")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    try:
        if kind == "RSA":
            return _rsa(int.from_bytes(_octets(jwk, "n")), int.from_bytes(_octets(jwk, "e")))
        if kind == "OKP" and curve == "Ed25519":
            return public_key_from_raw(KeyAlgorithm.ED25519, _octets(jwk, "x", 32))
        if kind == "EC" and isinstance(curve, str) and curve in _CURVES:
            algorithm, group, width = _CURVES[curve]
            x, y = (int.from_bytes(_octets(jwk, name, width)) for name in ("x", "y"))
            return _public(ec.EllipticCurvePublicNumbers(x, y, group).public_key(), algorithm)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidError("the JWK holds no key of its kind", clause=_CLAUSE) from error
    raise InvalidError("the JWK is of a type or curve that is not used here", clause=_CLAUSE)


def thumbprint_uri(key: PublicKey) -> str:
    """Return the URI of a key's thumbprint (RFC 9278): the same for the same key, whoever shows it."""
    jwk = encode_jwk(key)
    required: dict[str, Any] = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return THUMBPRINT_SCHEME + base64url_encode(hashlib.sha256(canonicalize_jcs(required)).digest())


def _rsa(modulus: int, exponent: int) -> PublicKey:
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS or exponent.bit_length() > 64:
        raise InvalidError("the RSA key is too short, or larger than is checked", clause="ETSI TS 119 312")
    return _public(rsa.RSAPublicNumbers(exponent, modulus).public_key(), KeyAlgorithm.RSA_SHA256)


def _public(loaded: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, algorithm: KeyAlgorithm) -> PublicKey:
    return PublicKey(algorithm=algorithm, der=loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _octets(jwk: Mapping[Any, Any], name: str, width: int | None = None) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise InvalidError(f"the JWK lacks its {name}", clause=_CLAUSE)
    octets = base64url_decode(value)
    if width is not None and len(octets) != width:
        raise InvalidError(f"the JWK's {name} has not the width of its curve", clause=_CLAUSE)
    return octets


def _number(value: int, width: int | None = None) -> str:
    return base64url_encode(value.to_bytes(width or (value.bit_length() + 7) // 8))
