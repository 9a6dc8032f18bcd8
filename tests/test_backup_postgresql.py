"""A home on PostgreSQL is backed up and restored by PostgreSQL's own programs, or says which one is missing."""

import shutil

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from e2e.issued import run
from offices import issue, make, office_of
from postgres import execute, postgresql_url
from vc_issuer.errors import ConfigurationError
from vc_issuer.issuance.log import check_log
from vc_issuer.store.people import find_learner
from vc_issuer.wiring import dumping
from vc_issuer.wiring.backup import ERASURES, create_backup, restore_backup
from vc_issuer.wiring.keys import own_issuer
from vc_issuer.wiring.sealing import time_authorities

PASSPHRASE = "a passphrase of the backup"
NUMBERS = ("0612001", "0612002")


@pytest.fixture
def url():
    if not shutil.which("pg_dump"):
        pytest.skip("no pg_dump")
    with postgresql_url() as found:
        yield found


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text(PASSPHRASE)
    return path


def emptied(url):
    """Lose the database: its schema is there again, and empty."""
    schema = make_url(url).query["options"].removeprefix("-csearch_path=")
    execute(f"DROP SCHEMA {schema} CASCADE")
    execute(f"CREATE SCHEMA {schema}")


def test_a_home_on_postgresql_is_lost_and_restored_and_who_was_erased_stays_erased(url, secret, tmp_path):
    home, copy, file = make(tmp_path / "home", database=url), tmp_path / "again", tmp_path / "backup"
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace('engine = "workers"', 'engine = "here"'))
    batch = issue(home)
    run(home, "backup", "create", file, "--passphrase-file", secret, check=0)
    assert not list(home.glob(".backup-*"))
    with office_of(home) as office:
        office.erase(NUMBERS[0])
    shutil.copy(home / ERASURES, tmp_path / "erasures")
    refused = run(copy, "backup", "restore", file, "--passphrase-file", secret, "--erasures", tmp_path / "erasures")
    assert refused.returncode == 78
    assert "holds a home already" in refused.stderr
    assert list(copy.iterdir()) == []
    emptied(url)
    run(copy, "backup", "restore", file, "--passphrase-file", secret, "--erasures", tmp_path / "erasures", check=0)
    assert not list(copy.glob("*.pgdump"))
    shutil.copy(home / "keys/passphrase", copy / "keys/passphrase")
    run(copy, "check-config", check=0)
    with office_of(copy) as office, office.home.database.reading() as session:
        assert find_learner(session, NUMBERS[0]) is None
        assert find_learner(session, NUMBERS[1]) is not None
        issuer, authorities = own_issuer(office.home.settings, office.home.issuer), time_authorities(office.home)
        assert check_log(session, issuer.log_methods, did=issuer.did, authorities=authorities).holds
    run(copy, "batch", "export", batch, "--out", tmp_path / "out", check=0)
    assert "append-only" in append_only(copy)


def append_only(home):
    with (
        office_of(home) as office,
        pytest.raises(DBAPIError) as caught,
        office.home.database.writing() as session,
    ):
        session.connection.exec_driver_sql("DELETE FROM log_checkpoints")
    return str(caught.value)


def test_without_its_program_the_command_is_named_without_the_password(url, tmp_path, monkeypatch):
    home = make(tmp_path / "home", database=url)
    monkeypatch.setenv("PATH", str(tmp_path))
    with office_of(home) as office:
        with pytest.raises(ConfigurationError) as caught:
            create_backup(office.home.settings, office.home.database, tmp_path / "b", passphrase=PASSPHRASE.encode())
        told = str(caught.value)
        assert "pg_dump is not installed" in told
        assert "pg_dump --format=custom --no-owner --no-privileges --schema=vc_issuer_" in told
        assert not list(home.glob(".backup-*"))
        assert not (tmp_path / "b").exists()


def test_a_backup_of_one_kind_is_not_restored_into_another(url, secret, tmp_path):
    home, file = make(tmp_path / "home"), tmp_path / "backup"
    with office_of(home) as office:
        create_backup(office.home.settings, office.home.database, file, passphrase=PASSPHRASE.encode())
    with pytest.raises(ConfigurationError, match="not of one kind"):
        restore_backup(file, tmp_path / "x", passphrase=PASSPHRASE.encode(), erasures=(), deed=None, database_url=url)
    assert list((tmp_path / "x").iterdir()) == []


def test_a_backup_is_restored_into_another_server_and_a_failing_program_is_quoted(url, tmp_path):
    home, file = make(tmp_path / "home", database=url), tmp_path / "backup"
    with office_of(home) as office:
        create_backup(office.home.settings, office.home.database, file, passphrase=PASSPHRASE.encode())
    with postgresql_url() as other, pytest.raises(ConfigurationError, match="of another schema"):
        restore_backup(file, tmp_path / "x", passphrase=PASSPHRASE.encode(), erasures=(), deed=None, database_url=other)
    with office_of(home) as office:
        (tmp_path / "junk").write_bytes(b"no dump")
        emptied(url)
        with pytest.raises(ConfigurationError, match="pg_restore ended with an error"):
            dumping.restore_postgresql(office.home.database, tmp_path / "junk")
