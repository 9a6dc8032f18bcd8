"""The parts of an offering file: components, runs, outcomes, assessments, levels, quality labels, answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from vc_issuer.intake.gradings import read_distribution, read_grading
from vc_issuer.intake.links import is_link
from vc_issuer.intake.toml_table import TomlTable
from vc_issuer.model.grading import Distribution
from vc_issuer.model.offering import (
    Answer,
    Assessment,
    AssessmentType,
    Component,
    Form,
    LearningOutcome,
    Level,
    QualityLabel,
    QualityScope,
    Run,
    Supervision,
)
from vc_issuer.model.parties import Address, Assessor, Mandate, Organisation, Partner
from vc_issuer.model.record import EnrolmentRoute
from vc_issuer.model.text import LocalizedText, normalise_text

_T = LocalizedText.of
_BODY_WORDS = (
    *("country", "locality", "region", "eidas", "registration", "vat"),
    *("abbreviation", "schac", "erasmus", "did", "homepage"),
)
_QDR = "http://data.europa.eu/snb/data/accreditation/"  # where the EU's database names accreditations
_NEVER = date(1, 1, 1)  # stands where a date is missing, beside the problem that says so


@dataclass(frozen=True, slots=True)
class Institutions:
    """The institutions that a file may name by key."""

    by_key: Mapping[str, Organisation]


def read_body(table: TomlTable, path: str, item: Any, known: Institutions) -> Organisation | None:
    """Read an awarding body: the key of a known one, or a table with whatever its source says of it."""
    if isinstance(item, str):
        if item not in known.by_key:
            table.complain(path, f"{item!r} is not known; known are {', '.join(sorted(known.by_key))}.")
        return known.by_key.get(item)
    if not isinstance(item, dict) or not isinstance(item.get("name"), dict) or not item["name"]:
        table.complain(path, 'write the key of an institution, such as "uzb", or {name = {nl = "…"}}.')
        return None
    unknown = sorted(set(item) - {"name", *_BODY_WORDS})
    if unknown:
        table.complain(path, f"{', '.join(unknown)}: not known here; known are name, {', '.join(_BODY_WORDS)}.")
    words = {key: normalise_text(str(item.get(key, ""))) for key in _BODY_WORDS}
    homepage = words["homepage"]
    if homepage and not is_link(homepage):
        table.complain(path, "homepage: write an https address.")
        homepage = ""
    return Organisation(
        key=f"unregistered:{next(iter(item['name'].values()))}",
        legal_name=_T({language: normalise_text(str(text)) for language, text in item["name"].items()}),
        abbreviation=words["abbreviation"],
        address=Address(country=words["country"], locality=words["locality"], region=words["region"]),
        homepage=homepage,
        **{key: words[key] for key in ("eidas", "registration", "vat", "schac", "erasmus", "did")},
    )


def read_component(table: TomlTable) -> Component:
    """Read a course unit (regular) or another unit (outside)."""
    code = table.word("code", required=True)
    form = table.choice("form", Form)
    if form is None and table.take("form") is None:
        table.complain("form", "this field is needed: regular or outside.")
    ects = table.number("ects")
    if ects is None and table.take("ects") is None:
        table.complain("ects", "this field is needed.")
    return Component(
        code=code,
        title=table.text("title", required=True) or _T(nl=code or "?"),
        form=form or Form.OUTSIDE,
        ects=ects if ects is not None else Decimal(0),
        outcomes=read_outcomes(table),
        assessments=read_assessments(table),
        level=table.table("level", read_level),
        programme=table.text("programme"),
        description=table.text("description"),
        grading=read_grading(table),
        hours=table.whole("hours"),
        required=table.flag("required", default=True),
        quality=table.tables("quality", read_quality),
        tuition=table.word("tuition"),
        contract_types=_contracts(table),
        distribution=table.table("distribution", read_distribution),
        catalogue_url=table.word("catalogue_url"),
        assessed_by=table.table("assessed_by", _assessor),
    )


def read_outcomes(table: TomlTable) -> tuple[LearningOutcome, ...]:
    """Read learning outcomes, numbered from 1 in the order of the file."""

    def read(entry: TomlTable) -> tuple[LocalizedText | None, str]:
        return entry.text("title", required=True), entry.word("esco")

    found = table.tables("outcomes", read)
    return tuple(
        LearningOutcome(number=number, title=title, esco=esco)
        for number, (title, esco) in enumerate(found, start=1)
        if title is not None
    )


def read_assessments(table: TomlTable) -> tuple[Assessment, ...]:
    """Read how outcomes are assessed."""
    return tuple(each for each in table.tables("assessments", _assessment) if each is not None)


def _assessment(table: TomlTable) -> Assessment | None:
    kind, title = table.choice("type", AssessmentType), table.text("title", required=True)
    if kind is None and table.take("type") is None:
        table.complain("type", f"this field is needed: {', '.join(member.value for member in AssessmentType)}.")
    supervision, covers = table.choice("supervision", Supervision), table.wholes("covers")
    weight = table.whole("weight")
    if kind is None or title is None:
        return None
    return Assessment(type=kind, title=title, supervision=supervision, covers=covers, weight=weight)


def read_level(table: TomlTable) -> Level:
    """Read a level; EQF from 1 to 8."""
    eqf = table.whole("eqf")
    if eqf is None or not 1 <= eqf <= 8:
        table.complain("eqf", "a level needs its EQF level, from 1 to 8.")
    cycle = table.word("cycle")
    if cycle not in ("", "short", "first", "second", "third"):
        table.complain("cycle", f"{cycle!r} is not known; known are short, first, second, third.")
    return Level(eqf=eqf or 1, framework=table.word("framework"), national=table.word("national"), cycle=cycle)


def read_quality(table: TomlTable) -> QualityLabel:
    """Read a quality-assurance label."""
    scope = table.choice("scope", QualityScope)
    if scope is None and table.take("scope") is None:
        table.complain("scope", "this field is needed: internal or external.")
    return QualityLabel(
        name=table.text("name", required=True) or _T(nl="?"),
        scope=scope or QualityScope.INTERNAL,
        statement=table.text("statement"),
        agency=table.word("agency"),
        agency_country=table.word("agency_country"),
        decision_url=table.word("decision_url"),
        decided_on=table.day("decided_on"),
        valid_until=table.day("valid_until"),
        programme=table.flag("programme", default=False),
        eqar=table.flag("eqar", default=False),
        accreditation_id=_accreditation_id(table),
        positive=table.flag("positive", default=False) if table.take("positive") is not None else None,
    )


def read_partner(table: TomlTable) -> Partner:
    """Read somebody who takes part without awarding."""
    return Partner(
        name=table.text("name", required=True) or _T(nl="?"), role=table.word("role"), country=table.word("country")
    )


def read_run(table: TomlTable) -> Run:
    """Read one delivery."""
    key = table.word("key", required=True)
    languages = table.words("languages")
    if not languages:
        table.complain("languages", 'the language of teaching and assessment is needed, such as ["nl"].')
    ends = table.day("ends_on", required=True) or _NEVER
    assessed = table.day("assessed_on") or ends
    return Run(
        key=key,
        academic_year=table.word("academic_year") or key,
        starts_on=table.day("starts_on", required=True) or _NEVER,
        ends_on=ends,
        assessed_on=assessed,
        awarded_on=table.day("awarded_on", required=True) or _NEVER,
        languages=languages or ("nl",),
        campus=table.word("campus"),
        period=table.word("period"),
        grading=read_grading(table),
        distributions=table.tables("distributions", _distribution_of),
    )


def read_mandate(table: TomlTable) -> Mandate:
    """Read by which mandate an institution issues what others award."""
    url = table.word("url")
    if url and not is_link(url):
        table.complain("url", "write an https address.")
    return Mandate(
        issuer=table.word("issuer", required=True),
        statement=table.text("statement", required=True) or _T(nl="?"),
        given_on=table.day("given_on"),
        url=url,
    )


def read_answer(table: TomlTable) -> Answer:
    """Read what an authorised role answered to a question of the rules."""
    return Answer(
        rule=table.word("rule", required=True),
        value=table.word("value", required=True),
        motive=table.word("motive"),
        role=table.word("role", required=True),
        answered_on=table.day("date", required=True) or _NEVER,
        subject=table.word("subject"),
    )


def _assessor(table: TomlTable) -> Assessor:
    homepage = table.word("homepage", required=True)
    if homepage and not is_link(homepage):
        table.complain("homepage", "write an https address; it names the assessor in an Open Badge.")
    return Assessor(
        name=table.text("name", required=True) or _T(nl="?"),
        country=table.word("country", required=True),
        homepage=homepage,
    )


def _accreditation_id(table: TomlTable) -> str:
    given = table.word("accreditation_id")
    if given and not given.startswith(_QDR):
        table.complain("accreditation_id", f"write the IRI of the EU's database, which begins with {_QDR}.")
    return given


def _distribution_of(table: TomlTable) -> tuple[str, Distribution]:
    return table.word("component", required=True), read_distribution(table)


def _contracts(table: TomlTable) -> tuple[str, ...]:
    given = table.words("contract_types")
    known = {route.value for route in EnrolmentRoute}
    for contract in given:
        if contract not in known:
            table.complain("contract_types", f"{contract!r} is not known; known are {', '.join(sorted(known))}.")
    return given
