"""The part of CBOR (RFC 8949) that proof values hold: unsigned integers, byte strings, texts, arrays and maps.

Written deterministically (section 4.2.1): shortest lengths, definite ones only, map keys in order. Read alike, but that
map keys may stand in any order; what stands twice is refused, as are tags, floats and everything else.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from vc_issuer.errors import InvalidError

CborValue: TypeAlias = "int | bytes | str | Sequence[CborValue] | Mapping[CborValue, CborValue]"

MAX_DEPTH = 8  # a proof value nests two levels
_CLAUSE = "RFC 8949 section 4.2.1"
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_SHORT = 24  # arguments below this stand in the first byte
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def encode_cbor(value: CborValue) -> bytes:
    """Encode deterministically. Raises TypeError for a value of another kind, or a negative integer."""
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, Mapping):
        members = sorted((encode_cbor(key), encode_cbor(item)) for key, item in value.items())
        return _head(_MAP, len(members)) + b"".join(key + item for key, item in members)
    if isinstance(value, Sequence):
        return _head(_ARRAY, len(value)) + b"".join(encode_cbor(item) for item in value)
    if isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is not written here")
    return _head(_UNSIGNED, value)


def decode_cbor(content: bytes) -> CborValue:
    """Decode one value that takes up all of `content`. Raises InvalidError."""
    value, end = _decode(content, 0, 0)
    if end != len(content):
        raise InvalidError("the CBOR holds more than one value", clause=_CLAUSE)
    return value


def _head(major: int, argument: int) -> bytes:
    if argument < _SHORT:
        return bytes([major << 5 | argument])
    code, width = next((code, width) for code, width in _WIDTHS.items() if argument < 1 << (8 * width))
    return bytes([major << 5 | code]) + argument.to_bytes(width)


def _decode(content: bytes, start: int, depth: int) -> tuple[CborValue, int]:
    if depth > MAX_DEPTH:
        raise InvalidError(f"the CBOR is nested more than {MAX_DEPTH} levels deep", clause=_CLAUSE)
    major, argument, at = _read_head(content, start)
    if major == _UNSIGNED:
        return argument, at
    if major in (_BYTES, _TEXT):
        return _read_string(major, content[at : at + argument], argument), at + argument
    if major == _ARRAY:
        items = []
        for _ in range(argument):
            item, at = _decode(content, at, depth + 1)
            items.append(item)
        return items, at
    if major == _MAP:
        return _read_map(content, argument, at, depth)
    raise InvalidError(f"the CBOR holds a value of major type {major}, which has no place here", clause=_CLAUSE)


def _read_string(major: int, part: bytes, length: int) -> CborValue:
    if len(part) != length:
        raise InvalidError("the CBOR ends too early", clause=_CLAUSE)
    if major == _BYTES:
        return part
    try:
        return part.decode()
    except UnicodeDecodeError as error:
        raise InvalidError("a text in the CBOR is not UTF-8", clause=_CLAUSE) from error


def _read_map(content: bytes, length: int, at: int, depth: int) -> tuple[CborValue, int]:
    members: dict[CborValue, CborValue] = {}
    for _ in range(length):
        key, at = _decode(content, at, depth + 1)
        if isinstance(key, list | dict):
            raise InvalidError("a key of a map in the CBOR is a list or a map", clause=_CLAUSE)
        if key in members:
            raise InvalidError("a key of a map in the CBOR stands twice", clause=_CLAUSE)
        members[key], at = _decode(content, at, depth + 1)
    return members, at


def _read_head(content: bytes, start: int) -> tuple[int, int, int]:
    if start >= len(content):
        raise InvalidError("the CBOR ends too early", clause=_CLAUSE)
    major, code = content[start] >> 5, content[start] & 0x1F
    if code < _SHORT:
        return major, code, start + 1
    width = _WIDTHS.get(code)
    if width is None:
        raise InvalidError("the CBOR has a length that is not definite", clause=_CLAUSE)
    raw = content[start + 1 : start + 1 + width]
    argument = int.from_bytes(raw)
    if len(raw) != width:
        raise InvalidError("the CBOR ends too early", clause=_CLAUSE)
    if len(_head(major, argument)) != 1 + width:
        raise InvalidError("a length or number in the CBOR is not as short as it could be", clause=_CLAUSE)
    return major, argument, start + 1 + width
