"""A key service for tests: securesystemslib's own signer over keys in memory, registered as its users register theirs."""

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner

from vc_issuer.model.keys import KeyAlgorithm

SCHEME = "testkms"
MAKERS = {
    KeyAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
    KeyAlgorithm.P256: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyAlgorithm.P384: lambda: ec.generate_private_key(ec.SECP384R1()),
    KeyAlgorithm.RSA_SHA256: lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
}
_keys = {}
away = set()


class ServiceIsAwayError(Exception):
    """What a cloud's library raises, of no class that anybody here knows."""


class LocalService(CryptoSigner):
    @classmethod
    def from_priv_key_uri(cls, priv_key_uri, public_key, secrets_handler=None):
        return cls(_keys[priv_key_uri], public_key)

    def sign(self, payload):
        if away:
            raise ServiceIsAwayError("secret details of the cloud")
        return super().sign(payload)


SIGNER_FOR_URI_SCHEME[SCHEME] = LocalService


def make(folder, algorithm):
    """Make a key in the service and store its public half; returns the URI."""
    key = MAKERS[algorithm]()
    uri = f"{SCHEME}:key-{len(_keys)}"
    _keys[uri] = key
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "service.pub.pem").write_bytes(public)
    return f"kms:{uri}?public=service.pub.pem"
