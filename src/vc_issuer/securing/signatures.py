"""Check a raw signature under a public key: exact widths, never DER (threat T12)."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey

_ED25519_BYTES = 64
_ECDSA: dict[KeyAlgorithm, tuple[int, hashes.HashAlgorithm]] = {
    KeyAlgorithm.P256: (32, hashes.SHA256()),
    KeyAlgorithm.P384: (48, hashes.SHA384()),
}
_MESSAGE = "the signature does not match"


def verify_signature(key: PublicKey, signature: bytes, message: bytes) -> None:
    """Return if `signature` is `key`'s over `message`; raises InvalidError otherwise.

    ECDSA signatures are r||s, each as wide as the curve (IEEE P1363); RSA ones PKCS #1 v1.5 with SHA-256.
    """
    loaded = _load(key.der)
    try:
        if isinstance(loaded, ed25519.Ed25519PublicKey):
            _check_width(signature, _ED25519_BYTES)
            loaded.verify(signature, message)
        elif isinstance(loaded, ec.EllipticCurvePublicKey):
            width, algorithm = _ECDSA[key.algorithm]
            _check_width(signature, 2 * width)
            r, s = int.from_bytes(signature[:width]), int.from_bytes(signature[width:])
            loaded.verify(encode_dss_signature(r, s), message, ec.ECDSA(algorithm))
        elif isinstance(loaded, rsa.RSAPublicKey):
            loaded.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise InvalidError("the key is of a type that signs no credentials", clause="VC Data Integrity 1.0")
    except InvalidSignature as error:
        raise InvalidError(_MESSAGE, clause="VC Data Integrity 1.0 section 4.4") from error


@lru_cache(maxsize=64)
def _load(der: bytes) -> PublicKeyTypes:
    # Reading a key costs a tenth of a signature, and an issuer has few.
    return load_der_public_key(der)


def _check_width(signature: bytes, width: int) -> None:
    if len(signature) != width:
        raise InvalidError(f"{_MESSAGE}: it is {len(signature)} bytes long, not {width}", clause="threat T12")
