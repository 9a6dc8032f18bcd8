"""Checkpoints as signed notes, and the file that proves an entry: what is accepted, and what never is."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from issuance.house import DID, LATER, NOON, key_ring
from vc_issuer.errors import ConfigurationError, InvalidError, SignerError, UnreadableError
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.transparency.checkpoint import (
    Checkpoint,
    log_origin,
    read_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from vc_issuer.transparency.evidence import (
    LogProof,
    leaf_of,
    read_evidence,
    signature_of,
    verify_evidence,
    write_evidence,
)
from vc_issuer.transparency.merkle import leaf_hash, node_hash
from vc_issuer.transparency.stamp import TimeAuthorities

ORIGIN = "credentials.uzb.example/log"
SALT, SIGNATURE, OTHER = b"s" * 32, b"signature" * 7, leaf_hash(b"other")
ROOT = node_hash(OTHER, leaf_hash(leaf_of(SALT, SIGNATURE)))
CHECKPOINT = Checkpoint(origin=ORIGIN, size=2, root=ROOT, time=NOON)
KEY = key_ring().of(KeyPurpose.METADATA)


def note(checkpoint=CHECKPOINT, key=KEY):
    return sign_checkpoint(checkpoint, key)


def evidence(**changes):
    values = {"credential_id": "urn:uuid:1", "salt": SALT, "index": 1, "path": (OTHER,)}
    return write_evidence(note(), [LogProof(**{**values, **changes})])


def shown(content, signature=SIGNATURE, methods=(KEY.method,)):
    nobody = TimeAuthorities(anchors_at=lambda _: (), clock=lambda: LATER)
    return verify_evidence(content, signature, methods, origin=ORIGIN, authorities=nobody)


def test_a_note_is_what_its_format_says():
    lines = note().decode().split("\n")
    assert lines[:5] == [ORIGIN, "2", base64.b64encode(ROOT).decode(), "time 2025-07-01T12:00:00Z", ""]
    dash, name, value = lines[5].split(" ")
    assert (dash, name, lines[6:]) == ("—", ORIGIN, [""])
    raw = load_der_public_key(KEY.method.public_key.der).public_bytes_raw()
    content = base64.b64decode(value)
    assert content[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + raw).digest()[:4]
    # Checked with the library alone, so that no code of the project answers for itself.
    load_der_public_key(KEY.method.public_key.der).verify(content[4:], "\n".join([*lines[:4], ""]).encode())
    assert verify_checkpoint(note(), [KEY.method], origin=ORIGIN) == CHECKPOINT
    assert log_origin(DID) == ORIGIN


@pytest.mark.parametrize("purpose", ["credential", "status"])
def test_no_other_key_of_a_home_signs_a_checkpoint(purpose):
    with pytest.raises(SignerError, match=f"the {purpose} key signs no metadata payload"):
        note(key=key_ring().of(KeyPurpose(purpose)))
    with pytest.raises(ConfigurationError, match="Ed25519"):
        note(key=key_ring().of(KeyPurpose.SEAL))


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n2\n", "\n3\n"), ("time 2025", "time 2024"), (ORIGIN, "credentials.other.example/log"), ("T12:", "T11:")],
)
def test_an_altered_note_does_not_hold(old, new):
    with pytest.raises((InvalidError, UnreadableError)):
        verify_checkpoint(note().decode().replace(old, new).encode(), [KEY.method], origin=ORIGIN)


@pytest.mark.parametrize(
    "methods",
    [
        [],
        [key_ring().of(KeyPurpose.CREDENTIAL).method],
        [replace(KEY.method, revoked=NOON + timedelta(days=9))],
        [replace(KEY.method, expires=NOON - timedelta(days=1))],
    ],
    ids=["none", "another key", "taken back", "retired before"],
)
def test_only_a_key_of_the_log_that_stands_vouches(methods):
    with pytest.raises(InvalidError, match="no key of the log"):
        verify_checkpoint(note(), methods, origin=ORIGIN)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"x" * 5000,
        note()[:-20],
        note() + b"more",
        note().replace(b"\n\n", b"\n"),
        note().replace(b"2", b"02"),
    ],
)
def test_what_is_no_note_is_unreadable(content):
    with pytest.raises(UnreadableError):
        read_checkpoint(content)


def test_evidence_shows_its_own_signature_and_no_other():
    for origin_methods in ([KEY.method], [key_ring().of(KeyPurpose.STATUS).method, KEY.method]):
        assert shown(evidence(), methods=origin_methods) == CHECKPOINT
    for content, signature in (
        (evidence(), b"another"),
        (evidence(index=0), SIGNATURE),
        (evidence(salt=b"t" * 32), SIGNATURE),
        (evidence(path=(leaf_hash(b"?"),)), SIGNATURE),
    ):
        assert shown(content, signature) is None


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"entries": [{}]},
        {"entries": 5},
        {"timestamp": 5},
        {"timestamp": "?"},
        {"timestamp": "AAAA"},
        {"checkpoint": "x"},
        {"entries": [{"credential": "a", "salt": "", "index": 0, "path": []}]},
        {"entries": [{"credential": "a", "salt": base64.b64encode(SALT).decode(), "index": True, "path": []}]},
    ],
)
def test_malformed_evidence_is_unreadable(change):
    content = json.dumps({**json.loads(evidence()), **change}).encode()
    with pytest.raises(UnreadableError):
        shown(content)
    assert read_evidence(evidence()).proofs[0].index == 1


def test_a_credential_without_one_signature_is_not_logged():
    for content in (b"{}", b'{"proof": [{"proofValue": "z1"}, {"proofValue": "z2"}]}'):
        with pytest.raises(UnreadableError, match="exactly one"):
            signature_of(content)
    assert LATER
