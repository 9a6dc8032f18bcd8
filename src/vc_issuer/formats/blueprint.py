"""Twins built by filling: the documents of awards that differ in learner, ids and numbers alone; pure.

A blueprint is cut from two trial builds whose learner, ids and numbers are made up: what is equal in both is constant,
what is made up is a hole. It is used only if it gives the very bytes of an ordinary build for the award that it was
made for. Names that are anything but plain are left to the ordinary build.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from vc_issuer.encoding.digests import sri_digest
from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.encoding.json_form import escape_texts, interleaved
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.award_core import award_core_from_elm, identity_hash
from vc_issuer.formats.groups import LEARNER_NAMES, VARYING
from vc_issuer.formats.twins import TwinDocuments, draft_twin
from vc_issuer.model.credential import Envelope, StatusSlot
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import normalise_text

# Letters with their marks, and what stands between the parts of a name. Everything else is looked at in full.
_PLAIN_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]++|[\u0300-\u036f .'’-]++)*+\Z")
_LONGEST_NAME = 81
_PLAIN_NUMBER = re.compile(r"[A-Za-z0-9]{1,24}\Z")
_TEXTS = (*LEARNER_NAMES, "student_number")
_CORE, _ELM = "digest.core", "digest.elm"
_HASHED = ("full_name", "student_number", "birth_date")


class TwinBytes(NamedTuple):
    """Both documents as the bytes that will be secured; the badges by language."""

    elm_payload: bytes
    ob3: Mapping[str, bytes]

    def part(self, language: str) -> bytes:
        """Return the badge in a language, or the ELM for none."""
        return self.ob3[language] if language else self.elm_payload


_Read: TypeAlias = Callable[[DocumentDue, Envelope], str]
"""Read a fact of an award."""

_OF_ANY_AWARD: Mapping[str, _Read] = {
    "record": lambda due, _envelope: due.record,
    "elm_id": lambda _due, envelope: envelope.elm_id,
    "core_id": lambda _due, envelope: envelope.core_id,
    "number": lambda _due, envelope: envelope.number,
    "index": lambda _due, envelope: str(envelope.status.index),
    "verify_url": lambda _due, envelope: envelope.verify_url,
}


class _Cut(NamedTuple):
    """Constant bytes, and which of the facts stand between them: one piece more than there are places."""

    pieces: tuple[bytes, ...]
    places: tuple[int, ...]

    def filled(self, facts: Sequence[bytes]) -> bytes:
        """Return the whole, with facts as they stand in JSON."""
        return interleaved(self.pieces, [facts[place] for place in self.places])


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """The award core, the ELM payload and each badge, in pieces, and the names of the facts between them.

    Behind the facts of the award come the digests: the core's, then the ELM's. `heads` are how the documents of every
    award of the group begin: most of them. Picklable.
    """

    facts: tuple[str, ...]
    core: _Cut
    elm: _Cut
    ob3: Mapping[str, _Cut]
    heads: TwinBytes = field(repr=False)

    @property
    def constant(self) -> TwinBytes:
        """Return what is in every document of the group: nothing about a learner, since these were made up."""
        return TwinBytes(b"".join(self.elm.pieces), {name: b"".join(cut.pieces) for name, cut in self.ob3.items()})

    def fill(self, due: DocumentDue, envelope: Envelope) -> TwinBytes:
        """Return the twins of another award of the same group (`Groups`)."""
        facts = self._facts(due, envelope)
        facts.append(sri_digest(self.core.filled(facts)).encode())
        payload = self.elm.filled(facts)
        facts.append(sri_digest(payload, head=self.elm.pieces[0]).encode())
        return TwinBytes(payload, {language: cut.filled(facts) for language, cut in self.ob3.items()})

    def fill_badge(
        self, due: DocumentDue, envelope: Envelope, language: str, *, elm_digest: str, core_digest: str
    ) -> bytes:
        """Return one badge alone, where the digests of its twin and core are known."""
        facts = self._facts(due, envelope)
        return self.ob3[language].filled([*facts, core_digest.encode(), elm_digest.encode()])

    def _facts(self, due: DocumentDue, envelope: Envelope) -> list[bytes]:
        return escape_texts([_reader(name)(due, envelope) for name in self.facts])


def is_plain(due: DocumentDue) -> bool:
    """Tell whether a learner's names and number are such that no document treats them in a way of its own."""
    learner = due.learner
    for name in (learner.full_name, learner.given_name, learner.family_name):
        if name and not (len(name) <= _LONGEST_NAME and _PLAIN_NAME.match(name) and normalise_text(name) == name):
            return False
    return _PLAIN_NUMBER.match(learner.student_number) is not None


def make_blueprint(due: DocumentDue, envelope: Envelope, built: TwinDocuments) -> Blueprint | None:
    """Return the blueprint of an award's group, or None if its documents can't be told from two trials.

    `built` is the award's ordinary build.
    """
    try:
        first, second = (_trial(due, envelope, number) for number in (1, 2))
    except VcIssuerError:
        return None
    if first is None or first != second:
        return None
    ordinary = TwinBytes(
        built.elm_payload, {language: serialise_compact(document) for language, document in built.ob3.items()}
    )
    return first if first.fill(due, envelope) == ordinary else None


def _facts_of(due: DocumentDue, envelope: Envelope) -> dict[str, _Read]:
    """Return what reads everything that differs between awards of one group; what a learner lacks is left out."""
    of_learner = [name for name in VARYING if getattr(due.learner, name)]
    names = [f"learner.{name}" for name in of_learner]
    names += [f"hash.{name}" for name in _HASHED if name in of_learner]
    names += [f"badge.{language}" for language in envelope.ob3_ids]
    return {name: _reader(name) for name in (*names, *_OF_ANY_AWARD)}


def _trial(due: DocumentDue, envelope: Envelope, number: int) -> Blueprint | None:
    """Build twins of a made-up learner, and cut them where what was made up stands."""
    learner = due.learner
    made: dict[str, Any] = {
        name: f"Qzx{number}{name.replace('_', '').title()}qzx" for name in _TEXTS if getattr(learner, name)
    }
    if learner.birth_date:
        made["birth_date"] = date(1900 + number, 10 + number, 20 + number)
    trial_due = replace(due, learner=replace(learner, **made), record=f"Qzx{number}Recordqzx")
    trial = replace(
        envelope,
        elm_id=f"urn:credential:{_uuid(number, 0)}",
        core_id=f"urn:uuid:{_uuid(number, 1)}",
        ob3_ids={language: f"urn:uuid:{_uuid(number, 2 + n)}" for n, language in enumerate(envelope.ob3_ids)},
        number=f"Qzx{number}Documentqzx",
        status=StatusSlot(list_url=envelope.status.list_url, index=9_876_543_210 + number),
        verify_url=f"{envelope.base_url}/c/QZX{number}CODEQZX",
    )
    twin = draft_twin(trial_due, trial)
    core = canonicalize_jcs(award_core_from_elm(twin.elm, trial.core_id))
    reads = _facts_of(trial_due, trial)
    facts = {name: read(trial_due, trial).encode() for name, read in reads.items()}
    facts[_CORE] = sri_digest(core).encode()
    facts[_ELM] = sri_digest(twin.elm_payload).encode()
    badges = {language: serialise_compact(document) for language, document in twin.ob3.items()}
    cuts = [_cut(content, facts) for content in (core, twin.elm_payload, *badges.values())]
    found = {name for _, names in cuts for name in names}
    used = [name for name in reads if name in found]
    places = {name: place for place, name in enumerate((*used, _CORE, _ELM))}
    core_cut, elm_cut, *badge_cuts = [
        _Cut(tuple(pieces), tuple(places[name] for name in names)) for pieces, names in cuts
    ]
    return Blueprint(
        facts=tuple(used),
        core=core_cut,
        elm=elm_cut,
        ob3=dict(zip(badges, badge_cuts, strict=True)),
        heads=TwinBytes(elm_cut.pieces[0], {name: cut.pieces[0] for name, cut in zip(badges, badge_cuts, strict=True)}),
    )


def _uuid(number: int, place: int) -> str:
    return f"{number:08x}-a5a5-4a5a-8a5a-{place:012x}"


def _cut(content: bytes, facts: Mapping[str, bytes]) -> tuple[list[bytes], list[str]]:
    """Return the pieces of `content` between facts, and the names of those facts."""
    found: dict[int, str] = {}
    for name, value in facts.items():
        at = content.find(value)
        while at >= 0:
            # Of two facts that begin alike the longer stands here.
            if at not in found or len(facts[found[at]]) < len(value):
                found[at] = name
            at = content.find(value, at + len(value))
    pieces, names, start = [], [], 0
    for at in sorted(found):
        if at >= start:
            pieces.append(content[start:at])
            names.append(found[at])
            start = at + len(facts[found[at]])
    return [*pieces, content[start:]], names


@cache
def _reader(name: str) -> _Read:
    """Return what reads a fact of this name."""
    kind, _, rest = name.partition(".")
    if kind == "badge":
        return lambda _due, envelope: envelope.ob3_ids[rest]
    if kind == "learner":
        return lambda due, _envelope: _written(getattr(due.learner, rest))
    if kind == "hash":
        return lambda due, envelope: identity_hash(_written(getattr(due.learner, rest)), envelope.core_id)
    return _OF_ANY_AWARD[kind]


def _written(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""
