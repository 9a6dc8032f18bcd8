"""`learner`: what a person may ask of the institution."""

import sys
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_office
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.errors import InputError

app = typer.Typer(help="What learners may ask for.", no_args_is_help=True)
STANDARD_INPUT = "-"


@app.command("erase")
@speaking
def erase(
    context: typer.Context,
    student_number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="The student number; - reads it from standard input.")
    ],
    sure: Annotated[bool, typer.Option("--yes", help="Don't ask: nothing can bring it back.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Revoke and unshare what a person was issued, and shred the key of everything that is known of them."""
    number = sys.stdin.readline().strip() if student_number == STANDARD_INPUT else student_number
    if not sure and not (console().is_terminal and typer.confirm("Erase this person for good?")):
        raise InputError("nothing was erased.", remedy="Say that you are sure: --yes")
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        erased = office.erase(number)
    if as_json:
        print_json({"learner": erased.learner_id, "revoked": erased.revoked})
    else:
        console().print(f"{erased.learner_id}: erased, {erased.revoked} documents revoked", markup=False)
