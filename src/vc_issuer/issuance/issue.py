"""Sign an approved batch: intent before a key is used, a chunk in one transaction, the same again after any crash.

1. Start: the digest is computed anew from the stored bytes and must be the one that was approved; chunks are planned.
2. For each chunk: note that it begins, take its unsigned parts, sign and verify them, store them, note that it ended.
3. Finish: nothing is left unsigned, the digest still holds, status lists and a checkpoint of the log are signed.
A chunk that runs twice does nothing the second time; parts that a crash lost are signed again.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from vc_issuer.engine.base import Crew, Engine, Job
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import RuleError
from vc_issuer.issuance.approve import check_recorded, digest_now, noting_refusal
from vc_issuer.issuance.batch import check_digest, check_transition
from vc_issuer.issuance.desk import BatchDesk, no_progress
from vc_issuer.issuance.log import close_batch
from vc_issuer.issuance.profile import IssuingProfile, KeyRing, OpenKeys
from vc_issuer.issuance.signing import Checkpoint, no_checkpoint, open_checking
from vc_issuer.issuance.status_lists import sign_due_lists
from vc_issuer.model.batch import BatchState
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import change_batch, get_batch, set_pause, standing_approval
from vc_issuer.store.chunks import clear_trouble, open_chunks, plan_chunks
from vc_issuer.store.credentials import count_unsigned, sealed_parts
from vc_issuer.store.database import Database, Session
from vc_issuer.store.documents import document_count
from vc_issuer.store.people import require_role

_DONE = frozenset({BatchState.SIGNED, BatchState.PUBLISHED})
_CHECKED_AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningBench:
    """What signing works with: an engine, the keys, a clock, somebody to tell of finished chunks.

    `crew` checks the stored bytes before the first key is used; it may be the engine itself.
    """

    engine: Engine
    open_keys: OpenKeys
    clock: Callable[[], datetime]
    progress: Callable[[int, int], None] = no_progress
    checkpoint: Checkpoint = no_checkpoint
    crew: Crew = field(default_factory=InProcess)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningReport:
    """What a run of signing did; a batch that was signed before gives no new signatures."""

    batch_id: str
    documents: int
    signed_now: int
    is_paused: bool = False


class _Run(NamedTuple):
    """One run of signing."""

    database: Database
    batch_id: str
    actor: str
    profile: IssuingProfile
    bench: SigningBench


def sign_batch(
    database: Database, batch_id: str, *, profile: IssuingProfile, bench: SigningBench, actor: str
) -> SigningReport:
    """Sign what of a batch is unsigned; safe to run again at any time, after any crash.

    Raises RuleError (not approved, not yet due, changed since approval, other keys), SignerError, and
    UnsafeDocumentError for a document that can't be signed; what was stored before stays.
    """
    run = _Run(database, batch_id, actor, profile, bench)
    is_paused = False
    with ExitStack() as held, ExitStack() as called:
        closing_keys = _ClosingKeys(bench.open_keys, held)
        desk = BatchDesk(
            database=database,
            batch_id=batch_id,
            profile=profile,
            open_keys=bench.open_keys,
            clock=bench.clock,
            progress=bench.progress,
            checkpoint=bench.checkpoint,
            before_signing=closing_keys.open,
        )
        called.enter_context(bench.crew)
        has_begun = _begun(run)
        engine: object = bench.engine
        if bench.crew is not engine:
            called.close()  # who checked waits for nobody else's signatures
        if has_begun:
            bench.checkpoint("started")
            bench.engine.complete(desk)
            is_paused = desk.standing().is_paused
            if not is_paused:
                _finish(run, closing_keys)
    with database.reading() as session:
        return SigningReport(
            batch_id=batch_id,
            documents=document_count(session, batch_id),
            signed_now=desk.signed,
            is_paused=is_paused,
        )


class _ClosingKeys:
    """The keys that close a batch, opened once and held until the run ends.

    A process that signs opens them before the others: one that can't be opened is heard of before thousands are signed
    in vain. Where there are further processes they have begun by then, and have no result yet to wait with.
    """

    def __init__(self, open_keys: OpenKeys, held: ExitStack) -> None:
        self._open_keys = open_keys
        self._held = held
        self._ring: KeyRing | None = None

    def open(self) -> KeyRing:
        """Return them. Raises what opening raises."""
        if self._ring is None:
            self._ring = self._held.enter_context(self._open_keys({KeyPurpose.STATUS, KeyPurpose.METADATA}))
        return self._ring


def start_signing(
    database: Database, batch_id: str, *, profile: IssuingProfile, bench: SigningBench, actor: str
) -> bool:
    """Hand the chunks of an approved batch to the engine's workers and return; False if nothing is left to sign.

    Raises as `sign_batch` does before its first signature.
    """
    return _begun(_Run(database, batch_id, actor, profile, bench))


def pause_signing(database: Database, batch_id: str, *, deed: Deed) -> None:
    """Let no further chunk begin; those under way are finished and kept. Raises RuleError if none is signed now."""
    with noting_refusal(database, deed, "batch.pause", batch_id), database.writing() as session:
        require_role(session, deed.actor, "preparer", "approver", "signer")
        batch = get_batch(session, batch_id)
        if batch.state is not BatchState.SIGNING:
            raise RuleError(f"batch {batch_id} is {batch.state.value}: there is no signing to pause.")
        set_pause(session, batch_id, deed=deed)
        record_deed(session, deed, "batch.pause", subject=batch_id)


def resume_signing(database: Database, batch_id: str, *, deed: Deed) -> None:
    """Let chunks begin again; sign the batch to go on. Raises RuleError for a batch that is not paused."""
    with noting_refusal(database, deed, "batch.resume", batch_id), database.writing() as session:
        require_role(session, deed.actor, "preparer", "approver", "signer")
        if get_batch(session, batch_id).paused_at is None:
            raise RuleError(f"batch {batch_id} is not paused.", remedy="Look at it with: vc-issuer batch show")
        set_pause(session, batch_id, deed=None)
        record_deed(session, deed, "batch.resume", subject=batch_id)


def _begun(run: _Run) -> bool:
    """Start, and record who tried what if that is refused."""
    with noting_refusal(run.database, Deed(actor=run.actor, at=run.bench.clock()), "batch.sign", run.batch_id):
        return _start(run)


def _start(run: _Run) -> bool:
    """Begin, or begin again; False if there is nothing left to sign. Jobs are deferred in the same transaction."""
    now = run.bench.clock()
    with run.database.reading() as session:
        require_role(session, run.actor, "preparer", "approver", "signer")
        if _may_sign(session, run, now):
            _check_bytes(session, run.batch_id, run.bench.crew)
    with run.database.writing() as session:
        if not _may_sign(session, run, now):
            return False
        batch = get_batch(session, run.batch_id)
        approved = standing_approval(session, batch.id)
        check_digest(digest_now(session, batch, run.profile), approved, what="approved")
        check_recorded(session, batch.id, approved or "")
        if batch.state is BatchState.SIGNING:
            clear_trouble(session, batch.id)
        else:
            chunks = plan_chunks(session, batch.id, most=run.profile.chunk_documents)
            deed = Deed(actor=run.actor, at=now)
            record_deed(session, deed, "batch.sign", subject=batch.id, details={"chunks": chunks})
            change_batch(session, batch, BatchState.SIGNING, {"signing_by": run.actor, "signing_at": now})
        jobs = [Job(batch.id, chunk.number) for chunk in open_chunks(session, batch.id)]
        run.bench.engine.defer(session.connection.connection.driver_connection, jobs)
    return True


def _may_sign(session: Session, run: _Run, now: datetime) -> bool:
    """Tell whether anything is left to sign. Raises RuleError for a batch that is not approved, or not yet due."""
    batch = get_batch(session, run.batch_id)
    if batch.state in _DONE:
        return False
    if batch.state is not BatchState.SIGNING:
        check_transition(batch.id, batch.state, BatchState.SIGNING)
    if batch.paused_at is not None:
        raise RuleError(f"batch {batch.id} is paused.", remedy=f"Go on with: vc-issuer batch resume {batch.id}")
    if batch.issued is None or now < batch.issued:
        raise RuleError(
            f"batch {batch.id} is to be issued at {batch.issued:%Y-%m-%d %H:%M} UTC and may not be signed before.",
            remedy="Wait until then, or prepare it anew with an earlier time.",
        )
    return True


def _check_bytes(session: Session, batch_id: str, crew: Crew) -> None:
    """Check every stored document against its digest; each chunk checks its own once more before it signs."""
    firsts = range(1, document_count(session, batch_id) + 1, _CHECKED_AT_ONCE)
    tasks = (sealed_parts(session, batch_id, first=first, last=first + _CHECKED_AT_ONCE - 1) for first in firsts)
    with closing(crew.run(open_checking, tasks)) as counts:
        for _ in counts:
            pass


def finish_signing(
    database: Database, batch_id: str, *, profile: IssuingProfile, bench: SigningBench, actor: str
) -> None:
    """Close a batch whose every part is signed, and sign its status lists; the second time no key is opened."""
    with ExitStack() as held:
        _finish(_Run(database, batch_id, actor, profile, bench), _ClosingKeys(bench.open_keys, held))


def _finish(run: _Run, closing_keys: _ClosingKeys) -> None:
    with run.database.reading() as session:
        if get_batch(session, run.batch_id).state in _DONE:
            return
    keys, profile = closing_keys.open(), run.profile
    with run.database.writing() as session:
        deed = Deed(actor=run.actor, at=run.bench.clock())
        batch = get_batch(session, run.batch_id)
        if batch.state in _DONE:
            return
        unsigned = count_unsigned(session, batch.id)
        if unsigned:
            raise RuleError(f"batch {batch.id} has {unsigned} parts unsigned.", remedy="Sign it again to go on.")
        check_digest(digest_now(session, batch, profile), standing_approval(session, batch.id), what="approved")
        sign_due_lists(session, profile=profile, key=keys.of(KeyPurpose.STATUS), deed=deed)
        close_batch(session, batch.id, profile=profile, key=keys.of(KeyPurpose.METADATA), deed=deed)
        run.bench.checkpoint("finishing")
        record_deed(session, deed, "batch.signed", subject=batch.id)
        change_batch(session, batch, BatchState.SIGNED, {"signed_at": deed.at})
