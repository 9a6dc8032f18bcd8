"""CBOR: the examples of RFC 8949 appendix A that have a place in proof values, then what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.encoding.cbor import decode_cbor, encode_cbor
from vc_issuer.errors import InvalidError

APPENDIX_A = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1a000f4240", 1_000_000),
    ("1bffffffffffffffff", 2**64 - 1),
    ("40", b""),
    ("4401020304", b"\1\2\3\4"),
    ("60", ""),
    ("62c3bc", "ü"),
    ("64f0908591", "\U00010151"),
    ("80", []),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    (
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
        list(range(1, 26)),
    ),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]


@pytest.mark.parametrize(("encoded", "value"), APPENDIX_A)
def test_appendix_a_both_ways(encoded, value):
    assert decode_cbor(bytes.fromhex(encoded)) == value
    assert encode_cbor(value).hex() == encoded


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        ("", "too early"),
        ("18", "too early"),
        ("44010203", "too early"),
        ("82", "too early"),
        ("9bffffffffffffffff", "too early"),
        ("0000", "more than one"),
        ("1800", "not as short"),
        ("190017", "not as short"),
        ("20", "major type 1"),
        ("c074323031332d30332d32315432303a30343a30305a", "major type 6"),
        ("f4", "major type 7"),
        ("fb3ff199999999999a", "major type 7"),
        ("5f42010243030405ff", "not definite"),
        ("9fff", "not definite"),
        ("61ff", "not UTF-8"),
        ("a2010201 03".replace(" ", ""), "stands twice"),
        ("a18001", "a list or a map"),
        ("81" * 10 + "00", "levels deep"),
    ],
)
def test_what_has_no_place_is_refused(encoded, message):
    with pytest.raises(InvalidError, match=message):
        decode_cbor(bytes.fromhex(encoded))


@pytest.mark.parametrize("value", [True, -1])
def test_what_is_not_written_here(value):
    with pytest.raises(TypeError):
        encode_cbor([value])


@given(st.binary(max_size=60))
def test_any_bytes_decode_to_what_encodes_again_or_are_refused(content):
    try:
        value = decode_cbor(content)
    except InvalidError:
        return
    assert decode_cbor(encode_cbor(value)) == value
