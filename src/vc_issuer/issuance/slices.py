"""Build the documents of one slice of a batch, look at them, and seal them for their rows; here or in another process.

Pure but for the tools: a slice goes in, with everything that the database gave it; documents and findings come out.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from vc_issuer.formats.twins import badge_languages
from vc_issuer.issuance.allot import Allotted
from vc_issuer.issuance.building import BuiltTwin, TwinBuilder
from vc_issuer.issuance.preflight import Preflight, Undrawable
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.rehearsal import Rehearsal
from vc_issuer.model.credential import Document, FormatName
from vc_issuer.model.record import DocumentDue, Finding, Severity
from vc_issuer.store.credentials import NewDocument, PreparedPart, SealedDocument, seal_document
from vc_issuer.store.vault import DataKey


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingTools:
    """What building asks of others; picklable where other processes build.

    `picture` draws for a document in a language; `endorsements` are those that hold on the day of issue, by the id of
    the achievement that they are of.
    """

    picture: Callable[[DocumentDue, str], bytes]
    undrawable: Undrawable
    endorsements: Mapping[str, Sequence[Document]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTask:
    """The documents of a slice as they were allotted, and their learners' keys by the learner's id."""

    number: int
    allotted: tuple[Allotted, ...] = field(repr=False)
    keys: Mapping[str, DataKey] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceBuilt:
    """What a slice gave: documents to store, and what was found, each with its record's id.

    A record with one bad document gives none.
    """

    number: int
    documents: tuple[SealedDocument, ...] = field(repr=False)
    findings: tuple[tuple[str, Finding], ...] = field(repr=False)


@contextmanager
def open_building(
    profile: IssuingProfile, tools: BuildingTools, secret: bytes, issued: datetime
) -> Iterator[Callable[[SliceTask], SliceBuilt]]:
    """Give what builds slices; it remembers shapes, so keep one a process. `secret` makes the rehearsal's keys."""
    rehearsal = Rehearsal(profile, secret=secret, created=issued)
    yield _Workshop(tools, Preflight(rehearsal=rehearsal, undrawable=tools.undrawable), issued).build_slice


class _Built(NamedTuple):
    """One allotted document with its parts, not looked at yet."""

    allotted: Allotted
    twin: BuiltTwin
    parts: tuple[PreparedPart, ...]


class _Workshop:
    def __init__(self, tools: BuildingTools, preflight: Preflight, issued: datetime) -> None:
        self._tools = tools
        self._preflight = preflight
        self._issued = issued
        self._builder = TwinBuilder()
        self._pictures: dict[tuple[str, str], bytes] = {}

    def build_slice(self, task: SliceTask) -> SliceBuilt:
        """Build and look at every document, and seal those of records that nothing blocks."""
        found, built, blocked = list[tuple[str, Finding]](), list[_Built](), set[str]()
        for allotted in task.allotted:
            each = self._build(allotted)
            built.append(each)
            for finding in self._findings(each):
                found.append((allotted.record.id, finding))
                if finding.severity is Severity.ERROR:
                    blocked.add(allotted.record.id)
        documents = (
            seal_document(self._new_document(each), task.keys[each.allotted.record.learner_id])
            for each in built
            if each.allotted.record.id not in blocked
        )
        return SliceBuilt(number=task.number, documents=tuple(documents), findings=tuple(found))

    def _build(self, allotted: Allotted) -> _Built:
        due = allotted.due
        pictures = {language: self._picture(due, language) for language in due.languages}
        allotted = allotted.with_pictures(pictures).with_endorsements(self._tools.endorsements)
        twin = self._builder.build(due, allotted.envelope)
        parts = [_part(allotted, FormatName.ELM, "", twin.content.elm_payload)]
        parts += [
            _part(allotted, FormatName.OB3, language, twin.content.ob3[language]) for language in badge_languages(due)
        ]
        return _Built(allotted, twin, tuple(parts))

    def _picture(self, due: DocumentDue, language: str) -> bytes:
        key = (due.specification.iri, language)
        if key not in self._pictures:
            self._pictures[key] = self._tools.picture(due, language)
        return self._pictures[key]

    def _findings(self, built: _Built) -> Sequence[Finding]:
        due, envelope, twin = built.allotted.due, built.allotted.envelope, built.twin
        if twin.documents is None:
            return [*self._preflight.findings_filled(due, twin.content), *twin.findings]
        found = self._preflight.findings(due, envelope, twin.documents, built.parts)
        self._builder.looked_at(due, envelope, found)
        return found

    def _new_document(self, built: _Built) -> NewDocument:
        allotted = built.allotted
        return NewDocument(
            id=allotted.document_id,
            record_id=allotted.record.id,
            learner_id=allotted.record.learner_id,
            offering_key=allotted.offering_key,
            run=allotted.record.run,
            kind=allotted.due.kind,
            component=allotted.component,
            number=allotted.envelope.number,
            code=allotted.code,
            core_id=allotted.envelope.core_id,
            languages=tuple(badge_languages(allotted.due)),
            issued=self._issued,
            slot=(allotted.list_id, allotted.envelope.status.index),
            replaces=allotted.replaces,
            parts=built.parts,
        )


def _part(allotted: Allotted, name: FormatName, language: str, content: bytes) -> PreparedPart:
    envelope = allotted.envelope
    return PreparedPart(
        credential_id=envelope.ob3_ids[language] if language else envelope.elm_id,
        document_id=allotted.document_id,
        format=name,
        language=language,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
