"""The shape of a JSON document: its structure as a key, its texts as a list, so that documents alike share work.

The key holds what decides how a document reads as linked data: members in their order, lengths of arrays, contexts,
types, numbers and booleans. Every other text is listed, in document order, and may differ from document to document.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from vc_issuer.model.credential import Document, JsonValue

# Contexts and types decide what the other members mean.
_DECISIVE = frozenset({"@context", "type", "@type"})
ShapeKey: TypeAlias = tuple[object, ...]


class Shape(NamedTuple):
    """A document's structure, and its texts in document order."""

    key: ShapeKey
    texts: tuple[str, ...]


def read_shape(document: Document) -> Shape:
    """Take a document apart. Two documents with one key differ in their texts alone."""
    tokens: list[object] = []
    texts: list[str] = []
    _read(document, tokens, texts)
    return Shape(tuple(tokens), tuple(texts))


def replace_texts(document: Document, texts: Sequence[str]) -> dict[str, Any]:
    """Return a copy with these texts, one for each that `read_shape` lists."""
    following = iter(texts)
    replaced: dict[str, Any] = _replace(document, lambda _: next(following))
    return replaced


def _read(value: JsonValue, tokens: list[object], texts: list[str]) -> None:
    # Each token says how many follow, so no two structures write the same key.
    if isinstance(value, str):
        texts.append(value)
        tokens.append(None)
    elif type(value) is dict or isinstance(value, Mapping):  # asking the protocol alone is dear, and most are dict
        tokens.append(len(value))
        for name, member in value.items():
            tokens.append(name)
            if name in _DECISIVE:
                tokens.append(_decisive(member))
            elif type(member) is str:  # most are, and need no call
                texts.append(member)
                tokens.append(None)
            else:
                _read(member, tokens, texts)
    elif isinstance(value, list | tuple):
        tokens.append(-1 - len(value))
        for item in value:
            _read(item, tokens, texts)
    else:
        tokens.append(repr(value))


def _decisive(member: JsonValue) -> object:
    """Return what stands for a context or a type in the key: itself, a list of texts as a tuple, or its JSON."""
    if isinstance(member, str):
        return member
    if type(member) is list and all(type(item) is str for item in member):
        return tuple(member)
    return 0, json.dumps(member)


def _replace(value: JsonValue, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: member if name in _DECISIVE else _replace(member, change) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_replace(item, change) for item in value]
    return value
