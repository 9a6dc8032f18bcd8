"""What preparing a batch works with in a home: its catalogue, the rules, the pictures and the letters of its fonts."""

from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache

from vc_issuer.issuance.prepare import PrepareTools
from vc_issuer.model.record import DocumentDue
from vc_issuer.rendering.picture import draw_picture
from vc_issuer.rendering.typefaces import undrawable
from vc_issuer.rules import evaluate, load_profile
from vc_issuer.wiring.home import Home


def prepare_tools(home: Home, issued: datetime) -> PrepareTools:
    """Return the tools of a home for documents that are issued at a moment."""
    name = home.issuer.legal_name

    @lru_cache(maxsize=256)
    def picture(title: str, ects: str, language: str, kind: str) -> bytes:
        return draw_picture(title, issuer=name.best(language), ects=Decimal(ects), language=language, kind=kind)

    def picture_of(due: DocumentDue, language: str) -> bytes:
        specification = due.specification
        title = specification.title.best(language)
        return picture(title, str(specification.ects), language, due.kind.value)

    return PrepareTools(
        offering_of=cache(home.offerings.offering),  # asked for every record
        evaluate=evaluate,
        rule_version=lambda profile: load_profile(profile).version,
        picture=picture_of,
        undrawable=undrawable,
        endorsements=home.endorsements(issued),
    )
