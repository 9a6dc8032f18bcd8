"""Digests that a document states of a resource: `digestSRI` (W3C SRI) and `digestMultibase` (a Multihash)."""

import base64
import hashlib
import hmac
from functools import lru_cache

from vc_issuer.encoding.multikey import base58_decode, base64url_decode
from vc_issuer.errors import InvalidError

_SRI = ("sha256", "sha384", "sha512")
# Multihash: a code, the length, the digest (both numbers below 128, so one byte each).
_MULTIHASH = {0x12: "sha256", 0x20: "sha384", 0x13: "sha512"}


def sri_digest(content: bytes, name: str = "sha384", *, head: bytes = b"") -> str:
    """Return the `digestSRI` of a resource's bytes, which begin with `head` (`hashed`)."""
    return f"{name}-{base64.b64encode(hashed(name, content, head=head).digest()).decode('ascii')}"


def hashed(name: str, content: bytes, *, head: bytes = b"") -> "hashlib._Hash":
    """Return the hash of `content`, which begins with `head`: what many contents have as theirs is hashed once."""
    found = _hashed_head(name, head).copy()
    found.update(memoryview(content)[len(head) :])
    return found


@lru_cache(maxsize=256)
def _hashed_head(name: str, head: bytes) -> "hashlib._Hash":
    return hashlib.new(name, head)


def digest_matches(stated: object, content: bytes) -> bool:
    """Tell whether a stated digest, of either form, is that of `content`; a malformed one is not."""
    if not isinstance(stated, str):
        return False
    name = stated.partition("-")[0]
    if name in _SRI:
        return hmac.compare_digest(stated.encode(), sri_digest(content, name).encode())
    return _multihash_matches(stated, content)


def _multihash_matches(stated: str, content: bytes) -> bool:
    try:
        raw = base64url_decode(stated[1:]) if stated.startswith("u") else _base58(stated)
    except InvalidError:
        return False
    name = _MULTIHASH.get(raw[0]) if len(raw) > 2 else None
    return name is not None and raw[1] == len(raw) - 2 and raw[2:] == hashlib.new(name, content).digest()


def _base58(stated: str) -> bytes:
    if not stated.startswith("z"):
        raise InvalidError("the digest is neither base64url nor base58btc", clause="CID 1.0 section 2.4")
    return base58_decode(stated[1:])
