"""The adapter to key services, over a signer of the same library that runs here; no cloud is asked."""

import pytest

import local_service
from signers.test_signers import holds
from vc_issuer.errors import ConfigurationError, SignerError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.registry import create_key, new_key_uri, open_signer


def opened(folder, uri):
    return open_signer(uri, KeyAccess(base=folder))


def test_der_leaves_as_two_halves_of_full_width(tmp_path):
    with opened(tmp_path, local_service.make(tmp_path, KeyAlgorithm.P256)) as signer:
        signatures = [signer.sign(number.to_bytes(2)) for number in range(700)]
        assert holds(signer.public_key, signatures[3], (3).to_bytes(2))
    assert {len(each) for each in signatures} == {64}
    assert any(each[0] == 0 or each[32] == 0 for each in signatures)


def test_a_service_that_is_away_is_named_and_may_be_tried_again(tmp_path):
    with opened(tmp_path, local_service.make(tmp_path, KeyAlgorithm.ED25519)) as signer:
        local_service.away.add("now")
        try:
            with pytest.raises(SignerError, match="testkms did not sign") as caught:
                signer.sign(b"m")
        finally:
            local_service.away.clear()
        assert caught.value.retryable
        assert "secret details" not in str(caught.value)
        assert holds(signer.public_key, signer.sign(b"m"), b"m")


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("kms:file2:/etc/key.pem?public=service.pub.pem", "no key service"),
        ("kms:hsm:2?public=service.pub.pem", "no key service"),
        ("kms:nobody:1?public=service.pub.pem", "no key service"),
        ("kms:testkms:key-0", "no public key"),
        ("kms:testkms:key-0?private=x", "no public key"),
        ("kms:testkms:key-0?public=missing.pem", "can't be read"),
        ("kms:testkms:key-0?public=broken.pem", "no public key in PEM"),
    ],
)
def test_what_is_no_key_of_a_service_is_refused(tmp_path, uri, words):
    (tmp_path / "broken.pem").write_text("nothing")
    with pytest.raises(ConfigurationError, match=words), opened(tmp_path, uri):
        pass


def test_a_public_half_of_another_key_is_found_at_once(tmp_path):
    first = local_service.make(tmp_path, KeyAlgorithm.P256)
    local_service.make(tmp_path, KeyAlgorithm.P256)
    with pytest.raises(SignerError), opened(tmp_path, first):
        pass


def test_the_four_clouds_are_known_and_their_keys_are_made_there(tmp_path):
    local_service.make(tmp_path, KeyAlgorithm.P256)
    for scheme in ("awskms", "azurekms", "gcpkms", "hv"):
        assert repr(opened(tmp_path, f"kms:{scheme}:k?public=service.pub.pem")) == f"KmsSigner('kms:{scheme}:k')"
    for work in (
        lambda: create_key("kms:gcpkms:k", KeyAlgorithm.P256, KeyAccess(base=tmp_path)),
        lambda: new_key_uri("kms:gcpkms:k", "seal"),
    ):
        with pytest.raises(ConfigurationError, match="keys import"):
            work()
