"""What is wrong with a cohort file: one problem by row, column and value, said in Dutch and English.

Messages and remedies never repeat the cell: it may be personal, and stands in `value` alone, outside every `repr`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vc_issuer.errors import UnreadableError
from vc_issuer.intake.wording import WORDINGS
from vc_issuer.model.record import Severity
from vc_issuer.model.text import LocalizedText

T = TypeVar("T")

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing found in a cohort file.

    `row` counts as a spreadsheet does, from 1 with the headings included; None means the whole file. `column` is
    the heading as the file has it. An ERROR refuses its row (or, without a row of data, the whole import); a
    WARNING is shown.
    """

    code: str
    severity: Severity
    message: LocalizedText
    remedy: LocalizedText
    row: int | None = None
    column: str = ""
    value: str = field(default="", repr=False)

    def sentence(self, language: str) -> str:
        """Say message and remedy in one of the two languages."""
        return f"{self.message.best(language)} {self.remedy.best(language)}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a cell's reader found, before anyone knows in which row and column; `facts` fill the wording."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, **facts: object) -> "Fault":
        """Make a fault with its facts as keywords."""
        return cls(code, tuple((name, str(value)) for name, value in facts.items()))


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A cell's value, or None where it has none or can't be trusted, and what was found on the way."""

    value: T | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the file: a spreadsheet's row number, the column's heading, and the cell as text."""

    row: int | None = None
    column: str = ""
    value: str = field(default="", repr=False)


def severity_of(code: str) -> Severity:
    """Tell whether a problem of this code refuses or warns."""
    return WORDINGS[code].severity


def build_problem(fault: Fault, place: Place) -> Problem:
    """Say a fault at a place, in both languages."""
    wording = WORDINGS[fault.code]
    facts = dict(fault.facts)
    return Problem(
        code=fault.code,
        severity=wording.severity,
        message=LocalizedText.of(nl=wording.nl.format(**facts), en=wording.en.format(**facts)),
        remedy=LocalizedText.of(nl=wording.remedy_nl.format(**facts), en=wording.remedy_en.format(**facts)),
        row=place.row,
        column=place.column,
        value=place.value,
    )


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order problems as a person reads the file: the whole file first, then by row; each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.row or 0))


class UnreadableCohortError(UnreadableError):
    """Refuse a whole file, because it can't be read within the limits; `problem` says so in both languages."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message.best("en"), remedy=problem.remedy.best("en"))
        self.problem = problem


def refuse_file(code: str, **facts: object) -> UnreadableCohortError:
    """Make the error that refuses a whole file."""
    return UnreadableCohortError(build_problem(Fault.of(code, **facts), Place()))
