"""`log`: the log of issuance: check it, find what is signed and not in it, hand out proofs."""

from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_home, open_office
from vc_issuer.cli.output import EXIT_NO, EXIT_UNSURE, complain, console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.issuance.log import LogReport, check_log
from vc_issuer.issuance.publish import issued_document
from vc_issuer.store.documents import find_document
from vc_issuer.transparency.checkpoint import read_checkpoint
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.keys import own_issuer
from vc_issuer.wiring.sealing import time_authorities

app = typer.Typer(help="Check the log of issuance, and prove what it holds.", no_args_is_help=True)


@app.command("verify")
@speaking
def verify(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Compute every checkpoint and every leaf anew. Exit code 1 if something is signed and not logged, or altered."""
    options: Context = context.obj
    with open_home(options) as home:
        report = _report(home)
    if as_json:
        print_json(
            {
                "leaves": report.leaves,
                "checkpoints": report.checkpoints,
                "stamped": report.stamped,
                "erased": report.erased,
                "unlogged": list(report.unlogged),
                "problems": list(report.problems),
            }
        )
    else:
        console().print(
            f"{report.leaves} entries under {report.checkpoints} checkpoints, {report.erased} of erased people; "
            f"{report.stamped} checkpoints time-stamped"
        )
    for problem in (*report.problems, *(f"{name} is signed and not logged" for name in report.unlogged)):
        complain(f"vc-issuer: {problem}")
    if not report.holds:
        raise typer.Exit(EXIT_NO)


@app.command("unlogged")
@speaking
def unlogged(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="Signed files from anywhere; left out, the home's own.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Find credentials that are signed and not in the log. Exit code 1 if there is one."""
    options: Context = context.obj
    with open_home(options) as home:
        found = [str(path) for path in files if not _logged(home, path)] if files else list(_report(home).unlogged)
    if as_json:
        print_json({"unlogged": found})
    else:
        for name in found:
            console().print(f"{name}: not in the log", markup=False)
    if found:
        raise typer.Exit(EXIT_NO)


@app.command("proof")
@speaking
def proof(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="A document's number, or a credential's id.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.")] = None,
) -> None:
    """Write what proves that a document's credentials are logged, for whoever holds them."""
    options: Context = context.obj
    with open_home(options) as home:
        with home.database.reading() as session:
            issued = issued_document(session, find_document(session, name), base_url=home.settings.base_url)
        content = home.log().evidence(issued)
    if out is None:
        console().print(content.decode(), markup=False, end="")
    else:
        out.write_bytes(content)
        console().print(f"{out}: written", markup=False)


@app.command("checkpoint")
@speaking
def checkpoint(
    context: typer.Context,
    timestamp: Annotated[
        Path | None, typer.Option("--timestamp", metavar="FILE", help="Write its time-stamp token (DER) there.")
    ] = None,
) -> None:
    """Print the newest checkpoint, for whoever keeps it to see later that nothing was taken out."""
    options: Context = context.obj
    with open_home(options) as home:
        note = home.log().newest()
        if note is None:
            raise InputError("the log is empty.", remedy="Sign a batch first.")
        if timestamp is not None:
            timestamp.write_bytes(_token(home, note))
    console().print(note.decode(), markup=False, end="")


@app.command("stamp")
@speaking
def stamp(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Have every checkpoint without a time-stamp stamped by the authority of seal.tsa. Exit code 3 if one stays so."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        report = office.stamp_log()
    if as_json:
        print_json({"done": report.done, "problems": list(report.problems)})
    else:
        console().print(f"{report.done} checkpoints were time-stamped.")
    for problem in report.problems:
        complain(f"vc-issuer: {problem}")
    if report.problems:
        raise typer.Exit(EXIT_UNSURE)


def _token(home: Home, note: bytes) -> bytes:
    size = read_checkpoint(note)[0].size
    token = home.log().stamp(size)
    if token is None:
        raise InputError(
            f"the checkpoint of {size} entries has no time-stamp.", remedy="Fetch one with: vc-issuer log stamp"
        )
    return token


def _report(home: Home) -> LogReport:
    issuer = own_issuer(home.settings, home.issuer)
    with home.database.reading() as session:
        return check_log(session, issuer.log_methods, did=issuer.did, authorities=time_authorities(home))


def _logged(home: Home, path: Path) -> bool:
    try:
        return home.log().holds(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error
