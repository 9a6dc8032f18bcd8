"""The sentences that the rules demand in print: the form, what was recognised, what the level means (domain part 3)."""

from collections.abc import Sequence

from vc_issuer.model.offering import Component, Form, Offering
from vc_issuer.model.record import DocumentKind
from vc_issuer.model.text import LocalizedText
from vc_issuer.rules.profile import Profile

_T = LocalizedText.of

_REGULAR_ONE = _T(
    nl="Uit het reguliere aanbod: de Codex Hoger Onderwijs is van toepassing. "
    "Bij dit certificaat hoort 1 creditbewijs.",
    en="From the regular programme: the Flemish Codex on Higher Education applies. "
    "1 credit certificate comes with this certificate.",
)
_REGULAR = _T(
    nl="Uit het reguliere aanbod: de Codex Hoger Onderwijs is van toepassing. "
    "Bij dit certificaat horen {count} creditbewijzen.",
    en="From the regular programme: the Flemish Codex on Higher Education applies. "
    "{count} credit certificates come with this certificate.",
)
_OUTSIDE = _T(
    nl="Buiten het reguliere aanbod: de Codex Hoger Onderwijs is niet van toepassing. Er hoort geen creditbewijs bij.",
    en="From outside the regular programme: the Flemish Codex on Higher Education does not apply. "
    "No credit certificate comes with it.",
)
_MIXED = _T(
    nl="Deels uit het reguliere aanbod ({regular}) en deels daarbuiten ({outside}): "
    "een creditbewijs hoort enkel bij wat regulier is; hier {count}.",
    en="Partly from the regular programme ({regular}) and partly from outside it ({outside}): "
    "credit certificates come with the regular part alone; here {count}.",
)
_NO_DEGREE = _T(
    nl="Dit certificaat verleent geen graad. Het niveau is richtinggevend.",
    en="This certificate confers no degree. The level is indicative.",
)
_CREDIT = _T(
    nl="Dit creditbewijs erkent dat de houder via een examen de competenties van dit opleidingsonderdeel "
    "heeft verworven (Codex Hoger Onderwijs). De instelling meldt het aan de Leer- en Ervaringsbewijzendatabank (LED).",
    en="This credit certificate recognises that its holder acquired, by examination, the competences of this "
    "course unit (Flemish Codex on Higher Education). "
    "The institution reports it to the Flemish database of learning records (LED).",
)
_OF_CREDIT_CERTIFICATES = (_CREDIT,)
_RECOGNISED = _T(
    nl="Vrijgesteld of eerder verworven, hier niet opnieuw meegeteld: {names}.",
    en="Exempted or credited earlier, not counted anew here: {names}.",
)


def certificate_statements(
    offering: Offering, profile: Profile, *, credit_certificates: int, recognised: Sequence[Component]
) -> tuple[LocalizedText, ...]:
    """Return what a certificate must say of its form, of recognised parts, of its level, of its expiry."""
    statements = []
    if DocumentKind.CREDIT_CERTIFICATE in profile.documents:
        statements.append(_form(offering, credit_certificates))
    if recognised:
        statements.append(fill(_RECOGNISED, names=_names(recognised)))
    statements.append(_NO_DEGREE)
    if offering.valid_reason:
        statements.append(offering.valid_reason)
    return tuple(statements)


def credit_statements() -> tuple[LocalizedText, ...]:
    """Return what a credit certificate must say of itself."""
    return _OF_CREDIT_CERTIFICATES


def fill(template: LocalizedText, **values: object) -> LocalizedText:
    """Fill the holes of a template; a value that is a LocalizedText is put in by language."""
    return LocalizedText.of(
        {
            language: text.format(
                **{
                    name: value.best(language) if isinstance(value, LocalizedText) else value
                    for name, value in values.items()
                }
            )
            for language, text in template
        }
    )


def _form(offering: Offering, count: int) -> LocalizedText:
    regular = [component for component in offering.components if component.form is Form.REGULAR]
    outside = [component for component in offering.components if component.form is Form.OUTSIDE]
    if regular and outside:
        return fill(_MIXED, regular=_names(regular), outside=_names(outside), count=count)
    if regular:
        return _REGULAR_ONE if count == 1 else fill(_REGULAR, count=count)
    return _OUTSIDE


def _names(components: Sequence[Component]) -> LocalizedText:
    return LocalizedText.of(
        {language: "; ".join(component.title.best(language) for component in components) for language in ("nl", "en")}
    )
