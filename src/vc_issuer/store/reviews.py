"""What approvers were shown before they approved: which documents, which outliers, to whom, under which digest."""

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import insert, select

from vc_issuer.store.audit import Deed
from vc_issuer.store.database import Session
from vc_issuer.store.tables import reviews


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReview:
    """A review as it takes place; the token is kept as its hash."""

    batch_id: str
    digest: str
    documents: tuple[str, ...]
    outliers: tuple[str, ...]
    token: str = field(repr=False)


def keep_review(session: Session, review: NewReview, *, deed: Deed) -> None:
    """Store that this account was shown this sample under this digest."""
    session.connection.execute(
        insert(reviews),
        {
            "batch_id": review.batch_id,
            "digest": review.digest,
            "account": deed.actor,
            "shown_at": deed.at,
            "documents": list(review.documents),
            "outliers": list(review.outliers),
            "token_sha256": _hash(review.token),
        },
    )


def find_review(session: Session, batch_id: str, *, digest: str, account: str, token: str) -> int | None:
    """Return the number of the review that showed this account this token under this digest, or None."""
    return session.connection.scalar(
        select(reviews.c.id).where(
            reviews.c.batch_id == batch_id,
            reviews.c.digest == digest,
            reviews.c.account == account,
            reviews.c.token_sha256 == _hash(token),
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.strip().encode()).hexdigest()
