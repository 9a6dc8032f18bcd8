"""Back a home up into one encrypted file, and restore it into an empty place; what was erased stays erased.

The file is AES-256-GCM in chunks of 1 MiB under a key from a passphrase (scrypt); each chunk is bound to its place and
to whether it is the last, so a cut or re-ordered file does not open. Passphrase and PIN of the private keys are left
out: whoever holds the backup and its passphrase still can't sign (threat T43: two people).
"""

import os
import secrets
import shutil
import struct
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Self, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vc_issuer.config import SETTINGS_FILE, Settings, load_settings, read_storage_key, write_setting
from vc_issuer.errors import ConfigurationError, InputError
from vc_issuer.store.audit import Deed
from vc_issuer.store.database import Database, database_at, open_database
from vc_issuer.store.people import erase_again
from vc_issuer.store.vault import Vault
from vc_issuer.wiring.dumping import dump_postgresql, restore_postgresql

MAGIC = b"vc-issuer backup 1\n"
CHUNK = 1 << 20
TAG_BYTES = 16
ERASURES = "keys/erasures.txt"
LEAST_PASSPHRASE = 16
_SALT_BYTES, _NONCE_PREFIX = 16, 7
_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 3}  # OWASP's equal of N = 2^17, p = 1
_LEFT_OUT = frozenset({"passphrase", "pin"})
_DATABASE, _DUMP = "database.sqlite", "database.pgdump"


def create_backup(settings: Settings, database: Database, out: Path, *, passphrase: bytes) -> int:
    """Write a backup of settings, keys and database to a new file; returns its size. Raises ConfigurationError."""
    _check_passphrase(passphrase)
    snapshot = settings.home / f".backup-{secrets.token_hex(8)}"
    member = _DUMP if database.takes_many_writers else _DATABASE
    try:
        snapshot.touch(mode=0o600)
        (dump_postgresql if database.takes_many_writers else Database.snapshot)(database, snapshot)
        with (
            _new_file(out) as file,
            _Sealing(file, passphrase) as sealed,
            tarfile.open(fileobj=cast("IO[bytes]", sealed), mode="w|") as tar,
        ):
            tar.add(settings.home / SETTINGS_FILE, SETTINGS_FILE)
            for path in sorted((settings.home / "keys").iterdir()):
                if path.is_file() and path.name not in _LEFT_OUT:
                    tar.add(path, f"keys/{path.name}")
            tar.add(snapshot, member)
    finally:
        snapshot.unlink(missing_ok=True)
    return out.stat().st_size


def restore_backup(
    file: Path, home: Path, *, passphrase: bytes, erasures: Sequence[str], deed: Deed, database_url: str = ""
) -> int:
    """Restore a backup into an empty or missing folder, and erase again whoever was erased since; returns how many.

    A PostgreSQL is restored into the empty database that the backup's settings name, or into `database_url`.
    Raises InputError for a file that does not open, ConfigurationError for a folder or a database that is not empty;
    the folder is empty again then.
    """
    if home.exists() and any(home.iterdir()):
        raise ConfigurationError(f"{home} is not empty.", remedy="Restore into an empty folder.")
    home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        undo.callback(_clear, home)
        _extract(file, home, passphrase)
        _place_database(home, database_url)
        undo.pop_all()
    return _erase_again(home, erasures, deed)


def _extract(file: Path, home: Path, passphrase: bytes) -> None:
    with (
        file.open("rb") as source,
        tarfile.open(fileobj=cast("IO[bytes]", _Opening(source, passphrase)), mode="r|") as tar,
    ):
        tar.extractall(home, filter="data")


def _place_database(home: Path, database_url: str) -> None:
    """Put the database of an extracted backup in its place."""
    if database_url:
        write_setting(home, "database", database_url)
    settings = load_settings(home)
    url, dump = settings.database_url, home / _DUMP
    if url.startswith("sqlite") is dump.exists():
        raise ConfigurationError(
            "the backup and the database are not of one kind.",
            remedy="Name a database like the one that was backed up.",
        )
    if dump.exists():
        vault = Vault(read_storage_key(settings), secrets.token_bytes)
        target = database_at(url, vault=vault, random_bytes=secrets.token_bytes)
        try:
            restore_postgresql(target, dump)
        finally:
            target.close()
        dump.unlink()
    else:
        (home / _DATABASE).replace(Path(url.removeprefix("sqlite:///")))


def _clear(home: Path) -> None:
    """Take out again what a failed restore put in."""
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _erase_again(home: Path, erasures: Sequence[str], deed: Deed) -> int:
    settings = load_settings(home)
    vault = Vault(read_storage_key(settings), secrets.token_bytes)
    database = open_database(settings.database_url, vault=vault, random_bytes=secrets.token_bytes)
    try:
        with database.writing() as session:
            again = sum(erase_again(session, learner_id, deed=deed) for learner_id in dict.fromkeys(erasures))
        database.settle()
    finally:
        database.close()
    return again


def note_erasure(home: Path, learner_id: str) -> None:
    """Add an erased learner's random id to the register that a restored backup is held against."""
    with (home / ERASURES).open("a", encoding="utf-8") as file:
        file.write(f"{learner_id}\n")


def read_erasures(path: Path) -> tuple[str, ...]:
    """Return the ids of a register of erasures. Raises InputError."""
    try:
        return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read.", remedy=f"Give the living home's {ERASURES}.") from error


class _Sealing:
    """What encrypts everything written to it; it is whole once it was left without an error."""

    def __init__(self, file: IO[bytes], passphrase: bytes) -> None:
        salt, self._prefix = os.urandom(_SALT_BYTES), os.urandom(_NONCE_PREFIX)
        self._cipher, self._file = _cipher(passphrase, salt), file
        self._waiting, self._number = bytearray(), 0
        file.write(MAGIC + salt + self._prefix)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self._seal(bytes(self._waiting), last=True)

    def write(self, content: bytes) -> int:
        """Take more content."""
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def _seal(self, content: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last=last), content, MAGIC))
        self._number += 1


class _Opening:
    """What decrypts a file as it is read, chunk by chunk; nothing unverified leaves it."""

    def __init__(self, file: IO[bytes], passphrase: bytes) -> None:
        header = file.read(len(MAGIC) + _SALT_BYTES + _NONCE_PREFIX)
        if not header.startswith(MAGIC) or len(header) != len(MAGIC) + _SALT_BYTES + _NONCE_PREFIX:
            raise InputError("this file is no backup of a home.", remedy="Give one that backup create wrote.")
        cipher = _cipher(passphrase, header[len(MAGIC) : len(MAGIC) + _SALT_BYTES])
        self._chunks = _chunks(file, cipher, header[-_NONCE_PREFIX:])
        self._waiting = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, fewer at the end alone. Raises InputError for what does not open."""
        while len(self._waiting) < size:
            following = next(self._chunks, b"")
            if not following:
                break
            self._waiting += following
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        return found


def _chunks(file: IO[bytes], cipher: AESGCM, prefix: bytes) -> Iterator[bytes]:
    number, sealed = 0, file.read(CHUNK + TAG_BYTES)
    while True:
        following = file.read(CHUNK + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), sealed, MAGIC)
        except InvalidTag as error:
            raise InputError(
                "the backup does not open.", remedy="Is it its passphrase, and the file whole and unchanged?"
            ) from error
        if not following:
            return
        number, sealed = number + 1, following


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


def _cipher(passphrase: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, **_SCRYPT).derive(passphrase))


def _check_passphrase(passphrase: bytes) -> None:
    if len(passphrase) < LEAST_PASSPHRASE:
        raise ConfigurationError(
            "the backup's passphrase is too short.", remedy=f"Take {LEAST_PASSPHRASE} characters or more."
        )


def _new_file(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise ConfigurationError(f"{path} can't be made: {error.strerror}.", remedy="Name a new file.") from error
