"""`init` and `check-config`: a home, and everything that must hold before it starts."""

from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_home
from vc_issuer.cli.output import EXIT_CONFIGURATION, complain, console, print_json, speaking
from vc_issuer.config import Mode
from vc_issuer.wiring.catalogue import known_institution
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.homemaking import DEFAULT_DATABASE, NewHome, make_home


@speaking
def init(
    context: typer.Context,
    institution: Annotated[str, typer.Option("--institution", help="Whose home it is, by key.")] = "uzb",
    host: Annotated[str, typer.Option("--host", help="The public host; credentials.KEY.example if left out.")] = "",
    mode: Annotated[Mode, typer.Option("--mode", help="How much is at stake.")] = Mode.DEMO,
    backend: Annotated[
        str, typer.Option("--backend", metavar="URI", help="Where keys are made: file: or pkcs11:token=…?module-path=…")
    ] = "file:",
    pin_file: Annotated[
        str, typer.Option("--pin-file", metavar="FILE", help="The file with the token's PIN, mode 0600.")
    ] = "",
    allow_file_keys: Annotated[
        bool, typer.Option("--allow-file-keys", help="Let a production home keep its keys in files.")
    ] = False,
    database: Annotated[
        str, typer.Option("--database", help="A PostgreSQL, as postgresql+psycopg://HOST/NAME; a file if left out.")
    ] = DEFAULT_DATABASE,
    as_json: JsonFlag = False,
) -> None:
    """Make a home: settings, a key a purpose, a database; for demonstrations and tests a seal certificate too."""
    options: Context = context.obj
    issuer = known_institution(institution)
    new = NewHome(
        path=options.home,
        issuer=issuer,
        host=host or f"credentials.{institution}.example",
        mode=mode,
        backend=backend,
        pin_file=str(Path(pin_file).absolute()) if pin_file else "",
        allow_file_keys=allow_file_keys,
        database=database,
    )
    make_home(new, now=utc_now())
    if as_json:
        print_json({"home": str(options.home), "issuer": issuer.key, "host": new.host, "mode": mode.value})
    else:
        console().print(f"{options.home}: made for {issuer.legal_name.best('en')} at {new.host}", markup=False)


@speaking
def check_config(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Check settings, contexts, catalogue and database, and open every key. Exit code 0, or 78 with what is wrong."""
    options: Context = context.obj
    with open_home(options) as home:
        problems = home.problems() or home.key_problems()
    if as_json:
        print_json({"problems": problems})
    for problem in problems:
        complain(f"vc-issuer: {problem}")
    if problems:
        raise typer.Exit(EXIT_CONFIGURATION)
    if not as_json:
        console().print("Everything holds.")
