"""What a lint looks at: one prepared document, its bytes, and the copy of it that a throw-away key secured.

A lint yields the places where something is wrong, as JSON pointers; never a value, since a value may be a person's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from vc_issuer.model.credential import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class LintSubject:
    """One document as prepared. `released` is when it will be issued, aware UTC.

    `secured` is a copy signed or sealed with a throw-away key, empty where none was made; `verify` raises one of our
    errors if the proof of such a copy doesn't hold, or covers something else than `content`.
    """

    document: Document = field(repr=False)
    content: bytes = field(repr=False)
    released: datetime
    secured: bytes = field(default=b"", repr=False)
    verify: Callable[[bytes], None] | None = None
    _nodes: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list, init=False, repr=False, compare=False)

    def nodes(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return every object of the document with its pointer, walked once; proofs are no part of what it says."""
        if not self._nodes:
            self._nodes.extend(_walk(self.document))
        return self._nodes


Check: TypeAlias = Callable[[LintSubject], Iterable[str]]


def objects(value: object, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of a member that holds one or a list of them, each with its pointer."""
    if isinstance(value, Mapping):
        yield pointer, value
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            if isinstance(item, Mapping):
                yield f"{pointer}/{position}", item


def members(node: Mapping[str, Any], *path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Follow a path of members through objects and lists; yield the objects at its end."""
    found: list[tuple[str, Mapping[str, Any]]] = [("", node)]
    for name in path:
        found = [each for pointer, one in found for each in objects(one.get(name), f"{pointer}/{name}")]
    yield from found


def _walk(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    waiting: list[tuple[str, object]] = [("", document)]
    for pointer, value in waiting:
        if isinstance(value, Mapping):
            yield pointer, value
            waiting += [
                (f"{pointer}/{name}", item)
                for name, item in value.items()
                if isinstance(item, Mapping | list | tuple) and name != "proof"
            ]
        elif isinstance(value, list | tuple):
            waiting += [(f"{pointer}/{position}", item) for position, item in enumerate(value)]


def types_of(node: Mapping[str, Any]) -> tuple[object, ...]:
    """Return an object's types, however many it has."""
    value = node.get("type")
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def untyped(found: Iterable[tuple[str, Mapping[str, Any]]], name: str) -> Iterator[str]:
    """Yield the pointer of each object that lacks a type."""
    return (f"{pointer}/type" for pointer, node in found if name not in types_of(node))


def moment_of(value: object) -> datetime | None:
    """Read a date and time with an offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
