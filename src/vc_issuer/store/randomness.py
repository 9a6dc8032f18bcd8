"""Random bytes for keys, nonces, ids and codes, drawn from the system in blocks: a call to it costs a microsecond."""

import os
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import TypeAlias

RandomBytes: TypeAlias = Callable[[int], bytes]

_BLOCK = 8192  # some eighty documents' worth


@cache
def in_blocks(random_bytes: RandomBytes) -> RandomBytes:
    """Return a source that draws a block at once and hands out each byte of it once: one a process for each source."""
    return _Blocks(random_bytes).take


class _Blocks:
    """Hands out a block, part by part; `BytesIO.read` is one step for the interpreter, so threads may share it."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._drawn = BytesIO()
        # A forked process would hand out the same bytes again.
        os.register_at_fork(after_in_child=self._forget)

    def take(self, size: int) -> bytes:
        """Return so many bytes that nobody else gets."""
        found = self._drawn.read(size)
        if len(found) < size:
            drawn = BytesIO(self._random_bytes(max(size, _BLOCK)))
            found = drawn.read(size)
            self._drawn = drawn
        return found

    def _forget(self) -> None:
        self._drawn = BytesIO()
