"""Endorsements of what the catalogue offers, as their endorsers signed them; those that hold go into new badges.

What was issued with one stays as it is, whether it is withdrawn here or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Session
from vc_issuer.store.tables import endorsements


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEndorsement:
    """One endorsement; `content` are its secured bytes, `subject` the id of the achievement that it is of."""

    id: str
    subject: str
    endorser: str
    content: bytes = field(repr=False)
    valid_from: datetime
    valid_until: datetime | None = None
    withdrawn_at: datetime | None = None


def keep_endorsement(session: Session, endorsement: StoredEndorsement, *, deed: Deed) -> bool:
    """Store an endorsement; returns False if exactly it is there already. Raises RuleError for another of its id."""
    query = select(endorsements).where(endorsements.c.id == endorsement.id)
    row = session.connection.execute(query).first()
    if row is not None and row.content == endorsement.content and row.withdrawn_at is None:
        return False
    if row is not None:
        raise RuleError(
            f"the endorsement {endorsement.id} is there already, with another text or withdrawn.",
            remedy="Ask the endorser for one with an id of its own.",
        )
    values = {
        "id": endorsement.id,
        "subject": endorsement.subject,
        "endorser": endorsement.endorser,
        "content": endorsement.content,
        "valid_from": endorsement.valid_from,
        "valid_until": endorsement.valid_until,
        "added_by": deed.actor,
        "added_at": deed.at,
    }
    session.connection.execute(insert(endorsements), values)
    record_deed(session, deed, "endorsement.add", subject=endorsement.id, details={"of": endorsement.subject})
    return True


def withdraw_endorsement(session: Session, endorsement_id: str, *, deed: Deed) -> None:
    """Put an endorsement into no more new badges. Raises NotFoundError."""
    changed = session.connection.execute(
        update(endorsements)
        .where(endorsements.c.id == endorsement_id, endorsements.c.withdrawn_at.is_(None))
        .values(withdrawn_at=deed.at)
    )
    if not changed.rowcount:
        raise NotFoundError(f"no endorsement {endorsement_id!r} is in force here.", remedy="See: endorsement list")
    record_deed(session, deed, "endorsement.withdraw", subject=endorsement_id)


def all_endorsements(session: Session) -> tuple[StoredEndorsement, ...]:
    """Return every endorsement, withdrawn ones too, by what it is of."""
    query = select(endorsements).order_by(endorsements.c.subject, endorsements.c.id)
    return tuple(_endorsement(row) for row in session.connection.execute(query))


def endorsements_at(session: Session, moment: datetime) -> Mapping[str, tuple[StoredEndorsement, ...]]:
    """Return the endorsements that hold at a moment, by the id of what they are of."""
    table = endorsements.c
    query = (
        select(endorsements)
        .where(table.withdrawn_at.is_(None), table.valid_from <= moment)
        .where(or_(table.valid_until.is_(None), table.valid_until > moment))
        .order_by(table.subject, table.id)
    )
    found: dict[str, tuple[StoredEndorsement, ...]] = {}
    for row in session.connection.execute(query):
        found[row.subject] = (*found.get(row.subject, ()), _endorsement(row))
    return found


def _endorsement(row: Row[Any]) -> StoredEndorsement:
    return StoredEndorsement(
        id=row.id,
        subject=row.subject,
        endorser=row.endorser,
        content=row.content,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        withdrawn_at=row.withdrawn_at,
    )
