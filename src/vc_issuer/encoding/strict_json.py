"""JSON as RFC 8259 allows it and every reader understands it alike (RFC 7493, threat T30).

Duplicate members, NaN, numbers out of range, lone surrogates, and documents past a limit are refused.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from vc_issuer.errors import UnreadableError
from vc_issuer.model.credential import JsonValue

MAX_NUMBER_DIGITS = 24  # no field of these formats needs more, and int() of a long literal takes quadratic time
# A string without an end is one token too, and the repetition never gives back: one pass, whatever comes.
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


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
    _check_nesting(text, limits.depth)
    try:
        value: JsonValue = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_decimal
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableError("the document is not well-formed JSON") from error
    _check_nodes(value, limits)
    return value


def serialise_compact(value: JsonValue) -> bytes:
    """Write a value as compact UTF-8 JSON in the order of its members."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _check_nesting(text: str, depth: int) -> None:
    # The parser recurses, so nesting is bounded before it begins. Strings are skipped as one token each.
    level = 0
    for token in _BRACKETS.finditer(text):
        bracket = token.group()
        if bracket in "[{":
            level += 1
            if level > depth:
                raise UnreadableError(f"the document is nested more than {depth} levels deep")
        elif bracket in "]}":
            level -= 1


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


def _check_nodes(value: JsonValue, limits: JsonLimits) -> None:
    count = 0
    waiting: list[Any] = [value]
    while waiting:
        node = waiting.pop()
        count += 1
        if count > limits.nodes:
            raise UnreadableError(f"the document holds more than {limits.nodes} values")
        if isinstance(node, dict):
            waiting.extend(node.values())
            waiting.extend(key for key in node if not key.isascii())
        elif isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, str) and not _is_encodable(node):
            raise UnreadableError("a text holds half a character (a lone surrogate)")


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
