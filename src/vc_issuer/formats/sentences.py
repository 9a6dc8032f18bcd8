"""Sentences that both formats add of their own accord, word for word alike, so that a summary reads equal from either.

Each begins with English, which stands in where a language is missing.
"""

from collections.abc import Iterator

from vc_issuer.formats import vocabularies
from vc_issuer.model.grading import Distribution, plain
from vc_issuer.model.offering import Mode, QualityLabel, Stackability
from vc_issuer.model.record import DocumentDue, DocumentKind, EnrolmentRoute, Specification
from vc_issuer.model.text import LocalizedText

_T = LocalizedText.of

PASS = _T(en="Pass", nl="Geslaagd", fr="Réussi", de="Bestanden")
RESULT = _T(en="Result", nl="Resultaat", fr="Résultat", de="Ergebnis")
EVIDENCE = _T(
    en="Work of the learner", nl="Werk van de student", fr="Travail de l’étudiant", de="Arbeit der Studierenden"
)
DISTRIBUTION = _T(
    en="Marks of the reference group ({group}; n = {size}): {counts}.",
    nl="Cijfers van de referentiegroep ({group}; n = {size}): {counts}.",
    fr="Notes du groupe de référence ({group} ; n = {size}) : {counts}.",
    de="Noten der Vergleichsgruppe ({group}; n = {size}): {counts}.",
)
RECOGNISED = _T(
    en="Recognised credits, not earned here: {ects} ECTS",
    nl="Erkende studiepunten, hier niet verworven: {ects}",
    fr="Crédits reconnus, non acquis ici : {ects} ECTS",
    de="Anerkannte, nicht hier erworbene Punkte: {ects} ECTS",
)
EXEMPTED = _T(
    en="Exempted part, recognised on the ground of earlier study",
    nl="Vrijgesteld onderdeel, erkend op grond van eerdere studie",
    fr="Partie dispensée, reconnue sur la base d’études antérieures",
    de="Erlassener Teil, anerkannt aufgrund früherer Studien",
)
MANDATE = _T(
    en="Issued by mandate of the awarding bodies: {statement}",
    nl="Uitgereikt in opdracht van de toekennende instellingen: {statement}",
    fr="Délivré par mandat des organismes certificateurs : {statement}",
    de="Ausgestellt im Auftrag der verleihenden Einrichtungen: {statement}",
)
PROGRAMME = _T(en="Programme: {name}", nl="Opleiding: {name}", fr="Programme : {name}", de="Studiengang: {name}")
MODE_DETAILS = _T(
    en="Form of participation: {name}",
    nl="Vorm van deelname: {name}",
    fr="Forme de participation : {name}",
    de="Teilnahmeform: {name}",
)
HYBRID = _T(
    en="hybrid (on campus and online at the same time); the EU’s list has no such form",
    nl="hybride (tegelijk op de campus en online); de EU-lijst kent die vorm niet",
    fr="hybride (sur le campus et en ligne simultanément), absente de la liste de l’UE",
    de="hybrid (gleichzeitig auf dem Campus und online); die EU-Liste kennt diese Form nicht",
)
PARTNER = _T(
    en="Partner: {name} ({role}, {country})",
    nl="Partner: {name} ({role}, {country})",
    fr="Partenaire : {name} ({role}, {country})",
    de="Partner: {name} ({role}, {country})",
)
ENROLMENT = _T(
    en="Enrolment: {contract}",
    nl="Inschrijving: {contract}",
    fr="Inscription : {contract}",
    de="Einschreibung: {contract}",
)
NATIONAL_LEVEL = _T(
    en="Level in the framework {framework}: {level}",
    nl="Niveau in het raamwerk {framework}: {level}",
    fr="Niveau dans le cadre {framework} : {level}",
    de="Niveau im Rahmen {framework}: {level}",
)
CYCLES = {
    "short": _T(en="QF-EHEA: short cycle", nl="QF-EHEA: korte cyclus", fr="QF-EHEA : cycle court"),
    "first": _T(en="QF-EHEA: first cycle", nl="QF-EHEA: eerste cyclus", fr="QF-EHEA : premier cycle"),
    "second": _T(en="QF-EHEA: second cycle", nl="QF-EHEA: tweede cyclus", fr="QF-EHEA : deuxième cycle"),
    "third": _T(en="QF-EHEA: third cycle", nl="QF-EHEA: derde cyclus", fr="QF-EHEA : troisième cycle"),
}
PREREQUISITES = _T(
    en="Prerequisites: {text}", nl="Toelating: {text}", fr="Prérequis : {text}", de="Voraussetzungen: {text}"
)
_ROUTES = {
    EnrolmentRoute.CREDIT_CONTRACT: _T(en="credit contract", nl="creditcontract"),
    EnrolmentRoute.EXAM_CONTRACT: _T(en="exam contract", nl="examencontract"),
    EnrolmentRoute.DIPLOMA_CONTRACT: _T(en="diploma contract", nl="diplomacontract"),
    EnrolmentRoute.MC_CONTRACT: _T(en="micro-credential contract", nl="microcredentialcontract"),
    EnrolmentRoute.PERMANENT_TRAINING: _T(en="permanent training", nl="permanente vorming"),
}
_STAND_ALONE = _T(
    en="This award stands alone.",
    nl="Dit bewijs staat op zichzelf.",
    fr="Cette attestation est autonome.",
    de="Dieser Nachweis steht für sich.",
)
_STACKABLE_INTO = _T(
    en="The credits may count towards: {target}. The receiving institution decides; no exemption is promised.",
    nl="De studiepunten kunnen meetellen voor: {target}. De ontvangende instelling beslist; een vrijstelling "
    "wordt niet beloofd.",
    fr="Les crédits peuvent compter pour : {target}. L’établissement d’accueil décide ; aucune dispense n’est promise.",
    de="Die Punkte können angerechnet werden auf: {target}. Die aufnehmende Einrichtung entscheidet; ein Erlass "
    "wird nicht zugesagt.",
)
_COMBINABLE = _T(
    en="This award may be combined with others. The receiving institution decides; no exemption is promised.",
    nl="Dit bewijs kan met andere gecombineerd worden. De ontvangende instelling beslist; een vrijstelling "
    "wordt niet beloofd.",
    fr="Cette attestation peut être combinée avec d’autres. L’établissement d’accueil décide ; aucune dispense "
    "n’est promise.",
    de="Dieser Nachweis kann mit anderen kombiniert werden. Die aufnehmende Einrichtung entscheidet; ein Erlass "
    "wird nicht zugesagt.",
)
_CAPTIONS = {
    DocumentKind.CERTIFICATE: _T(
        en="Micro-credential certificate: {title}; {issuer}; {ects} ECTS credits",
        nl="Certificaat micro-credential: {title}; {issuer}; {ects} studiepunten (ECTS)",
        fr="Certificat de microcertification : {title} ; {issuer} ; {ects} crédits ECTS",
        de="Micro-Credential-Zertifikat: {title}; {issuer}; {ects} ECTS-Punkte",
    ),
    DocumentKind.CREDIT_CERTIFICATE: _T(
        en="Credit certificate: {title}; {issuer}; {ects} ECTS credits",
        nl="Creditbewijs: {title}; {issuer}; {ects} studiepunten (ECTS)",
        fr="Attestation de crédits : {title} ; {issuer} ; {ects} crédits ECTS",
        de="Leistungsnachweis: {title}; {issuer}; {ects} ECTS-Punkte",
    ),
}
_DECISION = {
    True: _T(en="positive decision", nl="positief besluit", fr="décision positive", de="positive Entscheidung"),
    False: _T(en="negative decision", nl="negatief besluit", fr="décision négative", de="negative Entscheidung"),
    None: _T(en="decision", nl="besluit", fr="décision", de="Entscheidung"),
}
_OF = _T(en=" of {day}", nl=" van {day}", fr=" du {day}", de=" vom {day}")
_UNTIL = _T(en=", valid until {day}", nl=", geldig tot {day}", fr=", valable jusqu’au {day}", de=", gültig bis {day}")
_AGENCY = _T(
    en="{agency} ({country}{eqar})", nl="{agency} ({country}{eqar})", fr="{agency} ({country}{eqar})",
    de="{agency} ({country}{eqar})",
)  # fmt: skip
_EQAR = _T(
    en=", registered in EQAR", nl=", opgenomen in EQAR", fr=", enregistrée auprès de l’EQAR", de=", in EQAR registriert"
)


def fill(template: LocalizedText, **values: str | LocalizedText) -> LocalizedText:
    """Put values into `template`, in its languages and those of the values; English words stand in where it has none.

    A localized value is taken in that language, or in its own first.
    """
    spoken = (language for value in values.values() if isinstance(value, LocalizedText) for language in value.languages)
    return _T(
        {
            language: template.best(language).format(
                **{
                    name: value.best(language) if isinstance(value, LocalizedText) else value
                    for name, value in values.items()
                }
            )
            for language in dict.fromkeys((*template.languages, *spoken))
        }
    )


def stackability(specification: Specification) -> LocalizedText | None:
    """Say how the award may be combined, hedged; a target that isn't named is no target."""
    if specification.stackability is Stackability.STACKABLE_INTO and specification.stackable_into:
        return fill(_STACKABLE_INTO, target=specification.stackable_into)
    if specification.stackability is None:
        return None
    return _STAND_ALONE if specification.stackability is Stackability.STAND_ALONE else _COMBINABLE


def specification_details(specification: Specification) -> Iterator[LocalizedText]:
    """Say of what was achieved what no coded value says: level, programme, and how exactly one took part."""
    level = specification.level
    if level.framework and level.national and vocabularies.nqf(level.framework, level.national) is None:
        yield fill(NATIONAL_LEVEL, framework=level.framework, level=level.national)
    if level.cycle in CYCLES:
        yield CYCLES[level.cycle]
    if specification.programme:
        yield fill(PROGRAMME, name=specification.programme)
    if specification.mode is Mode.HYBRID:
        yield fill(MODE_DETAILS, name=HYBRID)
    if specification.mode_details:
        yield fill(MODE_DETAILS, name=specification.mode_details)


def award_details(due: DocumentDue) -> Iterator[LocalizedText]:
    """Say of the award: who took part without awarding, and under which contract one enrolled."""
    for partner in due.partners:
        country = vocabularies.country(partner.country).labels
        yield fill(PARTNER, name=partner.name, role=partner.role, country=country)
    if due.route is not None:
        yield fill(ENROLMENT, contract=_ROUTES[due.route])


def caption(due: DocumentDue) -> LocalizedText:
    """Say in words what the picture of a document shows, for those who don't see it."""
    return fill(
        _CAPTIONS[due.kind],
        title=due.specification.title,
        issuer=due.issuer.legal_name,
        ects=plain(due.specification.ects),
    )


def distribution_note(distribution: Distribution) -> LocalizedText:
    """Tell the reference group's results in words (ECTS Users' Guide); categories with nobody in them are left out."""
    counts = "; ".join(f"{each.label}: {each.count}" for each in distribution.shown)
    return fill(DISTRIBUTION, group=distribution.reference_group, size=str(distribution.size), counts=counts)


def decision(label: QualityLabel) -> LocalizedText:
    """Say who decided on an external quality-assurance label, how, when, and until when it holds."""
    eqar: str | LocalizedText = _EQAR if label.eqar else ""
    country = vocabularies.country(label.agency_country).labels
    parts = [fill(_AGENCY, agency=label.agency, country=country, eqar=eqar), _DECISION[label.positive]]
    if label.decided_on:
        parts.append(fill(_OF, day=label.decided_on.isoformat()))
    if label.valid_until:
        parts.append(fill(_UNTIL, day=label.valid_until.isoformat()))
    told = {language: [part.best(language) for part in parts] for language in _AGENCY.languages}
    return _T({language: f"{agency}: {''.join(rest)}." for language, (agency, *rest) in told.items()})


def mandate(due: DocumentDue) -> LocalizedText | None:
    """Say by which mandate somebody else than the awarding bodies issues."""
    return fill(MANDATE, statement=due.mandate.statement) if due.mandate else None


def is_detail(text: str) -> bool:
    """Tell whether a sentence is one of `specification_details` or `award_details`, by how it begins."""
    return text.startswith(_DETAIL_HEADS)


def out_of_template(template: LocalizedText, text: str) -> str:
    """Return what a sentence of one hole at its end holds in it; empty if it is not of this template."""
    heads = (words.split("{", 1)[0] for _, words in template)
    return next((text[len(head) :] for head in heads if text.startswith(head)), "")


_DETAIL_HEADS = tuple(
    words.split("{", 1)[0]
    for template in (PROGRAMME, MODE_DETAILS, PARTNER, ENROLMENT, NATIONAL_LEVEL, *CYCLES.values())
    for _, words in template
)
