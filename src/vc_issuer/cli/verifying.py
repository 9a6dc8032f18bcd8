"""`verify`: any carrier, one report a file, an exit code that scripts can use (decisions part 7)."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.config import SETTINGS_FILE
from vc_issuer.errors import InputError
from vc_issuer.model.report import Outcome, Report, Verdict
from vc_issuer.verification.answer import exit_code, reports_as_json
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier, unreadable
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.homemaking import utc_now
from vc_issuer.wiring.trusting import Pins, trust_of_files, verifier_for

_MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "NO", Outcome.INDETERMINATE: "??"}
STANDARD_INPUT = "-"


@speaking
def verify(
    context: typer.Context,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="JSON, JWS, PNG, SVG or PDF; - for standard input.")
    ],
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nothing of the network (nothing is asked as yet).")
    ] = False,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="Judge at this time, such as 2030-01-01T00:00:00Z.")
    ] = "",
    issuer: Annotated[
        list[Path] | None, typer.Option("--issuer", metavar="DID.JSON", help="Trust this issuer's DID document.")
    ] = None,
    anchor: Annotated[
        list[Path] | None, typer.Option("--anchor", metavar="CA.PEM", help="Trust seals under this authority.")
    ] = None,
    status_list: Annotated[
        list[Path] | None, typer.Option("--status-list", metavar="FILE", help="Use this status list.")
    ] = None,
    language: Annotated[str, typer.Option("--lang", help="Language of the summary, nl or en.")] = "en",
    as_json: JsonFlag = False,
) -> None:
    """Verify files: is each genuine, is it current, and if not, why not.

    Exit code 0: genuine and current. 1: no. 2: unreadable. 3: could not be determined.
    """
    del offline  # every look-up is in the home or in the files given
    pins = Pins(did_documents=tuple(issuer or ()), anchors=tuple(anchor or ()), status_lists=tuple(status_list or ()))
    now = _moment(at)
    options: Context = context.obj
    if (options.home / SETTINGS_FILE).is_file():
        home = open_home(options.home)
        try:
            reports = _reports(files, home.trust(pins), now, language)
        finally:
            home.close()
    else:
        reports = _reports(files, trust_of_files(pins), now, language)
    if as_json:
        print_json(reports_as_json(reports))
    else:
        for report in reports:
            _show(report)
    raise typer.Exit(exit_code(reports))


def _reports(files: list[str], trust: TrustStore, now: datetime, language: str) -> list[Report]:
    with verifier_for(trust) as verifier:
        return [_report(verifier, file, now, language) for file in files]


def _report(verifier: Verifier, file: str, now: datetime, language: str) -> Report:
    """Report on one file; one that can't be opened takes nothing away from the others."""
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        return unreadable(file, f"this file can't be opened: {error.strerror}", now)
    return verifier.verify(content, file, now, language)


def _moment(text: str) -> datetime:
    if not text:
        return utc_now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--at {text!r} is no time.", remedy="Write it as 2030-01-01T00:00:00Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(report: Report) -> None:
    out = console()
    out.print(f"{report.file}: {report.verdict.value}", markup=False)
    # What a file that is not genuine says of itself would only lend it a name.
    if report.summary and report.verdict is not Verdict.NOT_GENUINE:
        issuer = report.issuer.name if report.issuer and report.issuer.name else report.summary.issuer_name
        volume = f", {report.summary.credits} ECTS" if report.summary.credits is not None else ""
        out.print(f"  {report.summary.learner_name}: {report.summary.title}{volume}; {issuer}", markup=False)
    for check in report.checks:
        out.print(
            f"  {_MARKS[check.outcome]} {check.check.number:>2} {check.check.word}: {check.message}", markup=False
        )
