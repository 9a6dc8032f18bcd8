"""Open Badges 3.0 as one of the project's credential formats."""

from vc_issuer.errors import InputError
from vc_issuer.formats.ob3.build import TwinLinks, build_document
from vc_issuer.formats.ob3.read import summarise
from vc_issuer.formats.ob3.schema import fits_own_schema, foreign_violations, own_violations
from vc_issuer.model.credential import CredentialSummary, Document, Envelope, FormatName, Violation
from vc_issuer.model.record import DocumentDue

_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})


class Ob3Format:
    """Open Badges 3.0, one document a language. `links` are set once the ELM twin's bytes are known."""

    def __init__(self, links: TwinLinks | None = None) -> None:
        self._links = links

    @property
    def name(self) -> FormatName:
        """Return the format's name."""
        return FormatName.OB3

    def recognises(self, document: Document) -> bool:
        """Tell whether a document's type claims an Open Badge of version 3."""
        types = document.get("type")
        return bool(_TYPES & set(types if isinstance(types, list) else [types])) if _hashable(types) else False

    def build(self, due: DocumentDue, envelope: Envelope, language: str) -> Document:
        """Build the unsecured document. Raises InputError without links: a badge is never built before its twin."""
        if self._links is None:
            raise InputError("A badge names its ELM twin.", remedy="Build both with formats.twins.build_twin.")
        return build_document(due, envelope, language, self._links)

    def violations(self, document: Document) -> list[Violation]:
        """Return every way in which a document is not what this project issues."""
        return own_violations(document)

    def fits_schema(self, document: Document) -> bool:
        """Tell whether a document of this project fits its schema, which is the quick part of `violations`."""
        return fits_own_schema(document)

    def violations_foreign(self, document: Document) -> list[Violation]:
        """Return every way in which anybody's badge can't be read with certainty."""
        return foreign_violations(document)

    def summarise(self, document: Document, language: str) -> CredentialSummary:
        """Read the facts back out of a document without violations."""
        return summarise(document, language)


def _hashable(types: object) -> bool:
    return isinstance(types, str) or (isinstance(types, list) and all(isinstance(item, str) for item in types))
