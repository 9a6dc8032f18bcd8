"""What any JSON-LD credential must hold to, so that its JSON says no more and no less than its signed graph (T28).

A schema of ours, no JSON-LD keyword below the root, and one id that says one thing everywhere.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from vc_issuer.model.credential import Document, Violation

_CREDENTIAL = "VerifiableCredential"
_LONGEST_NAME = 60


def schema_violations(document: Document, name: str, clause: str) -> list[Violation]:
    """Return every way in which a document breaks the schema of this project with the file name `name`."""
    validator = _validator(name)
    if validator.is_valid(document):
        return []
    return [
        Violation(
            pointer="".join(f"/{_escaped(str(step))}" for step in error.instance_path),
            message=_sentence(error),
            clause=clause,
        )
        for error in validator.iter_errors(document)
    ]


def keyword_violations(document: Document) -> Iterator[Violation]:
    """Refuse JSON-LD keywords below the root: they move or hide statements without breaking the proof.

    A credential inside another, such as an endorsement, names its contexts itself, as it does where it stands alone.
    """
    yield from _keywords(document, "")


def contexts_in(node: Any) -> Iterator[Any]:
    """Yield every context that a document names, at its root and in the credentials inside."""
    if isinstance(node, Mapping):
        named = node.get("@context", [])
        yield from named if isinstance(named, list) else [named]
        for name, value in node.items():
            if name != "@context":
                yield from contexts_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from contexts_in(value)


def same_id_violations(document: Document) -> Iterator[Violation]:
    """Demand that nodes with one id agree: RDF merges them, and what each said can't be told any more (ob3 7.3).

    What an endorsement is about stands in it by the same id, with the endorser's words: it is looked at by itself.
    """
    yield from _disagreements(_without_inner(document), lambda _name, _value: True)


def merged_id_violations(document: Document) -> Iterator[Violation]:
    """Demand that of others' nodes with one id: they may be named again with other types and lists, which merge.

    A single value may not differ. A credential inside has a proof of its own, and is looked at by itself.
    """
    outer = _without_inner(document)
    yield from _disagreements(outer, lambda name, value: name != "type" and not isinstance(value, list | Mapping))


@cache
def _validator(name: str) -> Any:
    text = (files("vc_issuer.formats") / "schemas" / name).read_text(encoding="utf-8")
    # Masked, because a value may be a person's.
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True, mask="the value")


def _sentence(error: Any) -> str:
    steps = [str(step)[:_LONGEST_NAME] for step in error.instance_path]
    place = "/".join(steps) or "the credential"
    missing = getattr(error.kind, "property", "")
    return f"{place} has no {missing}" if missing else f"{place}: {error.message}"


def _keywords(node: Any, pointer: str) -> Iterator[Violation]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key.startswith("@") and not (key == "@context" and (pointer == "" or _is_inner(node))):
                yield Violation(
                    pointer=f"{pointer}/{_escaped(key)}",
                    message=f"{key[:_LONGEST_NAME]} may not stand here",
                    clause="threat T28",
                )
            if key != "@context":
                yield from _keywords(value, f"{pointer}/{_escaped(key)}")
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _keywords(value, f"{pointer}/{position}")


def _is_inner(node: Mapping[str, Any]) -> bool:
    own_type, own_contexts = node.get("type"), node["@context"]
    types = own_type if isinstance(own_type, list) else [own_type]
    return _CREDENTIAL in types and isinstance(own_contexts, list) and all(isinstance(one, str) for one in own_contexts)


def _without_inner(node: Any, *, root: bool = True) -> Any:
    if isinstance(node, Mapping):
        types = node.get("type")
        if not root and _CREDENTIAL in (types if isinstance(types, list) else [types]):
            return None
        return {name: _without_inner(value, root=False) for name, value in node.items()}
    if isinstance(node, list):
        return [_without_inner(item, root=False) for item in node]
    return node


def _disagreements(document: Document, counts: Any) -> Iterator[Violation]:
    seen: dict[str, dict[str, Any]] = {}
    for node in _nodes(document):
        own_id = node.get("id")
        if not isinstance(own_id, str):
            continue
        said = seen.setdefault(own_id, {})
        if any(said.setdefault(name, value) != value for name, value in node.items() if counts(name, value)):
            message = "two nodes with the same id say different things"
            yield Violation(pointer="", message=message, clause="Open Badges 3.0 section 8")


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for name, item in value.items():
            if name != "proof":
                yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
