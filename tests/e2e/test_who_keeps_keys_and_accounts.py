"""Keys and accounts are the registrar's: by command, with a refusal recorded, and a first one can always be made."""

import getpass
import json

import pytest

from e2e.issued import run
from offices import issue, make, office_of
from vc_issuer.errors import VcIssuerError
from vc_issuer.store.audit import audit_entries

PASSWORD = "een lange zin om te onthouden\n"
REFUSED = "it takes registrar"


@pytest.fixture
def home(tmp_path):
    """Return a test home with a registrar."""
    path = make(tmp_path / "home")
    run(path, "account", "add", "claes", "--role", "registrar", check=0)
    return path


def in_production(path):
    settings = path / "settings.toml"
    text = settings.read_text().replace('mode = "test"', 'mode = "production"')
    settings.write_text(text.replace("allow_file_keys = false", "allow_file_keys = true"))


def refusals(path):
    with office_of(path) as office, office.home.database.reading() as session:
        return [(each.actor, each.action) for each in audit_entries(session) if each.action.endswith(".refused")]


def keys_of(path):
    return json.loads(run(path, "keys", "list", "--json", check=0).stdout)["keys"]


def test_only_a_registrar_changes_keys(home):
    before = keys_of(home)
    status = next(key["id"] for key in before if key["purpose"] == "status")
    steps = (
        ("new", "status"),
        ("csr", "file:keys/seal.pem"),
        ("import", "status", "file:keys/status.pem"),
        ("rotate", "status"),
        ("retire", status),
        ("compromise", status, "--at", "2026-01-01T00:00:00Z"),
    )
    for step in steps:
        refused = run(home, "--as", "approver", "keys", *step)
        assert refused.returncode == 1
        assert REFUSED in refused.stderr
    assert keys_of(home) == before
    assert refusals(home) == [("approver", f"key.{step[0]}.refused") for step in steps]
    run(home, "--as", "claes", "keys", "rotate", "status", check=0)


def test_only_a_registrar_changes_accounts_and_everybody_their_own_password(home):
    for step in (("add", "eva", "--role", "approver"), ("disable", "approver")):
        refused = run(home, "--as", "preparer", "account", *step)
        assert REFUSED in refused.stderr
    assert REFUSED in run(home, "--as", "preparer", "account", "password", "approver", "--password-stdin").stderr
    assert "no account 'init'" in run(home, "account", "add", "eva", "--role", "approver").stderr
    own = run(home, "--as", "preparer", "account", "password", "preparer", "--password-stdin", said=PASSWORD)
    assert own.returncode == 0, own.stderr
    run(home, "--as", "claes", "account", "add", "eva", "--role", "approver", check=0)
    assert "last registrar" in run(home, "--as", "claes", "account", "disable", "claes").stderr
    run(home, "--as", "claes", "account", "add", "dirk", "--role", "registrar", check=0)
    run(home, "--as", "claes", "account", "disable", "claes", check=0)
    assert "is disabled" in run(home, "--as", "claes", "account", "disable", "eva").stderr


def test_production_starts_without_accounts_and_makes_its_registrar_first(tmp_path):
    path = make(tmp_path / "home")
    in_production(path)
    me = getpass.getuser()
    assert "no account" in run(path, "keys", "rotate", "status").stderr
    run(path, "account", "add", me, "--role", "preparer", check=0)
    assert REFUSED in run(path, "keys", "rotate", "status").stderr
    run(path, "account", "add", "claes", "--role", "registrar", check=0)
    assert REFUSED in run(path, "account", "add", "eva", "--role", "approver").stderr


def test_lists_that_could_not_be_signed_under_a_new_key_are_signed_later(tmp_path):
    path = make(tmp_path / "home")
    issue(path, rows=1)
    secret = path / "keys/passphrase"
    kept = secret.read_bytes()
    with office_of(path) as office:
        assert office.publish_statuses() == 0
        secret.unlink()
        with pytest.raises(VcIssuerError):
            office.sign_lists_anew()
        secret.write_bytes(kept)
        secret.chmod(0o600)
        assert office.publish_statuses() > 0
