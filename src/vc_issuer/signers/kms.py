"""Keys in a cloud's key management service, through securesystemslib's signers: Amazon, Google, Azure, HashiCorp Vault.

A URI is such as `kms:gcpkms:projects/…/cryptoKeyVersions/1?public=keys/seal.pub.pem`: the library's own URI, and the
public half as a file, so that the service is asked for signatures alone. The service's credentials are those that its
own library finds (a role of the machine, usually); none stand here. ECDSA comes as DER and leaves as r||s.
"""

from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, Signer, SSlibKey

from vc_issuer.errors import ConfigurationError, SignerError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey
from vc_issuer.signers.access import KeyAccess

MIN_RSA_BITS = 2048
# What the library can open and is no service: a key file in the clear, a desktop's key ring, a token by another way.
_NO_SERVICE = frozenset({"file2", "gnupg", "hsm", "tkey"})
_SCHEMES = {
    KeyAlgorithm.ED25519: ("ed25519", 64),
    KeyAlgorithm.P256: ("ecdsa-sha2-nistp256", 32),
    KeyAlgorithm.P384: ("ecdsa-sha2-nistp384", 48),
    KeyAlgorithm.RSA_SHA256: ("rsa-pkcs1v15-sha256", 0),
}


class KmsSigner:
    """A signer whose key lies in a service. Use it as a context manager."""

    def __init__(self, uri: str, public: Path) -> None:
        self._uri = uri
        self._public_file = public
        self._public: PublicKey | None = None
        self._signer: Signer | None = None

    def __repr__(self) -> str:
        return f"KmsSigner('kms:{self._uri}')"

    def __getstate__(self) -> NoReturn:
        raise SignerError("a signer is not copied to another process.", remedy="Open it there, by its URI.")

    def __enter__(self) -> Self:
        """Read the public half and open the service's client. Raises ConfigurationError, SignerError."""
        public = _read_public(self._public_file)
        key = SSlibKey.from_crypto(load_pem_public_key(_pem(self._public_file)), scheme=_SCHEMES[public.algorithm][0])
        with _Asking(self._uri):
            self._signer = Signer.from_priv_key_uri(self._uri, key)
        self._public = public
        return self

    def __exit__(self, *exc: object) -> None:
        self._signer = None

    @property
    def public_key(self) -> PublicKey:
        """Return the public half. Raises SignerError outside a session."""
        self._open()
        if self._public is None:
            raise SignerError("the key is not open.", remedy="Use the signer as a context manager.")
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Sign `message`, as the Signer protocol says. Raises SignerError; retryable while the service is away."""
        signer, algorithm = self._open(), self.public_key.algorithm
        with _Asking(self._uri):
            signature = bytes.fromhex(signer.sign(message).signature)
            if algorithm in {KeyAlgorithm.P256, KeyAlgorithm.P384}:
                width = _SCHEMES[algorithm][1]
                r, s = decode_dss_signature(signature)
                signature = r.to_bytes(width) + s.to_bytes(width)
        return signature

    def _open(self) -> Signer:
        if self._signer is None:
            raise SignerError("the key is not open.", remedy="Use the signer as a context manager.")
        return self._signer


class _Asking:
    """Turn whatever a service's library raises into a SignerError.

    securesystemslib says that its signers raise what their clouds' libraries do, documents no common class, and advises
    to catch everything; so this does, for the length of one call.
    """

    def __init__(self, uri: str) -> None:
        self._service = uri.partition(":")[0]

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            raise SignerError(
                f"the key service {self._service} did not sign ({type(error).__name__}).",
                remedy="Check the connection and the machine's rights, then run the same command again: it goes on.",
                retryable=True,
            ) from error


def signer_for(location: str, access: KeyAccess) -> KmsSigner:
    """Return the signer that `kms:LOCATION` names. Raises ConfigurationError."""
    uri, _, query = location.partition("?")
    scheme = uri.partition(":")[0]
    known = sorted(set(SIGNER_FOR_URI_SCHEME) - _NO_SERVICE)
    if scheme not in known:
        raise ConfigurationError(f"{scheme!r} is no key service.", remedy=f"Known are {', '.join(known)}.")
    name, _, path = query.partition("=")
    if name != "public" or not path:
        raise ConfigurationError(
            "the kms: URI names no public key.", remedy="Store it as PEM and add ?public=keys/seal.pub.pem"
        )
    return KmsSigner(uri, access.base / unquote(path))


def _pem(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the public key {path} can't be read.", remedy="Correct ?public= in its URI."
        ) from error


def _read_public(path: Path) -> PublicKey:
    try:
        key = load_pem_public_key(_pem(path))
    except ValueError as error:
        raise ConfigurationError(f"{path} is no public key in PEM.", remedy="Export it from the service.") from error
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey(algorithm=KeyAlgorithm.ED25519, der=der)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        algorithm = KeyAlgorithm.P256 if isinstance(key.curve, ec.SECP256R1) else KeyAlgorithm.P384
        return PublicKey(algorithm=algorithm, der=der)
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return PublicKey(algorithm=KeyAlgorithm.RSA_SHA256, der=der)
    raise ConfigurationError(
        f"{path} is of a type or length that isn't used.",
        remedy=f"Use Ed25519, P-256, P-384, or RSA of {MIN_RSA_BITS} bits or more.",
    )
