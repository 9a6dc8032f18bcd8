"""`account`: who may act in this home, in which roles, and their passwords."""

import sys
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import acting_account, open_home
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.store.audit import Deed
from vc_issuer.store.people import ROLES, add_account, all_accounts, disable_account
from vc_issuer.wiring.custody import check_may_change_account
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.passwords import set_password

app = typer.Typer(help="Accounts of this home: who may prepare, approve and sign.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="In production, the person's account on this machine.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command("list")
@speaking
def list_accounts(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List every account with its roles."""
    options: Context = context.obj
    with open_home(options) as home, home.database.reading() as session:
        found = all_accounts(session)
    if as_json:
        print_json({"accounts": [{"name": a.name, "roles": list(a.roles), "active": a.active} for a in found]})
        return
    for each in found:
        console().print(f"{each.name:<24}  {'' if each.active else 'disabled, '}{', '.join(each.roles)}", markup=False)


@app.command("add")
@speaking
def add(
    context: typer.Context,
    name: Name,
    roles: Annotated[list[str], typer.Option("--role", help=f"One of {', '.join(ROLES)}; may be given several times.")],
) -> None:
    """Make an account. Once the home has a registrar, only they may.

    Before it can sign in production an account needs a password.
    """
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise InputError(f"there is no role {unknown[0]!r}.", remedy=f"Known are {', '.join(ROLES)}.")
    options: Context = context.obj
    with open_home(options) as home:
        deed = _deed(options, home, "account.add", name)
        with home.database.writing() as session:
            add_account(session, name, roles=roles, deed=deed)
    console().print(f"{name}: {', '.join(roles)}", markup=False)


@app.command("disable")
@speaking
def disable(context: typer.Context, name: Name) -> None:
    """Keep an account from acting; what it did stays."""
    options: Context = context.obj
    with open_home(options) as home:
        deed = _deed(options, home, "account.disable", name)
        with home.database.writing() as session:
            disable_account(session, name, deed=deed)
    console().print(f"{name}: disabled", markup=False)


@app.command("password")
@speaking
def password(context: typer.Context, name: Name, from_input: FromInput = False) -> None:
    """Set an account's password, which signing asks for in production."""
    options: Context = context.obj
    with open_home(options) as home:
        deed = _deed(options, home, "account.password", name)
        set_password(home.database, name, read_password(from_input=from_input, again=True), deed=deed)
    console().print(f"{name}: the password is set", markup=False)


def _deed(options: Context, home: Home, action: str, name: str) -> Deed:
    """Return who changes an account, once they may. Raises NotFoundError, RuleError."""
    deed = Deed(actor=acting_account(options, home, "init"), at=home.now())
    check_may_change_account(home, deed, action, name)
    return deed


def read_password(*, from_input: bool, again: bool = False) -> str:
    """Read a password from standard input, or ask for it on a terminal. Raises InputError where there is none."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("a password is needed, and nobody is there to ask.", remedy="Give it with --password-stdin.")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=again)
    return answer
