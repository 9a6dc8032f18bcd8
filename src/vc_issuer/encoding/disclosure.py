"""Take a JSON-LD document apart into statements that can be shown one by one (VC-DI-ECDSA 1.0 section 3.4).

Blank nodes get ids for the time being (skolemization), so that a part picked out by JSON pointers names the same nodes
as the whole. A statement is one N-Quad with its line feed, in canonical form but for its blank nodes' labels.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeAlias

import pyoxigraph

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.jsonld import canonical_labels, compact, expand, to_nquads
from vc_issuer.encoding.rdfc import canonicalize_nquads
from vc_issuer.errors import UnsafeDocumentError
from vc_issuer.model.credential import Document

LabelMap: TypeAlias = Mapping[str, str]
Relabel: TypeAlias = Callable[[LabelMap], LabelMap]
"""Turn canonical labels by the document's own into the labels that are to stand in the statements."""

_SCHEME = "urn:bnid:"
_SKOLEM = re.compile(rf"<{_SCHEME}([^>]+)>")
_CLAUSE = "VC-DI-ECDSA 1.0 section 3.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """A whole document as sorted statements, and what is needed to find a part of it among them."""

    lines: tuple[str, ...]
    labels: LabelMap
    skolemized: Document


def state(
    document: Document, relabel: Relabel, *, contexts: ContextStore | None = None, guarded: bool = False
) -> Statements:
    """Return a document's statements. Raises UnsafeDocumentError, and UnreadableError for a poisoned graph."""
    expanded = expand(document, contexts=contexts)
    if _SCHEME in to_nquads(expanded):
        raise UnsafeDocumentError(f"the document uses {_SCHEME}, which selective disclosure needs for itself")
    skolemized = _skolemize(expanded, count())
    nquads = _deskolemized(skolemized)
    labels = relabel(checked_labels(nquads, guarded=guarded))
    return Statements(
        lines=tuple(sorted(_relabelled(nquads, labels))),
        labels=labels,
        skolemized=compact(skolemized, document.get("@context"), contexts=contexts),
    )


def indexes_of(
    statements: Statements, pointers: Sequence[str], *, contexts: ContextStore | None = None
) -> tuple[int, ...]:
    """Return which statements of the whole make up the part that `pointers` pick. Raises UnsafeDocumentError."""
    nquads = part_as_nquads(statements, pointers, contexts=contexts)
    wanted = set(_relabelled(nquads, statements.labels))
    return tuple(position for position, line in enumerate(statements.lines) if line in wanted)


def part_as_nquads(statements: Statements, pointers: Sequence[str], *, contexts: ContextStore | None = None) -> str:
    """Return the part that `pointers` pick as N-Quads, under the labels of the whole before they were replaced."""
    part = select(statements.skolemized, pointers)
    return _deskolemized(expand(part, contexts=contexts)) if part else ""


def checked_labels(nquads: str, *, guarded: bool = False) -> LabelMap:
    """Return canonical labels that give the canonical form. Raises UnsafeDocumentError where they would not."""
    canonical = canonicalize_nquads(nquads, guarded=guarded)
    labels = canonical_labels(nquads)
    if "".join(sorted(_relabelled(nquads, labels))) != canonical:
        raise UnsafeDocumentError("the document holds characters that canonicalisation treats in two ways")
    return labels


def select(document: Document, pointers: Sequence[str]) -> dict[str, Any] | None:
    """Return the part of a compact document that RFC 6901 pointers name, with ids and types on the way there.

    None if there are no pointers. Raises UnsafeDocumentError if one points to nothing.
    """
    if not pointers:
        return None
    selection: dict[str, Any] = {"@context": deepcopy(document["@context"]), **_identity(document)}
    for pointer in pointers:
        _select_one(document, pointer_steps(pointer), selection)
    packed: dict[str, Any] = _without_gaps(selection)
    return packed


def pointer_steps(pointer: str) -> list[str]:
    """Take a JSON pointer apart (RFC 6901). Raises UnsafeDocumentError."""
    if pointer and not pointer.startswith("/"):
        raise UnsafeDocumentError(f"{pointer[:80]!r} is no JSON pointer", remedy="Begin it with a slash.")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


class _Sparse(dict[int, Any]):
    """A list of which only some places are filled yet."""


def _select_one(document: Document, steps: list[str], selection: dict[str, Any]) -> None:
    if not steps:
        selection.update(deepcopy(dict(document)))
        return
    source: Any = document
    target: Any = selection
    for number, step in enumerate(steps):
        key, source = _step_into(source, step)
        if number == len(steps) - 1:
            target[key] = _merged(target.get(key), source)
        else:
            target = target.setdefault(key, _Sparse() if isinstance(source, list) else _identity(source))


def _step_into(source: Any, step: str) -> tuple[Any, Any]:
    if isinstance(source, Mapping) and step in source:
        return step, source[step]
    if isinstance(source, list) and step.isdecimal() and str(int(step)) == step and int(step) < len(source):
        return int(step), source[int(step)]
    raise UnsafeDocumentError(f"a pointer names {step[:80]!r}, which is not in the document")


def _merged(selected: Any, source: Any) -> Any:
    if isinstance(source, Mapping):
        return {**(selected or {}), **deepcopy(dict(source))}
    return deepcopy(source)


def _identity(source: Any) -> dict[str, Any]:
    if not isinstance(source, Mapping):
        raise UnsafeDocumentError("a pointer leads through a value that has no members")
    identity = {}
    if isinstance(source.get("id"), str) and not source["id"].startswith("_:"):
        identity["id"] = source["id"]
    if "type" in source:
        identity["type"] = deepcopy(source["type"])
    return identity


def _without_gaps(value: Any) -> Any:
    if isinstance(value, _Sparse):
        return [_without_gaps(value[place]) for place in sorted(value)]
    if isinstance(value, dict):
        return {name: _without_gaps(item) for name, item in value.items()}
    return value


def _skolemize(expanded: list[Any], counter: Iterator[int]) -> list[Any]:
    return [_skolemized_item(item, counter) for item in expanded]


def _skolemized_item(item: Any, counter: Iterator[int]) -> Any:
    if not isinstance(item, dict) or "@value" in item:
        return item
    node: dict[str, Any] = {
        name: _skolemize(value, counter) if isinstance(value, list) else _skolemized_item(value, counter)
        for name, value in item.items()
    }
    if "@list" in node or "@set" in node:
        return node
    own_id = node.get("@id")
    if own_id is None:
        node["@id"] = f"{_SCHEME}b{next(counter)}"
    elif own_id.startswith("_:"):
        node["@id"] = f"{_SCHEME}x{own_id[2:]}"  # apart from the counted ones
    return node


def _deskolemized(expanded: list[Any]) -> str:
    return _SKOLEM.sub(r"_:\1", to_nquads(expanded))


def _relabelled(nquads: str, labels: LabelMap) -> list[str]:
    lines = []
    for quad in pyoxigraph.parse(nquads.encode("utf-8"), format=pyoxigraph.RdfFormat.N_QUADS):
        terms = (_named(term, labels) for term in (quad.subject, quad.predicate, quad.object, quad.graph_name))
        written = pyoxigraph.serialize([pyoxigraph.Quad(*terms)], format=pyoxigraph.RdfFormat.N_QUADS) or b""
        lines.append(written.decode("utf-8"))
    return lines


def _named(term: Any, labels: LabelMap) -> Any:
    return pyoxigraph.BlankNode(labels[term.value]) if isinstance(term, pyoxigraph.BlankNode) else term
