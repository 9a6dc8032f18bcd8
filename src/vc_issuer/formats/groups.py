"""What awards must have in common to be filled from one blueprint: all but learner, ids and numbers.

A *family* is what awards of one offering and kind share whatever their marks; a *group* has one mark too. What is
long (an offering's texts, its pictures) is compared once for each object that it comes in, and known by its number.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from vc_issuer.model.credential import Envelope
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import DocumentDue

LEARNER_NAMES = ("full_name", "given_name", "family_name")
VARYING = (*LEARNER_NAMES, "student_number", "birth_date")  # what of a learner stands in holes, where it is there
MOST_OBJECTS = 1024  # that are remembered by identity, and so kept in memory
_LONG = (
    *("kind", "specification", "run", "issuer", "awarding_bodies", "languages", "partners", "mandate", "route"),
    *("exempted", "statements", "hashed_identities"),
)
_SHORT = tuple(each.name for each in fields(DocumentDue) if each.name not in (*_LONG, "learner", "record", "mark"))
_OF_LEARNER = tuple(each.name for each in fields(Learner) if each.name not in VARYING)
_long_values = attrgetter(*_LONG)
_short_values = attrgetter(*_SHORT)
_place = attrgetter("status.list_url", "issued", "issuer_did", "base_url")
_varying_values = attrgetter(*VARYING)
_learner_values = attrgetter(*_OF_LEARNER)


class Group(NamedTuple):
    """A group; equal ones of the same `Groups` have all in common that a blueprint takes for constant."""

    family: tuple[object, ...]
    mark: Decimal | None


@dataclass(slots=True)
class Groups:
    """Tells groups; remembers what is long. A pickled copy tells the same, and has no identities to go by yet."""

    _by_identity: dict[tuple[int, ...], tuple[object, int]] = field(default_factory=dict)
    _by_value: dict[Hashable, int] = field(default_factory=dict)

    def of(self, due: DocumentDue, envelope: Envelope, pictures: Mapping[str, bytes]) -> Group:
        """Return the group of an award whose documents show `pictures`."""
        learner = due.learner
        family = (
            self._number((*_long_values(due), pictures)),
            due.mark is None,
            _short_values(due),
            _place(envelope),
            tuple(envelope.ob3_ids),
            _learner_values(learner),
            tuple(map(bool, _varying_values(learner))),
        )
        return Group(family, due.mark)

    def __reduce__(self) -> tuple[Callable[..., "Groups"], tuple[object, ...]]:
        return Groups, ({}, self._by_value)

    def _number(self, objects: tuple[Any, ...]) -> int:
        identity = tuple(map(id, objects))
        known = self._by_identity.get(identity)
        if known is not None:
            return known[1]
        *rest, pictures = objects
        number = self._by_value.setdefault((*rest, tuple(sorted(pictures.items()))), len(self._by_value))
        if len(self._by_identity) >= MOST_OBJECTS:
            self._by_identity.clear()
        # The objects are kept beside their number: none of the ids is given to another while it stands here.
        self._by_identity[identity] = objects, number
        return number
