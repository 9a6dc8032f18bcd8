"""Batches and approvals; a state changes only from the state that the caller saw (compare and set)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.model.batch import BatchState
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Session
from vc_issuer.store.numbers import next_number
from vc_issuer.store.tables import approvals, batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as it stands. `digest` is what was prepared; who did each step and when stands beside it."""

    id: str
    title: str
    state: BatchState
    source_name: str
    source_sha256: str
    created_by: str
    created_at: datetime
    prepare_token: str | None = None
    prepared_by: str | None = None
    prepared_at: datetime | None = None
    issued: datetime | None = None
    rule_profiles: Mapping[str, str] | None = None
    digest: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    signing_by: str | None = None
    signing_at: datetime | None = None
    paused_by: str | None = None
    paused_at: datetime | None = None
    signed_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None


def create_batch(session: Session, title: str, *, deed: Deed, source_name: str = "", source_sha256: str = "") -> Batch:
    """Make an empty draft; its id is such as `B-2025-0001`."""
    number = next_number(session, f"batch-{deed.at.year}")
    batch_id = f"B-{deed.at.year}-{number:04d}"
    session.connection.execute(
        insert(batches),
        {
            "id": batch_id,
            "title": title,
            "state": BatchState.DRAFT.value,
            "source_name": source_name,
            "source_sha256": source_sha256,
            "created_by": deed.actor,
            "created_at": deed.at,
        },
    )
    record_deed(session, deed, "batch.create", subject=batch_id, details={"source_sha256": source_sha256})
    return get_batch(session, batch_id)


def get_batch(session: Session, batch_id: str) -> Batch:
    """Return a batch; inside a writing transaction nobody else changes it meanwhile. Raises NotFoundError."""
    row = session.connection.execute(select(batches).where(batches.c.id == batch_id)).first()
    if row is None:
        raise NotFoundError(f"there is no batch {batch_id!r}.", remedy="List them with: vc-issuer batch list")
    return _batch(row)


def is_batch(session: Session, name: str) -> bool:
    """Tell whether a batch has this id."""
    return session.connection.scalar(select(batches.c.id).where(batches.c.id == name)) is not None


def all_batches(session: Session) -> tuple[Batch, ...]:
    """Return every batch, the newest first."""
    rows = session.connection.execute(select(batches).order_by(batches.c.created_at.desc(), batches.c.id.desc()))
    return tuple(_batch(row) for row in rows)


def change_batch(session: Session, batch: Batch, state: BatchState, values: Mapping[str, Any]) -> Batch:
    """Move `batch` to `state`, if it is still as the caller saw it. Raises RuleError if somebody was faster."""
    try:
        with session.connection.begin_nested():
            moved = session.connection.execute(
                update(batches)
                .where(batches.c.id == batch.id, batches.c.state == batch.state.value)
                .values(state=state.value, **values)
            )
    except IntegrityError as error:
        raise RuleError(
            "the database refuses this step: who approves may be neither importer nor preparer.",
            remedy="Let somebody else approve.",
        ) from error
    if moved.rowcount != 1:
        raise RuleError(f"batch {batch.id} was changed by somebody else.", remedy="Look at it again, then repeat.")
    return get_batch(session, batch.id)


def set_pause(session: Session, batch_id: str, *, deed: Deed | None) -> None:
    """Let no further chunk of a batch begin, or, without a deed, let them begin again."""
    values = {"paused_by": deed.actor if deed else None, "paused_at": deed.at if deed else None}
    session.connection.execute(update(batches).where(batches.c.id == batch_id).values(values))


def set_prepare_token(session: Session, batch_id: str, token: str) -> None:
    """Note who prepares a batch now; an earlier preparation that is still running loses it."""
    session.connection.execute(update(batches).where(batches.c.id == batch_id).values(prepare_token=token))


def touch_source(session: Session, batch_id: str, *, source_name: str, source_sha256: str) -> None:
    """Note the file that a draft was last filled from."""
    session.connection.execute(
        update(batches).where(batches.c.id == batch_id).values(source_name=source_name, source_sha256=source_sha256)
    )


def add_approval(session: Session, batch: Batch, *, approver: str, at: datetime, review_id: int) -> None:
    """Store an approval of the batch's digest. Raises RuleError for a second one, or one's own work."""
    row = {
        "batch_id": batch.id,
        "digest": batch.digest,
        "preparer": batch.prepared_by,
        "approver": approver,
        "approved_at": at,
        "review_id": review_id,
    }
    try:
        with session.connection.begin_nested():
            session.connection.execute(insert(approvals), row)
    except IntegrityError as error:
        raise RuleError(
            "the database refuses this approval: it is one's own work, or a digest that was approved before.",
            remedy="Prepare the batch again, and let somebody else approve.",
        ) from error


def standing_approval(session: Session, batch_id: str) -> str | None:
    """Return the digest that is approved for this batch now, or None."""
    return session.connection.scalar(
        select(approvals.c.digest).where(approvals.c.batch_id == batch_id, approvals.c.withdrawn_at.is_(None))
    )


def withdraw_approvals(session: Session, batch_id: str, *, at: datetime) -> None:
    """End the standing approval of a batch that returns to draft; its digest can never be approved again."""
    session.connection.execute(
        update(approvals)
        .where(approvals.c.batch_id == batch_id, approvals.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )


def _batch(row: Row[Any]) -> Batch:
    values = row._asdict()
    return Batch(**{**values, "state": BatchState(values["state"])})
