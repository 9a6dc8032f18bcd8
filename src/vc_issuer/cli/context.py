"""What every command gets from the options before it: the home and the account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.wiring.home import Home, open_home

DEFAULT_HOME = "."
JsonFlag = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]


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
