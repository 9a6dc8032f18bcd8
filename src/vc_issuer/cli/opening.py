"""Open the home that the global options name, to read it or to act in it under an account."""

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from vc_issuer.cli.context import Context
from vc_issuer.config import Mode
from vc_issuer.errors import ConfigurationError, RuleError
from vc_issuer.store.batches import Batch, all_batches
from vc_issuer.store.database import Database
from vc_issuer.wiring import home as homes
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.office import Office


@contextmanager
def open_home(options: Context) -> Iterator[Home]:
    """Open the home for the length of a command."""
    opened = homes.open_home(options.home)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def open_office(options: Context, usual: str) -> Iterator[Office]:
    """Open the office under the account of `--as`; `usual` is who does this in a demo or test home.

    In production the account is the one of the operating system: nobody acts under another's name.
    """
    with open_home(options) as home:
        yield Office(home, acting_account(options, home, usual))


def acting_account(options: Context, home: Home, usual: str) -> str:
    """Return who acts: in production the account of the operating system, else that of `--as`, or `usual`."""
    if home.settings.mode is not Mode.PRODUCTION:
        return options.account or usual
    if options.account:
        raise ConfigurationError("production refuses --as.", remedy="Sign in under your own account.")
    return getpass.getuser()


def named_batch(database: Database, name: str) -> str:
    """Return the id of the batch that a command names, which may be `last`. Raises RuleError if there is none yet."""
    with database.reading() as session:
        return id_of(all_batches(session), name)


def id_of(batches: Iterable[Batch], name: str) -> str:
    """Return a name as it is, or for `last` the id of the newest of these batches. Raises RuleError."""
    if name != "last":
        return name
    found = max(batches, key=lambda batch: batch.created_at, default=None)
    if found is None:
        raise RuleError("there is no batch yet.", remedy="Import a cohort: vc-issuer import FILE")
    return found.id
