"""One body over every key backend of the registry, and what is particular to keys in files."""

import base64
import hashlib
import os
import pickle
import resource
import stat
import traceback

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
    load_pem_private_key,
)

import local_service
import token_at_hand
from vc_issuer.errors import ConfigurationError, InvalidError, SignerError
from vc_issuer.model.keys import HashSigner, KeyAlgorithm, KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.securing.signatures import verify_p256
from vc_issuer.signers.access import KeyAccess
from vc_issuer.signers.file import FileSigner, create_key_file
from vc_issuer.signers.registry import BACKENDS, create_key, open_signer
from vc_issuer.x509.der import write_oid

PASSPHRASE = b"correct horse battery staple"
WIDTHS = {KeyAlgorithm.ED25519: 64, KeyAlgorithm.P256: 64, KeyAlgorithm.P384: 96, KeyAlgorithm.RSA_SHA256: 384}


def access(folder):
    return KeyAccess(base=folder, secret=PASSPHRASE)


def file_key(folder, algorithm):
    create_key("file:key.pem", algorithm, access(folder))
    return open_signer("file:key.pem", access(folder))


def token_key(folder, algorithm):
    uri = token_at_hand.key_uri(f"{algorithm.value}-{folder.name}-{os.urandom(4).hex()}")
    create_key(uri, algorithm, token_at_hand.access())
    return open_signer(uri, token_at_hand.access())


def service_key(folder, algorithm):
    return open_signer(local_service.make(folder, algorithm), access(folder))


MAKERS = {"file": file_key, "pkcs11": token_key, "kms": service_key}


def holds(public_key, signature, message):
    """Check with the library alone, so that no code of the project answers for itself."""
    key = load_der_public_key(public_key.der)
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, message)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        half = len(signature) // 2
        digest = hashes.SHA384() if half == 48 else hashes.SHA256()
        pair = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        key.verify(encode_dss_signature(*pair), message, ec.ECDSA(digest))
    else:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    return True


def test_every_backend_is_under_this_contract():
    assert set(MAKERS) == set(BACKENDS)


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda a: a.value)
@pytest.mark.parametrize("scheme", sorted(BACKENDS))
def test_signs_the_message_in_the_form_the_protocol_says(scheme, algorithm, tmp_path):
    with MAKERS[scheme](tmp_path, algorithm) as signer:
        assert signer.public_key.algorithm is algorithm
        for message in (b"", b"a", bytes(range(256)) * 5000):
            signature = signer.sign(message)
            assert len(signature) == WIDTHS[algorithm]
            assert holds(signer.public_key, signature, message)
            with pytest.raises(InvalidSignature):
                holds(signer.public_key, signature, message + b"x")


@pytest.mark.parametrize("scheme", sorted(BACKENDS))
def test_a_long_message_may_come_as_its_hash(scheme, tmp_path):
    message = bytes(range(256)) * 100
    digest = hashlib.sha256(message).digest()
    with MAKERS[scheme](tmp_path, KeyAlgorithm.P256) as signer:
        method = VerificationMethod(id="did:web:a.example#1", controller="", public_key=signer.public_key)
        key = SigningKey(method=method, signer=signer, purpose=KeyPurpose.SEAL)
        signature = key.sign(message, KeyPurpose.SEAL, sha256=digest)
        assert holds(signer.public_key, signature, message)
        verify_p256(signer.public_key, signature, digest)
        with pytest.raises(InvalidError):
            verify_p256(signer.public_key, signature, hashlib.sha256(b"other").digest())
        with pytest.raises(SignerError, match="signs no credential"):
            key.sign(message, KeyPurpose.CREDENTIAL, sha256=digest)
        if isinstance(signer, HashSigner):
            assert holds(signer.public_key, signer.sign_sha256(digest), message)
    if isinstance(signer, HashSigner):
        with pytest.raises(SignerError, match="not open"):
            signer.sign_sha256(digest)


@pytest.mark.parametrize(
    "algorithm", [each for each in KeyAlgorithm if each is not KeyAlgorithm.P256], ids=lambda a: a.value
)
def test_other_keys_sign_the_message_whatever_its_hash_is_said_to_be(algorithm, tmp_path):
    with file_key(tmp_path, algorithm) as signer:
        method = VerificationMethod(id="did:web:a.example#1", controller="", public_key=signer.public_key)
        signature = SigningKey(method=method, signer=signer).sign(b"message", KeyPurpose.SEAL, sha256=bytes(32))
        assert holds(signer.public_key, signature, b"message")
        with pytest.raises(InvalidError, match="P-256"):
            verify_p256(signer.public_key, signature, hashlib.sha256(b"message").digest())


@pytest.mark.parametrize("scheme", sorted(BACKENDS))
def test_a_closed_signer_signs_nothing(scheme, tmp_path):
    signer = MAKERS[scheme](tmp_path, KeyAlgorithm.ED25519)
    with pytest.raises(SignerError, match="not open"):
        signer.sign(b"")
    with signer:
        signer.sign(b"")
    with pytest.raises(SignerError, match="not open"):
        signer.sign(b"")


@pytest.mark.parametrize("scheme", sorted(BACKENDS))
def test_a_signer_opens_again(scheme, tmp_path):
    signer = MAKERS[scheme](tmp_path, KeyAlgorithm.ED25519)
    with signer:
        first = signer.public_key
    with signer:
        assert signer.public_key == first


@pytest.mark.parametrize("scheme", sorted(BACKENDS))
def test_a_signer_is_not_pickled(scheme, tmp_path):
    with pytest.raises(SignerError, match="not copied"):
        pickle.dumps(MAKERS[scheme](tmp_path, KeyAlgorithm.ED25519))


def test_p256_pads_short_halves(tmp_path):
    create_key_file(tmp_path / "key.pem", KeyAlgorithm.P256, PASSPHRASE)
    with FileSigner(tmp_path / "key.pem", passphrase=PASSPHRASE) as signer:
        # One signature in 128 has a short half. Taken are as many as it needs, so that no luck decides.
        for number in range(20_000):
            message = number.to_bytes(4)
            signature = signer.sign(message)
            assert len(signature) == 64
            if signature[0] == 0 or signature[32] == 0:
                break
        else:
            pytest.fail("20,000 signatures, none of which has a short half.")
        assert holds(signer.public_key, signature, message)


def test_rsa_2048_signs(tmp_path):
    create_key_file(tmp_path / "key.pem", KeyAlgorithm.RSA_SHA256, PASSPHRASE, rsa_bits=2048)
    with FileSigner(tmp_path / "key.pem", passphrase=PASSPHRASE) as signer:
        assert holds(signer.public_key, signer.sign(b"m"), b"m")


def test_a_short_rsa_key_is_not_made(tmp_path):
    with pytest.raises(ConfigurationError, match="too short"):
        create_key_file(tmp_path / "key.pem", KeyAlgorithm.RSA_SHA256, PASSPHRASE, rsa_bits=1024)


def test_key_file_is_its_owners_alone_and_encrypted_under_scrypt(tmp_path):
    path = tmp_path / "key.pem"
    create_key_file(path, KeyAlgorithm.ED25519, PASSPHRASE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_pem_private_key(path.read_bytes(), PASSPHRASE)
    container = base64.b64decode("".join(path.read_text().splitlines()[1:-1]))
    assert write_oid("1.3.6.1.4.1.11591.4.11") in container
    assert write_oid("2.16.840.1.101.3.4.1.42") in container


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "key.pem"
    create_key_file(path, KeyAlgorithm.ED25519, PASSPHRASE)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="there already"):
        create_key_file(path, KeyAlgorithm.ED25519, PASSPHRASE)
    assert path.read_bytes() == before


def test_a_key_is_not_made_through_a_link(tmp_path):
    (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(ConfigurationError):
        create_key_file(tmp_path / "key.pem", KeyAlgorithm.ED25519, PASSPHRASE)
    assert not (tmp_path / "elsewhere.pem").exists()


def test_a_short_passphrase_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="too short"):
        create_key_file(tmp_path / "key.pem", KeyAlgorithm.ED25519, b"hunter2")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "key.pem"
    create_key_file(path, KeyAlgorithm.ED25519, PASSPHRASE)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"), FileSigner(path, passphrase=PASSPHRASE):
        pass


def test_a_link_to_a_key_is_refused(tmp_path):
    create_key_file(tmp_path / "real.pem", KeyAlgorithm.ED25519, PASSPHRASE)
    (tmp_path / "key.pem").symlink_to(tmp_path / "real.pem")
    with pytest.raises(ConfigurationError, match="is a link"):
        FileSigner(tmp_path / "key.pem", passphrase=PASSPHRASE).__enter__()


def test_a_missing_key_and_a_folder_are_named(tmp_path):
    with pytest.raises(ConfigurationError, match="missing"):
        FileSigner(tmp_path / "key.pem", passphrase=PASSPHRASE).__enter__()
    with pytest.raises(ConfigurationError, match="not a file"):
        FileSigner(tmp_path, passphrase=PASSPHRASE).__enter__()


def test_a_key_in_the_clear_is_refused(tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="not encrypted"):
        FileSigner(path, passphrase=PASSPHRASE).__enter__()


def test_a_key_of_another_curve_is_refused(tmp_path):
    path = tmp_path / "key.pem"
    key = ec.generate_private_key(ec.SECP521R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE)))
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="isn't used"):
        FileSigner(path, passphrase=PASSPHRASE).__enter__()


def test_a_wrong_passphrase_shows_neither_key_nor_passphrase(tmp_path):
    path = tmp_path / "key.pem"
    create_key_file(path, KeyAlgorithm.ED25519, PASSPHRASE)
    wrong = b"an entirely other passphrase"
    with pytest.raises(ConfigurationError, match="doesn't open") as caught:
        FileSigner(path, passphrase=wrong).__enter__()
    shown = "".join(traceback.format_exception(caught.value))
    assert wrong.decode() not in shown
    assert caught.value.__suppress_context__


def test_no_representation_shows_the_key(tmp_path):
    path = tmp_path / "key.pem"
    create_key_file(path, KeyAlgorithm.ED25519, PASSPHRASE)
    raw = load_pem_private_key(path.read_bytes(), PASSPHRASE).private_bytes_raw()
    with FileSigner(path, passphrase=PASSPHRASE) as signer:
        shown = f"{signer!r} {signer} {vars(signer)!r}".replace(PASSPHRASE.decode(), "")
        assert raw.hex() not in shown
        assert repr(raw)[2:-1] not in shown
        assert PASSPHRASE.decode() not in repr(signer)


def test_core_files_are_off_once_a_key_was_open(tmp_path):
    create_key_file(tmp_path / "key.pem", KeyAlgorithm.ED25519, PASSPHRASE)
    with FileSigner(tmp_path / "key.pem", passphrase=PASSPHRASE):
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


@pytest.mark.parametrize("uri", ["file:key.pem", "file:%6Bey.pem"])
def test_uri_names_a_file_under_the_base(tmp_path, uri):
    create_key_file(tmp_path / "key.pem", KeyAlgorithm.ED25519, PASSPHRASE)
    with open_signer(uri, access(tmp_path)) as signer:
        assert signer.public_key.algorithm is KeyAlgorithm.ED25519


@pytest.mark.parametrize("prefix", ["file:", "file://"])
def test_uri_names_an_absolute_file(tmp_path, prefix):
    create_key_file(tmp_path / "key.pem", KeyAlgorithm.ED25519, PASSPHRASE)
    with open_signer(f"{prefix}{tmp_path}/key.pem", access(tmp_path / "other")) as signer:
        assert signer.sign(b"")


def test_an_unknown_backend_is_named_with_those_known(tmp_path):
    for uri in ("pkcs12:key", "key.pem"):
        with pytest.raises(ConfigurationError, match="file:"):
            open_signer(uri, access(tmp_path))


def test_production_refuses_file_keys(tmp_path):
    with pytest.raises(ConfigurationError, match="production refuses"):
        open_signer("file:key.pem", access(tmp_path), allow_file=False)
