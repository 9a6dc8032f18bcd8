"""Who issues and how documents are secured: the facts that an approval binds, and the keys that go with them."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

from vc_issuer.errors import ConfigurationError, RuleError
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import KeyPurpose, SigningKey
from vc_issuer.model.parties import Organisation
from vc_issuer.model.record import DocumentKind
from vc_issuer.x509 import fingerprint

CHUNK_DOCUMENTS = 250  # at most: what a crash can cost, a second of work; random ids fill pages better in large commits


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
    """Open keys of a home, one a purpose (threat T11); only those that the work at hand asked for."""

    keys: Mapping[KeyPurpose, SigningKey]

    def of(self, purpose: KeyPurpose) -> SigningKey:
        """Return the key for a purpose. Raises ConfigurationError if it was not asked for."""
        if purpose not in self.keys:
            raise ConfigurationError(f"the {purpose.value} key was not opened.", remedy="Report this as a defect.")
        return self.keys[purpose]

    def key(self, name: FormatName) -> SigningKey:
        """Return the key that secures documents of this format."""
        return self.of(KeyPurpose.CREDENTIAL if name is FormatName.OB3 else KeyPurpose.SEAL)


OpenKeys: TypeAlias = Callable[[Collection[KeyPurpose]], AbstractContextManager[KeyRing]]
"""Open the home's keys for these purposes, for as long as they are needed; picklable, as each process opens its own.

Nobody holds a key that the work doesn't need, and a passphrase is stretched for those alone that it does.
"""


def check_keys(profile: IssuingProfile, keys: KeyRing) -> None:
    """Check that the open keys are those that the profile names. Raises ConfigurationError, RuleError."""
    wanted = {
        KeyPurpose.CREDENTIAL: profile.ob3.key_id,
        KeyPurpose.STATUS: profile.status.key_id,
        KeyPurpose.SEAL: profile.elm.key_id,
        KeyPurpose.METADATA: profile.metadata_key_id,
    }
    for purpose, key in keys.keys.items():
        if key.method.id != wanted[purpose]:
            raise RuleError(
                f"the {purpose.value} key at hand is another than the one approved.",
                remedy="Sign with the approved key, or return the batch to draft and prepare it again.",
            )
        if key.signer.public_key != key.method.public_key:
            raise ConfigurationError(
                f"the {purpose.value} key does not belong to its verification method.", remedy="Correct the settings."
            )
    seal = keys.keys.get(KeyPurpose.SEAL)
    if seal is not None and fingerprint_of_seal(seal) != profile.seal_certificate_sha256:
        raise RuleError(
            "the seal's certificate is another than the one approved.",
            remedy="Return the batch to draft and prepare it again.",
        )


def fingerprint_of_seal(key: SigningKey) -> str:
    """Return the hex SHA-256 of a seal key's own certificate. Raises ConfigurationError if it has none."""
    if not key.method.certificates:
        raise ConfigurationError("the seal key has no certificate.", remedy="Name its certificates in the settings.")
    return fingerprint(key.method.certificates[0])
