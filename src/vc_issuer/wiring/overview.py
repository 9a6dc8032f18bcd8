"""What the office sees of its batches: read only, without a learner's data but for what rules found of a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vc_issuer.issuance.progress import Progress, signing_progress
from vc_issuer.model.batch import BatchState
from vc_issuer.model.record import Severity
from vc_issuer.store.batches import Batch, all_batches, get_batch
from vc_issuer.store.database import Database
from vc_issuer.store.documents import document_count
from vc_issuer.store.records import all_records, outcome_counts

_ORDER = tuple(severity.value for severity in Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One batch in the list of all."""

    batch: Batch
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One batch: its documents, what its records gave by outcome, and how far signing is once it began."""

    batch: Batch
    documents: int
    outcomes: Mapping[str, int]
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """What a rule found, once, with every row that it found it in; `message` by language may name what a row says."""

    rule: str
    severity: str
    answered: bool
    message: Mapping[str, str] = field(repr=False)
    positions: tuple[int, ...]


def batch_lines(database: Database) -> tuple[BatchLine, ...]:
    """Return every batch, the newest first."""
    with database.reading() as session:
        return tuple(BatchLine(batch=each, documents=document_count(session, each.id)) for each in all_batches(session))


def overview_of(database: Database, batch_id: str, *, now: datetime) -> Overview:
    """Return how a batch stands. Raises NotFoundError."""
    with database.reading() as session:
        batch = get_batch(session, batch_id)
        is_signed_now = batch.state is BatchState.SIGNING
        return Overview(
            batch=batch,
            documents=document_count(session, batch_id),
            outcomes=outcome_counts(session, batch_id),
            progress=signing_progress(session, batch_id, now=now) if is_signed_now else None,
        )


def findings_of(database: Database, batch_id: str) -> tuple[RuleFinding, ...]:
    """Return what the rules found, what blocks a record first. Raises NotFoundError."""
    found: dict[tuple[str, str, bool, str], tuple[Mapping[str, str], list[int]]] = {}
    with database.reading() as session:
        get_batch(session, batch_id)
        for record in all_records(session, batch_id):
            for each in record.findings:
                key = each["severity"], each["rule"], bool(each.get("answered")), each["message"].get("en", "")
                found.setdefault(key, (each["message"], []))[1].append(record.position)
    lines = [
        RuleFinding(rule=rule, severity=severity, answered=answered, message=message, positions=tuple(positions))
        for (severity, rule, answered, _), (message, positions) in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.answered, _ORDER.index(line.severity), line.rule)))
