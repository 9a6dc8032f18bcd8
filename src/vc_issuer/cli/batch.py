"""`batch`: a cohort from draft to published, and out to files; `sign` may be killed and run again."""

from typing import Annotated, Any

import typer
from rich.console import Console

from vc_issuer.cli.account import read_password
from vc_issuer.cli.context import Context, JsonFlag, LanguageOption
from vc_issuer.cli.exporting import export, print_sealed_pdfs
from vc_issuer.cli.findings import WORDS, language_of
from vc_issuer.cli.moments import read_moment
from vc_issuer.cli.opening import id_of, named_batch, open_home, open_office
from vc_issuer.cli.output import complain, console, print_json, speaking
from vc_issuer.cli.reviewing import review_as_json, show_review
from vc_issuer.cli.signing_bar import signing_bar
from vc_issuer.errors import RuleError
from vc_issuer.issuance.issue import SigningReport
from vc_issuer.issuance.prepare import PrepareReport
from vc_issuer.model.offering import Answer
from vc_issuer.store.batches import Batch, all_batches, get_batch
from vc_issuer.store.documents import document_count
from vc_issuer.store.records import all_records, outcome_counts
from vc_issuer.wiring.office import Office

PasswordFlag = Annotated[
    bool, typer.Option("--password-stdin", help="Read your password from standard input (production asks for it).")
]
app = typer.Typer(help="Prepare, approve, sign and publish batches.", no_args_is_help=True)
BatchArgument = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id, or `last`.")]


@app.command("list")
@speaking
def list_batches(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List every batch, the newest first."""
    options: Context = context.obj
    with open_home(options) as home, home.database.reading() as session:
        found = [_as_json(batch, document_count(session, batch.id)) for batch in all_batches(session)]
    if as_json:
        print_json({"batches": found})
    else:
        for each in found:
            console().print(f"{each['id']}  {each['state']:<9}  {each['documents']:>5}  {each['title']}", markup=False)


@app.command("show")
@speaking
def show(
    context: typer.Context, batch: BatchArgument, language: LanguageOption = "nl", as_json: JsonFlag = False
) -> None:
    """Show one batch: its state, what each record gives, and what keeps a record back."""
    options: Context = context.obj
    with open_home(options) as home, home.database.reading() as session:
        found = get_batch(session, id_of(all_batches(session), batch))
        outcomes = outcome_counts(session, found.id)
        documents = document_count(session, found.id)
        records: list[dict[str, Any]] = [
            {"position": each.position, "record": each.id, "outcome": each.outcome, "findings": list(each.findings)}
            for each in all_records(session, found.id)
            if as_json or each.findings
        ]
    if as_json:
        print_json({**_as_json(found, documents), "outcomes": outcomes, "records": records})
        return
    out, words = console(), WORDS[language_of(language)]
    out.print(f"{found.id}: {found.state.value}, {documents} documents, {found.title}", markup=False)
    if found.digest:
        out.print(f"  digest to approve: {found.digest}", markup=False)
    for record in records:
        place = f"record {record['position']} ({record['record']})"
        for finding in record["findings"]:
            text = finding["message"].get(language_of(language), finding["message"].get("en", ""))
            out.print(f"  {place}: {words[finding['severity']]} {finding['rule']}: {text}", markup=False)


@app.command("answer")
@speaking
def answer(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="The record's id, from: batch show")],
    rule: Annotated[str, typer.Option("--rule", help="The question, such as R5.regular-pt.")],
    value: Annotated[str, typer.Option("--value", help="The answer.")],
    motive: Annotated[str, typer.Option("--motive", help="Why.")],
    role: Annotated[str, typer.Option("--role", help="In which role.")],
    subject: Annotated[str, typer.Option("--subject", help="The component that it is about.")] = "",
) -> None:
    """Answer a question of the rules for one award; then prepare the batch again."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        today = office.home.now().date()
        given = Answer(rule=rule, value=value, motive=motive, role=role, answered_on=today, subject=subject)
        office.answer(record, given)
    console().print("Answered. Prepare the batch again to see what follows.")


@app.command("prepare")
@speaking
def prepare(
    context: typer.Context,
    batch: BatchArgument,
    issued: Annotated[str, typer.Option("--issued", metavar="TIME", help="Valid from; may lie ahead.")] = "",
    processes: Annotated[
        int, typer.Option("--processes", min=0, max=64, help="Worker processes of a large batch; 0 is one a core.")
    ] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Build every document, give it its number and status place, and fix the digest to approve."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        report = office.prepare(
            named_batch(office.home.database, batch),
            issued=read_moment(issued, "--issued") if issued else None,
            processes=processes,
        )
    if as_json:
        print_json(_prepared_as_json(report))
        return
    out = console()
    out.print(f"{report.documents} documents prepared; records: {_counts(report)}", markup=False)
    for kept in report.kept_back:
        rules = ", ".join(dict.fromkeys(finding.rule for finding in kept.findings if finding.severity.value in "EQ"))
        out.print(f"  kept back: record {kept.position} ({rules})", markup=False)
    for rule, count in report.warnings.items():
        out.print(f"  warning: {rule}, {count} times; see: vc-issuer batch show {report.batch_id}", markup=False)
    out.print(f"Digest to approve: {report.digest}")
    out.print(f"Next, by another account: vc-issuer batch approve {report.batch_id}", markup=False)


@app.command("review")
@speaking
def review(context: typer.Context, batch: BatchArgument, as_json: JsonFlag = False) -> None:
    """Show what is unusual about a prepared batch, and a random sample of it; an approval takes the token shown."""
    options: Context = context.obj
    with open_office(options, "approver") as office:
        shown = office.review(named_batch(office.home.database, batch))
    if as_json:
        print_json(review_as_json(shown))
        return
    show_review(shown)
    console().print(
        f"To approve: vc-issuer batch approve {shown.batch_id} --digest {shown.digest} --seen {shown.token}",
        markup=False,
    )


@app.command("approve")
@speaking
def approve(
    context: typer.Context,
    batch: BatchArgument,
    digest: Annotated[str, typer.Option("--digest", help="What was shown; asked for without a terminal.")] = "",
    seen: Annotated[
        str, typer.Option("--seen", metavar="TOKEN", help="What batch review showed with the sample.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Approve exactly what will be signed, after a look at a random sample. The preparer can't."""
    options: Context = context.obj
    with open_office(options, "approver") as office:
        with office.home.database.reading() as session:
            found = get_batch(session, id_of(all_batches(session), batch))
            documents = document_count(session, found.id)
        if not seen and console().is_terminal and not as_json:
            shown = office.review(found.id)
            show_review(shown)
            if not typer.confirm("Approve exactly these?"):
                raise RuleError("nothing was approved.", remedy="Return the batch to draft, or look again.")
            digest, seen = digest or shown.digest, shown.token
        approved = office.approve(found.id, digest or found.digest or "", seen)
    if as_json:
        print_json(_as_json(approved, documents))
    else:
        console().print(f"{approved.id}: approved. Next: vc-issuer batch sign {approved.id}", markup=False)


@app.command("draft")
@speaking
def draft(context: typer.Context, batch: BatchArgument) -> None:
    """Take a prepared or approved batch apart, back to a draft."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        again = office.return_to_draft(named_batch(office.home.database, batch))
    console().print(f"{again.id}: draft", markup=False)


@app.command("sign")
@speaking
def sign(
    context: typer.Context,
    batch: BatchArgument,
    processes: Annotated[
        int, typer.Option("--processes", min=0, max=64, help="Worker processes; 0 chooses by the machine.")
    ] = 1,
    password_stdin: PasswordFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Sign what is unsigned. Killed or stopped, the same command goes on from there."""
    options: Context = context.obj
    with open_office(options, "approver") as office:
        if office.wants_password:
            office.prove(read_password(from_input=password_stdin))
        report = _signed(office, named_batch(office.home.database, batch), processes, as_json=as_json)
    _show_signed(report, as_json=as_json)


@app.command("pause")
@speaking
def pause(context: typer.Context, batch: BatchArgument) -> None:
    """Let no further chunk begin, here or on any worker; those under way are finished and kept."""
    options: Context = context.obj
    with open_office(options, "approver") as office:
        name = named_batch(office.home.database, batch)
        office.pause(name)
    console().print(f"{name}: paused. Go on with: vc-issuer batch resume {name}", markup=False)


@app.command("resume")
@speaking
def resume(
    context: typer.Context,
    batch: BatchArgument,
    processes: Annotated[
        int, typer.Option("--processes", min=0, max=64, help="Worker processes; 0 chooses by the machine.")
    ] = 1,
    password_stdin: PasswordFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Go on with a batch that was paused."""
    options: Context = context.obj
    with open_office(options, "approver") as office:
        name = named_batch(office.home.database, batch)
        if office.wants_password:  # before the pause ends: a wrong password leaves everything as it is
            office.prove(read_password(from_input=password_stdin))
        office.resume(name)
        report = _signed(office, name, processes, as_json=as_json)
    _show_signed(report, as_json=as_json)


def _signed(office: Office, batch_id: str, processes: int, *, as_json: bool) -> SigningReport:
    with signing_bar(office.home, batch_id, Console(stderr=True), shown=not as_json) as progress:
        return office.sign(batch_id, processes=processes, progress=progress, notice=complain)


def _show_signed(report: SigningReport, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "batch": report.batch_id,
                "documents": report.documents,
                "signed_now": report.signed_now,
                "paused": report.is_paused,
            }
        )
    elif report.is_paused:
        console().print(f"{report.batch_id}: paused after {report.signed_now} signatures now.", markup=False)
    else:
        console().print(
            f"{report.batch_id}: {report.documents} documents signed, {report.signed_now} signatures now. "
            f"Next: vc-issuer batch publish {report.batch_id}",
            markup=False,
        )


@app.command("publish")
@speaking
def publish(context: typer.Context, batch: BatchArgument, as_json: JsonFlag = False) -> None:
    """Show a signed batch behind its codes."""
    options: Context = context.obj
    with open_office(options, "preparer") as office:
        published = office.publish(named_batch(office.home.database, batch))
        with office.home.database.reading() as session:
            documents = document_count(session, published.id)
    if as_json:
        print_json(_as_json(published, documents))
    else:
        console().print(f"{published.id}: {documents} documents published", markup=False)


app.command("print")(print_sealed_pdfs)
app.command("export")(export)


def _as_json(batch: Batch, documents: int) -> dict[str, Any]:
    return {
        "id": batch.id,
        "title": batch.title,
        "state": batch.state.value,
        "documents": documents,
        "digest": batch.digest,
        "prepared_by": batch.prepared_by,
        "approved_by": batch.approved_by,
        "issued": batch.issued.isoformat() if batch.issued else None,
    }


def _prepared_as_json(report: PrepareReport) -> dict[str, Any]:
    kept = [
        {"position": each.position, "record": each.record_id, "rules": [finding.rule for finding in each.findings]}
        for each in report.kept_back
    ]
    return {
        "batch": report.batch_id,
        "documents": report.documents,
        "digest": report.digest,
        "issued": report.issued.isoformat(),
        "outcomes": dict(report.outcomes),
        "kept_back": kept,
        "warnings": dict(report.warnings),
    }


def _counts(report: PrepareReport) -> str:
    words = {"due": "with documents", "none": "without", "kept-back": "kept back"}
    return ", ".join(f"{count} {words.get(outcome, outcome)}" for outcome, count in sorted(report.outcomes.items()))
