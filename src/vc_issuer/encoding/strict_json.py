"""JSON as RFC 8259 allows it and every reader understands it alike (RFC 7493, threat T30).

Duplicate members, NaN, numbers out of range, lone surrogates, and documents past a limit are refused.
"""

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from vc_issuer.errors import UnreadableError
from vc_issuer.model.credential import JsonValue

MAX_NUMBER_DIGITS = 24  # no field of these formats needs more, and int() of a long literal takes quadratic time


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLimits:
    """What a document may hold: bytes, depth of nesting, and nodes (values of any kind)."""

    size: int
    depth: int
    nodes: int


def parse_strict(content: bytes, *, limits: JsonLimits) -> JsonValue:
    """Parse UTF-8 JSON within `limits`. Raises UnreadableError with a sentence that says what is wrong."""
    if len(content) > limits.size:
        raise UnreadableError(f"the document holds more than {limits.size // 1024} KiB")
    try:
        text = content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("the document is not UTF-8 text") from error
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError("the document is not well-formed JSON") from error
    except RecursionError as error:
        # The parser gives up far beyond any limit that is set here.
        raise _too_deep(limits) from error
    _check_nodes(value, limits)
    if "\\u" in text:  # without an escape, UTF-8 brings no surrogate
        _check_surrogates(value)
    return value


def serialise_compact(value: JsonValue) -> bytes:
    """Write a value as compact UTF-8 JSON in the order of its members."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableError(f"the member {twice[:80]!r} stands twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableError(f"{name} is no JSON number")


def _integer(literal: str) -> int:
    if len(literal) > MAX_NUMBER_DIGITS:
        raise UnreadableError(f"a number has more than {MAX_NUMBER_DIGITS} digits")
    return int(literal)


def _decimal(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number) or len(literal) > 2 * MAX_NUMBER_DIGITS:
        raise UnreadableError("a number is out of range")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_decimal
)


def _check_nodes(value: JsonValue, limits: JsonLimits) -> None:
    """Count values and levels, a level at a time."""
    count, depth = 0, 0
    level: list[Any] = [value]
    while level:
        count += len(level)
        if count > limits.nodes:
            raise UnreadableError(f"the document holds more than {limits.nodes} values")
        below: list[Any] = []
        nested = False
        for node in level:
            if type(node) is dict:
                below += node.values()
                nested = True
            elif type(node) is list:
                below += node
                nested = True
        depth += nested
        if depth > limits.depth:
            raise _too_deep(limits)
        level = below


def _too_deep(limits: JsonLimits) -> UnreadableError:
    return UnreadableError(f"the document is nested more than {limits.depth} levels deep")


def _check_surrogates(value: JsonValue) -> None:
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
            waiting += node
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, str) and not _is_encodable(node):
            raise UnreadableError("a text holds half a character (a lone surrogate)")


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
