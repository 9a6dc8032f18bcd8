import threading
from dataclasses import replace

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from store.homes import ANN, BASE_URL, NOON, new_document, record, reopened
from vc_issuer.errors import RuleError
from vc_issuer.model.credential import CredentialStatus, SecuredCredential
from vc_issuer.status_list import MINIMUM_ENTRIES
from vc_issuer.store.batches import create_batch
from vc_issuer.store.credentials import discard_documents
from vc_issuer.store.documents import find_document
from vc_issuer.store.people import erase_learner
from vc_issuer.store.records import keep_records, load_records
from vc_issuer.store.status import change_status, keep_list, lists_due, reserve_slots, served_list, served_lists
from vc_issuer.store.tables import status_slots


def batch_with(database, *rows):
    with database.writing() as session:
        batch = create_batch(session, "July", deed=ANN)
        keep_records(session, batch.id, rows, deed=ANN)
        return batch.id, load_records(session, batch.id)


def set_status(database, name, *statuses):
    with database.writing() as session:
        for status in statuses:
            change_status(session, find_document(session, name), status, reason="test", deed=ANN)


def indexes_due(database):
    with database.reading() as session:
        return {due.purpose: due.indexes for due in lists_due(session)}


def test_slots_are_random_and_never_given_twice(database):
    batch_id, _ = batch_with(database, record(1))
    with database.writing() as session:
        slots = reserve_slots(session, batch_id, 1000, base_url=BASE_URL)
    indexes = [slot.slot.index for slot in slots]
    assert len(set(indexes)) == 1000
    assert indexes != sorted(indexes)
    assert max(indexes) > 0.95 * MINIMUM_ENTRIES
    assert min(indexes) < 0.05 * MINIMUM_ENTRIES
    assert {slot.slot.list_url for slot in slots} == {f"{BASE_URL}/status/1"}


def test_places_that_are_taken_are_drawn_again(database):
    batch_id, _ = batch_with(database, record(1))
    given = []
    for _ in range(3):
        # The same seed: what was drawn before is drawn first, and is taken.
        own = reopened(database, 7)
        with own.writing() as session:
            given += reserve_slots(session, batch_id, 600, base_url=BASE_URL)
        own.close()
    assert len({slot.slot.index for slot in given}) == 1800


def test_two_parallel_batches_share_no_index(database):
    ids = [batch_with(database, record(number))[0] for number in (1, 2)]
    found = {}

    def reserve(batch_id, seed):
        # The same seed: both draw the same numbers, and only the database keeps them apart.
        own = reopened(database, seed)
        for _ in range(5):
            with own.writing() as session:
                found.setdefault(batch_id, []).extend(reserve_slots(session, batch_id, 100, base_url=BASE_URL))
        own.close()

    threads = [threading.Thread(target=reserve, args=(batch_id, 7)) for batch_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = [(slot.list_id, slot.slot.index) for slots in found.values() for slot in slots]
    assert len(places) == len(set(places)) == 1000


def test_the_database_refuses_an_index_twice(database):
    batch_id, _ = batch_with(database, record(1))
    with database.writing() as session:
        slot = reserve_slots(session, batch_id, 1, base_url=BASE_URL)[0]
        row = {"list_id": slot.list_id, "idx": slot.slot.index, "batch_id": batch_id}
        with pytest.raises(IntegrityError):
            session.connection.execute(insert(status_slots), row)


def test_a_half_full_list_is_followed_by_a_new_one(database):
    batch_id, _ = batch_with(database, record(1))
    with database.writing() as session:
        reserve_slots(session, batch_id, 1, base_url=BASE_URL)
        session.connection.execute(text("UPDATE status_lists SET size = 16"))
        slots = reserve_slots(session, batch_id, 10, base_url=BASE_URL)
    assert {slot.slot.list_url for slot in slots} == {f"{BASE_URL}/status/1", f"{BASE_URL}/status/2"}
    assert sum(slot.list_id == 1 for slot in slots) == 7


def test_revocation_sets_the_bit_and_frees_the_award(database):
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
        with pytest.raises(RuleError, match="same awards"):
            new_document(session, row, 2, id="f" * 32, parts=(), number="x", code="y")
    set_status(database, new.id, CredentialStatus.REVOKED)
    assert indexes_due(database) == {"revocation": (new.slot[1],), "suspension": ()}
    with database.writing() as session:
        new_document(session, row, 2)


@pytest.mark.parametrize(
    ("steps", "bits"),
    [
        ((CredentialStatus.SUSPENDED,), (False, True)),
        ((CredentialStatus.SUSPENDED, CredentialStatus.CURRENT), (False, False)),
        ((CredentialStatus.SUSPENDED, CredentialStatus.REVOKED), (True, False)),
        ((CredentialStatus.SUSPENDED, CredentialStatus.SUPERSEDED), (True, True)),
        ((CredentialStatus.SUPERSEDED,), (True, True)),
    ],
)
def test_two_lists_at_one_index_say_what_became_of_it(database, steps, bits):
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
    set_status(database, new.id, *steps)
    due = indexes_due(database)
    assert (bool(due["revocation"]), bool(due["suspension"])) == bits


@pytest.mark.parametrize("ended", [CredentialStatus.REVOKED, CredentialStatus.SUPERSEDED])
@pytest.mark.parametrize("after", list(CredentialStatus))
def test_a_set_revocation_bit_is_never_cleared(database, ended, after):
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
    set_status(database, new.id, ended)
    with pytest.raises(RuleError, match="can't become"):
        set_status(database, new.id, after)


def test_only_changed_lists_are_due_and_stored_bytes_are_served(database):
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
        assert served_list(session, "1") is None
        for due in lists_due(session):
            keep_list(session, due, SecuredCredential(media_type="a/b", content=due.url.encode()), now=NOON)
        assert lists_due(session) == []
        assert served_list(session, "1-state").content == f"{BASE_URL}/status/1-state".encode()
        assert list(served_lists(session)) == [f"{BASE_URL}/status/1", f"{BASE_URL}/status/1-state"]
        assert served_list(session, "2") is None
    set_status(database, new.id, CredentialStatus.REVOKED)
    with database.reading() as session:
        assert [due.version for due in lists_due(session)] == [1, 1]


def test_erasure_leaves_the_revoked_bit(database):
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
    set_status(database, new.id, CredentialStatus.REVOKED)
    with database.writing() as session:
        erase_learner(session, "s0000001", deed=ANN)
    assert indexes_due(database)["revocation"] == (new.slot[1],)


def test_two_hands_on_one_document_do_not_both_win(database):
    _, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new = new_document(session, row, 1)
        seen = find_document(session, new.id)
    set_status(database, new.id, CredentialStatus.SUSPENDED)
    with database.writing() as session, pytest.raises(RuleError, match="somebody else"):
        change_status(session, replace(seen), CredentialStatus.REVOKED, reason="test", deed=ANN)


def test_a_discarded_preparation_leaves_no_slot_behind(database):
    batch_id, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new_document(session, row, 1)
        assert discard_documents(session, batch_id) == 1
        assert session.connection.execute(text("SELECT count(*) FROM status_slots")).scalar() == 0
