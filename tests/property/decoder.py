"""What is fuzzed: a decoder of foreign bytes, under a name, with seeds that it reads."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict

LIMITS = JsonLimits(size=64 * 1024, depth=16, nodes=2_000)


@dataclass(frozen=True)
class Decoder:
    name: str
    decode: Callable[[bytes], object]
    seeds: tuple[bytes, ...] = field(repr=False)


def as_text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def as_object(content: bytes) -> dict:
    value = parse_strict(content, limits=LIMITS)
    return value if isinstance(value, dict) else {}
