"""What either format's reader finds around an achievement: scale, reference group, recognised parts, decisions."""

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal

from vc_issuer.model.credential import CredentialSummary, SummaryDistribution, SummaryPart, SummaryScale


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What surrounds an achievement; every member stands in a CredentialSummary under the same name."""

    passed: bool = field(default=False, repr=False)
    scale: SummaryScale | None = None
    distribution: SummaryDistribution | None = None
    credits_recognised: Decimal | None = None
    recognised: tuple[SummaryPart, ...] = ()
    level_indicative: bool = False
    decisions: tuple[str, ...] = ()
    prerequisites: str = ""
    stackability: str = ""
    stackable_into_url: str = ""
    assessed_by: str = ""
    mandate: str = ""
    evidence: tuple[str, ...] = field(default=(), repr=False)
    details: tuple[str, ...] = ()
    picture_caption: str = ""


def with_details(summary: CredentialSummary, details: Details) -> CredentialSummary:
    """Return `summary` with the details in their places."""
    return replace(summary, **{each.name: getattr(details, each.name) for each in fields(details)})
