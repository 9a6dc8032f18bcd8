"""`verify`: any carrier, one report a file, an exit code that scripts can use (decisions part 7)."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from vc_issuer.cli.checking import (
    AllowHostOption,
    AnchorOption,
    AtOption,
    Checked,
    EndorserOption,
    IssuerOption,
    LogOption,
    OfflineOption,
    ReaderLanguageOption,
    RegistryOption,
    StatusListOption,
    TimeAnchorOption,
    check_files,
    moment_of,
    pins_of,
    reader_language,
    registries_of,
)
from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.output import answering, console, print_json
from vc_issuer.errors import InputError
from vc_issuer.model.report import Outcome, Report, Verdict
from vc_issuer.recognition.answer import reports_with_recognition
from vc_issuer.recognition.awards import all_awards
from vc_issuer.recognition.printing import print_sheets
from vc_issuer.recognition.table import table_of, write_csv, write_xlsx
from vc_issuer.recognition.verdict_words import in_one_line, verdict_words
from vc_issuer.recognition.wording import sayer
from vc_issuer.verification.answer import exit_code

_MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "NO", Outcome.INDETERMINATE: "??"}


@answering
def verify(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="A file of any kind, an https address, or - for standard input."),
    ],
    offline: OfflineOption = False,
    allow_host: AllowHostOption = None,
    registry: RegistryOption = None,
    at: AtOption = "",
    issuer: IssuerOption = None,
    anchor: AnchorOption = None,
    time_anchor: TimeAnchorOption = None,
    status_list: StatusListOption = None,
    log: LogOption = None,
    endorser: EndorserOption = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE.PDF", help="Write the recognition sheets here.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE.CSV|XLSX", help="Write one row an award here.")
    ] = None,
    language: ReaderLanguageOption = "en",
    as_json: JsonFlag = False,
) -> None:
    """Verify files: is each genuine, is it current, and what is it worth.

    Exit code 0: genuine and current. 1: no. 2: unreadable. 3: could not be determined.
    """
    now, spoken = moment_of(at), reader_language(language)
    if table and table.suffix.lower() not in {".csv", ".xlsx"}:
        raise InputError(f"{table} is neither .csv nor .xlsx.", remedy="Name the table's file with one of the two.")
    options: Context = context.obj
    named = pins_of(issuer, anchor, status_list, time_anchor, log, endorser)
    pins = replace(named, hosts=tuple(allow_host or ()), offline=offline, registries=registries_of(registry))
    checked = check_files(options, files, pins, now, spoken)
    if sheet:
        sheet.write_bytes(print_sheets(all_awards(checked.reports), checked.digests, now, spoken))
    if table:
        table.write_bytes(_table(checked, table, now, spoken))
    if as_json:
        print_json(reports_with_recognition(checked.reports, now, spoken))
    else:
        for report in checked.reports:
            _show(report, spoken)
    raise typer.Exit(exit_code(checked.reports))


def _table(checked: Checked, path: Path, now: datetime, language: str) -> bytes:
    table = table_of(all_awards(checked.reports), now, language)
    if path.suffix.lower() == ".csv":
        return write_csv(table, language)
    return write_xlsx(table, sayer(language)("table.title"), now)


def _show(report: Report, language: str) -> None:
    out = console()
    out.print(f"{report.file}: {report.verdict.value}", markup=False)
    if report.other:
        out.print(f"  {in_one_line(verdict_words(report, sayer(language)))}", markup=False)
    # What a file that is not genuine says of itself would only lend it a name.
    if report.summary and report.verdict is not Verdict.NOT_GENUINE:
        issuer = report.issuer.name if report.issuer and report.issuer.name else report.summary.issuer_name
        volume = f", {report.summary.credits} ECTS" if report.summary.credits is not None else ""
        out.print(f"  {report.summary.learner_name}: {report.summary.title}{volume}; {issuer}", markup=False)
        for label in report.summary.quality:
            out.print(f"  stated by the issuer: {label.label}", markup=False)
        for seen in report.endorsements:
            if seen.outcome is Outcome.PASSED:
                out.print(f"  confirmed by {seen.name}: {seen.comment}", markup=False)
    for check in report.checks:
        out.print(
            f"  {_MARKS[check.outcome]} {check.check.number:>2} {check.check.word}: {check.message}", markup=False
        )
