"""Run the lints of one document, stage by stage; an error ends it after its stage."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from vc_issuer.issuance.lints.subject import LintSubject
from vc_issuer.issuance.lints.table import Lint, Stage, lints_of
from vc_issuer.model.credential import FormatName
from vc_issuer.model.record import Severity

# A document with one fault repeated says enough with the first few of them.
MAX_PLACES = 5
BEFORE_SECURING = (Stage.SHAPE, Stage.VALUE, Stage.TERMS, Stage.SCHEMA)
AFTER_SECURING = (Stage.PROOF, Stage.HOLDS)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that a lint found, and where."""

    lint: Lint
    place: str


def find_flaws(subject: LintSubject, name: FormatName, stages: Iterable[Stage]) -> list[Flaw]:
    """Run the lints of these stages over one document and return what they found."""
    found: list[Flaw] = []
    for stage in stages:
        found += _of_stage(subject, name, stage)
        if any(flaw.lint.severity is Severity.ERROR for flaw in found):
            break
    return found


def _of_stage(subject: LintSubject, name: FormatName, stage: Stage) -> Iterator[Flaw]:
    for lint in lints_of(name, stage):
        yield from (Flaw(lint, place) for place in islice(lint.check(subject), MAX_PLACES))
