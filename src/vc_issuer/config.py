"""The settings of a home, read once from its `settings.toml` and frozen.

A relative path stands under the home. Secrets are named by file, never written here or in the environment
(decisions part 3.3).
"""

import re
import stat
import tomllib
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from vc_issuer.errors import ConfigurationError

SETTINGS_FILE = "settings.toml"
API_DIGEST_BYTES = 32
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class Mode(Enum):
    """How much is at stake: production refuses what demo and test allow."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IssuerSettings(_Part):
    """Who issues: a key in `issuers.toml`, the DID, the office that signs (a role, never a name)."""

    key: str
    did: str
    signatory: str = "Registrar"
    number_prefix: str


class KeySettings(_Part):
    """Where the keys are: a URI a purpose, the files with passphrase and PIN, the public history.

    `token_sessions` is how many processes may use a hardware token at once; many tokens allow one.
    """

    credential: str
    status: str
    seal: str
    metadata: str
    seal_certificates: str
    passphrase_file: str = "keys/passphrase"  # noqa: S105 -- a path
    pin_file: str = ""
    token_sessions: Annotated[int, Field(ge=1, le=64)] = 1
    storage: str = "keys/storage.key"
    history: str = "keys/verification-methods.toml"
    allow_file_keys: bool = False

    @property
    def uris(self) -> tuple[str, ...]:
        """Return where every key lies."""
        return (self.credential, self.status, self.seal, self.metadata)


class SealSettings(_Part):
    """How ELM is sealed. `iat` is the JAdES baseline header since 2025-07-15; `sigT` suits older viewers.

    A `level` above B-B needs `tsa`, the address of a time-stamp authority, and its anchor in `trust.time_anchors`.
    `origins` are servers of the operator that may be asked although they lie in the own network or speak plain http.
    """

    time_header: Literal["iat", "sigT"] = "iat"
    level: Literal["B-B", "B-T", "B-LT", "B-LTA"] = "B-B"
    tsa: str = ""
    origins: tuple[str, ...] = ()
    parallel: Annotated[int, Field(ge=1, le=16)] = 4
    renew_days: Annotated[int, Field(ge=1)] = 180

    @model_validator(mode="after")
    def _level_has_an_authority(self) -> Self:
        if self.level != "B-B" and not self.tsa:
            raise ValueError(f"level {self.level} needs a time-stamp authority; name its address in seal.tsa")
        return self


class RegistrySettings(_Part):
    """A registry of issuers (DID to name) as a file, and the did:key that signed it, or nobody."""

    file: str
    signer: Annotated[str, Field(pattern=r"^(did:key:z[1-9A-HJ-NP-Za-km-z]+)?$")] = ""


class TrustSettings(_Part):
    """Whom the verifier pins besides the home's own issuer, by file: issuers, authorities of seals and of time.

    An endorser, such as a quality agency, is trusted to confirm, and to issue nothing.
    """

    own: bool = True
    did_documents: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    time_anchors: tuple[str, ...] = ()
    registries: tuple[RegistrySettings, ...] = ()
    domains: tuple[str, ...] = ()
    endorsers: tuple[str, ...] = ()


class OnlineSettings(_Part):
    """What the verifier may ask the network: the hosts by name, `*` for any public one, none by default.

    A host is asked for keys and status lists after the proof of a credential that names it holds, never before.
    """

    hosts: tuple[str, ...] = ()

    @field_validator("hosts")
    @classmethod
    def _plain_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if host != "*" and not _HOST.fullmatch(host):
                raise ValueError(f"{host!r} is no host name; write credentials.example.org, or * for any host")
        return value


class PolicySettings(_Part):
    """What a document of each kind shows, and which of the learner's identities an Open Badge holds as a hash alone.

    The name stays readable, for a badge is shown to people. Who holds the badge can test a guess against a hash: it
    proves a number to whoever knows it, and hides it from a glance only. `staff_list` is a file of names or numbers
    that approvers are warned
    of.
    """

    birth_date_on_credit_certificate: bool = True
    birth_date_on_certificate: bool = False
    hashed_identities: frozenset[Literal["ext:studentNumber", "ext:birthDate"]] = frozenset()
    staff_list: str = ""


class StatusSettings(_Part):
    """When a change of status is signed and served: at once, or by `status publish`, run at least every minute."""

    publish: Literal["at-once", "scheduled"] = "at-once"


class ServeSettings(_Part):
    """Limits of the public endpoints, and whether this server has the registrar's console."""

    console: bool = True
    max_files: Annotated[int, Field(ge=1, le=500)] = 60
    # A 0600 file with a name and the SHA-256 of a key a line; without one, nothing is issued over the API.
    api_keys: str = ""
    verifications_per_minute: Annotated[int, Field(ge=1)] = 240


class SigningEngine(Enum):
    """Who signs chunks: the processes of the command itself, or workers on any machine (PostgreSQL only)."""

    HERE = "here"
    WORKERS = "workers"


class SigningSettings(_Part):
    """How batches are signed."""

    engine: SigningEngine = SigningEngine.HERE


class Settings(_Part):
    """Every setting of a home."""

    home: Path
    mode: Mode
    base_url: str
    database: str = "sqlite:///vc_issuer.sqlite"
    issuer: IssuerSettings
    keys: KeySettings
    seal: SealSettings = SealSettings()
    trust: TrustSettings = TrustSettings()
    online: OnlineSettings = OnlineSettings()
    policy: PolicySettings = PolicySettings()
    status: StatusSettings = StatusSettings()
    serve: ServeSettings = ServeSettings()
    signing: SigningSettings = SigningSettings()

    @field_validator("base_url")
    @classmethod
    def _https_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be an https origin without a path, such as https://credentials.example.org")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_keeps_keys_away(self) -> Self:
        in_files = any(uri.startswith("file:") for uri in self.keys.uris)
        if self.mode is Mode.PRODUCTION and not self.keys.allow_file_keys and in_files:
            raise ValueError("production refuses file keys; name a token, or set keys.allow_file_keys = true")
        return self

    @model_validator(mode="after")
    def _workers_need_a_server(self) -> Self:
        if self.signing.engine is SigningEngine.WORKERS and not self.database.startswith("postgresql"):
            raise ValueError('signing.engine = "workers" needs a PostgreSQL database, such as postgresql+psycopg://…')
        return self

    def path(self, name: str) -> Path:
        """Return a path of the settings as it lies on disk: absolute as it is, relative under the home."""
        return self.home / name

    @property
    def host(self) -> str:
        """Name the public host that people are told to trust."""
        return urlsplit(self.base_url).netloc

    @property
    def database_url(self) -> str:
        """Return the database URL, a relative SQLite file placed under the home."""
        prefix = "sqlite:///"
        if not self.database.startswith(prefix):
            return self.database
        return prefix + str(self.path(self.database.removeprefix(prefix)))


def load_settings(home: Path) -> Settings:
    """Read and check the settings of `home`. Raises ConfigurationError that lists every problem."""
    file = home / SETTINGS_FILE
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{home} is no home: it has no {SETTINGS_FILE}.", remedy="Make one with: vc-issuer --home DIR init"
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{file} can't be read: {error}.", remedy="Mend it, or restore a backup.") from error
    try:
        return Settings(home=home, **values)
    except (ValidationError, TypeError) as error:
        raise ConfigurationError(
            f"{file} has problems: {_sentences(error)}.", remedy="Mend them and try again."
        ) from error


def write_setting(home: Path, name: str, value: str) -> None:
    """Write the one line `name = "…"` of the settings anew, and leave every other byte. Raises ConfigurationError."""
    path = home / SETTINGS_FILE
    if not value.isprintable() or set(value) & set('"\\'):
        raise ConfigurationError(f"{name} can't be {value!r}.", remedy="Leave quotes and backslashes out.")
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(rf'(?m)^{name} = "[^"\n]*"$', lambda _: f'{name} = "{value}"', text)
    if count != 1:
        raise ConfigurationError(
            f"{name} can't be found in {SETTINGS_FILE}.", remedy=f'Write where it belongs: {name} = "{value}"'
        )
    temporary = path.with_suffix(".new")
    temporary.write_text(changed, encoding="utf-8")
    temporary.replace(path)


def _sentences(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return str(error)
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {problem['msg']}"
        for problem in error.errors()
    )


def read_passphrase(settings: Settings) -> bytes:
    """Read the key passphrase from its file, which nobody but the owner may read (mode 0600)."""
    return read_secret(settings.path(settings.keys.passphrase_file), "keys.passphrase_file").strip()


def read_pin(settings: Settings) -> bytes:
    """Read the PIN of the token from its file, which nobody but the owner may read (mode 0600)."""
    if not settings.keys.pin_file:
        raise ConfigurationError(
            "a key lies on a token, and keys.pin_file names no file.", remedy="Name a file of mode 0600 with its PIN."
        )
    return read_secret(settings.path(settings.keys.pin_file), "keys.pin_file").strip()


def read_storage_key(settings: Settings) -> bytes:
    """Read the key that encrypts personal data at rest: 32 bytes in hexadecimal, mode 0600."""
    content = read_secret(settings.path(settings.keys.storage), "keys.storage")
    try:
        return bytes.fromhex(content.decode("ascii"))
    except ValueError as error:
        raise ConfigurationError("the storage key is not hexadecimal.", remedy="Restore it from its backup.") from error


def read_api_keys(settings: Settings) -> dict[str, bytes]:
    """Read who may ask for credentials over the API: a name and the SHA-256 of its key; empty if not set up."""
    if not settings.serve.api_keys:
        return {}
    content = read_secret(settings.path(settings.serve.api_keys), "serve.api_keys").decode("utf-8", "replace")
    keys: dict[str, bytes] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        name, _, digest = line.strip().partition(" ")
        try:
            keys[name] = bytes.fromhex(digest)
        except ValueError:
            keys[name] = b""
        if len(keys[name]) != API_DIGEST_BYTES:
            raise ConfigurationError(
                f"line {number} of {settings.serve.api_keys} is no name with the SHA-256 of a key.",
                remedy="Make a line with: vc-issuer api-key NAME",
            )
    return keys


def read_secret(file: Path, setting: str) -> bytes:
    """Read a secret from its file, which nobody but the owner may read; `setting` says where it was named."""
    try:
        mode = file.stat().st_mode
        content = file.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(f"{file} can't be read.", remedy=f"Restore it, or correct {setting}.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError(f"{file} may be read by others.", remedy=f"Run: chmod 600 {file}")
    if not content:
        raise ConfigurationError(f"{file} is empty.", remedy="Restore it from its backup.")
    return content
