"""Publish a signed batch: its documents appear behind their codes; a PDF is rendered when first asked for and kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.issuance.batch import check_transition
from vc_issuer.issuance.lifecycle import take_places
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.status_lists import sign_due_lists
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import FormatName, SecuredCredential
from vc_issuer.model.keys import SigningKey
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import Batch, change_batch, get_batch
from vc_issuer.store.credentials import count_unsigned
from vc_issuer.store.database import Database, Session
from vc_issuer.store.documents import (
    StoredDocument,
    document_by_code,
    documents_of_batch,
    find_pdf,
    keep_pdf,
    publish_documents,
)
from vc_issuer.store.people import require_role
from vc_issuer.store.secured import secured_of

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedDocument:
    """An issued document with its secured bytes: the sealed ELM, and one badge a language."""

    document: StoredDocument
    verify_url: str = field(repr=False)
    elm_id: str
    elm: SecuredCredential
    ob3_ids: Mapping[str, str]
    ob3: Mapping[str, SecuredCredential]

    @property
    def number(self) -> str:
        """Return the document's number."""
        return self.document.number

    @property
    def code(self) -> str:
        """Return the code on its PDF: whoever has it may see the document."""
        return self.document.code

    @property
    def language(self) -> str:
        """Return the authoritative language."""
        return self.document.languages[0]

    @property
    def id(self) -> str:
        """Return the id under which the outside knows this document: its badge in the authoritative language."""
        return self.ob3_ids[self.language]


def publish_batch(database: Database, batch_id: str, *, profile: IssuingProfile, key: SigningKey, deed: Deed) -> Batch:
    """Show a signed batch behind its codes, and supersede what it replaces, in one transaction. Raises RuleError."""
    with database.writing() as session:
        require_role(session, deed.actor, "preparer", "approver", "registrar")
        batch = get_batch(session, batch_id)
        if batch.state is BatchState.PUBLISHED:
            return batch
        check_transition(batch_id, batch.state, BatchState.PUBLISHED)
        if count_unsigned(session, batch_id):
            raise RuleError(f"batch {batch_id} is not signed in full.", remedy="Sign it again to go on.")
        superseded = take_places(session, batch_id, deed=deed)
        sign_due_lists(session, profile=profile, key=key, deed=deed)
        publish_documents(session, batch_id, now=deed.at)
        record_deed(session, deed, "batch.publish", subject=batch_id, details={"superseded": superseded})
        return change_batch(session, batch, BatchState.PUBLISHED, {"published_by": deed.actor, "published_at": deed.at})


def issued_by_code(session: Session, code: str, *, base_url: str) -> IssuedDocument | None:
    """Return what is published behind a code; None alike for an unknown, unpublished and erased one."""
    document = document_by_code(session, code)
    return None if document is None else _with_bytes(session, [document], base_url).get(document.id)


def issued_of_batch(database: Database, batch_id: str, *, base_url: str) -> Iterator[IssuedDocument]:
    """Give a batch's issued documents in order, a page at a time; those of erased learners are left out."""
    after = 0
    while True:
        with database.reading() as session:
            page = documents_of_batch(session, batch_id, after=after, limit=PAGE)
            issued = _with_bytes(session, page, base_url)
        yield from (issued[document.id] for document in page if document.id in issued)
        if len(page) < PAGE:
            return
        after = page[-1].position


def pdf_of(
    database: Database, issued: IssuedDocument, *, render: Callable[[IssuedDocument], bytes], now: datetime
) -> bytes:
    """Return the document's PDF: kept bytes, or rendered now and kept. Raises NotFoundError after erasure."""
    with database.reading() as session:
        kept = find_pdf(session, issued.document)
    if kept is not None:
        return kept
    content = render(issued)
    with database.writing() as session:
        # Whoever rendered first wins, so that everybody gets the same bytes.
        kept = find_pdf(session, issued.document)
        if kept is None:
            keep_pdf(session, issued.document, content, now=now)
    return kept or content


def issued_document(session: Session, document: StoredDocument, *, base_url: str) -> IssuedDocument:
    """Return a document with its secured bytes. Raises NotFoundError before signing and after erasure."""
    found = _with_bytes(session, [document], base_url).get(document.id)
    if found is None:
        raise NotFoundError(f"{document.number} has no signed files.", remedy="It is not signed yet, or was erased.")
    return found


def _with_bytes(session: Session, documents: list[StoredDocument], base_url: str) -> dict[str, IssuedDocument]:
    found = {}
    secured = secured_of(session, (document.id for document in documents))
    for document in documents:
        parts = secured.get(document.id, ())
        badges = {part.language: part for part in parts if part.format is FormatName.OB3}
        seal = next((part for part in parts if part.format is FormatName.ELM), None)
        if seal is not None and set(badges) == set(document.languages):
            found[document.id] = IssuedDocument(
                document=document,
                verify_url=f"{base_url}/c/{document.code}",
                elm_id=seal.credential_id,
                elm=seal.secured,
                ob3_ids={language: badges[language].credential_id for language in document.languages},
                ob3={language: badges[language].secured for language in document.languages},
            )
    return found
