"""`import`: a cohort's results into a draft, every problem at its cell, nothing doubled (decisions 4.3)."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from vc_issuer.cli.context import Context, JsonFlag, LanguageOption
from vc_issuer.cli.findings import language_of
from vc_issuer.cli.opening import open_office
from vc_issuer.cli.output import EXIT_NO, complain, console, print_json, speaking
from vc_issuer.errors import InputError
from vc_issuer.intake.cohort import CohortReading
from vc_issuer.intake.diff import ChangeKind, CohortDifference
from vc_issuer.intake.export import problem_members, write_problems_text, write_refused_rows
from vc_issuer.wiring.office import ImportOutcome

_SAID = (
    (ChangeKind.NEW, "new"),
    (ChangeKind.CHANGED, "changed"),
    (ChangeKind.UNCHANGED, "unchanged"),
    (ChangeKind.MISSING, "not in this file, kept"),
    (ChangeKind.OLDER, "older than what is known, left out"),
)


@speaking
def import_cohort(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A cohort, .csv or .xlsx.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and store nothing.")] = False,
    accept_good_rows: Annotated[
        bool, typer.Option("--accept-good-rows", help="Store the good rows, and write the refused ones to a file.")
    ] = False,
    title: Annotated[str, typer.Option("--title", help="What the batch is called; the file's name if left out.")] = "",
    language: LanguageOption = "nl",
    as_json: JsonFlag = False,
) -> None:
    """Import a cohort's results. Exit code 0: stored (or would be); 1: rows are refused; 2: unreadable."""
    options: Context = context.obj
    content = _read(file)
    with open_office(options, "preparer") as office:
        reading = office.read_cohort(content, file.name)
        refused = bool(reading.errors)
        outcome = ImportOutcome(reading=reading)
        if reading.records and (not refused or accept_good_rows or dry_run):
            outcome = office.import_cohort(
                reading,
                sha256=hashlib.sha256(content).hexdigest(),
                title=title or file.stem,
                dry_run=dry_run,
            )
    written = _write_refused(file, reading, language) if refused and accept_good_rows and not dry_run else None
    if as_json:
        print_json(_as_json(outcome, written))
    else:
        _show(outcome, language_of(language), written, dry_run=dry_run)
    raise typer.Exit(EXIT_NO if refused and not (accept_good_rows and outcome.stored) else 0)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}.", remedy="Check the path.") from error


def _write_refused(file: Path, reading: CohortReading, language: str) -> Path:
    path = file.with_name(f"{file.stem}.refused.csv")
    path.write_bytes(write_refused_rows(reading, language=language_of(language)))
    return path


def _counts(difference: CohortDifference | None) -> dict[str, int]:
    return {kind.value: difference.counts[kind] for kind, _ in _SAID} if difference else {}


def _show(outcome: ImportOutcome, language: str, written: Path | None, *, dry_run: bool) -> None:
    reading = outcome.reading
    if reading.problems:
        complain(write_problems_text(reading.problems, language=language))
    out = console()
    rows, learners, refused = reading.row_count, len(reading.records), len(reading.refused_rows)
    out.print(f"Rows: {rows}. Learners: {learners}. Rows refused: {refused}.")
    counts = _counts(outcome.difference)
    for kind, words in _SAID:
        if counts.get(kind.value):
            out.print(f"  {counts[kind.value]} results {words}")
    if written:
        out.print(f"Refused rows: {written}", markup=False)
    if dry_run:
        out.print("Nothing was stored.")
    elif outcome.stored:
        out.print(f"Draft batch {outcome.batch_id}. Next: vc-issuer batch prepare {outcome.batch_id}", markup=False)
    elif outcome.difference is not None:
        out.print(f"Batch {outcome.batch_id} holds exactly this already; nothing was stored.", markup=False)
    else:
        out.print("Nothing was stored. Mend the rows, or add --accept-good-rows.")


def _as_json(outcome: ImportOutcome, written: Path | None) -> dict[str, Any]:
    reading = outcome.reading
    return {
        "batch": outcome.batch_id,
        "rows": reading.row_count,
        "learners": len(reading.records),
        "refused_rows": len(reading.refused_rows),
        "refused_file": str(written) if written else None,
        "stored": outcome.stored is not None,
        "difference": _counts(outcome.difference),
        "problems": [problem_members(problem) for problem in reading.problems],
    }
