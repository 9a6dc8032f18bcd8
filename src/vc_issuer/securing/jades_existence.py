"""Since when a seal is known to exist: its time-stamps as proofs (ETSI EN 319 102-1 clauses 5.5 and 5.6).

From the outermost inwards: a time-stamp counts if its authority's certificate leads to a pinned anchor and was alive
and not revoked at a moment at which the time-stamp itself is known to exist: now, or the time of an archive time-stamp
that covers it and counts. So a seal outlives its own certificate, and its time-stamps outlive theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

from vc_issuer.errors import InvalidError, VcIssuerError
from vc_issuer.securing.jades_evidence import SealTimeStamp, ValidationData
from vc_issuer.x509 import certificate_facts, find_revocation, verify_chain

AnchorsAt: TypeAlias = Callable[[datetime], Sequence[bytes]]
"""The authorities (DER) that were trusted at a moment: pinned ones always, those of a trusted list while granted."""

SKEW = timedelta(seconds=60)  # between an authority's clock and ours (threat T45)
_PROVE_THE_SEAL = frozenset({"sigTst", "arcTst", "sigRTst"})  # `adoTst` proves the payload, not the seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Existence:
    """Since when a seal is known to exist, by which time-stamp; `doubts` say why the others don't count.

    `time` is None if nothing proves it: then only now is known. `until` is when the proof ends unless it is renewed:
    the end of the outermost time-stamp's certificate.
    """

    time: datetime | None
    doubts: tuple[str, ...]
    until: datetime | None = None


def prove_existence(
    stamps: Sequence[SealTimeStamp], data: ValidationData, anchors_at: AnchorsAt, now: datetime
) -> Existence:
    """Weigh a seal's time-stamps, which stand in their order, under the anchors of their times at `now` (aware UTC)."""
    known_at, until = now, None
    times: list[datetime] = []
    doubts: list[str] = []
    for position in sorted({stamp.position for stamp in stamps}, reverse=True):
        counted: list[datetime] = []
        for stamp in (one for one in stamps if one.position == position):
            try:
                end = _check_stamp(stamp, data, anchors_at(stamp.time), known_at)
            except VcIssuerError as error:
                doubts.append(f"the time-stamp {stamp.kind} of {stamp.time:%Y-%m-%d} doesn't count: {error.message}")
                continue
            until = until or end
            if stamp.kind in _PROVE_THE_SEAL:
                times.append(stamp.time)
            if stamp.kind == "arcTst":
                counted.append(stamp.time)
        # Only what stands before an archive time-stamp is covered by it, so a container's own tokens are not.
        known_at = min([known_at, *counted])
    return Existence(time=min(times, default=None), doubts=tuple(doubts), until=until)


def _check_stamp(stamp: SealTimeStamp, data: ValidationData, anchors: Sequence[bytes], known_at: datetime) -> datetime:
    """Return the end of the certificate of a time-stamp that counts. Raises InvalidError, InconclusiveError."""
    if stamp.time > known_at + SKEW:
        raise InvalidError("it is dated later than what proves it", indication="TIMESTAMP_ORDER_FAILURE")
    others = tuple(dict.fromkeys((*stamp.certificates[1:], *data.certificates)))
    # A token that says a second more than its cover was made by another clock, not in another order.
    moment = max(known_at, stamp.time)
    chain = verify_chain(stamp.certificates[0], others, anchors, moment)
    for certificate, issuer in pairwise(chain):
        told = find_revocation(
            certificate,
            issuer,
            responses=data.responses,
            lists=data.lists,
            others=others,
            at=moment,
        )
        if told is None or told.revoked is None or told.revoked > moment:
            continue
        if not (told.is_harmless and told.revoked > stamp.time):
            raise InvalidError(
                f"its authority's certificate was revoked on {told.revoked:%Y-%m-%d}", indication="REVOKED_NO_POE"
            )
    return certificate_facts(stamp.certificates[0]).not_after
