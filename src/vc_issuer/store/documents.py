"""Find issued documents again: by id, number, credential id or code; publish them; keep their rendered PDF."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, or_, select, update

from vc_issuer.errors import NotFoundError
from vc_issuer.model.credential import CredentialStatus, StatusSlot
from vc_issuer.model.record import DocumentKind
from vc_issuer.store.credentials import Award
from vc_issuer.store.database import Session
from vc_issuer.store.people import data_key, data_keys
from vc_issuer.store.tables import document_parts, documents, pdfs, status_lists, status_slots
from vc_issuer.store.vault import code_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as the home knows it. `code` is empty once the learner was erased."""

    id: str
    batch_id: str
    position: int
    record_id: str
    learner_id: str
    offering_key: str
    run: str
    kind: DocumentKind
    component: str
    number: str
    code: str = field(repr=False)
    languages: tuple[str, ...]
    issued: datetime
    status: CredentialStatus
    slot: StatusSlot
    replaces: str | None
    published_at: datetime | None


def find_document(session: Session, name: str) -> StoredDocument:
    """Return the document with this id, number or credential id (`urn:…`). Raises NotFoundError."""
    of_part = select(document_parts.c.document_id).where(document_parts.c.credential_id == name)
    named = or_(documents.c.id == name, documents.c.number == name, documents.c.id.in_(of_part))
    found = _open(session, _query().where(named))
    if not found:
        raise NotFoundError(
            f"this home issued no document {name!r}.", remedy="Give a credential's id or a document's number."
        )
    return found[0]


def documents_by_id(session: Session, document_ids: Iterable[str]) -> dict[str, StoredDocument]:
    """Return those of these documents that exist, by id."""
    return {each.id: each for each in _open(session, _query().where(documents.c.id.in_(set(document_ids))))}


def document_by_code(session: Session, code: str) -> StoredDocument | None:
    """Return the published document behind a code; None alike for an unknown, unpublished and erased one."""
    query = _query().where(documents.c.code_hash == code_hash(code), documents.c.published_at.is_not(None))
    return next(iter(_open(session, query)), None)


def documents_of_batch(
    session: Session, batch_id: str, *, after: int = 0, limit: int | None = None
) -> list[StoredDocument]:
    """Return a batch's documents in order, from behind a position, all of them or so many."""
    query = _query().where(documents.c.batch_id == batch_id, documents.c.position > after)
    return _open(session, query.order_by(documents.c.position).limit(limit))


def successors_in(session: Session, batch_id: str) -> list[StoredDocument]:
    """Return those of a batch's documents that replace an older one."""
    query = _query().where(documents.c.batch_id == batch_id, documents.c.replaces.is_not(None))
    return _open(session, query.order_by(documents.c.position))


def documents_of_learner(session: Session, learner_id: str) -> list[StoredDocument]:
    """Return every document of one learner."""
    return _open(session, _query().where(documents.c.learner_id == learner_id).order_by(documents.c.id))


def successors_of(session: Session, document_ids: Iterable[str]) -> dict[str, StoredDocument]:
    """Return the published document that took each one's place, by the id of the one that was replaced."""
    query = _query().where(documents.c.replaces.in_(set(document_ids)), documents.c.published_at.is_not(None))
    return {each.replaces or "": each for each in _open(session, query)}


def documents_of_record(session: Session, record_id: str) -> list[StoredDocument]:
    """Return the documents that one record gave, in order."""
    return _open(session, _query().where(documents.c.record_id == record_id).order_by(documents.c.position))


def document_count(session: Session, batch_id: str) -> int:
    """Count a batch's documents."""
    return session.connection.scalar(select(func.count()).where(documents.c.batch_id == batch_id)) or 0


def publish_documents(session: Session, batch_id: str, *, now: datetime) -> None:
    """Make a batch's documents visible behind their codes."""
    session.connection.execute(update(documents).where(documents.c.batch_id == batch_id).values(published_at=now))


def pass_claim(session: Session, successor: StoredDocument) -> None:
    """Give the award to a document whose predecessor was superseded in this transaction."""
    award = Award(
        learner_id=successor.learner_id,
        offering_key=successor.offering_key,
        run=successor.run,
        kind=successor.kind,
        component=successor.component,
    )
    session.connection.execute(update(documents).where(documents.c.id == successor.id).values(claim=award.claim))


def keep_pdf(session: Session, document: StoredDocument, content: bytes, *, now: datetime) -> None:
    """Keep a rendered PDF, in place of an older one."""
    sealed = data_key(session, document.learner_id).seal(content, f"pdfs.content:{document.id}")
    session.connection.execute(pdfs.delete().where(pdfs.c.document_id == document.id))
    session.connection.execute(insert(pdfs), {"document_id": document.id, "content": sealed, "rendered_at": now})


def find_pdf(session: Session, document: StoredDocument) -> bytes | None:
    """Return the kept PDF, or None. Raises NotFoundError after erasure."""
    sealed = session.connection.scalar(select(pdfs.c.content).where(pdfs.c.document_id == document.id))
    if sealed is None:
        return None
    return data_key(session, document.learner_id).open(sealed, f"pdfs.content:{document.id}")


def _query() -> Select[Any]:
    return (
        select(documents, status_lists.c.url, status_slots.c.idx)
        .join(status_slots, status_slots.c.document_id == documents.c.id)
        .join(status_lists, status_lists.c.id == status_slots.c.list_id)
    )


def _open(session: Session, query: Select[Any]) -> list[StoredDocument]:
    rows = session.connection.execute(query).all()
    keys = data_keys(session, {row.learner_id for row in rows})
    codes = {
        row.id: keys[row.learner_id].open(row.secrets, f"documents.secrets:{row.id}").decode().partition(" ")[0]
        for row in rows
        if row.learner_id in keys
    }
    return [_document(row, codes.get(row.id, "")) for row in rows]


def _document(row: Row[Any], code: str) -> StoredDocument:
    return StoredDocument(
        id=row.id,
        batch_id=row.batch_id,
        position=row.position,
        record_id=row.record_id,
        learner_id=row.learner_id,
        offering_key=row.offering_key,
        run=row.run,
        kind=DocumentKind(row.kind),
        component=row.component,
        number=row.number,
        code=code,
        languages=tuple(row.languages),
        issued=row.issued,
        status=CredentialStatus(row.status),
        slot=StatusSlot(list_url=row.url, index=row.idx),
        replaces=row.replaces,
        published_at=row.published_at,
    )
