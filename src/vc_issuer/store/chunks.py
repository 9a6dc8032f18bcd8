"""The chunks of a batch that is being signed: planned once, begun before a key is used, finished with their bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from vc_issuer.store.database import Session
from vc_issuer.store.tables import documents, signing_chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A run of document positions, both ends included. `attempts` beyond one tell of crashes."""

    batch_id: str
    number: int
    first: int
    last: int
    attempts: int = 0


def plan_chunks(session: Session, batch_id: str, *, size: int) -> int:
    """Cut a batch into chunks of `size` documents; returns how many."""
    last = session.connection.scalar(select(func.max(documents.c.position)).where(documents.c.batch_id == batch_id))
    starts = range(1, (last or 0) + 1, size)
    rows = [
        {"batch_id": batch_id, "number": n, "first_position": start, "last_position": min(start + size - 1, last or 0)}
        for n, start in enumerate(starts, start=1)
    ]
    if rows:
        session.connection.execute(insert(signing_chunks), rows)
    return len(rows)


def open_chunks(session: Session, batch_id: str) -> Iterator[Chunk]:
    """Give the chunks that are not finished, in order."""
    query = (
        select(signing_chunks)
        .where(signing_chunks.c.batch_id == batch_id, signing_chunks.c.finished_at.is_(None))
        .order_by(signing_chunks.c.number)
    )
    for row in session.connection.execute(query).all():
        yield Chunk(
            batch_id=batch_id,
            number=row.number,
            first=row.first_position,
            last=row.last_position,
            attempts=row.attempts,
        )


def chunk_counts(session: Session, batch_id: str) -> tuple[int, int]:
    """Return how many chunks there are, and how many of them are finished."""
    query = select(func.count(), func.count(signing_chunks.c.finished_at)).where(signing_chunks.c.batch_id == batch_id)
    total, finished = session.connection.execute(query).one()
    return total, finished


def begin_chunk(session: Session, chunk: Chunk, *, now: datetime) -> None:
    """Note, before a key is used, that this chunk is being signed."""
    session.connection.execute(
        update(signing_chunks).where(_is(chunk)).values(attempts=signing_chunks.c.attempts + 1, started_at=now)
    )


def finish_chunk(session: Session, chunk: Chunk, *, now: datetime) -> None:
    """Note, in the transaction that stores its bytes, that this chunk is done."""
    session.connection.execute(update(signing_chunks).where(_is(chunk)).values(finished_at=now))


def _is(chunk: Chunk) -> ColumnElement[bool]:
    return and_(signing_chunks.c.batch_id == chunk.batch_id, signing_chunks.c.number == chunk.number)
