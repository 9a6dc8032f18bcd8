"""`audit`: the hash-chained log of who did what; ids only, never personal data."""

import json
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_home
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.store.audit import audit_entries, audit_head, verify_audit
from vc_issuer.wiring.keys import check_history

app = typer.Typer(help="Read and check the audit log.", no_args_is_help=True)


@app.command("show")
@speaking
def show(
    context: typer.Context,
    subject: Annotated[str, typer.Option("--about", help="A batch, document, learner or account, by id.")] = "",
    last: Annotated[int, typer.Option("--last", min=1, help="Show so many of the latest entries.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """Show entries, the latest last."""
    options: Context = context.obj
    with open_home(options) as home, home.database.reading() as session:
        found = list(audit_entries(session, subject=subject or None))[-last:]
    if as_json:
        print_json(
            {
                "entries": [
                    {
                        "seq": each.seq,
                        "at": each.at,
                        "actor": each.actor,
                        "action": each.action,
                        "subject": each.subject,
                        "details": dict(each.details),
                        "hash": each.hash,
                    }
                    for each in found
                ]
            }
        )
        return
    for each in found:
        details = json.dumps(each.details, ensure_ascii=False) if each.details else ""
        console().print(
            f"{each.seq:>6}  {each.at[:19]}  {each.actor:<12}  {each.action:<22}  {each.subject}  {details}",
            markup=False,
        )


@app.command("verify")
@speaking
def verify(
    context: typer.Context,
    head: Annotated[
        str, typer.Option("--head", metavar="SEQ:HASH", help="An earlier end of the log that was kept elsewhere.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Check that no entry was altered, taken out or put in, and that the keys' history is the recorded one.

    Exit code 1 if so. Keep the end that is printed elsewhere: only with it a cut-off end is seen.
    """
    options: Context = context.obj
    with open_home(options) as home, home.database.reading() as session:
        length, last = verify_audit(session, head=_head(head)), audit_head(session)
        check_history(home.settings, session)
    end = f"{last.seq}:{last.hash}" if last else ""
    if as_json:
        print_json({"entries": length, "head": end})
    else:
        console().print(f"{length} entries, unbroken. The end: {end}", markup=False)


def _head(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    number, colon, value = text.partition(":")
    if not colon or not number.isdigit():
        raise InputError(f"--head {text[:80]!r} is no end of a log.", remedy="Give what audit verify printed: SEQ:HASH")
    return int(number), value
