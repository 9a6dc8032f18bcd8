"""Many rows at once: on PostgreSQL in one statement, with one array a column, whatever their number.

The driver's own way is one message and one run of the statement a row: for the rows of a chunk that is a multiple of
the CPU time of the same rows in arrays, here and in the server. SQLite runs a statement a row quickly, but SQLAlchemy
looks at every value anew: there it compiles the statement once, and the driver gets the values.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Dialect, Insert, LargeBinary, Table, Update, bindparam, func, insert, select

from vc_issuer.store.database import Session
from vc_issuer.store.postgresql import Array


class _Compiled(NamedTuple):
    """A statement as the driver takes it; `names` in the order of its places, empty where it names them itself."""

    text: str
    names: tuple[str, ...]
    writers: Mapping[str, Callable[[Any], Any]]


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns, all or none. Raises IntegrityError."""
    if not rows:
        return
    if not _takes_arrays(session):
        execute_many(session, insert_into(table), rows)
        return
    names = list(rows[0])
    arrays = [
        bindparam(f"every_{name}", [row[name] for row in rows], Array(table.c[name].type), unique=True)
        for name in names
    ]
    given = func.unnest(*arrays).table_valued(*names, name="given").render_derived()
    session.connection.execute(insert(table).from_select(names, select(given)))


def execute_many(session: Session, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run `statement`, which must be one object for the life of the process, for rows that have the same names.

    Raises IntegrityError as SQLAlchemy does.
    """
    if not rows:
        return
    compiled = _compiled(statement, session.connection.dialect, tuple(rows[0]))
    if compiled.writers:
        written = ({name: write(row[name]) for name, write in compiled.writers.items()} for row in rows)
        rows = [{**row, **values} for row, values in zip(rows, written, strict=True)]
    values: Any = [tuple([row[name] for name in compiled.names]) for row in rows] if compiled.names else list(rows)
    session.connection.exec_driver_sql(compiled.text, values)


@cache
def insert_into(table: Table) -> Insert:
    """Return the one statement that inserts into a table, for `execute_many`."""
    return insert(table)


def is_among(session: Session, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these texts."""
    if not _takes_arrays(session):
        return column.in_(values)
    return column == func.any(bindparam("these", list(values), Array(column.type), unique=True))


def _takes_arrays(session: Session) -> bool:
    return session.connection.dialect.name == "postgresql"


@lru_cache(maxsize=64)
def _compiled(statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    writers = {
        name: write
        for name, bound in compiled.binds.items()
        # The drivers take bytes as they are; only what wraps them would be left of it.
        if not isinstance(bound.type, LargeBinary) and (write := _writer(bound.type, dialect))
    }
    return _Compiled(str(compiled), tuple(compiled.positiontup or ()), writers)


def _writer(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found
