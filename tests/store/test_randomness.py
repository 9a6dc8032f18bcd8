"""Bytes that were drawn at once are each handed out once: to whom ever asks, in threads and in forked processes."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from vc_issuer.store.randomness import in_blocks
from vc_issuer.store.vault import NONCE_BYTES, DataKey


def numbered():
    """Return a source of which every four bytes are another number, and the list of what was drawn from it."""
    drawn, numbers = [], count()

    def draw(size):
        drawn.append(size)
        return b"".join(next(numbers).to_bytes(4) for _ in range(size // 4 + 1))[:size]

    return draw, drawn


def test_each_byte_is_handed_out_once():
    draw, drawn = numbered()
    take = in_blocks(draw)
    words = [take(4) for _ in range(5000)]
    assert len(set(words)) == 5000
    assert len(drawn) < 5
    assert len(take(20_000)) == 20_000
    assert {len(take(size)) == size for size in range(1, 300)} == {True}


def test_threads_get_different_bytes():
    take = in_blocks(numbered()[0])
    with ThreadPoolExecutor(8) as threads:
        words = list(threads.map(lambda _: take(4), range(40_000)))
    assert len(set(words)) == 40_000


def test_a_forked_process_draws_anew():
    drawn_by = [0]

    def draw(size):
        drawn_by[0] += 1
        return os.urandom(size)

    key = DataKey(bytes(32), draw)
    key.seal(b"", "here")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # the block that both have would give both the same nonces
        key.seal(b"", "there")
        os.write(writing, bytes(drawn_by))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1) == b"\x02"
    os.close(reading)
    os.close(writing)


def test_keys_of_one_source_share_no_nonce():
    draw, drawn = numbered()
    keys = [DataKey(bytes([number]) * 32, draw) for number in range(50)]
    nonces = [key.seal(b"", "x")[1 : 1 + NONCE_BYTES] for key in keys for _ in range(20)]
    assert len(set(nonces)) == 1000
    assert len(drawn) < 5
