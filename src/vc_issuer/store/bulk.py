"""Many rows at once: on PostgreSQL in one statement, with one array a column, whatever their number.

The driver's own way is one message and one run of the statement a row: for the rows of a chunk that is a multiple of
the CPU time of the same rows in arrays, here and in the server.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select

from vc_issuer.store.database import Session
from vc_issuer.store.postgresql import Array


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns, all or none. Raises IntegrityError."""
    if not rows:
        return
    if not _takes_arrays(session):
        session.connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    arrays = [
        bindparam(f"every_{name}", [row[name] for row in rows], Array(table.c[name].type), unique=True)
        for name in names
    ]
    given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
    session.connection.execute(insert(table).from_select(names, select(given)))


def is_among(session: Session, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these texts."""
    if not _takes_arrays(session):
        return column.in_(values)
    return column == func.any(bindparam("these", list(values), Array(column.type), unique=True))


def _takes_arrays(session: Session) -> bool:
    return session.connection.dialect.name == "postgresql"
