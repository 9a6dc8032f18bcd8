"""The catalogue as handed in: one source text a version, immutable once a batch uses it.

A version that is withdrawn can't be awarded any more; what was issued under it stays as it is.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.database import Session
from vc_issuer.store.tables import offerings, records


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOffering:
    """One version in the catalogue; `source` is the file's bytes."""

    code: str
    version: str
    source: bytes = field(repr=False)
    sha256: str
    added_by: str
    added_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def key(self) -> str:
        """Return code and version as one word."""
        return offering_key(self.code, self.version)


def offering_key(code: str, version: str) -> str:
    """Return the key under which records and documents name an offering version."""
    return f"{code}/{version}"


def keep_offering(session: Session, code: str, version: str, *, source: bytes, deed: Deed) -> bool:
    """Store a version; returns False if exactly these bytes are there already.

    Raises RuleError if a batch uses the version with other bytes: a changed offering is a new version.
    """
    key, sha256 = offering_key(code, version), hashlib.sha256(source).hexdigest()
    row = session.connection.execute(select(offerings).where(offerings.c.key == key)).first()
    values = {"source": source, "sha256": sha256, "added_by": deed.actor, "added_at": deed.at, "withdrawn_at": None}
    if row is None:
        session.connection.execute(insert(offerings), {"key": key, "code": code, "version": version, **values})
    elif row.sha256 == sha256 and row.withdrawn_at is None:
        return False
    elif row.sha256 != sha256 and _in_use(session, key):
        raise RuleError(
            f"version {version} of {code} is in use with another text.", remedy="Give the changed one a new version."
        )
    else:
        session.connection.execute(update(offerings).where(offerings.c.key == key).values(values))
    record_deed(session, deed, "offering.add", subject=key, details={"sha256": sha256})
    return True


def withdraw_offering(session: Session, code: str, version: str, *, deed: Deed) -> None:
    """Take a version out of the catalogue. Raises NotFoundError."""
    key = offering_key(code, version)
    if find_offering(session, code, version) is None:
        raise NotFoundError(f"the catalogue has no version {version} of {code}.", remedy="Check code and version.")
    session.connection.execute(update(offerings).where(offerings.c.key == key).values(withdrawn_at=deed.at))
    record_deed(session, deed, "offering.withdraw", subject=key)


def find_offering(session: Session, code: str, version: str) -> StoredOffering | None:
    """Return a version, withdrawn or not, or None."""
    row = session.connection.execute(select(offerings).where(offerings.c.key == offering_key(code, version))).first()
    return None if row is None else _offering(row)


def catalogue(session: Session) -> tuple[StoredOffering, ...]:
    """Return every version that may be awarded, by code and then by version."""
    query = select(offerings).where(offerings.c.withdrawn_at.is_(None)).order_by(offerings.c.code, offerings.c.version)
    return tuple(_offering(row) for row in session.connection.execute(query))


def _offering(row: Row[Any]) -> StoredOffering:
    return StoredOffering(
        code=row.code,
        version=row.version,
        source=row.source,
        sha256=row.sha256,
        added_by=row.added_by,
        added_at=row.added_at,
        withdrawn_at=row.withdrawn_at,
    )


def _in_use(session: Session, key: str) -> bool:
    return session.connection.scalar(select(records.c.id).where(records.c.offering_key == key).limit(1)) is not None
