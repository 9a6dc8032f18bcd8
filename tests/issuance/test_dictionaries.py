"""What documents of an offering share is stored once; nothing about a learner is in it."""

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from issuance.house import NOON, learner, record, result
from vc_issuer.store.audit import Deed
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.store.dictionaries import read_dictionaries
from vc_issuer.store.people import erase_learner
from vc_issuer.store.tables import dictionaries, document_parts, secured_parts

LEARNERS, DOCUMENTS_A_LEARNER = 12, 3


def rows():
    """Plain names, which documents are filled with, and one that is not."""
    names = [f"Voorbeeld{chr(ord('a') + number)}" for number in range(LEARNERS)]
    names[2] = "(van) 1e d’Écluse & Søn"
    people = [
        learner(number, full_name=f"Zoëlle {name}", given_name="Zoëlle", family_name=name)
        for number, name in enumerate(names, start=1)
    ]
    return [record(number, learner=person) for number, person in enumerate(people, start=1)]


def dictionaries_of(house):
    with house.database.reading() as session:
        return list(read_dictionaries(session, session.connection.scalars(select(dictionaries.c.id)).all()).values())[
            1:
        ]


def part_sha256(house, credential_id):
    with house.database.reading() as session:
        query = select(secured_parts.c.sha256).where(secured_parts.c.credential_id == credential_id)
        return session.connection.scalar(query)


@pytest.fixture
def prepared(house):
    batch_id = house.draft(*rows())
    house.prepare(batch_id)
    return house, batch_id


def test_most_parts_are_stored_in_a_twentieth_of_their_length(prepared):
    house, batch_id = prepared
    with house.database.reading() as session:
        parts = prepared_parts(session, batch_id, first=1, last=10_000)
        shared = select(func.count(), func.sum(func.length(document_parts.c.prepared)))
        count, size = session.connection.execute(shared.where(document_parts.c.dictionary.is_not(None))).one()
    of_a_learner = len(parts) // LEARNERS
    assert count >= len(parts) - 2 * of_a_learner  # the first of each kind are built before anything is known of it
    assert size / count < 0.05 * sum(len(part.content) for part in parts) / len(parts)


def test_no_dictionary_says_anything_about_a_learner(prepared):
    house, batch_id = prepared
    found = dictionaries_of(house)
    with house.database.reading() as session:
        parts = prepared_parts(session, batch_id, first=1, last=10_000)
    personal = [part.credential_id for part in parts]
    for row in rows():
        person = row.learner
        personal += [person.student_number, person.full_name, person.given_name, person.family_name]
        personal += [person.birth_date.isoformat()]
    assert found
    for each in found:
        assert [value for value in personal if value.encode() in each.content] == []


def test_links_to_a_learners_own_work_are_in_no_dictionary(house):
    links = [f"https://portfolio.example/{number}/thesis.pdf" for number in range(1, 5)]
    results = [(result("005313", evidence=(link,)), result("005314")) for link in links]
    batch_id = house.draft(*[replace(row, results=each) for row, each in zip(rows(), results, strict=False)])
    house.prepare(batch_id)
    with house.database.reading() as session:
        parts = prepared_parts(session, batch_id, first=1, last=99)
    assert any(links[0].encode() in part.content for part in parts)
    assert all(b"portfolio.example" not in each.content for each in dictionaries_of(house))


def test_what_is_secured_comes_back_and_erasure_takes_one_learners_alone(house):
    batch_id = house.published(*rows())
    with house.database.writing() as session:
        erase_learner(session, "s0000005", deed=Deed(actor="preparer", at=NOON))
    issued = house.issued(batch_id)
    assert len(issued) == DOCUMENTS_A_LEARNER * (LEARNERS - 1)
    secured = [(each.elm_id, each.elm) for each in issued]
    secured += [(each.ob3_ids[language], badge) for each in issued for language, badge in each.ob3.items()]
    assert all(hashlib.sha256(each.content).hexdigest() == part_sha256(house, name) for name, each in secured)
