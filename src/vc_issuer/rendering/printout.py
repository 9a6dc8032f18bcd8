"""What one PDF is made from: summaries by language, the address behind the QR code, and the look of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.rendering.labels import decimal_text, label, long_date
from vc_issuer.rendering.pen import Colour, colour

ECTS_IRI = "http://data.europa.eu/snb/education-credit/6fcec5c5af"
INK = colour("1B2128")
GREY = colour("59636E")  # 6.1 to 1 on white (WCAG 2.2, 1.4.3)
HAIRLINE = colour("C3CAD1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a kind of document: `accent` for text and lines, `tint` for fine lines behind."""

    accent: Colour
    tint: Colour


THEMES = {
    "certificate": Theme(accent=colour("0F4C5C"), tint=colour("5D8F9B")),
    "credit-certificate": Theme(accent=colour("7A1F3D"), tint=colour("B9798D")),
}
FOREIGN_THEME = Theme(accent=colour("37414B"), tint=colour("8A949E"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Printout:
    """A document to print. `summaries` holds one or two languages, the authoritative one first."""

    summaries: Mapping[str, CredentialSummary] = field(repr=False)
    verify_url: str = field(repr=False)
    code: str = field(repr=False)
    verify_host: str
    demo: bool
    logo: bytes | None = field(default=None, repr=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages, the authoritative one first."""
        return tuple(self.summaries)

    @property
    def main(self) -> CredentialSummary:
        """Return the summary in the authoritative language."""
        return next(iter(self.summaries.values()))

    @property
    def kind(self) -> str:
        """Return the word of the kind that labels and themes use, `document` for foreign ones."""
        return self.main.kind if self.main.kind in THEMES else "document"

    @property
    def theme(self) -> Theme:
        """Return the colours of this kind."""
        return THEMES.get(self.main.kind, FOREIGN_THEME)

    def labels(self, key: str, **values: str) -> dict[str, str]:
        """Return one label in each language of the document."""
        return {language: label(key, language, **values) for language in self.languages}


def is_ects(summary: CredentialSummary) -> bool:
    """Tell whether the credits are ECTS credits, by their system's IRI or label."""
    system = summary.credit_system
    return system is not None and (system.iri == ECTS_IRI or "ECTS" in system.label)


def credits_text(value: Decimal, language: str, *, ects: bool) -> str:
    """Write a number of credits with its unit: `2,5 studiepunten (ECTS)`."""
    unit = label("credits_unit", language)
    return f"{decimal_text(value, language)} {unit}{' (ECTS)' if ects else ''}"


def level_lines(summary: CredentialSummary) -> list[str]:
    """Return the levels as they are printed, the national one first."""
    lines = [summary.nqf.label] if summary.nqf else []
    if summary.eqf:
        known = "EQF" in summary.eqf.label
        lines.append(summary.eqf.label if known else f"EQF {summary.eqf.label.lower()}")
    return lines


def awarded_text(summary: CredentialSummary) -> str:
    """Write the award date in the summary's language, or nothing."""
    return long_date(summary.awarded_on, summary.language) if summary.awarded_on else ""
