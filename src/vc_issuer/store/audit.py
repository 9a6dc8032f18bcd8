"""The audit log: append-only and hash-chained, ids only, never personal data (threat T9).

hash(n) = SHA-256 over JCS of {seq, at, actor, action, subject, details, previous}, where previous = hash(n - 1).
A cut-off end can't be seen from inside: hand `audit_head` to somebody else from time to time, such as with an export.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row, func, insert, select

from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.errors import InvalidError
from vc_issuer.model.credential import JsonValue
from vc_issuer.store.database import Session
from vc_issuer.store.tables import audit

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the log; `details` holds ids, counts and digests."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    details: Mapping[str, JsonValue]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who does something, and when; handed to every function that changes anything."""

    actor: str
    at: datetime


def record_deed(
    session: Session, deed: Deed, action: str, *, subject: str, details: Mapping[str, JsonValue] | None = None
) -> AuditEntry:
    """Add an entry to the end of the chain, in the transaction of the change that it tells of."""
    last = session.connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1).with_for_update()
    ).first()
    content: dict[str, JsonValue] = {
        "seq": last.seq + 1 if last else 1,
        "at": _stamp(deed.at),
        "actor": deed.actor,
        "action": action,
        "subject": subject,
        "details": dict(details or {}),
        "previous": last.hash if last else GENESIS,
    }
    chained = _hash(content)
    details_text = canonicalize_jcs(content["details"]).decode()
    row = {**content, "details": details_text, "hash": chained}
    session.connection.execute(insert(audit), row)
    return AuditEntry(**{**content, "hash": chained})  # type: ignore[arg-type]  # the members are named just above


def audit_entries(session: Session, *, subject: str | None = None) -> Iterator[AuditEntry]:
    """Give every entry in order, or those about one subject."""
    query = select(audit).order_by(audit.c.seq)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    for row in session.connection.execute(query):
        yield _entry(row)


def count_deeds(session: Session, action: str, *, subject: str, since: datetime) -> int:
    """Count what was recorded about a subject since a time."""
    query = select(func.count()).where(
        audit.c.action == action, audit.c.subject == subject, audit.c.at >= _stamp(since)
    )
    return session.connection.scalar(query) or 0


def audit_head(session: Session) -> AuditEntry | None:
    """Return the last entry: whoever keeps its number and hash can later see that nothing was cut off."""
    row = session.connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).first()
    return _entry(row) if row else None


def verify_audit(session: Session, *, head: tuple[int, str] | None = None) -> int:
    """Check the whole chain and return its length; raises InvalidError that names the first entry that is off.

    `head` is a number and hash kept elsewhere: the chain must reach it and agree.
    """
    expected, previous = 0, GENESIS
    for entry in audit_entries(session):
        expected += 1
        content: dict[str, JsonValue] = {
            "seq": entry.seq,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "details": entry.details,
            "previous": entry.previous,
        }
        if entry.seq != expected or entry.previous != previous or _hash(content) != entry.hash:
            raise _broken(expected)
        previous = entry.hash
        if head and head[0] == entry.seq and head[1] != entry.hash:
            raise _broken(entry.seq)
    if head and expected < head[0]:
        raise _broken(expected + 1)
    return expected


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _broken(seq: int) -> InvalidError:
    return InvalidError(
        f"the audit log was altered: entry {seq} does not follow from what stands before it.",
        remedy="Compare it with a backup, and find out who has write access to the database.",
        clause="threat T9",
    )


def _hash(content: Mapping[str, JsonValue]) -> str:
    return hashlib.sha256(canonicalize_jcs(content)).hexdigest()


def _entry(row: Row[tuple[object, ...]]) -> AuditEntry:
    values = row._asdict()
    try:
        details = json.loads(values["details"])
    except json.JSONDecodeError:
        details = {}
    return AuditEntry(**{**values, "details": details})
