"""Every sentence of the public pages, in Dutch and English; a test holds the languages complete."""

from collections.abc import Callable
from datetime import date

from vc_issuer.model.report import Verdict

LANGUAGES = ("nl", "en")
LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}

TEXTS: dict[str, tuple[str, str]] = {
    "skip": ("Naar de inhoud", "Skip to content"),
    "demo": (
        "Demonstratie: deze instelling en deze personen bestaan niet.",
        "Demonstration: this institution and these people do not exist.",
    ),
    "navigation": ("Navigatie", "Navigation"),
    "verify_nav": ("Echtheid nagaan", "Verify authenticity"),
    "foot": (
        "Deze pagina hoort bij {host}. Kijk na of dat in de adresbalk staat.",
        "This page belongs to {host}. Check that your address bar says so.",
    ),
    "awarded_by": ("Uitgereikt door {name}", "Awarded by {name}"),
    "credits": ("Studiepunten", "Credits"),
    "mark": ("Resultaat", "Mark"),
    "level": ("Niveau (richtinggevend)", "Level (indicative)"),
    "awarded_on": ("Toegekend op", "Awarded on"),
    "mode": ("Vorm van deelname", "Form of participation"),
    "assessment": ("Evaluatie", "Assessment"),
    "quality": ("Kwaliteitszorg", "Quality assurance"),
    "workload": ("Studietijd", "Workload"),
    "hours": ("uur", "hours"),
    "language_of_instruction": ("Onderwijstaal", "Language of instruction"),
    "number": ("Documentnummer", "Document number"),
    "outcomes": ("Leerresultaten", "Learning outcomes"),
    "downloads": ("Downloaden", "Download"),
    "download_pdf": ("Pdf met de ondertekende gegevens", "PDF with the signed data"),
    "share": ("Delen", "Share"),
    "linkedin": ("Toevoegen aan LinkedIn", "Add to LinkedIn"),
    "linkedin_note": (
        "LinkedIn maakt uw naam, de titel en het adres van deze pagina zichtbaar voor wie uw profiel ziet.",
        "LinkedIn shows your name, the title and the address of this page to whoever sees your profile.",
    ),
    "how_checked": ("Hoe dit is nagegaan", "How this was checked"),
    "checked_at": ("Nagegaan op {when}.", "Checked at {when}."),
    "not_identity": (
        "Dit document is uitgereikt aan de genoemde persoon. Of die persoon voor u staat, gaat u zelf na.",
        "This document was issued to the person named. Whether that person is before you is yours to check.",
    ),
    "verify_title": ("Is dit document echt?", "Is this document genuine?"),
    "verify_lead": (
        "Geef één bestand of veertig. U krijgt per bestand één antwoord, met de redenen eronder.",
        "Give one file or forty. Each gets one answer, with the reasons below it.",
    ),
    "drop": ("Sleep bestanden hierheen, of kies ze", "Drop files here, or choose them"),
    "drop_kinds": (
        "Pdf, Open Badges 3.0 (JSON, PNG, SVG), European Digital Credential",
        "PDF, Open Badges 3.0 (JSON, PNG, SVG), European Digital Credential",
    ),
    "paste": ("Of plak de tekst van een credential", "Or paste the text of a credential"),
    "paste_label": ("Tekst van het credential", "Text of the credential"),
    "verify_button": ("Nagaan", "Verify"),
    "not_kept": (
        "Wat u hier geeft, wordt niet bewaard.",
        "What you give here is not kept.",
    ),
    "busy": ("Bezig met nagaan…", "Checking…"),
    "overview": ("{count} bestanden", "{count} files"),
    "file": ("Bestand", "File"),
    "answer": ("Antwoord", "Answer"),
    "learner": ("Naam", "Name"),
    "issuer": ("Uitreiker", "Issuer"),
    "achievements": ("Aanbod", "Catalogue"),
    "none_yet": ("Nog niets gepubliceerd.", "Nothing published yet."),
    "passed": ("in orde", "passed"),
    "failed": ("niet in orde", "failed"),
    "indeterminate": ("kon niet worden nagegaan", "could not be checked"),
    "check_read": ("Leesbaar", "Readable"),
    "check_recognise": ("Herkend", "Recognised"),
    "check_structure": ("Opbouw", "Structure"),
    "check_proof": ("Handtekening", "Proof"),
    "check_key": ("Sleutel", "Key"),
    "check_issuer-binding": ("Band met de uitreiker", "Issuer binding"),
    "check_validity": ("Geldigheidsduur", "Validity period"),
    "check_status": ("Status", "Status"),
    "check_twin": ("Tweelingdocument", "Twin"),
    "check_carrier": ("Bestand en gedrukte tekst", "File and printed text"),
    "check_trust": ("Vertrouwen", "Trust"),
    "not_found": ("Niets gevonden", "Nothing found"),
    "not_found_text": (
        "Achter deze code staat geen document. Kijk na of ze juist is overgenomen, of vraag het aan de houder.",
        "No document stands behind this code. Check that it was copied correctly, or ask the holder.",
    ),
    "certificate": ("Certificaat micro-credential", "Micro-credential certificate"),
    "credit-certificate": ("Creditbewijs", "Credit certificate"),
}

VERDICTS: dict[Verdict, tuple[str, tuple[str, str], tuple[str, str]]] = {
    Verdict.CURRENT: (
        "good",
        ("Echt en geldig", "Genuine and current"),
        (
            "De handtekening klopt, de uitreiker is bekend en het document is niet ingetrokken.",
            "The signature holds, the issuer is known, and the document has not been withdrawn.",
        ),
    ),
    Verdict.EXPIRED: (
        "wait",
        ("Echt, maar verlopen", "Genuine, but expired"),
        ("Vraag de houder om een recente versie.", "Ask the holder for a recent version."),
    ),
    Verdict.NOT_YET_VALID: (
        "wait",
        ("Echt, maar nog niet geldig", "Genuine, but not yet valid"),
        ("Kom terug na de datum van uitgifte.", "Come back after the date of issue."),
    ),
    Verdict.REVOKED: (
        "bad",
        ("Echt, later ingetrokken", "Genuine, later withdrawn"),
        ("Reken er niet op. Vraag de uitreiker om uitleg.", "Do not rely on it. Ask the issuer for an explanation."),
    ),
    Verdict.SUSPENDED: (
        "wait",
        ("Echt, tijdelijk geschorst", "Genuine, suspended for now"),
        ("Vraag de uitreiker hoe het ervoor staat.", "Ask the issuer where it stands."),
    ),
    Verdict.SUPERSEDED: (
        "wait",
        ("Echt, maar vervangen", "Genuine, but replaced"),
        ("Vraag de houder om de nieuwe versie.", "Ask the holder for the new version."),
    ),
    Verdict.STATUS_UNKNOWN: (
        "wait",
        ("Echt, status nu niet na te gaan", "Genuine, status not checkable now"),
        (
            "Of het is ingetrokken, kon niet worden nagegaan. Probeer het later opnieuw, of vraag de uitreiker.",
            "Whether it was withdrawn could not be checked. Try again later, or ask the issuer.",
        ),
    ),
    Verdict.NOT_GENUINE: (
        "bad",
        ("Niet echt", "Not genuine"),
        (
            "Het is niet wat de uitreiker ondertekende. Vraag de houder om het oorspronkelijke bestand.",
            "It is not what the issuer signed. Ask the holder for the original file.",
        ),
    ),
    Verdict.UNKNOWN_ISSUER: (
        "wait",
        ("Hier niet na te gaan: uitreiker onbekend", "Not verifiable here: unknown issuer"),
        (
            "De uitreiker staat in geen bron die hier is ingesteld. Ga het na bij de uitreiker zelf.",
            "The issuer is in no source that is set up here. Verify with the issuer itself.",
        ),
    ),
    Verdict.UNREADABLE: (
        "wait",
        ("Niet te lezen", "Not readable"),
        (
            "Dit is geen credential dat hier bekend is, of het bestand is beschadigd. Vraag het bestand opnieuw.",
            "This is no credential that is known here, or the file is damaged. Ask for the file again.",
        ),
    ),
}

_MONTHS = {
    "nl": (
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def sayer(language: str) -> Callable[..., str]:
    """Return the function that says a text in `language`."""
    position = LANGUAGES.index(language)

    def say(name: str, /, **values: object) -> str:
        return TEXTS[name][position].format(**values)

    return say


def choose_language(asked: str | None, accepted: str) -> str:
    """Choose a page's language from `?lang=` or an Accept-Language header; English for everybody else."""
    if asked in LANGUAGES:
        return asked
    for part in accepted.split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in LANGUAGES:
            return language
    return "en"


def write_date(day: date, language: str) -> str:
    """Write a date as people of `language` do: 3 juli 2026."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"
