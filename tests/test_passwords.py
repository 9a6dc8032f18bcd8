"""Passwords and production: signing asks once more, a few wrong ones close the door, every refusal looks the same."""

import getpass
from dataclasses import replace
from datetime import timedelta

import pytest

from e2e.issued import run
from issuance.house import APPROVER, LATER, new_house
from offices import approve, make, office_of, prepare
from vc_issuer.config import Mode
from vc_issuer.errors import ConfigurationError, InputError, RuleError
from vc_issuer.store.audit import Deed, audit_entries
from vc_issuer.store.batches import get_batch
from vc_issuer.store.people import add_account, disable_account
from vc_issuer.wiring.passwords import MOST_FAILURES, prove_password, set_password

PASSWORD = "een lange zin om te onthouden"
ME = replace(APPROVER, at=LATER)


@pytest.fixture
def database(tmp_path):
    house = new_house(tmp_path)
    set_password(house.database, "approver", PASSWORD, deed=ME)
    yield house.database
    house.database.close()


def test_the_right_password_proves_and_is_recorded(database):
    prove_password(database, PASSWORD, deed=ME)
    with database.reading() as session:
        actions = [each.action for each in audit_entries(session, subject="approver")][-2:]
        rows = str(session.connection.exec_driver_sql("SELECT * FROM accounts").all())
    assert actions == ["account.password.set", "account.password.proved"]
    assert PASSWORD not in rows
    assert "$argon2id$" in rows


def test_every_refusal_looks_the_same(database):
    with database.writing() as session:
        add_account(session, "gone", roles=("approver",), deed=ME)
    set_password(database, "gone", PASSWORD, deed=ME)
    with database.writing() as session:
        disable_account(session, "gone", deed=ME)
    told = set()
    for name, password in (
        ("approver", PASSWORD + "!"),
        ("approver", ""),
        ("preparer", PASSWORD),
        ("gone", PASSWORD),
        ("nobody", PASSWORD),
    ):
        with pytest.raises(RuleError) as caught:
            prove_password(database, password, deed=Deed(actor=name, at=LATER))
        told.add(str(caught.value))
    assert len(told) == 1


def test_a_few_wrong_passwords_close_the_door_for_a_while(database):
    for _ in range(MOST_FAILURES):
        with pytest.raises(RuleError, match="don't match"):
            prove_password(database, "wrong", deed=ME)
    with pytest.raises(RuleError, match="Wait 15 minutes"):
        prove_password(database, PASSWORD, deed=ME)
    prove_password(database, PASSWORD, deed=replace(ME, at=LATER + timedelta(minutes=16)))


def test_a_short_password_is_not_taken(database):
    with pytest.raises(InputError, match="too short"):
        set_password(database, "approver", "hunter2", deed=ME)


def in_production(home):
    settings = home / "settings.toml"
    text = settings.read_text().replace('mode = "test"', 'mode = "production"')
    settings.write_text(text.replace("allow_file_keys = false", "allow_file_keys = true"))


def test_production_signs_after_a_password_and_approves_after_a_look(tmp_path):
    home = make(tmp_path / "home")
    batch, digest = prepare(home, rows=1)
    in_production(home)
    with pytest.raises(RuleError, match="not looked at"):
        approve(home, batch, digest)
    with office_of(home, "approver") as office:
        office.approve(batch, digest, office.review(batch).token)
        set_password(office.home.database, "approver", PASSWORD, deed=office.deed())
        with pytest.raises(RuleError, match="password once more"):
            office.sign(batch)
        with pytest.raises(RuleError, match="don't match"):
            office.prove("something else entirely")
        office.prove(PASSWORD)
        assert office.sign(batch).signed_now
        with office.home.database.reading() as session:
            refused = [e.action for e in audit_entries(session, subject=batch) if e.action.endswith(".refused")]
        assert refused == ["batch.approve.refused", "batch.sign.refused"]


def test_resuming_in_production_asks_before_the_pause_ends(tmp_path):
    home = make(tmp_path / "home")
    batch, digest = prepare(home, rows=1)
    approve(home, batch, digest)
    with office_of(home, "approver") as office:
        me = Deed(actor=getpass.getuser(), at=office.home.now())  # production goes by the operating system's account
        with office.home.database.writing() as session:
            add_account(session, me.actor, roles=("signer",), deed=me)
        set_password(office.home.database, me.actor, PASSWORD, deed=me)
        with pytest.raises(KeyboardInterrupt):
            office.sign(batch, checkpoint=interrupt_at_intent)
        office.pause(batch)
    in_production(home)
    refused = run(home, "batch", "resume", batch, "--password-stdin", said="wrong\n")
    assert refused.returncode == 1
    assert "don't match" in refused.stderr
    with office_of(home) as office, office.home.database.reading() as session:
        assert get_batch(session, batch).paused_at is not None
    assert "signed" in run(home, "batch", "resume", batch, "--password-stdin", said=PASSWORD + "\n", check=0).stdout


def interrupt_at_intent(place):
    if place == "intent":
        raise KeyboardInterrupt


def test_production_makes_no_home_with_file_keys_by_accident(tmp_path):
    with pytest.raises(ConfigurationError, match="production keeps no keys in files"):
        make(tmp_path / "home", mode=Mode.PRODUCTION)
    assert not (tmp_path / "home" / "settings.toml").exists()
