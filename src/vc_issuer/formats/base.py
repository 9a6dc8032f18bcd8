"""What a credential format must offer; `ob3` and `elm` implement it and don't know each other."""

from typing import Protocol

from vc_issuer.model.credential import CredentialSummary, Document, Envelope, FormatName, Violation
from vc_issuer.model.record import DocumentDue


class CredentialFormat(Protocol):
    """A credential format: recognise, build, check and read back. All of it is pure."""

    @property
    def name(self) -> FormatName:
        """Return the format's name."""
        ...

    def recognises(self, document: Document) -> bool:
        """Tell whether `document` claims to be of this format."""
        ...

    def build(self, due: DocumentDue, envelope: Envelope, language: str) -> Document:
        """Build the unsecured document. `language` chooses the variant where a format has one a language."""
        ...

    def violations(self, document: Document) -> list[Violation]:
        """Return every way in which `document` breaks the format; an empty list if none."""
        ...

    def summarise(self, document: Document, language: str) -> CredentialSummary:
        """Read the facts back out of a document without violations."""
        ...
