"""Build the twins of a batch: ordinarily, or by filling a blueprint where the first of its family went well.

Each group (`formats.groups`) has one blueprint. The preflight looks at the first of each family in full and at one in
SAMPLE after it, which is also built ordinarily and must give the same bytes. What it found of the first, it says of
all that are filled.

What a blueprint holds of a made-up learner's documents is what all of their specification share: they are stored with
it as a dictionary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import RuleError
from vc_issuer.formats.blueprint import Blueprint, TwinBytes, is_plain, make_blueprint
from vc_issuer.formats.groups import Group, Groups
from vc_issuer.formats.twins import TwinDocuments, build_twin
from vc_issuer.model.credential import Document, Envelope
from vc_issuer.model.record import DocumentDue, Finding, Severity

SAMPLE = 1000
MOST_GROUPS = 4096  # a blueprint is 50 kB: a batch of many offerings and every mark


class Shown(NamedTuple):
    """What the envelope of every document of one specification shows alike: see `Envelope`."""

    pictures: Mapping[str, bytes]
    endorsements: Mapping[str, Sequence[Document]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltTwin:
    """Twins as bytes. `documents` are there where they were built ordinarily and are to be looked at in full.

    Then `group` is theirs, unless the next of their family must be built ordinarily as well.
    `shared` is what documents of the specification have in common, where it is known; nothing in it is about a learner.
    `heads` is how many documents begin.
    """

    content: TwinBytes = field(repr=False)
    shared: TwinBytes | None = field(default=None, repr=False)
    heads: TwinBytes | None = field(default=None, repr=False)
    documents: TwinDocuments | None = field(default=None, repr=False)
    findings: tuple[Finding, ...] = ()
    group: Group | None = field(default=None, repr=False)


class TwinBuilder:
    """Build twins, and remember blueprints and what was found of each family."""

    def __init__(self) -> None:
        self._groups = Groups()
        self._drawn: dict[Group, tuple[Blueprint, tuple[Finding, ...]]] = {}
        self._undrawable: set[Group] = set()
        self._families: dict[object, tuple[Finding, ...]] = {}
        self._shared: dict[object, TwinBytes] = {}
        self._filled = 0

    def build(self, due: DocumentDue, envelope: Envelope, shown: Shown) -> BuiltTwin:
        """Return the twins of one award, whose envelope has nothing to show yet.

        Raises InputError as `build_twin` does, RuleError if filling went wrong.
        """
        group = self._groups.of(due, envelope, shown.pictures) if is_plain(due) else None
        known = self._drawn.get(group) if group else None
        if known is None:
            built = self._first_of_group(group, due, _showing(envelope, shown))
            return replace(built, shared=self._shared.get(_kind(due, envelope)))
        blueprint, found = known
        filled, common = blueprint.fill(due, envelope), self._shared.get(_kind(due, envelope))
        self._filled += 1
        if self._filled % SAMPLE:
            return BuiltTwin(content=filled, findings=found, shared=common, heads=blueprint.heads)
        built = _ordinary(due, _showing(envelope, shown), group)
        if built.content != filled:
            raise RuleError(
                f"a document of {due.specification.code} was filled otherwise than it is built.",
                remedy="Nothing of the batch may be signed; report this as a defect.",
            )
        return replace(built, shared=common)

    def looked_at(self, built: BuiltTwin, found: Sequence[Finding]) -> None:
        """Note what a full look at an ordinary build found: the next of its family may be filled if nothing blocks."""
        if built.group is not None and not any(each.severity is Severity.ERROR for each in found):
            self._families.setdefault(built.group.family, tuple(found))

    def _first_of_group(self, group: Group | None, due: DocumentDue, envelope: Envelope) -> BuiltTwin:
        """Build ordinarily, and make the group's blueprint where its family was looked at and well."""
        built = _ordinary(due, envelope, group)
        found = self._families.get(group.family) if group else None
        if group is None or found is None or group in self._undrawable or built.documents is None:
            return built
        if len(self._drawn) + len(self._undrawable) >= MOST_GROUPS:
            return built
        blueprint = make_blueprint(due, envelope, built.documents)
        if blueprint is None:
            self._undrawable.add(group)
            return built
        self._drawn[group] = blueprint, found
        if not due.evidence:  # links to a learner's own work: the next of the specification may have none
            self._shared.setdefault(_kind(due, envelope), blueprint.constant)
        return replace(built, documents=None, findings=found)


def _showing(envelope: Envelope, shown: Shown) -> Envelope:
    return replace(envelope, pictures=shown.pictures, endorsements=shown.endorsements)


def _kind(due: DocumentDue, envelope: Envelope) -> object:
    return due.specification.iri, due.offering_iri, due.kind, tuple(envelope.ob3_ids)


def _ordinary(due: DocumentDue, envelope: Envelope, group: Group | None) -> BuiltTwin:
    twin = build_twin(due, envelope)
    badges: Mapping[str, bytes] = {language: serialise_compact(document) for language, document in twin.ob3.items()}
    return BuiltTwin(content=TwinBytes(twin.elm_payload, badges), documents=twin, group=group)
