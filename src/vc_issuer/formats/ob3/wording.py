"""Sentences that an Open Badge adds of its own accord, in its one language; the criteria as Markdown."""

import re

from vc_issuer.formats import sentences, vocabularies
from vc_issuer.model.grading import plain
from vc_issuer.model.offering import Form, QualityLabel, QualityScope
from vc_issuer.model.record import DocumentDue, DocumentKind, Specification

_FALLBACK = "en"
_MARKUP = "\\`*_[]<>#|"
_ESCAPED = re.compile(r"\\([-" + re.escape(_MARKUP) + "])")


class _Texts(dict[str, str]):
    """Texts by language; English where a language is missing."""

    def __missing__(self, language: str) -> str:
        return self[_FALLBACK]


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
    "scale": _Texts(nl="Beoordelingsschaal: {value}", en="Grading scale: {value}"),
    "workload": _Texts(nl="Omvang: {value}", en="Volume: {value}"),
    "mode": _Texts(nl="Vorm van deelname: {value}", en="Form of participation: {value}"),
    "level": _Texts(nl="Niveau: {value}", en="Level: {value}"),
    "form": _Texts(nl="Onderwijsaanbod: {value}", en="Offer: {value}"),
    "quality": _Texts(nl="Kwaliteitszorg: {value}", en="Quality assurance: {value}"),
}
_SCOPES = {
    QualityScope.INTERNAL: _Texts(nl="intern", en="internal", fr="interne", de="intern"),
    QualityScope.EXTERNAL: _Texts(nl="extern", en="external", fr="externe", de="extern"),
}
_ECTS = _Texts(
    nl="{ects} studiepunten (ECTS), {hours} uur studietijd", en="{ects} ECTS credits, {hours} hours of workload"
)


def summary_line(due: DocumentDue, language: str) -> str:
    """Return the credential's one-line description."""
    specification = due.specification
    return _SUMMARY[due.kind][language].format(ects=plain(specification.ects), level=specification.level.eqf)


def stated_quality(label: QualityLabel, language: str) -> str:
    """Say what the issuer states of its quality assurance: the label's name, its scope, its statement."""
    spoken = language if language in label.name.languages else label.name.languages[0]
    head = f"{label.name.best(spoken)} ({_SCOPES[label.scope][spoken]})"
    return f"{head}. {label.statement.best(spoken)}" if label.statement else head


def form_name(form: Form | None, language: str) -> str:
    """Name a form in words."""
    return _FORMS[form][language]


def country_name(code: str, language: str) -> str:
    """Name a country in words."""
    return vocabularies.country(code).label(language)


def criteria(due: DocumentDue, language: str) -> str:
    """Return what it takes to earn this, as Markdown: a sentence and a list; text of others is escaped.

    It is about the achievement, whose id all learners share: nothing in it differs between two of them.
    """
    lines = [_ACHIEVED[due.kind][language], ""]
    lines += [f"- {line}" for line in _criteria_lines(due.specification, language)]
    return "\n".join(lines)


def narrative(due: DocumentDue, language: str) -> str:
    """Return what is said of this learner's award, as Markdown: the statements in print, then a list of facts."""
    texts = [line for statement in due.statements for line in statement.best(language).split("\n") if line]
    paragraphs = [_paragraph(text) for text in texts]
    facts = [
        f"{sentences.EXEMPTED.best(language)}: {part.title.best(language)} ({plain(part.ects)} ECTS)"
        for part in due.exempted
    ]
    if due.credits_recognised:
        facts.append(sentences.fill(sentences.RECOGNISED, ects=plain(due.credits_recognised)).best(language))
    if due.specification.distribution and due.specification.distribution.shown:
        facts.append(sentences.distribution_note(due.specification.distribution).best(language))
    facts += [text.best(language) for text in sentences.award_details(due)]
    facts = [escape_markdown(fact) for fact in facts]
    return "\n\n".join([*paragraphs, "\n".join(f"- {fact}" for fact in facts)] if facts else paragraphs)


def facts_in(text: str) -> tuple[str, ...]:
    """Read the items of a list back out of Markdown of ours, unescaped."""
    return tuple(unescape_markdown(line[2:]) for line in text.split("\n") if line.startswith("- "))


def statements_in(text: str) -> tuple[str, ...]:
    """Read the statements back out of a narrative."""
    return tuple(unescape_markdown(line) for line in text.split("\n") if line and not line.startswith("- "))


def _line(name: str, value: str, language: str) -> str:
    return _LINES[name][language].format(value=escape_markdown(value))


def _criteria_lines(specification: Specification, language: str) -> list[str]:
    lines = [_line("assessment", assessment.title.best(language), language) for assessment in specification.assessments]
    grading = specification.grading
    if grading and grading.pass_mark is not None:
        bound = f"/{grading.out_of}" if grading.out_of else ""
        lines.append(_line("pass", grading.write(grading.pass_mark) + bound, language))
    if grading:
        lines.append(_line("scale", f"{grading.title.best(language)}. {grading.description.best(language)}", language))
    volume = _ECTS[language].format(ects=plain(specification.ects), hours=specification.hours)
    lines.append(_line("workload", volume, language))
    lines.append(_line("level", INDICATIVE[language], language))
    kind = f" ({specification.form_type.value})" if specification.form_type else ""
    lines.append(_line("form", form_name(specification.form, language) + kind, language))
    told = [text.best(language) for text in sentences.specification_details(specification)]
    if specification.prerequisites:
        told.append(sentences.PREREQUISITES.best(language).format(text=specification.prerequisites.best(language)))
    if text := sentences.stackability(specification):
        told.append(text.best(language))
    lines += [escape_markdown(text) for text in told]
    lines += [_line("quality", stated_quality(label, language), language) for label in specification.quality]
    return lines


def _paragraph(text: str) -> str:
    escaped = escape_markdown(text)
    # A line that begins with a dash would be read as an item of the list.
    return f"\\{escaped}" if escaped.startswith("-") else escaped


def escape_markdown(text: str) -> str:
    """Escape what Markdown, or HTML inside it, would read as markup."""
    return "".join(f"\\{character}" if character in _MARKUP else character for character in text)


def unescape_markdown(text: str) -> str:
    """Return what `escape_markdown` was given."""
    return _ESCAPED.sub(r"\1", text)
