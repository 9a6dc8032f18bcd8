"""Keys in files, for demonstrations and tests: encrypted PKCS #8 PEM that only its owner may read (threat T10).

The key is in memory between `__enter__` and `__exit__` only; no representation, exception or pickle shows it.
"""

import errno
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Self
from urllib.parse import unquote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.errors import ConfigurationError, SignerError
from vc_issuer.model.keys import HashSigner, KeyAlgorithm, PublicKey
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.pkcs8 import decrypt_private_key, encrypt_private_key

MIN_RSA_BITS, DEFAULT_RSA_BITS = 2048, 3072  # ETSI TS 119 312: 3072 beyond 2028
MIN_PASSPHRASE_BYTES = 16
MAX_KEY_FILE_BYTES = 64 * 1024  # an RSA-4096 key takes 3.5 kB
_OWNER_ONLY = 0o600
_OTHERS = 0o077

_UsableKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class FileSigner(HashSigner):
    """A signer whose key lies in an encrypted file. Use it as a context manager."""

    def __init__(self, path: Path, *, passphrase: bytes) -> None:
        self._path = path
        self._passphrase = passphrase
        self._key: _UsableKey | None = None
        self._sign: Callable[[bytes], bytes] | None = None
        self._sign_sha256: Callable[[bytes], bytes] | None = None

    def __repr__(self) -> str:
        return f"FileSigner({str(self._path)!r})"

    def __getstate__(self) -> NoReturn:
        raise SignerError(
            "a signer is not copied to another process.", remedy="Open it there, by its URI and passphrase."
        )

    def __enter__(self) -> Self:
        """Read and decrypt the key. Raises ConfigurationError: missing, a link, open to others, wrong passphrase."""
        # A core file would hold the key: none is written by this process from here on.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        key = decrypt_private_key(_read_private(self._path), self._passphrase, name=self._path.name)
        _algorithm_of(key, name=self._path.name)
        if isinstance(key, _UsableKey):
            # To ask what kind of key it is takes a twentieth of a signature's time: it is asked once.
            self._key, self._sign = key, _signing_with(key)
            if isinstance(key, ec.EllipticCurvePrivateKey):
                self._sign_sha256 = _ecdsa(key, ec.ECDSA(Prehashed(hashes.SHA256())))
        return self

    def __exit__(self, *exc: object) -> None:
        self._key = self._sign = self._sign_sha256 = None

    @property
    def public_key(self) -> PublicKey:
        """Return the public half. Raises SignerError outside a session."""
        if self._key is None:
            raise _closed()
        return _public(self._key, name=self._path.name)

    def sign(self, message: bytes) -> bytes:
        """Sign `message`, as the Signer protocol says. Raises SignerError outside a session."""
        if self._sign is None:
            raise _closed()
        return self._sign(message)

    def sign_sha256(self, digest: bytes) -> bytes:
        """Sign the message with this SHA-256, as HashSigner says. Raises SignerError outside a session."""
        if self._sign_sha256 is None:
            raise _closed()
        return self._sign_sha256(digest)


def signer_for(location: str, access: KeyAccess) -> FileSigner:
    """Return the signer that `file:LOCATION` names; a relative path stands under the base."""
    return FileSigner(_path(location, access), passphrase=access.secret)


def new_location(location: str, name: str) -> str:
    """Return where a new key called `name` will lie, in the folder that `location` names or in `keys`."""
    return f"{location.rstrip('/') or 'keys'}/{name}.pem"


def create_key(location: str, algorithm: KeyAlgorithm, access: KeyAccess) -> PublicKey:
    """Make the key of `file:LOCATION`, and return its public half. Raises ConfigurationError."""
    return create_key_file(_path(location, access), algorithm, access.secret)


def _path(location: str, access: KeyAccess) -> Path:
    return access.base / unquote(location.removeprefix("//"))


def create_key_file(
    path: Path, algorithm: KeyAlgorithm, passphrase: bytes, *, rsa_bits: int = DEFAULT_RSA_BITS
) -> PublicKey:
    """Make a new key in a new file that only its owner may read, and return its public half.

    Raises ConfigurationError if the file is there already (a key is never overwritten), or the passphrase too short.
    """
    if len(passphrase) < MIN_PASSPHRASE_BYTES:
        raise ConfigurationError(
            f"the passphrase for {path.name} is too short.", remedy=f"Take at least {MIN_PASSPHRASE_BYTES} characters."
        )
    key = _generate(algorithm, rsa_bits)
    content = encrypt_private_key(key, passphrase)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _OWNER_ONLY)
    except FileExistsError as error:
        raise ConfigurationError(
            f"the key file {path} is there already.", remedy="A key is never overwritten; name another file."
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"the key file {path} can't be made.", remedy="Is the folder there, and yours to write?"
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, _OWNER_ONLY)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return _public(key, name=path.name)


def _generate(algorithm: KeyAlgorithm, rsa_bits: int) -> _UsableKey:
    if algorithm is KeyAlgorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm is KeyAlgorithm.RSA_SHA256:
        if rsa_bits < MIN_RSA_BITS:
            raise ConfigurationError(f"an RSA key of {rsa_bits} bits is too short.", remedy=f"Take {DEFAULT_RSA_BITS}.")
        return rsa.generate_private_key(public_exponent=65537, key_size=rsa_bits)
    return ec.generate_private_key(ec.SECP256R1() if algorithm is KeyAlgorithm.P256 else ec.SECP384R1())


def _read_private(path: Path) -> bytes:
    """Read a regular file that is no link and that nobody but its owner may read; all judged on the open file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"the key file {path} is missing.", remedy="Restore it, or correct its URI."
        ) from error
    except OSError as error:
        reason = "is a link" if error.errno == errno.ELOOP else "can't be opened"
        raise ConfigurationError(f"the key file {path} {reason}.", remedy="Name a file that this user owns.") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ConfigurationError(f"{path} is not a file.", remedy="Name the key file itself.")
        if stat.S_IMODE(found.st_mode) & _OTHERS:
            raise ConfigurationError(f"the key file {path} may be read by others.", remedy=f"Run: chmod 600 {path}")
        return os.read(descriptor, MAX_KEY_FILE_BYTES)
    finally:
        os.close(descriptor)


def _closed() -> SignerError:
    return SignerError("the key is not open.", remedy="Use the signer as a context manager.")


def _signing_with(key: _UsableKey) -> Callable[[bytes], bytes]:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return _ecdsa(key, ec.ECDSA(hashes.SHA384() if isinstance(key.curve, ec.SECP384R1) else hashes.SHA256()))


def _ecdsa(key: ec.EllipticCurvePrivateKey, algorithm: ec.ECDSA) -> Callable[[bytes], bytes]:
    width = key.curve.key_size // 8

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, algorithm))
        return r.to_bytes(width) + s.to_bytes(width)

    return sign


def _algorithm_of(key: PrivateKeyTypes, *, name: str) -> KeyAlgorithm:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return KeyAlgorithm.ED25519
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return KeyAlgorithm.P256 if isinstance(key.curve, ec.SECP256R1) else KeyAlgorithm.P384
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= MIN_RSA_BITS:
        return KeyAlgorithm.RSA_SHA256
    raise ConfigurationError(
        f"the key in {name} is of a type or length that isn't used.",
        remedy=f"Use Ed25519, P-256, P-384, or RSA of {MIN_RSA_BITS} bits or more.",
    )


def _public(key: _UsableKey, *, name: str) -> PublicKey:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(algorithm=_algorithm_of(key, name=name), der=der)
