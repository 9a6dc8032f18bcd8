"""The log of issuance in the database: leaves and checkpoints are only ever added, in the transaction that secures.

Leaves are numbered from 0. Hashes of whole subtrees of 256 and of 65,536 leaves are kept beside them, so that a proof
from a log of millions costs a few hundred hashes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, insert, select

from vc_issuer.store.bulk import insert_rows
from vc_issuer.store.database import Session
from vc_issuer.store.numbers import reserve_numbers
from vc_issuer.store.tables import log_checkpoints, log_leaves, log_nodes, secured_parts
from vc_issuer.transparency.merkle import Range, full_hash, leaf_hash, range_hash, split

NODE_BITS = 8
_LEVELS = (16, 8)  # subtrees of 2^16 and of 2^8 leaves, the larger first
_SEQUENCE = "log"
_AT_ONCE = 500
_LEAVES_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """A checkpoint as it was signed; `batch_id` is the batch that it closes."""

    size: int
    root: bytes
    batch_id: str
    at: datetime
    content: bytes = field(repr=False)


def append_leaves(session: Session, leaves: Sequence[tuple[str, bytes]]) -> None:
    """Add the leaves of these credentials, in order: (credential id, leaf). Each credential is logged once."""
    if not leaves:
        return
    start = reserve_numbers(session, _SEQUENCE, len(leaves)) - 1
    rows = [
        {"position": start + n, "credential_id": credential_id, "leaf": leaf}
        for n, (credential_id, leaf) in enumerate(leaves)
    ]
    insert_rows(session, log_leaves, rows)
    _keep_nodes(session, start, [leaf_hash(leaf) for _, leaf in leaves])


def _keep_nodes(session: Session, start: int, new: Sequence[bytes]) -> None:
    """Store the hash of every subtree that is whole since the leaves with these hashes came, from `start` on."""
    end = start + len(new)
    for level in reversed(_LEVELS):
        rows = []
        for n in range(start >> level, end >> level):
            first, after = n << level, (n + 1) << level
            if level == NODE_BITS:
                earlier = [leaf_hash(leaf) for _, leaf in leaves_from(session, first, start)]
                root = full_hash([*earlier, *new[max(0, first - start) : after - start]])
            else:
                root = hash_of_range(session, (first, after))
            rows.append({"level": level, "position": n, "hash": root})
        insert_rows(session, log_nodes, rows)


def log_size(session: Session) -> int:
    """Count the leaves."""
    last = session.connection.scalar(select(func.max(log_leaves.c.position)))
    return 0 if last is None else last + 1


def hash_of_range(session: Session, wanted: Range) -> bytes:
    """Return the root over a range of leaves, from kept hashes where there are some."""
    start, end = wanted
    for level in _LEVELS:
        width = 1 << level
        if end - start == width and start % width == 0:
            kept = session.connection.scalar(
                select(log_nodes.c.hash).where(log_nodes.c.level == level, log_nodes.c.position == start >> level)
            )
            if kept is not None:
                return bytes(kept)
        if end - start > width:
            middle = start + split(end - start)
            return range_hash(
                0, 2, [hash_of_range(session, (start, middle)), hash_of_range(session, (middle, end))].__getitem__
            )
    hashes = [leaf_hash(leaf) for _, leaf in leaves_from(session, start, end)]
    return range_hash(0, end - start, hashes.__getitem__)


def leaves_from(session: Session, start: int, end: int) -> Iterator[tuple[str, bytes]]:
    """Give (credential id, leaf) of a range, in order; some are read at a time, however many there are."""
    for first in range(start, end, _LEAVES_AT_ONCE):
        query = (
            select(log_leaves.c.credential_id, log_leaves.c.leaf)
            .where(log_leaves.c.position >= first, log_leaves.c.position < min(first + _LEAVES_AT_ONCE, end))
            .order_by(log_leaves.c.position)
        )
        for row in session.connection.execute(query):
            yield row.credential_id, bytes(row.leaf)


def leaf_places(session: Session, credential_ids: Sequence[str]) -> Mapping[str, tuple[int, bytes]]:
    """Return place and leaf of those of these credentials that are logged."""
    found: dict[str, tuple[int, bytes]] = {}
    for start in range(0, len(credential_ids), _AT_ONCE):
        query = select(log_leaves).where(log_leaves.c.credential_id.in_(credential_ids[start : start + _AT_ONCE]))
        found |= {row.credential_id: (row.position, bytes(row.leaf)) for row in session.connection.execute(query)}
    return found


def unlogged_credentials(session: Session) -> list[str]:
    """Return the ids of credentials that have secured bytes and no leaf."""
    query = (
        select(secured_parts.c.credential_id)
        .outerjoin(log_leaves, log_leaves.c.credential_id == secured_parts.c.credential_id)
        .where(log_leaves.c.credential_id.is_(None))
        .order_by(secured_parts.c.credential_id)
    )
    return list(session.connection.scalars(query))


def keep_checkpoint(session: Session, checkpoint: StoredCheckpoint) -> None:
    """Store a signed checkpoint."""
    row = {
        "size": checkpoint.size,
        "root": checkpoint.root,
        "batch_id": checkpoint.batch_id,
        "at": checkpoint.at,
        "content": checkpoint.content,
    }
    session.connection.execute(insert(log_checkpoints), row)


def all_checkpoints(session: Session) -> tuple[StoredCheckpoint, ...]:
    """Return every checkpoint, the oldest first."""
    rows = session.connection.execute(select(log_checkpoints).order_by(log_checkpoints.c.size))
    return tuple(StoredCheckpoint(**row._asdict()) for row in rows)


def newest_checkpoint(session: Session) -> StoredCheckpoint | None:
    """Return the last checkpoint, or None before the first batch."""
    row = session.connection.execute(select(log_checkpoints).order_by(log_checkpoints.c.size.desc()).limit(1)).first()
    return StoredCheckpoint(**row._asdict()) if row else None


def checkpoint_over(session: Session, position: int) -> StoredCheckpoint | None:
    """Return the first checkpoint that covers a leaf: by then it was logged."""
    query = select(log_checkpoints).where(log_checkpoints.c.size > position).order_by(log_checkpoints.c.size).limit(1)
    row = session.connection.execute(query).first()
    return StoredCheckpoint(**row._asdict()) if row else None
