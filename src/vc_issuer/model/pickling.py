"""Pickling of frozen dataclasses that go from process to process by the thousand.

What the standard library gives a frozen class with slots looks its fields up anew for each object: half of what a slice
of a batch costs on its way. Here they are looked up once a class.
"""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

_Frozen = TypeVar("_Frozen", bound=type[Any])


def quick_to_pickle(cls: _Frozen) -> _Frozen:
    """Let objects of a frozen dataclass with slots be pickled as the values of its fields, two or more."""
    names = [each.name for each in fields(cls)]
    values = attrgetter(*names)
    setters = [getattr(cls, name).__set__ for name in names]

    def getstate(self: Any) -> Any:
        return values(self)

    def setstate(self: Any, state: Sequence[Any]) -> None:
        for put, value in zip(setters, state, strict=True):
            put(self, value)

    made: Any = cls
    made.__getstate__, made.__setstate__ = getstate, setstate
    return cls
