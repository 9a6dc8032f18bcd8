"""Build a slice of a batch, in this process or in another: twins, preflight, encryption. No signing key is used.

Pure but for pictures: what was decided and allotted goes in, rows ready to be stored come out. The first of a family
is looked at in full, and the others are filled (`building`): whoever gets a builder goes on with what it has learned.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from vc_issuer.encoding.digests import hashed
from vc_issuer.issuance.allot import Allotted
from vc_issuer.issuance.building import BuiltTwin, Shown, TwinBuilder
from vc_issuer.issuance.decide import Decided, finding_as_json
from vc_issuer.issuance.preflight import Preflight, Undrawable
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.rehearsal import Rehearsal
from vc_issuer.model.credential import Document, Envelope, FormatName
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.record import DocumentDue, Finding
from vc_issuer.store.credentials import NewDocument, PreparedPart, SealedDocument, seal_document
from vc_issuer.store.dictionary import dictionary_of
from vc_issuer.store.records import SealedOutcome, seal_outcome
from vc_issuer.store.vault import DataKey


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingTools:
    """What building asks of others: pictures, and the letters of the fonts; picklable.

    `endorsements` are those that hold on the day of issue, by the id of the achievement that they are of.
    """

    picture: Callable[[DocumentDue, str], bytes]
    undrawable: Undrawable
    endorsements: Mapping[str, Sequence[Document]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTask:
    """What a worker gets: records as they were decided, what was allotted to their documents, their learners' keys."""

    number: int
    decided: tuple[Decided, ...]
    allotted: tuple[Allotted, ...]
    keys: Mapping[str, DataKey] = field(repr=False)


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPrepared:
    """What became of one record. `offering` is its code and version where documents are due."""

    position: int
    blocked: bool
    findings: tuple[Finding, ...] = field(repr=False)
    outcome: SealedOutcome
    offering: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceBuilt:
    """What a worker gives back, ready to be stored: every record, and the documents of those that nothing blocks."""

    number: int
    records: tuple[RecordPrepared, ...]
    documents: tuple[SealedDocument, ...]


class BuiltDocument(NamedTuple):
    """One document as it will be stored, and what it was built from."""

    new: NewDocument
    due: DocumentDue
    envelope: Envelope
    twin: BuiltTwin


class DocumentBuilder:
    """Builds one allotted document after the other; remembers pictures, blueprints, and what was looked at."""

    def __init__(self, tools: BuildingTools, issued: datetime) -> None:
        self._tools = tools
        self._issued = issued
        self._builder = TwinBuilder()
        self._pictures: dict[tuple[str, str], bytes] = {}
        self._shown: dict[tuple[str, tuple[str, ...]], Shown] = {}

    def build(self, allotted: Allotted) -> BuiltDocument:
        """Build both twins of a document. Raises InputError, RuleError as `TwinBuilder.build` does."""
        due, envelope = allotted.due, allotted.envelope
        twin = self._builder.build(due, envelope, self._shown_by(due))
        parts = [_part(allotted, FormatName.ELM, "", twin)]
        parts += [_part(allotted, FormatName.OB3, language, twin) for language in envelope.ob3_ids]
        return BuiltDocument(_new_document(allotted, tuple(parts), self._issued), due, envelope, twin)

    def looked_at(self, built: BuiltDocument, found: Sequence[Finding]) -> None:
        """Note what a full look at a document found, as `TwinBuilder.looked_at` does."""
        self._builder.looked_at(built.twin, found)

    def _shown_by(self, due: DocumentDue) -> Shown:
        key = (due.specification.iri, due.languages)
        if key not in self._shown:
            pictures = {language: self._picture(due, language) for language in due.languages}
            self._shown[key] = Shown(pictures, self._tools.endorsements)
        return self._shown[key]

    def _picture(self, due: DocumentDue, language: str) -> bytes:
        key = (due.specification.iri, language)
        if key not in self._pictures:
            self._pictures[key] = self._tools.picture(due, language)
        return self._pictures[key]


class SliceBuilder:
    """Builds one slice after the other, and looks at every document; a pickled copy knows what this one has learned."""

    def __init__(self, profile: IssuingProfile, tools: BuildingTools, *, secret: bytes, issued: datetime) -> None:
        """`secret` makes the rehearsal's throw-away keys."""
        self._documents = DocumentBuilder(tools, issued)
        rehearsal = Rehearsal(profile, secret=secret, created=issued)
        self._preflight = Preflight(rehearsal=rehearsal, undrawable=tools.undrawable)

    def open(self) -> AbstractContextManager[Callable[[SliceTask], SliceBuilt]]:
        """Give the function that builds slices; there is nothing to close."""
        return nullcontext(self.build)

    def build(self, task: SliceTask) -> SliceBuilt:
        """Build every document and look at it; a record with one bad document gives none."""
        by_record = {each.record.id: each for each in task.decided}
        news = []
        for allotted in task.allotted:
            built = self._documents.build(allotted)
            news.append(built.new)
            for finding in self._findings(built):
                by_record[allotted.record.id] = by_record[allotted.record.id].with_finding(finding)
        kept = (new for new in news if not by_record[new.record_id].blocked)
        return SliceBuilt(
            number=task.number,
            records=tuple(_prepared(each, task.keys[each.record.learner_id]) for each in by_record.values()),
            documents=tuple(seal_document(new, task.keys[new.learner_id]) for new in kept),
        )

    def _findings(self, built: BuiltDocument) -> Sequence[Finding]:
        due, envelope, twin = built.due, built.envelope, built.twin
        if twin.documents is None:
            return [*self._preflight.findings_filled(due, twin.content), *twin.findings]
        found = self._preflight.findings(due, envelope, twin.documents, built.new.parts)
        self._documents.looked_at(built, found)
        return found


def _part(allotted: Allotted, name: FormatName, language: str, twin: BuiltTwin) -> PreparedPart:
    envelope, content = allotted.envelope, twin.content.part(language)
    return PreparedPart(
        credential_id=envelope.ob3_ids[language] if language else envelope.elm_id,
        document_id=allotted.document_id,
        format=name,
        language=language,
        content=content,
        sha256=hashed("sha256", content, head=twin.heads.part(language) if twin.heads else b"").hexdigest(),
        dictionary=dictionary_of(twin.shared.part(language)) if twin.shared else None,
    )


def _new_document(allotted: Allotted, parts: tuple[PreparedPart, ...], issued: datetime) -> NewDocument:
    record = allotted.record
    return NewDocument(
        id=allotted.document_id,
        record_id=record.id,
        learner_id=record.learner_id,
        offering_key=allotted.offering_key,
        run=record.run,
        kind=allotted.due.kind,
        component=allotted.component,
        number=allotted.envelope.number,
        code=allotted.code,
        core_id=allotted.envelope.core_id,
        languages=tuple(allotted.envelope.ob3_ids),
        issued=issued,
        slot=(allotted.list_id, allotted.envelope.status.index),
        replaces=allotted.replaces,
        parts=parts,
    )


def _prepared(decided: Decided, key: DataKey) -> RecordPrepared:
    record = decided.record
    return RecordPrepared(
        position=record.position,
        blocked=decided.blocked,
        findings=decided.findings,
        outcome=seal_outcome(record.id, decided.outcome, [finding_as_json(each) for each in decided.findings], key),
        offering=(record.offering_code, record.offering_version) if decided.documents else None,
    )
