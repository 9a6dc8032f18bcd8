"""Have the log's checkpoints time-stamped, each once: ask outside of any transaction, believe nothing, then store.

A batch is signed whether its checkpoint gets a time-stamp or not; what is missing is asked for again later.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from vc_issuer.errors import InvalidError, VcIssuerError
from vc_issuer.model.credential import JsonValue
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Database
from vc_issuer.store.issuance_log import StoredCheckpoint
from vc_issuer.store.log_stamps import StoredStamp, keep_stamp, unstamped_checkpoints
from vc_issuer.store.people import require_role
from vc_issuer.transparency.stamp import TimeAuthorities, verify_authority, verify_stamp

ROLES = ("preparer", "approver", "signer", "registrar")


@dataclass(frozen=True, slots=True, kw_only=True)
class StampReport:
    """How many checkpoints got a time-stamp now; `problems` holds a sentence for each that has none."""

    done: int
    problems: tuple[str, ...]


def stamp_checkpoints(
    database: Database,
    ask: Callable[[bytes], bytes],
    *,
    authorities: TimeAuthorities,
    deed: Deed,
    batch_id: str | None = None,
) -> StampReport:
    """Have every checkpoint without a time-stamp stamped, or that of one batch. Raises RuleError without the role.

    `ask` returns an authority's token over octets; it is called outside of every transaction.
    """
    with database.reading() as session:
        require_role(session, deed.actor, *ROLES)
        due = [each for each in unstamped_checkpoints(session) if batch_id in {None, each.batch_id}]
    done = 0
    for place, checkpoint in enumerate(due):
        try:
            stamp = _asked(checkpoint, ask, authorities)
        except VcIssuerError as error:
            # Whatever hinders one hinders the next: an authority that is away, a wrong anchor.
            missing = [f"the checkpoint of {each.size} entries has no time-stamp: {error}" for each in due[place:]]
            return StampReport(done=done, problems=tuple(missing))
        with database.writing() as session:
            if keep_stamp(session, stamp):
                done += 1
                details: dict[str, JsonValue] = {
                    "size": stamp.size,
                    "time": stamp.time.isoformat(),
                    "token": hashlib.sha256(stamp.token).hexdigest(),
                }
                record_deed(session, deed, "log.stamp", subject=checkpoint.batch_id, details=details)
    return StampReport(done=done, problems=())


def _asked(checkpoint: StoredCheckpoint, ask: Callable[[bytes], bytes], authorities: TimeAuthorities) -> StoredStamp:
    """Return a token that holds, under a pinned anchor. Raises InvalidError, InconclusiveError, UnreadableError."""
    token = ask(checkpoint.content)
    try:
        stamp = verify_stamp(token, checkpoint.content)
        verify_authority(stamp, authorities.anchors_at, authorities.clock())
    except InvalidError as error:
        raise InvalidError(f"the time-stamp that was answered doesn't hold: {error.message}") from error
    return StoredStamp(size=checkpoint.size, time=stamp.time, token=token)
