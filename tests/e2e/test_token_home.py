"""A home whose keys all lie on a token: made, checked, signing stopped by a pulled token, gone on with, rotated."""

import json

import pytest

import token_at_hand
from e2e.issued import run
from offices import approve, make, office_of, prepare
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.wiring.keymaking import rotate_key
from vc_issuer.wiring.keys import open_home_keys, records_of, signing_processes


@pytest.fixture
def home(tmp_path):
    backend = token_at_hand.backend()
    with pytest.raises(ConfigurationError, match="--pin-file"):
        make(tmp_path / "home", backend=backend)
    return make(tmp_path / "home", backend=backend, pin_file=str(token_at_hand.pin_file(tmp_path)))


def test_a_home_on_a_token_pauses_and_goes_on(home, tmp_path):
    with office_of(home) as office:
        assert office.home.key_problems() == []
    batch, digest = prepare(home)
    approve(home, batch, digest)
    with token_at_hand.pulled():
        stopped = run(home, "batch", "sign", batch, check=75)
        assert "Plug it in, then run the same command again: it goes on" in stopped.stderr
    assert json.loads(run(home, "batch", "sign", batch, "--json", check=0).stdout)["signed_now"]
    with office_of(home) as office:
        office.publish(batch)
        settings, issuer = office.home.settings, office.home.issuer
        assert signing_processes(settings, 8) == 1
        rotate_key(settings, KeyPurpose.CREDENTIAL, issuer=issuer, now=office.home.now(), reason="yearly")
    with open_home_keys(home, {KeyPurpose.CREDENTIAL}) as keys:
        newest = [each for each in records_of(settings) if each.purpose is KeyPurpose.CREDENTIAL][-1]
        assert keys.of(KeyPurpose.CREDENTIAL).signer.public_key == newest.public_key


def test_no_private_key_lies_in_the_home(home):
    assert {path.name for path in (home / "keys").iterdir()} == {
        "ca.pem",
        "passphrase",
        "seal-chain.pem",
        "storage.key",
        "verification-methods.toml",
    }
    assert token_at_hand.PIN.decode() not in (home / "settings.toml").read_text()


def test_a_pin_that_others_may_read_is_refused(home, tmp_path):
    (tmp_path / "pin").chmod(0o644)
    assert "chmod 600" in run(home, "check-config", check=78).stderr
