"""Keys that end with the process: they sign like others, and can't be copied or kept."""

import pickle

import pytest

from vc_issuer.errors import InvalidError, SignerError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.securing.signatures import verify_signature
from vc_issuer.signers.ephemeral import EphemeralSigner

ALGORITHMS = [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.P384]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_it_signs_verifies_in_raw_form(algorithm):
    with EphemeralSigner(algorithm) as signer:
        signature = signer.sign(b"message")
    assert len(signature) == {KeyAlgorithm.P384: 96}.get(algorithm, 64)
    verify_signature(signer.public_key, signature, b"message")
    with pytest.raises(InvalidError, match="does not match"):
        verify_signature(signer.public_key, signature, b"other")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_one_has_a_key_of_its_own(algorithm):
    assert EphemeralSigner(algorithm).public_key != EphemeralSigner(algorithm).public_key


def test_it_is_not_copied_and_shows_no_key():
    signer = EphemeralSigner(KeyAlgorithm.ED25519)
    assert repr(signer) == "EphemeralSigner(KeyAlgorithm.ED25519)"
    with pytest.raises(SignerError, match="not copied"):
        pickle.dumps(signer)


def test_an_rsa_key_is_not_made():
    with pytest.raises(SignerError, match="not made"):
        EphemeralSigner(KeyAlgorithm.RSA_SHA256)
