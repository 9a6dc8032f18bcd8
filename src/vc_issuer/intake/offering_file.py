"""Offering files: one TOML file a version of a micro-credential (docs/offering-file.md), every problem at once.

What is left out is a gap that the rules report; what is there and can't be read is a problem of the file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from vc_issuer.errors import InputError
from vc_issuer.intake.gradings import read_grading
from vc_issuer.intake.links import is_link
from vc_issuer.intake.offering_parts import (
    Institutions,
    read_answer,
    read_assessments,
    read_body,
    read_component,
    read_level,
    read_mandate,
    read_outcomes,
    read_partner,
    read_quality,
    read_run,
)
from vc_issuer.intake.toml_table import Problems, TomlTable
from vc_issuer.model.offering import Component, FormType, Mode, Offering, Run, Stackability
from vc_issuer.model.parties import Mandate, Organisation
from vc_issuer.model.text import LocalizedText

MAX_BYTES = 1024 * 1024  # the largest in the examples has 12 kB
DEFAULT_LANGUAGES = ("nl", "en")


def read_offering(
    content: bytes, *, filename: str, base_url: str, institutions: Mapping[str, Organisation]
) -> Offering:
    """Read one offering file. `base_url` is the public origin under which its catalogue page lies.

    Raises InputError whose `problems` name every field that can't be read.
    """
    problems = Problems()
    table = TomlTable(_parse(content, filename), "", problems)
    offering = _offering(table, base_url, Institutions(institutions))
    table.finish()
    if problems.found:
        count = len(problems.found)
        raise InputError(
            f"{filename} has {count} {'problem' if count == 1 else 'problems'}.",
            remedy="Mend them and try again.",
            problems=problems.found,
        )
    return offering


def _parse(content: bytes, filename: str) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise InputError(f"{filename} is larger than an offering can be.", remedy="Give one version a file.")
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise InputError(f"{filename} is not UTF-8 text.", remedy="Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{filename} is no TOML: {error}.", remedy="Mend that line.") from error


def _offering(table: TomlTable, base_url: str, known: Institutions) -> Offering:
    code, version = table.word("code", required=True), table.word("version", required=True)
    runs = table.tables("runs", read_run)
    title = table.text("title", required=True) or LocalizedText.of(nl=code or "?")
    grading = read_grading(table)
    components = tuple(
        replace(each, grading=each.grading or grading) for each in table.tables("components", read_component)
    )
    _check_groups(table, components, runs)
    bodies = _bodies(table, known)
    return Offering(
        code=code,
        version=version,
        iri=f"{base_url}/achievements/{quote(code, safe='')}/{quote(version, safe='')}",
        profile=_profile(table),
        title=title,
        awarding_bodies=bodies,
        form_type=table.choice("form_type", FormType),
        components=components,
        ects=table.number("ects"),
        languages=_languages(table),
        description=table.text("description"),
        outcomes=read_outcomes(table),
        assessments=read_assessments(table),
        hours=table.whole("hours"),
        level=table.table("level", read_level),
        mode=table.choice("mode", Mode),
        mode_details=table.text("mode_details"),
        quality=table.tables("quality", read_quality),
        partners=table.tables("partners", read_partner),
        prerequisites=table.text("prerequisites"),
        target_group=table.text("target_group"),
        relevance=table.text("relevance"),
        isced=table.word("isced"),
        stackability=table.choice("stackability", Stackability),
        stackable_into=table.text("stackable_into"),
        tuition_note=table.word("tuition_note"),
        contact=table.word("contact"),
        catalogue_url=table.word("catalogue_url"),
        catalogue_sha256=table.word("catalogue_sha256"),
        workload_text=table.word("workload_text"),
        runs=runs,
        answers=table.tables("answers", read_answer),
        valid_months=table.whole("valid_months"),
        valid_reason=table.text("valid_reason"),
        mandate=_mandate(table, known, bodies),
        mark_on_certificate=table.flag("mark_on_certificate", default=False),
        stackable_into_url=_link(table, "stackable_into_url"),
    )


def _check_groups(table: TomlTable, components: tuple[Component, ...], runs: tuple[Run, ...]) -> None:
    codes = {component.code for component in components}
    for number, run in enumerate(runs, start=1):
        for place, (code, _) in enumerate(run.distributions, start=1):
            if code not in codes:
                path = f"runs[{number}].distributions[{place}].component"
                table.complain(path, f"{code!r} is no component of this offering.")


def _mandate(table: TomlTable, known: Institutions, bodies: tuple[Organisation, ...]) -> Mandate | None:
    mandate = table.table("mandate", read_mandate)
    if mandate is not None and mandate.issuer and mandate.issuer not in known.by_key:
        names = ", ".join(sorted(known.by_key))
        table.complain("mandate.issuer", f"{mandate.issuer!r} is not known; known are {names}.")
    if mandate is not None and mandate.issuer in {body.key for body in bodies}:
        table.complain("mandate.issuer", "it is an awarding body itself, and needs no mandate.")
    return mandate


def _link(table: TomlTable, key: str) -> str:
    given = table.word(key)
    if given and not is_link(given):
        table.complain(key, "write an https address.")
    return given


def _profile(table: TomlTable) -> str:
    profile = table.word("profile", required=True)
    if profile and profile not in ("BE-VLG-2024", "NL", "EU"):
        table.complain("profile", f"{profile!r} is not known; known are BE-VLG-2024, NL, EU.")
    return profile


def _languages(table: TomlTable) -> tuple[str, ...]:
    languages = table.words("languages") or DEFAULT_LANGUAGES
    if any(len(language) != len("nl") or not language.islower() for language in languages):
        table.complain("languages", 'languages are two small letters each, such as ["nl", "en"] (ISO 639-1).')
    return languages


def _bodies(table: TomlTable, known: Institutions) -> tuple[Organisation, ...]:
    value = table.take("awarding_bodies")
    if value is None:
        table.complain("awarding_bodies", 'at least one is needed, such as ["uzb"].')
        return ()
    if not isinstance(value, list):
        table.complain("awarding_bodies", 'this is no list; write ["uzb"].')
        return ()
    bodies = []
    for number, item in enumerate(value, start=1):
        body = read_body(table, f"awarding_bodies[{number}]", item, known)
        if body is not None:
            bodies.append(body)
    return tuple(bodies)
