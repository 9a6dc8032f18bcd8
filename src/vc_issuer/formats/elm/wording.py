"""Sentences that an ELM document adds of its own accord: titles of nodes, grade words and notes, per language."""

from vc_issuer.model.offering import Form
from vc_issuer.model.record import EnrolmentRoute
from vc_issuer.model.text import LocalizedText

PASS = LocalizedText.of(en="Pass", nl="Geslaagd", fr="Réussi", de="Bestanden")
COUNTED = LocalizedText.of(
    en="Counted in the final result",
    nl="Meegeteld in het eindresultaat",
    fr="Pris en compte dans le résultat final",
    de="Im Endergebnis berücksichtigt",
)
FINAL_RESULT = LocalizedText.of(en="Final result", nl="Eindresultaat", fr="Résultat final", de="Endergebnis")
ACTIVITY = LocalizedText.of(
    en="Learning activities", nl="Leeractiviteiten", fr="Activités d’apprentissage", de="Lernaktivitäten"
)
WEIGHT = LocalizedText.of(
    en="Weight: {weight} %", nl="Gewicht: {weight} %", fr="Pondération : {weight} %", de="Gewichtung: {weight} %"
)
DISTRIBUTION = LocalizedText.of(
    en="Marks of the reference group ({group}): {counts}.",
    nl="Cijfers van de referentiegroep ({group}): {counts}.",
    fr="Notes du groupe de référence ({group}) : {counts}.",
    de="Noten der Vergleichsgruppe ({group}): {counts}.",
)
COVERS = LocalizedText.of(
    en="Assesses learning outcomes {numbers}",
    nl="Toetst leerresultaten {numbers}",
    fr="Évalue les acquis {numbers}",
    de="Prüft die Lernergebnisse {numbers}",
)
DISPLAY = {
    "certificate": LocalizedText.of(
        en="Micro-credential, {ects} ECTS credits, EQF level {level}",
        nl="Microcredential, {ects} studiepunten, EQF-niveau {level}",
        fr="Microcertification, {ects} crédits ECTS, niveau CEC {level}",
        de="Micro-Credential, {ects} ECTS-Punkte, EQR-Niveau {level}",
    ),
    "credit-certificate": LocalizedText.of(
        en="Credit certificate, {ects} ECTS credits, EQF level {level}",
        nl="Creditbewijs, {ects} studiepunten, EQF-niveau {level}",
        fr="Attestation de crédits, {ects} crédits ECTS, niveau CEC {level}",
        de="Leistungsnachweis, {ects} ECTS-Punkte, EQR-Niveau {level}",
    ),
}
INDICATIVE = LocalizedText.of(
    en="The level is indicative: this award is not a full qualification of that level.",
    nl="Het niveau is richtinggevend: dit bewijs is geen volledige kwalificatie van dat niveau.",
    fr="Le niveau est indicatif : cette attestation n’est pas une qualification complète de ce niveau.",
    de="Das Niveau ist ein Richtwert: Dieser Nachweis ist keine vollständige Qualifikation dieses Niveaus.",
)
NATIONAL_LEVEL = LocalizedText.of(
    en="Level in the framework {framework}: {level}",
    nl="Niveau in het raamwerk {framework}: {level}",
    fr="Niveau dans le cadre {framework} : {level}",
    de="Niveau im Rahmen {framework}: {level}",
)
CYCLES = {
    "short": LocalizedText.of(en="QF-EHEA: short cycle", nl="QF-EHEA: korte cyclus", fr="QF-EHEA : cycle court"),
    "first": LocalizedText.of(en="QF-EHEA: first cycle", nl="QF-EHEA: eerste cyclus", fr="QF-EHEA : premier cycle"),
    "second": LocalizedText.of(en="QF-EHEA: second cycle", nl="QF-EHEA: tweede cyclus", fr="QF-EHEA : deuxième cycle"),
    "third": LocalizedText.of(en="QF-EHEA: third cycle", nl="QF-EHEA: derde cyclus", fr="QF-EHEA : troisième cycle"),
}
HYBRID = LocalizedText.of(
    en="Form of participation: hybrid (on campus and online at the same time); the EU's list has no such form.",
    nl="Deelnamevorm: hybride (tegelijk op de campus en online); de EU-lijst kent die vorm niet.",
    fr="Forme de participation : hybride (sur le campus et en ligne simultanément), absente de la liste de l’UE.",
    de="Teilnahmeform: hybrid (gleichzeitig auf dem Campus und online); die EU-Liste kennt diese Form nicht.",
)
FORMS = {
    Form.REGULAR: LocalizedText.of(
        en="Form: part of the regular programme offer{type}",
        nl="Vorm: deel van het reguliere opleidingsaanbod{type}",
        fr="Forme : partie de l’offre d’enseignement régulière{type}",
        de="Form: Teil des regulären Studienangebots{type}",
    ),
    Form.OUTSIDE: LocalizedText.of(
        en="Form: outside the regular programme offer{type}",
        nl="Vorm: buiten het reguliere opleidingsaanbod{type}",
        fr="Forme : hors de l’offre d’enseignement régulière{type}",
        de="Form: außerhalb des regulären Studienangebots{type}",
    ),
    None: LocalizedText.of(
        en="Form: partly in, partly outside the regular programme offer{type}",
        nl="Vorm: deels binnen, deels buiten het reguliere opleidingsaanbod{type}",
        fr="Forme : en partie dans l’offre d’enseignement régulière, en partie hors de celle-ci{type}",
        de="Form: teils im regulären Studienangebot, teils außerhalb{type}",
    ),
}
FORM_TYPE = LocalizedText.of(en=" (type {type})", nl=" (type {type})", fr=" (type {type})", de=" (Typ {type})")
PROGRAMME = LocalizedText.of(
    en="Programme: {name}", nl="Opleiding: {name}", fr="Programme : {name}", de="Studiengang: {name}"
)
STAND_ALONE = LocalizedText.of(
    en="Stackability: this award stands alone.",
    nl="Stapelbaarheid: dit bewijs staat op zichzelf.",
    fr="Cumul : cette attestation est autonome.",
    de="Kombinierbarkeit: Dieser Nachweis steht für sich.",
)
STACKABLE = LocalizedText.of(
    en="May count towards a larger award",
    nl="Kan meetellen voor een groter geheel",
    fr="Peut compter pour un ensemble plus large",
    de="Kann auf einen größeren Abschluss angerechnet werden",
)
STACKABLE_INTO = LocalizedText.of(
    en="The credits may count towards: {target}. The receiving institution decides; no exemption is promised.",
    nl="De studiepunten kunnen meetellen voor: {target}. De ontvangende instelling beslist; een vrijstelling "
    "wordt niet beloofd.",
    fr="Les crédits peuvent compter pour : {target}. L’établissement d’accueil décide ; aucune dispense n’est promise.",
    de="Die Punkte können angerechnet werden auf: {target}. Die aufnehmende Einrichtung entscheidet; ein Erlass "
    "wird nicht zugesagt.",
)
COMBINABLE = LocalizedText.of(
    en="May be combined with other awards",
    nl="Kan met andere bewijzen gecombineerd worden",
    fr="Peut être combinée avec d’autres attestations",
    de="Kann mit anderen Nachweisen kombiniert werden",
)
COMBINABLE_FREELY = LocalizedText.of(
    en="This award may be combined with others. The receiving institution decides; no exemption is promised.",
    nl="Dit bewijs kan met andere gecombineerd worden. De ontvangende instelling beslist; een vrijstelling "
    "wordt niet beloofd.",
    fr="Cette attestation peut être combinée avec d’autres. L’établissement d’accueil décide ; aucune dispense "
    "n’est promise.",
    de="Dieser Nachweis kann mit anderen kombiniert werden. Die aufnehmende Einrichtung entscheidet; ein Erlass "
    "wird nicht zugesagt.",
)
INTERNAL = LocalizedText.of(en="internal", nl="intern", fr="interne", de="intern")
EXTERNAL = LocalizedText.of(en="external", nl="extern", fr="externe", de="extern")
EXEMPTED = LocalizedText.of(
    en="Exempted part, recognised on the ground of earlier study: {title} ({ects} ECTS credits)",
    nl="Vrijgesteld onderdeel, erkend op grond van eerdere studie: {title} ({ects} studiepunten)",
    fr="Partie dispensée, reconnue sur la base d’études antérieures : {title} ({ects} crédits ECTS)",
    de="Erlassener Teil, anerkannt aufgrund früherer Studien: {title} ({ects} ECTS-Punkte)",
)
RECOGNISED = LocalizedText.of(
    en="Recognised credits, not earned here: {ects} ECTS",
    nl="Erkende studiepunten, hier niet verworven: {ects}",
    fr="Crédits reconnus, non acquis ici : {ects} ECTS",
    de="Anerkannte, nicht hier erworbene Punkte: {ects} ECTS",
)
PARTNER = LocalizedText.of(
    en="Partner: {name} ({role}, {country})",
    nl="Partner: {name} ({role}, {country})",
    fr="Partenaire : {name} ({role}, {country})",
    de="Partner: {name} ({role}, {country})",
)
ENROLMENT = LocalizedText.of(
    en="Enrolment: {contract}",
    nl="Inschrijving: {contract}",
    fr="Inscription : {contract}",
    de="Einschreibung: {contract}",
)
ROUTES = {
    EnrolmentRoute.CREDIT_CONTRACT: LocalizedText.of(en="credit contract", nl="creditcontract"),
    EnrolmentRoute.EXAM_CONTRACT: LocalizedText.of(en="exam contract", nl="examencontract"),
    EnrolmentRoute.DIPLOMA_CONTRACT: LocalizedText.of(en="diploma contract", nl="diplomacontract"),
    EnrolmentRoute.MC_CONTRACT: LocalizedText.of(en="micro-credential contract", nl="microcredentialcontract"),
    EnrolmentRoute.PERMANENT_TRAINING: LocalizedText.of(en="permanent training", nl="permanente vorming"),
}
STATUS_ENTRY = LocalizedText.of(
    en="Status list; the number after # is this credential’s place in it",
    nl="Statuslijst; het getal na # is de plaats van dit bewijs daarin",
    fr="Liste de statut ; le nombre après # est la place de cette attestation",
    de="Statusliste; die Zahl nach # ist der Platz dieses Nachweises darin",
)
VERIFY_PAGE = LocalizedText.of(
    en="Verification page: hand in this file",
    nl="Verificatiepagina: geef dit bestand af",
    fr="Page de vérification : remettez-y ce fichier",
    de="Prüfseite: Reichen Sie diese Datei ein",
)


def fill(template: LocalizedText, **values: str | LocalizedText) -> LocalizedText:
    """Put values into every language of `template`; a localized value is taken in that language or its own first."""
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
