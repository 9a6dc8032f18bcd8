"""`vc-issuer`: every command, its global options, and what it exits with (interface part 2).

A command's module is imported when that command is called: who verifies a file waits for no web framework.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import DEFAULT_HOME, Context


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives: a module of this package, and in it a function or, for a group, its Typer."""

    module: str
    attribute: str = "app"


COMMANDS: Mapping[str, Command] = {
    "init": Command("home", "init"),
    "check-config": Command("home", "check_config"),
    "demo": Command("demo", "demo"),
    "offering": Command("offering"),
    "import": Command("importing", "import_cohort"),
    "batch": Command("batch"),
    "status": Command("status"),
    "endorsement": Command("endorsement"),
    "verify": Command("verifying", "verify"),
    "stack": Command("stacking", "stack"),
    "keys": Command("keys"),
    "log": Command("issuance_log"),
    "audit": Command("audit"),
    "account": Command("account"),
    "learner": Command("learner"),
    "backup": Command("backing_up"),
    "seal": Command("seal"),
    "trust": Command("trust"),
    "api-key": Command("api_key", "api_key"),
    "serve": Command("serving", "serve"),
    "worker": Command("working", "worker"),
    "bench": Command("bench", "bench"),
}
_TAKE_A_VALUE = frozenset({"--home", "--as"})


def options(
    context: typer.Context,
    home_directory: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="The home: settings, database, keys.")
    ] = None,
    account: Annotated[
        str, typer.Option("--as", metavar="ACCOUNT", help="Act as this account (demo and test homes).")
    ] = "",
) -> None:
    """Set what every command knows."""
    chosen = home_directory or Path(os.environ.get("VC_ISSUER_HOME", DEFAULT_HOME))
    context.obj = Context(home=chosen, account=account)


def command_line(names: Sequence[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the program with the named commands, in the order in which help lists them."""
    app = typer.Typer(
        name="vc-issuer",
        help="Issue micro-credentials as Open Badges 3.0 and European Digital Credentials, and verify them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name in names:
        command = COMMANDS[name]
        found = getattr(import_module(f"vc_issuer.cli.{command.module}"), command.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def command_named(arguments: Sequence[str]) -> str | None:
    """Return the command that the arguments call, or None where there is none to be sure of."""
    words = iter(arguments)
    for word in words:
        if word in _TAKE_A_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word if word in COMMANDS else None
    return None


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in ("fontTools", "pikepdf"):
        logging.getLogger(name).setLevel(logging.ERROR)
    called = command_named(sys.argv[1:])
    command_line([called] if called else tuple(COMMANDS))()
