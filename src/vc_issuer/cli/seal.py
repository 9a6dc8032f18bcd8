"""`seal`: raise seals to a level that lasts, renew them before their proof ends, see how they stand."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.opening import open_home, open_office
from vc_issuer.cli.output import EXIT_UNSURE, complain, console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.issuance.sealing import SealingReport
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.wiring.sealing import home_augmenter, seal_counts

app = typer.Typer(help="Add time-stamps and validation data to seals.", no_args_is_help=True)
_LEVELS = {"T": SealLevel.T, "LT": SealLevel.LT, "LTA": SealLevel.LTA}
_SHOWN_PROBLEMS = 5
Level = Annotated[str, typer.Option("--level", metavar="T|LT|LTA", help="The level to reach; else that of seal.level.")]
JSON_SUFFIX = ".json"


@app.command("augment")
@speaking
def augment(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="BATCH|NUMBER|FILE…", help="Batches, documents, or sealed files.")
    ],
    level: Level = "",
    as_json: JsonFlag = False,
) -> None:
    """Raise seals to a level: a file gets another beside it, what the home holds is served anew and kept as it was."""
    options: Context = context.obj
    wanted = _level(level)
    files = [Path(name) for name in names if Path(name).is_file()]
    stored = [name for name in names if not Path(name).is_file()]
    with open_office(options, "preparer") as office:
        if files:
            goal = wanted or SealLevel(office.home.settings.seal.level)
            augmenter = home_augmenter(office.home)
            written = [_write(file, augmenter.raise_to(_read(file), goal).content, goal) for file in files]
        else:
            written = []
        report = office.augment_seals(stored, wanted) if stored else SealingReport(done=0, problems=())
    _tell(report, [str(path) for path in written], as_json=as_json)


@app.command("renew")
@speaking
def renew(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="BATCH|NUMBER…", help="Only these; else all.")] = None,
    within: Annotated[
        int | None, typer.Option("--within", metavar="DAYS", help="Whose proof ends so soon; else seal.renew_days.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Add an archive time-stamp to every seal of level B-LTA whose proof ends soon. Run it from a timer."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        report = office.renew_seals(names or (), within)
    _tell(report, [], as_json=as_json)


@app.command("show")
@speaking
def show(
    context: typer.Context,
    batches: Annotated[list[str] | None, typer.Argument(metavar="BATCH…", help="Only these; else all.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Count seals by level, with the day on which the first proof ends."""
    options: Context = context.obj
    with open_home(options) as home:
        counts = seal_counts(home, batches or ())
    if as_json:
        print_json({"seals": [_as_json(c.batch_id, c.level, c.seals, c.until) for c in counts]})
        return
    for count in counts:
        until = f"proof until {count.until:%Y-%m-%d}" if count.until else "not time-stamped"
        console().print(f"{count.batch_id}  {count.level:<6} {count.seals:>6}  {until}", markup=False)


def _as_json(batch_id: str, level: str, seals: int, until: datetime | None) -> dict[str, Any]:
    return {"batch": batch_id, "level": level, "seals": seals, "proof_until": until.isoformat() if until else None}


def _level(text: str) -> SealLevel | None:
    short = text.upper().removeprefix("B-")
    if short and short not in _LEVELS:
        raise InputError(f"--level {text!r} is no level.", remedy="Give T, LT or LTA.")
    return _LEVELS.get(short)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}.", remedy="Check the path.") from error


def _write(file: Path, content: bytes, level: SealLevel) -> Path:
    """Write beside `file`, never over it."""
    path = file.with_name(f"{file.name.removesuffix(JSON_SUFFIX)}.{level.value.lower()}{JSON_SUFFIX}")
    if path.exists() and path.read_bytes() != content:
        raise InputError(f"{path} is there already.", remedy="Move it away; nothing is written over.")
    path.write_bytes(content)
    return path


def _tell(report: SealingReport, written: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"done": report.done, "files": written, "problems": list(report.problems)})
    else:
        for path in written:
            console().print(path, markup=False)
        console().print(f"{report.done} seals were added to.", markup=False)
        for problem in report.problems[:_SHOWN_PROBLEMS]:
            complain(f"  - {problem}")
    if report.problems:
        complain(f"vc-issuer: {len(report.problems)} seals stay as they are. The same command goes on from here.")
        raise typer.Exit(EXIT_UNSURE)
