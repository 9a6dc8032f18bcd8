"""Prepare a batch: decide, allot, build, look, store. Everything that will be signed is fixed here, and no key is used.

In slices, so that memory stays flat and nobody waits long for the database; other processes may build them (`slices`),
this one alone stores. A preparation that was interrupted leaves
a draft; the next one begins afresh. Numbers that it took stay gaps.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from vc_issuer.engine.base import Crew
from vc_issuer.engine.heap import set_aside
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import RuleError
from vc_issuer.issuance.allot import allot
from vc_issuer.issuance.approve import noting_refusal
from vc_issuer.issuance.batch import ApprovalDigest, check_transition
from vc_issuer.issuance.decide import Decided, decide
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.slices import BuildingTools, SliceBuilder, SliceBuilt, SliceTask
from vc_issuer.model.batch import WORTH_A_PORTION, BatchState, portions
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.offering import Offering
from vc_issuer.model.record import Decision, Finding, LearningRecord, Severity
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import Batch, change_batch, get_batch, set_prepare_token, withdraw_approvals
from vc_issuer.store.credentials import discard_documents, insert_documents
from vc_issuer.store.database import Database, Session
from vc_issuer.store.people import require_role
from vc_issuer.store.records import (
    StoredRecord,
    forget_outcomes,
    keep_outcomes,
    last_position,
    load_with_keys,
    outcome_counts,
)

SLICE = 200  # records a turn at most: some five hundred documents, twenty megabytes while they are built
_ENOUGH_SLICES = 16  # for several processes to be busy
MOST_ALONE = 500  # records that one process prepares before another has started


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareTools:
    """What preparing asks of others: the catalogue, the rules, their versions, what building takes, and who builds."""

    offering_of: Callable[[str, str], Offering]
    evaluate: Callable[[LearningRecord], Decision]
    rule_version: Callable[[str], str]
    building: BuildingTools
    crew: Crew = field(default_factory=InProcess)


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
    run = _Preparation(
        database=database,
        batch_id=batch_id,
        token=token,
        last=last,
        issued=moment,
        profile=profile,
        tools=tools,
    )
    builder = SliceBuilder(profile, tools.building, secret=database.random_bytes(32), issued=moment)
    slices = run.slices()
    with tools.crew, set_aside():
        # Built here while others start: they get what was drawn, looked at and learned with it.
        for first in islice(slices, 1):
            run.keep(builder.build(first))
        with closing(tools.crew.run(builder.open, slices)) as results:
            for built in results:
                run.keep(built)
    return run.finish(deed)


def slices_of(last: int) -> Iterator[tuple[int, int]]:
    """Give the slices of `last` records: after which each begins, and how many it has.

    Large ones, since random ids fill pages better in large transactions; but the first, which everybody waits for.
    """
    first = min(SLICE, WORTH_A_PORTION)
    yield 0, first
    yield from ((first + before, size) for before, size in portions(last - first, most=SLICE, parts=_ENOUGH_SLICES))


@dataclass(slots=True, kw_only=True)
class _Preparation:
    """One run of preparing: whoever else begins one takes the token away.

    Slices are decided and allotted as they are taken, and stored in their order, whichever is built first.
    """

    database: Database
    batch_id: str
    token: str
    last: int  # position of the batch's last record
    issued: datetime
    profile: IssuingProfile
    tools: PrepareTools
    _digest: ApprovalDigest = field(init=False)
    _early: dict[int, SliceBuilt] = field(default_factory=dict)
    _stored: int = 0  # slices
    _documents: int = 0
    _kept_back: list[KeptBack] = field(default_factory=list)
    _warnings: Counter[str] = field(default_factory=Counter)
    _offerings: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._digest = ApprovalDigest(self.batch_id)

    def slices(self) -> Iterator[SliceTask]:
        """Decide the records of each slice, and allot what their documents need."""
        for number, (after, size) in enumerate(slices_of(self.last), start=1):
            with self.database.reading() as session:
                records, keys = load_with_keys(session, self.batch_id, after=after, limit=size)
            decided = [self._decide(record) for record in records]
            with self.database.writing() as session:
                self._check_token(session)
                decided, allotted = allot(session, decided, self.profile, batch_id=self.batch_id, issued=self.issued)
            yield SliceTask(number=number, decided=tuple(decided), allotted=tuple(allotted), keys=keys)

    def _decide(self, record: StoredRecord) -> Decided:
        tools = self.tools
        return decide(record, self.profile, issued=self.issued, offering_of=tools.offering_of, evaluate=tools.evaluate)

    def keep(self, built: SliceBuilt) -> None:
        """Store a slice, and those that waited for it; positions follow the order of records."""
        self._early[built.number] = built
        while (due := self._early.pop(self._stored + 1, None)) is not None:
            self._store(due)
            self._stored += 1

    def _store(self, built: SliceBuilt) -> None:
        with self.database.writing() as session:
            self._check_token(session)
            insert_documents(session, self.batch_id, built.documents, first=self._documents + 1)
            keep_outcomes(session, (each.outcome for each in built.records))
        self._digest.add([digest for document in built.documents for digest in document.digests])
        self._documents += len(built.documents)
        self._kept_back += [
            KeptBack(record_id=each.outcome.record_id, position=each.position, findings=each.findings)
            for each in built.records
            if each.blocked
        ]
        self._warnings.update(f.rule for each in built.records for f in each.findings if f.severity is Severity.WARNING)
        self._offerings |= {each.offering for each in built.records if each.offering}

    def _check_token(self, session: Session) -> Batch:
        batch = get_batch(session, self.batch_id)
        if batch.prepare_token != self.token or batch.state is not BatchState.DRAFT:
            raise RuleError(
                f"batch {self.batch_id} is being prepared by somebody else.", remedy="Wait, and look again."
            )
        return batch

    def finish(self, deed: Deed) -> PrepareReport:
        """Fix the digest, and close the preparation. Raises RuleError for a batch that gives no documents."""
        rules = self._rule_versions()
        with self.database.writing() as session:
            batch = self._check_token(session)
            if not self._documents:
                raise RuleError(
                    f"batch {self.batch_id} gives no documents.",
                    remedy="Look at the findings of its records: batch show",
                )
            digest = self._digest.finish(self.profile, rules)
            values = {
                "prepared_by": deed.actor,
                "prepared_at": deed.at,
                "issued": self.issued,
                "rule_profiles": rules,
                "digest": digest,
                "prepare_token": None,
            }
            change_batch(session, batch, BatchState.PREPARED, values)
            details: Mapping[str, JsonValue] = {
                "digest": digest,
                "documents": self._documents,
                "kept_back": len(self._kept_back),
            }
            record_deed(session, deed, "batch.prepare", subject=self.batch_id, details=details)
            outcomes = outcome_counts(session, self.batch_id)
        return PrepareReport(
            batch_id=self.batch_id,
            digest=digest,
            issued=self.issued,
            documents=self._documents,
            outcomes=outcomes,
            kept_back=tuple(self._kept_back),
            warnings=dict(sorted(self._warnings.items())),
        )

    def _rule_versions(self) -> dict[str, str]:
        profiles = {self.tools.offering_of(code, version).profile for code, version in self._offerings}
        return {profile: self.tools.rule_version(profile) for profile in sorted(profiles)}


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
