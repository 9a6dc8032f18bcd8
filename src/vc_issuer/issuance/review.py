"""What an approver is shown before approving: outliers, and a random sample of documents in full (threat T9).

The program draws the sample; the token that is shown with it opens the approval, to this account and digest alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import ConfigurationError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.issuance.approve import noting_refusal
from vc_issuer.issuance.batch import check_transition
from vc_issuer.issuance.outliers import Outlier, find_outliers
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import CredentialSummary, FormatName
from vc_issuer.model.offering import Offering
from vc_issuer.securing.jades import PAYLOAD_LIMITS
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import get_batch
from vc_issuer.store.credentials import PreparedPart, prepared_parts
from vc_issuer.store.database import Database, Session
from vc_issuer.store.documents import document_count
from vc_issuer.store.people import require_role
from vc_issuer.store.records import all_records, last_run_records
from vc_issuer.store.reviews import NewReview, keep_review

LEAST_SAMPLE, LARGEST_SAMPLE, ONE_IN = 3, 12, 50
_TOKEN_BYTES = 8  # guessed one at a time, by an account that has to be signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What was shown. `token` goes with the approval."""

    batch_id: str
    digest: str
    documents: int
    token: str = field(repr=False)
    sample: tuple[CredentialSummary, ...] = field(repr=False)
    outliers: tuple[Outlier, ...] = ()


def review_batch(
    database: Database,
    batch_id: str,
    *,
    offering_of: Callable[[str, str], Offering],
    deed: Deed,
    staff: frozenset[str] = frozenset(),
) -> Review:
    """Draw a sample, look for outliers, record that both were shown, and return them. Raises RuleError."""
    with noting_refusal(database, deed, "batch.review", batch_id):
        return _review(database, batch_id, offering_of, deed, staff)


def _review(
    database: Database,
    batch_id: str,
    offering_of: Callable[[str, str], Offering],
    deed: Deed,
    staff: frozenset[str],
) -> Review:
    with database.writing() as session:
        require_role(session, deed.actor, "approver")
        batch = get_batch(session, batch_id)
        check_transition(batch_id, batch.state, BatchState.APPROVED)
        count = document_count(session, batch_id)
        positions = _draw(session, count)
        parts = [_sealed(session, batch_id, position) for position in positions]
        now, before = all_records(session, batch_id), last_run_records(session, batch_id)
        outliers = find_outliers(now, before, offering_of=offering_of, staff=staff)
        token = session.random_bytes(_TOKEN_BYTES).hex()
        kept = NewReview(
            batch_id=batch_id,
            digest=batch.digest or "",
            documents=tuple(part.document_id for part in parts),
            outliers=tuple(outlier.kind for outlier in outliers),
            token=token,
        )
        keep_review(session, kept, deed=deed)
        details = {"digest": kept.digest, "sample": list(kept.documents), "outliers": list(kept.outliers)}
        record_deed(session, deed, "batch.review", subject=batch_id, details=details)
        return Review(
            batch_id=batch_id,
            digest=kept.digest,
            documents=count,
            token=token,
            sample=tuple(_summary(part) for part in parts),
            outliers=outliers,
        )


def sample_size(documents: int) -> int:
    """Return how many documents are looked at: one in fifty, within bounds that a person can read."""
    return min(documents, max(LEAST_SAMPLE, min(LARGEST_SAMPLE, documents // ONE_IN)))


def _draw(session: Session, documents: int) -> list[int]:
    chosen: set[int] = set()
    while len(chosen) < sample_size(documents):
        # Drop what lies past the end rather than fold it back: every document is equally likely.
        number = int.from_bytes(session.random_bytes(8)) >> (64 - max(1, documents.bit_length()))
        if number < documents:
            chosen.add(number + 1)
    return sorted(chosen)


def _sealed(session: Session, batch_id: str, position: int) -> PreparedPart:
    parts = prepared_parts(session, batch_id, first=position, last=position)
    found = next((part for part in parts if part.format is FormatName.ELM), None)
    if found is None:
        raise ConfigurationError(
            f"document {position} of {batch_id} can't be shown.",
            remedy="Return the batch to draft and prepare it again.",
        )
    return found


def _summary(part: PreparedPart) -> CredentialSummary:
    document = parse_strict(part.content, limits=PAYLOAD_LIMITS)
    if not isinstance(document, dict):
        raise ConfigurationError(
            f"the prepared document {part.credential_id} is none.", remedy="Prepare the batch again."
        )
    return ElmFormat().summarise(document, part.language or "nl")
