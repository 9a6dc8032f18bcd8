"""ELM as one of the project's credential formats."""

from vc_issuer.formats.elm.build import build_document
from vc_issuer.formats.elm.read import summarise_document
from vc_issuer.formats.elm.schema import foreign_violations, is_elm, own_violations
from vc_issuer.model.credential import CredentialSummary, Document, Envelope, FormatName, Violation
from vc_issuer.model.record import DocumentDue


class ElmFormat:
    """The European Learning Model in its Generic profile; one document holds all languages."""

    @property
    def name(self) -> FormatName:
        """Return the format's name."""
        return FormatName.ELM

    def build(self, due: DocumentDue, envelope: Envelope, language: str = "") -> Document:  # noqa: ARG002 - one document
        """Build the unsecured document; `language` is not looked at, for the document holds them all."""
        return build_document(due, envelope)

    def recognises(self, document: Document) -> bool:
        """Tell whether `document` claims to be a European Digital Credential."""
        return is_elm(document)

    def violations(self, document: Document) -> list[Violation]:
        """Return every way in which a document of this project breaks the profile, the EU's lists or Annex I."""
        return own_violations(document)

    def violations_foreign(self, document: Document) -> list[Violation]:
        """Return every way in which a document of any issuer breaks the Generic profile."""
        return foreign_violations(document)

    def summarise(self, document: Document, language: str) -> CredentialSummary:
        """Read the facts back out of a document without violations."""
        return summarise_document(document, language)
