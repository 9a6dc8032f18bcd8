"""Talk to PostgreSQL in its binary format: what is stored is encrypted, and bytes are twice as long in its text format.

Only the transactions of a database do so: migrations and the queue have commands of their own on the same server.
"""

from importlib import import_module
from typing import Any

from sqlalchemy import Dialect, Engine, String, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine, UserDefinedType

BINARY = "vc_issuer_binary"  # the option of a connection whose rows come in the binary format
_BINARY_FORMAT = 1  # psycopg.pq.Format.BINARY


class _Values(list[Any]):
    """The values of an array parameter."""


class Array(UserDefinedType[list[Any]]):
    """The type of a parameter that is an array, sent in the binary format; `item` is the type of its values."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        # A text goes as one of any length: cast to its column's, it would be cut off where the column refuses it.
        self.item = String() if isinstance(item, String) else item

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what makes a parameter of a list of values, none of them None."""
        one = self.item.dialect_impl(dialect).bind_processor(dialect)
        return (lambda values: _Values(map(one, values))) if one else _Values


@compiles(Array, "postgresql")
def _name_of_array(array: Array, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(array.item, **options)}[]"


def speak_binary(engine: Engine) -> None:
    """Have psycopg send such arrays, and fetch rows in the binary format where the option BINARY asks for it."""
    event.listen(engine, "connect", _take_arrays)
    event.listen(engine, "before_cursor_execute", _fetch_binary)


def _take_arrays(connection: Any, _record: Any) -> None:
    arrays = import_module("psycopg.types.array")  # only who has a PostgreSQL has its driver
    connection.adapters.register_dumper(_Values, arrays.ListBinaryDumper)


def _fetch_binary(_connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: Any) -> None:
    if context and context.execution_options.get(BINARY):
        cursor.format = _BINARY_FORMAT
