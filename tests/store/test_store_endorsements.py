"""What the catalogue keeps of endorsements, and which ones new badges carry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from issuance.house import PREPARER, new_house
from vc_issuer.errors import NotFoundError, RuleError
from vc_issuer.store.endorsements import (
    StoredEndorsement,
    all_endorsements,
    endorsements_at,
    keep_endorsement,
    withdraw_endorsement,
)

NOW = datetime(2025, 7, 1, tzinfo=UTC)
ONE = StoredEndorsement(
    id="urn:uuid:1",
    subject="https://c.example/achievements/MC03/1/nl",
    endorser="did:web:qa.example",
    content=b"{}",
    valid_from=NOW,
    valid_until=NOW + timedelta(days=10),
)


@pytest.fixture
def database(tmp_path):
    house = new_house(tmp_path)
    yield house.database
    house.database.close()


def keep(database, endorsement):
    with database.writing() as session:
        return keep_endorsement(session, endorsement, deed=PREPARER)


def held_at(database, moment):
    with database.reading() as session:
        return {each.id for found in endorsements_at(session, moment).values() for each in found}


def test_the_same_endorsement_is_kept_once_and_another_under_its_id_is_refused(database):
    assert keep(database, ONE)
    assert not keep(database, ONE)
    with pytest.raises(RuleError, match="with another text"):
        keep(database, replace(ONE, content=b"[]"))


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (9, True), (10, False)])
def test_new_badges_carry_it_while_it_holds(database, days, holds):
    keep(database, ONE)
    assert held_at(database, NOW + timedelta(days=days)) == ({ONE.id} if holds else set())


def test_what_is_withdrawn_goes_into_no_new_badge_and_stays_listed(database):
    keep(database, ONE)
    with database.writing() as session:
        withdraw_endorsement(session, ONE.id, deed=PREPARER)
    assert held_at(database, NOW) == set()
    with database.reading() as session:
        assert [each.withdrawn_at is not None for each in all_endorsements(session)] == [True]
    with database.writing() as session, pytest.raises(NotFoundError):
        withdraw_endorsement(session, ONE.id, deed=PREPARER)
