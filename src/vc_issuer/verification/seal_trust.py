"""Who vouches for a seal: an anchor that a person pinned, or a service that a trusted list granted at that time."""

from dataclasses import dataclass
from datetime import datetime

from vc_issuer.errors import InconclusiveError
from vc_issuer.model.trusted_list import ServiceKind
from vc_issuer.securing.jades_trust import SealJudgement, check_seal_chain
from vc_issuer.verification.trust import TrustStore
from vc_issuer.x509 import certificate_facts

_NORM = "ETSI TS 119 615"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """The chain to an anchor, the organisation that its first certificate names, and who says that it counts."""

    chain: tuple[bytes, ...]
    organisation: str
    source: str


def vouch(judgement: SealJudgement, trust: TrustStore, now: datetime) -> Vouched:
    """Find who vouches for a seal. Raises InvalidError, InconclusiveError if nobody does, or no longer did."""
    try:
        chain = check_seal_chain(judgement, trust.anchors_at(judgement.moment))
    except InconclusiveError as error:
        if error.indication == "NO_CERTIFICATE_CHAIN_FOUND":
            _refuse_withdrawn(judgement, trust)
        raise
    return Vouched(
        chain=chain,
        organisation=certificate_facts(chain[0]).organisation,
        source=_source(chain[-1], judgement.moment, trust, now),
    )


def _source(anchor: bytes, moment: datetime, trust: TrustStore, now: datetime) -> str:
    if anchor in trust.anchors:
        return "a pinned anchor"
    listed, service = next(
        (one, service) for one, service in trust.listings(anchor, ServiceKind.SEAL) if service.is_granted_at(moment)
    )
    status = service.status_at(moment)
    since = f"{status.word} since {status.since:%Y-%m-%d}" if status else ""
    due = (
        f"; a newer list was due on {listed.next_update:%Y-%m-%d}" if listed.next_update and listed.is_due(now) else ""
    )
    return f"{service.name} of {service.provider} ({since}; {listed.label}{due})"


def _refuse_withdrawn(judgement: SealJudgement, trust: TrustStore) -> None:
    """Say so if a list knows the authority, but did not grant it at that time."""
    try:
        chain = check_seal_chain(judgement, trust.listed_anchors())
    except InconclusiveError:
        return
    listed, service = trust.listings(chain[-1], ServiceKind.SEAL)[0]
    status = service.status_at(judgement.moment)
    said = f"was {status.word} since {status.since:%Y-%m-%d}" if status else "was not listed yet"
    raise InconclusiveError(
        f"{service.name} of {service.provider} {said} when the seal is judged ({listed.label})",
        clause=f"{_NORM} clause 4.4",
        indication="NO_CERTIFICATE_CHAIN_FOUND",
    )
