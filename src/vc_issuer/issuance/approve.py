"""Approve a prepared batch: another person, and the digest that this person saw (threat T6)."""

from vc_issuer.issuance.batch import FourEyes, approval_digest, check_digest, check_four_eyes, check_transition
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.model.batch import BatchState
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import Batch, add_approval, change_batch, get_batch
from vc_issuer.store.credentials import prepared_digests
from vc_issuer.store.database import Database, Session
from vc_issuer.store.people import require_role


def approve_batch(database: Database, batch_id: str, *, digest: str, profile: IssuingProfile, deed: Deed) -> Batch:
    """Approve exactly what `digest` covers; `digest` is what the approver was shown.

    Raises RuleError: wrong state, own work, or documents, keys or rules that are not those of the digest.
    """
    with database.writing() as session:
        require_role(session, deed.actor, "approver")
        batch = get_batch(session, batch_id)
        check_transition(batch_id, batch.state, BatchState.APPROVED)
        check_four_eyes(FourEyes(importer=batch.created_by, preparer=batch.prepared_by or "", approver=deed.actor))
        check_digest(digest, batch.digest, what="shown for approval")
        check_digest(digest_now(session, batch, profile), digest, what="prepared")
        add_approval(session, batch, approver=deed.actor, at=deed.at)
        record_deed(session, deed, "batch.approve", subject=batch_id, details={"digest": digest})
        return change_batch(session, batch, BatchState.APPROVED, {"approved_by": deed.actor, "approved_at": deed.at})


def digest_now(session: Session, batch: Batch, profile: IssuingProfile) -> str:
    """Return the approval digest of the batch as it stands in the database now, under the keys of `profile`."""
    return approval_digest(batch.id, prepared_digests(session, batch.id), profile, batch.rule_profiles or {})
