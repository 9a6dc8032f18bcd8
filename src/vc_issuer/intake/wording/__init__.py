"""Every sentence about a cohort file, in Dutch and English; a test holds both languages and all facts complete."""

from vc_issuer.intake.wording.files import COLUMNS, FILE
from vc_issuer.intake.wording.people import COHORT, NAMES
from vc_issuer.intake.wording.shape import Wording
from vc_issuer.intake.wording.values import CELLS, DATES, MARKS

WORDINGS: dict[str, Wording] = {**FILE, **COLUMNS, **CELLS, **MARKS, **DATES, **NAMES, **COHORT}
