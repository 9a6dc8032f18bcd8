"""The states of a batch and what an approver approves (decisions part 4)."""

from enum import Enum
from typing import NamedTuple


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
