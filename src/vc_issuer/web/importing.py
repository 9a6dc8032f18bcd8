"""A cohort from the browser into a draft: every problem at its cell, looked at or stored whole (decisions 4.3)."""

import hashlib

from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.errors import UnreadableError
from vc_issuer.intake.problems import LANGUAGES, UnreadableCohortError
from vc_issuer.web.auth import CONSOLE, MAX_NAME, Upload, Visit
from vc_issuer.web.console_pages import ConsolePages
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.office import ImportOutcome, Office

IMPORT = CONSOLE + "/import"
PROBLEMS_SHOWN = 500


class Importing:
    """The page that takes a cohort file."""

    def __init__(self, home: Home, pages: ConsolePages) -> None:
        self._home = home
        self._pages = pages

    def page(self, visit: Visit) -> Response:
        """Show the form."""
        _check_role(visit)
        return self._answer(visit)

    def take(self, visit: Visit, given: Upload) -> Response:
        """Read a file, and store it if it is to be stored and nothing in it is refused."""
        _check_role(visit)
        language = self._language(visit)
        if not given.content:
            return self._answer(visit, trouble="console.no_file")
        office = Office(self._home, visit.who.account)
        try:
            reading = office.read_cohort(given.content, given.name)
        except UnreadableCohortError as error:
            return self._answer(visit, unreadable=error.problem.sentence(language))
        except UnreadableError as error:
            return self._answer(visit, unreadable=str(error))
        outcome, looks_only = ImportOutcome(reading=reading), visit.fields.get("what") != "store"
        if reading.records and (reading.is_clean or looks_only):
            title = visit.fields.get("title", "").strip() or given.name.rsplit(".", 1)[0]
            sha256 = hashlib.sha256(given.content).hexdigest()
            outcome = office.import_cohort(reading, sha256=sha256, title=title[:MAX_NAME], dry_run=looks_only)
        if outcome.stored:
            address = f"{CONSOLE}/batches/{outcome.batch_id}{self._pages.query(visit.request)}"
            return RedirectResponse(address, status_code=303)
        return self._answer(visit, outcome=outcome)

    def _answer(
        self, visit: Visit, *, outcome: ImportOutcome | None = None, trouble: str = "", unreadable: str = ""
    ) -> Response:
        is_refused = bool(trouble or unreadable or (outcome and not outcome.reading.is_clean))
        return self._pages.render(
            visit,
            "import.html",
            here="import",
            status=422 if is_refused else 200,
            outcome=outcome,
            changes=_changes(outcome),
            trouble=trouble,
            unreadable=unreadable,
            words_language=self._language(visit),
            most=PROBLEMS_SHOWN,
        )

    def _language(self, visit: Visit) -> str:
        """Return the language that problems are said in: the reader's, or English."""
        language = self._pages.language(visit.request)
        return language if language in LANGUAGES else "en"


def _check_role(visit: Visit) -> None:
    if "preparer" not in visit.who.roles:
        raise HTTPException(403, "importing takes an account with the role of preparer")


def _changes(outcome: ImportOutcome | None) -> dict[str, int]:
    """Count what storing would change, by kind; nothing is compared where nothing could be read."""
    if outcome is None or outcome.difference is None:
        return {}
    return {kind.value: count for kind, count in outcome.difference.counts.items() if count}
