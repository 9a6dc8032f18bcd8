"""Frozen dataclasses that cross to other processes: the same objects come out, frozen as they were."""

import pickle
from dataclasses import FrozenInstanceError, dataclass

import pytest

from vc_issuer.model.credential import StatusSlot
from vc_issuer.model.pickling import quick_to_pickle


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    first: str
    second: object = None


@quick_to_pickle
@dataclass(frozen=True, slots=True)
class Triple(Pair):
    third: int


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_object_comes_out_as_it_went_in(protocol):
    whole = Triple(3, first="one", second=Pair(first="two"))
    copy = pickle.loads(pickle.dumps(whole, protocol))
    assert copy == whole
    assert copy.second == Pair(first="two")


def test_a_copy_is_frozen():
    copy = pickle.loads(pickle.dumps(StatusSlot(list_url="https://a.example/status/1", index=7)))
    with pytest.raises(FrozenInstanceError):
        copy.index = 8


def test_one_object_that_two_share_stays_one():
    shared = Pair(first="shared")
    one, other = pickle.loads(pickle.dumps((Pair(first="a", second=shared), Pair(first="b", second=shared))))
    assert one.second is other.second


def test_a_state_of_other_fields_is_refused():
    blank = object.__new__(Pair)
    with pytest.raises(ValueError, match="zip"):
        blank.__setstate__(("one", "two", "three"))
