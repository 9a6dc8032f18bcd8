"""What every command gets from the options before it: the home and the account."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_HOME = "."
JsonFlag = Annotated[bool, typer.Option("--json", help="Answer as JSON on standard output.")]
LanguageOption = Annotated[str, typer.Option("--lang", help="Language of messages, nl or en.")]


@dataclass(frozen=True, slots=True)
class Context:
    """The global options."""

    home: Path
    account: str
