"""A time-stamp over a checkpoint (RFC 3161): somebody else than the log's keeper says by when it was there; pure.

What is stamped are the octets of the signed note as it is served, its signature line included: the imprint is their
SHA-256 (section 2.4.1). The note states size and root, so whoever has note and token has both proved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.securing.jades_existence import SKEW, AnchorsAt
from vc_issuer.transparency.checkpoint import read_checkpoint
from vc_issuer.x509 import read_time_stamp, verify_chain, verify_time_stamp

MAX_STAMP_BYTES = 32 * 1024  # a token with a chain of four RSA certificates takes a quarter of it
_ORDER = "TIMESTAMP_ORDER_FAILURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointStamp:
    """A token whose own signature holds; `certificates` (DER) begin with its authority's, which nobody trusts yet."""

    time: datetime
    certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAuthorities:
    """The time-stamping authorities that somebody believes, and their clock."""

    anchors_at: AnchorsAt
    clock: Callable[[], datetime]

    def proven_at(self, token: bytes, note: bytes) -> datetime | None:
        """Return since when a note is proved to exist, None if the token's authority is unknown or has ended.

        Raises InvalidError for a token that is false, UnreadableError.
        """
        try:
            stamp = verify_stamp(token, note)
        except InconclusiveError:
            return None
        try:
            verify_authority(stamp, self.anchors_at, self.clock())
        except VcIssuerError:
            return None
        return stamp.time


def verify_stamp(token: bytes, note: bytes) -> CheckpointStamp:
    """Return what a token says of a checkpoint; `verify_authority` says whether its authority is to be believed.

    Raises InvalidError for what is false, InconclusiveError, UnreadableError.
    """
    if len(token) > MAX_STAMP_BYTES:
        raise UnreadableError(f"a time-stamp takes at most {MAX_STAMP_BYTES} bytes here")
    stamp = read_time_stamp(token)
    certificates = verify_time_stamp(stamp, note)
    if stamp.time < read_checkpoint(note)[0].time - SKEW:
        raise InvalidError("it is dated before the checkpoint that it is over", indication=_ORDER)
    return CheckpointStamp(time=stamp.time, certificates=certificates)


def verify_authority(stamp: CheckpointStamp, anchors_at: AnchorsAt, at: datetime) -> None:
    """Return if a pinned anchor stands above the token's authority at `at` (aware UTC).

    Raises InconclusiveError if there is none; InvalidError if the chain is broken or has ended, or if the token is
    dated in the future.
    """
    if stamp.time > at + SKEW:
        raise InvalidError("it is dated in the future", indication=_ORDER)
    leaf, *others = stamp.certificates
    verify_chain(leaf, others, anchors_at(stamp.time), max(at, stamp.time))
