"""`keys`: the ceremony of the institution's keys, and their public history."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.moments import read_moment
from vc_issuer.cli.opening import open_office
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.config import load_settings
from vc_issuer.errors import InputError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose
from vc_issuer.signers.history import KeyRecord
from vc_issuer.wiring.custody import check_may_change_keys
from vc_issuer.wiring.keymaking import Entry, compromise, import_key, new_key, request_certificate, retire, rotate_key
from vc_issuer.wiring.keys import records_of
from vc_issuer.wiring.office import Office
from vc_issuer.x509 import request_to_pem

app = typer.Typer(help="Make, certify, rotate, retire and take back keys.", no_args_is_help=True)
Purpose = Annotated[KeyPurpose, typer.Argument(help="What the key signs.")]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="The key's id, from: keys list")]
Uri = Annotated[str, typer.Argument(metavar="URI", help="Where the key lies, such as keys new says.")]
Backend = Annotated[
    str, typer.Option("--backend", metavar="URI", help="Where to make it; left out, beside the key in force.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; no personal data.")]


@app.command("list")
@speaking
def list_keys(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List every key ever used, oldest first."""
    options: Context = context.obj
    found = [_as_json(record) for record in records_of(load_settings(options.home))]
    if as_json:
        print_json({"keys": found})
        return
    for each in found:
        console().print(f"{each['purpose']:<10}  {each['algorithm']:<10}  {_end(each):<34}  {each['id']}", markup=False)


@app.command("new")
@speaking
def new(
    context: typer.Context,
    purpose: Purpose,
    backend: Backend = "",
    algorithm: Annotated[KeyAlgorithm | None, typer.Option("--algorithm", help="Another type than the usual.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key; nothing is signed with it before it is brought in by `keys import`."""
    options: Context = context.obj
    with _office(options, "key.new", purpose.value) as office:
        made = new_key(office.home.settings, purpose, now=office.home.now(), backend=backend, algorithm=algorithm)
        office.note_key("key.new", purpose.value, {"uri": made.uri, "algorithm": made.public_key.algorithm.value})
    if as_json:
        print_json({"uri": made.uri, "algorithm": made.public_key.algorithm.value})
    else:
        console().print(made.uri, markup=False)


@app.command("csr")
@speaking
def csr(
    context: typer.Context,
    uri: Uri,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it, as PEM.")] = None,
    common_name: Annotated[str, typer.Option("--name", help="What the seal is called.")] = "",
) -> None:
    """Write a certification request for a seal key, to send to the authority."""
    options: Context = context.obj
    with _office(options, "key.csr", "seal") as office:
        home = office.home
        pem = request_to_pem(request_certificate(home.settings, uri, issuer=home.issuer, common_name=common_name))
        office.note_key("key.csr", "seal", {"uri": uri})
    if out is None:
        console().print(pem.decode(), markup=False, end="")
    else:
        out.write_bytes(pem)
        console().print(f"{out}: written", markup=False)


@app.command("import")
@speaking
def import_one(
    context: typer.Context,
    purpose: Purpose,
    uri: Uri,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="A seal's certificates, PEM, its own first.")
    ] = None,
    reason: Reason = "rotation",
    as_json: JsonFlag = False,
) -> None:
    """Bring a key in force, and retire the one before it."""
    options: Context = context.obj
    with _office(options, "key.import", purpose.value) as office:
        entry = Entry(purpose=purpose, uri=uri, reason=reason, chain=_read(certificate))
        record = import_key(office.home.settings, entry, issuer=office.home.issuer, now=office.home.now())
        office.note_key("key.import", purpose.value, {"key": record.id})
        if purpose is KeyPurpose.STATUS:
            office.sign_lists_anew()
    _say_in_force(record, as_json=as_json)


@app.command("rotate")
@speaking
def rotate(
    context: typer.Context,
    purpose: Purpose,
    backend: Backend = "",
    reason: Reason = "rotation",
    as_json: JsonFlag = False,
) -> None:
    """Make a new key and retire the one in force; a seal takes `new`, `csr` and `import`."""
    options: Context = context.obj
    with _office(options, "key.rotate", purpose.value) as office:
        home = office.home
        record = rotate_key(home.settings, purpose, issuer=home.issuer, now=home.now(), reason=reason, backend=backend)
        office.note_key("key.rotate", purpose.value, {"key": record.id})
        if purpose is KeyPurpose.STATUS:
            office.sign_lists_anew()
    _say_in_force(record, as_json=as_json)


@app.command("retire")
@speaking
def retire_one(context: typer.Context, key_id: KeyId, reason: Reason = "retired") -> None:
    """Let a key end now; what it signed before stays good."""
    options: Context = context.obj
    with _office(options, "key.retire", "key") as office:
        retire(office.home.settings, key_id, now=office.home.now(), reason=reason)
        office.note_key("key.retire", "key", {"key": key_id})
    console().print(f"{key_id}: retired", markup=False)


@app.command("compromise")
@speaking
def compromise_one(
    context: typer.Context,
    key_id: KeyId,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Since when others may have it.")],
    reason: Reason = "compromised",
) -> None:
    """Take a key back for good. What the log held before that time stays good; nothing else that it signed does."""
    options: Context = context.obj
    moment = read_moment(at, "--at")
    with _office(options, "key.compromise", "key") as office:
        compromise(office.home.settings, key_id, at=moment, now=office.home.now(), reason=reason)
        office.note_key("key.compromise", "key", {"key": key_id, "at": moment.isoformat()})
    console().print(
        f"{key_id}: taken back from {moment:%Y-%m-%d %H:%M:%S} UTC on. Make a new one: vc-issuer keys rotate",
        markup=False,
    )


@contextmanager
def _office(options: Context, action: str, subject: str) -> Iterator[Office]:
    """Open the office for a step with keys, to whoever may take it. Raises NotFoundError, RuleError."""
    with open_office(options, "preparer") as office:
        check_may_change_keys(office.home, office.deed(), action, subject)
        yield office


def _say_in_force(record: KeyRecord, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(record))
    else:
        console().print(f"{record.purpose.value}: {record.id} is in force", markup=False)


def _read(path: Path | None) -> bytes:
    try:
        return path.read_bytes() if path else b""
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", remedy="Check the path.") from error


def _end(key: Mapping[str, Any]) -> str:
    if key["revoked"]:
        return f"taken back {key['revoked']}"
    return f"retired {key['expires']}" if key["expires"] else "in force"


def _as_json(record: KeyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "purpose": record.purpose.value,
        "algorithm": record.public_key.algorithm.value,
        "valid_from": record.valid_from.isoformat(),
        "expires": record.expires.isoformat() if record.expires else None,
        "revoked": record.revoked.isoformat() if record.revoked else None,
    }
