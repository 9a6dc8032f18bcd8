"""What preparing a batch works with in a home: its catalogue, the rules, the pictures and the letters of its fonts."""

from datetime import datetime
from functools import cache

from vc_issuer.engine.base import Crew
from vc_issuer.issuance.prepare import PrepareTools
from vc_issuer.issuance.slices import BuildingTools
from vc_issuer.rendering.typefaces import undrawable
from vc_issuer.rules import Evaluator, load_profile
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.pictures import Pictures


def prepare_tools(home: Home, issued: datetime, crew: Crew) -> PrepareTools:
    """Return the tools of a home for documents that are issued at a moment, and that a crew builds."""
    building = BuildingTools(
        picture=Pictures(home.issuer.legal_name), undrawable=undrawable, endorsements=home.endorsements(issued)
    )
    return PrepareTools(
        offering_of=cache(home.offerings.offering),  # asked for every record
        evaluate=Evaluator().evaluate,
        rule_version=lambda profile: load_profile(profile).version,
        building=building,
        crew=crew,
    )
