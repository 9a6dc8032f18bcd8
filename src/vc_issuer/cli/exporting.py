"""`batch print` and `batch export`: a batch as sealed PDFs, and all that was issued as files."""

from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import named_batch, open_home, open_office
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.wiring.exporting import export_batches
from vc_issuer.wiring.sealed_prints import print_sealed
from vc_issuer.wiring.uploading import export_uploads, read_addresses

BatchesArgument = Annotated[list[str], typer.Argument(metavar="BATCH…", help="Ids of batches, or `last`.")]


@speaking
def print_sealed_pdfs(context: typer.Context, batches: BatchesArgument, as_json: JsonFlag = False) -> None:
    """Print the PDFs of batches and seal them, so that pages hand them out sealed; what is sealed is left alone."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        names = [named_batch(office.home.database, batch) for batch in batches]
        sealed = print_sealed(office.home, names, deed=office.deed())
    if as_json:
        print_json({"batches": names, "sealed_now": sealed})
    else:
        console().print(f"{sealed} PDFs printed and sealed now.", markup=False)


@speaking
def export(
    context: typer.Context,
    batches: BatchesArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Open no key: PDFs that nobody sealed yet are written without a seal.")
    ] = False,
    edc: Annotated[
        bool, typer.Option("--edc", help="Write unsigned upload files for the EU's own issuer (EDC Issuer) instead.")
    ] = False,
    addresses: Annotated[
        Path | None,
        typer.Option("--addresses", metavar="FILE", help="With --edc: a CSV of student numbers and e-mail addresses."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write signed files, sealed PDFs, status lists and keys, with a manifest; or upload files with --edc."""
    options: Context = context.obj
    if edc:
        _export_uploads(options, batches, out, addresses, as_json=as_json)
        return
    if addresses is not None:
        raise typer.BadParameter("it belongs to --edc; add that, or leave the list out", param_hint="--addresses")
    with open_office(options, "preparer") as office:
        names = [named_batch(office.home.database, batch) for batch in batches]
        if not unsealed:
            print_sealed(office.home, names, deed=office.deed())
        exported = export_batches(office.home, names, out)
    if as_json:
        print_json({"manifest": str(exported.manifest), "documents": exported.documents})
    else:
        console().print(f"{exported.documents} documents: {exported.manifest}", markup=False)


def _export_uploads(options: Context, batches: list[str], out: Path, addresses: Path | None, *, as_json: bool) -> None:
    known = read_addresses(_content(addresses)) if addresses else {}
    with open_home(options) as home:
        names = [named_batch(home.database, batch) for batch in batches]
        written = export_uploads(home, names, out, addresses=known)
    if as_json:
        print_json({"files": [str(path) for path in written.files], "without_address": written.without_address})
        return
    console().print(f"{len(written.files)} upload files in {written.files[0].parent}", markup=False)
    if written.without_address:
        console().print(
            f"{written.without_address} of them have no address yet, and the EU's issuer asks for one: "
            "add it there, or give --addresses.",
            markup=False,
        )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read.", remedy="Name a file that is there.") from error
