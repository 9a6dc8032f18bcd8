"""Read members of a badge that anybody may have written: what is not of the kind that is asked for counts as absent."""

from collections.abc import Mapping
from typing import Any


def object_of(value: Any) -> Mapping[str, Any]:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text_of(node: Mapping[str, Any], name: str) -> str:
    """Return the text of a member, or an empty one."""
    value = node.get(name)
    return value if isinstance(value, str) else ""
