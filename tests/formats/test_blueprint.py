"""Twins filled from a blueprint are the bytes of an ordinary build, and unusual learners are left to it."""

import pickle
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from builders_elm import a_certificate, a_credit_certificate, an_envelope

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.formats.blueprint import is_plain, make_blueprint
from vc_issuer.formats.groups import MOST_OBJECTS, Groups
from vc_issuer.formats.twins import build_twin
from vc_issuer.model.credential import StatusSlot


def ordinary(due, envelope):
    twin = build_twin(due, envelope)
    return twin.elm_payload, {language: serialise_compact(document) for language, document in twin.ob3.items()}


class SomethingElse:
    """A value that equals no other."""


def another(due, envelope, number=7, **learner):
    values = {"student_number": f"065000{number}", "full_name": "Élodie D’Hondt-Łuć", "given_name": "Élodie"}
    changed = {name: value for name, value in {**values, **learner}.items() if getattr(due.learner, name)}
    other = replace(due, learner=replace(due.learner, **changed), record=f"another/{number}")
    ids = {language: f"urn:uuid:00000000-0000-4000-8000-00000000000{n}" for n, language in enumerate(envelope.ob3_ids)}
    return other, replace(
        envelope,
        elm_id="urn:credential:00000000-0000-4000-8000-000000000010",
        core_id="urn:uuid:00000000-0000-4000-8000-000000000011",
        ob3_ids=ids,
        number=f"UZB-2026-{number:06d}",
        status=StatusSlot(list_url=envelope.status.list_url, index=number),
        verify_url=f"{envelope.base_url}/c/{'7' * 26}",
    )


@pytest.mark.parametrize("make", [a_certificate, a_credit_certificate])
@pytest.mark.parametrize("hashed", [frozenset(), frozenset({"name", "ext:studentNumber"})])
def test_filled_twins_are_the_bytes_of_an_ordinary_build(make, hashed):
    due, envelope = replace(make(), hashed_identities=hashed), an_envelope()
    blueprint = make_blueprint(due, envelope, build_twin(due, envelope))
    other, other_envelope = another(due, envelope)
    assert is_plain(other)
    groups = Groups()
    assert groups.of(other, other_envelope, {}) == groups.of(due, envelope, {})
    assert tuple(blueprint.fill(other, other_envelope)) == ordinary(other, other_envelope)


@pytest.mark.parametrize(
    "name", ["", 'Zoë "Z"', "Zoë\\", "Zoë\n", "Zoë 2", "  Zoë", "Zoë  D", "Zoe\u0308", "שלום\u200f", "😀", "Zoë" * 40]
)
def test_a_name_that_is_not_plain_is_built_ordinarily(name):
    due = a_certificate()
    assert not is_plain(replace(due, learner=replace(due.learner, full_name=name or "-")))


def test_another_mark_date_of_birth_or_language_is_another_group():
    due, envelope, groups = a_credit_certificate(), an_envelope(), Groups()
    group = groups.of(due, envelope, {})
    assert groups.of(replace(due, mark=Decimal("11.5")), envelope, {}) != group
    assert groups.of(replace(due, learner=replace(due.learner, birth_date=None)), envelope, {}) != group
    assert groups.of(replace(due, learner=replace(due.learner, birth_date=date(2001, 2, 3))), envelope, {}) == group
    assert groups.of(replace(due, learner=replace(due.learner, name_language="fr")), envelope, {}) != group


def test_every_field_of_an_award_but_learner_and_record_is_part_of_its_group():
    due, envelope, groups = a_credit_certificate(), an_envelope(), Groups()
    group = groups.of(due, envelope, {"nl": b"1"})
    for name in {each.name for each in fields(due)} - {"learner", "record"}:
        assert groups.of(replace(due, **{name: SomethingElse()}), envelope, {"nl": b"1"}) != group, name
    assert groups.of(due, envelope, {"nl": b"2"}) != group


def test_a_group_is_told_by_value_wherever_its_objects_come_from():
    due, envelope, groups = a_credit_certificate(), an_envelope(), Groups()
    group = groups.of(due, envelope, {"nl": b"1"})
    for _ in range(2):
        assert groups.of(pickle.loads(pickle.dumps(due)), envelope, {"nl": b"1"}) == group


def test_no_object_is_taken_for_another_that_stood_in_its_place_in_memory():
    due, envelope, groups = a_credit_certificate(), an_envelope(), Groups()
    found = {groups.of(replace(due, exempted=(object(),)), envelope, {}) for _ in range(3 * MOST_OBJECTS)}
    assert len(found) == 3 * MOST_OBJECTS


def test_marks_are_a_family():
    due, envelope, groups = a_credit_certificate(), an_envelope(), Groups()
    family = groups.of(due, envelope, {}).family
    assert groups.of(replace(due, mark=Decimal("11.5")), envelope, {}).family == family
    assert groups.of(replace(due, mark=None), envelope, {}).family != family
