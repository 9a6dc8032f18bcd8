"""No bytes make a decoder raise anything but our own errors: a short run of what `scripts/fuzz.py` does for minutes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from property.decoders import DECODERS
from property.mutations import mutated
from vc_issuer.errors import VcIssuerError


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
def test_mutated_input_raises_nothing_but_our_errors(decoder):
    @settings(max_examples=40, deadline=None)
    @given(st.sampled_from(decoder.seeds), st.randoms(use_true_random=False))
    def attempt(seed, chance):
        try:
            decoder.decode(mutated(seed, chance))
        except VcIssuerError:
            return

    attempt()


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
def test_arbitrary_bytes_raise_nothing_but_our_errors(decoder):
    @settings(max_examples=25, deadline=None)
    @given(st.binary(max_size=300))
    def attempt(content):
        try:
            decoder.decode(content)
        except VcIssuerError:
            return

    attempt()
