"""Just enough ASN.1 (X.690) to write a few structures and to take CMS apart.

Reading accepts DER and the definite and indefinite lengths of BER, since time-stamp tokens come in both.
"""

from dataclasses import dataclass

from vc_issuer.errors import UnreadableError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID, SEQUENCE, SET = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31
_CONSTRUCTED = 0x20
_MAX_DEPTH = 32  # CMS nests about a dozen levels; more is an attack on the recursion
_MAX_OID_BYTES = 64  # registered object identifiers have a dozen; arithmetic on long ones takes quadratic time


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One ASN.1 value: its tag byte, its contents, and the bytes of the whole as they stood."""

    tag: int
    content: bytes
    encoded: bytes

    def children(self, depth: int = 0) -> "tuple[Node, ...]":
        """Return the values inside a constructed one. Raises UnreadableError."""
        if not self.tag & _CONSTRUCTED:
            raise UnreadableError("an ASN.1 value that should hold others doesn't")
        nodes: list[Node] = []
        position = 0
        while position < len(self.content):
            node, position = _read(self.content, position, depth=depth + 1)
            nodes.append(node)
        return tuple(nodes)

    def octets(self, depth: int = 0) -> bytes:
        """Return an OCTET STRING's bytes, put together if BER has cut it into pieces."""
        if self.tag == OCTET_STRING:
            return self.content
        if self.tag == OCTET_STRING | _CONSTRUCTED:
            return b"".join(piece.octets(depth + 1) for piece in self.children(depth))
        raise UnreadableError("an ASN.1 value should be an OCTET STRING")

    def integer(self) -> int:
        """Return an INTEGER's value."""
        if self.tag != INTEGER or not self.content:
            raise UnreadableError("an ASN.1 value should be an INTEGER")
        return int.from_bytes(self.content, signed=True)

    def oid(self) -> str:
        """Return an OBJECT IDENTIFIER in dots."""
        if self.tag != OID or not 1 <= len(self.content) <= _MAX_OID_BYTES or self.content[-1] & 0x80:
            raise UnreadableError("an ASN.1 value should be an OBJECT IDENTIFIER")
        numbers: list[int] = []
        number = 0
        for byte in self.content:
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(number)
                number = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(str(part) for part in (first, numbers[0] - 40 * first, *numbers[1:]))


def read_der(content: bytes) -> Node:
    """Read the one value that `content` is. Raises UnreadableError, also for bytes after it."""
    node, end = _read(content, 0, depth=0)
    if end != len(content):
        raise UnreadableError("bytes stand after an ASN.1 value")
    return node


def read_padded_der(content: bytes) -> Node:
    """Read the one value that `content` begins with; nothing but zeros stands after it. Raises UnreadableError."""
    node, end = _read(content, 0, depth=0)
    if content[end:].strip(b"\0"):
        raise UnreadableError("bytes stand after an ASN.1 value")
    return node


def write_der(tag: int, *contents: bytes) -> bytes:
    """Write a value with `tag` that holds `contents`, one after the other."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    width = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + length.to_bytes(width) + content


def write_integer(value: int) -> bytes:
    """Write an INTEGER; foreign certificates have negative serial numbers, though RFC 5280 knows none."""
    width = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return write_der(INTEGER, value.to_bytes(width, signed=True))


def write_oid(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = b""
    for number in (40 * first + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return write_der(OID, content)


def _read(content: bytes, start: int, *, depth: int) -> tuple[Node, int]:
    if depth > _MAX_DEPTH:
        raise UnreadableError("an ASN.1 value is nested too deep")
    try:
        tag, length_byte = content[start], content[start + 1]
    except IndexError as error:
        raise UnreadableError("an ASN.1 value is cut short") from error
    if tag & 0x1F == 0x1F:
        raise UnreadableError("an ASN.1 value has a tag that these structures don't use")
    if length_byte == 0x80:
        return _read_indefinite(content, start, depth=depth)
    begin, length = _length(content, start + 1)
    end = begin + length
    if end > len(content):
        raise UnreadableError("an ASN.1 value is cut short")
    return Node(tag=tag, content=content[begin:end], encoded=content[start:end]), end


def _length(content: bytes, position: int) -> tuple[int, int]:
    first = content[position]
    if first < 0x80:
        return position + 1, first
    width = first & 0x7F
    if width > 4 or position + 1 + width > len(content):
        raise UnreadableError("an ASN.1 length is malformed")
    return position + 1 + width, int.from_bytes(content[position + 1 : position + 1 + width])


def _read_indefinite(content: bytes, start: int, *, depth: int) -> tuple[Node, int]:
    if not content[start] & _CONSTRUCTED:
        raise UnreadableError("an ASN.1 length is malformed")
    position = start + 2
    while content[position : position + 2] != b"\0\0":
        _, position = _read(content, position, depth=depth + 1)
    end = position + 2
    return Node(tag=content[start], content=content[start + 2 : position], encoded=content[start:end]), end
