"""Merkle trees as RFC 9162 section 2.1 defines them: hashes, paths, and how they are checked; pure.

A path is first a list of ranges of leaves; whoever has the leaves, or hashes of whole subtrees, turns each into a hash.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import TypeAlias

from vc_issuer.errors import InvalidError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Range: TypeAlias = tuple[int, int]
"""Leaves from the first number on, up to and without the second."""

_INCLUSION, _CONSISTENCY = "RFC 9162 section 2.1.3.2", "RFC 9162 section 2.1.4.2"


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf (section 2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees (section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return how many of `size` leaves stand in the left subtree: the largest power of two below it."""
    return 1 << ((size - 1).bit_length() - 1)


def range_hash(start: int, end: int, leaf: Callable[[int], bytes]) -> bytes:
    """Return the root over the leaves of a range; `leaf` gives the hash of one."""
    if end == start:
        return EMPTY_ROOT
    if end - start == 1:
        return leaf(start)
    middle = start + split(end - start)
    return node_hash(range_hash(start, middle, leaf), range_hash(middle, end, leaf))


def full_hash(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of 2^n leaves: what `range_hash` gives, level by level."""
    level = list(leaves)
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the subtrees whose hashes prove the leaf at `index` in a tree of `size`, from the leaf up (2.1.3.1)."""
    if not 0 <= index < size:
        raise InvalidError(f"a log of {size} entries has no entry {index}", clause=_INCLUSION)
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Return the subtrees whose hashes prove that a tree of `first` became one of `second` (section 2.1.4.1)."""
    if not 0 < first <= second:
        raise InvalidError(f"a log of {second} entries did not grow out of one of {first}", clause=_CONSISTENCY)
    return [] if first == second else _grown(first, 0, second, whole=True)


def _grown(first: int, start: int, end: int, *, whole: bool) -> list[Range]:
    if first == end - start:
        return [] if whole else [(start, end)]
    middle = start + split(end - start)
    if first <= middle - start:
        return [*_grown(first, start, middle, whole=whole), (middle, end)]
    return [*_grown(first - (middle - start), middle, end, whole=False), (start, middle)]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Return if `path` leads from `leaf` (its hash) at `index` to `root`. Raises InvalidError (section 2.1.3.2)."""
    if not 0 <= index < size:
        raise InvalidError("the proof names an entry that the log doesn't have", clause=_INCLUSION)
    place, last, found = index, size - 1, leaf
    for other in path:
        if last == 0:
            raise InvalidError("the proof is too long for its log", clause=_INCLUSION)
        if place & 1 or place == last:
            found = node_hash(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    if last != 0 or not hmac.compare_digest(found, root):
        raise InvalidError("the proof does not lead to the log's root", clause=_INCLUSION)


def verify_consistency(sizes: tuple[int, int], roots: tuple[bytes, bytes], path: Sequence[bytes]) -> None:
    """Return if the log of the first size and root became that of the second. Raises InvalidError (2.1.4.2)."""
    (first, second), (old, new) = sizes, roots
    if not 0 < first <= second:
        raise InvalidError("a log never shrinks", clause=_CONSISTENCY)
    if first == second:
        if path or not hmac.compare_digest(old, new):
            raise InvalidError("two logs of one size differ", clause=_CONSISTENCY)
        return
    steps = [old, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        raise InvalidError("the proof is empty", clause=_CONSISTENCY)
    found_old, found_new = _climb(first - 1, second - 1, steps)
    if not (hmac.compare_digest(found_old, old) and hmac.compare_digest(found_new, new)):
        raise InvalidError("the later log does not hold the earlier one", clause=_CONSISTENCY)


def _climb(place: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the two roots that a consistency path leads to. Raises InvalidError for a path of the wrong length."""
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for other in steps[1:]:
        if last == 0:
            raise InvalidError("the proof is too long for its logs", clause=_CONSISTENCY)
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise InvalidError("the proof is too short for its logs", clause=_CONSISTENCY)
    return old, new


class Frontier:
    """The roots of the whole subtrees at the right edge of a growing tree: enough for its root, at any size."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []  # of subtrees whose sizes are the one-bits of `size`, the largest first

    def push(self, leaf: bytes) -> None:
        """Add a leaf, by its hash."""
        found, size = leaf, self.size
        while size & 1:
            found, size = node_hash(self._roots.pop(), found), size >> 1
        self._roots.append(found)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        if not self._roots:
            return EMPTY_ROOT
        found = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            found = node_hash(left, found)
        return found
