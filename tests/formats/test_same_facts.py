"""One record, three readings: whatever is generated, both formats are valid, bound, and say the same.

Fields absent and present, one to three languages of nine, every scale of the catalogue, joint and mandated awards.
"""

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from functools import cache

import jsonschema_rs
from builders_elm import (
    A_MANDATE,
    ACCREDITED,
    ATLAS,
    EVIDENCE,
    EXAM,
    FACULTY,
    INTERNAL_REVIEW,
    LEARNER,
    PORTFOLIO,
    REVIEW,
    RUN,
    UNS,
    UZB,
    a_certificate,
    a_specification,
    an_envelope,
)
from eu_reading import VERSIONS, shacl_results, unmapped_members
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference import DATA, needs_data
from vc_issuer.formats.award_core import award_core_from_elm, award_core_from_ob3
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.formats.twins import badge_languages, build_twin
from vc_issuer.intake.gradings import gradings
from vc_issuer.model.grading import Distribution, GradeCategory
from vc_issuer.model.offering import Component, Form, FormType, LearningOutcome, Level, Mode, Stackability
from vc_issuer.model.parties import Partner
from vc_issuer.model.record import DocumentKind, EnrolmentRoute
from vc_issuer.model.text import LocalizedText, normalise_text, text_defects

LANGUAGES = ("nl", "en", "fr", "de", "it", "da", "es", "bg", "el")
FORMAT_S_OWN = {"format", "id", "lost", "twin_ids", "criteria"}
SCHEMAS = ("current", "plain_2024")
# Any text that intake lets through: its own normal form, and no character that implementations read differently.
TEXTS = (
    st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=30)
    .map(normalise_text)
    .filter(lambda text: text and not text_defects(text))
)


def localized(languages):
    return st.fixed_dictionaries(dict.fromkeys(languages, TEXTS)).map(LocalizedText.of)


def scattered():
    """Make texts in languages that need not be those of the document."""
    return st.dictionaries(st.sampled_from(LANGUAGES), TEXTS, min_size=1, max_size=3).map(LocalizedText.of)


def maybe(strategy):
    return st.none() | strategy


@st.composite
def marks(draw):
    """Draw a scale with a mark on it, a scale in words, or neither."""
    scheme = draw(maybe(st.sampled_from(sorted(gradings().values(), key=lambda scheme: scheme.key))))
    if scheme is None or not scheme.numeric:
        return scheme, None, False
    if scheme.values:
        mark = Decimal(draw(st.sampled_from(scheme.values)))
    else:
        steps = int((scheme.maximum - scheme.minimum) / scheme.step)
        mark = scheme.minimum + scheme.step * draw(st.integers(0, steps))
    return scheme, mark, bool(scheme.honours) and mark == scheme.best and draw(st.booleans())


@st.composite
def distributions(draw):
    counts = draw(st.lists(st.integers(0, 400), min_size=1, max_size=5))
    categories = tuple(GradeCategory(label=f"{10 + 2 * n}-{11 + 2 * n}", count=count) for n, count in enumerate(counts))
    return Distribution(reference_group=draw(scattered()), categories=categories)


@st.composite
def specifications(draw, languages):
    outcomes = draw(st.lists(localized(languages), min_size=1, max_size=4))
    esco = "http://data.europa.eu/esco/skill/00000000-0000-4000-8000-00000000000"
    form = draw(st.sampled_from([Form.REGULAR, Form.OUTSIDE, None]))
    return a_specification(
        title=draw(localized(languages)),
        description=draw(scattered()),
        outcomes=tuple(
            LearningOutcome(number=n, title=title, esco=f"{esco}{n}" if draw(st.booleans()) else "")
            for n, title in enumerate(outcomes, start=1)
        ),
        assessments=tuple(draw(st.permutations([EXAM, PORTFOLIO]))[: draw(st.integers(1, 2))]),
        level=draw(st.sampled_from([Level(eqf=7, framework="VKS", national="7", cycle="second"), Level(eqf=5)])),
        mode=draw(st.sampled_from(Mode)),
        form=form,
        form_type=FormType.T2 if form is None else draw(maybe(st.just(FormType.T1))),
        quality=tuple(draw(st.permutations([ACCREDITED, REVIEW, INTERNAL_REVIEW]))[: draw(st.integers(1, 3))]),
        isced=draw(st.sampled_from(["0915", ""])),
        mode_details=draw(maybe(scattered())),
        programme=draw(maybe(scattered())),
        prerequisites=draw(maybe(scattered())),
        stackability=draw(maybe(st.sampled_from(Stackability))),
        stackable_into=draw(maybe(scattered())),
        stackable_into_url=draw(st.sampled_from(["", "https://www.uzb.example/larger"])),
        distribution=draw(maybe(distributions())),
        assessed_by=draw(maybe(scattered().map(lambda name: replace(FACULTY, name=name)))),
        catalogue_url=draw(st.sampled_from(["", "https://www.uzb.example/mc01"])),
    )


@st.composite
def dues(draw):
    """Draw a document due, with whatever the model lets be there or not."""
    languages = tuple(draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True)))
    specification = draw(specifications(languages))
    grading, mark, honours = draw(marks())
    kind = draw(st.sampled_from(DocumentKind))
    parts = draw(st.lists(scattered(), max_size=2)) if kind is DocumentKind.CERTIFICATE else []
    exempted = tuple(
        Component(code=f"P{n}", title=title, form=Form.REGULAR, ects=Decimal(3)) for n, title in enumerate(parts)
    )
    mandated = draw(st.booleans())
    return a_certificate(
        specification=replace(specification, grading=grading),
        kind=kind,
        languages=languages,
        learner=replace(
            LEARNER, full_name=draw(TEXTS), given_name="", family_name="", birth_date=draw(maybe(st.dates()))
        ),
        shows_birth_date=draw(st.booleans()),
        awarding_bodies=(UNS, ATLAS) if mandated else draw(st.sampled_from([(UZB,), (UZB, UNS), (UZB, ATLAS)])),
        mandate=replace(A_MANDATE, statement=draw(scattered())) if mandated else None,
        run=replace(RUN, awarded_on=date(2026, 7, draw(st.integers(1, 6)))),
        credits_earned=Decimal(12 - 3 * len(exempted)),
        credits_recognised=Decimal(3 * len(exempted)),
        exempted=exempted,
        mark=mark,
        honours=honours,
        evidence=EVIDENCE[: draw(st.integers(0, 2))],
        route=draw(maybe(st.sampled_from(EnrolmentRoute))),
        partners=tuple(
            Partner(name=name, role="funder", country="BE") for name in draw(st.lists(scattered(), max_size=2))
        ),
        statements=tuple(draw(st.lists(scattered(), max_size=2))),
        valid_until=draw(maybe(st.just(date(2031, 7, 2)))),
        hashed_identities=draw(st.sets(st.sampled_from(["ext:studentNumber", "ext:birthDate"])).map(frozenset)),
    )


def twin_of(due):
    ids = {
        language: f"urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c4{n}" for n, language in enumerate(badge_languages(due))
    }
    return build_twin(due, an_envelope(languages=due.languages, ob3_ids=ids))


@cache
def published(name):
    path = DATA / "ob3" / "schemas" / name / "ob_v3p0_achievementcredential_schema.json"
    return jsonschema_rs.Draft201909Validator(json.loads(path.read_text()), validate_formats=True)


def told(summary, *, without):
    return {field.name: getattr(summary, field.name) for field in fields(summary) if field.name not in without}


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(due=dues())
def test_both_forms_of_any_record_are_valid_bound_and_say_the_same(due):
    twin = twin_of(due)
    assert ElmFormat().violations(twin.elm) == []
    assert set(twin.ob3) == set(due.languages)
    core_id = an_envelope().core_id
    for language, badge in twin.ob3.items():
        assert Ob3Format().violations(badge) == []
        assert compare_twins(badge, twin.elm, twin.elm_payload).outcome is TwinOutcome.BOUND
        assert award_core_from_ob3(badge, core_id) == award_core_from_elm(twin.elm, core_id)
        ob3, elm = Ob3Format().summarise(badge, language), ElmFormat().summarise(twin.elm, language)
        left_out = FORMAT_S_OWN | set(ob3.lost)
        assert told(ob3, without=left_out) == told(elm, without=left_out)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(due=dues())
def test_the_summary_holds_what_went_in(due):
    language = due.languages[0]
    summary = ElmFormat().summarise(twin_of(due).elm, language)
    specification, grading = due.specification, due.specification.grading
    assert summary.title == specification.title.get(language)
    assert summary.passed is (due.mark is None)
    if due.mark is not None:
        assert summary.mark.startswith(grading.write(due.mark, honours=due.honours))
    assert summary.scale == grading or summary.scale.title == grading.title.best(language)
    assert [part.ects for part in summary.recognised] == [part.ects for part in due.exempted]
    assert (summary.credits_recognised or 0) == due.credits_recognised
    assert summary.prerequisites == (specification.prerequisites.best(language) if specification.prerequisites else "")
    assert summary.evidence == due.evidence
    assert bool(summary.stackability) is (specification.stackability is not None)
    assert bool(summary.mandate) is (due.mandate is not None)
    assert summary.level_indicative
    if specification.distribution and specification.distribution.shown:
        assert summary.distribution.size == specification.distribution.size
        shares = (summary.distribution.lower, summary.distribution.equal, summary.distribution.higher)
        assert shares == (None, None, None) or sum(shares) == 100
    else:
        assert summary.distribution is None


@needs_data
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(due=dues())
def test_any_badge_passes_both_published_schemas(due):
    for badge in twin_of(due).ob3.values():
        for name in SCHEMAS:
            assert [error.message for error in published(name).iter_errors(badge)] == []


@needs_data
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(due=dues())
def test_any_credential_conforms_to_the_shapes_of_the_eu_and_loses_no_member(due):
    elm = twin_of(due).elm
    assert unmapped_members(elm, "3.2") == set()
    assert unmapped_members(elm, "3.1") <= {"resultDistribution"}
    for version in VERSIONS:
        assert shacl_results(elm, version) == []
