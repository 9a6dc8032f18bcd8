"""A PostgreSQL's tables into one file and back, by PostgreSQL's own programs (pg_dump, pg_restore).

What is taken is the schema that the home's connection uses. A password goes by the environment, never on a command
line.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import func, inspect, select

from vc_issuer.errors import ConfigurationError
from vc_issuer.store.database import Database

_PLAIN = ("--no-owner", "--no-privileges")
_SAID = 300


def dump_postgresql(database: Database, path: Path) -> None:
    """Write one consistent state of the database's schema to `path`, while others go on. Raises ConfigurationError."""
    with database.reading() as session:
        schema = session.connection.scalar(select(func.current_schema()))
    options = ("--format=custom", *_PLAIN, f"--schema={schema}", f"--file={path}", f"--dbname={_address(database)}")
    _run(database, "pg_dump", options, keep="Keep settings.toml and keys/ with it.")


def restore_postgresql(database: Database, path: Path) -> None:
    """Restore such a file into a schema of the same name that holds no home yet. Raises ConfigurationError."""
    where = database.engine.url.render_as_string(hide_password=True)
    if _has_home(database):
        raise ConfigurationError(
            f"{where} holds a home already.", remedy="Restore into an empty database: --database URL"
        )
    with database.reading() as session:
        schema = session.connection.scalar(select(func.current_schema()))
    options = ("--single-transaction", *_PLAIN, f"--schema={schema}", f"--dbname={_address(database)}", str(path))
    _run(database, "pg_restore", options, keep="Then restore again.")
    if not _has_home(database):
        raise ConfigurationError(
            f"the backup is of another schema than {schema!r}.",
            remedy="Make a schema of that backup's name, and let the URL's search_path name it.",
        )


def _has_home(database: Database) -> bool:
    return inspect(database.engine).has_table("alembic_version")


def _address(database: Database) -> str:
    url = database.engine.url.set(drivername="postgresql", password=None)
    return url.render_as_string(hide_password=False)


def _run(database: Database, name: str, options: tuple[str, ...], *, keep: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise ConfigurationError(
            f"{name} is not installed, and this database is PostgreSQL.",
            remedy=f"Install PostgreSQL's clients, or run where they are: {shlex.join((name, *options))}. {keep}",
        )
    password = database.engine.url.password
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own program, with arguments of ours and no shell
        [program, *options], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigurationError(
            f"{name} ended with an error: {done.stderr.strip()[:_SAID]}.",
            remedy="Is it as new as the server, and may this account read and write there?",
        )
