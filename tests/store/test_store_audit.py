from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.homes import ANN, BOB
from vc_issuer.errors import InvalidError
from vc_issuer.store.audit import audit_entries, audit_head, record_deed, verify_audit


@pytest.fixture
def log(database):
    with database.writing() as session:
        for number in range(1, 6):
            record_deed(session, BOB, "batch.prepare", subject=f"B-2025-{number:04d}", details={"documents": number})
    return database


def alter(database, statement):
    with database.writing() as session:
        if session.connection.dialect.name == "postgresql":
            session.connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        else:
            for verb in ("UPDATE", "DELETE"):
                session.connection.execute(text(f"DROP TRIGGER audit_no_{verb}"))
        session.connection.exec_driver_sql(statement)


def test_every_deed_is_chained_to_the_one_before(log):
    with log.reading() as session:
        entries = list(audit_entries(session))
        assert verify_audit(session) == len(entries) == 9
        assert all(later.previous == earlier.hash for earlier, later in pairwise(entries))
        assert [entry.details for entry in audit_entries(session, subject="B-2025-0004")] == [{"documents": 4}]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'cas' WHERE seq = 6",
        "UPDATE audit SET details = '{\"documents\":7}' WHERE seq = 6",
        "UPDATE audit SET details = 'no json' WHERE seq = 6",
        "UPDATE audit SET at = '2024-01-01T00:00:00.000000+00:00' WHERE seq = 6",
        "DELETE FROM audit WHERE seq = 6",
    ],
)
def test_one_altered_row_breaks_the_chain_check(log, statement):
    alter(log, statement)
    with log.reading() as session, pytest.raises(InvalidError, match="entry 6 does not follow"):
        verify_audit(session)


def test_a_cut_off_end_shows_against_a_head_kept_elsewhere(log):
    with log.reading() as session:
        head = audit_head(session)
    alter(log, "DELETE FROM audit WHERE seq > 7")
    with log.reading() as session:
        assert verify_audit(session) == 7
        with pytest.raises(InvalidError, match="entry 8"):
            verify_audit(session, head=(head.seq, head.hash))


def test_a_chain_written_anew_shows_against_a_head_kept_elsewhere(log):
    with log.reading() as session:
        with pytest.raises(InvalidError, match="entry 9"):
            verify_audit(session, head=(9, "0" * 64))
        assert verify_audit(session, head=(9, audit_head(session).hash)) == 9


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'cas'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_log(log, statement):
    with pytest.raises(DBAPIError, match="append-only"), log.writing() as session:
        session.connection.execute(text(statement))


def test_a_deed_is_undone_with_its_change(database):
    def stop_after_it():
        with database.writing() as session:
            record_deed(session, ANN, "batch.create", subject="B-2025-0001")
            raise InvalidError("stop")

    with pytest.raises(InvalidError):
        stop_after_it()
    with database.reading() as session:
        assert not list(audit_entries(session, subject="B-2025-0001"))
