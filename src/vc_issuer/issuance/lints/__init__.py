"""Every check that a receiving validator is known to make, made before anybody is asked to approve."""

from vc_issuer.issuance.lints.linter import Flaw, find_flaws
from vc_issuer.issuance.lints.subject import LintSubject
from vc_issuer.issuance.lints.table import Lint, Stage, lints

__all__ = ["Flaw", "Lint", "LintSubject", "Stage", "find_flaws", "lints"]
