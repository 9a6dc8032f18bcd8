"""Every printed word of a document, by language, and how a language writes dates and numbers (domain part 10).

A language is added by one more column here; a test holds the columns complete. Dates and numbers are written
from the language's own table, never from the machine's locale.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

LANGUAGES = ("nl", "en")
FALLBACK = "en"

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
_DECIMAL_MARKS = {"nl": ",", "en": "."}

LABELS: Mapping[str, tuple[str, str]] = {
    # The first page.
    "certificate": ("Certificaat micro-credential", "Micro-credential certificate"),
    "credit-certificate": ("Creditbewijs", "Credit certificate"),
    "document": ("Leerbewijs", "Proof of learning"),
    "certifies": ("{issuer} verklaart dat", "{issuer} certifies that"),
    "achieved_certificate": (
        "de micro-credential met succes heeft voltooid:",
        "has successfully completed the micro-credential:",
    ),
    "achieved_credit-certificate": (
        "door een examen de credits heeft verworven voor het opleidingsonderdeel:",
        "has earned, by examination, the credits of the course unit:",
    ),
    "achieved_document": ("heeft verworven:", "has achieved:"),
    "born": ("geboren op {date}", "born on {date}"),
    "credits_unit": ("studiepunten", "credits"),
    "mark": ("Resultaat", "Result"),
    "level": ("Niveau, richtinggevend", "Level, indicative"),
    "awarded_on": ("Toegekend op", "Awarded on"),
    "workload": ("Studietijd", "Workload"),
    "hours": ("{count} uur", "{count} hours"),
    "on_behalf": ("Voor de instelling", "For the institution"),
    "signatory": ("Het hoofd van de studentenadministratie", "The Registrar"),
    "number": ("Documentnummer", "Document number"),
    "code": ("Verificatiecode", "Verification code"),
    "verify": ("Echtheid nagaan", "Verify authenticity"),
    "trust": (
        "Scan de code of open het adres hieronder. Vertrouw het antwoord alleen als uw browser {host} toont.",
        "Scan the code or open the address below. Trust the answer only if your browser shows {host}.",
    ),
    "qr_alt": (
        "QR-code met verificatiecode {code}, dezelfde als in de tekst ernaast",
        "QR code with verification code {code}, the same as in the text beside it",
    ),
    "demo": (
        "DEMO: voorbeeld zonder waarde. Instelling en persoon bestaan niet.",
        "DEMO: specimen without value. Institution and person do not exist.",
    ),
    # The supplement: Annex I of Council Recommendation 2022/C 243/02, in its order.
    "supplement": ("Supplement", "Supplement"),
    "supplement_lead": (
        "Alle gegevens volgens bijlage I van de Aanbeveling van de Raad van 16 juni 2022 over microcredentials.",
        "All data under Annex I of the Council Recommendation of 16 June 2022 on micro-credentials.",
    ),
    "authoritative": (
        "De Nederlandse tekst is de gezaghebbende; de andere is een vertaling.",
        "The English text is authoritative; the other is a translation.",
    ),
    "learner": ("Lerende", "Learner"),
    "student_number": ("Studentennummer {number}", "Student number {number}"),
    "title": ("Titel", "Title"),
    "country": ("Land van de uitreiker", "Country of the issuer"),
    "awarding_body": ("Uitreikende instelling", "Awarding body"),
    "awarding_bodies": ("Uitreikende instellingen", "Awarding bodies"),
    "identifier": ("Identificatie {id}", "Identifier {id}"),
    "dates": ("Datum van toekenning", "Date of award"),
    "issued": ("Uitgegeven op {date}", "Issued on {date}"),
    "valid_until": ("Geldig tot {date}", "Valid until {date}"),
    "activity": ("Opleidingsperiode: {start} tot {end}", "Period of learning: {start} to {end}"),
    "outcomes": ("Leerresultaten", "Learning outcomes"),
    "volume": ("Studieomvang", "Workload"),
    "hours_total": ("{count} uur studietijd", "{count} hours of learning"),
    "ects_note": (
        "ECTS: een studiepunt staat voor 25 tot 30 uur onderwijs, studie en evaluatie.",
        "ECTS: one credit stands for 25 to 30 hours of education, learning and assessment.",
    ),
    "level_full": ("Niveau", "Level"),
    "level_note": (
        "Het niveau is richtinggevend: dit is geen volledige kwalificatie en geen graad.",
        "The level is indicative: this is neither a full qualification nor a degree.",
    ),
    "assessment": ("Evaluatie", "Assessment"),
    "mode": ("Vorm van deelname", "Form of participation"),
    "languages": ("Onderwijs- en evaluatietaal: {names}", "Language of instruction and assessment: {names}"),
    "quality": ("Kwaliteitszorg", "Quality assurance"),
    "supervision": ("Toezicht en identiteitscontrole", "Supervision and identity verification"),
    "result_full": ("Resultaat", "Result"),
    "passed": ("Geslaagd", "Pass"),
    "group": (
        "Cijfers van de referentiegroep ({group}; n = {size}):",
        "Marks of the reference group ({group}; n = {size}):",
    ),
    "group_place": (
        "Van deze groep scoorde {lower} % lager, {equal} % gelijk en {higher} % hoger.",
        "Of this group, {lower} % scored lower, {equal} % alike and {higher} % higher.",
    ),
    "recognised": (
        "Daarnaast {count} studiepunten erkend op grond van eerdere studie, hier niet verworven.",
        "Besides, {count} credits recognised on the ground of earlier study, not earned here.",
    ),
    "recognised_part": ("Erkend: {title} {credits}", "Recognised: {title} {credits}"),
    "mandated_issuer": ("Uitgereikt door {issuer}", "Issued by {issuer}"),
    "assessed_by": ("Geëvalueerd door {name}", "Assessed by {name}"),
    "prerequisites": ("Toelatingsvoorwaarden", "Prerequisites"),
    "stackability": ("Stapelbaarheid", "Integration and stackability"),
    "details": ("Verdere gegevens", "Further information"),
    "evidence": ("Werk van de student", "Work of the learner"),
    "field": ("Studiegebied (ISCED-F)", "Field of study (ISCED-F)"),
    "version": ("Code en versie in de catalogus", "Code and version in the catalogue"),
    "term": ("Academiejaar en periode", "Academic year and period"),
    "description": ("Beschrijving", "Description"),
    "statements": ("Aard en gebruik van dit document", "Nature and use of this document"),
    "learning_setting": ("Leeromgeving", "Learning setting"),
    "files": ("Dit bestand en zijn echtheid", "This file and its authenticity"),
    "files_text": (
        (
            "In deze pdf zitten dezelfde gegevens als ondertekende bestanden: een Open Badge 3.0 en een Europees "
            "digitaal leerbewijs (ELM). Alleen die bestanden en de statuspagina bewijzen de echtheid, niet de afdruk."
        ),
        (
            "This PDF carries the same data as signed files: an Open Badge 3.0 and a European Digital Credential for "
            "learning (ELM). Those files and the status page prove authenticity, not the print."
        ),
    ),
    "page": ("Bladzijde {page} van {pages}", "Page {page} of {pages}"),
}

COUNTRIES: Mapping[str, tuple[str, str]] = {
    "BE": ("België", "Belgium"),
    "BG": ("Bulgarije", "Bulgaria"),
    "DE": ("Duitsland", "Germany"),
    "DK": ("Denemarken", "Denmark"),
    "ES": ("Spanje", "Spain"),
    "FR": ("Frankrijk", "France"),
    "GR": ("Griekenland", "Greece"),
    "IE": ("Ierland", "Ireland"),
    "IT": ("Italië", "Italy"),
    "LU": ("Luxemburg", "Luxembourg"),
    "MA": ("Marokko", "Morocco"),
    "NL": ("Nederland", "Netherlands"),
    "PT": ("Portugal", "Portugal"),
}


def label(key: str, language: str, **values: str) -> str:
    """Return the label in `language`, or in English, with `values` filled in."""
    return LABELS[key][_column(language)].format(**values)


def country_name(code: str, language: str) -> str:
    """Name a country by its ISO 3166-1 alpha-2 code; what the table lacks is shown as it came."""
    return COUNTRIES[code][_column(language)] if code in COUNTRIES else code


def long_date(day: date, language: str) -> str:
    """Write a date in words: `16 september 2024`."""
    return f"{day.day} {_MONTHS[LANGUAGES[_column(language)]][day.month - 1]} {day.year:04}"


def decimal_text(value: Decimal, language: str) -> str:
    """Write a number plainly, without trailing zeros, with the language's decimal mark."""
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", _DECIMAL_MARKS[LANGUAGES[_column(language)]])


def _column(language: str) -> int:
    return LANGUAGES.index(language if language in LANGUAGES else FALLBACK)
