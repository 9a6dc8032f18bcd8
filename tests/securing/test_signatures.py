"""Ed25519 signatures that hold by the equation alone, or that somebody else rewrote, are refused (ADR 32)."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey
from vc_issuer.securing.signatures import verify_signature

SEED = bytes(range(32))
PRIVATE = ed25519.Ed25519PrivateKey.from_private_bytes(SEED)
ORDER = 2**252 + 27742317777372353535851937790883648493  # RFC 8032 section 5.1
IDENTITY = b"\1" + bytes(31)  # the neutral point
MESSAGE = b"what is signed"


def _of(key: PublicKeyTypes) -> PublicKey:
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(algorithm=KeyAlgorithm.ED25519, der=der)


def _scalar() -> int:
    """Return the secret number of the key (RFC 8032 section 5.1.5)."""
    number = int.from_bytes(hashlib.sha512(SEED).digest()[:32], "little")
    return number & ~7 & ~(1 << 255) | 1 << 254


def _number(value: int) -> bytes:
    return value.to_bytes(32, "little")


def test_what_one_library_signed_the_other_verifies():
    verify_signature(_of(PRIVATE.public_key()), PRIVATE.sign(MESSAGE), MESSAGE)


@pytest.mark.parametrize("place", [0, 31, 32, 62])
def test_a_changed_byte_is_refused(place):
    signature = bytearray(PRIVATE.sign(MESSAGE))
    signature[place] ^= 1
    with pytest.raises(InvalidError, match="does not match"):
        verify_signature(_of(PRIVATE.public_key()), bytes(signature), MESSAGE)


def test_another_message_is_refused():
    with pytest.raises(InvalidError, match="does not match"):
        verify_signature(_of(PRIVATE.public_key()), PRIVATE.sign(MESSAGE), MESSAGE + b"s")


@pytest.mark.parametrize("change", [lambda signature: signature[:-1], lambda signature: signature + b"\0"])
def test_another_length_is_refused(change):
    with pytest.raises(InvalidError, match="bytes long, not 64"):
        verify_signature(_of(PRIVATE.public_key()), change(PRIVATE.sign(MESSAGE)), MESSAGE)


def test_a_signature_with_the_order_added_is_refused():
    """Nobody makes a second signature out of a first (RFC 8032 section 8.4)."""
    signature = PRIVATE.sign(MESSAGE)
    raised = _number(int.from_bytes(signature[32:], "little") + ORDER)
    with pytest.raises(InvalidError, match="does not match"):
        verify_signature(_of(PRIVATE.public_key()), signature[:32] + raised, MESSAGE)


def test_a_key_of_small_order_verifies_nothing():
    """Under the neutral point one signature holds for every message: OpenSSL takes it, we don't (threat T12)."""
    key = ed25519.Ed25519PublicKey.from_public_bytes(IDENTITY)
    forged = PRIVATE.public_key().public_bytes_raw() + _number(_scalar() % ORDER)
    key.verify(forged, MESSAGE)
    with pytest.raises(InvalidError, match="does not match"):
        verify_signature(_of(key), forged, MESSAGE)


def test_a_point_of_small_order_in_the_signature_is_refused():
    """The owner of a key could sign without a nonce, which tells the key; OpenSSL takes it."""
    public = PRIVATE.public_key()
    challenge = int.from_bytes(hashlib.sha512(IDENTITY + public.public_bytes_raw() + MESSAGE).digest(), "little")
    weak = IDENTITY + _number(challenge * _scalar() % ORDER)
    public.verify(weak, MESSAGE)
    with pytest.raises(InvalidError, match="does not match"):
        verify_signature(_of(public), weak, MESSAGE)
