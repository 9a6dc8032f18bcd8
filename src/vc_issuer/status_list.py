"""Bitstring Status List 1.0 (W3C Recommendation 2025-05-15): bits to document and back; pure.

Index 0 is the leftmost bit of the first byte. A list never has fewer than MINIMUM_ENTRIES entries.
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from isal import igzip

from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.model.credential import Document

MINIMUM_ENTRIES = 131_072  # 16 KiB uncompressed, for the holders' group privacy ("Revocation Bitstring Length")
MAX_BITS_BYTES = 16 * 1024 * 1024  # 134 million entries; a bomb is refused while it inflates (threat T23)
_LEVEL = 2  # of ISA-L's: a tenth of the time of gzip's default, and as small within a tenth
_CLAUSE = "Bitstring Status List 1.0 section 3"
ENTRY_TYPE = "BitstringStatusListEntry"
LIST_TYPE = "BitstringStatusListCredential"
STATE_PURPOSE = "suspension"  # our second list at the same index: with the revocation bit it means superseded


def make_bits(indexes: Iterable[int], entries: int = MINIMUM_ENTRIES) -> bytes:
    """Return the bitstring of `entries` entries with these indexes set."""
    bits = bytearray(max(entries, MINIMUM_ENTRIES) // 8)
    for index in indexes:
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)


def encode_bits(bits: bytes) -> str:
    """Return the `encodedList` of a bitstring: `u`, then base64url of its gzip, the same for the same bits."""
    return "u" + base64url_encode(igzip.compress(bits, compresslevel=_LEVEL, mtime=0))


def decode_bits(encoded: object) -> bytes:
    """Inflate an `encodedList` within limits. Raises InvalidError, UnreadableError."""
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise InvalidError("the encoded list is not multibase base64url", clause=_CLAUSE)
    compressed = base64url_decode(encoded[1:])
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        bits = inflater.decompress(compressed, MAX_BITS_BYTES + 1)
    except zlib.error as error:
        raise UnreadableError("the encoded list is not gzip") from error
    if len(bits) > MAX_BITS_BYTES:
        raise UnreadableError(f"the encoded list inflates to more than {MAX_BITS_BYTES // 2**20} MiB")
    if not inflater.eof or inflater.unused_data:
        raise UnreadableError("the encoded list is cut off, or more follows it")
    return bits


def entries_in(encoded: object) -> int:
    """Return how many entries an `encodedList` has. Raises InvalidError, UnreadableError."""
    return len(decode_bits(encoded)) * 8


def bit_is_set(bits: bytes, index: int) -> bool:
    """Tell whether the entry at `index` is set. Raises InvalidError past the end."""
    if not 0 <= index < len(bits) * 8:
        raise InvalidError("the status index lies past the end of its list", clause=f"{_CLAUSE}.2 (RANGE_ERROR)")
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


def parse_index(value: object) -> int:
    """Read a `statusListIndex`: a decimal string without sign or junk. Raises InvalidError."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 10:
        raise InvalidError("the status index is no decimal string", clause=f"{_CLAUSE}.1")
    return int(value)


def state_list_url(url: str) -> str:
    """Return where the state list lies that goes with the revocation list at `url`."""
    return f"{url}-state"


def build_status_list(
    url: str, bits: bytes, *, issuer: str, purpose: str, valid_from: datetime, ttl_ms: int = 60_000
) -> Document:
    """Build the unsecured status list credential that lies at `url`. `purpose` is one word; `ttl_ms` advisory."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", LIST_TYPE],
        "issuer": issuer,
        "validFrom": valid_from.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_bits(bits),
            "ttl": ttl_ms,
        },
    }


def status_entry(url: str, index: int, *, purpose: str) -> dict[str, Any]:
    """Return the `credentialStatus` of one credential."""
    return {
        "id": f"{url}#{index}",
        "type": ENTRY_TYPE,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def list_bits(document: Mapping[str, Any], *, url: str, purpose: str, minimum: int = MINIMUM_ENTRIES) -> bytes:
    """Return the bits of a status list credential whose proof was verified, if it is the list asked for.

    Raises InvalidError: wrong type, id, purpose, or shorter than `minimum` entries.
    """
    types = document.get("type")
    subject = document.get("credentialSubject")
    if not isinstance(types, list) or LIST_TYPE not in types or not isinstance(subject, Mapping):
        raise InvalidError("the status list is no BitstringStatusListCredential", clause=_CLAUSE)
    if document.get("id", url) != url:
        raise InvalidError("the status list is another one than the one asked for", clause="threat T25")
    purposes = subject.get("statusPurpose")
    if purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise InvalidError(f"the status list does not serve {purpose}", clause=f"{_CLAUSE}.2")
    bits = decode_bits(subject.get("encodedList"))
    if len(bits) * 8 < minimum:
        raise InvalidError(
            f"the status list has fewer than {minimum} entries", clause=f"{_CLAUSE}.2 (STATUS_LIST_LENGTH_ERROR)"
        )
    return bits
