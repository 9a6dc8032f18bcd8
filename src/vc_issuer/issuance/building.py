"""Build the twins of a batch: ordinarily, or by filling a blueprint where the first of its family went well.

A *family* is what awards of one offering and kind share whatever their marks; a *group* has one mark too, and one
blueprint. The preflight looks at the first of each family in full and at one in SAMPLE after it, which is also built
ordinarily and must give the same bytes. What it found of the first, it says of all that are filled.

What a blueprint holds of a made-up learner's documents is what all of their specification share: they are stored with
it as a dictionary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import RuleError
from vc_issuer.formats.blueprint import Blueprint, TwinBytes, group_of, is_plain, make_blueprint
from vc_issuer.formats.twins import TwinDocuments, build_twin
from vc_issuer.model.credential import Envelope
from vc_issuer.model.record import DocumentDue, Finding, Severity

SAMPLE = 1000
MOST_GROUPS = 4096  # a blueprint is 50 kB: a batch of many offerings and every mark


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltTwin:
    """Twins as bytes. `documents` are there where they were built ordinarily and are to be looked at in full.

    `shared` is what documents of the specification have in common, where it is known; nothing in it is about a learner.
    """

    content: TwinBytes = field(repr=False)
    shared: TwinBytes | None = field(default=None, repr=False)
    documents: TwinDocuments | None = field(default=None, repr=False)
    findings: tuple[Finding, ...] = ()


class TwinBuilder:
    """Build twins, and remember blueprints and what was found of each family."""

    def __init__(self) -> None:
        self._drawn: dict[object, tuple[Blueprint, tuple[Finding, ...]]] = {}
        self._undrawable: set[object] = set()
        self._families: dict[object, tuple[Finding, ...]] = {}
        self._shared: dict[object, TwinBytes] = {}
        self._filled = 0

    def build(self, due: DocumentDue, envelope: Envelope) -> BuiltTwin:
        """Return the twins of one award. Raises InputError as `build_twin` does, RuleError if filling went wrong."""
        built = self._built(due, envelope)
        return replace(built, shared=self._shared.get(_kind(due, envelope)))

    def _built(self, due: DocumentDue, envelope: Envelope) -> BuiltTwin:
        if not is_plain(due):
            return _ordinary(due, envelope)
        group = group_of(due, envelope)
        known = self._drawn.get(group)
        if known is None:
            return self._first_of_group(group, due, envelope)
        blueprint, found = known
        filled = blueprint.fill(due, envelope)
        self._filled += 1
        if self._filled % SAMPLE:
            return BuiltTwin(content=filled, findings=found)
        built = _ordinary(due, envelope)
        if built.content != filled:
            raise RuleError(
                f"a document of {due.specification.code} was filled otherwise than it is built.",
                remedy="Nothing of the batch may be signed; report this as a defect.",
            )
        return built

    def looked_at(self, due: DocumentDue, envelope: Envelope, found: Sequence[Finding]) -> None:
        """Note what a full look at an ordinary build found: the next of its family may be filled if nothing blocks."""
        if is_plain(due) and not any(each.severity is Severity.ERROR for each in found):
            self._families.setdefault(_family(due, envelope), tuple(found))

    def _first_of_group(self, group: object, due: DocumentDue, envelope: Envelope) -> BuiltTwin:
        """Build ordinarily, and make the group's blueprint where its family was looked at and well."""
        built = _ordinary(due, envelope)
        found = self._families.get(_family(due, envelope))
        if found is None or group in self._undrawable or built.documents is None:
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


def _ordinary(due: DocumentDue, envelope: Envelope) -> BuiltTwin:
    twin = build_twin(due, envelope)
    badges: Mapping[str, bytes] = {language: serialise_compact(document) for language, document in twin.ob3.items()}
    return BuiltTwin(content=TwinBytes(twin.elm_payload, badges), documents=twin)


def _kind(due: DocumentDue, envelope: Envelope) -> object:
    return due.specification.iri, due.offering_iri, due.kind, tuple(envelope.ob3_ids)


def _family(due: DocumentDue, envelope: Envelope) -> object:
    return due.mark is None, group_of(replace(due, mark=None), envelope)
