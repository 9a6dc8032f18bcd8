"""Keys that are made in memory and end with the process: for the conformance mount, and for one disclosure proof each.

They are no institution's keys, stand in no history, and are never written anywhere.
"""

from typing import NoReturn, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.errors import SignerError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey

_CURVES: dict[KeyAlgorithm, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    KeyAlgorithm.P256: (ec.SECP256R1(), hashes.SHA256()),
    KeyAlgorithm.P384: (ec.SECP384R1(), hashes.SHA384()),
}


class EphemeralSigner:
    """A signer with a new key of its own."""

    def __init__(self, algorithm: KeyAlgorithm) -> None:
        """Make the key. Raises SignerError for an algorithm that is not made here."""
        self._algorithm = algorithm
        self._key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
        if algorithm is KeyAlgorithm.ED25519:
            self._key = ed25519.Ed25519PrivateKey.generate()
        elif algorithm in _CURVES:
            self._key = ec.generate_private_key(_CURVES[algorithm][0])
        else:
            raise SignerError(f"a {algorithm.value} key is not made for the time being.", remedy="Take another type.")

    def __repr__(self) -> str:
        return f"EphemeralSigner({self._algorithm})"

    def __getstate__(self) -> NoReturn:
        raise SignerError("a signer is not copied to another process.", remedy="Make another one there.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    @property
    def public_key(self) -> PublicKey:
        """Return the public half."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return PublicKey(algorithm=self._algorithm, der=der)

    def sign(self, message: bytes) -> bytes:
        """Sign `message`, as the Signer protocol says."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        digest = _CURVES[self._algorithm][1]
        width = self._key.curve.key_size // 8
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(width) + s.to_bytes(width)
