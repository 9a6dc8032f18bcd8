"""Batches are cut for several to work on: nothing twice, nothing left, and small at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.model.batch import WORTH_A_PORTION, portions


@given(st.integers(0, 5000), st.integers(1, 300), st.integers(1, 40))
def test_every_item_is_in_one_portion_and_none_is_too_large(total, most, parts):
    cut = list(portions(total, most=most, parts=parts))
    assert [number for before, size in cut for number in range(before, before + size)] == list(range(total))
    assert all(0 < size <= max(WORTH_A_PORTION, total // parts) for _, size in cut)
    assert all(size <= most for _, size in cut)


@pytest.mark.parametrize("total", [400, 4_000, 400_000])
def test_the_last_ones_are_small_and_there_are_not_many_more_of_them(total):
    sizes = [size for _, size in portions(total, most=250, parts=32)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] <= WORTH_A_PORTION
    assert len(sizes) < 1.5 * max(32, total / 250)
