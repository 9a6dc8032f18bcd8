"""What every command gets from the options before it: the home and the account."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.config import Mode
from vc_issuer.errors import ConfigurationError
from vc_issuer.wiring.home import Home, open_home
from vc_issuer.wiring.office import Office

DEFAULT_HOME = "."
JsonFlag = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
LanguageOption = Annotated[str, typer.Option("--lang", help="Language of messages, nl or en.")]


@dataclass(frozen=True, slots=True)
class Context:
    """The global options."""

    home: Path
    account: str

    @contextmanager
    def open_home(self) -> Iterator[Home]:
        """Open the home for the length of a command."""
        opened = open_home(self.home)
        try:
            yield opened
        finally:
            opened.close()

    @contextmanager
    def open_office(self, usual: str) -> Iterator[Office]:
        """Open the office under the account of `--as`; `usual` is who does this in a demo or test home.

        In production the account is the one of the operating system: nobody acts under another's name.
        """
        with self.open_home() as home:
            if home.settings.mode is Mode.PRODUCTION:
                if self.account:
                    raise ConfigurationError("production refuses --as.", remedy="Sign in under your own account.")
                yield Office(home, getpass.getuser())
            else:
                yield Office(home, self.account or usual)
