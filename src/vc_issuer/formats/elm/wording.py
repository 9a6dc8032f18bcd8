"""Sentences that an ELM document adds of its own accord: titles of nodes, grade words and notes, per language."""

from vc_issuer.model.offering import Form
from vc_issuer.model.text import LocalizedText

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
STACKABLE = LocalizedText.of(
    en="May count towards a larger award",
    nl="Kan meetellen voor een groter geheel",
    fr="Peut compter pour un ensemble plus large",
    de="Kann auf einen größeren Abschluss angerechnet werden",
)
COMBINABLE = LocalizedText.of(
    en="May be combined with other awards",
    nl="Kan met andere bewijzen gecombineerd worden",
    fr="Peut être combinée avec d’autres attestations",
    de="Kann mit anderen Nachweisen kombiniert werden",
)
INTERNAL = LocalizedText.of(en="internal", nl="intern", fr="interne", de="intern")
EXTERNAL = LocalizedText.of(en="external", nl="extern", fr="externe", de="extern")
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
