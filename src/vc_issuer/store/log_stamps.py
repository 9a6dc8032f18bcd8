"""The time-stamps of the log's checkpoints in the database: at most one for each, only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select

from vc_issuer.store.database import Session
from vc_issuer.store.issuance_log import StoredCheckpoint
from vc_issuer.store.tables import log_checkpoints, log_stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStamp:
    """A time-stamp token (DER) over the checkpoint of this size; `time` is what the token says."""

    size: int
    time: datetime
    token: bytes = field(repr=False)


def keep_stamp(session: Session, stamp: StoredStamp) -> bool:
    """Store the token of a checkpoint; False, and nothing is stored, if the checkpoint has one already."""
    if find_stamp(session, stamp.size) is not None:
        return False
    session.connection.execute(insert(log_stamps), {"size": stamp.size, "time": stamp.time, "token": stamp.token})
    return True


def find_stamp(session: Session, size: int) -> StoredStamp | None:
    """Return the token of the checkpoint of this size, or None."""
    row = session.connection.execute(select(log_stamps).where(log_stamps.c.size == size)).first()
    return StoredStamp(**row._asdict()) if row else None


def all_stamps(session: Session) -> Mapping[int, StoredStamp]:
    """Return every token by the size of its checkpoint, the oldest first."""
    rows = session.connection.execute(select(log_stamps).order_by(log_stamps.c.size))
    return {row.size: StoredStamp(**row._asdict()) for row in rows}


def unstamped_checkpoints(session: Session) -> tuple[StoredCheckpoint, ...]:
    """Return the checkpoints without a token, the oldest first."""
    query = (
        select(log_checkpoints)
        .outerjoin(log_stamps, log_stamps.c.size == log_checkpoints.c.size)
        .where(log_stamps.c.size.is_(None))
        .order_by(log_checkpoints.c.size)
    )
    return tuple(StoredCheckpoint(**row._asdict()) for row in session.connection.execute(query))
