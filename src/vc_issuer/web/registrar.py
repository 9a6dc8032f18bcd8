"""The registrar's console: what stands in the office, and what an account may do with a batch (threats T6, T9).

Every act goes through the office, under the account that is signed in; what is refused is said on the batch's page.
What needs the command line, such as publishing and signing without workers, is named with its command.
"""

import re
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vc_issuer.errors import NotFoundError, RuleError, VcIssuerError
from vc_issuer.model.batch import BatchState
from vc_issuer.web.auth import CONSOLE, Door, Visit
from vc_issuer.web.console_pages import ConsolePages
from vc_issuer.web.importing import IMPORT, Importing
from vc_issuer.web.pages import Pages
from vc_issuer.web.signed_facts import sample_groups
from vc_issuer.web.wording import sayer
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.office import Office
from vc_issuer.wiring.overview import Overview, batch_lines, findings_of, overview_of

BATCH = CONSOLE + "/batches/{batch_id}"
SIGNERS = frozenset({"preparer", "approver", "signer"})
_BATCH_ID = re.compile(r"B-[0-9]{4}-[0-9]{4,9}")
ROWS_SHOWN = 30  # of a finding; the rest is counted
MOST_PREPARED = 500  # rows, in the seconds that a browser and a proxy wait
STEPS = ("draft", "prepared", "approved", "signed", "published")


def console_router(home: Home, pages: Pages) -> APIRouter:
    """Return the routes of the console; none of them is part of the described interface."""
    door = Door(home, pages)
    console_pages = ConsolePages(pages)
    console, importing = Console(home, console_pages), Importing(home, console_pages)
    router = APIRouter(include_in_schema=False)
    router.include_router(door.routes())
    for path in (CONSOLE, CONSOLE + "/"):
        router.get(path)(door.page(console.batches))
    router.get(BATCH)(door.page(console.batch))
    router.get(BATCH + "/findings")(door.page(console.findings))
    router.get(IMPORT)(door.page(importing.page))
    router.post(IMPORT)(door.upload(importing.take))
    acts = {
        "prepare": console.prepare,
        "review": console.review,
        "approve": console.approve,
        "draft": console.draft,
        "sign": console.sign,
        "pause": console.pause,
        "resume": console.resume,
    }
    for name, act in acts.items():
        router.post(f"{BATCH}/{name}")(door.act(act))
        # Whoever comes here by an address, such as that of another language, is led to the batch.
        router.get(f"{BATCH}/{name}")(door.page(console.lead_to_batch))
    return router


class Console:
    """The pages and acts of the console."""

    def __init__(self, home: Home, pages: ConsolePages) -> None:
        self._home = home
        self._pages = pages

    def batches(self, visit: Visit) -> Response:
        """Show every batch."""
        return self._pages.render(visit, "batches.html", here="batches", lines=batch_lines(self._home.database))

    def batch(self, visit: Visit, *, refusal: VcIssuerError | None = None) -> Response:
        """Show one batch, and what may be done with it; `refusal` is why the last act was not done."""
        found = self._overview(visit)
        if visit.request.headers.get("x-fragment") == "progress":
            return self._pages.render(visit, "progress.html", found=found, progress=found.progress)
        may = _may(visit, found)
        status = 409 if refusal else 200
        reason = str(refusal) if refusal else ""
        follow = found.batch.state in {BatchState.APPROVED, BatchState.SIGNING} and not reason
        return self._pages.render(
            visit,
            "batch.html",
            status=status,
            found=found,
            batch=found.batch,
            progress=found.progress,
            may=may,
            steps=STEPS,
            reached=_reached(found),
            refusal=reason,
            follow=follow,
            still="still" in visit.request.query_params,
            has_workers=self._office(visit).has_workers,
        )

    def findings(self, visit: Visit) -> Response:
        """Show what the rules found of a batch's records."""
        batch_id = _batch_id(visit.request)
        found = self._overview(visit)
        lines = findings_of(self._home.database, batch_id)
        return self._pages.render(visit, "findings.html", batch=found.batch, findings=lines, most=ROWS_SHOWN)

    def prepare(self, visit: Visit) -> Response:
        """Fix everything that will be signed; a large batch is prepared on the command line."""

        def prepare(office: Office, batch_id: str) -> None:
            if not _is_small(self._overview(visit)):
                sentence = f"more than {MOST_PREPARED} rows are prepared on the command line."
                raise RuleError(sentence, remedy=f"Prepare them with: vc-issuer batch prepare {batch_id}")
            office.prepare(batch_id)

        return self._act(visit, prepare)

    def review(self, visit: Visit) -> Response:
        """Draw a sample, show it with what is unusual, and offer to approve exactly that."""
        try:
            shown = self._office(visit).review(_batch_id(visit.request))
        except RuleError as error:
            return self.batch(visit, refusal=error)
        language = self._pages.language(visit.request)
        groups = sample_groups(shown.sample, language, sayer(language))
        batch = self._overview(visit).batch
        return self._pages.render(visit, "review.html", review=shown, groups=groups, batch=batch, most=ROWS_SHOWN)

    def approve(self, visit: Visit) -> Response:
        """Approve what the form's digest covers, with the token that came with the sample."""
        fields = visit.fields
        # Never without a token: the office would draw a sample by itself in a test home, and nobody would have seen it.
        seen = (fields.get("looked") == "yes" and fields.get("seen", "")) or "nothing"
        return self._act(visit, lambda office, batch_id: office.approve(batch_id, fields.get("digest", ""), seen))

    def draft(self, visit: Visit) -> Response:
        """Take a batch back to a draft."""
        return self._act(visit, lambda office, batch_id: office.return_to_draft(batch_id))

    def sign(self, visit: Visit) -> Response:
        """Give a batch to the workers, once the password was given again."""

        def start(office: Office, batch_id: str) -> None:
            if not office.has_workers:
                sentence = "this home signs on the command line."
                raise RuleError(sentence, remedy=f"Sign with: vc-issuer batch sign {batch_id}")
            office.prove(visit.fields.get("password", ""))
            office.start_signing(batch_id)

        return self._act(visit, start)

    def pause(self, visit: Visit) -> Response:
        """Let no further chunk begin."""
        return self._act(visit, lambda office, batch_id: office.pause(batch_id))

    def resume(self, visit: Visit) -> Response:
        """Let chunks begin again; workers, who dropped theirs, get them anew."""

        def go_on(office: Office, batch_id: str) -> None:
            if office.has_workers:
                office.prove(visit.fields.get("password", ""))
            office.resume(batch_id)
            if office.has_workers:
                office.start_signing(batch_id)

        return self._act(visit, go_on)

    def lead_to_batch(self, visit: Visit) -> Response:
        """Lead to the batch."""
        return RedirectResponse(self._address(visit), status_code=303)

    def _act(self, visit: Visit, do: Callable[[Office, str], object]) -> Response:
        try:
            do(self._office(visit), _batch_id(visit.request))
        except (RuleError, NotFoundError) as error:
            return self.batch(visit, refusal=error)
        return self.lead_to_batch(visit)

    def _office(self, visit: Visit) -> Office:
        return Office(self._home, visit.who.account)

    def _overview(self, visit: Visit) -> Overview:
        return overview_of(self._home.database, _batch_id(visit.request), now=self._home.now())

    def _address(self, visit: Visit) -> str:
        return f"{CONSOLE}/batches/{_batch_id(visit.request)}{self._pages.query(visit.request)}"


def _may(visit: Visit, found: Overview) -> Mapping[str, bool]:
    """Tell which acts to offer; the office decides once more when one is asked for."""
    batch, roles = found.batch, visit.who.roles
    is_own = visit.who.account in {batch.created_by, batch.prepared_by}
    is_under_way = batch.state is BatchState.SIGNING
    is_stuck = bool(found.progress and found.progress.trouble)
    return {
        "prepare": batch.state is BatchState.DRAFT and "preparer" in roles and _is_small(found),
        "review": batch.state is BatchState.PREPARED and "approver" in roles and not is_own,
        "draft": batch.state in {BatchState.PREPARED, BatchState.APPROVED} and bool({"preparer", "approver"} & roles),
        "sign": (batch.state is BatchState.APPROVED or (is_under_way and is_stuck)) and bool(SIGNERS & roles),
        "pause": is_under_way and batch.paused_at is None and bool(SIGNERS & roles),
        "resume": is_under_way and batch.paused_at is not None and bool(SIGNERS & roles),
        "own": batch.state is BatchState.PREPARED and "approver" in roles and is_own,
    }


def _is_small(found: Overview) -> bool:
    return sum(found.outcomes.values()) <= MOST_PREPARED


def _reached(found: Overview) -> int:
    """Return how many of the steps are done; signing is under way between the third and the fourth."""
    name = "approved" if found.batch.state is BatchState.SIGNING else found.batch.state.value
    return STEPS.index(name) + 1


def _batch_id(request: Request) -> str:
    name = str(request.path_params["batch_id"])
    if not _BATCH_ID.fullmatch(name):
        raise NotFoundError("there is no such batch.", remedy="Look at the list.")
    return name
