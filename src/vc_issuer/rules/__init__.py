"""Which documents are due, and what keeps them back: rule profiles as data, evaluated by pure functions."""

from vc_issuer.rules.annex_one import AnnexElement, AnnexReport, ElementState, annex_one
from vc_issuer.rules.evaluate import Evaluator, evaluate
from vc_issuer.rules.offering_rules import check_offering, level_of
from vc_issuer.rules.profile import Profile, load_profile
from vc_issuer.rules.specifications import component_iri, unit_specification, whole_specification

__all__ = [
    "AnnexElement",
    "AnnexReport",
    "ElementState",
    "Evaluator",
    "Profile",
    "annex_one",
    "check_offering",
    "component_iri",
    "evaluate",
    "level_of",
    "load_profile",
    "unit_specification",
    "whole_specification",
]
