"""Annex I of Council Recommendation 2022/C 243/02 over any credential that was read, ours or not: 11 + 5 elements."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.recognition.wording import sayer
from vc_issuer.rendering.printout import is_ects


class ElementState(Enum):
    """How far a credential states one element."""

    PRESENT = "present"
    IMPERFECT = "imperfect"  # stated, but not so that a receiver can rely on it: credits of an unnamed system
    IN_PROSE = "in-prose"  # perhaps in the text of the criteria, which no machine reads for this
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element: its id (A1 to A11, O1 to O5), name and state, both with their words."""

    id: str
    name: str
    state: ElementState
    state_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """The elements in the Recommendation's order."""

    elements: tuple[Element, ...]
    sentence: str

    @property
    def mandatory(self) -> int:
        """Count the mandatory elements that are present."""
        return self._present("A")

    @property
    def optional(self) -> int:
        """Count the optional elements that are present."""
        return self._present("O")

    def _present(self, series: str) -> int:
        return _present(self.elements, series)


def completeness(summary: CredentialSummary, language: str) -> Completeness:
    """Return which of the sixteen elements the credential states."""
    say = sayer(language)
    elements = []
    for element_id, check in _CHECKS.items():
        state = check(summary)
        elements.append(
            Element(
                id=element_id,
                name=say(f"annex.{element_id}"),
                state=state,
                state_text=say(f"annex.{state.value}"),
            )
        )
    counts = {"mandatory": _present(tuple(elements), "A"), "optional": _present(tuple(elements), "O")}
    return Completeness(elements=tuple(elements), sentence=say("annex.count", **counts))


def _present(elements: tuple[Element, ...], series: str) -> int:
    return sum(each.id.startswith(series) and each.state is ElementState.PRESENT for each in elements)


def _stated(present: object) -> ElementState:
    return ElementState.PRESENT if present else ElementState.ABSENT


def _stated_or_prose(summary: CredentialSummary, present: object) -> ElementState:
    """Tell whether an element is stated; a badge may hold it in the prose of its criteria instead."""
    if present:
        return ElementState.PRESENT
    # Of badges that this project issued, the criteria are read back line by line: nothing hides there.
    return ElementState.IN_PROSE if summary.criteria and not summary.kind else ElementState.ABSENT


def _workload(summary: CredentialSummary) -> ElementState:
    volume = summary.credits if summary.credits is not None else summary.credits_total
    if (volume is not None and is_ects(summary)) or summary.hours:
        return ElementState.PRESENT
    return ElementState.IMPERFECT if volume is not None else _stated_or_prose(summary, present=False)


_CHECKS: dict[str, Callable[[CredentialSummary], ElementState]] = {
    "A1": lambda summary: _stated(summary.learner_name),
    "A2": lambda summary: _stated(summary.title),
    "A3": lambda summary: _stated(summary.country),
    "A4": lambda summary: _stated(any(summary.awarding_bodies)),
    "A5": lambda summary: _stated(summary.awarded_on or summary.valid_from),
    "A6": lambda summary: _stated_or_prose(summary, summary.outcomes),
    "A7": _workload,
    "A8": lambda summary: _stated_or_prose(summary, summary.eqf or summary.nqf),
    "A9": lambda summary: _stated_or_prose(summary, summary.assessments),
    "A10": lambda summary: _stated_or_prose(summary, summary.mode),
    "A11": lambda summary: _stated_or_prose(summary, summary.quality),
    "O1": lambda summary: _stated_or_prose(summary, summary.prerequisites),
    "O2": lambda summary: _stated_or_prose(summary, summary.supervision),
    "O3": lambda summary: _stated(summary.mark),
    "O4": lambda summary: _stated_or_prose(summary, summary.stackability),
    "O5": lambda summary: _stated(summary.statements or summary.isced),
}
