"""The pictures that documents show, each drawn once: one a title, language and kind."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import LocalizedText
from vc_issuer.rendering.picture import draw_picture


@dataclass(frozen=True, slots=True)
class Pictures:
    """Draws what the documents of one issuer show; goes to other processes as it is."""

    issuer: LocalizedText

    def __call__(self, due: DocumentDue, language: str) -> bytes:
        """Return the picture of a document in a language, as PNG. Raises InputError as `draw_picture` does."""
        specification = due.specification
        title, issuer = specification.title.best(language), self.issuer.best(language)
        return _drawn(title, issuer, str(specification.ects), language, due.kind.value)


@lru_cache(maxsize=256)
def _drawn(title: str, issuer: str, ects: str, language: str, kind: str) -> bytes:
    return draw_picture(title, issuer=issuer, ects=Decimal(ects), language=language, kind=kind)
