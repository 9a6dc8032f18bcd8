"""Keys as the rest of the project sees them: algorithms, public keys, verification methods, signers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, Self

from vc_issuer.errors import SignerError


class KeyAlgorithm(Enum):
    """A key type with its one signature scheme."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    RSA_SHA256 = "RSA-SHA256"


class KeyPurpose(Enum):
    """What a key may sign; one key a purpose (threat T11)."""

    CREDENTIAL = "credential"
    STATUS = "status"
    SEAL = "seal"
    METADATA = "metadata"  # checkpoints of the log of issuance


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key as SubjectPublicKeyInfo in DER."""

    algorithm: KeyAlgorithm
    der: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationMethod:
    """A public key under a DID URL, with its life (CID 1.0). Times are aware UTC; certificates DER, leaf first."""

    id: str
    controller: str
    public_key: PublicKey
    valid_from: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None
    certificates: tuple[bytes, ...] = ()


class Signer(Protocol):
    """A private key that signs without showing itself. Used as a context manager; a session lives in between."""

    @property
    def public_key(self) -> PublicKey:
        """Return the public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign `message` (the message itself, of any length, not a digest).

        Returns r||s, each as wide as the curve (64 bytes for P-256, 96 for P-384; IEEE P1363, never DER),
        64 raw bytes for Ed25519 (RFC 8032 section 5.1.6), PKCS #1 v1.5 for RSA.
        Raises SignerError; `retryable` if the token was busy or away.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class HashSigner(ABC):  # no protocol: to ask whether an object keeps one costs a tenth of a signature
    """A signer that takes the hash of a long message instead of it: a local key, or a token that never hashes."""

    @abstractmethod
    def sign_sha256(self, digest: bytes) -> bytes:
        """Sign the message with this SHA-256, as `Signer.sign` would; for keys on P-256 alone.

        Raises SignerError.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A signer together with the verification method (and, for a seal, the certificates) that it signs under.

    A key of a home has one purpose and refuses everything else (threat T11). Only a key made for a moment, such as
    that of a rehearsal or of a test, has none.
    """

    method: VerificationMethod
    signer: Signer
    purpose: KeyPurpose | None = None

    def sign(self, message: bytes, purpose: KeyPurpose, *, sha256: bytes = b"") -> bytes:
        """Sign `message`, which is something of `purpose`, as the Signer protocol says.

        Who has the message's SHA-256 already hands it over. Raises SignerError if the key serves another purpose, or
        if its backend fails.
        """
        if self.purpose is not None and self.purpose is not purpose:
            raise SignerError(
                f"the {self.purpose.value} key signs no {purpose.value} payload.",
                remedy="Open the key that is made for it: one key a purpose.",
            )
        if sha256 and self.method.public_key.algorithm is KeyAlgorithm.P256 and isinstance(self.signer, HashSigner):
            return self.signer.sign_sha256(sha256)
        return self.signer.sign(message)
