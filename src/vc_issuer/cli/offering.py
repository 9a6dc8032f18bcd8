"""`offering check` and `offering add`: a micro-credential against its rule profile and Annex I."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vc_issuer.cli.context import Context, JsonFlag, LanguageOption
from vc_issuer.cli.findings import finding_as_json, language_of, show_findings
from vc_issuer.cli.opening import open_office
from vc_issuer.cli.output import EXIT_NO, EXIT_USAGE, complain, console, print_json, speaking
from vc_issuer.config import SETTINGS_FILE, load_settings
from vc_issuer.errors import InputError
from vc_issuer.model.record import Severity
from vc_issuer.rules import AnnexReport, ElementState, annex_one
from vc_issuer.wiring.office import CheckedOffering, check_offering_file

app = typer.Typer(help="Lint and store micro-credentials.", no_args_is_help=True)
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Offering files (TOML).")]
_ELSEWHERE = "https://catalogue.example"  # where no home says what its own addresses begin with

_STATES = {
    "nl": {
        ElementState.PRESENT: "aanwezig",
        ElementState.AT_ISSUE: "bij uitgifte",
        ElementState.IMPERFECT: "onvolledig",
        ElementState.MISSING: "ontbreekt",
        ElementState.ABSENT: "niet opgegeven",
    },
    "en": {
        ElementState.PRESENT: "present",
        ElementState.AT_ISSUE: "at issue",
        ElementState.IMPERFECT: "imperfect",
        ElementState.MISSING: "missing",
        ElementState.ABSENT: "not given",
    },
}


@app.command("check")
@speaking
def check(context: typer.Context, files: Files, language: LanguageOption = "nl", as_json: JsonFlag = False) -> None:
    """Lint offering files. Exit code 0: nothing blocks; 1: something does; 2: a file can't be read."""
    options: Context = context.obj
    has_home = (options.home / SETTINGS_FILE).is_file()
    base_url = load_settings(options.home).base_url if has_home else _ELSEWHERE
    worst, answers = 0, []
    for file in files:
        try:
            checked = _read(file, base_url)
        except InputError as error:
            worst = max(worst, EXIT_USAGE)
            answers.append({"file": str(file), "problems": list(error.problems) or [str(error)]})
            _show_unreadable(file, error)
            continue
        worst = max(worst, EXIT_NO if checked.blocked else 0)
        answers.append(_as_json(file, checked))
        if not as_json:
            _show(file, checked, language_of(language))
    if as_json:
        print_json({"offerings": answers})
    raise typer.Exit(worst)


@app.command("add")
@speaking
def add(context: typer.Context, files: Files, as_json: JsonFlag = False) -> None:
    """Store versions in the catalogue. A version in use with another text is refused."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        checked = [(file, _read(file, office.home.settings.base_url)) for file in files]
        added = [(each.offering, office.add_offering(each)) for _, each in checked]
    if as_json:
        print_json({"offerings": [{"code": o.code, "version": o.version, "added": new} for o, new in added]})
        return
    for offering, new in added:
        console().print(f"{offering.code} {offering.version}: {'added' if new else 'there already'}", markup=False)


def _read(file: Path, base_url: str) -> CheckedOffering:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}.", remedy="Check the path.") from error
    return check_offering_file(content, filename=file.name, base_url=base_url)


def _show_unreadable(file: Path, error: InputError) -> None:
    complain(f"{file}: {error}")
    for problem in error.problems:
        complain(f"  - {problem}")


def _show(file: Path, checked: CheckedOffering, language: str) -> None:
    out, offering = console(), checked.offering
    out.print(f"{file}: {offering.code} {offering.version}, {offering.title.best(language)}", markup=False)
    show_findings(out, checked.findings, language)
    report = annex_one(offering)
    missing = [e for e in report.elements if e.id.startswith("A") and e.state is ElementState.MISSING]
    out.print(f"  Annex I: {11 - len(missing)}/11", markup=False)
    for element in report.elements:
        state = _STATES[language][element.state]
        reason = f": {element.problem.best(language)}" if element.problem else ""
        out.print(f"    {element.id:>3} {element.name.best(language)}: {state}{reason}", markup=False)


def _as_json(file: Path, checked: CheckedOffering) -> dict[str, Any]:
    offering = checked.offering
    return {
        "file": str(file),
        "code": offering.code,
        "version": offering.version,
        "profile": offering.profile,
        "blocked": checked.blocked,
        "errors": [f.rule for f in checked.findings if f.severity is Severity.ERROR],
        "findings": [finding_as_json(finding) for finding in checked.findings],
        "annex_one": _annex_as_json(annex_one(offering)),
    }


def _annex_as_json(report: AnnexReport) -> list[dict[str, Any]]:
    return [
        {
            "id": element.id,
            "name": element.name.as_dict(),
            "state": element.state.value,
            "problem": element.problem.as_dict() if element.problem else None,
        }
        for element in report.elements
    ]
