"""`endorsement`: an agency signs what it says of an achievement; the registrar takes it into the catalogue."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from vc_issuer.cli.checking import EndorserOption
from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_home, open_office
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.errors import InputError, UnreadableError
from vc_issuer.store.endorsements import StoredEndorsement
from vc_issuer.wiring.agency import DID_FILE, Agency, Statement, endorse, make_agency, read_agency
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.endorsing import drop_endorsement, endorsable, list_endorsements, take_endorsement
from vc_issuer.wiring.trusting import Pins

app = typer.Typer(help="Have achievements confirmed by a quality agency.", no_args_is_help=True)
AgencyFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The agency's own folder.")]


@app.command("agency")
@speaking
def agency(
    folder: AgencyFolder,
    did: Annotated[str, typer.Option("--did", help="Its did:web, such as did:web:qa-agency.example.")],
    name: Annotated[str, typer.Option("--name", help="Its legal name.")],
    url: Annotated[str, typer.Option("--url", help="Its public page.")] = "",
) -> None:
    """Make an agency's folder, with a key of its own and the did.json to publish; the agency runs this."""
    make_agency(Agency(folder=folder, did=did, name=name, url=url), now=utc_now())
    console().print(f"{folder}: keep it private; publish {DID_FILE} under {did}.", markup=False)


@app.command("make")
@speaking
def make(
    folder: AgencyFolder,
    subjects: Annotated[list[str], typer.Argument(metavar="ACHIEVEMENT…", help="Ids of achievements (https://…).")],
    comment: Annotated[str, typer.Option("--comment", help="What the agency says, for people.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write the signed files.")],
    title: Annotated[str, typer.Option("--title", help="What it is called.")] = "Quality assurance decision",
    valid_from: Annotated[str, typer.Option("--from", metavar="DATE", help="From when it holds; today.")] = "",
    valid_until: Annotated[str, typer.Option("--until", metavar="DATE", help="Until when it holds.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Sign an endorsement of each achievement; the agency runs this."""
    now = utc_now()
    statement = Statement(
        title=title,
        comment=comment,
        valid_from=_day(valid_from, "--from") or now,
        valid_until=_day(valid_until, "--until"),
    )
    signed = endorse(read_agency(folder), subjects, statement, now=now)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for number, content in enumerate(signed, start=1):
        path = out / f"endorsement-{now:%Y%m%dT%H%M%S}-{number}.json"
        path.write_bytes(content)
        files.append(str(path))
    if as_json:
        print_json({"files": files})
    else:
        for file in files:
            console().print(file, markup=False)


@app.command("subjects")
@speaking
def subjects(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="One offering; all if left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the ids of the achievements that an agency may endorse."""
    options: Context = context.obj
    with open_home(options) as home:
        found = [{"code": own, "version": version, "id": name} for own, version, name in endorsable(home, code)]
    if as_json:
        print_json({"achievements": found})
    else:
        for each in found:
            console().print(each["id"], markup=False)


@app.command("add")
@speaking
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Endorsements as the agency signed them.")],
    endorser: EndorserOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify endorsements and keep them; new badges of those achievements carry them while they hold."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        trust = office.home.trust(Pins(endorsers=tuple(endorser or ())))
        added = [take_endorsement(office, _content(file), trust) for file in files]
    if as_json:
        print_json({"endorsements": [{**_as_json(each), "added": new} for each, new in added]})
        return
    for each, new in added:
        console().print(f"{each.subject}: {'added' if new else 'there already'}", markup=False)


@app.command("list")
@speaking
def list_all(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List every endorsement of the catalogue."""
    options: Context = context.obj
    with open_home(options) as home:
        found = [_as_json(each) for each in list_endorsements(home)]
    if as_json:
        print_json({"endorsements": found})
        return
    for each in found:
        console().print(f"{each['id']}  {each['subject']}  {each['endorser']}  {each['state']}", markup=False)


@app.command("withdraw")
@speaking
def withdraw(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help="From: endorsement list")]
) -> None:
    """Put an endorsement into no more new badges; those issued keep it."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        drop_endorsement(office, name)
    console().print(f"{name}: withdrawn", markup=False)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{file} can't be read: {error.strerror}.", remedy="Check the path.") from error


def _day(text: str, option: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option} {text!r} is no date.", remedy="Write it as 2030-01-31.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _as_json(each: StoredEndorsement) -> dict[str, Any]:
    state = "withdrawn" if each.withdrawn_at else "in force"
    if not each.withdrawn_at and each.valid_until and each.valid_until <= utc_now():
        state = "ended"
    return {
        "id": each.id,
        "subject": each.subject,
        "endorser": each.endorser,
        "valid_from": each.valid_from.isoformat(),
        "valid_until": each.valid_until.isoformat() if each.valid_until else None,
        "state": state,
    }
