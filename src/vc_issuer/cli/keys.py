"""`keys`: verification methods and their history."""

from typing import Annotated, Any

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.config import load_settings
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.signers.history import KeyRecord
from vc_issuer.wiring.homemaking import utc_now
from vc_issuer.wiring.keymaking import retire, rotate_key
from vc_issuer.wiring.keys import records_of

app = typer.Typer(help="List, rotate and retire keys.", no_args_is_help=True)


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
        end = each["revoked"] or each["expires"] or "in force"
        console().print(f"{each['purpose']:<10}  {each['algorithm']:<8}  {end:<25}  {each['id']}", markup=False)


@app.command("rotate")
@speaking
def rotate(
    context: typer.Context,
    purpose: Annotated[KeyPurpose, typer.Argument(help="Which key.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "rotation",
    as_json: JsonFlag = False,
) -> None:
    """Make a new key and retire the one in force."""
    options: Context = context.obj
    record = rotate_key(load_settings(options.home), purpose, now=utc_now(), reason=reason)
    if as_json:
        print_json(_as_json(record))
    else:
        console().print(f"{purpose.value}: {record.id} is in force", markup=False)


@app.command("retire")
@speaking
def retire_one(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, from: keys list")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "retired",
) -> None:
    """Let a key end now; what it signed before stays good."""
    options: Context = context.obj
    retire(load_settings(options.home), key_id, now=utc_now(), reason=reason)
    console().print(f"{key_id}: retired", markup=False)


def _as_json(record: KeyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "purpose": record.purpose.value,
        "algorithm": record.public_key.algorithm.value,
        "valid_from": record.valid_from.isoformat(),
        "expires": record.expires.isoformat() if record.expires else None,
        "revoked": record.revoked.isoformat() if record.revoked else None,
    }
