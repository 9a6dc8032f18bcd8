"""Seals as evidence is added to them: the newest bytes are served, and what they were before is never lost."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, or_, select, update

from vc_issuer.errors import RuleError
from vc_issuer.model.credential import FormatName
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Session
from vc_issuer.store.people import data_key
from vc_issuer.store.secured import open_secured, secured_context, secured_query
from vc_issuer.store.tables import document_parts, documents, pdfs, secured_parts, secured_versions

AS_SIGNED = "B-B"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeal:
    """A sealed part as it is served. `until` is when its proof ends; None while no time-stamp is in it."""

    credential_id: str
    document_id: str
    learner_id: str
    number: str
    level: str
    until: datetime | None
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealCount:
    """How many seals of a batch stand at a level, and when the first proof among them ends."""

    batch_id: str
    level: str
    seals: int
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealChoice:
    """Which seals: of these batches or documents (all, if none is named), at one of these levels, ending before."""

    batches: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    levels: tuple[str, ...]
    ends_before: datetime | None = None


def choose_seals(session: Session, choice: SealChoice, *, after: str = "", limit: int) -> list[StoredSeal]:
    """Return the next seals of a choice by credential id; those of erased learners are left out."""
    query = _query().where(_at(choice.levels), secured_parts.c.credential_id > after)
    if choice.batches or choice.documents:
        query = query.where(or_(documents.c.batch_id.in_(choice.batches), documents.c.id.in_(choice.documents)))
    if choice.ends_before is not None:
        query = query.where(secured_parts.c.proof_until <= choice.ends_before)
    query = query.order_by(secured_parts.c.credential_id).limit(limit)
    return [_seal(row, content) for row, _, content in open_secured(session, query)]


def replace_seal(session: Session, seal: StoredSeal, after: StoredSeal, *, deed: Deed) -> None:
    """Serve `after` in place of `seal` from this transaction on, and keep `seal` as an earlier version.

    The printed PDF carries the seal too, so it is printed anew. Raises RuleError if the seal was replaced meanwhile.
    """
    key, now = data_key(session, seal.learner_id), deed.at
    sha256 = hashlib.sha256(after.content).hexdigest()
    moved = session.connection.execute(
        update(secured_parts)
        .where(secured_parts.c.credential_id == seal.credential_id, secured_parts.c.sha256 == seal.sha256)
        .values(
            content=key.seal(after.content, secured_context(seal.credential_id)),
            dictionary=None,
            sha256=sha256,
            level=after.level,
            proof_until=after.until,
        )
    )
    if moved.rowcount != 1:
        raise RuleError(f"the seal of {seal.number} was replaced by somebody else.", remedy="Look at it again.")
    version = _versions(session, seal.credential_id) + 1
    session.connection.execute(
        insert(secured_versions),
        {
            "credential_id": seal.credential_id,
            "version": version,
            "content": key.seal(seal.content, _version_context(seal.credential_id, version)),
            "sha256": seal.sha256,
            "level": seal.level,
            "replaced_at": now,
        },
    )
    session.connection.execute(pdfs.delete().where(pdfs.c.document_id == seal.document_id))
    details = {"before": seal.sha256, "after": sha256, "level": after.level}
    record_deed(session, deed, "seal.augment", subject=seal.credential_id, details=details)


def seal_versions(session: Session, seal: StoredSeal) -> list[bytes]:
    """Return what a seal was before, oldest first. Raises NotFoundError after erasure."""
    key = data_key(session, seal.learner_id)
    rows = session.connection.execute(
        select(secured_versions)
        .where(secured_versions.c.credential_id == seal.credential_id)
        .order_by(secured_versions.c.version)
    )
    return [key.open(row.content, _version_context(row.credential_id, row.version)) for row in rows]


def count_seals(session: Session, batches: Sequence[str] = ()) -> list[SealCount]:
    """Count seals by batch and level."""
    query = (
        select(
            documents.c.batch_id,
            secured_parts.c.level,
            func.count().label("seals"),
            func.min(secured_parts.c.proof_until).label("until"),
        )
        .select_from(secured_parts)
        .join(document_parts, document_parts.c.credential_id == secured_parts.c.credential_id)
        .join(documents, documents.c.id == document_parts.c.document_id)
        .where(document_parts.c.format == FormatName.ELM.value)
        .group_by(documents.c.batch_id, secured_parts.c.level)
        .order_by(documents.c.batch_id, secured_parts.c.level)
    )
    if batches:
        query = query.where(documents.c.batch_id.in_(batches))
    return [
        SealCount(batch_id=row.batch_id, level=row.level or AS_SIGNED, seals=row.seals, until=row.until)
        for row in session.connection.execute(query)
    ]


def count_below(session: Session, batch_id: str, levels: Sequence[str]) -> int:
    """Count a batch's seals that stand at one of `levels`."""
    return sum(count.seals for count in count_seals(session, (batch_id,)) if count.level in levels)


def _versions(session: Session, credential_id: str) -> int:
    query = select(func.count()).where(secured_versions.c.credential_id == credential_id)
    return session.connection.scalar(query) or 0


def _version_context(credential_id: str, version: int) -> str:
    return f"secured_versions.content:{credential_id}:{version}"


def _at(levels: Sequence[str]) -> Any:
    named = secured_parts.c.level.in_(levels)
    return or_(named, secured_parts.c.level.is_(None)) if AS_SIGNED in levels else named


def _query() -> Select[Any]:
    return secured_query().where(document_parts.c.format == FormatName.ELM.value)


def _seal(row: Row[Any], content: bytes) -> StoredSeal:
    return StoredSeal(
        credential_id=row.credential_id,
        document_id=row.document_id,
        learner_id=row.learner_id,
        number=row.number,
        level=row.level or AS_SIGNED,
        until=row.proof_until,
        sha256=row.sha256,
        content=content,
    )
