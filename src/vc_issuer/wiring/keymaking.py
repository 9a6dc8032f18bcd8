"""The key ceremony: make, certify, bring in, rotate, retire and take back keys; the history only ever grows.

What an old key signed stays good when the key is retired. When it may have been stolen, only what the log of issuance
held before the cut-off stays good (ADR 21).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vc_issuer.config import Settings, load_settings, write_setting
from vc_issuer.errors import ConfigurationError, InputError, RuleError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, PublicKey
from vc_issuer.model.parties import Organisation
from vc_issuer.securing.jades_header import check_sealable
from vc_issuer.signers.history import KeyRecord, append_key, method_id, retire_key, revoke_key
from vc_issuer.signers.registry import create_key, new_key_uri, scheme_of
from vc_issuer.wiring.homemaking import ALGORITHMS, FILES, seal_subject
from vc_issuer.wiring.keys import key_access, open_key, records_of
from vc_issuer.x509 import build_request, certificates_from_pem, certificates_to_pem, organization_identifier

# The suite for badges and lists is eddsa-rdfc-2022 (decisions 6.5), checkpoints are notes that Ed25519 signs.
ALLOWED: Mapping[KeyPurpose, frozenset[KeyAlgorithm]] = {
    KeyPurpose.CREDENTIAL: frozenset({KeyAlgorithm.ED25519}),
    KeyPurpose.STATUS: frozenset({KeyAlgorithm.ED25519}),
    KeyPurpose.METADATA: frozenset({KeyAlgorithm.ED25519}),
    KeyPurpose.SEAL: frozenset({KeyAlgorithm.P256, KeyAlgorithm.P384, KeyAlgorithm.RSA_SHA256}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was made and is not in force yet."""

    uri: str
    public_key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key to bring in force: what for, where it lies, why; and a seal's certificates as PEM, its own first."""

    purpose: KeyPurpose
    uri: str
    reason: str
    chain: bytes = b""


def new_key(
    settings: Settings,
    purpose: KeyPurpose,
    *,
    now: datetime,
    backend: str = "",
    algorithm: KeyAlgorithm | None = None,
) -> NewKey:
    """Make a key in a file or on a token; `keys import` brings it in force. Raises ConfigurationError, SignerError.

    Without `backend` it is made where the key now in force for the purpose lies.
    """
    chosen = algorithm or ALGORITHMS[purpose]
    _check_algorithm(purpose, chosen)
    uri = new_key_uri(backend or _backend_of(settings, purpose), f"{purpose.value}-{now:%Y%m%dT%H%M%S}")
    return NewKey(uri=uri, public_key=create_key(uri, chosen, key_access(settings, uri)))


def request_certificate(settings: Settings, uri: str, *, issuer: Organisation, common_name: str = "") -> bytes:
    """Return a certification request (DER) for the seal key at `uri`, signed by it."""
    with open_key(settings, uri) as signer:
        _check_algorithm(KeyPurpose.SEAL, signer.public_key.algorithm)
        return build_request(seal_subject(issuer, common_name or f"{issuer.abbreviation} seal"), signer)


def import_key(settings: Settings, entry: Entry, *, issuer: Organisation, now: datetime) -> KeyRecord:
    """Bring a key in force, and retire the one before it.

    Raises ConfigurationError, SignerError, RuleError, and InputError for certificates that are not this key's.
    """
    purpose = entry.purpose
    with open_key(settings, entry.uri) as signer:
        public = signer.public_key
    _check_algorithm(purpose, public.algorithm)
    certificates = _certificates(entry, public, issuer, now)
    history, did = settings.path(settings.keys.history), settings.issuer.did
    before = [
        record
        for record in (records_of(settings) if history.exists() else ())
        if record.purpose is purpose and not record.expires and not record.revoked
    ]
    record = KeyRecord(
        id=method_id(did, public),
        controller=did,
        purpose=purpose,
        public_key=public,
        valid_from=now,
        certificates=certificates,
    )
    append_key(history, record)
    if certificates:
        name = f"keys/seal-chain-{now:%Y%m%dT%H%M%S}.pem"
        settings.path(name).write_bytes(certificates_to_pem(certificates))
        write_setting(settings.home, "seal_certificates", name)
    write_setting(settings.home, purpose.value, entry.uri)
    for old in before:
        retire_key(history, old.id, expires=now, recorded=now, reason=entry.reason)
    load_settings(settings.home)
    return record


def rotate_key(
    settings: Settings, purpose: KeyPurpose, *, issuer: Organisation, now: datetime, reason: str, backend: str = ""
) -> KeyRecord:
    """Make a key, bring it in force and retire the one before it.

    Raises RuleError for a seal, whose key needs a certificate in between.
    """
    if purpose is KeyPurpose.SEAL:
        raise RuleError(
            "a seal key needs a certificate before it is in force.",
            remedy="Run: keys new seal; keys csr URI; and, with what the authority sends, keys import seal URI",
        )
    made = new_key(settings, purpose, now=now, backend=backend)
    return import_key(settings, Entry(purpose=purpose, uri=made.uri, reason=reason), issuer=issuer, now=now)


def retire(settings: Settings, key_id: str, *, now: datetime, reason: str) -> None:
    """Let a key end now; what it signed before stays good. Raises NotFoundError, RuleError."""
    retire_key(settings.path(settings.keys.history), key_id, expires=now, recorded=now, reason=reason)


def compromise(settings: Settings, key_id: str, *, at: datetime, now: datetime, reason: str) -> None:
    """Take a key back from `at` on, for good: it may have been in other hands since. Raises NotFoundError, RuleError.

    Of what it signed, only what the log held before `at` stays good; a time that a proof claims counts for nothing.
    """
    if at > now:
        raise InputError("a key can't be compromised in the future.", remedy="Give the time since when it may be.")
    revoke_key(settings.path(settings.keys.history), key_id, revoked=at, recorded=now, reason=reason)


def _check_algorithm(purpose: KeyPurpose, algorithm: KeyAlgorithm) -> None:
    if algorithm not in ALLOWED[purpose]:
        known = ", ".join(sorted(each.value for each in ALLOWED[purpose]))
        raise ConfigurationError(
            f"a {algorithm.value} key can't be a {purpose.value} key.", remedy=f"Take one of: {known}."
        )


def _certificates(entry: Entry, public: PublicKey, issuer: Organisation, now: datetime) -> tuple[bytes, ...]:
    chain = entry.chain
    if entry.purpose is not KeyPurpose.SEAL:
        if chain:
            raise InputError(f"a {entry.purpose.value} key has no certificate.", remedy="Leave --certificate out.")
        return ()
    if not chain:
        raise InputError(
            "a seal key needs its certificate.", remedy="Give the chain, its own first: --certificate FILE"
        )
    certificates = certificates_from_pem(chain)
    check_sealable(certificates, public, now)
    found = organization_identifier(certificates[0])
    if found != issuer.eidas:
        raise InputError(
            f"the certificate is made out to {found}, and this home issues for {issuer.eidas}.",
            remedy="Have the seal certified under the institution's own identifier.",
        )
    return certificates


def _backend_of(settings: Settings, purpose: KeyPurpose) -> str:
    uri: str = getattr(settings.keys, purpose.value)
    return FILES if scheme_of(uri) == "file" else uri
