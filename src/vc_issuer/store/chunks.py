"""The chunks of a batch that is being signed: planned once, begun before a key is used, finished with their bytes.

Each attempt at a chunk has a number. Whoever began an attempt that another has overtaken can't finish it: a worker
that was taken for dead and comes back stores nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, select, update

from vc_issuer.model.batch import portions
from vc_issuer.store.database import Session
from vc_issuer.store.tables import UtcDateTime, batches, documents, signing_chunks

MAX_TROUBLE = 400
_ENOUGH_CHUNKS = 32  # for several processes to be busy
_SIZE = signing_chunks.c.last_position - signing_chunks.c.first_position + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A run of document positions, both ends included. `attempts` beyond one tell of crashes."""

    batch_id: str
    number: int
    first: int
    last: int
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkCounts:
    """How far a batch is. `trouble` is the sentence of the first chunk whose last attempt failed for good."""

    total: int
    finished: int
    is_paused: bool
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was done of late: so many documents, in chunks of which the first began at `since`."""

    documents: int
    since: datetime


def plan_chunks(session: Session, batch_id: str, *, most: int) -> int:
    """Cut a batch into chunks of at most `most` documents, fewer where all have enough to do; returns how many."""
    query = select(func.max(documents.c.position)).where(documents.c.batch_id == batch_id)
    last = session.connection.scalar(query) or 0
    rows = [
        {"batch_id": batch_id, "number": number, "first_position": before + 1, "last_position": before + size}
        for number, (before, size) in enumerate(portions(last, most=most, parts=_ENOUGH_CHUNKS), start=1)
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
        yield _chunk(row)


def chunk_counts(session: Session, batch_id: str) -> ChunkCounts:
    """Return how many chunks there are, how many of them are finished, and what keeps the others."""
    of_batch = signing_chunks.c.batch_id == batch_id
    counts = select(func.count(), func.count(signing_chunks.c.finished_at)).where(of_batch)
    total, finished = session.connection.execute(counts).one()
    trouble = (
        select(signing_chunks.c.trouble)
        .where(of_batch, signing_chunks.c.trouble.is_not(None), signing_chunks.c.finished_at.is_(None))
        .order_by(signing_chunks.c.number)
    )
    return ChunkCounts(
        total=total,
        finished=finished,
        is_paused=_is_paused(session, batch_id),
        trouble=session.connection.scalar(trouble.limit(1)) or "",
    )


def signed_count(session: Session, batch_id: str) -> int:
    """Count the documents of the finished chunks."""
    query = select(func.sum(_SIZE)).where(
        signing_chunks.c.batch_id == batch_id, signing_chunks.c.finished_at.is_not(None)
    )
    return session.connection.scalar(query) or 0


def recent_pace(session: Session, batch_id: str, *, last: int) -> Pace | None:
    """Return the pace of the `last` chunks that were finished; None before the first one."""
    recent = (
        select(_SIZE.label("size"), signing_chunks.c.started_at)
        .where(signing_chunks.c.batch_id == batch_id, signing_chunks.c.finished_at.is_not(None))
        .order_by(signing_chunks.c.finished_at.desc(), signing_chunks.c.number.desc())
        .limit(last)
        .subquery()
    )
    documents_done, since = session.connection.execute(
        select(func.sum(recent.c.size), func.min(recent.c.started_at, type_=UtcDateTime))
    ).one()
    return Pace(documents=documents_done, since=since) if documents_done else None


def begin_chunk(session: Session, batch_id: str, number: int, *, now: datetime) -> Chunk | None:
    """Note, before a key is used, that this chunk is being signed; None if it is finished, or its batch is paused."""
    if _is_paused(session, batch_id):
        return None
    begun = (
        update(signing_chunks)
        .where(_is(batch_id, number), signing_chunks.c.finished_at.is_(None))
        .values(attempts=signing_chunks.c.attempts + 1, started_at=now, trouble=None)
        .returning(*signing_chunks.c)
    )
    row = session.connection.execute(begun).first()
    return _chunk(row) if row else None


def finish_chunk(session: Session, chunk: Chunk, *, now: datetime) -> bool:
    """Note, in the transaction that stores its bytes, that this attempt is done; False if another overtook it."""
    finished = (
        update(signing_chunks)
        .where(_is(chunk.batch_id, chunk.number))
        .where(signing_chunks.c.attempts == chunk.attempts, signing_chunks.c.finished_at.is_(None))
        .values(finished_at=now)
    )
    return session.connection.execute(finished).rowcount == 1


def note_trouble(session: Session, chunk: Chunk, sentence: str) -> None:
    """Keep why this attempt failed, for whoever waits for the batch."""
    noted = (
        update(signing_chunks)
        .where(_is(chunk.batch_id, chunk.number), signing_chunks.c.attempts == chunk.attempts)
        .values(trouble=sentence[:MAX_TROUBLE])
    )
    session.connection.execute(noted)


def clear_trouble(session: Session, batch_id: str) -> None:
    """Forget what failed before: signing begins again."""
    session.connection.execute(update(signing_chunks).where(signing_chunks.c.batch_id == batch_id).values(trouble=None))


def _is_paused(session: Session, batch_id: str) -> bool:
    return session.connection.scalar(select(batches.c.paused_at).where(batches.c.id == batch_id)) is not None


def _is(batch_id: str, number: int) -> ColumnElement[bool]:
    return and_(signing_chunks.c.batch_id == batch_id, signing_chunks.c.number == number)


def _chunk(row: Row[Any]) -> Chunk:
    return Chunk(
        batch_id=row.batch_id,
        number=row.number,
        first=row.first_position,
        last=row.last_position,
        attempts=row.attempts,
    )
