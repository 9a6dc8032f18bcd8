from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from vc_issuer.store.bulk import execute_many, insert_rows, is_among
from vc_issuer.store.tables import accounts, endorsements, learners, log_nodes, sign_ins

MORNING = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=1)))


def learner(name, index=b"\x00\\x\xff'"):
    return {"id": name, "student_index": index, "created_at": NOON}


def stored(session, column):
    return list(session.connection.scalars(select(column).order_by(learners.c.id)))


def test_rows_come_back_as_they_were_given(database):
    names = ["a", 'b,"{}', "c\\'ž\U0001f393"]
    with database.writing() as session:
        insert_rows(session, learners, [learner(name, name.encode() * 500) for name in names])
    with database.reading() as session:
        assert set(stored(session, learners.c.id)) == set(names)
        assert set(stored(session, learners.c.student_index)) == {name.encode() * 500 for name in names}
        assert stored(session, learners.c.created_at) == [NOON.astimezone(UTC)] * 3


def test_numbers_are_stored_whatever_their_size(database):
    rows = [{"level": 8, "position": place, "hash": bytes(32)} for place in (0, 1, 70_000, 2**31 - 1)]
    with database.writing() as session:
        insert_rows(session, log_nodes, rows)
        places = session.connection.scalars(select(log_nodes.c.position).order_by(log_nodes.c.position))
        assert list(places) == [0, 1, 70_000, 2**31 - 1]


def test_no_rows_are_no_statement(database):
    with database.writing() as session:
        insert_rows(session, learners, [])
        assert stored(session, learners.c.id) == []


def test_a_row_that_is_there_refuses_all(database):
    with database.writing() as session:
        insert_rows(session, learners, [learner("a", b"1")])
        with pytest.raises(IntegrityError), session.connection.begin_nested():
            insert_rows(session, learners, [learner("b", b"2"), learner("a", b"3")])
        assert stored(session, learners.c.id) == ["a"]


def test_a_text_is_never_cut_to_the_length_of_its_column(database):
    name = "x" * (learners.c.id.type.length + 1)
    if database.takes_many_writers:
        with pytest.raises(DBAPIError, match="too long"), database.writing() as session:
            insert_rows(session, learners, [learner(name)])
        return
    with database.writing() as session:  # SQLite's columns have no length
        insert_rows(session, learners, [learner(name)])
        assert stored(session, learners.c.id) == [name]


def test_rows_of_a_chunk_are_one_statement_on_postgresql(database):
    inserts = []

    def note(_connection, _cursor, statement, _parameters, _context, executemany):
        if statement.startswith("INSERT"):
            inserts.append(executemany)

    event.listen(database.engine, "before_cursor_execute", note)
    with database.writing_beside_others() as session:
        insert_rows(session, learners, [learner(f"{n:04}", bytes([n % 256, n // 256])) for n in range(300)])
    assert inserts == [not database.takes_many_writers]


def test_texts_are_found_among_others(database):
    with database.writing() as session:
        insert_rows(session, learners, [learner(name, name.encode()) for name in ("a", "b", "c,d")])
        for wanted in (["a", "c,d", "e"], []):
            query = select(learners.c.id).where(is_among(session, learners.c.id, wanted))
            assert set(session.connection.scalars(query)) == {"a", "c,d"} & set(wanted)


def test_a_row_without_the_row_that_it_refers_to_is_refused(database):
    with database.writing() as session:
        session.connection.execute(insert(accounts), {"name": "preparer", "roles": [], "created_at": NOON})
        row = {"token_sha256": "1", "account": "preparer", "began_at": NOON, "seen_at": NOON}
        with pytest.raises(IntegrityError), session.connection.begin_nested():
            insert_rows(session, sign_ins, [row, {**row, "token_sha256": "2", "account": "nobody"}])


INSERT = insert(endorsements)
RENAME = update(endorsements).where(endorsements.c.id == bindparam("of")).values(endorser=bindparam("name"))


def row(number, **changes):
    values = {
        "id": f"urn:{number}",
        "subject": "https://uzb.example/a",
        "endorser": "did:web:qa.example",
        "content": b"{\xff}",
        "valid_from": MORNING + timedelta(days=number),
        "valid_until": None,
        "added_by": "ann",
        "added_at": MORNING,
    }
    return {**values, **changes}


def endorsed(database):
    with database.reading() as session:
        return [
            found._asdict() for found in session.connection.execute(select(endorsements).order_by(endorsements.c.id))
        ]


def test_many_rows_are_stored_as_one_by_one(database):
    with database.writing() as session:
        execute_many(session, INSERT, [row(1), row(2)])
        session.connection.execute(INSERT, row(3))
    found = endorsed(database)
    assert found == [{**row(number), "withdrawn_at": None} for number in (1, 2, 3)]


def test_many_rows_are_changed_by_names_of_their_own(database):
    with database.writing() as session:
        execute_many(session, INSERT, [row(1), row(2)])
        execute_many(session, RENAME, [{"of": "urn:2", "name": "b"}, {"of": "urn:1", "name": "a"}])
    assert [found["endorser"] for found in endorsed(database)] == ["a", "b"]


def test_json_is_written_as_elsewhere(database):
    with database.writing() as session:
        execute_many(session, insert(accounts), [{"name": "dee", "roles": ["signer"], "created_at": MORNING}])
        assert session.connection.scalar(select(accounts.c.roles).where(accounts.c.name == "dee")) == ["signer"]


def test_no_rows_are_nothing_and_a_row_twice_is_refused(database):
    with database.writing() as session:
        execute_many(session, INSERT, [])
    with pytest.raises(IntegrityError), database.writing() as session:
        execute_many(session, INSERT, [row(1), row(1)])
    assert endorsed(database) == []
