"""Sentences that an Open Badge adds of its own accord, in its one language; the criteria as Markdown."""

from decimal import Decimal

from vc_issuer.formats import vocabularies
from vc_issuer.model.offering import Form, Mode, QualityLabel, QualityScope, Stackability
from vc_issuer.model.record import DocumentDue, DocumentKind, Specification

_FALLBACK = "en"


class _Texts(dict[str, str]):
    """Texts by language; English where a language is missing."""

    def __missing__(self, language: str) -> str:
        return self[_FALLBACK]


MARK = _Texts(nl="Resultaat", en="Mark", fr="Note", de="Note")
INDICATIVE = _Texts(
    nl="Niveau richtinggevend: dit bewijs is geen volledige kwalificatie van dat niveau.",
    en="Level indicative: this award is not a full qualification of that level.",
    fr="Niveau indicatif : cette attestation n’est pas une qualification complète de ce niveau.",
    de="Niveau als Richtwert: Dieser Nachweis ist keine vollständige Qualifikation dieses Niveaus.",
)
WORKLOAD = _Texts(
    nl="Studietijd: {hours} uur", en="Workload: {hours} hours", fr="Charge de travail : {hours} heures",
    de="Arbeitsaufwand: {hours} Stunden",
)  # fmt: skip
_SUMMARY = {
    DocumentKind.CERTIFICATE: _Texts(
        nl="Micro-credential, {ects} studiepunten, EQF-niveau {level} (richtinggevend).",
        en="Micro-credential, {ects} ECTS credits, EQF level {level} (indicative).",
    ),
    DocumentKind.CREDIT_CERTIFICATE: _Texts(
        nl="Creditbewijs, {ects} studiepunten, EQF-niveau {level} (richtinggevend).",
        en="Credit certificate, {ects} ECTS credits, EQF level {level} (indicative).",
    ),
}
_FORMS: dict[Form | None, _Texts] = {
    Form.REGULAR: _Texts(nl="Regulier onderwijsaanbod", en="Regular programme offer"),
    Form.OUTSIDE: _Texts(nl="Buiten het reguliere onderwijsaanbod", en="Outside the regular programme offer"),
    None: _Texts(nl="Deels regulier, deels daarbuiten", en="Partly in, partly outside the regular programme offer"),
}
_ACHIEVED = {
    DocumentKind.CERTIFICATE: _Texts(
        nl="Elk leerresultaat is geëvalueerd, en elk verplicht onderdeel is behaald.",
        en="Every learning outcome was assessed, and every required part was achieved.",
    ),
    DocumentKind.CREDIT_CERTIFICATE: _Texts(
        nl="De student slaagde voor dit opleidingsonderdeel.", en="The student passed this course unit."
    ),
}
_LINES = {
    "assessment": _Texts(nl="Evaluatie: {value}", en="Assessment: {value}"),
    "pass": _Texts(nl="Geslaagd vanaf {value}", en="Pass mark: {value}"),
    "workload": _Texts(nl="Omvang: {value}", en="Volume: {value}"),
    "mode": _Texts(nl="Vorm van deelname: {value}", en="Form of participation: {value}"),
    "programme": _Texts(nl="Opleiding: {value}", en="Programme: {value}"),
    "prerequisites": _Texts(nl="Toelating: {value}", en="Prerequisites: {value}"),
    "internal": _Texts(nl="Kwaliteitszorg (intern): {value}", en="Quality assurance (internal): {value}"),
    "external": _Texts(nl="Kwaliteitszorg (extern): {value}", en="Quality assurance (external): {value}"),
    "exempted": _Texts(
        nl="Vrijgesteld onderdeel: {value}", en="Exempted part, recognised on the ground of earlier study: {value}"
    ),
    "partner": _Texts(nl="Partner: {value}", en="Partner: {value}"),
}
_SCOPES = {
    QualityScope.INTERNAL: _Texts(nl="intern", en="internal", fr="interne", de="intern"),
    QualityScope.EXTERNAL: _Texts(nl="extern", en="external", fr="externe", de="extern"),
}
_ECTS = _Texts(
    nl="{ects} studiepunten (ECTS), {hours} uur studietijd", en="{ects} ECTS credits, {hours} hours of workload"
)
_HYBRID = _Texts(nl="hybride: tegelijk op de campus en online", en="hybrid: on campus and online at the same time")
_STACKABLE = {
    Stackability.STAND_ALONE: _Texts(nl="Dit bewijs staat op zichzelf.", en="This award stands alone."),
    Stackability.STACKABLE_INTO: _Texts(
        nl="De studiepunten kunnen meetellen voor: {into}. De ontvangende instelling beslist.",
        en="The credits may count towards: {into}. The receiving institution decides.",
    ),
    Stackability.COMBINABLE: _Texts(
        nl="Dit bewijs kan met andere gecombineerd worden. De ontvangende instelling beslist.",
        en="This award may be combined with others. The receiving institution decides.",
    ),
}


def summary_line(due: DocumentDue, language: str) -> str:
    """Return the credential's one-line description."""
    specification = due.specification
    return _SUMMARY[due.kind][language].format(ects=_plain(specification.ects), level=specification.level.eqf)


def stated_quality(label: QualityLabel, language: str) -> str:
    """Say what the issuer states of its quality assurance: the label's name, its scope, its statement."""
    head = f"{label.name.best(language)} ({_SCOPES[label.scope][language]})"
    return f"{head}. {label.statement.best(language)}" if label.statement else head


def form_name(form: Form | None, language: str) -> str:
    """Name a form in words."""
    return _FORMS[form][language]


def country_name(code: str, language: str) -> str:
    """Name a country in words."""
    return vocabularies.country(code).label(language)


def criteria(due: DocumentDue, language: str) -> str:
    """Return what it took to earn this, as Markdown: a sentence and a list; text of others is escaped."""
    specification = due.specification
    lines = [_ACHIEVED[due.kind][language], ""]
    lines += [f"- {line}" for line in _criteria_lines(due, specification, language)]
    return "\n".join(lines)


def _criteria_lines(due: DocumentDue, specification: Specification, language: str) -> list[str]:
    def line(name: str, value: str) -> str:
        return _LINES[name][language].format(value=escape_markdown(value))

    lines = [line("assessment", assessment.title.best(language)) for assessment in specification.assessments]
    if due.mark is not None and specification.grading and specification.grading.pass_mark is not None:
        maximum = specification.grading.maximum
        bound = f"/{_plain(maximum)}" if maximum is not None else ""
        lines.append(line("pass", _plain(specification.grading.pass_mark) + bound))
    volume = _ECTS[language].format(ects=_plain(specification.ects), hours=specification.hours)
    lines.append(line("workload", volume))
    if specification.mode is Mode.HYBRID:
        lines.append(line("mode", _HYBRID[language]))
    elif specification.mode_details:
        lines.append(line("mode", specification.mode_details.best(language)))
    if specification.programme:
        lines.append(line("programme", specification.programme.best(language)))
    if specification.prerequisites:
        lines.append(line("prerequisites", specification.prerequisites.best(language)))
    scopes = {QualityScope.INTERNAL: "internal", QualityScope.EXTERNAL: "external"}
    lines += [line(scopes[label.scope], label.name.best(language)) for label in specification.quality]
    lines += [line("exempted", f"{part.title.best(language)} ({_plain(part.ects)} ECTS)") for part in due.exempted]
    lines += [line("partner", f"{partner.name.best(language)} ({partner.role})") for partner in due.partners]
    if specification.stackability:
        into = specification.stackable_into.best(language) if specification.stackable_into else ""
        lines.append(_STACKABLE[specification.stackability][language].format(into=escape_markdown(into)))
    return lines


def escape_markdown(text: str) -> str:
    """Escape what Markdown, or HTML inside it, would read as markup."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>#|" else character for character in text)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
