"""The keys of a home: which are in force, how they are opened, and what the public may know of them."""

import base64
import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from vc_issuer.config import Mode, Settings, load_settings, read_passphrase, read_pin
from vc_issuer.encoding.jwk import encode_jwk
from vc_issuer.errors import ConfigurationError
from vc_issuer.issuance.profile import IssuingProfile, KeyRing, OpenKeys, ProofPlan
from vc_issuer.issuance.signing import JADES
from vc_issuer.model.keys import KeyPurpose, Signer, SigningKey
from vc_issuer.model.parties import Organisation
from vc_issuer.model.record import DocumentKind
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.history import KeyRecord, read_records
from vc_issuer.signers.registry import open_signer, scheme_of
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.database import Session
from vc_issuer.verification.trust import TrustedIssuer
from vc_issuer.x509 import certificates_from_pem, fingerprint

CRYPTOSUITE = "eddsa-rdfc-2022"  # decisions 6.5


def records_of(settings: Settings) -> tuple[KeyRecord, ...]:
    """Return every key of the home's history. Raises ConfigurationError."""
    return read_records(settings.path(settings.keys.history))


def history_hash(settings: Settings) -> str:
    """Return the SHA-256 of the public history as it lies on disk."""
    return hashlib.sha256(settings.path(settings.keys.history).read_bytes()).hexdigest()


def check_history(settings: Settings, session: Session) -> None:
    """Return if the public history is the one that the audit log last recorded. Raises ConfigurationError."""
    recorded = [
        entry.details["history"]
        for entry in audit_entries(session)
        if entry.action.startswith("key.") and "history" in entry.details
    ]
    if recorded and recorded[-1] != history_hash(settings):
        raise ConfigurationError(
            f"{settings.keys.history} is not the history that was recorded.",
            remedy="Compare it with a backup: every change of keys goes through `vc-issuer keys`.",
        )


def record_in_force(records: Sequence[KeyRecord], purpose: KeyPurpose) -> KeyRecord:
    """Return the newest key for a purpose that has no end. Raises ConfigurationError."""
    alive = [record for record in records if record.purpose is purpose and not record.expires and not record.revoked]
    if not alive:
        raise ConfigurationError(f"the home has no {purpose.value} key in force.", remedy="Make one with: keys rotate")
    return alive[-1]


def issuing_profile(settings: Settings, issuer: Organisation) -> IssuingProfile:
    """Return the facts that documents, proofs and approvals depend on."""
    records = records_of(settings)
    chosen = {purpose: record_in_force(records, purpose) for purpose in KeyPurpose}
    chain = seal_chain(settings)
    policy = settings.policy
    return IssuingProfile(
        issuer=issuer,
        did=settings.issuer.did,
        base_url=settings.base_url,
        number_prefix=settings.issuer.number_prefix,
        ob3=ProofPlan(mechanism=CRYPTOSUITE, key_id=chosen[KeyPurpose.CREDENTIAL].id, options={}),
        elm=ProofPlan(
            mechanism=JADES,
            key_id=chosen[KeyPurpose.SEAL].id,
            options={"time_header": settings.seal.time_header},
        ),
        status=ProofPlan(mechanism=CRYPTOSUITE, key_id=chosen[KeyPurpose.STATUS].id, options={}),
        metadata_key_id=chosen[KeyPurpose.METADATA].id,
        seal_certificate_sha256=fingerprint(chain[0]),
        birth_date={
            DocumentKind.CERTIFICATE: policy.birth_date_on_certificate,
            DocumentKind.CREDIT_CERTIFICATE: policy.birth_date_on_credit_certificate,
        },
        hashed_identities=frozenset[str](policy.hashed_identities),
    )


def seal_chain(settings: Settings) -> tuple[bytes, ...]:
    """Return the seal's certificates as DER, its own first. Raises ConfigurationError."""
    path = settings.path(settings.keys.seal_certificates)
    try:
        return certificates_from_pem(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read.", remedy="Correct keys.seal_certificates.") from error


def key_opener(home: Path) -> OpenKeys:
    """Return what opens a home's keys, here or in a worker process."""
    return partial(open_home_keys, home)


def key_access(settings: Settings, uri: str) -> KeyAccess:
    """Return what opens the key at `uri`: the passphrase for a file, the PIN for a token; a cloud asks for itself."""
    secrets: Mapping[str, Callable[[Settings], bytes]] = {"file": read_passphrase, "pkcs11": read_pin}
    read_secret = secrets.get(scheme_of(uri))
    return KeyAccess(base=settings.home, secret=read_secret(settings) if read_secret else b"")


def signing_processes(settings: Settings, wanted: int) -> int:
    """Return how many processes may sign at once: a token's sessions bound them (PKCS #11 2.40 section 2.6)."""
    on_token = any(scheme_of(uri) == "pkcs11" for uri in settings.keys.uris)
    return min(wanted, settings.keys.token_sessions) if on_token else wanted


@contextmanager
def open_key(settings: Settings, uri: str) -> Iterator[Signer]:
    """Open one key of the home. Raises ConfigurationError, SignerError."""
    allowed = settings.mode is not Mode.PRODUCTION or settings.keys.allow_file_keys
    with open_signer(uri, key_access(settings, uri), allow_file=allowed) as signer:
        yield signer


@contextmanager
def open_home_keys(home: Path, purposes: Collection[KeyPurpose]) -> Iterator[KeyRing]:
    """Open the home's keys for these purposes, each bound to its own. Raises ConfigurationError, SignerError."""
    settings = load_settings(home)
    records = records_of(settings)
    uris = {
        KeyPurpose.CREDENTIAL: settings.keys.credential,
        KeyPurpose.STATUS: settings.keys.status,
        KeyPurpose.SEAL: settings.keys.seal,
        KeyPurpose.METADATA: settings.keys.metadata,
    }
    with ExitStack() as stack:

        def opened(uri: str, purpose: KeyPurpose) -> SigningKey:
            signer = stack.enter_context(open_key(settings, uri))
            record = record_in_force(records, purpose)
            if signer.public_key != record.public_key:
                raise ConfigurationError(
                    f"the {purpose.value} key is not the one in force in the history.",
                    remedy=f"Correct keys.{purpose.value}, or bring the key in with: keys import",
                )
            return SigningKey(method=record.method, signer=signer, purpose=purpose)

        yield KeyRing(keys={purpose: opened(uris[purpose], purpose) for purpose in KeyPurpose if purpose in purposes})


def own_issuer(settings: Settings, issuer: Organisation) -> TrustedIssuer:
    """Return the home's own institution as its verifier trusts it: every key ever used, each for its one purpose."""
    records = [record for record in records_of(settings) if record.controller == settings.issuer.did]
    return TrustedIssuer(
        did=settings.issuer.did,
        name=issuer.legal_name.best("en"),
        methods=tuple(record.method for record in records if record.purpose is not KeyPurpose.METADATA),
        log_methods=tuple(record.method for record in records if record.purpose is KeyPurpose.METADATA),
        legal_id=issuer.eidas,
        purposes={record.id: record.purpose for record in records},
        source="the issuer's own records",
        is_own=True,
    )


def jwk_set(settings: Settings) -> dict[str, Any]:
    """Return the seal keys as a JWK set (RFC 7517), each with its certificate; for verifiers that know JOSE alone."""
    seals = [record for record in records_of(settings) if record.purpose is KeyPurpose.SEAL]
    return {"keys": [_jwk(record) for record in seals]}


def _jwk(record: KeyRecord) -> Mapping[str, Any]:
    x5c = [base64.b64encode(der).decode() for der in record.certificates]
    return {**encode_jwk(record.public_key), "kid": record.id, "use": "sig", "x5c": x5c}
