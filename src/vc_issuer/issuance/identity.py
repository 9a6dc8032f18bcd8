"""Identifiers that a document gets at prepare: random ids, capability codes, running numbers (decisions part 1)."""

from io import BytesIO

from vc_issuer.store.vault import RandomBytes

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 26  # 130 random bits: nobody guesses one, and it can be typed off paper
_CODE_BITS = CODE_LENGTH * 5
_BLOCK = 8192  # some eighty documents' worth
_PAIRS = tuple(first + second for first in CROCKFORD for second in CROCKFORD)


def in_blocks(random_bytes: RandomBytes) -> RandomBytes:
    """Return a source that draws many bytes at once and hands out each of them once; for one thread."""
    drawn = BytesIO()

    def take(size: int) -> bytes:
        nonlocal drawn
        found = drawn.read(size)
        if len(found) < size:
            drawn = BytesIO(random_bytes(max(size, _BLOCK)))
            found = drawn.read(size)
        return found

    return take


def new_uuid(random_bytes: RandomBytes) -> str:
    """Return a random UUID (version 4)."""
    drawn = random_bytes(16).hex()
    # The version stands in the thirteenth digit, the variant in two bits of the seventeenth (RFC 9562 section 5.4).
    variant = "89ab"[int(drawn[16], 16) & 3]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"


def new_code(random_bytes: RandomBytes) -> str:
    """Return a capability code: 26 characters of Crockford base32 without check character."""
    number = int.from_bytes(random_bytes((_CODE_BITS + 7) // 8)) >> (-_CODE_BITS % 8)
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(_CODE_BITS - 10, -1, -10)])


def document_number(prefix: str, year: int, number: int) -> str:
    """Return a document's number, such as `UZB-2025-000123`."""
    return f"{prefix}-{year}-{number:06d}"
