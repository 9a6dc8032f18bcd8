import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from store.homes import ANN, new_database, reopened, vault
from vc_issuer.errors import ConfigurationError, VcIssuerError
from vc_issuer.store.database import open_database
from vc_issuer.store.migrating import create_database
from vc_issuer.store.numbers import reserve_numbers
from vc_issuer.store.people import add_account, all_accounts
from vc_issuer.store.tables import metadata


def test_migrations_give_exactly_the_tables_of_this_version(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_file_without_tables_is_refused(tmp_path):
    (tmp_path / "home.sqlite").touch()
    with pytest.raises(ConfigurationError, match=r"revision None.*init"):
        open_database(f"sqlite:///{tmp_path}/home.sqlite", vault=vault(), random_bytes=bytes)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_tables_are_sayable_on_postgresql(table):
    statement = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert statement.strip().startswith(f"CREATE TABLE {table.name}")


def test_sqlite_keeps_a_log_waits_and_holds_references(file_database):
    with file_database.reading() as session:
        pragma = {
            name: session.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "secure_delete": 1,
    }


def test_a_database_made_again_keeps_what_it_holds(tmp_path):
    new_database(tmp_path).close()
    again = create_database(f"sqlite:///{tmp_path}/home.sqlite", vault=vault(), random_bytes=bytes)
    with again.reading() as session:
        assert [account.name for account in all_accounts(session)] == ["ann", "bob", "cas"]


def test_missing_database_is_a_sentence_with_a_remedy(tmp_path):
    with pytest.raises(ConfigurationError, match=r"no database yet.*init"):
        open_database(f"sqlite:///{tmp_path}/none.sqlite", vault=vault(), random_bytes=bytes)
    assert not (tmp_path / "none.sqlite").exists()


def test_database_of_another_version_is_refused(tmp_path):
    database = new_database(tmp_path)
    with database.writing() as session:
        session.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    with pytest.raises(ConfigurationError, match="revision 0001"):
        reopened(database)


@pytest.mark.parametrize("url", ["nonsense", "nosuch://x", "sqlite:////no/such/folder/x.sqlite"])
def test_unusable_database_url_raises_our_error(url):
    with pytest.raises(ConfigurationError):
        create_database(url, vault=vault(), random_bytes=bytes)


def test_a_block_that_raises_leaves_nothing(database):
    def stop_after_it():
        with database.writing() as session:
            add_account(session, "dirk", roles=(), deed=ANN)
            raise VcIssuerError("stop")

    with pytest.raises(VcIssuerError):
        stop_after_it()
    with database.reading() as session:
        assert "dirk" not in {account.name for account in all_accounts(session)}


def test_readers_do_not_wait_for_a_writer_and_see_one_state(database):
    with database.writing() as writing:
        add_account(writing, "dirk", roles=(), deed=ANN)
        with database.reading() as reading:
            assert len(all_accounts(reading)) == 3
    with database.reading() as reading:
        assert len(all_accounts(reading)) == 4


def test_writers_take_turns(database):
    def add(number):
        with database.writing() as session:
            add_account(session, f"account-{number}", roles=(), deed=ANN)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert len(all_accounts(session)) == 11


def test_many_may_begin_a_sequence_at_once(database):
    taken = []

    def take():
        with database.writing_beside_others() as session:
            taken.append(reserve_numbers(session, "log", 10))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 80, 10))
