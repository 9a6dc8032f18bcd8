"""Where an engine gets the chunks of a batch and brings their signatures: intent before, bytes after, nothing twice.

For each chunk: note that it begins and take its unsigned parts; sign and verify them, here or elsewhere; store them
and note that it ended, in one transaction. A chunk that runs twice does nothing the second time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeAlias

from vc_issuer.engine.base import Job, OpenWork, Standing
from vc_issuer.errors import SignerError, VcIssuerError
from vc_issuer.issuance.profile import IssuingProfile, OpenKeys
from vc_issuer.issuance.signing import Checkpoint, ChunkSigned, ChunkTask, no_checkpoint, open_signing
from vc_issuer.store.chunks import begin_chunk, chunk_counts, finish_chunk, note_trouble, open_chunks
from vc_issuer.store.credentials import unsigned_parts
from vc_issuer.store.database import Database
from vc_issuer.store.secured import keep_secured

SignChunk: TypeAlias = Callable[[ChunkTask], ChunkSigned]


def no_progress(_finished: int, _total: int) -> None:
    """Show nothing."""


def nothing_more() -> None:
    """Do nothing."""


@dataclass(slots=True, kw_only=True)
class BatchDesk:
    """The desk of one batch; `signed` counts the signatures that were stored through it.

    `before_signing` is called when this process is about to sign itself; others may have begun by then.
    """

    database: Database
    batch_id: str
    profile: IssuingProfile
    open_keys: OpenKeys
    clock: Callable[[], datetime]
    progress: Callable[[int, int], None] = no_progress
    checkpoint: Checkpoint = no_checkpoint
    before_signing: Callable[[], object] = nothing_more
    signed: int = field(default=0, init=False)
    _told: tuple[int, int] | None = field(default=None, init=False)

    @property
    def open_work(self) -> OpenWork[ChunkTask, ChunkSigned]:
        """Return what opens the keys in a process and signs chunks with them."""
        return partial(open_signing, self.open_keys, self.profile, self.checkpoint)

    @contextmanager
    def open_here(self) -> Iterator[SignChunk]:
        """Open the keys in this process, those that close the batch first."""
        self.before_signing()
        with self.open_work() as sign:
            yield sign

    def tasks(self) -> Iterator[ChunkTask]:
        """Begin each open chunk as it is taken."""
        with self.database.reading() as session:
            jobs = [Job(chunk.batch_id, chunk.number) for chunk in open_chunks(session, self.batch_id)]
        for job in jobs:
            task = take_chunk(self.database, job, now=self.clock())
            if task is None and self.standing().is_paused:
                return
            if task is not None:
                self.checkpoint("intent")
                yield task

    def keep(self, result: ChunkSigned) -> None:
        """Store a signed chunk."""
        self.checkpoint("verified")
        self.signed += keep_chunk(self.database, result, now=self.clock(), checkpoint=self.checkpoint)
        self.checkpoint("committed")
        self.standing()

    def standing(self) -> Standing:
        """Return how far the batch is, and tell who watches."""
        with self.database.reading() as session:
            counts = chunk_counts(session, self.batch_id)
        if self._told != (counts.finished, counts.total):
            self._told = counts.finished, counts.total
            self.progress(*self._told)
        return Standing(
            finished=counts.finished, total=counts.total, is_paused=counts.is_paused, trouble=counts.trouble
        )


def take_chunk(database: Database, job: Job, *, now: datetime) -> ChunkTask | None:
    """Store the intent to sign a chunk, and return what is unsigned of it; None if it is done or the batch paused."""
    with database.writing_beside_others() as session:
        chunk = begin_chunk(session, job.batch_id, job.chunk, now=now)
        if chunk is None:
            return None
        parts = unsigned_parts(session, chunk.batch_id, first=chunk.first, last=chunk.last)
    return ChunkTask(chunk=chunk, parts=tuple(parts), created=now)


def keep_chunk(
    database: Database, signed: ChunkSigned, *, now: datetime, checkpoint: Checkpoint = no_checkpoint
) -> int:
    """Store a chunk's bytes and that it is finished; returns how many were new, none if another attempt overtook it."""
    with database.writing_beside_others() as session:
        if not finish_chunk(session, signed.chunk, now=now):
            return 0
        new = keep_secured(session, signed.parts, now=now)
        checkpoint("stored")
    return new


def work_on(database: Database, job: Job, open_sign: Callable[[], SignChunk], *, clock: Callable[[], datetime]) -> int:
    """Do one chunk from beginning to end, as a worker does; returns how many signatures are new.

    `open_sign` gives what signs, its keys open. Raises what it or signing raises; what will not get better by trying
    again is noted with the chunk for whoever waits.
    """
    task = take_chunk(database, job, now=clock())
    if task is None:
        return 0
    try:
        signed = open_sign()(task)
    except VcIssuerError as error:
        if not (isinstance(error, SignerError) and error.retryable):
            with database.writing_beside_others() as session:
                note_trouble(session, task.chunk, error.message)
        raise
    return keep_chunk(database, signed, now=clock())
