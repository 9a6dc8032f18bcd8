"""Keys on a SoftHSM2 token: they never leave it, one session serves them all, and a token that was away goes on."""

import os
import threading

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, ObjectClass
from pkcs11.exceptions import PKCS11Error

import token_at_hand
from signers.test_signers import holds
from vc_issuer.errors import ConfigurationError, SignerError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.signers.pkcs11 import _point, _raw
from vc_issuer.signers.registry import create_key, new_key_uri, open_signer
from vc_issuer.signers.token import token_of
from vc_issuer.signers.token_uri import parse_token_uri

PRIVATE_VALUES = (
    Attribute.VALUE,
    Attribute.PRIVATE_EXPONENT,
    Attribute.PRIME_1,
    Attribute.PRIME_2,
    Attribute.EXPONENT_1,
    Attribute.COEFFICIENT,
)


def made(algorithm=KeyAlgorithm.ED25519):
    uri = token_at_hand.key_uri(f"key-{os.urandom(6).hex()}")
    create_key(uri, algorithm, token_at_hand.access())
    return uri


def opened(uri):
    return open_signer(uri, token_at_hand.access())


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda a: a.value)
def test_a_private_value_cannot_be_exported(algorithm):
    uri = parse_token_uri(made(algorithm).removeprefix("pkcs11:"))
    token = pkcs11.lib(uri.module).get_token(token_label=token_at_hand.LABEL)
    with token.open(rw=True, user_pin=token_at_hand.PIN.decode()) as session:
        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=uri.label)
        assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE]) == (True, False)
        assert (key[Attribute.ALWAYS_SENSITIVE], key[Attribute.NEVER_EXTRACTABLE]) == (True, True)
        for attribute in PRIVATE_VALUES:
            with pytest.raises(PKCS11Error):
                key[attribute]
        for attribute, value in ((Attribute.EXTRACTABLE, True), (Attribute.SENSITIVE, False)):
            with pytest.raises(PKCS11Error):
                key[attribute] = value
        wrapping = session.generate_key(pkcs11.KeyType.AES, 256)
        with pytest.raises(PKCS11Error):
            wrapping.wrap_key(key)


def test_all_keys_of_a_token_share_one_session_of_the_process():
    first, second = opened(made()), opened(made(KeyAlgorithm.P256))
    with first, second:
        generation = token_of(first._uri).generation
        threads = [threading.Thread(target=signer.sign, args=(b"m",)) for signer in (first, second) * 8]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert token_of(second._uri) is token_of(first._uri)
        assert token_of(first._uri).generation == generation


def test_a_token_that_was_pulled_is_named_and_goes_on_when_it_is_back():
    with opened(made()) as signer, opened(made(KeyAlgorithm.P256)) as other:
        before = signer.sign(b"m")
        with token_at_hand.pulled():
            for _ in range(2):
                with pytest.raises(SignerError, match=r"is not there|does not do") as caught:
                    signer.sign(b"m")
                assert caught.value.retryable
                assert token_at_hand.LABEL in str(caught.value)
            with pytest.raises(SignerError) as caught:
                opened(f"pkcs11:{signer._uri.location}").__enter__()
            assert caught.value.retryable
        assert signer.sign(b"m") == before
        assert holds(other.public_key, other.sign(b"m"), b"m")


def test_a_forgotten_login_is_made_again():
    with opened(made()) as signer:
        before = signer.sign(b"m")
        pkcs11.lib(token_at_hand.driver()).reinitialize()
        assert signer.sign(b"m") == before


def test_a_wrong_pin_is_tried_once():
    uri = made()
    signer = open_signer(uri, token_at_hand.access(pin=b"999999"))
    for _ in range(20):  # SoftHSM2 does not lock, hardware does: the second try must not reach it
        with pytest.raises(SignerError, match="refuses the PIN") as caught:
            signer.__enter__()
        assert not caught.value.retryable
        assert "999999" not in str(caught.value)
    with opened(uri) as right:
        assert right.sign(b"")


def test_a_label_is_taken_once_and_found_once():
    uri = made()
    with pytest.raises(ConfigurationError, match="never overwritten"):
        create_key(uri, KeyAlgorithm.ED25519, token_at_hand.access())
    for wrong in (token_at_hand.key_uri("nobody"), token_at_hand.backend()):
        with pytest.raises(ConfigurationError, match=r"no key|several keys"), opened(wrong):
            pass


def test_a_missing_driver_and_a_missing_token_are_named():
    with (
        pytest.raises(ConfigurationError, match="can't be loaded"),
        open_signer("pkcs11:token=x;object=y?module-path=/nowhere/lib.so", token_at_hand.access()),
    ):
        pass
    wrong = token_at_hand.key_uri("k").replace(f"token={token_at_hand.LABEL}", "token=another")
    with pytest.raises(SignerError, match="another is not there"), opened(wrong):
        pass


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("token=t;object=o", "no driver"),
        ("object=o?module-path=/l.so", "no token"),
        ("token=t;object=o?module-path=/l.so&pin-value=1234", "PIN does not belong"),
        ("token=t;object=o?module-path=/l.so&pin-source=/p", "PIN does not belong"),
        ("token=t;type=public?module-path=/l.so", "private key"),
        ("token=t;slot-id=3?module-path=/l.so", "slot-id"),
        ("token=t;token=u?module-path=/l.so", "token"),
        ("token=t;nonsense?module-path=/l.so", "nonsense"),
    ],
)
def test_a_uri_that_is_not_understood_is_refused(location, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        parse_token_uri(location)
    assert "1234" not in str(caught.value)


def test_a_uri_comes_back_as_it_was():
    location = "token=My%20token;serial=AB12;object=s%C3%A9al;id=%01%FF?module-path=/usr/lib/x.so"
    uri = parse_token_uri(location)
    assert (uri.token, uri.serial, uri.label, uri.key_id) == ("My token", "AB12", "séal", b"\x01\xff")
    assert uri.location == location
    assert new_key_uri("pkcs11:token=t?module-path=/l.so", "n") == "pkcs11:token=t;object=n?module-path=/l.so"


def test_points_and_signatures_in_the_forms_that_drivers_give():
    point = b"\x04" + bytes(range(64))
    assert _point(point, 65) == _point(b"\x04\x41" + point, 65) == point
    bare = bytes([4, 30, *range(30)])  # an Ed25519 point that happens to look like an OCTET STRING
    assert _point(bare, 32) == bare
    for wrong in (b"", b"\x04\x05abc", point[:-1]):
        with pytest.raises(ConfigurationError):
            _point(wrong, 65)
    der = encode_dss_signature(5, 7)
    assert _raw(der, 32) == bytes(31) + b"\x05" + bytes(31) + b"\x07"
    assert _raw(bytes(64), 32) == bytes(64)
    for wrong in (b"", b"\x30\x00", der[:-1], encode_dss_signature(2**256, 7)):
        with pytest.raises(SignerError, match="no ECDSA"):
            _raw(wrong, 32)
