"""ELM as one of the project's credential formats."""

from vc_issuer.formats.elm.build import build_document
from vc_issuer.model.credential import Document, Envelope, FormatName
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
