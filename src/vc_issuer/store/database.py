"""Open a home's database and hand out transactions: readers never wait, writers take turns.

SQLite runs in WAL mode with full synchronisation: a commit that said yes survives a power cut, because a
revocation that was served or a signature that was delivered must not be forgotten. `BEGIN IMMEDIATE` makes a
writer wait at its beginning, never fail in its middle. On PostgreSQL an advisory lock does the same, for whatever
decides from what it reads; chunks of a batch, each with rows of its own, are stored beside it by many workers.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from vc_issuer.errors import ConfigurationError
from vc_issuer.store.postgresql import BINARY, speak_binary
from vc_issuer.store.vault import RandomBytes, Vault

REVISION = "0010"  # the newest of migrations/versions; who only opens a database doesn't wait for alembic to read them
BUSY_TIMEOUT_MS = 30_000  # A chunk of 500 documents commits in well under a second; thirty are for a slow disk.
WRITES = "vc_issuer_writes"  # the option of a connection whose transaction takes its turn
_TURN = 0x7663_6973  # the advisory lock of a database's writers; "vcis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One transaction: its connection, the home's vault and its source of randomness."""

    connection: Connection
    vault: Vault = field(repr=False)
    random_bytes: RandomBytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database; safe to share between threads, not between processes."""

    engine: Engine
    vault: Vault = field(repr=False)
    random_bytes: RandomBytes = field(repr=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a transaction that sees one state and writes nothing."""
        with self._transaction(writes=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a transaction that commits when the block ends, rolls back if it raises, and has no other beside it."""
        with self._transaction(writes=True) as session:
            if self.takes_many_writers:
                session.connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
            yield session

    @contextmanager
    def writing_beside_others(self) -> Iterator[Session]:
        """Give a transaction for rows that belong to the caller alone, such as those of a chunk; others may write too.

        On SQLite it takes its turn like every other.
        """
        with self._transaction(writes=True) as session:
            yield session

    @property
    def takes_many_writers(self) -> bool:
        """Tell whether several processes may write at once."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Session]:
        options: dict[str, Any] = {WRITES: writes, BINARY: True}
        if self.takes_many_writers and not writes:
            options["isolation_level"] = "REPEATABLE READ"  # one state from the first statement to the last
        try:
            with self.engine.connect() as plain:
                connection = plain.execution_options(**options)
                with connection.begin():
                    yield Session(connection=connection, vault=self.vault, random_bytes=self.random_bytes)
        except OperationalError as error:
            raise ConfigurationError(
                f"the database can't be used: {error.orig}.",
                remedy="Check that its disk has room and that no other program holds it, and try again.",
            ) from error

    def settle(self) -> None:
        """Fold SQLite's log into the database file, so that shredded keys are gone from both."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def snapshot(self, path: Path) -> None:
        """Copy an SQLite database as it stands into a new file, while others go on."""
        with closing(self.engine.raw_connection()) as plain, closing(sqlite3.connect(path)) as target:
            driver: Any = plain.driver_connection
            driver.backup(target)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def database_at(url: str, *, vault: Vault, random_bytes: RandomBytes) -> Database:
    """Return the database at `url`, whatever tables it has. Raises ConfigurationError if the URL names none."""
    return Database(engine=_engine(url), vault=vault, random_bytes=random_bytes)


def open_database(url: str, *, vault: Vault, random_bytes: RandomBytes) -> Database:
    """Open a database whose tables are those of this version. Raises ConfigurationError otherwise."""
    database = database_at(url, vault=vault, random_bytes=random_bytes)
    remedy = "Make it, or bring it up to date, with: vc-issuer --home DIR init"
    name = make_url(url).database
    if database.engine.dialect.name == "sqlite" and not (name and Path(name).is_file()):
        raise ConfigurationError("the home has no database yet.", remedy=remedy)
    with database.reading() as session:
        found = _revision(session.connection)
    if found != REVISION:
        raise ConfigurationError(f"the database is at revision {found}, this program needs {REVISION}.", remedy=remedy)
    return database


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigurationError(
            f"the database URL can't be used: {error}.", remedy="Correct `database` in settings.toml."
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        speak_binary(engine)
    return engine


def _prepare_sqlite(dbapi_connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy opens transactions itself (below); the driver's own habit would begin them too late.
    dbapi_connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        # Overwrite what is deleted: a shredded key may not stay behind in a free page.
        "secure_delete = ON",
        # Ids are random, so a commit touches pages all over the indexes: kept at hand, and folded in less often.
        "cache_size = -32768",  # KiB
        "wal_autocheckpoint = 4000",  # pages of 4 KiB
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
