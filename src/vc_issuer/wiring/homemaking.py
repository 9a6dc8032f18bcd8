"""Make a home: settings, three keys with their history, a demo authority with a seal certificate, a database."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vc_issuer.config import SETTINGS_FILE, Mode, load_settings, read_storage_key
from vc_issuer.did import did_web
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, PublicKey
from vc_issuer.model.parties import Organisation
from vc_issuer.signers.file import create_key_file
from vc_issuer.signers.history import KeyRecord, append_key
from vc_issuer.signers.registry import open_signer
from vc_issuer.store.audit import Deed
from vc_issuer.store.database import create_database
from vc_issuer.store.people import add_account
from vc_issuer.store.vault import Vault
from vc_issuer.x509 import SealSubject, Validity, certificates_to_pem, issue_seal_certificate, make_demo_ca

CA_YEARS = 10
SEAL_YEARS = 3
PRIVATE_MODE = 0o600
ACCOUNTS = ("preparer", "approver")  # of demo and test homes; production makes its own

_SETTINGS = """# The settings of this home. Secrets are named by file, never written here.
mode = "{mode}"
base_url = "https://{host}"
database = "sqlite:///vc_issuer.sqlite"

[issuer]
key = "{key}"
did = "{did}"
signatory = "{signatory}"
number_prefix = "{prefix}"

[keys]
credential = "file:keys/credential.pem"
status = "file:keys/status.pem"
seal = "file:keys/seal.pem"
seal_certificates = "keys/seal-chain.pem"
passphrase_file = "keys/passphrase"
storage = "keys/storage.key"
history = "keys/verification-methods.toml"

[seal]
# iat is the JAdES baseline header since 2025-07-15; sigT suits older viewers.
time_header = "iat"

[trust]
own = true
anchors = ["keys/ca.pem"]

[policy]
birth_date_on_credit_certificate = true
birth_date_on_certificate = false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHome:
    """What a new home is to be: whose, under which public host, how much at stake."""

    path: Path
    issuer: Organisation
    host: str
    mode: Mode
    signatory: str = "Academic Registrar"


def make_home(new: NewHome, *, now: datetime) -> None:
    """Make a home at an empty or missing path. Raises ConfigurationError if one is there already."""
    if (new.path / SETTINGS_FILE).exists():
        raise ConfigurationError(f"{new.path} is a home already.", remedy="Choose another directory.")
    keys = new.path / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    (new.path / SETTINGS_FILE).write_text(_settings_text(new), encoding="utf-8")
    passphrase = secrets.token_urlsafe(32).encode()
    _write_secret(keys / "passphrase", passphrase)
    _write_secret(keys / "storage.key", secrets.token_hex(32).encode())
    public = _make_keys(keys, passphrase)
    leaf = _certify_seal(new, keys, passphrase, public[KeyPurpose.SEAL], now=now)
    _begin_history(new, public, leaf, now=now)
    _make_database(new.path, now=now)


def _settings_text(new: NewHome) -> str:
    return _SETTINGS.format(
        mode=new.mode.value,
        host=new.host,
        key=new.issuer.key,
        did=did_web(new.host),
        signatory=new.signatory,
        prefix=new.issuer.abbreviation,
    )


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=PRIVATE_MODE, exist_ok=False)
    path.write_bytes(content)


def _make_keys(keys: Path, passphrase: bytes) -> Mapping[KeyPurpose, PublicKey]:
    algorithms = {
        KeyPurpose.CREDENTIAL: KeyAlgorithm.ED25519,
        KeyPurpose.STATUS: KeyAlgorithm.ED25519,
        KeyPurpose.SEAL: KeyAlgorithm.P256,
    }
    return {
        purpose: create_key_file(keys / f"{purpose.value}.pem", algorithm, passphrase)
        for purpose, algorithm in algorithms.items()
    }


def _certify_seal(new: NewHome, keys: Path, passphrase: bytes, seal: PublicKey, *, now: datetime) -> bytes:
    """Certify the seal by an authority for demonstrations, whose key is used once and not kept; return the leaf."""
    start = now - timedelta(hours=1)
    throwaway = keys / "ca.key.pem"
    create_key_file(throwaway, KeyAlgorithm.P256, passphrase)
    subject = SealSubject(
        organisation=new.issuer.legal_name.best("en"),
        eidas_identifier=new.issuer.eidas,
        country=new.issuer.address.country,
        common_name=f"{new.issuer.abbreviation} demo seal (not qualified)",
    )
    try:
        with open_signer("file:ca.key.pem", passphrase=passphrase, base=keys) as signer:
            ca = make_demo_ca(
                "vc_issuer demo authority (not qualified)",
                signer,
                country=new.issuer.address.country,
                serial=secrets.randbits(120) | 1,
                validity=Validity(not_before=start, not_after=now + timedelta(days=365 * CA_YEARS)),
            )
            leaf = issue_seal_certificate(
                ca,
                signer,
                public_key=seal,
                subject=subject,
                serial=secrets.randbits(120) | 1,
                validity=Validity(not_before=start, not_after=now + timedelta(days=365 * SEAL_YEARS)),
            )
    finally:
        throwaway.unlink()
    (keys / "seal-chain.pem").write_bytes(certificates_to_pem((leaf,)))
    (keys / "ca.pem").write_bytes(certificates_to_pem((ca,)))
    return leaf


def _begin_history(new: NewHome, public: Mapping[KeyPurpose, PublicKey], leaf: bytes, *, now: datetime) -> None:
    settings = load_settings(new.path)
    did = settings.issuer.did
    for purpose in (KeyPurpose.CREDENTIAL, KeyPurpose.STATUS, KeyPurpose.SEAL):
        record = KeyRecord(
            id=f"{did}#{encode_multikey(public[purpose])}",
            controller=did,
            purpose=purpose,
            public_key=public[purpose],
            valid_from=now,
            certificates=(leaf,) if purpose is KeyPurpose.SEAL else (),
        )
        append_key(settings.path(settings.keys.history), record)


def _make_database(path: Path, *, now: datetime) -> None:
    settings = load_settings(path)
    vault = Vault(read_storage_key(settings), secrets.token_bytes)
    database = create_database(settings.database_url, vault=vault, random_bytes=secrets.token_bytes)
    try:
        if settings.mode is not Mode.PRODUCTION:
            with database.writing() as session:
                for name in ACCOUNTS:
                    add_account(session, name, roles=[name], deed=Deed(actor="init", at=now))
    finally:
        database.close()


def utc_now() -> datetime:
    """Read the clock: aware UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
