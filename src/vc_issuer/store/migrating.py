"""Make a database's tables, or bring them up to date: apart from `store.database`, so that opening needs no alembic.

A migration runs whole or not at all, in one transaction that has no writer beside it on SQLite.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from vc_issuer.errors import ConfigurationError
from vc_issuer.store.database import WRITES, Database, database_at
from vc_issuer.store.vault import RandomBytes, Vault

_MIGRATIONS = Path(__file__).parent / "migrations"


def create_database(url: str, *, vault: Vault, random_bytes: RandomBytes) -> Database:
    """Open the database at `url`, making its tables or bringing them up to date first. Raises ConfigurationError."""
    database = database_at(url, vault=vault, random_bytes=random_bytes)
    try:
        with database.engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                command.upgrade(migration_config(connection), "head")
    except DBAPIError as error:
        raise ConfigurationError(
            f"the database can't be made: {error.orig}.", remedy="Check that its folder exists and can be written."
        ) from error
    return database


def migration_config(connection: Connection | None = None) -> Config:
    """Return alembic's configuration; its commands run inside the transaction of `connection`."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
