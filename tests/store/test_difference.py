"""Secured bytes kept as what they add to the prepared ones come back byte for byte, whatever they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.store.difference import difference, restored

PREPARED = '{"name":"Zoë \\"Q\\" \\\\ Ω","credit":6}'.encode()


def sealed(payload: bytes) -> bytes:
    return json.dumps({"payload": payload.decode(), "signatures": [{"signature": "x"}]}, ensure_ascii=False).encode()


def test_a_badge_is_kept_as_its_proof():
    secured = PREPARED[:-1] + b',"proof":[{"proofValue":"z1"}]}'
    kept = difference(secured, PREPARED)
    assert restored(kept, PREPARED) == secured
    assert len(kept) == len(secured) - len(PREPARED) + 2


def test_a_seal_is_kept_without_its_payload():
    secured = sealed(PREPARED)
    kept = difference(secured, PREPARED)
    assert restored(kept, PREPARED) == secured
    assert b"name" not in kept


def test_a_payload_whose_beginning_stands_before_it_is_found():
    payload = b"x" * 100 + b'"end"'
    text = payload.replace(b'"', b'\\"')
    for secured in (text[:90] + b"|" + text + b"|", text[:90] + b"|" + text[:-1]):
        assert restored(difference(secured, payload), payload) == secured
    assert len(difference(text[:90] + b"|" + text + b"|", payload)) < 100


@given(secured=st.binary(), prepared=st.binary())
def test_anything_else_comes_back_too(secured, prepared):
    assert restored(difference(secured, prepared), prepared) == secured


@given(prepared=st.binary(min_size=1), before=st.binary(), after=st.binary())
def test_whatever_stands_around_comes_back(prepared, before, after):
    escaped = prepared.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    for secured in (prepared[:-1] + after, before + escaped + after):
        assert restored(difference(secured, prepared), prepared) == secured


@given(prepared=st.binary(), before=st.binary(), after=st.binary())
def test_who_says_where_the_text_stands_spares_the_search(prepared, before, after):
    secured = before + prepared.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + after
    kept = difference(secured, prepared, (before, after))
    assert restored(kept, prepared) == secured
    assert len(kept) == len(before) + len(after) + 5


@pytest.mark.parametrize(
    "secured",
    [b"(" + PREPARED + b"]", b"[" + PREPARED + b")", b"[" + PREPARED[1:] + b"]", b"[" + PREPARED[:-1] + b"x]"],
)
def test_what_is_said_of_other_bytes_is_not_believed(secured):
    kept = difference(secured, PREPARED, (b"[", b"]"))
    assert restored(kept, PREPARED) == secured
