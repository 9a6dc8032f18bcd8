"""Damage bytes as a fuzzer does: flip, cut, double, move, and put in what parsers stumble over."""

AWKWARD = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b'"', b"{", b"[", b"\\u", b"\\ud800", b"NaN", b"1e999", b"-0", b"9" * 30,
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"null", b"&#0;", b"<!DOCTYPE x [", b"endobj", b"stream\r\n", b"..", b"%2e%2e", b"@id",
)  # fmt: skip


def mutated(seed: bytes, chance) -> bytes:
    """Return `seed` after one to six changes that `chance` (a random.Random) chooses."""
    content = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(content) + 1)
        kind = chance.randrange(6)
        if kind == 0 and place < len(content):
            content[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            content[place:place] = chance.choice(AWKWARD)
        elif kind == 2:
            del content[place : place + chance.randint(1, 40)]
        elif kind == 3:
            piece = content[place : place + chance.randint(1, 60)]
            other = chance.randrange(len(content) + 1)
            content[other:other] = piece
        elif kind == 4:
            del content[place:]
        elif place < len(content):
            content[place] = chance.randrange(256)
    return bytes(content)
