"""Time-stamps over checkpoints: what they are over, who is believed, and what they save when the log's key is stolen."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pki import YEAR, Pki
from time_stamp_builder import Tsa

from issuance.house import NOON, key_ring
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.transparency.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from vc_issuer.transparency.evidence import LogProof, leaf_of, verify_evidence, write_evidence
from vc_issuer.transparency.merkle import leaf_hash
from vc_issuer.transparency.stamp import MAX_STAMP_BYTES, TimeAuthorities, verify_authority, verify_stamp

ORIGIN = "credentials.uzb.example/log"
SALT, SIGNATURE = b"s" * 32, b"signature" * 7
KEY = key_ring().of(KeyPurpose.METADATA)
NOTE = sign_checkpoint(
    Checkpoint(origin=ORIGIN, size=1, root=leaf_hash(leaf_of(SALT, SIGNATURE)), time=NOON),
    key_ring().of(KeyPurpose.METADATA),
)
STAMPED = NOON + timedelta(minutes=1)
STOLEN = replace(KEY.method, revoked=NOON + timedelta(days=9))


@pytest.fixture(scope="module")
def pki():
    return Pki(start=NOON)


def token(pki, message=NOTE, **changes):
    return replace(pki.tsa, **{"time": STAMPED, **changes}).token(message)


def believing(pki, now=NOON + timedelta(days=30)):
    return TimeAuthorities(anchors_at=pki.time_anchors_at, clock=lambda: now)


def evidence(stamp):
    return write_evidence(NOTE, [LogProof(credential_id="urn:uuid:1", salt=SALT, index=0, path=())], stamp)


def shown(stamp, authorities, method=KEY.method):
    return verify_evidence(evidence(stamp), SIGNATURE, [method], origin=ORIGIN, authorities=authorities)


def test_a_token_over_the_octets_of_the_note_holds(pki):
    stamp = verify_stamp(token(pki), NOTE)
    assert stamp.time == STAMPED
    verify_authority(stamp, pki.time_anchors_at, NOON + timedelta(days=30))
    assert base64.b64decode(json.loads(evidence(b"token"))["timestamp"]) == b"token"
    assert shown(token(pki), believing(pki)).size == 1


@pytest.mark.parametrize("other", [NOTE.partition(b"\n\n")[0] + b"\n", NOTE + b"\n", b""], ids=["text", "more", "none"])
def test_a_token_over_anything_else_is_false_and_spoils_the_proof(pki, other):
    with pytest.raises(InvalidError, match="over something else"):
        verify_stamp(token(pki, other), NOTE)
    with pytest.raises(InvalidError, match="time-stamp of the checkpoint doesn't hold: it is over something else"):
        shown(token(pki, other), believing(pki))


def test_a_token_of_before_its_checkpoint_or_of_the_future_is_false(pki):
    with pytest.raises(InvalidError, match="dated before the checkpoint"):
        verify_stamp(token(pki, time=NOON - timedelta(minutes=2)), NOTE)
    with pytest.raises(InvalidError, match="dated in the future"):
        verify_authority(verify_stamp(token(pki), NOTE), pki.time_anchors_at, NOON - timedelta(minutes=1))


def test_a_token_with_a_broken_signature_or_too_large_is_refused(pki):
    with pytest.raises(InvalidError):
        verify_stamp(token(pki, tamper=True), NOTE)
    for content in (b"\0" * (MAX_STAMP_BYTES + 1), b"no token"):
        with pytest.raises(UnreadableError):
            verify_stamp(content, NOTE)


def test_an_authority_that_nobody_pinned_proves_nothing_and_harms_nothing(pki):
    made = Tsa(time=STAMPED).token(NOTE)
    with pytest.raises(InconclusiveError):
        verify_authority(verify_stamp(made, NOTE), pki.time_anchors_at, STAMPED)
    assert shown(made, believing(pki)).size == 1
    with pytest.raises(InvalidError, match="no key of the log"):
        shown(made, believing(pki), STOLEN)


def test_what_was_stamped_before_the_logs_own_key_was_stolen_stays_proved(pki):
    assert shown(token(pki), believing(pki), STOLEN).size == 1
    with pytest.raises(InvalidError, match="no key of the log"):
        shown(b"", believing(pki), STOLEN)
    late = token(pki, time=STOLEN.revoked)
    with pytest.raises(InvalidError, match="no key of the log"):
        shown(late, believing(pki), STOLEN)
    with pytest.raises(InvalidError, match="no key of the log"):
        verify_checkpoint(NOTE, [STOLEN], origin=ORIGIN, proven_at=STOLEN.revoked)


def test_a_stamp_counts_while_its_authority_lives(pki):
    years_later = believing(pki, NOON + 6 * YEAR)
    assert shown(token(pki), years_later).size == 1
    with pytest.raises(InvalidError, match="no key of the log"):
        shown(token(pki), years_later, STOLEN)
