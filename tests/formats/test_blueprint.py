"""Twins filled from a blueprint are the bytes of an ordinary build, and unusual learners are left to it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders_elm import a_certificate, a_credit_certificate, an_envelope

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.formats.blueprint import group_of, is_plain, make_blueprint
from vc_issuer.formats.twins import build_twin
from vc_issuer.model.credential import StatusSlot


def ordinary(due, envelope):
    twin = build_twin(due, envelope)
    return twin.elm_payload, {language: serialise_compact(document) for language, document in twin.ob3.items()}


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
    assert group_of(other, other_envelope) == group_of(due, envelope)
    assert tuple(blueprint.fill(other, other_envelope)) == ordinary(other, other_envelope)


@pytest.mark.parametrize(
    "name", ["", 'Zoë "Z"', "Zoë\\", "Zoë\n", "Zoë 2", "  Zoë", "Zoë  D", "Zoe\u0308", "שלום\u200f", "😀", "Zoë" * 40]
)
def test_a_name_that_is_not_plain_is_built_ordinarily(name):
    due = a_certificate()
    assert not is_plain(replace(due, learner=replace(due.learner, full_name=name or "-")))


def test_another_mark_date_of_birth_or_language_is_another_group():
    due, envelope = a_credit_certificate(), an_envelope()
    group = group_of(due, envelope)
    assert group_of(replace(due, mark=Decimal("11.5")), envelope) != group
    assert group_of(replace(due, learner=replace(due.learner, birth_date=None)), envelope) != group
    assert group_of(replace(due, learner=replace(due.learner, birth_date=date(2001, 2, 3))), envelope) == group
    assert group_of(replace(due, learner=replace(due.learner, name_language="fr")), envelope) != group
