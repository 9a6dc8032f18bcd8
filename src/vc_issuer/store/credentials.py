"""Documents, their parts and the secured bytes: sealed under the learner's key, given back byte for byte.

A *document* row is one document due; its *parts* are the unsecured twins: one ELM, one OB3 a language. A part is
stored before any key is used, and its secured bytes are stored at most once.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from vc_issuer.errors import RuleError
from vc_issuer.model.batch import PreparedDigest
from vc_issuer.model.credential import FormatName, SecuredCredential
from vc_issuer.model.record import DocumentKind
from vc_issuer.store.database import Session
from vc_issuer.store.issuance_log import append_leaves
from vc_issuer.store.people import data_keys
from vc_issuer.store.tables import document_parts, documents, secured_parts, status_slots
from vc_issuer.store.vault import DataKey, code_hash
from vc_issuer.transparency.evidence import leaf_of, signature_of

MAX_IDS_A_QUERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPart:
    """One unsecured document of a twin pair, as the bytes that will be signed."""

    credential_id: str
    document_id: str
    format: FormatName
    language: str
    content: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What a document certifies: no two current documents may certify the same."""

    learner_id: str
    offering_key: str
    run: str
    kind: DocumentKind
    component: str

    @property
    def claim(self) -> str:
        """Return the award as the one word that the database keeps unique."""
        return f"{self.learner_id}:{self.offering_key}:{self.run}:{self.kind.value}:{self.component}"

    def claim_after(self, document_id: str) -> str:
        """Return the word under which a successor waits until it takes the place of `document_id`."""
        return f"{self.claim}:after:{document_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document due with everything that is fixed at prepare. `slot` is (list id, index)."""

    id: str
    position: int
    record_id: str
    learner_id: str
    offering_key: str
    run: str
    kind: DocumentKind
    component: str
    number: str
    code: str = field(repr=False)
    core_id: str = field(repr=False)
    languages: tuple[str, ...]
    issued: datetime
    slot: tuple[int, int]
    replaces: str | None
    parts: tuple[PreparedPart, ...]

    @property
    def award(self) -> Award:
        """Return what this document will certify."""
        return Award(
            learner_id=self.learner_id,
            offering_key=self.offering_key,
            run=self.run,
            kind=self.kind,
            component=self.component,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredPart:
    """A part as it was secured."""

    credential_id: str
    document_id: str
    format: FormatName
    language: str
    secured: SecuredCredential
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecured:
    """A part that was just secured under the key `key_id`."""

    credential_id: str
    document_id: str
    secured: SecuredCredential
    key_id: str


def taken_claims(session: Session, claims: Iterable[str]) -> dict[str, str]:
    """Return those of `claims` that a document holds already, each with that document's id."""
    found: dict[str, str] = {}
    for some in _slices(list(claims)):
        rows = session.connection.execute(select(documents.c.claim, documents.c.id).where(documents.c.claim.in_(some)))
        found |= {claim: document_id for claim, document_id in rows if claim is not None}
    return found


def insert_documents(session: Session, batch_id: str, news: Sequence[NewDocument]) -> None:
    """Store prepared documents, their parts and their status slots. Raises RuleError if an award is taken."""
    if not news:
        return
    keys = data_keys(session, (new.learner_id for new in news))
    try:
        with session.connection.begin_nested():
            session.connection.execute(insert(documents), [_document_row(new, batch_id, keys) for new in news])
    except IntegrityError as error:
        raise RuleError(
            "another batch has just prepared one of the same awards.", remedy="Prepare this batch again to see which."
        ) from error
    parts = [_part_row(part, n, keys[new.learner_id]) for new in news for n, part in enumerate(new.parts)]
    session.connection.execute(insert(document_parts), parts)
    is_slot = and_(status_slots.c.list_id == bindparam("of_list"), status_slots.c.idx == bindparam("at"))
    session.connection.execute(
        update(status_slots).where(is_slot).values(document_id=bindparam("by")),
        [{"of_list": new.slot[0], "at": new.slot[1], "by": new.id} for new in news],
    )


def _document_row(new: NewDocument, batch_id: str, keys: Mapping[str, DataKey]) -> dict[str, Any]:
    claim = new.award.claim if new.replaces is None else new.award.claim_after(new.replaces)
    secrets = f"{new.code} {new.core_id}".encode()
    return {
        "id": new.id,
        "batch_id": batch_id,
        "position": new.position,
        "record_id": new.record_id,
        "learner_id": new.learner_id,
        "offering_key": new.offering_key,
        "run": new.run,
        "kind": new.kind.value,
        "component": new.component,
        "claim": claim,
        "number": new.number,
        "code_hash": code_hash(new.code),
        "secrets": keys[new.learner_id].seal(secrets, f"documents.secrets:{new.id}"),
        "languages": list(new.languages),
        "issued": new.issued,
        "status": "current",
        "replaces": new.replaces,
    }


def _part_row(part: PreparedPart, ordinal: int, key: DataKey) -> dict[str, Any]:
    return {
        "credential_id": part.credential_id,
        "document_id": part.document_id,
        "ordinal": ordinal,
        "format": part.format.value,
        "language": part.language,
        "sha256": part.sha256,
        "prepared": key.seal(part.content, f"document_parts.prepared:{part.credential_id}"),
    }


def discard_documents(session: Session, batch_id: str) -> int:
    """Drop what a withdrawn preparation left, slots included; returns how many documents. Nothing may be signed."""
    theirs = select(documents.c.id).where(documents.c.batch_id == batch_id)
    session.connection.execute(status_slots.delete().where(status_slots.c.batch_id == batch_id))
    session.connection.execute(document_parts.delete().where(document_parts.c.document_id.in_(theirs)))
    return session.connection.execute(documents.delete().where(documents.c.batch_id == batch_id)).rowcount


def prepared_digests(session: Session, batch_id: str) -> Iterator[PreparedDigest]:
    """Give what the approver approves, in the order of documents and parts."""
    query = (
        select(document_parts.c.credential_id, document_parts.c.format, document_parts.c.sha256)
        .join(documents, documents.c.id == document_parts.c.document_id)
        .where(documents.c.batch_id == batch_id)
        .order_by(documents.c.position, document_parts.c.ordinal)
    )
    for row in session.connection.execute(query):
        yield PreparedDigest(document_id=row.credential_id, format=row.format, sha256=row.sha256)


def prepared_parts(session: Session, batch_id: str, *, first: int, last: int) -> list[PreparedPart]:
    """Return the unsecured parts of the documents at these positions, in order."""
    return _prepared(session, _parts_query(batch_id, first, last))


def find_prepared(session: Session, credential_id: str) -> tuple[str, PreparedPart] | None:
    """Return the unsecured part with this id and the batch that it stands in; None if unknown or erased."""
    query = (
        select(document_parts, documents.c.learner_id, documents.c.batch_id)
        .join(documents, documents.c.id == document_parts.c.document_id)
        .where(document_parts.c.credential_id == credential_id)
    )
    found = _prepared(session, query)
    batch_id = session.connection.scalar(query.with_only_columns(documents.c.batch_id))
    return (str(batch_id), found[0]) if found else None


def unsigned_parts(session: Session, batch_id: str, *, first: int, last: int) -> list[PreparedPart]:
    """Return those parts at these positions that have no secured bytes yet, in order."""
    return _prepared(session, _unsigned(_parts_query(batch_id, first, last)))


def count_unsigned(session: Session, batch_id: str) -> int:
    """Count a batch's parts that have no secured bytes yet."""
    query = _unsigned(
        select(func.count())
        .select_from(document_parts)
        .join(documents, documents.c.id == document_parts.c.document_id)
        .where(documents.c.batch_id == batch_id)
    )
    return session.connection.scalar(query) or 0


def _unsigned(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(secured_parts, secured_parts.c.credential_id == document_parts.c.credential_id).where(
        secured_parts.c.credential_id.is_(None)
    )


def _parts_query(batch_id: str, first: int, last: int) -> Select[Any]:
    return (
        select(document_parts, documents.c.learner_id)
        .join(documents, documents.c.id == document_parts.c.document_id)
        .where(documents.c.batch_id == batch_id, documents.c.position.between(first, last))
        .order_by(documents.c.position, document_parts.c.ordinal)
    )


def _prepared(session: Session, query: Select[Any]) -> list[PreparedPart]:
    rows = session.connection.execute(query).all()
    keys = data_keys(session, {row.learner_id for row in rows})
    return [
        PreparedPart(
            credential_id=row.credential_id,
            document_id=row.document_id,
            format=FormatName(row.format),
            language=row.language,
            content=keys[row.learner_id].open(row.prepared, f"document_parts.prepared:{row.credential_id}"),
            sha256=row.sha256,
        )
        for row in rows
        if row.learner_id in keys
    ]


def keep_secured(session: Session, parts: Sequence[NewSecured], *, now: datetime) -> int:
    """Store secured bytes of parts that have none yet, each with its leaf in the log; returns how many were new."""
    if not parts:
        return 0
    owners = _owners(session, {part.document_id for part in parts})
    done = _secured_ids(session, [part.credential_id for part in parts])
    keys = data_keys(session, owners.values())
    rows = [
        {
            "credential_id": part.credential_id,
            "media_type": part.secured.media_type,
            "content": keys[owners[part.document_id]].seal(part.secured.content, secured_context(part.credential_id)),
            "sha256": hashlib.sha256(part.secured.content).hexdigest(),
            "key_id": part.key_id,
            "signed_at": now,
        }
        for part in parts
        if part.credential_id not in done
    ]
    if rows:
        session.connection.execute(insert(secured_parts), rows)
        new = [part for part in parts if part.credential_id not in done]
        append_leaves(session, [(part.credential_id, _leaf(part, keys[owners[part.document_id]])) for part in new])
    return len(rows)


def _leaf(part: NewSecured, key: DataKey) -> bytes:
    return leaf_of(key.derive(salt_context(part.credential_id)), signature_of(part.secured.content))


def salt_context(credential_id: str) -> str:
    """Return what a credential's salt in the log is derived under."""
    return f"log.salt:{credential_id}"


def _secured_ids(session: Session, credential_ids: list[str]) -> set[str]:
    found: set[str] = set()
    for some in _slices(credential_ids):
        query = select(secured_parts.c.credential_id).where(secured_parts.c.credential_id.in_(some))
        found |= set(session.connection.scalars(query))
    return found


def _owners(session: Session, document_ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _slices(sorted(document_ids)):
        query = select(documents.c.id, documents.c.learner_id).where(documents.c.id.in_(some))
        found |= {row.id: row.learner_id for row in session.connection.execute(query)}
    return found


def secured_of(session: Session, document_ids: Iterable[str]) -> dict[str, tuple[SecuredPart, ...]]:
    """Return the secured parts of these documents, by document; those of erased learners are left out."""
    found: dict[str, tuple[SecuredPart, ...]] = {}
    for some in _slices(list(document_ids)):
        query = (
            select(
                secured_parts,
                document_parts.c.document_id,
                document_parts.c.format,
                document_parts.c.language,
                documents.c.learner_id,
            )
            .join(document_parts, document_parts.c.credential_id == secured_parts.c.credential_id)
            .join(documents, documents.c.id == document_parts.c.document_id)
            .where(documents.c.id.in_(some))
            .order_by(documents.c.position, document_parts.c.ordinal)
        )
        rows = session.connection.execute(query).all()
        keys = data_keys(session, {row.learner_id for row in rows})
        for row in rows:
            if row.learner_id in keys:
                found[row.document_id] = (*found.get(row.document_id, ()), _secured(row, keys[row.learner_id]))
    return found


def secured_by_id(session: Session, credential_ids: Sequence[str]) -> dict[str, tuple[DataKey, bytes]]:
    """Return each credential's key and secured bytes; those of erased learners are left out."""
    found: dict[str, tuple[DataKey, bytes]] = {}
    for some in _slices(credential_ids):
        query = (
            select(secured_parts.c.credential_id, secured_parts.c.content, documents.c.learner_id)
            .join(document_parts, document_parts.c.credential_id == secured_parts.c.credential_id)
            .join(documents, documents.c.id == document_parts.c.document_id)
            .where(secured_parts.c.credential_id.in_(some))
        )
        rows = session.connection.execute(query).all()
        keys = data_keys(session, {row.learner_id for row in rows})
        for row in rows:
            if row.learner_id in keys:
                key = keys[row.learner_id]
                found[row.credential_id] = (key, key.open(row.content, secured_context(row.credential_id)))
    return found


def _secured(row: Row[Any], key: DataKey) -> SecuredPart:
    content = key.open(row.content, secured_context(row.credential_id))
    return SecuredPart(
        credential_id=row.credential_id,
        document_id=row.document_id,
        format=FormatName(row.format),
        language=row.language,
        secured=SecuredCredential(media_type=row.media_type, content=content),
        signed_at=row.signed_at,
    )


def secured_context(credential_id: str) -> str:
    """Return the context that a part's secured bytes are encrypted under."""
    return f"secured_parts.content:{credential_id}"


def _slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), MAX_IDS_A_QUERY):
        yield items[start : start + MAX_IDS_A_QUERY]
