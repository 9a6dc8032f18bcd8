"""`backup`: a home in one encrypted file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import Context
from vc_issuer.cli.opening import open_home
from vc_issuer.cli.output import complain, console, speaking
from vc_issuer.config import read_secret
from vc_issuer.store.audit import Deed
from vc_issuer.wiring.backup import create_backup, read_erasures, restore_backup
from vc_issuer.wiring.clock import utc_now

app = typer.Typer(help="Back the home up, and restore it.", no_args_is_help=True)
PassphraseFile = Annotated[
    Path, typer.Option("--passphrase-file", metavar="FILE", help="The backup's own passphrase, in a file of mode 0600.")
]


@app.command("create")
@speaking
def create(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; a new file.")],
    passphrase_file: PassphraseFile,
) -> None:
    """Write settings, keys and database to one encrypted file. The keys' passphrase and PIN stay out of it."""
    options: Context = context.obj
    with open_home(options) as home:
        passphrase = read_secret(passphrase_file, "--passphrase-file")
        size = create_backup(home.settings, home.database, out, passphrase=passphrase)
    console().print(f"{out}: {size} bytes", markup=False)


@app.command("restore")
@speaking
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What backup create wrote.")],
    passphrase_file: PassphraseFile,
    database: Annotated[
        str,
        typer.Option("--database", metavar="URL", help="An empty PostgreSQL, if not that of the backup's settings."),
    ] = "",
    erasures: Annotated[
        Path | None,
        typer.Option("--erasures", metavar="FILE", help="The living home's keys/erasures.txt: they stay erased."),
    ] = None,
) -> None:
    """Restore into the empty folder that --home names; then put the keys' passphrase or PIN back."""
    options: Context = context.obj
    ids = read_erasures(erasures) if erasures else ()
    if erasures is None:
        complain("vc-issuer: without --erasures, whoever was erased since this backup is back.")
    again = restore_backup(
        file,
        options.home,
        passphrase=read_secret(passphrase_file, "--passphrase-file"),
        erasures=ids,
        deed=Deed(actor="restore", at=utc_now()),
        database_url=database,
    )
    console().print(f"{options.home}: restored, {again} people erased again", markup=False)
