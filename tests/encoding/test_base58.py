"""base58btc of every length equals what dividing by 58, digit by digit, gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.encoding.multikey import base58_decode, base58_encode

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def digit_by_digit(content):
    number, digits = int.from_bytes(content), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + digits


@given(st.integers(0, 5), st.binary(max_size=140))
def test_any_bytes_are_encoded_as_digit_by_digit_and_come_back(zeros, content):
    content = bytes(zeros) + content
    encoded = base58_encode(content)
    assert encoded == digit_by_digit(content)
    assert base58_decode(encoded) == content


@pytest.mark.parametrize("length", range(100))
def test_the_least_and_the_most_of_every_length(length):
    for content in (bytes(length), b"\xff" * length, bytes(length) + b"\x01", b"\x01" + bytes(length)):
        assert base58_encode(content) == digit_by_digit(content)


@pytest.mark.parametrize("power", range(1, 90))
def test_numbers_around_a_power_of_58_keep_their_zeros(power):
    for number in (58**power - 1, 58**power, 58**power + 1):
        content = number.to_bytes((number.bit_length() + 7) // 8)
        assert base58_encode(content) == digit_by_digit(content)


# draft-msporny-base58-03, section 5
@pytest.mark.parametrize(
    ("content", "encoded"),
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    ],
)
def test_the_vectors_of_the_draft(content, encoded):
    assert base58_encode(content) == encoded
