"""The headings that a cohort file may have, in Dutch and English; everything not listed here is refused (threat T4)."""

import difflib
import unicodedata
from enum import Enum

MAX_COMPARED_CHARACTERS = 40  # Comparing is slow, and headings are short.


class Field(Enum):
    """What a column may hold; each has the heading that the documentation uses, in nl and en."""

    STUDENT_NUMBER = ("studentennummer", "student number")
    FULL_NAME = ("naam", "name")
    GIVEN_NAME = ("voornaam", "given name")
    FAMILY_NAME = ("familienaam", "family name")
    BIRTH_DATE = ("geboortedatum", "birth date")
    OFFERING = ("aanbod", "offering")
    VERSION = ("versie", "version")
    RUN = ("uitvoering", "run")
    COMPONENT = ("onderdeel", "component")
    MARK = ("punt", "mark")
    STATUS = ("status", "status")
    ROUTE = ("inschrijving", "enrolment route")
    ATTEMPT = ("examenkans", "attempt")
    ASSESSED_ON = ("evaluatiedatum", "assessed on")
    CREDITED_EARLIER_ON = ("eerder behaald op", "credited earlier on")
    LANGUAGE = ("taal", "language")
    ECTS = ("studiepunten", "ects")
    EVIDENCE = ("bewijsstuk", "evidence")

    @property
    def nl(self) -> str:
        """Return the heading in Dutch."""
        return self.value[0]

    @property
    def en(self) -> str:
        """Return the heading in English."""
        return self.value[1]


class Unread(Enum):
    """A column that is known and deliberately not read."""

    NATIONAL_NUMBER = "national-number"
    NOT_KEPT = "not-kept"


_SYNONYMS: dict[Field, tuple[str, ...]] = {
    Field.STUDENT_NUMBER: (
        *("studentnummer", "stamnummer", "rolnummer", "inschrijvingsnummer", "studentnr", "studentennr"),
        *("student no", "student id", "studentid", "student", "matriculation number", "learner number"),
    ),
    Field.FULL_NAME: ("volledige naam", "naam student", "full name", "student name", "learner", "naam en voornaam"),
    Field.GIVEN_NAME: ("voornamen", "roepnaam", "first name", "first names", "forename", "given names"),
    Field.FAMILY_NAME: ("achternaam", "geslachtsnaam", "last name", "surname", "family names"),
    Field.BIRTH_DATE: ("geboren op", "geb datum", "gebdatum", "date of birth", "birthdate", "dob", "birthday"),
    Field.OFFERING: (
        *("aanbodcode", "code aanbod", "micro-credential", "microcredential", "mc", "mc code", "mccode"),
        *("opleiding", "opleidingscode", "offering code", "programme code"),
    ),
    Field.VERSION: ("aanbodversie", "versie aanbod", "offering version"),
    Field.RUN: ("editie", "academiejaar", "aj", "academic year", "edition", "cohort", "run key"),
    Field.COMPONENT: (
        *("onderdeelcode", "opleidingsonderdeel", "oo", "oo code", "olod", "vak", "vakcode", "code onderdeel"),
        *("component code", "course unit", "course code", "course", "unit"),
    ),
    Field.MARK: (
        *("punten", "cijfer", "score", "resultaat", "examencijfer", "eindcijfer", "quotering"),
        *("grade", "result", "final mark"),
    ),
    Field.STATUS: ("uitslag", "beslissing", "outcome", "decision"),
    Field.ROUTE: (
        *("inschrijvingsvorm", "inschrijvingstype", "contract", "contracttype", "soort contract"),
        *("route", "enrolment", "enrollment", "enrollment route", "contract type"),
    ),
    Field.ATTEMPT: ("zittijd", "kans", "poging", "exam chance", "chance", "session", "sitting"),
    Field.ASSESSED_ON: (
        *("datum evaluatie", "examendatum", "deliberatiedatum", "datum examen"),
        *("assessment date", "exam date", "date of assessment"),
    ),
    Field.CREDITED_EARLIER_ON: (
        *("eerder behaald", "al behaald op", "credit behaald op", "datum creditbewijs"),
        *("credited earlier", "already credited on", "earlier credit"),
    ),
    Field.LANGUAGE: (
        "onderwijstaal",
        "groepstaal",
        "taal groep",
        "taalgroep",
        "language of instruction",
        "group language",
    ),
    Field.ECTS: ("studiepunt", "sp", "stp", "credits", "ects credits", "ects points"),
    Field.EVIDENCE: ("bewijsstukken", "link naar werk", "portfolio", "evidence url", "evidence link", "link to work"),
}

_UNREAD: dict[Unread, tuple[str, ...]] = {
    Unread.NATIONAL_NUMBER: (
        *("rijksregisternummer", "rijksregister", "rijksregisternr", "rrn", "insz", "inss", "bis nummer", "niss"),
        *("national number", "national register number", "national id", "ssn"),
    ),
    Unread.NOT_KEPT: (
        *("opmerking", "opmerkingen", "remark", "remarks", "comment", "comments", "nota", "note"),
        *("e-mail", "mail", "e-mailadres", "email address", "telefoon", "gsm", "phone"),
        *("geslacht", "gender", "nationaliteit", "nationality", "adres", "address"),
        # What this project's own list of refused rows adds.
        *("rij", "row", "probleem", "problem", "oplossing", "remedy"),
    ),
}


def fold_heading(text: str) -> str:
    """Reduce a heading to lower-case letters and digits, so that spelling variants meet."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())


_KNOWN: dict[str, Field | Unread] = {
    **{fold_heading(name): known for known, names in _UNREAD.items() for name in names},
    **{fold_heading(name): known for known, names in _SYNONYMS.items() for name in (*names, known.nl, known.en)},
}


def recognise_heading(text: str) -> Field | Unread | None:
    """Return what a heading stands for, or None where it is not known."""
    return _KNOWN.get(fold_heading(text))


def nearest_heading(text: str) -> str:
    """Return the documented headings nearest to an unknown one, in nl and en."""
    folded = fold_heading(text)[:MAX_COMPARED_CHARACTERS]
    close = difflib.get_close_matches(folded, list(_KNOWN), n=1, cutoff=0.0)
    known = _KNOWN[close[0]] if close else Field.STATUS
    if isinstance(known, Unread):
        known = Field.STATUS
    return known.nl if known.nl == known.en else f"{known.nl} / {known.en}"


def headings_of(known: Field) -> str:
    """Name the headings that a field answers to, the documented ones first."""
    return ", ".join(dict.fromkeys((known.nl, known.en, *_SYNONYMS[known][:3])))
