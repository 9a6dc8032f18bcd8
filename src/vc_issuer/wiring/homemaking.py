"""Make a home: settings, a key a purpose with its history, a demo authority with a seal certificate, a database.

The keys lie in files, or on a token that `backend` names. A production home gets no certificate from a demo authority:
its seal is certified elsewhere (`keys csr`) and brought in by `keys import`.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vc_issuer.config import SETTINGS_FILE, Mode, Settings, SigningEngine, load_settings, read_storage_key
from vc_issuer.did import did_web
from vc_issuer.engine.registry import prepare_queue
from vc_issuer.errors import ConfigurationError, VcIssuerError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, PublicKey
from vc_issuer.model.parties import Organisation
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.history import KeyRecord, append_key, method_id
from vc_issuer.signers.registry import create_key, new_key_uri, open_signer, scheme_of
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.migrating import create_database
from vc_issuer.store.people import add_account
from vc_issuer.store.vault import Vault
from vc_issuer.wiring.keys import history_hash, key_access
from vc_issuer.x509 import SealSubject, Validity, certificates_to_pem, issue_seal_certificate, make_demo_ca

DEFAULT_DATABASE = "sqlite:///vc_issuer.sqlite"
CA_YEARS = 10
SEAL_YEARS = 3
PRIVATE_MODE = 0o600
FILES = "file:"
ALGORITHMS: Mapping[KeyPurpose, KeyAlgorithm] = {
    KeyPurpose.CREDENTIAL: KeyAlgorithm.ED25519,
    KeyPurpose.STATUS: KeyAlgorithm.ED25519,
    KeyPurpose.SEAL: KeyAlgorithm.P256,
    KeyPurpose.METADATA: KeyAlgorithm.ED25519,
}
ACCOUNTS = ("preparer", "approver")  # of demo and test homes; production makes its own

_SETTINGS = """# The settings of this home. Secrets are named by file, never written here.
mode = "{mode}"
base_url = "https://{host}"
database = "{database}"

[issuer]
key = "{key}"
did = "{did}"
signatory = "{signatory}"
number_prefix = "{prefix}"

[keys]
credential = "{credential}"
status = "{status}"
seal = "{seal}"
metadata = "{metadata}"
seal_certificates = "keys/seal-chain.pem"
passphrase_file = "keys/passphrase"
pin_file = "{pin_file}"
allow_file_keys = {allow_file_keys}
storage = "keys/storage.key"
history = "keys/verification-methods.toml"

[seal]
# iat is the JAdES baseline header since 2025-07-15; sigT suits older viewers.
time_header = "iat"

[trust]
own = true
anchors = {anchors}

[signing]
# "workers" has chunks signed by `vc-issuer worker` on any machine; the database must be PostgreSQL then.
engine = "{engine}"

[policy]
birth_date_on_credit_certificate = true
birth_date_on_certificate = false
# In Open Badges: "ext:studentNumber" and "ext:birthDate" may stand as a salted hash. Whoever knows the number can
# check it; whoever guesses it, too.
hashed_identities = []
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHome:
    """What a new home is to be: whose, under which public host, how much at stake, and where its keys are made.

    `backend` is `file:` or the URI of a token without a key, whose PIN lies in `pin_file`.
    """

    path: Path
    issuer: Organisation
    host: str
    mode: Mode
    signatory: str = "Academic Registrar"
    backend: str = FILES
    pin_file: str = ""
    allow_file_keys: bool = False
    database: str = DEFAULT_DATABASE


def make_home(new: NewHome, *, now: datetime) -> None:
    """Make a home at an empty or missing path. Raises ConfigurationError if one is there already."""
    if (new.path / SETTINGS_FILE).exists():
        raise ConfigurationError(f"{new.path} is a home already.", remedy="Choose another directory.")
    if new.mode is Mode.PRODUCTION and new.backend == FILES and not new.allow_file_keys:
        raise ConfigurationError(
            "production keeps no keys in files.",
            remedy="Name a token with --backend pkcs11:…, or accept files with --allow-file-keys.",
        )
    if new.backend != FILES:
        parse_backend(new)
    keys = new.path / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    text = _settings_text(new)
    (new.path / SETTINGS_FILE).write_text(text, encoding="utf-8")
    _write_secret(keys / "passphrase", secrets.token_urlsafe(32).encode())
    _write_secret(keys / "storage.key", secrets.token_hex(32).encode())
    try:
        _fill(new, now=now)
    except VcIssuerError:
        # Without its settings the folder is no home: the same command can be tried again.
        (new.path / SETTINGS_FILE).unlink()
        for name in ("passphrase", "storage.key"):
            (keys / name).unlink()
        raise


def parse_backend(new: NewHome) -> None:
    """Check that keys can be made where `new.backend` says, before anything is written. Raises ConfigurationError."""
    new_key_uri(new.backend, "credential")
    if scheme_of(new.backend) == "pkcs11" and not new.pin_file:
        raise ConfigurationError(
            "the token's PIN is in no file.", remedy="Write it to a file of mode 0600, and name that with --pin-file."
        )


def _fill(new: NewHome, *, now: datetime) -> None:
    settings = load_settings(new.path)
    uris = {purpose: getattr(settings.keys, purpose.value) for purpose in KeyPurpose}
    public = {purpose: create_key(uri, ALGORITHMS[purpose], key_access(settings, uri)) for purpose, uri in uris.items()}
    certified = (
        {} if new.mode is Mode.PRODUCTION else {KeyPurpose.SEAL: _certify_seal(new, public[KeyPurpose.SEAL], now)}
    )
    for purpose in KeyPurpose:
        if purpose is not KeyPurpose.SEAL or purpose in certified:
            _begin_history(settings, purpose, public[purpose], certified.get(purpose, ()), now=now)
    _make_database(new.path, now=now)


def _settings_text(new: NewHome) -> str:
    # A token may serve several homes: its labels are told apart.
    stem = "" if new.backend == FILES else f"{new.issuer.key}-{secrets.token_hex(3)}-"
    return _SETTINGS.format(
        mode=new.mode.value,
        host=new.host,
        key=new.issuer.key,
        did=did_web(new.host),
        signatory=new.signatory,
        prefix=new.issuer.abbreviation,
        pin_file=new.pin_file,
        allow_file_keys=str(new.allow_file_keys).lower(),
        anchors="[]" if new.mode is Mode.PRODUCTION else '["keys/ca.pem"]',
        **{purpose.value: new_key_uri(new.backend, f"{stem}{purpose.value}") for purpose in KeyPurpose},
        database=new.database,
        engine="workers" if new.database.startswith("postgresql") else "here",
    )


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=PRIVATE_MODE, exist_ok=False)
    path.write_bytes(content)


def _certify_seal(new: NewHome, seal: PublicKey, now: datetime) -> tuple[bytes, ...]:
    """Certify the seal by an authority for demonstrations, whose key is used once and not kept; return the leaf."""
    keys, start = new.path / "keys", now - timedelta(hours=1)
    access = KeyAccess(base=keys, secret=secrets.token_urlsafe(32).encode())
    create_key("file:ca.key.pem", KeyAlgorithm.P256, access)
    subject = seal_subject(new.issuer, f"{new.issuer.abbreviation} demo seal (not qualified)")
    try:
        with open_signer("file:ca.key.pem", access) as signer:
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
        (keys / "ca.key.pem").unlink()
    (keys / "seal-chain.pem").write_bytes(certificates_to_pem((leaf,)))
    (keys / "ca.pem").write_bytes(certificates_to_pem((ca,)))
    return (leaf,)


def seal_subject(issuer: Organisation, common_name: str) -> SealSubject:
    """Return whom the institution's seal names."""
    return SealSubject(
        organisation=issuer.legal_name.best("en"),
        eidas_identifier=issuer.eidas,
        country=issuer.address.country,
        common_name=common_name,
    )


def _begin_history(
    settings: Settings, purpose: KeyPurpose, public: PublicKey, certificates: tuple[bytes, ...], *, now: datetime
) -> None:
    did = settings.issuer.did
    record = KeyRecord(
        id=method_id(did, public),
        controller=did,
        purpose=purpose,
        public_key=public,
        valid_from=now,
        certificates=certificates,
    )
    append_key(settings.path(settings.keys.history), record)


def _make_database(path: Path, *, now: datetime) -> None:
    settings = load_settings(path)
    vault = Vault(read_storage_key(settings), secrets.token_bytes)
    database = create_database(settings.database_url, vault=vault, random_bytes=secrets.token_bytes)
    try:
        with database.writing() as session:
            deed = Deed(actor="init", at=now)
            if settings.mode is not Mode.PRODUCTION:
                for name in ACCOUNTS:
                    add_account(session, name, roles=[name], deed=deed)
            record_deed(session, deed, "key.init", subject="keys", details={"history": history_hash(settings)})
    finally:
        database.close()
    if settings.signing.engine is SigningEngine.WORKERS:
        prepare_queue(settings.database_url)
