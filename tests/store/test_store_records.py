import sqlite3
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, text, update

from store.homes import ANN, NOON, learner, new_document, record, reopened, result, url_of
from vc_issuer.errors import ConfigurationError, InputError, NotFoundError, RuleError
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import SecuredCredential
from vc_issuer.model.offering import Answer
from vc_issuer.store.audit import Deed, audit_entries
from vc_issuer.store.batches import create_batch
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.store.database import open_database
from vc_issuer.store.documents import document_by_code, find_document, find_pdf, keep_pdf, publish_documents
from vc_issuer.store.offerings import catalogue, find_offering, keep_offering, withdraw_offering
from vc_issuer.store.people import (
    active_account,
    add_account,
    data_key,
    disable_account,
    erase_learner,
    find_learner,
    known_learners,
)
from vc_issuer.store.records import (
    RECORDS_AT_ONCE,
    all_records,
    batch_holding,
    keep_answer,
    keep_records,
    last_run_records,
    load_record,
    load_records,
)
from vc_issuer.store.secured import JustSecured, keep_secured, seal_secured, secured_of
from vc_issuer.store.tables import batches
from vc_issuer.store.vault import Vault


def stored(database, rows):
    with database.writing() as session:
        batch = create_batch(session, "July", deed=ANN)
        return batch.id, keep_records(session, batch.id, rows, deed=ANN)


def on_disk(folder):
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_records_come_back_as_they_were_handed_in(database):
    rows = [
        record(1),
        record(2, results=(result(mark=None), result(component="OO2", credited_earlier_on=date(2024, 6, 1)))),
    ]
    batch_id, difference = stored(database, rows)
    with database.reading() as session:
        found = load_records(session, batch_id)
    assert [item.results for item in found] == [row.results for row in rows]
    assert [item.learner for item in found] == [row.learner for row in rows]
    assert [item.id for item in found] == list(difference.added)


def test_nothing_personal_lies_readable_on_disk(file_database, tmp_path):
    database = file_database
    stored(database, [record(1)])
    database.settle()
    content = on_disk(tmp_path)
    assert all(word.encode() not in content for word in ("Voorbeeld", "s0000001", "14.5", "1990-05-17"))


def test_second_import_of_the_same_rows_doubles_nothing(database):
    batch_id, first = stored(database, [record(1), record(2)])
    with database.writing() as session:
        again = keep_records(session, batch_id, [record(1), record(2)], deed=ANN)
        assert again.unchanged == first.added
        assert (again.added, again.changed, again.untouched) == ((), (), ())
        assert len(load_records(session, batch_id)) == 2


def test_second_import_shows_what_it_changed(database):
    batch_id, first = stored(database, [record(1), record(2), record(3)])
    with database.writing() as session:
        rows = [
            record(2, results=(result(mark=Decimal(16)),)),
            record(3, learner=learner(3, given_name="Zoë-Lou")),
            record(4),
        ]
        difference = keep_records(session, batch_id, rows, deed=ANN)
        assert difference.untouched == first.added[:1]
        assert difference.changed == first.added[1:]
        assert len(difference.added) == 1
        assert load_record(session, first.added[1]).results[0].mark == Decimal(16)
        assert batch_holding(session, rows).batch_id == batch_id


def with_narrow_queries(database, most):
    """Let a query of SQLite name no more values than `most`; its own limit depends on how it was built."""

    def narrow(connection, _record):
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)

    database.engine.dispose()
    event.listen(database.engine, "connect", narrow)
    return database


def test_no_query_names_a_whole_draft(file_database):
    database = with_narrow_queries(file_database, RECORDS_AT_ONCE + 50)
    rows = [record(number) for number in range(1, 2 * RECORDS_AT_ONCE + 2)]
    batch_id, first = stored(database, rows)
    with database.writing() as session:
        assert keep_records(session, batch_id, rows[::-1], deed=ANN).unchanged == first.added[::-1]
        assert [each.id for each in all_records(session, batch_id)] == list(first.added)
        assert [each.position for each in all_records(session, batch_id)] == list(range(1, len(rows) + 1))


def test_a_learner_who_stands_in_two_runs_is_stored_once(database):
    later = replace(record(1).run, key="2025-S1")
    batch_id, difference = stored(database, [record(1), record(1, run=later), record(2)])
    assert len(difference.added) == 3
    with database.reading() as session:
        found = load_records(session, batch_id)
    assert found[0].learner_id == found[1].learner_id != found[2].learner_id


def test_the_last_issued_run_is_given_record_by_record(database):
    rows = [record(number) for number in range(1, RECORDS_AT_ONCE + 3)]
    earlier, difference = stored(database, rows)
    draft, _ = stored(database, [record(1)])
    with database.writing() as session:
        assert list(last_run_records(session, draft)) == []
        session.connection.execute(
            update(batches).where(batches.c.id == earlier).values(state=BatchState.SIGNED.value, signed_at=NOON)
        )
        assert {each.id for each in last_run_records(session, draft)} == set(difference.added)


def test_answers_stay_through_a_second_import(database):
    batch_id, first = stored(database, [record(1)])
    answer = Answer(
        rule="R5", value="yes", motive="checked", role="QA officer", answered_on=date(2025, 7, 1), subject="OO1"
    )
    with database.writing() as session:
        keep_answer(session, first.added[0], answer, deed=ANN)
        keep_answer(session, first.added[0], answer, deed=ANN)
        keep_records(session, batch_id, [record(1)], deed=ANN)
        assert load_record(session, first.added[0]).answers == (answer,)


def test_an_offering_in_use_never_changes_under_its_version(database):
    with database.writing() as session:
        assert not keep_offering(session, "MC03", "1", source=b"code = 'MC03'", deed=ANN)
        assert keep_offering(session, "MC03", "1", source=b"code = 'MC03' # draft", deed=ANN)
    stored(database, [record(1)])
    with database.writing() as session, pytest.raises(RuleError, match="new version"):
        keep_offering(session, "MC03", "1", source=b"code = 'MC03' # other", deed=ANN)


def test_a_withdrawn_offering_leaves_the_catalogue_and_nothing_else(database):
    batch_id, _ = stored(database, [record(1)])
    with database.writing() as session:
        withdraw_offering(session, "MC03", "1", deed=ANN)
        assert catalogue(session) == ()
        assert find_offering(session, "MC03", "1").source == b"code = 'MC03'"
        assert len(load_records(session, batch_id)) == 1
        with pytest.raises(NotFoundError):
            withdraw_offering(session, "MC04", "1", deed=ANN)


def test_accounts_are_named_once_and_can_be_disabled(database):
    with database.writing() as session:
        with pytest.raises(InputError, match="already"):
            add_account(session, "ann", roles=(), deed=ANN)
        disable_account(session, "cas", deed=ANN)
        with pytest.raises(RuleError, match="disabled"):
            active_account(session, "cas")
        with pytest.raises(NotFoundError, match="no account"):
            active_account(session, "nobody")


def issue_one(database):
    batch_id, _ = stored(database, [record(1)])
    with database.writing() as session:
        row = load_records(session, batch_id)[0]
        new = new_document(session, row, 1)
        content = b'{"name":"Zo\xc3\xab","x":1.0,"proof":[{"proofValue":"z3vQB7B6MrGQZaxCuFg4oh"}]}'
        secured = SecuredCredential(media_type="application/vc+ld+json", content=content)
        key = data_key(session, new.learner_id)
        part = seal_secured(new.parts[0], JustSecured(secured, b"s"), key=key, key_id="did#1")
        assert keep_secured(session, [part], now=NOON) == 1
        assert keep_secured(session, [part], now=NOON) == 0
        publish_documents(session, batch_id, now=NOON)
        keep_pdf(session, find_document(session, new.number), b"%PDF-1.7", now=NOON)
    return new, secured


def test_secured_bytes_come_back_byte_for_byte(database):
    new, secured = issue_one(database)
    with database.reading() as session:
        assert [part.secured for part in secured_of(session, [new.id])[new.id]] == [secured]
        found = document_by_code(session, new.code)
        assert (found.id, found.number, found.code) == (new.id, new.number, new.code)
        assert find_document(session, new.parts[0].credential_id) == found
        assert find_pdf(session, found) == b"%PDF-1.7"
        assert document_by_code(session, "0" * 26) is None


def test_erasure_makes_everything_about_the_person_unreadable(database, tmp_path):
    new, _ = issue_one(database)
    with database.writing() as session:
        learner_id = erase_learner(session, "s0000001", deed=Deed(actor="bob", at=NOON))
    database.settle()
    with database.reading() as session:
        assert secured_of(session, [new.id]) == {}
        assert prepared_parts(session, new.parts[0].document_id, first=1, last=9) == []
        assert document_by_code(session, new.code) is None
        assert find_learner(session, "s0000001") is None
        assert known_learners(session, [learner_id]) == {}
        assert find_document(session, new.id).code == ""
        with pytest.raises(NotFoundError):
            load_record(session, new.record_id)
        assert [entry.details for entry in audit_entries(session, subject=learner_id)] == [{}]
    with database.writing() as session, pytest.raises(NotFoundError, match="nothing was erased"):
        erase_learner(session, "s0000001", deed=ANN)


def test_a_shredded_key_is_gone_from_the_file(file_database, tmp_path):
    database = file_database
    issue_one(database)
    with database.reading() as session:
        wrapped = session.connection.execute(text("SELECT data_key FROM learners")).scalar()
    database.settle()
    assert wrapped in on_disk(tmp_path)
    with database.writing() as session:
        erase_learner(session, "s0000001", deed=ANN)
    database.settle()
    assert wrapped not in on_disk(tmp_path)


def test_a_foreign_home_key_opens_nothing(database):
    batch_id, _ = stored(database, [record(1)])
    foreign = open_database(url_of(database), vault=Vault(bytes(32), bytes), random_bytes=bytes)
    with foreign.reading() as session, pytest.raises(ConfigurationError, match="storage key"):
        load_records(session, batch_id)


@pytest.mark.parametrize("column", ["data_key", "profile"])
def test_a_sealed_value_moved_to_another_row_does_not_open(database, column):
    batch_id, _ = stored(database, [record(1), record(2)])
    with database.writing() as session:
        session.connection.execute(text(f"UPDATE learners SET {column} = (SELECT {column} FROM learners LIMIT 1)"))
        with pytest.raises(ConfigurationError, match="does not open"):
            load_records(session, batch_id)


def test_one_record_twice_in_one_import_is_refused(database):
    with pytest.raises(InputError, match="twice"):
        stored(database, [record(1), record(1)])


def test_reopened_home_reads_what_it_held(database):
    batch_id, _ = stored(database, [record(1)])
    with reopened(database).reading() as session:
        assert load_records(session, batch_id)[0].learner == learner(1)
