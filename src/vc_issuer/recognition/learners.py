"""Whether several awards are about one person: a machine may refuse, and may ask, but never guesses."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from vc_issuer.model.credential import CredentialSummary


class Identity(Enum):
    """What the signed identities say together."""

    SAME = "same"
    ASK = "ask"  # nothing contradicts, but the names differ or one is missing: a person has to look
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFinding:
    """The outcome, and a stable code for each reason."""

    outcome: Identity
    reasons: tuple[str, ...]


def compare_learners(summaries: Iterable[CredentialSummary]) -> IdentityFinding:
    """Compare names, birth dates, and the student numbers that one issuer gave."""
    known = list(summaries)
    if len({each.birth_date for each in known if each.birth_date}) > 1:
        return IdentityFinding(outcome=Identity.DIFFERENT, reasons=("birth-dates-differ",))
    numbers: dict[str, set[str]] = {}
    for each in known:
        if each.student_number:
            numbers.setdefault(each.issuer_id, set()).add(each.student_number)
    if any(len(given) > 1 for given in numbers.values()):
        return IdentityFinding(outcome=Identity.DIFFERENT, reasons=("student-numbers-differ",))
    names = {_folded(each.learner_name) for each in known}
    if "" in names:
        return IdentityFinding(outcome=Identity.ASK, reasons=("name-missing",))
    if len(names) > 1:
        return IdentityFinding(outcome=Identity.ASK, reasons=("names-differ",))
    one_number = len(numbers) == 1 and all(each.student_number for each in known)
    only_name = len(known) > 1 and not one_number and not all(each.birth_date for each in known)
    return IdentityFinding(outcome=Identity.SAME, reasons=("name-only",) if only_name else ())


def _folded(name: str) -> str:
    """Fold what people write differently without being others: case, spaces, composition."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
