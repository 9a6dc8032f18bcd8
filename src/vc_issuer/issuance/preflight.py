"""Look at a pair of documents before it is stored: each alone, both against each other, and a rehearsed signature.

Every check says what is wrong in a sentence without personal data; nothing is repaired here. What receivers are known
to check stands in `lints`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import chain
from typing import TypeAlias

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.blueprint import TwinBytes
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.formats.twins import TwinDocuments
from vc_issuer.issuance.decide import flaw_finding, preflight_finding
from vc_issuer.issuance.lints import LintSubject, Stage, find_flaws
from vc_issuer.issuance.lints.linter import AFTER_SECURING, BEFORE_SECURING
from vc_issuer.issuance.rehearsal import Rehearsal, shape_of
from vc_issuer.model.credential import CredentialSummary, Document, Envelope, JsonValue
from vc_issuer.model.record import DocumentDue, Finding, Severity
from vc_issuer.model.text import text_defects
from vc_issuer.store.credentials import PreparedPart

Undrawable: TypeAlias = Callable[[str], Iterable[str]]
"""Name the characters of a text that no font at hand can draw (decisions 7.8)."""

# What the two formats say in their own way; the rest of two summaries must be equal.
_OWN = frozenset({"format", "id", "lost", "twin_ids", "criteria"})
# What of a badge depends on more than its shape.
_BY_DOCUMENT = (Stage.VALUE, Stage.SCHEMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """The checks, with what they need: throw-away keys, and somebody who knows the fonts."""

    rehearsal: Rehearsal
    undrawable: Undrawable

    def findings(
        self, due: DocumentDue, envelope: Envelope, twin: TwinDocuments, parts: Iterable[PreparedPart]
    ) -> list[Finding]:
        """Return a finding for each thing that is wrong with this pair; an error keeps it from being issued."""
        found = [preflight_finding(due, text) for text in (*self._print_problems(due), *_text_problems(twin))]
        parts = tuple(parts)
        documents = {part.credential_id: twin.ob3[part.language] if part.language else twin.elm for part in parts}
        if not _block(found):
            for part in parts:
                found += self._before(due, envelope, part, documents[part.credential_id])
        if not _block(found):
            found += [
                preflight_finding(due, text) for text in (*_twin_problems(twin), *_envelope_problems(twin, envelope))
            ]
        if not _block(found):
            for part in parts:
                found += self._after(due, envelope, part, documents[part.credential_id])
        return found

    def findings_filled(self, due: DocumentDue, content: TwinBytes) -> list[Finding]:
        """Look at what differs between documents of one blueprint: whether names can be drawn, and the badges' schema.

        Their structure, texts and codes were looked at in full when the first of their family was prepared.
        """
        found = [preflight_finding(due, text) for text in self._print_problems(due)]
        for language, badge in content.ob3.items():
            if not Ob3Format().fits_schema(json.loads(badge)):
                found.append(preflight_finding(due, f"the badge in {language} breaks its schema"))
        return found

    def _print_problems(self, due: DocumentDue) -> Iterator[str]:
        texts = (due.learner.full_name, *(text for _, text in due.specification.title))
        missing = dict.fromkeys(chain.from_iterable(map(self.undrawable, texts)))
        if missing:
            points = ", ".join(f"U+{ord(character):04X}" for character in missing)
            yield f"name or title holds characters that can't be printed: {points}"

    def _before(
        self, due: DocumentDue, envelope: Envelope, part: PreparedPart, document: Document
    ) -> Iterator[Finding]:
        subject = LintSubject(document=document, content=part.content, released=envelope.issued)
        is_known = bool(part.language) and self.rehearsal.knows(shape_of(document))
        stages = _BY_DOCUMENT if is_known else BEFORE_SECURING
        yield from (flaw_finding(due, part, flaw) for flaw in find_flaws(subject, part.format, stages))

    def _after(self, due: DocumentDue, envelope: Envelope, part: PreparedPart, document: Document) -> Iterator[Finding]:
        shape = shape_of(document) if part.language else ""
        try:
            copy = self.rehearsal.copy_of(part, shape)
        except VcIssuerError as error:
            yield preflight_finding(due, f"it can't be signed ({part.format.value}): {error.message}")
            return
        if copy is None:
            return
        subject = LintSubject(
            document=document,
            content=part.content,
            released=envelope.issued,
            secured=copy.content,
            verify=copy.verify,
        )
        found = [flaw_finding(due, part, flaw) for flaw in find_flaws(subject, part.format, AFTER_SECURING)]
        yield from found
        if not _block(found):
            self.rehearsal.remember(shape)


def _block(found: Iterable[Finding]) -> bool:
    return any(each.severity is Severity.ERROR for each in found)


def _text_problems(twin: TwinDocuments) -> Iterator[str]:
    documents: dict[str, Document] = {"elm": twin.elm, **{f"ob3 {name}": each for name, each in twin.ob3.items()}}
    for name, document in documents.items():
        kinds = dict.fromkeys(defect.kind for text in _strings(document) for defect in text_defects(text))
        if kinds:
            yield f"{name} holds characters that readers disagree on: {', '.join(kinds)}"


def _strings(value: JsonValue) -> Iterator[str]:
    waiting: list[JsonValue] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item


def _twin_problems(twin: TwinDocuments) -> Iterator[str]:
    if serialise_compact(twin.elm) != twin.elm_payload:
        yield "elm: the payload is not what the document says"
    for language, document in twin.ob3.items():
        comparison = compare_twins(document, twin.elm, twin.elm_payload)
        if comparison.outcome is not TwinOutcome.BOUND:
            yield f"the twins are not bound in {language}: {comparison.reason}"
        ours, theirs = Ob3Format().summarise(document, language), ElmFormat().summarise(twin.elm, language)
        differing = _differing(ours, theirs)
        if differing:
            yield f"the twins say different things in {language}: {', '.join(differing)}"


def _differing(one: CredentialSummary, other: CredentialSummary) -> list[str]:
    # What a format can't say it names in `lost`: an identity that policy hashed is in one of the two alone.
    left_out = {*_OWN, *one.lost, *other.lost}
    names = (item.name for item in fields(CredentialSummary) if item.name not in left_out)
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def _envelope_problems(twin: TwinDocuments, envelope: Envelope) -> Iterator[str]:
    ids = {document.get("id") for document in twin.ob3.values()} | {twin.elm.get("id")}
    if ids != {envelope.elm_id, *envelope.ob3_ids.values()}:
        yield "the documents don't carry the ids that were allotted"
    for language, document in twin.ob3.items():
        summary = Ob3Format().summarise(document, language)
        said = (summary.number, summary.status, summary.valid_from)
        if said != (envelope.number, envelope.status, envelope.issued):
            yield f"the badge in {language} doesn't carry its number, status place or time"
