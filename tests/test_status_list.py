"""Bitstring Status List: the W3C's lists, then the negative of each clause."""

import gzip
import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import DATA, needs_data
from vc_issuer.encoding.multikey import base64url_encode
from vc_issuer.errors import InvalidError, UnreadableError, VcIssuerError
from vc_issuer.status_list import (
    MAX_BITS_BYTES,
    MINIMUM_ENTRIES,
    bit_is_set,
    build_status_list,
    decode_bits,
    encode_bits,
    list_bits,
    make_bits,
    parse_index,
)

URL = "https://credentials.example/status/1"
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)


def lists():
    return json.loads((DATA / "w3c" / "bitstring-status-list" / "lists.json").read_text())


@needs_data
def test_the_official_list_holds_131072_zero_bits():
    bits = decode_bits(lists()["official"]["encodedList"])
    assert bits == bytes(16384)


@needs_data
def test_derived_lists_hold_exactly_their_indexes_and_bad_ones_raise():
    for case in lists()["derived"]:
        if not case["valid"]:
            with pytest.raises(VcIssuerError):
                list_bits(document(encoded=case["encodedList"]), url=URL, purpose="revocation")
            continue
        bits = decode_bits(case["encodedList"])
        assert hashlib.sha256(bits).hexdigest() == case["uncompressedSha256"]
        assert bits == make_bits(case["setIndexes"], case["entries"])
        assert all(bit_is_set(bits, index) for index in case["setIndexes"])


def document(*, encoded=None, **changes):
    built = build_status_list(URL, make_bits([5]), issuer="did:web:x.example", purpose="revocation", valid_from=NOON)
    subject = {**built["credentialSubject"], **({"encodedList": encoded} if encoded else {})}
    return {**built, "credentialSubject": subject, **changes}


@given(st.sets(st.integers(0, MINIMUM_ENTRIES - 1), max_size=30))
def test_bits_round_trip(indexes):
    bits = decode_bits(encode_bits(make_bits(indexes)))
    assert {index for index in indexes if bit_is_set(bits, index)} == indexes
    assert sum(byte.bit_count() for byte in bits) == len(indexes)


def test_the_first_entry_is_the_leftmost_bit():
    assert make_bits([0])[0] == 0x80


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        ("H4sIAAAA", "multibase"),
        ("u" + base64url_encode(gzip.compress(bytes(16384), mtime=0)) + "=", "base64url"),
        ("u" + base64url_encode(b"not gzip at all"), "not gzip"),
        ("u" + base64url_encode(gzip.compress(bytes(16384), mtime=0)[:-4]), "cut off"),
        ("u" + base64url_encode(gzip.compress(bytes(16384), mtime=0) * 2), "more follows"),
        ("u" + base64url_encode(gzip.compress(bytes(MAX_BITS_BYTES + 1), mtime=0)), "inflates to more"),
        (7, "multibase"),
    ],
)
def test_malformed_lists_are_refused(encoded, reason):
    with pytest.raises((InvalidError, UnreadableError), match=reason):
        decode_bits(encoded)


@pytest.mark.parametrize("value", ["7abc", "-1", "", " 1", 7, None, "1" * 11, "１"])
def test_an_index_is_a_plain_decimal_string(value):
    with pytest.raises(InvalidError, match="decimal string"):
        parse_index(value)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (document(id="https://other.example/1"), "another one"),
        (document(type=["VerifiableCredential"]), "no BitstringStatusListCredential"),
        (document(encoded=encode_bits(bytes(100))), "fewer than 131072"),
        (document(credentialSubject={"statusPurpose": "suspension", "encodedList": "u"}), "does not serve"),
    ],
)
def test_a_list_that_is_not_the_one_asked_for_is_refused(changed, reason):
    with pytest.raises(InvalidError, match=reason):
        list_bits(changed, url=URL, purpose="revocation")


def test_a_list_may_serve_several_purposes():
    subject = {**document()["credentialSubject"], "statusPurpose": ["suspension", "revocation"]}
    assert bit_is_set(list_bits(document(credentialSubject=subject), url=URL, purpose="revocation"), 5)


def test_an_index_past_the_end_is_out_of_range():
    with pytest.raises(InvalidError, match="past the end"):
        bit_is_set(make_bits([]), MINIMUM_ENTRIES)
