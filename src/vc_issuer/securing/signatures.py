"""Check a raw signature under a public key: exact widths, never DER (threat T12).

Ed25519 is checked by libsodium, which is faster than OpenSSL and stricter: it refuses keys and points of small order,
and numbers that are not in their one form (ADR 32). All else is checked by OpenSSL.
"""

from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey

_ED25519_BYTES = 64
_ECDSA: dict[KeyAlgorithm, tuple[int, ec.ECDSA]] = {
    KeyAlgorithm.P256: (32, ec.ECDSA(hashes.SHA256())),
    KeyAlgorithm.P384: (48, ec.ECDSA(hashes.SHA384())),
}
_SHA256_DONE = ec.ECDSA(Prehashed(hashes.SHA256()))
_MESSAGE = "the signature does not match"

_Loaded: TypeAlias = bytes | ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def verify_signature(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Return if `signature` is `key`'s over `message`; raises InvalidError otherwise.

    ECDSA signatures are r||s, each as wide as the curve (IEEE P1363); RSA ones PKCS #1 v1.5 with SHA-256.
    """
    loaded = _load(key.der)
    try:
        if isinstance(loaded, bytes):
            _check_width(signature, _ED25519_BYTES)
            crypto_sign_open(signature + message, loaded)
        elif isinstance(loaded, ec.EllipticCurvePublicKey):
            loaded.verify(_ecdsa_signature(key, signature), message, _ECDSA[key.algorithm][1])
        else:
            loaded.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, BadSignatureError) as error:
        raise InvalidError(_MESSAGE, clause="VC Data Integrity 1.0 section 4.4") from error


def verify_p256(key: PublicKey, signature: bytes, sha256: bytes) -> None:
    """Return if `signature` is `key`'s, which is on P-256, over the message with this hash; raises InvalidError."""
    loaded = _load(key.der)
    if key.algorithm is not KeyAlgorithm.P256 or not isinstance(loaded, ec.EllipticCurvePublicKey):
        raise InvalidError("the key is not on P-256", clause="RFC 7518 section 3.4")
    try:
        loaded.verify(_ecdsa_signature(key, signature), sha256, _SHA256_DONE)
    except InvalidSignature as error:
        raise InvalidError(_MESSAGE, clause="RFC 7518 section 3.4") from error


def _ecdsa_signature(key: PublicKey, signature: bytes) -> bytes:
    """Return r||s as OpenSSL takes it."""
    width, _ = _ECDSA[key.algorithm]
    _check_width(signature, 2 * width)
    return encode_dss_signature(int.from_bytes(signature[:width]), int.from_bytes(signature[width:]))


@lru_cache(maxsize=64)
def _load(der: bytes) -> _Loaded:
    """Return a key as its library takes it: of an Ed25519 key the 32 bytes."""
    # Reading a key costs a tenth of a signature, and an issuer has few.
    loaded = load_der_public_key(der)
    if isinstance(loaded, ed25519.Ed25519PublicKey):
        return loaded.public_bytes_raw()
    if isinstance(loaded, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return loaded
    raise InvalidError("the key is of a type that signs no credentials", clause="VC Data Integrity 1.0")


def _check_width(signature: bytes, width: int) -> None:
    if len(signature) != width:
        raise InvalidError(f"{_MESSAGE}: it is {len(signature)} bytes long, not {width}", clause="threat T12")
