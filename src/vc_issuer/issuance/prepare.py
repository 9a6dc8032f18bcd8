"""Prepare a batch: decide, allot, build, look, store. Everything that will be signed is fixed here, and no key is used.

In slices, so that memory stays flat and nobody waits long for the database. A preparation that was interrupted leaves
a draft; the next one begins afresh. Numbers that it took stay gaps.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from vc_issuer.errors import RuleError
from vc_issuer.formats.twins import badge_languages
from vc_issuer.issuance.allot import Allotted, allot
from vc_issuer.issuance.approve import noting_refusal
from vc_issuer.issuance.batch import approval_digest, check_transition
from vc_issuer.issuance.building import BuiltTwin, TwinBuilder
from vc_issuer.issuance.decide import Decided, decide, finding_as_json
from vc_issuer.issuance.preflight import Preflight, Undrawable
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.rehearsal import Rehearsal
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import Document, FormatName, JsonValue
from vc_issuer.model.offering import Offering
from vc_issuer.model.record import Decision, DocumentDue, Finding, LearningRecord, Severity
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import Batch, change_batch, get_batch, set_prepare_token, withdraw_approvals
from vc_issuer.store.credentials import (
    NewDocument,
    PreparedPart,
    discard_documents,
    insert_documents,
    prepared_digests,
)
from vc_issuer.store.database import Database, Session
from vc_issuer.store.documents import document_count
from vc_issuer.store.people import require_role
from vc_issuer.store.records import (
    StoredRecord,
    forget_outcomes,
    keep_outcomes,
    last_position,
    load_records,
    outcome_counts,
)

SLICE = 100  # records a turn: some hundred documents, a few megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareTools:
    """What preparing asks of others: the catalogue, the rules and their versions, pictures, and the fonts.

    `endorsements` are those that hold on the day of issue, by the id of the achievement that they are of.
    """

    offering_of: Callable[[str, str], Offering]
    evaluate: Callable[[LearningRecord], Decision]
    rule_version: Callable[[str], str]
    picture: Callable[[DocumentDue, str], bytes]
    undrawable: Undrawable
    endorsements: Mapping[str, Sequence[Document]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBack:
    """A record from which nothing is issued because something blocks it."""

    record_id: str
    position: int
    findings: tuple[Finding, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareReport:
    """What a preparation gave: the digest to approve, counts, what was kept back, and warnings by their rule."""

    batch_id: str
    digest: str
    issued: datetime
    documents: int
    outcomes: Mapping[str, int]
    kept_back: tuple[KeptBack, ...]
    warnings: Mapping[str, int] = field(default_factory=dict)


class _Preparation(NamedTuple):
    """One run of preparing: whoever else begins one takes the token away."""

    database: Database
    batch_id: str
    token: str
    issued: datetime
    profile: IssuingProfile
    tools: PrepareTools
    preflight: Preflight
    pictures: dict[tuple[str, str], bytes]
    builder: TwinBuilder


class _Built(NamedTuple):
    """One allotted document with its parts, not looked at yet."""

    allotted: Allotted
    twin: BuiltTwin
    parts: tuple[PreparedPart, ...]


def prepare_batch(
    database: Database,
    batch_id: str,
    *,
    profile: IssuingProfile,
    tools: PrepareTools,
    deed: Deed,
    issued: datetime | None = None,
) -> PrepareReport:
    """Prepare a draft, or a prepared batch anew. `issued` may lie ahead: then nothing is signed before it.

    Raises RuleError: wrong state, nothing due, or somebody else prepares it meanwhile. What blocks a record is
    stored as findings with it, and keeps back that record alone.
    """
    moment = (issued or deed.at).astimezone(UTC).replace(microsecond=0)
    token, last = _begin(database, batch_id, deed)
    rehearsal = Rehearsal(profile, secret=database.random_bytes(32), created=moment)
    preflight = Preflight(rehearsal=rehearsal, undrawable=tools.undrawable)
    run = _Preparation(database, batch_id, token, moment, profile, tools, preflight, {}, TwinBuilder())
    kept_back: list[KeptBack] = []
    count, rules, warnings = 0, dict[str, str](), Counter[str]()
    for after in range(0, last, SLICE):
        decided, stored = _prepare_slice(run, after, count + 1)
        count += stored
        kept_back += [
            KeptBack(record_id=each.record.id, position=each.record.position, findings=each.findings)
            for each in decided
            if each.blocked
        ]
        rules |= _rule_versions(decided, tools)
        warnings.update(f.rule for each in decided for f in each.findings if f.severity is Severity.WARNING)
    return replace(_finish(run, rules, deed, tuple(kept_back)), warnings=dict(sorted(warnings.items())))


def _begin(database: Database, batch_id: str, deed: Deed) -> tuple[str, int]:
    token = database.random_bytes(16).hex()
    with database.writing() as session:
        require_role(session, deed.actor, "preparer")
        batch = get_batch(session, batch_id)
        if batch.state is BatchState.PREPARED:
            batch = _back_to_draft(session, batch, deed)
        check_transition(batch_id, batch.state, BatchState.PREPARED)
        discard_documents(session, batch_id)
        forget_outcomes(session, batch_id)
        set_prepare_token(session, batch_id, token)
        return token, last_position(session, batch_id)


def return_to_draft(database: Database, batch_id: str, *, deed: Deed) -> Batch:
    """Take a prepared or approved batch apart again; its documents and approval are gone. Raises RuleError."""
    with noting_refusal(database, deed, "batch.draft", batch_id), database.writing() as session:
        require_role(session, deed.actor, "preparer", "approver")
        return _back_to_draft(session, get_batch(session, batch_id), deed)


def _back_to_draft(session: Session, batch: Batch, deed: Deed) -> Batch:
    check_transition(batch.id, batch.state, BatchState.DRAFT)
    withdraw_approvals(session, batch.id, at=deed.at)
    dropped = discard_documents(session, batch.id)
    forget_outcomes(session, batch.id)
    nobody = dict.fromkeys(
        ("prepared_by", "prepared_at", "issued", "digest", "rule_profiles", "approved_by", "approved_at")
    )
    record_deed(session, deed, "batch.draft", subject=batch.id, details={"documents": dropped})
    return change_batch(session, batch, BatchState.DRAFT, nobody)


def _prepare_slice(run: _Preparation, after: int, position: int) -> tuple[list[Decided], int]:
    with run.database.reading() as session:
        records = load_records(session, run.batch_id, after=after, limit=SLICE)
    decided = [
        decide(record, run.profile, issued=run.issued, offering_of=run.tools.offering_of, evaluate=run.tools.evaluate)
        for record in records
    ]
    with run.database.writing() as session:
        _check_token(session, run)
        decided, allotted = allot(session, decided, run.profile, batch_id=run.batch_id, issued=run.issued)
    decided, built = _look(run, decided, (_build(run, each) for each in allotted))
    news = [_new_document(each, n, run.issued) for n, each in enumerate(built, start=position)]
    with run.database.writing() as session:
        _check_token(session, run)
        insert_documents(session, run.batch_id, news)
        keep_outcomes(
            session, [(each.record, each.outcome, [finding_as_json(f) for f in each.findings]) for each in decided]
        )
    return decided, len(news)


def _build(run: _Preparation, allotted: Allotted) -> _Built:
    due = allotted.due
    for language in due.languages:
        key = (due.specification.iri, language)
        if key not in run.pictures:
            run.pictures[key] = run.tools.picture(due, language)
    pictures = {language: run.pictures[due.specification.iri, language] for language in due.languages}
    allotted = allotted.with_pictures(pictures).with_endorsements(run.tools.endorsements)
    twin = run.builder.build(due, allotted.envelope)
    parts = [_part(allotted, FormatName.ELM, "", twin.content.elm_payload)]
    parts += [
        _part(allotted, FormatName.OB3, language, twin.content.ob3[language]) for language in badge_languages(due)
    ]
    return _Built(allotted, twin, tuple(parts))


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


def _look(run: _Preparation, decided: Sequence[Decided], built: Iterable[_Built]) -> tuple[list[Decided], list[_Built]]:
    """Run the preflight; a record with one bad document gives none."""
    by_record = {each.record.id: each for each in decided}
    seen = []
    for each in built:
        allotted = each.allotted
        for found in _findings(run, each):
            by_record[allotted.record.id] = by_record[allotted.record.id].with_finding(found)
        seen.append(each)
    kept = [each for each in seen if not by_record[each.allotted.record.id].blocked]
    return list(by_record.values()), kept


def _findings(run: _Preparation, built: _Built) -> Sequence[Finding]:
    due, envelope, twin = built.allotted.due, built.allotted.envelope, built.twin
    if twin.documents is None:
        return [*run.preflight.findings_filled(due, twin.content), *twin.findings]
    found = run.preflight.findings(due, envelope, twin.documents, built.parts)
    run.builder.looked_at(due, envelope, found)
    return found


def _new_document(built: _Built, position: int, issued: datetime) -> NewDocument:
    allotted = built.allotted
    record: StoredRecord = allotted.record
    return NewDocument(
        id=allotted.document_id,
        position=position,
        record_id=record.id,
        learner_id=record.learner_id,
        offering_key=allotted.offering_key,
        run=record.run,
        kind=allotted.due.kind,
        component=allotted.component,
        number=allotted.envelope.number,
        code=allotted.code,
        core_id=allotted.envelope.core_id,
        languages=tuple(badge_languages(allotted.due)),
        issued=issued,
        slot=(allotted.list_id, allotted.envelope.status.index),
        replaces=allotted.replaces,
        parts=built.parts,
    )


def _rule_versions(decided: Iterable[Decided], tools: PrepareTools) -> dict[str, str]:
    keys = {(each.record.offering_code, each.record.offering_version) for each in decided if each.documents}
    profiles = {tools.offering_of(code, version).profile for code, version in keys}
    return {profile: tools.rule_version(profile) for profile in profiles}


def _check_token(session: Session, run: _Preparation) -> Batch:
    batch = get_batch(session, run.batch_id)
    if batch.prepare_token != run.token or batch.state is not BatchState.DRAFT:
        raise RuleError(f"batch {run.batch_id} is being prepared by somebody else.", remedy="Wait, and look again.")
    return batch


def _finish(run: _Preparation, rules: Mapping[str, str], deed: Deed, kept_back: tuple[KeptBack, ...]) -> PrepareReport:
    with run.database.writing() as session:
        batch = _check_token(session, run)
        documents = document_count(session, run.batch_id)
        if not documents:
            raise RuleError(
                f"batch {run.batch_id} gives no documents.", remedy="Look at the findings of its records: batch show"
            )
        digest = approval_digest(run.batch_id, prepared_digests(session, run.batch_id), run.profile, rules)
        outcomes = outcome_counts(session, run.batch_id)
        change_batch(
            session,
            batch,
            BatchState.PREPARED,
            {
                "prepared_by": deed.actor,
                "prepared_at": deed.at,
                "issued": run.issued,
                "rule_profiles": dict(rules),
                "digest": digest,
                "prepare_token": None,
            },
        )
        details: Mapping[str, JsonValue] = {
            "digest": digest,
            "documents": documents,
            "kept_back": len(kept_back),
        }
        record_deed(session, deed, "batch.prepare", subject=run.batch_id, details=details)
    return PrepareReport(
        batch_id=run.batch_id,
        digest=digest,
        issued=run.issued,
        documents=documents,
        outcomes=outcomes,
        kept_back=kept_back,
    )
