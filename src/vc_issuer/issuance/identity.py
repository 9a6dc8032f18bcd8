"""Identifiers that a document gets at prepare: random ids, capability codes, running numbers (decisions part 1)."""

from uuid import UUID

from vc_issuer.store.vault import RandomBytes

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 26  # 130 random bits: nobody guesses one, and it can be typed off paper
_CODE_BITS = CODE_LENGTH * 5


def new_uuid(random_bytes: RandomBytes) -> str:
    """Return a random UUID (version 4)."""
    return str(UUID(bytes=random_bytes(16), version=4))


def new_code(random_bytes: RandomBytes) -> str:
    """Return a capability code: 26 characters of Crockford base32 without check character."""
    number = int.from_bytes(random_bytes((_CODE_BITS + 7) // 8)) >> (-_CODE_BITS % 8)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(_CODE_BITS - 5, -1, -5))


def document_number(prefix: str, year: int, number: int) -> str:
    """Return a document's number, such as `UZB-2025-000123`."""
    return f"{prefix}-{year}-{number:06d}"
