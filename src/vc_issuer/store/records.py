"""The rows of a cohort as they were handed in, sealed; a second import shows a difference and doubles nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, insert, select, update

from vc_issuer.errors import InputError, NotFoundError
from vc_issuer.model.batch import BatchState
from vc_issuer.model.offering import Answer
from vc_issuer.model.parties import Learner
from vc_issuer.model.pickling import quick_to_pickle
from vc_issuer.model.record import ComponentResult, EnrolmentRoute, LearningRecord, ResultStatus
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.bulk import execute_many, insert_rows
from vc_issuer.store.database import Session
from vc_issuer.store.offerings import offering_key
from vc_issuer.store.people import data_key, data_keys, keep_learners, known_learners
from vc_issuer.store.tables import answers, batches, records
from vc_issuer.store.vault import DataKey

RECORDS_AT_ONCE = 500
_KEEP_OUTCOME = (
    update(records)
    .where(records.c.id == bindparam("of"))
    .values(outcome=bindparam("found"), decision=bindparam("sealed"))
)


@quick_to_pickle
@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """One learner's results in a batch. `outcome` is `due`, `none` or `kept-back` once prepared, else empty."""

    id: str
    batch_id: str
    position: int
    learner_id: str
    learner: Learner = field(repr=False)
    offering_code: str
    offering_version: str
    run: str
    language: str
    results: tuple[ComponentResult, ...] = field(repr=False)
    answers: tuple[Answer, ...] = field(default=(), repr=False)
    outcome: str = ""
    findings: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDifference:
    """What an import did to a draft; ids of records. `untouched` stand in the draft and not in the file."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBatch:
    """A batch that holds results of the same offerings and runs as a file."""

    batch_id: str
    state: BatchState


def batch_holding(session: Session, rows: Iterable[LearningRecord]) -> HoldingBatch | None:
    """Return the newest draft that holds results of the same offerings and runs, else the newest batch, or None."""
    runs = {(offering_key(row.offering.code, row.offering.version), row.run.key) for row in rows}
    query = (
        select(records.c.batch_id, records.c.offering_key, records.c.run, batches.c.state)
        .join(batches, batches.c.id == records.c.batch_id)
        .where(records.c.offering_key.in_({key for key, _ in runs}))
        .group_by(records.c.batch_id, records.c.offering_key, records.c.run)
        .group_by(batches.c.state, batches.c.created_at, batches.c.id)
        .order_by(batches.c.created_at.desc(), batches.c.id.desc())
    )
    found = [
        HoldingBatch(batch_id=row.batch_id, state=BatchState(row.state))
        for row in session.connection.execute(query)
        if (row.offering_key, row.run) in runs
    ]
    drafts = (each for each in found if each.state is BatchState.DRAFT)
    return next(drafts, found[0] if found else None)


def keep_records(session: Session, batch_id: str, rows: Sequence[LearningRecord], *, deed: Deed) -> ImportDifference:
    """Bring a draft's records up to date with `rows`; what is not among them stays as it is.

    Raises InputError if a learner stands twice in one run of an offering version.
    """
    if len({row.reference for row in rows}) != len(rows):
        raise InputError("a learner stands twice in the same run.", remedy="Give one record a learner and run.")
    before = session.connection.scalars(
        select(records.c.id).where(records.c.batch_id == batch_id).order_by(records.c.position)
    ).all()
    found: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
    for start in range(0, len(rows), RECORDS_AT_ONCE):
        for word, record_id in _keep_some(session, batch_id, rows[start : start + RECORDS_AT_ONCE], deed):
            found[word].append(record_id)
    met = {*found["changed"], *found["unchanged"]}
    difference = ImportDifference(
        added=tuple(found["added"]),
        changed=tuple(found["changed"]),
        unchanged=tuple(found["unchanged"]),
        untouched=tuple(record_id for record_id in before if record_id not in met),
    )
    counts = {name: len(getattr(difference, name)) for name in ("added", "changed", "unchanged", "untouched")}
    record_deed(session, deed, "batch.import", subject=batch_id, details=counts)
    return difference


def _keep_some(
    session: Session, batch_id: str, rows: Sequence[LearningRecord], deed: Deed
) -> Iterator[tuple[str, str]]:
    """Keep as many records as a query may name; gives what became of each, and its id, in order."""
    learners = keep_learners(session, [row.learner for row in rows], now=deed.at)
    learner_ids = {learner.id for learner in learners}
    keys = data_keys(session, learner_ids)
    theirs = select(records).where(records.c.batch_id == batch_id, records.c.learner_id.in_(learner_ids))
    stored = {(row.learner_id, row.offering_key, row.run): row for row in session.connection.execute(theirs)}
    position = last_position(session, batch_id)
    new: list[dict[str, Any]] = []
    for learner, row in zip(learners, rows, strict=True):
        place = (learner.id, offering_key(row.offering.code, row.offering.version), row.run.key)
        known, key, content = stored.get(place), keys[learner.id], _content_bytes(row)
        if known is None:
            new.append(_new_row(session, batch_id, position + len(new) + 1, place, (content, key)))
            yield "added", new[-1]["id"]
        elif learner.changed or key.open(known.content, _context("content", known.id)) != content:
            _overwrite(session, known.id, row, key)
            yield "changed", known.id
        else:
            yield "unchanged", known.id
    insert_rows(session, records, new)


def _new_row(
    session: Session, batch_id: str, position: int, place: tuple[str, str, str], given: tuple[bytes, DataKey]
) -> dict[str, Any]:
    """Return a row for a record; its place is learner, offering and run, what is given its content and key."""
    record_id, (content, key) = session.random_bytes(16).hex(), given
    return {
        "id": record_id,
        "batch_id": batch_id,
        "position": position,
        "learner_id": place[0],
        "offering_key": place[1],
        "run": place[2],
        "content": key.seal(content, _context("content", record_id)),
    }


def _overwrite(session: Session, record_id: str, row: LearningRecord, key: DataKey) -> None:
    sealed = key.seal(_content_bytes(row), _context("content", record_id))
    session.connection.execute(
        update(records).where(records.c.id == record_id).values(content=sealed, decision=None, outcome=None)
    )


def copy_record(session: Session, record_id: str, batch_id: str, *, replaces: Iterable[str]) -> str:
    """Copy a record, answers included, into a draft whose documents will supersede `replaces`; returns its id."""
    source = session.connection.execute(select(records).where(records.c.id == record_id)).one()
    key = data_key(session, source.learner_id)
    content = key.open(source.content, _context("content", record_id))
    place = (source.learner_id, source.offering_key, source.run)
    copy = _new_row(session, batch_id, last_position(session, batch_id) + 1, place, (content, key))
    session.connection.execute(insert(records), {**copy, "replaces": sorted(replaces)})
    copy_id = str(copy["id"])
    for row in session.connection.execute(select(answers).where(answers.c.record_id == record_id)).all():
        values = {**row._asdict(), "record_id": copy_id}
        values["content"] = key.seal(key.open(row.content, _answer_context(record_id)), _answer_context(copy_id))
        del values["id"]
        session.connection.execute(insert(answers), values)
    return copy_id


def load_record(session: Session, record_id: str) -> StoredRecord:
    """Return one record. Raises NotFoundError, after erasure too."""
    row = session.connection.execute(select(records).where(records.c.id == record_id)).first()
    found = _open(session, [row]) if row else []
    if not found:
        raise NotFoundError(f"there is no record {record_id!r}.", remedy="Look the batch up with: batch show")
    return found[0]


def load_records(session: Session, batch_id: str, *, after: int = 0, limit: int = 500) -> list[StoredRecord]:
    """Return a batch's records at the next `limit` positions, in order; those of erased learners are left out."""
    return load_with_keys(session, batch_id, after=after, limit=limit)[0]


def load_with_keys(
    session: Session, batch_id: str, *, after: int, limit: int
) -> tuple[list[StoredRecord], dict[str, DataKey]]:
    """Return the same, and their learners' data keys."""
    query = (
        select(records)
        .where(records.c.batch_id == batch_id, records.c.position > after, records.c.position <= after + limit)
        .order_by(records.c.position)
    )
    return _open_with_keys(session, list(session.connection.execute(query)))


def all_records(session: Session, batch_id: str) -> Iterator[StoredRecord]:
    """Give every record of a batch in order, opening some at a time; those of erased learners are left out."""
    for after in range(0, last_position(session, batch_id), RECORDS_AT_ONCE):
        yield from load_records(session, batch_id, after=after, limit=RECORDS_AT_ONCE)


def last_run_records(session: Session, batch_id: str) -> Iterator[StoredRecord]:
    """Give the records of the last issued run of each offering of a batch, from other batches, some at a time."""
    issued = (BatchState.SIGNED.value, BatchState.PUBLISHED.value)
    keys = session.connection.scalars(select(records.c.offering_key).where(records.c.batch_id == batch_id).distinct())
    for code in sorted({key.rpartition("/")[0] for key in keys}):
        others = (
            select(records)
            .join(batches, batches.c.id == records.c.batch_id)
            .where(
                records.c.batch_id != batch_id,
                batches.c.state.in_(issued),
                records.c.offering_key.startswith(f"{code}/", autoescape=True),
            )
        )
        last = session.connection.execute(
            others.order_by(batches.c.signed_at.desc(), records.c.run.desc()).limit(1)
        ).first()
        if last is not None:
            theirs = others.where(records.c.run == last.run, records.c.offering_key == last.offering_key)
            rows = session.connection.execute(
                theirs.order_by(records.c.id), execution_options={"yield_per": RECORDS_AT_ONCE}
            )
            for some in rows.partitions():
                yield from _open(session, some)


def last_position(session: Session, batch_id: str) -> int:
    """Return the position of a batch's last record; 0 if it has none."""
    return session.connection.scalar(select(func.max(records.c.position)).where(records.c.batch_id == batch_id)) or 0


def outcome_counts(session: Session, batch_id: str) -> dict[str, int]:
    """Count a batch's records by outcome; those not prepared yet under the empty word."""
    query = select(records.c.outcome, func.count()).where(records.c.batch_id == batch_id).group_by(records.c.outcome)
    return {outcome or "": count for outcome, count in session.connection.execute(query)}


class SealedOutcome(NamedTuple):
    """What prepare found of a record, encrypted under its learner's key: outcome, and findings as JSON values."""

    record_id: str
    outcome: str
    decision: bytes


def seal_outcome(record_id: str, outcome: str, findings: Sequence[Mapping[str, Any]], key: DataKey) -> SealedOutcome:
    """Encrypt what prepare found of a record; here or in another process."""
    content = json.dumps(list(findings), ensure_ascii=False).encode()
    sealed = key.seal(content, _context("decision", record_id))
    return SealedOutcome(record_id=record_id, outcome=outcome, decision=sealed)


def keep_outcomes(session: Session, outcomes: Iterable[SealedOutcome]) -> None:
    """Store what prepare found of each record."""
    rows = [{"of": each.record_id, "found": each.outcome, "sealed": each.decision} for each in outcomes]
    execute_many(session, _KEEP_OUTCOME, rows)


def forget_outcomes(session: Session, batch_id: str) -> None:
    """Forget what an earlier preparation found."""
    session.connection.execute(
        update(records).where(records.c.batch_id == batch_id).values(outcome=None, decision=None)
    )


def keep_answer(session: Session, record_id: str, answer: Answer, *, deed: Deed) -> None:
    """Store, or replace, what an authorised role answered to a question about one award."""
    record = load_record(session, record_id)
    session.connection.execute(
        answers.delete().where(
            answers.c.record_id == record_id, answers.c.rule == answer.rule, answers.c.subject == answer.subject
        )
    )
    content = {
        "value": answer.value,
        "motive": answer.motive,
        "role": answer.role,
        "answered_on": answer.answered_on.isoformat(),
    }
    key = data_key(session, record.learner_id)
    session.connection.execute(
        insert(answers),
        {
            "record_id": record_id,
            "rule": answer.rule,
            "subject": answer.subject,
            "account": deed.actor,
            "answered_at": deed.at,
            "content": key.seal(json.dumps(content).encode(), _answer_context(record_id)),
        },
    )
    record_deed(
        session, deed, "record.answer", subject=record_id, details={"rule": answer.rule, "subject": answer.subject}
    )


def _open(session: Session, rows: Sequence[Row[Any]]) -> list[StoredRecord]:
    return _open_with_keys(session, rows)[0]


def _open_with_keys(session: Session, rows: Sequence[Row[Any]]) -> tuple[list[StoredRecord], dict[str, DataKey]]:
    known = known_learners(session, {row.learner_id for row in rows})
    keys = {learner_id: key for learner_id, (key, _) in known.items()}
    answered = _answers(session, rows, keys)
    held = ((row, known[row.learner_id]) for row in rows if row.learner_id in known)
    return [_record(row, key, learner, answered.get(row.id, ())) for row, (key, learner) in held], keys


def _answers(session: Session, rows: Sequence[Row[Any]], keys: Mapping[str, DataKey]) -> dict[str, tuple[Answer, ...]]:
    owners = {row.id: row.learner_id for row in rows if row.learner_id in keys}
    found: dict[str, tuple[Answer, ...]] = {}
    for row in session.connection.execute(
        select(answers).where(answers.c.record_id.in_(owners)).order_by(answers.c.id)
    ):
        content = json.loads(keys[owners[row.record_id]].open(row.content, _answer_context(row.record_id)))
        content["answered_on"] = date.fromisoformat(content["answered_on"])
        answer = Answer(rule=row.rule, subject=row.subject, **content)
        found[row.record_id] = (*found.get(row.record_id, ()), answer)
    return found


def _record(row: Row[Any], key: DataKey, learner: Learner, answered: tuple[Answer, ...]) -> StoredRecord:
    content = json.loads(key.open(row.content, _context("content", row.id)))
    code, _, version = row.offering_key.rpartition("/")
    return StoredRecord(
        id=row.id,
        batch_id=row.batch_id,
        position=row.position,
        learner_id=row.learner_id,
        learner=learner,
        offering_code=code,
        offering_version=version,
        run=row.run,
        language=content["language"],
        results=tuple(_result(item) for item in content["results"]),
        answers=answered,
        outcome=row.outcome or "",
        findings=json.loads(key.open(row.decision, _context("decision", row.id))) if row.decision else (),
        replaces=tuple(row.replaces or ()),
    )


def _context(column: str, record_id: str) -> str:
    return f"records.{column}:{record_id}"


def _answer_context(record_id: str) -> str:
    return f"answers.content:{record_id}"


def _content_bytes(row: LearningRecord) -> bytes:
    return json.dumps({"language": row.language, "results": [_result_json(r) for r in row.results]}).encode()


def _result_json(result: ComponentResult) -> dict[str, Any]:
    return {
        "component": result.component,
        "status": result.status.value,
        "mark": None if result.mark is None else str(result.mark),
        "route": result.route.value if result.route else None,
        "attempt": result.attempt,
        "assessed_on": result.assessed_on.isoformat() if result.assessed_on else None,
        "credited_earlier_on": result.credited_earlier_on.isoformat() if result.credited_earlier_on else None,
        "honours": result.honours,
        "evidence": list(result.evidence),
    }


def _result(values: Mapping[str, Any]) -> ComponentResult:
    def day(name: str) -> date | None:
        return date.fromisoformat(values[name]) if values[name] else None

    return ComponentResult(
        component=values["component"],
        status=ResultStatus(values["status"]),
        mark=None if values["mark"] is None else Decimal(values["mark"]),
        route=EnrolmentRoute(values["route"]) if values["route"] else None,
        attempt=values["attempt"],
        assessed_on=day("assessed_on"),
        credited_earlier_on=day("credited_earlier_on"),
        # Records that were stored before there were honours and evidence have neither.
        honours=values.get("honours", False),
        evidence=tuple(values.get("evidence", ())),
    )
