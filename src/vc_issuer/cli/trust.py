"""`trust`: pin a trusted list of a member state, so that seals under its authorities are known; see what is pinned."""

from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_home, open_office
from vc_issuer.cli.output import complain, console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.model.trusted_list import TrustedList
from vc_issuer.trusted_list import MOST_BYTES, Import, read_trusted_list
from vc_issuer.wiring.trust_lists import pin_list, pinned_lists
from vc_issuer.x509 import certificates_from_pem

app = typer.Typer(help="Pin trusted lists (ETSI TS 119 612), and see which are pinned.", no_args_is_help=True)


@app.command("import")
@speaking
def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.XML", help="The list as its operator publishes it.")],
    signer: Annotated[
        list[Path] | None,
        typer.Option(
            "--signer", metavar="CERT", help="Whose signature must hold: PEM or DER, from the EU's list of lists."
        ),
    ] = None,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Pin it without checking its signature; every report will say so.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Check a trusted list's signature and pin what it says; it takes the place of an older one of its territory."""
    options: Context = context.obj
    signers = [der for path in signer or () for der in _certificates(path)]
    if bool(signers) is unchecked:
        raise InputError(
            "say who signed the list, or that nobody checks it.", remedy="Give --signer CERT, or else --unchecked."
        )
    content = _read(file)
    with open_office(options, "preparer") as office:
        trusted = read_trusted_list(content, signers, Import(at=office.home.now(), source=file.name))
        pin_list(office.home.settings.home, office.home.database, trusted, deed=office.deed())
    if as_json:
        print_json(_as_json(trusted))
        return
    console().print(_line(trusted), markup=False)
    if unchecked:
        complain("vc-issuer: nobody checked the signature of this list.")


@app.command("list")
@speaking
def show_lists(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List what is pinned: what, when, where from, how far checked."""
    options: Context = context.obj
    with open_home(options) as home:
        lists, now = pinned_lists(home.settings.home), home.now()
    if as_json:
        print_json({"lists": [_as_json(each) for each in lists]})
        return
    for each in lists:
        due = f"; a newer one was due on {each.next_update:%Y-%m-%d}" if each.next_update and each.is_due(now) else ""
        console().print(f"{_line(each)}{due}", markup=False)


def _line(trusted: TrustedList) -> str:
    return f"{trusted.label}: {len(trusted.services)} services kept, {trusted.ignored} of no use here"


def _as_json(trusted: TrustedList) -> dict[str, Any]:
    return {
        "territory": trusted.territory,
        "operator": trusted.operator,
        "sequence": trusted.sequence,
        "issued": trusted.issued.isoformat(),
        "next_update": trusted.next_update.isoformat() if trusted.next_update else None,
        "imported": trusted.imported.isoformat(),
        "source": trusted.source,
        "sha256": trusted.sha256,
        "signer": trusted.signer or None,
        "services": len(trusted.services),
        "ignored": trusted.ignored,
    }


def _certificates(path: Path) -> tuple[bytes, ...]:
    content = _read(path)
    if b"-----BEGIN" in content:
        return certificates_from_pem(content)
    try:
        return (x509.load_der_x509_certificate(content).public_bytes(Encoding.DER),)
    except ValueError as error:
        raise InputError(f"{path} holds no certificate.", remedy="Give one in PEM or DER form.") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error
