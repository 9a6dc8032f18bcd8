"""The secured bytes of parts: stored at most once each, with a leaf in the log, and given back byte for byte.

They are kept as what they add to the prepared bytes (`difference`), sealed under the learner's key by whoever secured
them, so that a process that stores for many has little to do.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.credential import FormatName, SecuredCredential
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.store.bulk import insert_rows, is_among
from vc_issuer.store.credentials import PreparedPart, prepared_context, slices
from vc_issuer.store.database import Session
from vc_issuer.store.dictionaries import keep_dictionaries, read_dictionaries
from vc_issuer.store.dictionary import Dictionary, dictionary_of
from vc_issuer.store.difference import Around, difference, restored
from vc_issuer.store.issuance_log import append_leaves
from vc_issuer.store.people import data_keys
from vc_issuer.store.tables import document_parts, documents, secured_parts
from vc_issuer.store.vault import DataKey
from vc_issuer.transparency.evidence import leaf_of

_SIGNATURE = b'","signature":"'


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredPart:
    """A part as it was secured."""

    credential_id: str
    document_id: str
    format: FormatName
    language: str
    secured: SecuredCredential
    signed_at: datetime


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecured:
    """A part that was just secured under the key `key_id`, sealed for its row. `leaf` commits to its signature."""

    credential_id: str
    media_type: str
    sealed: bytes = field(repr=False)
    dictionary: Dictionary | None = field(repr=False)
    sha256: str
    key_id: str
    leaf: bytes


class JustSecured(NamedTuple):
    """Secured bytes and the signature in them; where they are known, what is around the prepared bytes, and the hash.

    `around` is for `difference`; what stands before the signature there is the same for all that are sealed together.
    `sha256` is in hex.
    """

    secured: SecuredCredential
    signature: bytes
    around: Around | None = None
    sha256: str = ""


def seal_secured(part: PreparedPart, made: JustSecured, *, key: DataKey, key_id: str) -> NewSecured:
    """Return what is stored of a part that was secured; `key` is its learner's."""
    content, around = made.secured.content, made.around
    kept = difference(content, part.content, around)
    dictionary = dictionary_of(around[1][: around[1].rfind(_SIGNATURE)]) if around else None
    return NewSecured(
        credential_id=part.credential_id,
        media_type=made.secured.media_type,
        sealed=key.seal(kept, secured_context(part.credential_id), dictionary),
        dictionary=dictionary,
        sha256=made.sha256 or hashlib.sha256(content).hexdigest(),
        key_id=key_id,
        leaf=leaf_of(key.derive(salt_context(part.credential_id)), made.signature),
    )


def keep_secured(session: Session, parts: Sequence[NewSecured], *, now: datetime) -> int:
    """Store secured bytes of parts that have none yet, each with its leaf in the log; returns how many were new."""
    done = _secured_ids(session, [part.credential_id for part in parts])
    new = [part for part in parts if part.credential_id not in done]
    if new:
        keep_dictionaries(session, {part.dictionary for part in new if part.dictionary})
        insert_rows(session, secured_parts, [_row(part, now) for part in new])
        append_leaves(session, [(part.credential_id, part.leaf) for part in new])
    return len(new)


def _row(part: NewSecured, now: datetime) -> dict[str, Any]:
    return {
        "credential_id": part.credential_id,
        "media_type": part.media_type,
        "content": part.sealed,
        "dictionary": part.dictionary.id if part.dictionary else None,
        "sha256": part.sha256,
        "key_id": part.key_id,
        "signed_at": now,
    }


def salt_context(credential_id: str) -> str:
    """Return what a credential's salt in the log is derived under."""
    return f"log.salt:{credential_id}"


def _secured_ids(session: Session, credential_ids: list[str]) -> set[str]:
    found: set[str] = set()
    for some in slices(credential_ids):
        query = select(secured_parts.c.credential_id).where(is_among(session, secured_parts.c.credential_id, some))
        found |= set(session.connection.scalars(query))
    return found


def secured_of(session: Session, document_ids: Iterable[str]) -> dict[str, tuple[SecuredPart, ...]]:
    """Return the secured parts of these documents, by document; those of erased learners are left out."""
    found: dict[str, tuple[SecuredPart, ...]] = {}
    for some in slices(list(document_ids)):
        query = secured_query().where(documents.c.id.in_(some))
        query = query.order_by(documents.c.position, document_parts.c.ordinal)
        for row, _, content in open_secured(session, query):
            found[row.document_id] = (*found.get(row.document_id, ()), _secured(row, content))
    return found


def secured_by_id(session: Session, credential_ids: Sequence[str]) -> dict[str, tuple[DataKey, bytes]]:
    """Return each credential's key and secured bytes; those of erased learners are left out."""
    found: dict[str, tuple[DataKey, bytes]] = {}
    for some in slices(credential_ids):
        for row, key, content in open_secured(session, secured_query().where(secured_parts.c.credential_id.in_(some))):
            found[row.credential_id] = (key, content)
    return found


def secured_query() -> Select[Any]:
    """Return the query for secured parts, each with what `open_secured` needs and the document it belongs to."""
    return (
        select(
            secured_parts,
            document_parts.c.prepared,
            document_parts.c.dictionary.label("prepared_with"),
            document_parts.c.document_id,
            document_parts.c.format,
            document_parts.c.language,
            documents.c.learner_id,
            documents.c.number,
        )
        .join(document_parts, document_parts.c.credential_id == secured_parts.c.credential_id)
        .join(documents, documents.c.id == document_parts.c.document_id)
    )


def open_secured(session: Session, query: Select[Any]) -> Iterator[tuple[Row[Any], DataKey, bytes]]:
    """Give each row of such a query with its learner's key and the secured bytes, but not those of erased learners.

    Raises ConfigurationError for bytes that are not those that were secured.
    """
    rows = session.connection.execute(query).all()
    keys = data_keys(session, {row.learner_id for row in rows})
    used = read_dictionaries(session, {name for row in rows for name in (row.dictionary, row.prepared_with)})
    for row in rows:
        key = keys.get(row.learner_id)
        if key is not None:
            kept = key.open(row.content, secured_context(row.credential_id), used[row.dictionary])
            prepared = key.open(row.prepared, prepared_context(row.credential_id), used[row.prepared_with])
            content = restored(kept, prepared)
            if hashlib.sha256(content).hexdigest() != row.sha256:
                raise ConfigurationError(
                    f"the stored bytes of {row.credential_id} are not those that were secured.",
                    remedy="Find out who changed the database, and restore a backup.",
                )
            yield row, key, content


def _secured(row: Row[Any], content: bytes) -> SecuredPart:
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
