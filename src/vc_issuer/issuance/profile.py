"""Who issues and how documents are secured: the facts that an approval binds, and the keys that go with them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

from vc_issuer.errors import ConfigurationError, RuleError
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import KeyPurpose, SigningKey
from vc_issuer.model.parties import Organisation
from vc_issuer.model.record import DocumentKind
from vc_issuer.x509 import fingerprint

CHUNK_DOCUMENTS = 100  # A chunk is what a crash can cost: a few seconds of work, and one commit worth of writing.


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPlan:
    """How documents of one kind are secured: the mechanism, the key by its id, the options in force."""

    mechanism: str
    key_id: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingProfile:
    """Everything about the issuer that documents and proofs depend on.

    `base_url` is the public https origin without a final slash; `seal_certificate_sha256` the hex hash of the seal's
    own certificate; `birth_date` says for each kind of document whether it shows one (decisions 1.7);
    `hashed_identities` names the OB3 identity types that stand there as a salted hash.
    """

    issuer: Organisation
    did: str
    base_url: str
    number_prefix: str
    ob3: ProofPlan
    elm: ProofPlan
    status: ProofPlan
    metadata_key_id: str
    seal_certificate_sha256: str
    birth_date: Mapping[DocumentKind, bool]
    chunk_documents: int = CHUNK_DOCUMENTS
    hashed_identities: frozenset[str] = frozenset()

    def plan(self, name: FormatName) -> ProofPlan:
        """Return how documents of this format are secured."""
        return self.ob3 if name is FormatName.OB3 else self.elm


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The open keys of a home, one a purpose (threat T11)."""

    credential: SigningKey
    status: SigningKey
    seal: SigningKey
    metadata: SigningKey

    def key(self, name: FormatName) -> SigningKey:
        """Return the key that secures documents of this format."""
        return self.credential if name is FormatName.OB3 else self.seal


OpenKeys: TypeAlias = Callable[[], AbstractContextManager[KeyRing]]
"""Open the home's keys for as long as they are needed. A worker process opens its own, so it must be picklable."""


def check_keys(profile: IssuingProfile, keys: KeyRing) -> None:
    """Check that the keys at hand are those that the profile names. Raises ConfigurationError, RuleError."""
    pairs = (
        (KeyPurpose.CREDENTIAL, profile.ob3.key_id, keys.credential),
        (KeyPurpose.STATUS, profile.status.key_id, keys.status),
        (KeyPurpose.SEAL, profile.elm.key_id, keys.seal),
        (KeyPurpose.METADATA, profile.metadata_key_id, keys.metadata),
    )
    for purpose, wanted, key in pairs:
        if key.method.id != wanted:
            raise RuleError(
                f"the {purpose.value} key at hand is another than the one approved.",
                remedy="Sign with the approved key, or return the batch to draft and prepare it again.",
            )
        if key.signer.public_key != key.method.public_key:
            raise ConfigurationError(
                f"the {purpose.value} key does not belong to its verification method.", remedy="Correct the settings."
            )
    found = fingerprint_of_seal(keys.seal)
    if found != profile.seal_certificate_sha256:
        raise RuleError(
            "the seal's certificate is another than the one approved.",
            remedy="Return the batch to draft and prepare it again.",
        )


def fingerprint_of_seal(key: SigningKey) -> str:
    """Return the hex SHA-256 of a seal key's own certificate. Raises ConfigurationError if it has none."""
    if not key.method.certificates:
        raise ConfigurationError("the seal key has no certificate.", remedy="Name its certificates in the settings.")
    return fingerprint(key.method.certificates[0])
