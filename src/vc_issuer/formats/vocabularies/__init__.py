"""The EU's controlled vocabularies as the formats use them: IRI, scheme and names of each concept.

IRIs and English names are the EU's; the other names are ours. The tables lie beside this module as TOML
and are read once, at first use; tests hold them against the EU's own lists.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vc_issuer.errors import InputError
from vc_issuer.model.offering import AssessmentType, Form, Mode, Supervision
from vc_issuer.model.text import LocalizedText

__all__ = [
    "Concept",
    "accreditation",
    "accreditation_decision",
    "activity",
    "assessment",
    "base64_encoding",
    "code_of",
    "concept_of",
    "country",
    "credential_profile",
    "ects",
    "entitlement",
    "entitlement_status",
    "eqf",
    "evidence_type",
    "isced",
    "language",
    "learning_setting",
    "members",
    "mode",
    "nqf",
    "opportunity",
    "png",
    "region",
    "scheme",
    "supervision",
]

ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One entry of a controlled vocabulary; `labels` always hold English."""

    iri: str
    scheme: str
    labels: LocalizedText
    notation: str = ""

    def label(self, language: str) -> str:
        """Return the name in `language`, else in English."""
        return self.labels.best(language, "en")


def eqf(level: int) -> Concept:
    """Return a level of the European Qualifications Framework, 1 to 8."""
    return _pick("eqf", str(level), "Give a level from 1 to 8.")


def nqf(framework: str, level: str) -> Concept | None:
    """Return a level of a national framework such as `VKS`, or None where the EU lists no such framework.

    A level that a listed framework doesn't have raises InputError: that is a slip, not a gap of the list.
    """
    known = _national_levels()
    levels = known.get(framework) or known.get(_aliases().get(framework, ""))
    if levels is None or not level:
        return None
    if level not in levels:
        raise InputError(
            f"The framework {framework} has no level {level!r}.", remedy=f"Give one of: {', '.join(levels)}."
        )
    return levels[level]


def ects() -> Concept:
    """Return the European Credit Transfer System."""
    return _pick("credit", "ects")


def mode(value: Mode) -> Concept:
    """Return the form of participation; hybrid has none of its own and is Blended (decisions 6.3)."""
    return _pick("mode", value.value)


def assessment(value: AssessmentType) -> Concept:
    """Return the type of an assessment."""
    return _pick("assessment", value.value)


def supervision(value: Supervision) -> Concept:
    """Return how an assessment was supervised and its candidate identified."""
    return _pick("supervision", value.value)


def learning_setting(form: Form | None) -> Concept | None:
    """Return formal for the regular offer, non-formal outside it, None for a mixed offering."""
    if form is None:
        return None
    return _pick("learning-setting", "formal" if form is Form.REGULAR else "non-formal")


def language(code: str) -> Concept:
    """Return a language by its ISO 639-1 code."""
    return _pick("language", code, "Give an ISO 639-1 code such as nl or en.")


def country(code: str) -> Concept:
    """Return a country by its ISO 3166-1 alpha-2 code (XK for Kosovo)."""
    return _pick("country", code, "Give an ISO 3166-1 alpha-2 code such as BE.")


def region(code: str) -> Concept:
    """Return an administrative unit by its code in the EU's table, such as BEL_RG_BRU."""
    return _pick("region", code, "Give a code of the EU's table of administrative units, such as BEL_RG_BRU.")


def isced(code: str) -> Concept:
    """Return a field of education by its ISCED-F 2013 code of two to four digits."""
    return _pick("isced", code, "Give an ISCED-F 2013 code such as 0915.")


def opportunity(code: str) -> Concept:
    """Return a type of learning opportunity, such as `course` or `short-learning-programme`."""
    return _pick("opportunity", code)


def activity(code: str) -> Concept:
    """Return a type of learning activity, such as `classroom`."""
    return _pick("activity", code)


def accreditation(code: str) -> Concept:
    """Return a type of accreditation, `institution` or `programme` quality assurance or licence."""
    return _pick("accreditation", code)


def entitlement(code: str) -> Concept:
    """Return a type of entitlement, such as `learning-opportunity`."""
    return _pick("entitlement", code)


def entitlement_status(code: str) -> Concept:
    """Return whether an entitlement is `prospective` or `actual`."""
    return _pick("entitlement-status", code)


def credential_profile(code: str) -> Concept:
    """Return a profile of the European Digital Credentials, such as `generic`."""
    return _pick("credential-profile", code)


def evidence_type(code: str) -> Concept:
    """Return a type of evidence, `accreditation` or `mandate`."""
    return _pick("evidence-type", code)


def accreditation_decision(code: str) -> Concept:
    """Return how a decision fell; the EU's samples name `positive` alone."""
    return _pick("accreditation-decision", code)


def base64_encoding() -> Concept:
    """Return the encoding of media content."""
    return _pick("encoding", "base64")


def png() -> Concept:
    """Return the file type PNG."""
    return _pick("file-type", "png")


def concept_of(iri: str) -> Concept | None:
    """Return the concept with this IRI from any list, or None."""
    return _by_iri().get(iri)


def code_of(iri: str, list_name: str) -> str:
    """Return our code of the concept with this IRI in one list (`country`, `language`, …), or an empty string."""
    return next((code for code, concept in _list(list_name).items() if concept.iri == iri), "")


@cache
def members(list_name: str) -> frozenset[str]:
    """Return the IRIs of one list; `nqf` for all national levels."""
    return frozenset(concept.iri for concept in _concepts_of(list_name))


def scheme(list_name: str) -> str:
    """Return the IRI of the scheme that one list's concepts stand in."""
    return next(concept.scheme for concept in _concepts_of(list_name))


def _concepts_of(list_name: str) -> Iterator[Concept]:
    if list_name == "nqf":
        return (concept for levels in _national_levels().values() for concept in levels.values())
    return iter(_list(list_name).values())


def _pick(list_name: str, code: str, remedy: str = "") -> Concept:
    concepts = _list(list_name)
    if code not in concepts:
        hint = remedy or f"Give one of: {', '.join(concepts)}."
        raise InputError(f"The EU's list {list_name} has no code {code!r}.", remedy=hint)
    return concepts[code]


@cache
def _list(name: str) -> Mapping[str, Concept]:
    own_files = {"country": "country.toml", "language": "language.toml", "isced": "isced_f.toml"}
    table = _read(own_files[name]) if name in own_files else _read("lists.toml")[name]
    return _concepts(table["concepts"], table)


@cache
def _national_levels() -> Mapping[str, Mapping[str, Concept]]:
    table = _read("nqf.toml")
    return {framework: _concepts(levels, table) for framework, levels in table["levels"].items()}


@cache
def _aliases() -> Mapping[str, str]:
    aliases: dict[str, str] = _read("nqf.toml")["aliases"]
    return aliases


@cache
def _by_iri() -> Mapping[str, Concept]:
    lists = [_list(name) for name in (*_read("lists.toml"), "country", "language", "isced")]
    return {
        concept.iri: concept for concepts in (*lists, *_national_levels().values()) for concept in concepts.values()
    }


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))


def _concepts(rows: Mapping[str, Mapping[str, str]], table: Mapping[str, Any]) -> dict[str, Concept]:
    return {
        code: Concept(
            iri=table["base"] + row["id"],
            scheme=table["scheme"],
            labels=LocalizedText.of({key: text for key, text in row.items() if key not in {"id", "notation"}}),
            notation=row.get("notation", ""),
        )
        for code, row in rows.items()
    }
