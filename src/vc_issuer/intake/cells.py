"""Reading marks, words for a result, routes, attempts, languages and credits; nothing is rounded or guessed."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from vc_issuer.intake.headings import MAX_COMPARED_CHARACTERS, fold_heading
from vc_issuer.intake.problems import Fault, Reading
from vc_issuer.intake.tabular import cell_text
from vc_issuer.intake.workbook import Cell
from vc_issuer.model.grading import GradingScheme, plain
from vc_issuer.model.offering import Component
from vc_issuer.model.record import EnrolmentRoute, ResultStatus

MAX_ATTEMPT = 9

STATUS_WORDS: dict[ResultStatus, tuple[str, ...]] = {
    ResultStatus.PASSED: ("geslaagd", "pass", "passed", "voldaan", "g", "behaald"),
    ResultStatus.FAILED: ("niet geslaagd", "fail", "failed", "ng", "niet voldaan", "niet behaald", "not passed"),
    ResultStatus.TOLERATED: (
        *("getolereerd", "gedelibereerd", "tolerated", "compensated", "gecompenseerd", "condoned", "tol"),
        "deliberated",
    ),
    ResultStatus.EXEMPTED: ("vrijgesteld", "vrij", "exempt", "exempted", "vrijstelling", "exemption"),
    ResultStatus.ABSENT: ("afwezig", "absent", "afw", "niet afgelegd", "a"),
}
ROUTE_WORDS: dict[EnrolmentRoute, tuple[str, ...]] = {
    EnrolmentRoute.CREDIT_CONTRACT: ("creditcontract", "credit-contract", "cc"),
    EnrolmentRoute.EXAM_CONTRACT: ("examencontract", "exam-contract", "ec"),
    EnrolmentRoute.DIPLOMA_CONTRACT: ("diplomacontract", "diploma-contract", "dc", "degree contract"),
    EnrolmentRoute.MC_CONTRACT: (
        *("micro-credentialcontract", "mc-contract", "micro-credential contract", "microcredentialcontract"),
        "mc contract",
    ),
    EnrolmentRoute.PERMANENT_TRAINING: (
        *("permanente vorming", "permanent-training", "continuing training", "postacademische vorming"),
        *("levenslang leren", "lifelong learning", "pv"),
    ),
}
LANGUAGE_WORDS: dict[str, tuple[str, ...]] = {
    "nl": ("nederlands", "dutch", "ned"),
    "en": ("engels", "english", "eng"),
    "fr": ("frans", "french", "francais"),
    "de": ("duits", "german", "deutsch"),
    "es": ("spaans", "spanish", "espanol"),
    "it": ("italiaans", "italian", "italiano"),
    "da": ("deens", "danish", "dansk"),
    "bg": ("bulgaars", "bulgarian"),
    "el": ("grieks", "greek"),
}

_MARK = re.compile(r"([+-]?[0-9]{1,8}(?:[.,][0-9]{1,8})?)(?:\s*/\s*([0-9]{1,4}))?(?:\s*([^\W\d][^\d]{0,30}))?")
_CREDITS = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,4})?", re.ASCII)
_ATTEMPT = re.compile(
    r"(?:kans |poging |attempt |chance )?([1-9])(?:e|ste|de|st|nd|rd|th)?"
    r"(?: (?:zittijd|kans|examenkans|chance|attempt|session))?"
)
_ORDINALS = {"eerste": 1, "first": 1, "tweede": 2, "second": 2, "derde": 3, "third": 3}
_STATUSES = {fold_heading(word): status for status, words in STATUS_WORDS.items() for word in words}
_ROUTES = {fold_heading(word): route for route, words in ROUTE_WORDS.items() for word in words}
_LANGUAGES = {fold_heading(word): code for code, words in LANGUAGE_WORDS.items() for word in words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark as it was written, on its own scale; with `honours` where the scale knows them."""

    value: Decimal
    honours: bool = False


def known_statuses() -> str:
    """Name one Dutch and one English word for each status, for a remedy."""
    return ", ".join(f"{words[0]} ({words[1]})" for words in STATUS_WORDS.values())


def known_routes() -> str:
    """Name one Dutch and one English word for each route, for a remedy."""
    return ", ".join(f"{words[0]} ({words[1]})" for words in ROUTE_WORDS.values())


def nearest(text: str, known: Iterable[str]) -> str:
    """Return the known name that is nearest to what was written."""
    by_fold = {fold_heading(name): name for name in known}
    close = difflib.get_close_matches(fold_heading(text)[:MAX_COMPARED_CHARACTERS], list(by_fold), n=1, cutoff=0.0)
    return by_fold[close[0]] if close else ""


def read_status(cell: Cell) -> Reading[ResultStatus]:
    """Read a word for what became of a component; an empty cell gives no value and no fault."""
    text = cell_text(cell).strip()
    if not text:
        return Reading()
    status = _STATUSES.get(fold_heading(text))
    return Reading(status) if status else Reading(None, (Fault.of("status-unknown", known=known_statuses()),))


def read_mark(cell: Cell, component: Component) -> Reading[Mark | ResultStatus]:
    """Read a mark on the component's own scale, or a word that stands where a mark would.

    Accepts a decimal comma or point, U+2212 as a minus, the scale's maximum behind a slash, and the scale's honours.
    """
    text = cell_text(cell).strip().replace("\u2212", "-")
    if not text:
        return Reading()
    if (status := _STATUSES.get(fold_heading(text))) is not None:
        return Reading(status)
    matched = _MARK.fullmatch(text)
    if matched is None:
        return Reading(None, (Fault.of("mark-unreadable", known=known_statuses()),))
    scheme = component.grading
    if scheme is None or not scheme.numeric:
        return Reading(None, (Fault.of("mark-not-numeric", component=component.code),))
    mark = Mark(value=_canonical(Decimal(matched[1].replace(",", "."))), honours=bool(matched[3]))
    fault = _check_mark(mark.value, matched[2], component, scheme)
    if fault is None and mark.honours:
        fault = _check_honours(mark.value, matched[3], component, scheme)
    return Reading(None, (fault,)) if fault else Reading(mark)


def _check_honours(mark: Decimal, word: str, component: Component, scheme: GradingScheme) -> Fault | None:
    """Refuse honours that the scale doesn't know, or that stand behind any mark but the best."""
    known = scheme.honours.casefold()
    last = known.split()[-1] if known else ""
    if not known or word.strip().casefold() not in {known, last, last[0], f"con {last}", "cum laude"}:
        return Fault.of("mark-unreadable", known=known_statuses())
    if mark != scheme.best:
        return Fault.of("mark-honours", component=component.code, best=plain(scheme.best or mark), word=scheme.honours)
    return None


def _check_mark(mark: Decimal, out_of: str | None, component: Component, scheme: GradingScheme) -> Fault | None:
    low, high = scheme.minimum, scheme.maximum
    if out_of is not None and (high is None or Decimal(out_of) != high):
        return Fault.of("mark-out-of", component=component.code, high=_plain(high), given=out_of)
    if (low is not None and mark < low) or (high is not None and mark > high):
        return Fault.of("mark-range", component=component.code, low=_plain(low), high=_plain(high))
    if scheme.values:
        known = ", ".join(scheme.values)
        is_known = any(Decimal(value) == mark for value in scheme.values)
        return None if is_known else Fault.of("mark-value", component=component.code, known=known)
    if scheme.step and (mark - (low or 0)) % scheme.step:
        return Fault.of("mark-step", component=component.code, step=plain(scheme.step))
    return None


def decide_status(mark: Decimal | None, status: ResultStatus | None, component: Component) -> Reading[ResultStatus]:
    """Bring mark and word together; where they contradict each other, nobody guesses which is right."""
    scheme = component.grading
    if mark is None:
        return _without_mark(status, component)
    if status in {ResultStatus.EXEMPTED, ResultStatus.ABSENT}:
        return Reading(None, (Fault("status-with-mark"),))
    if scheme is None or scheme.pass_mark is None:
        known = Fault.of("result-missing", known=known_statuses())
        return Reading(status) if status else Reading(None, (known,))
    passing = scheme.passes(mark)
    if status is None:
        return Reading(ResultStatus.PASSED if passing else ResultStatus.FAILED)
    if passing is not (status is ResultStatus.PASSED):
        fault = Fault.of("status-contradicts", component=component.code, pass_mark=plain(scheme.pass_mark))
        return Reading(None, (fault,))
    return Reading(status)


def _without_mark(status: ResultStatus | None, component: Component) -> Reading[ResultStatus]:
    if status is None:
        return Reading(None, (Fault.of("result-missing", known=known_statuses()),))
    scheme = component.grading
    if status is ResultStatus.PASSED and scheme is not None and scheme.numeric:
        fault = Fault.of(
            "mark-needed", component=component.code, low=_plain(scheme.minimum), high=_plain(scheme.maximum)
        )
        return Reading(None, (fault,))
    return Reading(status)


def read_route(cell: Cell) -> Reading[EnrolmentRoute]:
    """Read under which contract the learner was enrolled; an empty cell gives no value and no fault."""
    text = cell_text(cell).strip()
    if not text:
        return Reading()
    route = _ROUTES.get(fold_heading(text))
    return Reading(route) if route else Reading(None, (Fault.of("route-unknown", known=known_routes()),))


def read_attempt(cell: Cell) -> Reading[int]:
    """Read the exam chance, 1 where the cell is empty."""
    text = cell_text(cell).strip().casefold()
    if not text:
        return Reading(1)
    if (ordinal := _ORDINALS.get(text.split()[0])) is not None:
        return Reading(ordinal)
    matched = _ATTEMPT.fullmatch(text)
    return Reading(int(matched[1])) if matched else Reading(None, (Fault.of("attempt-unknown", limit=MAX_ATTEMPT),))


def read_language(cell: Cell, languages: tuple[str, ...]) -> Reading[str]:
    """Read the language of a learner's group, which only a run with several languages needs."""
    text = cell_text(cell).strip().casefold()
    code = _LANGUAGES.get(fold_heading(text), text)
    if len(languages) < 2 and not code:
        return Reading("".join(languages))
    if code in languages:
        return Reading(code)
    return Reading(None, (Fault.of("language-unknown" if code else "language-needed", known=", ".join(languages)),))


def check_ects(cell: Cell, component: Component) -> Fault | None:
    """Compare the file's credits with the offering's; the offering's are the ones that are issued."""
    text = cell_text(cell).strip()
    if not text:
        return None
    if not _CREDITS.fullmatch(text):
        return Fault.of("ects-unreadable", expected=plain(component.ects))
    if Decimal(text.replace(",", ".")) != component.ects:
        return Fault.of("ects-differs", component=component.code, expected=plain(component.ects))
    return None


def _plain(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _canonical(number: Decimal) -> Decimal:
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()
