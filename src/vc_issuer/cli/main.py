"""`vc-issuer`: every command, its global options, and what it exits with (interface part 2)."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli import batch, demo, home, importing, keys, offering, serving, status, verifying
from vc_issuer.cli.context import DEFAULT_HOME, Context

app = typer.Typer(
    name="vc-issuer",
    help="Issue micro-credentials as Open Badges 3.0 and European Digital Credentials, and verify them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
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


app.command("init")(home.init)
app.command("check-config")(home.check_config)
app.command("demo")(demo.demo)
app.command("import")(importing.import_cohort)
app.command("verify")(verifying.verify)
app.command("serve")(serving.serve)
app.add_typer(offering.app, name="offering")
app.add_typer(batch.app, name="batch")
app.add_typer(status.app, name="status")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run the command line."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    app()
