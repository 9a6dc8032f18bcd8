"""Signing keys for tests: made from fixed seeds, held in memory, under did:key."""

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, SigningKey, VerificationMethod

_CURVES = {
    KeyAlgorithm.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyAlgorithm.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
}


class MemorySigner:
    """A signer for tests."""

    def __init__(self, private, algorithm):
        self._private = private
        self._algorithm = algorithm
        der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = PublicKey(algorithm=algorithm, der=der)

    def sign(self, message):
        if self._algorithm is KeyAlgorithm.ED25519:
            return self._private.sign(message)
        _, hash_algorithm, width = _CURVES[self._algorithm]
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(hash_algorithm, deterministic_signing=True)))
        return r.to_bytes(width) + s.to_bytes(width)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


def signer_from_secret(algorithm, secret):
    if algorithm is KeyAlgorithm.ED25519:
        return MemorySigner(ed25519.Ed25519PrivateKey.from_private_bytes(secret), algorithm)
    return MemorySigner(ec.derive_private_key(int.from_bytes(secret), _CURVES[algorithm][0]), algorithm)


def signing_key(algorithm=KeyAlgorithm.ED25519, seed="first"):
    """Return a signing key under its did:key; the same seed gives the same key."""
    signer = signer_from_secret(algorithm, hashlib.sha256(seed.encode()).digest())
    return signing_key_for(signer)


def signing_key_for(signer):
    multikey = encode_multikey(signer.public_key)
    method = VerificationMethod(
        id=f"did:key:{multikey}#{multikey}", controller=f"did:key:{multikey}", public_key=signer.public_key
    )
    return SigningKey(method=method, signer=signer)


def resolver(*keys):
    """Return a resolver that knows these keys' methods."""
    methods = {key.method.id: key.method for key in keys}
    return methods.__getitem__
