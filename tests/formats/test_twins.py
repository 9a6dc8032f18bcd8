"""Pairs as we build them: bound in every language, told alike, and nothing that isn't."""

import hashlib
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from builders_elm import (
    A_MANDATE,
    ATLAS,
    DANISH,
    EXAM,
    GERMAN,
    LEARNER,
    PORTFOLIO,
    REVIEW,
    SCALE_20,
    UNS,
    UZB,
    T,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_mandated_certificate,
    a_specification,
    an_accredited_certificate,
    an_envelope,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InputError
from vc_issuer.formats.award_core import award_core_from_elm, award_core_from_ob3
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.formats.twins import badge_languages, build_twin
from vc_issuer.model.offering import Form, FormType, Level, Mode, QualityLabel, QualityScope, Stackability, Supervision
from vc_issuer.model.record import EnrolmentRoute

LIMITS = JsonLimits(size=256 * 1024, depth=32, nodes=10_000)
DUES = {
    "certificate": a_certificate(),
    "credit certificate": a_credit_certificate(),
    "joint": a_joint_certificate(),
    "joint, the issuer second": a_certificate(awarding_bodies=(UNS, UZB)),
    "joint with a body outside the Union": a_certificate(awarding_bodies=(UZB, ATLAS)),
    "assessments of one type": a_certificate(
        specification=a_specification(
            assessments=(EXAM, PORTFOLIO, replace(EXAM, supervision=Supervision.UNSUPERVISED_WITH_ID))
        )
    ),
    "one language": a_certificate(languages=("en",)),
    "half points": a_certificate(specification=a_specification(ects=Decimal("2.5")), credits_earned=Decimal("2.50")),
    "a mark with a half": a_credit_certificate(mark=Decimal("14.50")),
    "a mark without bounds": a_credit_certificate(
        specification=a_specification(grading=replace(SCALE_20, minimum=None, maximum=None, pass_mark=None))
    ),
    "pass without a mark": a_credit_certificate(mark=None),
    "recognised": a_certificate(credits_recognised=Decimal(3), credits_earned=Decimal(9)),
    "regular": a_certificate(specification=a_specification(form=Form.REGULAR, form_type=FormType.T1)),
    "work-based, another framework": a_certificate(
        specification=a_specification(mode=Mode.WORK_BASED, level=Level(eqf=6, framework="NLQF", national="6"))
    ),
    "all contracts": a_certificate(route=EnrolmentRoute.PERMANENT_TRAINING),
    "several statements": a_certificate(
        statements=(T(nl="Een.\nTwee *sterren*.", en="One.\nTwo *stars*."), T(nl="- drie", en="- three"))
    ),
    "stacks into nothing named": a_certificate(
        specification=a_specification(stackability=Stackability.STACKABLE_INTO, stackable_into=None)
    ),
    "quality in one language": a_certificate(
        specification=a_specification(
            quality=(
                REVIEW,
                QualityLabel(name=T(fr="Contrôle"), scope=QualityScope.INTERNAL, statement=T(nl="Ja.", fr="Oui.")),
                QualityLabel(name=T(nl="Visitatie", en="Visit"), scope=QualityScope.EXTERNAL, agency="A"),
            )
        )
    ),
    "expiry": a_certificate(valid_until=date(2030, 1, 31)),
    "accredited": an_accredited_certificate(),
    "by mandate": a_mandated_certificate(),
    "by mandate, with marks": replace(an_accredited_certificate(), mandate=A_MANDATE, awarding_bodies=(UNS,)),
    "on a Danish scale": a_credit_certificate(specification=a_specification(grading=DANISH), mark=Decimal(2)),
    "on a German scale": a_credit_certificate(specification=a_specification(grading=GERMAN), mark=Decimal("1.30")),
    "hashed": a_credit_certificate(hashed_identities=frozenset({"ext:studentNumber", "ext:birthDate"})),
}


@pytest.fixture(params=DUES)
def due(request):
    return DUES[request.param]


def twin_of(due, **changes):
    ids = {language: an_envelope().ob3_ids[language] for language in badge_languages(due)}
    return build_twin(due, an_envelope(**{"ob3_ids": ids, **changes}))


def test_every_badge_is_bound_to_its_elm(due):
    twin = twin_of(due)
    assert set(twin.ob3) == set(due.languages)
    for badge in twin.ob3.values():
        assert compare_twins(badge, twin.elm, twin.elm_payload).outcome is TwinOutcome.BOUND


def test_neither_form_has_a_violation(due):
    twin = twin_of(due)
    assert ElmFormat().violations(twin.elm) == []
    for badge in twin.ob3.values():
        assert Ob3Format().violations(badge) == []
        assert Ob3Format().violations_foreign(badge) == []


def test_the_payload_is_the_document(due):
    twin = twin_of(due)
    assert parse_strict(twin.elm_payload, limits=LIMITS) == twin.elm


FORMAT_S_OWN = {"format", "id", "lost", "twin_ids", "criteria"}


def test_summaries_of_both_forms_are_equal(due):
    twin = twin_of(due)
    for language, badge in twin.ob3.items():
        ob3, elm = Ob3Format().summarise(badge, language), ElmFormat().summarise(twin.elm, language)
        left_out = FORMAT_S_OWN | set(ob3.lost)
        differing = {
            field.name: (getattr(ob3, field.name), getattr(elm, field.name))
            for field in fields(ob3)
            if field.name not in left_out and getattr(ob3, field.name) != getattr(elm, field.name)
        }
        assert differing == {}
        assert ob3.kind == due.kind.value
        assert ob3.lost
        assert bool(ob3.stackability) == bool(elm.stackability) == bool(due.specification.stackability)


def test_each_form_names_the_other():
    twin = twin_of(a_certificate())
    badge = Ob3Format().summarise(twin.ob3["nl"], "nl")
    elm = ElmFormat().summarise(twin.elm, "nl")
    assert badge.twin_ids == (elm.id,)
    assert badge.id in elm.twin_ids


@settings(max_examples=25, deadline=None)
@given(
    name=st.text(st.characters(categories=["L", "M", "P", "N"]), min_size=1, max_size=40),
    points=st.decimals(min_value="0.5", max_value=12, places=1),
    mark=st.integers(0, 20),
    hours=st.integers(1, 2000),
)
def test_any_record_is_told_alike_in_both_forms(name, points, mark, hours):
    due = a_credit_certificate(
        specification=a_specification(grading=SCALE_20, hours=hours),
        learner=replace(LEARNER, full_name=name),
        credits_earned=points,
        mark=Decimal(mark),
    )
    twin = twin_of(due)
    ob3, elm = Ob3Format().summarise(twin.ob3["en"], "en"), ElmFormat().summarise(twin.elm, "en")
    facts = [(s.learner_name, s.credits, s.mark, s.hours, s.outcomes, s.status) for s in (ob3, elm)]
    assert facts[0] == facts[1]
    assert facts[0][:4] == (name, points, f"{mark}/20", hours)


def test_building_again_gives_the_same_bytes(due):
    assert twin_of(due) == twin_of(due)


def test_a_superseding_pair_is_no_twin_of_the_old_one():
    old = twin_of(a_credit_certificate())
    new_ids = {"elm_id": "urn:credential:6c0c9a34-77d1-4c0e-8f43-6a2f6be1d906", "number": "UZB-2026-000002"}
    badges = {
        "nl": "urn:uuid:a1a7c2c6-0d1e-4a58-8f0b-1f3a57c9e6d2",
        "en": "urn:uuid:a2a7c2c6-0d1e-4a58-8f0b-1f3a57c9e6d2",
    }
    salt = "urn:uuid:0d0f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21"
    for mark in (Decimal(16), Decimal(17)):  # even for equal facts
        new = build_twin(a_credit_certificate(mark=mark), an_envelope(**new_ids, ob3_ids=badges, core_id=salt))
        for language in ("nl", "en"):
            assert compare_twins(old.ob3[language], new.elm, new.elm_payload).outcome is TwinOutcome.NOT_TWINS
            assert compare_twins(new.ob3[language], old.elm, old.elm_payload).outcome is TwinOutcome.NOT_TWINS


def test_a_new_projection_under_a_new_elm_id_is_the_same_award():
    due = a_certificate()
    old, new = twin_of(due), twin_of(due, elm_id="urn:credential:6c0c9a34-77d1-4c0e-8f43-6a2f6be1d906")
    assert compare_twins(old.ob3["en"], new.elm, new.elm_payload).outcome is TwinOutcome.SAME_AWARD


def test_a_new_projection_under_the_same_elm_id_is_a_digest_error():
    due = a_certificate()
    old, new = twin_of(due), twin_of(due, number="UZB-2026-000009")
    comparison = compare_twins(old.ob3["en"], new.elm, new.elm_payload)
    assert comparison.outcome is TwinOutcome.NOT_TWINS
    assert "payload differs" in comparison.reason


@pytest.mark.parametrize(
    "other",
    [
        a_certificate(learner=replace(LEARNER, full_name="Jan Janssens")),
        a_certificate(learner=replace(LEARNER, student_number="0000002")),
        a_certificate(credits_earned=Decimal(11)),
        a_certificate(specification=a_specification(iri="https://credentials.uzb.example/offerings/mc01/2024-2025")),
        a_certificate(specification=a_specification(level=Level(eqf=6))),
        a_certificate(language="nl"),
        a_joint_certificate(),
    ],
    ids=["name", "number", "credits", "version", "level", "language", "joint"],
)
def test_pairs_of_different_awards_are_no_twins(other):
    mine, theirs = twin_of(a_certificate()), twin_of(other)
    assert compare_twins(mine.ob3["en"], theirs.elm, theirs.elm_payload).outcome is TwinOutcome.NOT_TWINS


@pytest.mark.parametrize(
    "specification", [a_specification(assessments=()), a_specification(quality=())], ids=["assessment", "quality"]
)
def test_what_annex_one_demands_is_missed_in_both_forms(specification):
    twin = twin_of(a_certificate(specification=specification))
    for found in (ElmFormat().violations(twin.elm), Ob3Format().violations(twin.ob3["en"])):
        assert [violation.clause for violation in found] == ["Council Recommendation 2022/C 243/02, Annex I"]


def test_a_badge_is_made_only_where_title_and_outcomes_exist():
    specification = a_specification(title=T(en="Law"))
    assert badge_languages(a_certificate(specification=specification)) == ("en",)
    assert badge_languages(a_certificate(specification=a_specification(title=T(fr="Droit")))) == ()


@pytest.mark.parametrize(
    ("due", "changes", "match"),
    [
        (a_certificate(), {"ob3_ids": {}}, "no language"),
        (a_certificate(awarding_bodies=(UNS,)), {}, "none of its awarding bodies"),
        (a_certificate(issuer=replace(UZB, eidas="")), {}, "eIDAS"),
        (a_certificate(), {"base_url": ""}, "public address"),
    ],
)
def test_what_cannot_be_told_alike_is_refused(due, changes, match):
    with pytest.raises(InputError, match=match):
        twin_of(due, **changes)


def test_the_salt_stands_once_in_each_and_no_code_in_either():
    twin = twin_of(a_credit_certificate())
    for text in (twin.elm_payload.decode(), str(twin.ob3["nl"])):
        assert text.count(an_envelope().core_id) == 1
        assert an_envelope().verify_url.rsplit("/", 1)[1] not in text


def test_a_repr_tells_nothing_about_anybody():
    assert "Hondt" not in repr(twin_of(a_credit_certificate()))


def test_a_hashed_identity_is_the_award_core_s_own_and_can_not_be_read():
    twin = twin_of(DUES["hashed"])
    identities = {each["identityType"]: each for each in twin.ob3["en"]["credentialSubject"]["identifier"]}
    assert identities["name"] == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": LEARNER.full_name,
        "identityType": "name",
    }
    number = identities["ext:studentNumber"]
    assert number["salt"] == an_envelope().core_id
    digest = hashlib.sha256((LEARNER.student_number + number["salt"]).encode()).hexdigest()
    assert number["identityHash"] == f"sha256${digest}"
    summary = Ob3Format().summarise(twin.ob3["en"], "en")
    assert (summary.student_number, summary.birth_date) == ("", None)
    assert {"student_number", "birth_date"} <= set(summary.lost)


def test_by_mandate_the_badge_names_its_issuer_apart_from_those_who_award():
    twin = twin_of(a_mandated_certificate())
    badge = twin.ob3["en"]
    kinds = [each["identifierType"] for each in badge["issuer"]["otherIdentifier"]]
    assert "ext:MandatedIssuer" in kinds
    assert "ext:eIDASIdentifier" not in kinds
    core = award_core_from_ob3(badge, an_envelope().core_id)
    assert core["awardedBy"] == ["MA-0001", "VATDE-000000000"]
    assert core == award_core_from_elm(twin.elm, an_envelope().core_id)
    summary = Ob3Format().summarise(badge, "en")
    assert summary.awarding_bodies == ("Universität Nebelstein (demo)", "معهد الأطلس (تجريبي)")
    assert summary.mandate == "Issued by mandate of the awarding bodies: Decision of both boards."


def test_without_its_evidence_a_mandate_is_no_reason_for_another_issuer():
    twin = twin_of(a_mandated_certificate())
    elm = {name: value for name, value in twin.elm.items() if name != "evidence"}
    comparison = compare_twins(twin.ob3["en"], elm, twin.elm_payload)
    assert comparison.outcome is TwinOutcome.NOT_TWINS
    assert "issuer" in comparison.reason
