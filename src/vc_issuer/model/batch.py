"""The states of a batch and what an approver approves (decisions part 4)."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

WORTH_A_PORTION = 25  # what is started, sent and stored once a portion costs as much as one or two items


class BatchState(Enum):
    """The life of a batch, in order; `signing` may be entered again after a crash."""

    DRAFT = "draft"
    PREPARED = "prepared"
    APPROVED = "approved"
    SIGNING = "signing"
    SIGNED = "signed"
    PUBLISHED = "published"


TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.DRAFT: frozenset({BatchState.PREPARED}),
    BatchState.PREPARED: frozenset({BatchState.DRAFT, BatchState.APPROVED}),
    BatchState.APPROVED: frozenset({BatchState.DRAFT, BatchState.SIGNING}),
    BatchState.SIGNING: frozenset({BatchState.SIGNED}),
    BatchState.SIGNED: frozenset({BatchState.PUBLISHED}),
    BatchState.PUBLISHED: frozenset(),
}


class PreparedDigest(NamedTuple):
    """One line of what is approved: a document's id, its format and the SHA-256 (hex) of its unsecured bytes."""

    document_id: str
    format: str
    sha256: str


def portions(total: int, *, most: int, parts: int) -> Iterator[tuple[int, int]]:
    """Cut `total` items for several to work on; gives how many come before each portion, and how many are in it.

    None is larger than `most` or, where that is worth it, than one of `parts` equal ones. They get smaller towards the
    end: whoever is done first doesn't wait long for the others.
    """
    before = 0
    while before < total:
        size = min(most, max(WORTH_A_PORTION, min(total // parts, (total - before) // 4)), total - before)
        yield before, size
        before += size
