"""Sentences that an Open Badge adds of its own accord, in its one language; the criteria as Markdown."""

import re

from vc_issuer.formats import vocabularies
from vc_issuer.formats.ob3.numbers import plain
from vc_issuer.model.offering import Form, Mode, QualityLabel, QualityScope, Stackability
from vc_issuer.model.record import DocumentDue, DocumentKind, EnrolmentRoute, Specification

_FALLBACK = "en"
_MARKUP = "\\`*_[]<>#|"
_ESCAPED = re.compile(r"\\([-" + re.escape(_MARKUP) + "])")


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
    "level": _Texts(nl="Niveau: {value}", en="Level: {value}"),
    "form": _Texts(nl="Onderwijsaanbod: {value}", en="Offer: {value}"),
    "quality": _Texts(nl="Kwaliteitszorg: {value}", en="Quality assurance: {value}"),
    "partner": _Texts(nl="Partner: {value}", en="Partner: {value}"),
    "exempted": _Texts(
        nl="Vrijgesteld onderdeel, erkend op grond van eerdere studie: {value}",
        en="Exempted part, recognised on the ground of earlier study: {value}",
    ),
    "recognised": _Texts(
        nl="Erkende studiepunten, hier niet verworven: {value}", en="Recognised credits, not earned here: {value} ECTS"
    ),
    "route": _Texts(nl="Inschrijving: {value}", en="Enrolment: {value}"),
}
_ROUTES = {
    EnrolmentRoute.CREDIT_CONTRACT: _Texts(nl="creditcontract", en="credit contract"),
    EnrolmentRoute.EXAM_CONTRACT: _Texts(nl="examencontract", en="exam contract"),
    EnrolmentRoute.DIPLOMA_CONTRACT: _Texts(nl="diplomacontract", en="diploma contract"),
    EnrolmentRoute.MC_CONTRACT: _Texts(nl="microcredentialcontract", en="micro-credential contract"),
    EnrolmentRoute.PERMANENT_TRAINING: _Texts(nl="permanente vorming", en="permanent training"),
}
_CYCLES = {
    "short": _Texts(nl="QF-EHEA: korte cyclus", en="QF-EHEA: short cycle"),
    "first": _Texts(nl="QF-EHEA: eerste cyclus", en="QF-EHEA: first cycle"),
    "second": _Texts(nl="QF-EHEA: tweede cyclus", en="QF-EHEA: second cycle"),
    "third": _Texts(nl="QF-EHEA: derde cyclus", en="QF-EHEA: third cycle"),
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


_STACKABLE_LINE = re.compile(
    "- (?:" + "|".join(re.escape(t).replace(r"\{into\}", ".*") for ts in _STACKABLE.values() for t in ts.values()) + ")"
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
    lines += [f"- {line}" for line in _criteria_lines(due, due.specification, language)]
    return "\n".join(lines)


def narrative(due: DocumentDue, language: str) -> str:
    """Return what is said of this learner's award, as Markdown: the statements in print, then a list of facts."""
    texts = [line for statement in due.statements for line in statement.best(language).split("\n") if line]
    paragraphs = [_paragraph(text) for text in texts]
    facts = [_line("exempted", f"{p.title.best(language)} ({plain(p.ects)} ECTS)", language) for p in due.exempted]
    if due.credits_recognised:
        facts.append(_line("recognised", plain(due.credits_recognised), language))
    if due.route is not None:
        facts.append(_line("route", _ROUTES[due.route][language], language))
    return "\n\n".join([*paragraphs, "\n".join(f"- {fact}" for fact in facts)] if facts else paragraphs)


def statements_in(text: str) -> tuple[str, ...]:
    """Read the statements back out of a narrative."""
    return tuple(unescape_markdown(line) for line in text.split("\n") if line and not line.startswith("- "))


def prerequisites_in(text: str) -> str:
    """Read the prerequisites back out of criteria that this module wrote, in whichever language."""
    starts = tuple("- " + line.format(value="") for line in _LINES["prerequisites"].values())
    for line in text.split("\n"):
        for start in starts:
            if line.startswith(start):
                return unescape_markdown(line.removeprefix(start))
    return ""


def stackability_in(text: str) -> str:
    """Read how the award may be combined back out of criteria that this module wrote."""
    return next((unescape_markdown(line[2:]) for line in text.split("\n") if _STACKABLE_LINE.fullmatch(line)), "")


def _line(name: str, value: str, language: str) -> str:
    return _LINES[name][language].format(value=escape_markdown(value))


def _criteria_lines(due: DocumentDue, specification: Specification, language: str) -> list[str]:
    lines = [_line("assessment", assessment.title.best(language), language) for assessment in specification.assessments]
    grading = specification.grading
    if grading and grading.pass_mark is not None:
        bound = f"/{plain(grading.maximum)}" if grading.maximum is not None else ""
        lines.append(_line("pass", plain(grading.pass_mark) + bound, language))
    volume = _ECTS[language].format(ects=plain(specification.ects), hours=specification.hours)
    lines.append(_line("workload", volume, language))
    lines += [_line("level", text, language) for text in _levels(specification, language)]
    kind = f" ({specification.form_type.value})" if specification.form_type else ""
    lines.append(_line("form", form_name(specification.form, language) + kind, language))
    if specification.mode is Mode.HYBRID:
        lines.append(_line("mode", _HYBRID[language], language))
    if specification.mode_details:
        lines.append(_line("mode", specification.mode_details.best(language), language))
    if specification.programme:
        lines.append(_line("programme", specification.programme.best(language), language))
    if specification.prerequisites:
        lines.append(_line("prerequisites", specification.prerequisites.best(language), language))
    lines += [_line("quality", stated_quality(label, language), language) for label in specification.quality]
    lines += [_line("partner", f"{one.name.best(language)} ({one.role})", language) for one in due.partners]
    if specification.stackability:
        lines.append(_stackable(specification, language))
    return lines


def _stackable(specification: Specification, language: str) -> str:
    """Say how the award may be combined; a target that isn't named is no target."""
    if specification.stackability is Stackability.STACKABLE_INTO and specification.stackable_into:
        into = escape_markdown(specification.stackable_into.best(language))
        return _STACKABLE[Stackability.STACKABLE_INTO][language].format(into=into)
    stands_alone = specification.stackability is Stackability.STAND_ALONE
    return _STACKABLE[Stackability.STAND_ALONE if stands_alone else Stackability.COMBINABLE][language]


def _levels(specification: Specification, language: str) -> list[str]:
    """Say of the level what no alignment can: that it is indicative, a framework the EU doesn't list, the cycle."""
    level = specification.level
    texts = [INDICATIVE[language]]
    if level.framework and level.national and vocabularies.nqf(level.framework, level.national) is None:
        texts.append(f"{level.framework} {level.national}")
    return [*texts, _CYCLES[level.cycle][language]] if level.cycle in _CYCLES else texts


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
