"""Whether to believe the certificate of a seal that holds: alive, not revoked, under an anchor, at the proven time.

ETSI EN 319 102-1 clauses 5.3 to 5.6, cut down to what a pinned anchor leaves open. The moment of judgement is the
earliest at which the seal is known to exist; where nothing proves one, it is now, since the sealer's own word for the
time is worth as much as the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.securing.jades import SealFacts, check_seal_trust
from vc_issuer.securing.jades_existence import AnchorsAt, Existence, prove_existence
from vc_issuer.x509 import certificate_facts, find_revocation, revocation_sources

NORM = "ETSI EN 319 102-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealJudgement:
    """A seal with the moment at which it is judged: proven by a time-stamp, or now."""

    facts: SealFacts
    existence: Existence
    moment: datetime

    @property
    def is_proven(self) -> bool:
        """Tell whether a time-stamp proves the moment."""
        return self.existence.time is not None


def judge_seal(facts: SealFacts, time_anchors: AnchorsAt, now: datetime) -> SealJudgement:
    """Find the moment at which to judge a seal, under the anchors of time-stamp authorities that are trusted."""
    existence = prove_existence(facts.time_stamps, facts.data, time_anchors, now)
    return SealJudgement(facts=facts, existence=existence, moment=existence.time or now)


def check_seal_life(judgement: SealJudgement) -> str:
    """Return a sentence if the seal's certificate was alive at the moment. Raises InvalidError, InconclusiveError."""
    facts = judgement.facts
    certificate = certificate_facts(facts.certificates[0])
    if not certificate.not_before <= facts.claimed_time <= certificate.not_after:
        raise InvalidError(
            "the seal was made outside the life of its certificate",
            clause=NORM,
            indication="NOT_YET_VALID" if facts.claimed_time < certificate.not_before else "EXPIRED",
        )
    if judgement.moment > certificate.not_after:
        raise InconclusiveError(
            f"the seal's certificate expired on {certificate.not_after:%Y-%m-%d}, and no time-stamp that is believed "
            f"here proves that the seal existed before{_doubts(judgement)}",
            clause=f"{NORM} clause 5.5",
            indication="OUT_OF_BOUNDS_NO_POE",
        )
    if not judgement.is_proven:
        return f"the seal's certificate is alive until {certificate.not_after:%Y-%m-%d}{_doubts(judgement)}"
    return f"a time-stamp proves the seal since {judgement.moment:%Y-%m-%d %H:%M} UTC, while its certificate was alive"


def check_seal_chain(judgement: SealJudgement, anchors: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the chain from the seal's certificate to a pinned anchor, as it was at the moment.

    Raises InvalidError, and InconclusiveError if no anchor stands above it or a time-stamp would be needed.
    """
    facts, moment = judgement.facts, judgement.moment
    try:
        return check_seal_trust(facts.certificates, anchors, moment, embedded=facts.embedded_certificates)
    except InvalidError as error:
        if judgement.is_proven or error.indication != "OUT_OF_BOUNDS_NO_POE":
            raise
        raise InconclusiveError(
            f"{error.message}, and no time-stamp that is believed here proves an earlier time",
            clause=error.clause,
            indication=error.indication,
        ) from error


def check_seal_revocation(judgement: SealJudgement, chain: Sequence[bytes]) -> str:
    """Return a sentence if no certificate of the chain was revoked at the moment; the anchor itself isn't asked about.

    Raises InconclusiveError if one was, for then the seal may be older or newer than that; and if nobody tells,
    although the certificate names who would.
    """
    sentences = [_told(judgement, certificate, issuer) for certificate, issuer in pairwise(chain)]
    return "; ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def _told(judgement: SealJudgement, certificate: bytes, issuer: bytes) -> str:
    data, moment = judgement.facts.data, judgement.moment
    told = find_revocation(
        certificate, issuer, responses=data.responses, lists=data.lists, others=data.certificates, at=moment
    )
    name = certificate_facts(certificate).common_name
    if told is None:
        if not revocation_sources(certificate).is_named:
            return ""
        raise InconclusiveError(
            f"whether the certificate of {name} was revoked is not told by anything that the seal carries",
            remedy="Ask for the credential at level B-LT or B-LTA.",
            clause=f"{NORM} clause 5.2.6",
            indication="TRY_LATER",
        )
    if told.revoked is None:
        return f"not revoked, as its authority told by {told.source} on {told.told:%Y-%m-%d}"
    if told.revoked > moment and judgement.is_proven:
        return f"revoked on {told.revoked:%Y-%m-%d}, after the seal was time-stamped"
    proof = "before the seal was time-stamped" if judgement.is_proven else "and nothing proves that the seal is older"
    raise InconclusiveError(
        f"the certificate of {name} was revoked on {told.revoked:%Y-%m-%d}, {proof}",
        clause=f"{NORM} clause 5.5",
        indication="REVOKED_NO_POE",
    )


def _doubts(judgement: SealJudgement) -> str:
    doubts = judgement.existence.doubts
    return f" ({doubts[-1]})" if doubts else ""
