"""What the API hands out: the very bytes of a published badge, to whoever brings exactly what was approved."""

import json

import pytest

from issuance.house import record
from vc_issuer.errors import InputError, NotFoundError, RuleError
from vc_issuer.issuance.handing_out import hand_out
from vc_issuer.model.credential import FormatName
from vc_issuer.store.credentials import prepared_parts


def unsecured(house, batch_id):
    issued = next(iter(house.issued(batch_id)))
    document = json.loads(issued.ob3[issued.language].content)
    return issued, {name: value for name, value in document.items() if name != "proof"}


def asked(house, credential):
    with house.database.reading() as session:
        return hand_out(session, credential)


def test_the_published_bytes_are_handed_out_whatever_the_order_of_members(house):
    issued, document = unsecured(house, house.published(record()))
    for credential in (document, dict(reversed(document.items()))):
        assert asked(house, credential) == issued.ob3[issued.language]


def test_anything_changed_added_or_left_out_is_refused(house):
    _, document = unsecured(house, house.published(record()))
    subject = document["credentialSubject"]
    for changed in (
        {**document, "name": "Other"},
        {**document, "extra": 1},
        {**document, "credentialSubject": {**subject, "result": []}},
        {name: value for name, value in document.items() if name != "validFrom"},
    ):
        with pytest.raises(InputError, match="differs"):
            asked(house, changed)


@pytest.mark.parametrize("credential", [{}, {"id": "urn:uuid:1"}, {"id": 7}, {"id": ["urn:uuid:1"]}])
def test_what_was_never_prepared_is_not_signed(house, credential):
    house.published(record())
    with pytest.raises(NotFoundError, match="no Open Badge with this id"):
        asked(house, credential)


def test_the_sealed_twin_is_no_badge(house):
    issued, _ = unsecured(house, house.published(record()))
    with pytest.raises(NotFoundError):
        asked(house, {"id": issued.elm_id})


def test_before_approval_signature_and_publication_nothing_is_handed_out(house):
    batch_id = house.draft(record())
    digest = house.prepare(batch_id).digest
    document = prepared(house, batch_id)
    for state, step in (
        ("prepared", lambda: house.approve(batch_id, digest)),
        ("approved", lambda: house.sign(batch_id)),
        ("signed", lambda: house.publish(batch_id)),
    ):
        with pytest.raises(RuleError, match=f"is {state}, not published"):
            asked(house, document)
        step()
    assert json.loads(asked(house, document).content)["id"] == document["id"]


def prepared(house, batch_id):
    with house.database.reading() as session:
        parts = prepared_parts(session, batch_id, first=0, last=10)
    return json.loads(next(part.content for part in parts if part.format is FormatName.OB3))
