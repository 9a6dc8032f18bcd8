"""Reading links to a learner's work: https addresses that name nobody, for whoever holds the credential may follow."""

from vc_issuer.intake.links import is_link, names_somebody
from vc_issuer.intake.problems import Fault, Reading
from vc_issuer.intake.tabular import cell_text
from vc_issuer.intake.workbook import Cell
from vc_issuer.model.parties import Learner

MAX_LINKS = 5  # a portfolio and its parts; more belong on a page of their own


def read_evidence(cell: Cell, learner: Learner) -> Reading[tuple[str, ...]]:
    """Read the links of one row, separated by white space; an empty cell gives none."""
    links = tuple(dict.fromkeys(cell_text(cell).split()))
    if len(links) > MAX_LINKS:
        return Reading(None, (Fault.of("evidence-many", limit=MAX_LINKS),))
    if not all(is_link(link) for link in links):
        return Reading(None, (Fault("evidence-link"),))
    words = (learner.full_name, learner.given_name, learner.family_name, learner.student_number)
    if any(names_somebody(link, words=words) for link in links):
        return Reading(None, (Fault("evidence-personal"),))
    return Reading(links)
