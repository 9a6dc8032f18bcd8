"""How one kind of problem is said: what it does, what it is, and how it is put right, in nl and en."""

from typing import NamedTuple

from vc_issuer.model.record import Severity

ERROR = Severity.ERROR
WARNING = Severity.WARNING


class Wording(NamedTuple):
    """How one kind of problem is said, and how it is put right."""

    severity: Severity
    nl: str
    en: str
    remedy_nl: str
    remedy_en: str
