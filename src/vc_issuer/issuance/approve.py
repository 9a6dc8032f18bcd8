"""Approve a prepared batch: another person, what this person was shown, and the digest of it (threat T6).

Whatever is refused is recorded too: who tried what, and why it was refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from vc_issuer.errors import NotFoundError, RuleError, VcIssuerError
from vc_issuer.issuance.batch import FourEyes, approval_digest, check_digest, check_four_eyes, check_transition
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.model.batch import BatchState
from vc_issuer.store.audit import Deed, audit_entries, record_deed
from vc_issuer.store.batches import Batch, add_approval, change_batch, get_batch
from vc_issuer.store.credentials import prepared_digests
from vc_issuer.store.database import Database, Session
from vc_issuer.store.people import require_role
from vc_issuer.store.reviews import find_review


def approve_batch(
    database: Database, batch_id: str, *, digest: str, seen: str, profile: IssuingProfile, deed: Deed
) -> Batch:
    """Approve exactly what `digest` covers; `seen` is the token that was shown with the sample.

    Raises RuleError: wrong state, own work, nothing looked at, or documents, keys or rules that are not those of the
    digest.
    """
    with noting_refusal(database, deed, "batch.approve", batch_id), database.writing() as session:
        require_role(session, deed.actor, "approver")
        batch = get_batch(session, batch_id)
        check_transition(batch_id, batch.state, BatchState.APPROVED)
        check_four_eyes(FourEyes(importer=batch.created_by, preparer=batch.prepared_by or "", approver=deed.actor))
        check_digest(digest, batch.digest, what="shown for approval")
        review_id = _review_of(session, batch_id, digest, deed.actor, seen)
        check_digest(digest_now(session, batch, profile), digest, what="prepared")
        add_approval(session, batch, approver=deed.actor, at=deed.at, review_id=review_id)
        record_deed(session, deed, "batch.approve", subject=batch_id, details={"digest": digest, "review": review_id})
        values = {"approved_by": deed.actor, "approved_at": deed.at}
        return change_batch(session, batch, BatchState.APPROVED, values)


def _review_of(session: Session, batch_id: str, digest: str, account: str, token: str) -> int:
    found = find_review(session, batch_id, digest=digest, account=account, token=token)
    if found is None:
        raise RuleError(
            "nobody approves what they have not looked at.",
            remedy=f"Look at the sample, and give the token that is shown with it: batch review {batch_id}",
        )
    return found


def check_recorded(session: Session, batch_id: str, digest: str) -> None:
    """Return if the audit log tells of this approval: one that was written around the program has no entry there."""
    recorded = (
        entry.details.get("digest")
        for entry in audit_entries(session, subject=batch_id)
        if entry.action == "batch.approve"
    )
    if digest not in recorded:
        raise RuleError(
            f"the approval of batch {batch_id} is not in the audit log.",
            remedy="Find out who writes to the database; then return the batch to draft and prepare it again.",
        )


@contextmanager
def noting_refusal(database: Database, deed: Deed, action: str, batch_id: str) -> Iterator[None]:
    """Let a step be taken, and record who tried it and why if it is refused."""
    try:
        yield
    except (RuleError, NotFoundError) as error:
        note_refusal(database, deed, action, batch_id, error)
        raise


def note_refusal(database: Database, deed: Deed, action: str, batch_id: str, error: VcIssuerError) -> None:
    """Record that a step was refused, in a transaction of its own: that of the step was rolled back."""
    with database.writing() as session:
        details = {"code": error.code, "why": error.message}
        record_deed(session, deed, f"{action}.refused", subject=batch_id, details=details)


def digest_now(session: Session, batch: Batch, profile: IssuingProfile) -> str:
    """Return the approval digest of the batch as it stands in the database now, under the keys of `profile`."""
    return approval_digest(batch.id, prepared_digests(session, batch.id), profile, batch.rule_profiles or {})
