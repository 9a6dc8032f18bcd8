"""The public history of keys: what it gives back, that it only grows, and what it refuses."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference import ROOT
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.errors import ConfigurationError, NotFoundError, RuleError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, PublicKey
from vc_issuer.signers.history import KeyRecord, append_key, read_history, read_records, retire_key, revoke_key

DID = "did:web:demo.example"
NOON = datetime(2025, 7, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = {
    KeyAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
    KeyAlgorithm.P256: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyAlgorithm.P384: lambda: ec.generate_private_key(ec.SECP384R1()),
    KeyAlgorithm.RSA_SHA256: lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
}


def record(algorithm=KeyAlgorithm.ED25519, **changes):
    der = KEYS[algorithm]().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    public_key = PublicKey(algorithm=algorithm, der=der)
    fragment = "seal" if algorithm is KeyAlgorithm.RSA_SHA256 else encode_multikey(public_key)
    members = {"id": f"{DID}#{fragment}", "controller": DID, "public_key": public_key, "valid_from": NOON}
    return KeyRecord(**{"purpose": KeyPurpose.CREDENTIAL, **members, **changes})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "verification-methods.toml"


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda a: a.value)
def test_a_key_comes_back_as_it_was(path, algorithm):
    added = record(algorithm, purpose=KeyPurpose.SEAL, expires=NOON + 365 * DAY, certificates=(b"leaf", b"authority"))
    append_key(path, added)
    assert read_records(path) == (added,)
    assert read_history(path) == (added.method,)


def test_keys_stand_in_the_order_they_came(path):
    records = [record(purpose=purpose) for purpose in KeyPurpose]
    for added in records:
        append_key(path, added)
    assert read_records(path) == tuple(records)


def test_the_file_only_grows(path):
    first, second = record(), record()
    written = b""
    for step in (
        lambda: append_key(path, first),
        lambda: append_key(path, second),
        lambda: retire_key(path, first.id, expires=NOON + DAY, recorded=NOON, reason='Renewed: "yearly" \\ é \x7f'),
        lambda: revoke_key(path, second.id, revoked=NOON, recorded=NOON, reason="Lost\nand found"),
        lambda: append_key(path, record(purpose=KeyPurpose.STATUS)),
    ):
        step()
        content = path.read_bytes()
        assert content.startswith(written)
        assert len(content) > len(written)
        written = content


def test_a_retired_key_stays_with_its_end(path):
    added = record()
    append_key(path, added)
    retire_key(path, added.id, expires=NOON + DAY, recorded=NOON, reason="Renewed")
    assert read_history(path)[0].expires == NOON + DAY
    assert read_history(path)[0].revoked is None


def test_an_end_may_come_nearer_and_never_move_away(path):
    added = record(expires=NOON + 10 * DAY)
    append_key(path, added)
    retire_key(path, added.id, expires=NOON + 20 * DAY, recorded=NOON, reason="later")
    assert read_history(path)[0].expires == NOON + 10 * DAY
    retire_key(path, added.id, expires=NOON + 5 * DAY, recorded=NOON, reason="sooner")
    assert read_history(path)[0].expires == NOON + 5 * DAY


def test_a_revocation_is_final(path):
    added = record()
    append_key(path, added)
    revoke_key(path, added.id, revoked=NOON - DAY, recorded=NOON, reason="Stolen")
    assert read_history(path)[0].revoked == NOON - DAY
    before = path.read_bytes()
    with pytest.raises(RuleError, match="final"):
        retire_key(path, added.id, expires=NOON, recorded=NOON, reason="")
    assert path.read_bytes() == before


def test_a_key_comes_in_once_and_serves_one_purpose(path):
    added = record()
    append_key(path, added)
    with pytest.raises(RuleError, match="already"):
        append_key(path, added)
    with pytest.raises(RuleError, match="another purpose"):
        append_key(path, record(public_key=added.public_key, id=f"{DID}#other", purpose=KeyPurpose.STATUS))


def test_an_unknown_key_has_no_end(path):
    with pytest.raises(NotFoundError):
        retire_key(path, f"{DID}#x", expires=NOON, recorded=NOON, reason="")
    assert not path.exists()
    append_key(path, record())
    with pytest.raises(NotFoundError):
        revoke_key(path, f"{DID}#x", revoked=NOON, recorded=NOON, reason="")


def test_what_could_not_be_read_back_is_not_written(path):
    append_key(path, record())
    before = path.read_bytes()
    for broken in (record(controller="did:web:other.example"), record(valid_from=datetime(2025, 7, 4))):  # noqa: DTZ001
        with pytest.raises((ConfigurationError, ValueError)):
            append_key(path, broken)
    assert path.read_bytes() == before


def test_two_at_once_both_stand(path):
    records = [record() for _ in range(12)]
    threads = [threading.Thread(target=append_key, args=(path, added)) for added in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {method.id for method in read_history(path)} == {added.id for added in records}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('purpose = "credential"', 'purpose = "everything"', "everything"),
        ('algorithm = "Ed25519"', 'algorithm = "P-256"', "another algorithm"),
        ("valid_from = 2025-07-04T12:00:00Z", "valid_from = 2025-07-04T12:00:00", "zone"),
        ("valid_from", "valid_form", "valid_form"),
        ("[[key]]", "[[keys]]", "neither a key nor an event"),
        (f'controller = "{DID}"', 'controller = "did:web:evil.example"', "not its controller's"),
        ('public_key_multibase = "z', 'public_key_multibase = "y', "base58btc"),
        ("[[key]]", "[key]", "broken"),
        ("[[key]]", "[[key", "broken"),
    ],
)
def test_a_file_that_was_edited_wrongly_is_said_to_be_broken(path, old, new, words):
    append_key(path, record())
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=words):
        read_history(path)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            'id = "did:web:demo.example#x"\nrecorded = 2025-07-04T12:00:00Z\nrevoked = 2025-07-04T12:00:00Z',
            "unknown key",
        ),
        ('id = "ID"\nrecorded = 2025-07-04T12:00:00Z', "ends nothing"),
        ('id = "ID"\nrevoked = 2025-07-04T12:00:00Z', "recorded"),
        ('id = "ID"\nrecorded = 2025-07-04T12:00:00Z\nrevoked = "yes"', "zone"),
    ],
)
def test_an_event_that_says_nothing_is_said_to_be_broken(path, event, words):
    added = record()
    append_key(path, added)
    with path.open("a") as file:
        file.write("\n[[event]]\n" + event.replace("ID", added.id) + "\n")
    with pytest.raises(ConfigurationError, match=words):
        read_history(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Yearly", "Sooner"),
        ("expires = 2025-07-05T12:00:00Z", "expires = 2026-07-05T12:00:00Z"),
        ("valid_from = 2025-07-04T12:00:00Z", "valid_from = 2024-07-04T12:00:00Z"),
        ("# The public history", "# A public history"),
        ("\n[[event]]\n", "\n\n[[event]]\n"),
        ("\n[[event]]\n", "\n[[event]] # edited\n"),
    ],
)
def test_an_edit_that_still_reads_well_is_found_by_the_next_entry(path, old, new):
    added = record()
    append_key(path, added)
    retire_key(path, added.id, expires=NOON + DAY, recorded=NOON, reason="Yearly")
    append_key(path, record())
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=r"does not follow|not written by this program"):
        read_history(path)


def test_an_entry_that_was_taken_out_is_found(path):
    records = [record() for _ in range(3)]
    for added in records:
        append_key(path, added)
    head, first, second, third = path.read_text().split("\n[[key]]\n")
    path.write_text(f"{head}\n[[key]]\n{first}\n[[key]]\n{third}")
    with pytest.raises(ConfigurationError, match="does not follow"):
        read_history(path)
    assert second


def test_a_missing_history_is_named(path):
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_history(path)


def test_the_history_holds_no_secret_and_may_be_read_by_all(path):
    append_key(path, record())
    assert path.stat().st_mode & 0o044
    assert "PRIVATE" not in path.read_text()


def test_key_material_is_never_committed():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/keys/*" in ignored
    assert {line for line in ignored if line.startswith("!/keys/")} == {
        "!/keys/README.md",
        "!/keys/verification-methods.toml",
    }
