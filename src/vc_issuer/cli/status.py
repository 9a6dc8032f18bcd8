"""`status`: revoke, suspend, reinstate, supersede; one credential, or a file of ids; served at once."""

from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_office
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.errors import InputError, UnreadableError
from vc_issuer.model.credential import CredentialStatus

app = typer.Typer(help="Change what the issuer says of issued credentials.", no_args_is_help=True)
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID…", help="Document numbers, or ids of credentials (urn:uuid:…)."),
]
Listed = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="A text file with one id a line.")]
Reason = Annotated[str, typer.Option("--reason", help="A short code; no personal data.")]


@app.command("revoke")
@speaking
def revoke(
    context: typer.Context, names: Names = None, listed: Listed = None, reason: Reason = "", as_json: JsonFlag = False
) -> None:
    """Revoke credentials for good."""
    _change(context, CredentialStatus.REVOKED, (names, listed), reason, as_json=as_json)


@app.command("suspend")
@speaking
def suspend(
    context: typer.Context, names: Names = None, listed: Listed = None, reason: Reason = "", as_json: JsonFlag = False
) -> None:
    """Suspend credentials for now; our own verifier sees it, others may not."""
    _change(context, CredentialStatus.SUSPENDED, (names, listed), reason, as_json=as_json)


@app.command("reinstate")
@speaking
def reinstate(
    context: typer.Context, names: Names = None, listed: Listed = None, reason: Reason = "", as_json: JsonFlag = False
) -> None:
    """Reinstate suspended credentials; what was revoked stays so."""
    _change(context, CredentialStatus.CURRENT, (names, listed), reason, as_json=as_json)


@app.command("supersede")
@speaking
def supersede(
    context: typer.Context, names: Names = None, listed: Listed = None, reason: Reason = "", as_json: JsonFlag = False
) -> None:
    """Open a draft whose documents will replace these; they stand until it is published."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        batch_id = office.supersede(_names(names, listed), reason or "unspecified")
    if as_json:
        print_json({"batch": batch_id})
    else:
        console().print(
            f"Draft batch {batch_id}. Correct it by an import, then prepare, approve, sign and publish it.",
            markup=False,
        )


@app.command("publish")
@speaking
def publish(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Sign and serve the lists that lag behind; for homes whose settings say `[status] publish = "scheduled"`."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        count = office.publish_statuses()
    if as_json:
        print_json({"lists": count})
    else:
        console().print(f"{count} status lists signed", markup=False)


def _change(
    context: typer.Context,
    status: CredentialStatus,
    given: tuple[list[str] | None, Path | None],
    reason: str,
    *,
    as_json: bool,
) -> None:
    options: Context = context.obj
    names = _names(*given)
    with open_office(options, "preparer") as office:
        changed = office.change_status(names, status, reason or "unspecified")
    if as_json:
        print_json({"credentials": [{"number": each.number, "status": each.status.value} for each in changed]})
        return
    for each in changed:
        console().print(f"{each.number}: {each.status.value}", markup=False)


def _names(names: list[str] | None, listed: Path | None) -> list[str]:
    found = list(names or ())
    if listed is not None:
        try:
            found += [line.strip() for line in listed.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{listed} can't be read.", remedy="Give a text file with one id a line.") from error
    if not found:
        raise InputError("no credential is named.", remedy="Give numbers or ids, or a file of them with --file.")
    return found
