"""Texts on their way from JSON to N-Quads: what stands in both alike is never taken apart, and means the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoding.shapes import HOSTILE
from vc_issuer.encoding.hole_texts import escape_literals, hole_texts, plain_texts
from vc_issuer.encoding.json_form import escape_text

ENCODABLE = HOSTILE.filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))


@given(st.lists(ENCODABLE, max_size=5))
def test_texts_read_as_they_stand_are_those_that_were_escaped_one_by_one(values):
    found = plain_texts([escape_text(value) for value in values])
    assert found is None or found == hole_texts(values)


@pytest.mark.parametrize("text", ["", "a", "Zoë 张", "a b", "%s", "/", "\u202eabc", "\u200d", "𝒜", "\uffff"])
def test_texts_without_quotes_backslashes_and_controls_are_read_as_they_stand(text):
    found = plain_texts([text.encode(), b"x"])
    assert found == hole_texts([text, "x"])
    assert found.values == (text, "x")


@pytest.mark.parametrize("text", [b"\\n", b'"', b"\n", b"\x00", b"\x1f", b"\x7f"])
def test_other_texts_are_not_read_as_they_stand(text):
    assert plain_texts([b"a", b"b" + text]) is None


@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_each_text_is_escaped_by_itself(values):
    found = hole_texts(values)
    if found is None:
        assert any("\0" in value for value in values)
    else:
        assert found.values == tuple(values)
        assert not found.may_be_signed or found.escaped == [escape_literals(value) for value in values]


def test_no_texts_are_read_as_none():
    assert hole_texts([]).values == ()
    assert hole_texts([]).may_be_signed
