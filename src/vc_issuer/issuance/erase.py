"""Erase a person (GDPR art. 17): revoke and unshare what was issued, shred the key that everything is sealed with.

What stays are ids, numbers, counts and the salted leaves of the log, none of which leads to anybody (threat T46).
"""

from dataclasses import dataclass

from vc_issuer.errors import NotFoundError
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.status_lists import sign_due_lists
from vc_issuer.model.credential import CredentialStatus
from vc_issuer.model.keys import SigningKey
from vc_issuer.store.audit import Deed
from vc_issuer.store.database import Database
from vc_issuer.store.documents import documents_of_learner
from vc_issuer.store.people import erase_learner, find_learner, require_role
from vc_issuer.store.status import NEXT, change_status

REASON = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Who was erased, by the home's own random id, and how many documents were revoked."""

    learner_id: str
    revoked: int


def erase(database: Database, student_number: str, *, profile: IssuingProfile, key: SigningKey, deed: Deed) -> Erased:
    """Revoke, unshare and shred, in one transaction; the new lists are served at once.

    Raises NotFoundError, and RuleError while a batch with documents for this person is under way.
    """
    with database.writing() as session:
        require_role(session, deed.actor, "preparer", "approver", "registrar")
        learner_id = find_learner(session, student_number)
        if learner_id is None:
            raise NotFoundError("no learner has this student number.", remedy="Check the number; nothing was erased.")
        standing = [
            document
            for document in documents_of_learner(session, learner_id)
            if CredentialStatus.REVOKED in NEXT[document.status]
        ]
        for document in standing:
            change_status(session, document, CredentialStatus.REVOKED, reason=REASON, deed=deed)
        erase_learner(session, student_number, deed=deed)
        sign_due_lists(session, profile=profile, key=key, deed=deed)
    database.settle()
    return Erased(learner_id=learner_id, revoked=len(standing))
