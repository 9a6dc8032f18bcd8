"""How far the signing of a batch is, how fast it goes, and how long it will take; for whoever watches."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from vc_issuer.store.chunks import chunk_counts, recent_pace, signed_count
from vc_issuer.store.database import Session
from vc_issuer.store.documents import document_count

RECENT_CHUNKS = 20  # enough to be steady, few enough to follow a worker that comes or goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Documents in all and signed; `per_s` and `left_s` are None before the first chunk, paused, and at the end."""

    documents: int
    signed: int
    is_paused: bool = False
    trouble: str = ""
    per_s: float | None = None
    left_s: int | None = None


def signing_progress(session: Session, batch_id: str, *, now: datetime) -> Progress:
    """Return how far a batch is; the rate is that of the last chunks up to `now`, so it sinks while nothing is done."""
    counts = chunk_counts(session, batch_id)
    documents, signed = document_count(session, batch_id), signed_count(session, batch_id)
    pace = recent_pace(session, batch_id, last=RECENT_CHUNKS)
    rate = None
    if pace and not counts.is_paused and signed < documents:
        # Moments are whole seconds.
        rate = pace.documents / max(1.0, (now - pace.since).total_seconds())
    return Progress(
        documents=documents,
        signed=signed,
        is_paused=counts.is_paused,
        trouble=counts.trouble,
        per_s=rate,
        left_s=ceil((documents - signed) / rate) if rate else None,
    )
