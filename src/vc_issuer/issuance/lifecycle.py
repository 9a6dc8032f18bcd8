"""What becomes of issued documents: revoke, suspend, reinstate, supersede; signed and served at once (decisions 5).

Both twins of a document share one status place. All names of a call change, or none does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vc_issuer.errors import InputError, NotFoundError, RuleError
from vc_issuer.issuance.batch import check_transition
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.status_lists import sign_due_lists
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import CredentialStatus
from vc_issuer.model.keys import SigningKey
from vc_issuer.store.audit import Deed
from vc_issuer.store.batches import create_batch, get_batch
from vc_issuer.store.database import Database, Session
from vc_issuer.store.documents import (
    StoredDocument,
    documents_by_id,
    find_document,
    pass_claim,
    successors_in,
)
from vc_issuer.store.people import require_role
from vc_issuer.store.records import copy_record
from vc_issuer.store.status import NEXT, change_status

ROLES = ("preparer", "approver", "registrar")
_ISSUED = (BatchState.SIGNED, BatchState.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A change of status to make: what it becomes, a reason code without personal data, who and when."""

    status: CredentialStatus
    reason: str
    deed: Deed


def change_statuses(
    database: Database, names: Iterable[str], change: StatusChange, *, profile: IssuingProfile, key: SigningKey
) -> tuple[StoredDocument, ...]:
    """Change the status of every named document and serve the new lists at once; returns them as they are now.

    A name is a document's number or id, or the id of one of its credentials. Raises InputError with a sentence for
    each name that is unknown, not issued yet, or can't take this step; then nothing changes.
    """
    with database.writing() as session:
        require_role(session, change.deed.actor, *ROLES)
        found = _changeable(session, names, change.status)
        for document in found:
            change_status(session, document, change.status, reason=change.reason, deed=change.deed)
        sign_due_lists(session, profile=profile, key=key, deed=change.deed)
        now = documents_by_id(session, (document.id for document in found))
        return tuple(now[document.id] for document in found)


def mark_statuses(database: Database, names: Iterable[str], change: StatusChange) -> tuple[StoredDocument, ...]:
    """Change statuses and leave signing to a scheduler that calls `publish_status_lists` within a minute."""
    with database.writing() as session:
        require_role(session, change.deed.actor, *ROLES)
        found = _changeable(session, names, change.status)
        for document in found:
            change_status(session, document, change.status, reason=change.reason, deed=change.deed)
        now = documents_by_id(session, (document.id for document in found))
        return tuple(now[document.id] for document in found)


def publish_status_lists(database: Database, *, profile: IssuingProfile, key: SigningKey, deed: Deed) -> int:
    """Sign every list that lags behind, and serve it; returns how many."""
    with database.writing() as session:
        return sign_due_lists(session, profile=profile, key=key, deed=deed)


def _changeable(session: Session, names: Iterable[str], status: CredentialStatus) -> tuple[StoredDocument, ...]:
    found: dict[str, StoredDocument] = {}
    problems = []
    for name in names:
        try:
            document = find_document(session, name)
            _check_step(session, document, status)
            found[document.id] = document
        except (NotFoundError, RuleError) as error:
            problems.append(error.message)
    if problems:
        raise InputError("nothing was changed.", remedy="Mend these names and try again.", problems=problems)
    return tuple(found.values())


def _check_step(session: Session, document: StoredDocument, status: CredentialStatus) -> None:
    if get_batch(session, document.batch_id).state not in _ISSUED:
        raise RuleError(f"{document.number} is not issued yet.")
    if status not in NEXT[document.status]:
        raise RuleError(f"{document.number} is {document.status.value} and can't become {status.value}.")


def open_supersession(database: Database, names: Iterable[str], *, reason: str, deed: Deed) -> str:
    """Make a draft whose documents will supersede the named ones; returns its id.

    The draft holds their records as they were handed in. Correct them there by an import into that batch, then let it
    go the usual way: on publication the old documents are superseded, in the transaction that shows the new ones.
    """
    with database.writing() as session:
        require_role(session, deed.actor, *ROLES)
        old = _changeable(session, names, CredentialStatus.SUPERSEDED)
        batch = create_batch(session, f"Supersession: {reason}"[:200], deed=deed)
        by_record: dict[str, list[str]] = {}
        for document in old:
            by_record.setdefault(document.record_id, []).append(document.id)
        for record_id, documents in by_record.items():
            copy_record(session, record_id, batch.id, replaces=documents)
        return batch.id


def take_places(session: Session, batch_id: str, *, deed: Deed) -> int:
    """Supersede what a batch's documents replace, and hand the award over; returns how many. Raises RuleError."""
    batch = get_batch(session, batch_id)
    check_transition(batch_id, batch.state, BatchState.PUBLISHED)
    successors = successors_in(session, batch_id)
    replaced = documents_by_id(session, (document.replaces or "" for document in successors))
    for document in successors:
        old, reason = replaced[document.replaces or ""], f"superseded by {document.number}"
        change_status(session, old, CredentialStatus.SUPERSEDED, reason=reason, deed=deed)
        pass_claim(session, document)
    return len(successors)
