"""Look at a pair of documents before it is stored: each alone, both against each other, and a rehearsed signature.

Every check says what is wrong in a sentence without personal data; nothing is repaired here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TypeAlias

from vc_issuer.encoding.strict_json import parse_strict, serialise_compact
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.formats.twins import TwinDocuments
from vc_issuer.issuance.rehearsal import Rehearsal
from vc_issuer.model.credential import CredentialSummary, Document, Envelope, JsonValue, Violation
from vc_issuer.model.record import DocumentDue
from vc_issuer.model.text import text_defects
from vc_issuer.securing.jades import PAYLOAD_LIMITS
from vc_issuer.store.credentials import PreparedPart

Undrawable: TypeAlias = Callable[[str], Iterable[str]]
"""Name the characters of a text that no font at hand can draw (decisions 7.8)."""

# What the two formats say in their own way; the rest of two summaries must be equal.
_OWN = frozenset({"format", "id", "lost", "twin_ids", "quality", "prerequisites", "stackability", "criteria"})
_MAX_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """The checks, with what they need: a throw-away key, and somebody who knows the fonts."""

    rehearsal: Rehearsal
    undrawable: Undrawable

    def problems(
        self, due: DocumentDue, envelope: Envelope, twin: TwinDocuments, parts: Iterable[PreparedPart]
    ) -> list[str]:
        """Return one sentence for each thing that keeps this pair from being issued."""
        found = [*self._print_problems(due), *_text_problems(twin), *_format_problems(twin)]
        if not found:
            found += [*_twin_problems(twin), *_envelope_problems(twin, envelope), *self._signing_problems(twin, parts)]
        return found

    def _print_problems(self, due: DocumentDue) -> Iterator[str]:
        texts = [due.learner.full_name]
        texts += [text for _, text in due.specification.title]
        missing = dict.fromkeys(character for text in texts for character in self.undrawable(text))
        if missing:
            points = ", ".join(f"U+{ord(character):04X}" for character in missing)
            yield f"name or title holds characters that can't be printed: {points}"

    def _signing_problems(self, twin: TwinDocuments, parts: Iterable[PreparedPart]) -> Iterator[str]:
        for part in parts:
            try:
                if part.language:
                    self.rehearsal.try_signing(part, twin.ob3[part.language])
                else:
                    parse_strict(part.content, limits=PAYLOAD_LIMITS)
            except VcIssuerError as error:
                yield f"it can't be signed ({part.format.value}): {error.message}"


def _format_problems(twin: TwinDocuments) -> Iterator[str]:
    yield from _violations("elm", ElmFormat().violations(twin.elm))
    for language, document in twin.ob3.items():
        yield from _violations(f"ob3 {language}", Ob3Format().violations(document))
    if serialise_compact(twin.elm) != twin.elm_payload:
        yield "elm: the payload is not what the document says"


def _violations(name: str, violations: list[Violation]) -> Iterator[str]:
    for violation in violations[:_MAX_SHOWN]:
        yield f"{name} {violation.pointer}: {violation.message} ({violation.clause})"
    if len(violations) > _MAX_SHOWN:
        yield f"{name}: {len(violations) - _MAX_SHOWN} more"


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
        elif isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item


def _twin_problems(twin: TwinDocuments) -> Iterator[str]:
    for language, document in twin.ob3.items():
        comparison = compare_twins(document, twin.elm, twin.elm_payload)
        if comparison.outcome is not TwinOutcome.BOUND:
            yield f"the twins are not bound in {language}: {comparison.reason}"
        ours, theirs = Ob3Format().summarise(document, language), ElmFormat().summarise(twin.elm, language)
        differing = _differing(ours, theirs)
        if differing:
            yield f"the twins say different things in {language}: {', '.join(differing)}"


def _differing(one: CredentialSummary, other: CredentialSummary) -> list[str]:
    names = (item.name for item in fields(CredentialSummary) if item.name not in _OWN)
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
