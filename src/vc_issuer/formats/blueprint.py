"""Twins built by filling: the documents of awards that differ in learner, ids and numbers alone; pure.

A blueprint is cut from two trial builds whose learner, ids and numbers are made up: what is equal in both is constant,
what is made up is a hole. It is used only if it gives the very bytes of an ordinary build for the award that it was
made for. Names that are anything but plain are left to the ordinary build.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.encoding.json_form import escape_texts, interleaved
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.award_core import (
    award_core_from_elm,
    digest_sri,
    identity_hash,
)
from vc_issuer.formats.twins import TwinDocuments, build_twin
from vc_issuer.model.credential import Envelope, StatusSlot
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import normalise_text

_NAMES = ("full_name", "given_name", "family_name")
_VARYING = (*_NAMES, "student_number")
# Letters with their marks, and what stands between the parts of a name. Everything else is looked at in full.
_PLAIN_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f]|[ .'’-]){0,80}\Z")
_PLAIN_NUMBER = re.compile(r"[A-Za-z0-9]{1,24}\Z")
_CORE, _ELM = "digest.core", "digest.elm"
_HASHED = ("full_name", "student_number", "birth_date")
_OF_ENVELOPE: Mapping[str, Callable[[Envelope], str]] = {
    "elm_id": lambda envelope: envelope.elm_id,
    "core_id": lambda envelope: envelope.core_id,
    "number": lambda envelope: envelope.number,
    "index": lambda envelope: str(envelope.status.index),
    "verify_url": lambda envelope: envelope.verify_url,
}


class TwinBytes(NamedTuple):
    """Both documents as the bytes that will be secured; the badges by language."""

    elm_payload: bytes
    ob3: Mapping[str, bytes]

    def part(self, language: str) -> bytes:
        """Return the badge in a language, or the ELM for none."""
        return self.ob3[language] if language else self.elm_payload


_Read: TypeAlias = Callable[[DocumentDue, Envelope, Mapping[str, str]], str]
"""Read a fact of an award, or one of the digests given."""


class _Cut(NamedTuple):
    """Constant bytes, and what reads the facts that stand between them: one piece more than there are facts."""

    pieces: tuple[bytes, ...]
    facts: tuple[_Read, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """The award core, the ELM payload and each badge, in pieces."""

    core: _Cut
    elm: _Cut
    ob3: Mapping[str, _Cut]

    @property
    def constant(self) -> TwinBytes:
        """Return what is in every document of the group: nothing about a learner, since these were made up."""
        return TwinBytes(b"".join(self.elm.pieces), {name: b"".join(cut.pieces) for name, cut in self.ob3.items()})

    def fill(self, due: DocumentDue, envelope: Envelope) -> TwinBytes:
        """Return the twins of another award of the same group (`group_of`)."""
        core = digest_sri(_filled(self.core, due, envelope, {}))
        payload = _filled(self.elm, due, envelope, {_CORE: core})
        digests = {_CORE: core, _ELM: digest_sri(payload)}
        return TwinBytes(
            payload, {language: _filled(pieces, due, envelope, digests) for language, pieces in self.ob3.items()}
        )

    def fill_badge(
        self, due: DocumentDue, envelope: Envelope, language: str, *, elm_digest: str, core_digest: str
    ) -> bytes:
        """Return one badge alone, where the digests of its twin and core are known."""
        return _filled(self.ob3[language], due, envelope, {_CORE: core_digest, _ELM: elm_digest})


def is_plain(due: DocumentDue) -> bool:
    """Tell whether a learner's names and number are such that no document treats them in a way of its own."""
    learner = due.learner
    names = [name for name in (learner.full_name, learner.given_name, learner.family_name) if name]
    plain = all(_PLAIN_NAME.match(name) and normalise_text(name) == name for name in names)
    return plain and _PLAIN_NUMBER.match(learner.student_number) is not None


def group_of(due: DocumentDue, envelope: Envelope) -> tuple[object, ...]:
    """Return what awards must have in common to be filled from one blueprint: all but learner, ids and numbers."""
    learner = due.learner
    others = tuple(getattr(learner, name) for name in _OTHER_LEARNER_FIELDS)
    present = tuple(bool(getattr(learner, name)) for name in (*_VARYING, "birth_date"))
    pictures = tuple(sorted(envelope.pictures.items()))
    place = (envelope.status.list_url, envelope.issued, envelope.issuer_did, envelope.base_url)
    return (replace(due, learner=_NOBODY, record=""), others, present, pictures, place, tuple(envelope.ob3_ids))


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


def fact(name: str, due: DocumentDue, envelope: Envelope) -> str:
    """Return one of the things that differ between awards of a group, as documents write it."""
    return _reader(name)(due, envelope, {})


def facts_of(due: DocumentDue, envelope: Envelope) -> dict[str, str]:
    """Return everything that differs between awards of one group; what a learner lacks is left out."""
    of_learner = [name for name in (*_VARYING, "birth_date") if getattr(due.learner, name)]
    names = [f"learner.{name}" for name in of_learner]
    names += [f"hash.{name}" for name in _HASHED if name in of_learner]
    names += [f"badge.{language}" for language in envelope.ob3_ids]
    return {name: fact(name, due, envelope) for name in (*names, "record", *_OF_ENVELOPE)}


_NOBODY = Learner(student_number="-", full_name="-")
_OTHER_LEARNER_FIELDS = tuple(each.name for each in fields(Learner) if each.name not in (*_VARYING, "birth_date"))


def _trial(due: DocumentDue, envelope: Envelope, number: int) -> Blueprint | None:
    """Build twins of a made-up learner, and cut them where what was made up stands."""
    learner = due.learner
    made: dict[str, Any] = {
        name: f"Qzx{number}{name.replace('_', '').title()}qzx" for name in _VARYING if getattr(learner, name)
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
    twin = build_twin(trial_due, trial)
    core = canonicalize_jcs(award_core_from_elm(twin.elm, trial.core_id))
    facts = {name: value.encode() for name, value in facts_of(trial_due, trial).items()}
    facts[_CORE] = digest_sri(core).encode()
    facts[_ELM] = digest_sri(twin.elm_payload).encode()
    return Blueprint(
        core=_cut(core, facts),
        elm=_cut(twin.elm_payload, facts),
        ob3={language: _cut(serialise_compact(document), facts) for language, document in twin.ob3.items()},
    )


def _uuid(number: int, place: int) -> str:
    return f"{number:08x}-a5a5-4a5a-8a5a-{place:012x}"


def _cut(content: bytes, facts: Mapping[str, bytes]) -> _Cut:
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
    return _Cut((*pieces, content[start:]), tuple(_reader(name) for name in names))


@cache
def _reader(name: str) -> _Read:
    """Return what reads a fact: one for each name, so that cuts can be compared."""
    kind, _, rest = name.partition(".")
    if kind == "digest":
        return lambda _due, _envelope, digests: digests[name]
    if kind == "badge":
        return lambda _due, envelope, _digests: envelope.ob3_ids[rest]
    if kind == "learner":
        return lambda due, _envelope, _digests: _written(getattr(due.learner, rest))
    if kind == "hash":
        return lambda due, envelope, _digests: identity_hash(_written(getattr(due.learner, rest)), envelope.core_id)
    if kind == "record":
        return lambda due, _envelope, _digests: due.record
    of_envelope = _OF_ENVELOPE[kind]
    return lambda _due, envelope, _digests: of_envelope(envelope)


def _written(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _filled(cut: _Cut, due: DocumentDue, envelope: Envelope, digests: Mapping[str, str]) -> bytes:
    return interleaved(cut.pieces, escape_texts([read(due, envelope, digests) for read in cut.facts]))
