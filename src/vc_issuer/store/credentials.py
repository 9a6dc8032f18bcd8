"""Documents and their unsecured parts: sealed under the learner's key, given back byte for byte.

A *document* row is one document due; its *parts* are the unsecured twins: one ELM, one OB3 a language. A part is
stored before any key is used, and its secured bytes are stored at most once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import starmap
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from vc_issuer.errors import RuleError
from vc_issuer.model.batch import PreparedDigest
from vc_issuer.model.credential import FormatName
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.record import DocumentKind
from vc_issuer.store.bulk import execute_many, insert_into, insert_rows
from vc_issuer.store.database import Session
from vc_issuer.store.dictionaries import keep_dictionaries, read_dictionaries
from vc_issuer.store.dictionary import Dictionary
from vc_issuer.store.people import data_keys, held_keys
from vc_issuer.store.tables import document_parts, documents, secured_parts, status_slots
from vc_issuer.store.vault import DataKey, code_hash

MAX_IDS_A_QUERY = 500
ROWS_AT_ONCE = 1000  # of a long answer, where a database would hand over all of it
_SEALED_COLUMNS = (
    *(document_parts.c[name] for name in ("credential_id", "document_id", "format", "language", "prepared", "sha256")),
    documents.c.learner_id,
    document_parts.c.dictionary,
)
_TAKE_SLOT = (
    update(status_slots)
    .where(status_slots.c.list_id == bindparam("of_list"), status_slots.c.idx == bindparam("at"))
    .values(document_id=bindparam("by"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPart:
    """One unsecured document of a twin pair, as the bytes that will be signed.

    `dictionary` is what they have in common with others of their kind, if it is known: they are stored without it.
    """

    credential_id: str
    document_id: str
    format: FormatName
    language: str
    content: bytes = field(repr=False)
    sha256: str
    dictionary: Dictionary | None = field(default=None, repr=False)


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


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """A part as it is stored: whoever secures or checks it opens it, here or in another process."""

    credential_id: str
    document_id: str
    format: FormatName
    language: str
    sealed: bytes = field(repr=False)
    sha256: str
    key: DataKey = field(repr=False)
    dictionary: Dictionary | None = field(repr=False)

    def open(self) -> PreparedPart:
        """Return the part in clear. Raises ConfigurationError if it does not open."""
        return PreparedPart(
            credential_id=self.credential_id,
            document_id=self.document_id,
            format=self.format,
            language=self.language,
            content=self.key.open(self.sealed, prepared_context(self.credential_id), self.dictionary),
            sha256=self.sha256,
            dictionary=self.dictionary,
        )


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDocument:
    """A new document encrypted under its learner's key, as the values of its rows: ready to be stored."""

    learner_id: str
    slot: tuple[int, int]
    row: Mapping[str, Any] = field(repr=False)
    parts: tuple[Mapping[str, Any], ...] = field(repr=False)
    dictionaries: frozenset[Dictionary] = field(repr=False)

    @property
    def digests(self) -> list[PreparedDigest]:
        """Return what an approver approves of it, in the order of its parts."""
        return [PreparedDigest(part["credential_id"], part["format"], part["sha256"]) for part in self.parts]


def taken_claims(session: Session, claims: Iterable[str]) -> dict[str, str]:
    """Return those of `claims` that a document holds already, each with that document's id."""
    found: dict[str, str] = {}
    for some in slices(list(claims)):
        rows = session.connection.execute(select(documents.c.claim, documents.c.id).where(documents.c.claim.in_(some)))
        found |= {claim: document_id for claim, document_id in rows if claim is not None}
    return found


def seal_document(new: NewDocument, key: DataKey) -> SealedDocument:
    """Encrypt a document and its parts under its learner's key; here or in another process."""
    return SealedDocument(
        learner_id=new.learner_id,
        slot=new.slot,
        row=_document_row(new, key),
        parts=tuple(_part_row(part, n, key) for n, part in enumerate(new.parts)),
        dictionaries=frozenset(part.dictionary for part in new.parts if part.dictionary),
    )


def insert_documents(session: Session, batch_id: str, news: Sequence[SealedDocument], *, first: int) -> None:
    """Store prepared documents from position `first` on, their parts and their status slots.

    Raises RuleError if an award is taken, or a learner was erased since.
    """
    if not news:
        return
    _check_not_erased(session, {new.learner_id for new in news})
    rows = [{**new.row, "batch_id": batch_id, "position": n} for n, new in enumerate(news, start=first)]
    try:
        with session.connection.begin_nested():
            execute_many(session, insert_into(documents), rows)
    except IntegrityError as error:
        raise RuleError(
            "another batch has just prepared one of the same awards.", remedy="Prepare this batch again to see which."
        ) from error
    keep_dictionaries(session, {each for new in news for each in new.dictionaries})
    insert_rows(session, document_parts, [part for new in news for part in new.parts])
    taken = [{"of_list": new.slot[0], "at": new.slot[1], "by": new.row["id"]} for new in news]
    execute_many(session, _TAKE_SLOT, taken)


def _check_not_erased(session: Session, learner_ids: Collection[str]) -> None:
    """What was encrypted under a key that is gone could never be signed: nothing of it may be stored."""
    if held_keys(session, learner_ids) != len(learner_ids):
        raise RuleError("a learner of the batch was erased meanwhile.", remedy="Prepare the batch again.")


def _document_row(new: NewDocument, key: DataKey) -> dict[str, Any]:
    claim = new.award.claim if new.replaces is None else new.award.claim_after(new.replaces)
    secrets = f"{new.code} {new.core_id}".encode()
    return {
        "id": new.id,
        "record_id": new.record_id,
        "learner_id": new.learner_id,
        "offering_key": new.offering_key,
        "run": new.run,
        "kind": new.kind.value,
        "component": new.component,
        "claim": claim,
        "number": new.number,
        "code_hash": code_hash(new.code),
        "secrets": key.seal(secrets, f"documents.secrets:{new.id}"),
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
        "prepared": key.seal(part.content, prepared_context(part.credential_id), part.dictionary),
        "dictionary": part.dictionary.id if part.dictionary else None,
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
    rows = session.connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
    yield from starmap(PreparedDigest, rows)


def prepared_parts(session: Session, batch_id: str, *, first: int, last: int) -> list[PreparedPart]:
    """Return the unsecured parts of the documents at these positions, in order."""
    return _prepared(session, _parts_query(batch_id, first, last))


def sealed_parts(session: Session, batch_id: str, *, first: int, last: int) -> list[SealedPart]:
    """Return the same as they are stored."""
    return _sealed(session, _parts_query(batch_id, first, last))


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


def unsigned_parts(session: Session, batch_id: str, *, first: int, last: int) -> list[SealedPart]:
    """Return those parts at these positions that have no secured bytes yet, in order; not those of erased learners."""
    return _sealed(session, _unsigned(_parts_query(batch_id, first, last)))


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
    return [part.open() for part in _sealed(session, query)]


def _sealed(session: Session, query: Select[Any]) -> list[SealedPart]:
    rows = session.connection.execute(query.with_only_columns(*_SEALED_COLUMNS)).all()
    keys = data_keys(session, {learner_id for *_, learner_id, _ in rows})
    used = read_dictionaries(session, {dictionary for *_, dictionary in rows})
    return [
        SealedPart(
            credential_id=credential_id,
            document_id=document_id,
            format=FormatName(name),
            language=language,
            sealed=prepared,
            sha256=sha256,
            key=keys[learner_id],
            dictionary=used[dictionary],
        )
        for credential_id, document_id, name, language, prepared, sha256, learner_id, dictionary in rows
        if learner_id in keys
    ]


def prepared_context(credential_id: str) -> str:
    """Return the context that a part's unsecured bytes are encrypted under."""
    return f"document_parts.prepared:{credential_id}"


def slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut what a query names into as much as one takes."""
    for start in range(0, len(items), MAX_IDS_A_QUERY):
        yield items[start : start + MAX_IDS_A_QUERY]
