"""Who takes part: the issuer and other organisations, and the learner."""

from dataclasses import dataclass, field
from datetime import date

from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.text import LocalizedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A place by ISO 3166-1 alpha-2 country, locality, and optionally an ATU region such as `BEL_RG_BRU`."""

    country: str
    locality: str = ""
    region: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An institution. `key` is short and stable, such as `uzb`; `eidas` is an EN 319 412-1 identifier.

    `did` is the DID under which it issues, empty where it does not issue itself.
    """

    key: str
    legal_name: LocalizedText
    abbreviation: str
    address: Address
    eidas: str
    did: str = ""
    registration: str = ""
    vat: str = ""
    schac: str = ""
    erasmus: str = ""
    homepage: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An organisation that takes part without awarding (D5): a co-teacher, a placement host, a funder."""

    name: LocalizedText
    role: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor:
    """Who assessed on behalf of the awarding body: a faculty, a partner. `homepage` is its https address and its id."""

    name: LocalizedText
    country: str
    homepage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """By which mandate `issuer`, the key of an institution, issues what others award."""

    issuer: str
    statement: LocalizedText
    given_on: date | None = None
    url: str = ""


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A person as the register knows them. Personal fields never appear in a `repr`.

    `birth_date` is None where it is unknown or partial.
    """

    student_number: str = field(repr=False)
    full_name: str = field(repr=False)
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    name_language: str = "nl"
