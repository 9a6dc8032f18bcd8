"""Status lists and their slots: an index is given once, at random, and a set revocation bit is never cleared.

Beside each revocation list stands its state list at the same indexes: with the revocation bit it says superseded,
without it suspended (decisions part 5). What is served are stored bytes, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from vc_issuer.errors import RuleError
from vc_issuer.model.credential import CredentialStatus, SecuredCredential, StatusSlot
from vc_issuer.status_list import MINIMUM_ENTRIES, STATE_PURPOSE, state_list_url
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.bulk import insert_rows
from vc_issuer.store.database import Session
from vc_issuer.store.documents import StoredDocument
from vc_issuer.store.tables import documents, status_events, status_lists, status_slots
from vc_issuer.store.vault import RandomBytes

REVOCATION = "revocation"
MAX_REASON = 80  # a code or a short phrase; the file on the case lies elsewhere
# Random places in a list that is at most half full are found in two tries on average.
_FULL = 0.5
_AT_ONCE = 500  # places that one query asks for

NEXT: dict[CredentialStatus, frozenset[CredentialStatus]] = {
    CredentialStatus.CURRENT: frozenset(
        {CredentialStatus.REVOKED, CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED}
    ),
    CredentialStatus.SUSPENDED: frozenset(
        {CredentialStatus.CURRENT, CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED}
    ),
    CredentialStatus.REVOKED: frozenset(),
    CredentialStatus.SUPERSEDED: frozenset(),
}
_SETS = {
    REVOCATION: (CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED),
    STATE_PURPOSE: (CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedSlot:
    """A slot that a preparation took: the list's row, and what the document says of it."""

    list_id: int
    slot: StatusSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDue:
    """A list whose served bytes lag behind: what to sign."""

    id: int
    url: str
    purpose: str
    entries: int
    indexes: tuple[int, ...]
    version: int


def reserve_slots(session: Session, batch_id: str, count: int, *, base_url: str) -> list[ReservedSlot]:
    """Take `count` free indexes at random, opening lists as needed; nobody else gets them."""
    reserved: list[ReservedSlot] = []
    while len(reserved) < count:
        list_id, url, size, taken = _open_list(session, base_url)
        room = max(1, int(size * _FULL) - taken)
        fresh = _draw_free(session, list_id, size, min(count - len(reserved), room))
        rows = [{"list_id": list_id, "idx": index, "batch_id": batch_id} for index in fresh]
        try:
            with session.connection.begin_nested():
                insert_rows(session, status_slots, rows)
        except IntegrityError as error:
            raise RuleError("a status index was taken meanwhile.", remedy="Prepare the batch again.") from error
        reserved += [ReservedSlot(list_id=list_id, slot=StatusSlot(list_url=url, index=index)) for index in fresh]
    return reserved


def _open_list(session: Session, base_url: str) -> tuple[int, str, int, int]:
    """Return the list to take from: its row's id, its URL, its size, and how many of its places are taken."""
    newest = session.connection.execute(
        select(status_lists)
        .where(status_lists.c.purpose == REVOCATION, status_lists.c.url.startswith(base_url, autoescape=True))
        .order_by(status_lists.c.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if newest is not None:
        taken = session.connection.scalar(select(func.count()).where(status_slots.c.list_id == newest.id)) or 0
        if taken < int(newest.size * _FULL):
            return newest.id, newest.url, newest.size, taken
    return (*_new_list(session, base_url), 0)


def _new_list(session: Session, base_url: str) -> tuple[int, str, int]:
    count = session.connection.scalar(
        select(func.count()).select_from(status_lists).where(status_lists.c.purpose == REVOCATION)
    )
    name = str((count or 0) + 1)
    url = f"{base_url}/status/{name}"
    list_id = session.connection.scalar(
        insert(status_lists)
        .values(name=name, url=url, purpose=REVOCATION, size=MINIMUM_ENTRIES)
        .returning(status_lists.c.id)
    )
    session.connection.execute(
        insert(status_lists).values(
            name=f"{name}-state", url=state_list_url(url), purpose=STATE_PURPOSE, size=MINIMUM_ENTRIES, beside=list_id
        )
    )
    return list_id or 0, url, MINIMUM_ENTRIES


def _draw_free(session: Session, list_id: int, size: int, count: int) -> list[int]:
    """Draw free places, each as likely as any other; those that are taken already are drawn again."""
    free: list[int] = []
    seen: set[int] = set()
    while len(free) < count:
        drawn = _draw(session.random_bytes, size, seen, min(count - len(free), _AT_ONCE))
        query = select(status_slots.c.idx).where(status_slots.c.list_id == list_id, status_slots.c.idx.in_(drawn))
        taken = set(session.connection.scalars(query))
        free += [index for index in drawn if index not in taken]
    return free


def _draw(random_bytes: RandomBytes, size: int, taken: set[int], count: int) -> list[int]:
    """Draw places that are not in `taken`, and add them to it."""
    chosen: list[int] = []
    bits = (size - 1).bit_length()
    width, shift = (bits + 7) // 8, -bits % 8
    while len(chosen) < count:
        drawn = random_bytes(width * (count - len(chosen)))
        for start in range(0, len(drawn), width):
            # Drop what lies past the end rather than fold it back: every free place is equally likely.
            index = int.from_bytes(drawn[start : start + width]) >> shift
            if index < size and index not in taken:
                taken.add(index)
                chosen.append(index)
    return chosen


def change_status(
    session: Session, document: StoredDocument, status: CredentialStatus, *, reason: str, deed: Deed
) -> None:
    """Set a document's status and mark its lists for signing. Raises RuleError for a step that can't be."""
    if status not in NEXT[document.status]:
        raise RuleError(
            f"{document.number} is {document.status.value} and can't become {status.value}.",
            remedy="A revoked or superseded document stays so; issue a new one instead.",
        )
    ended = status in (CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED)
    values = {"status": status.value, "claim": None} if ended else {"status": status.value}
    moved = session.connection.execute(
        update(documents)
        .where(documents.c.id == document.id, documents.c.status == document.status.value)
        .values(values)
    )
    if moved.rowcount != 1:
        raise RuleError(f"the status of {document.number} was changed by somebody else.", remedy="Look at it again.")
    event = {"document_id": document.id, "at": deed.at, "actor": deed.actor, "reason": reason[:MAX_REASON]}
    session.connection.execute(insert(status_events), {**event, "before": document.status.value, "after": status.value})
    list_id = select(status_slots.c.list_id).where(status_slots.c.document_id == document.id).scalar_subquery()
    session.connection.execute(
        update(status_lists)
        .where((status_lists.c.id == list_id) | (status_lists.c.beside == list_id))
        .values(changed=1)
    )
    details = {"before": document.status.value, "after": status.value, "reason": reason}
    record_deed(session, deed, "document.status", subject=document.id, details=details)


def mark_lists(session: Session) -> None:
    """Have every list signed anew, such as under a new key."""
    session.connection.execute(update(status_lists).values(changed=1))


def lists_due(session: Session) -> list[ListDue]:
    """Return every list whose served bytes lag behind, with the indexes that are set now."""
    rows = session.connection.execute(
        select(status_lists).where(status_lists.c.changed == 1).order_by(status_lists.c.id).with_for_update()
    ).all()
    return [
        ListDue(
            id=row.id,
            url=row.url,
            purpose=row.purpose,
            entries=row.size,
            indexes=_set_indexes(session, row.beside or row.id, row.purpose),
            version=row.version,
        )
        for row in rows
    ]


def _set_indexes(session: Session, list_id: int, purpose: str) -> tuple[int, ...]:
    query = (
        select(status_slots.c.idx)
        .join(documents, documents.c.id == status_slots.c.document_id)
        .where(status_slots.c.list_id == list_id, documents.c.status.in_([s.value for s in _SETS[purpose]]))
        .order_by(status_slots.c.idx)
    )
    return tuple(session.connection.scalars(query))


def keep_list(session: Session, due: ListDue, secured: SecuredCredential, *, now: datetime) -> None:
    """Store a signed list as what is served from now on."""
    session.connection.execute(
        update(status_lists)
        .where(status_lists.c.id == due.id)
        .values(
            content=secured.content,
            media_type=secured.media_type,
            signed_at=now,
            version=due.version + 1,
            changed=0,
        )
    )


def served_list(session: Session, name: str) -> SecuredCredential | None:
    """Return the stored bytes of the list that lies at `/status/{name}`, or None."""
    row = session.connection.execute(
        select(status_lists.c.media_type, status_lists.c.content).where(status_lists.c.name == name)
    ).first()
    return SecuredCredential(media_type=row.media_type, content=row.content) if row and row.content else None


def served_lists(session: Session, urls: Sequence[str] | None = None) -> dict[str, bytes]:
    """Return the stored bytes of every list, or of those at `urls`, by URL."""
    query = select(status_lists.c.url, status_lists.c.content).where(status_lists.c.content.is_not(None))
    if urls is not None:
        query = query.where(status_lists.c.url.in_(urls))
    return {row.url: row.content for row in session.connection.execute(query.order_by(status_lists.c.id))}
