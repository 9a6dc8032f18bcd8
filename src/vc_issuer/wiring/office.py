"""The office: everything a registrar changes in a home, each act under an account; the console and commands call it."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from vc_issuer.config import Mode, SigningEngine
from vc_issuer.engine.base import Engine
from vc_issuer.engine.registry import queue_engine
from vc_issuer.errors import InconclusiveError, RuleError, SignerError
from vc_issuer.intake.cohort import CohortReading, read_cohort
from vc_issuer.intake.diff import CohortDifference, compare_cohorts, known_of, merge_records
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.issuance.approve import approve_batch, note_refusal
from vc_issuer.issuance.desk import no_progress
from vc_issuer.issuance.erase import Erased, erase
from vc_issuer.issuance.issue import (
    SigningBench,
    SigningReport,
    pause_signing,
    resume_signing,
    sign_batch,
    start_signing,
)
from vc_issuer.issuance.lifecycle import (
    StatusChange,
    change_statuses,
    mark_statuses,
    open_supersession,
    publish_status_lists,
)
from vc_issuer.issuance.log_stamps import StampReport
from vc_issuer.issuance.prepare import PrepareReport, prepare_batch, return_to_draft
from vc_issuer.issuance.publish import publish_batch
from vc_issuer.issuance.review import Review, review_batch
from vc_issuer.issuance.sealing import SealingReport
from vc_issuer.issuance.signing import Checkpoint, no_checkpoint
from vc_issuer.issuance.status_lists import sign_due_lists
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import CredentialStatus, JsonValue
from vc_issuer.model.keys import KeyPurpose, SigningKey
from vc_issuer.model.offering import Answer, Offering
from vc_issuer.model.record import Finding, LearningRecord, Severity
from vc_issuer.rules import check_offering
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.audit import Deed, record_deed
from vc_issuer.store.batches import Batch, create_batch, touch_source
from vc_issuer.store.chunks import chunk_counts
from vc_issuer.store.database import Session
from vc_issuer.store.documents import StoredDocument
from vc_issuer.store.offerings import keep_offering
from vc_issuer.store.people import active_account, require_role
from vc_issuer.store.records import (
    ImportDifference,
    StoredRecord,
    all_records,
    batch_holding,
    keep_answer,
    keep_records,
)
from vc_issuer.store.status import mark_lists
from vc_issuer.wiring.backup import note_erasure
from vc_issuer.wiring.crew import MOST_CHECKED_ALONE, batch_crew, batch_engine
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.keys import history_hash, key_opener, signing_processes
from vc_issuer.wiring.passwords import prove_password
from vc_issuer.wiring.preparing import prepare_tools
from vc_issuer.wiring.sealing import augment_seals, check_promised_level, renew_due, stamp_log


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOffering:
    """An offering file as read, with everything that its rules find."""

    offering: Offering
    findings: tuple[Finding, ...]
    source: bytes = field(repr=False)

    @property
    def blocked(self) -> bool:
        """Tell whether an error keeps it out of the catalogue, or a question keeps its awards back."""
        return any(
            finding.severity is Severity.ERROR or (finding.severity is Severity.QUESTION and not finding.answered)
            for finding in self.findings
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What an import found and did. `batch_id` is empty where nothing was stored and no batch holds the same."""

    reading: CohortReading
    difference: CohortDifference | None = None
    batch_id: str = ""
    stored: ImportDifference | None = None


def check_offering_file(content: bytes, *, filename: str, base_url: str) -> CheckedOffering:
    """Read one offering file and lint it. Raises InputError with every problem of the file."""
    offering = read_offering(content, filename=filename, base_url=base_url, institutions=institutions())
    return CheckedOffering(offering=offering, findings=tuple(check_offering(offering)), source=content)


class Office:
    """The registrar's acts on one home, as one account."""

    def __init__(self, home: Home, account: str) -> None:
        self.home = home
        self.account = account
        self._proved = False

    def deed(self) -> Deed:
        """Return who acts, and that it is now."""
        return Deed(actor=self.account, at=self.home.now())

    def note_key(self, action: str, subject: str, details: Mapping[str, JsonValue]) -> None:
        """Record a step of the key ceremony, with the hash of the public history as it stands after it."""
        history = history_hash(self.home.settings)
        with self.home.database.writing() as session:
            active_account(session, self.account)
            record_deed(session, self.deed(), action, subject=subject, details={**details, "history": history})

    def sign_lists_anew(self) -> int:
        """Sign every status list under the status key now in force, as after a change of keys; returns how many."""
        # Marked for good first: if the key can't be opened now, `status publish` signs them later.
        with self.home.database.writing() as session:
            mark_lists(session)
        with self._status_key() as key, self.home.database.writing() as session:
            return sign_due_lists(session, profile=self.home.profile(), key=key, deed=self.deed())

    def add_offering(self, checked: CheckedOffering) -> bool:
        """Store a version; False if it is there already. Raises RuleError for one that its rules block."""
        offering = checked.offering
        if any(finding.severity is Severity.ERROR for finding in checked.findings):
            raise RuleError(
                f"{offering.code} {offering.version} breaks its rules.", remedy="See: vc-issuer offering check"
            )
        deed = self.deed()
        with self.home.database.writing() as session:
            require_role(session, deed.actor, "preparer", "registrar")
            return keep_offering(session, offering.code, offering.version, source=checked.source, deed=deed)

    def read_cohort(self, content: bytes, filename: str) -> CohortReading:
        """Read a cohort file against the catalogue. Raises UnreadableError."""
        return read_cohort(content, filename, self.home.offerings.by_version())

    def import_cohort(self, reading: CohortReading, *, sha256: str, title: str, dry_run: bool) -> ImportOutcome:
        """Bring a draft up to date with a reading; what was imported before is compared, and nothing is doubled."""
        deed = self.deed()
        with self.home.database.writing() as session:
            require_role(session, deed.actor, "preparer")
            held = batch_holding(session, reading.records)
            known = known_of(self._learning_records(session, held.batch_id) if held else (), reading.records)
            difference = compare_cohorts(known, reading.records)
            if dry_run or (held and difference.is_empty):
                return ImportOutcome(reading=reading, difference=difference, batch_id=held.batch_id if held else "")
            if held and held.state is BatchState.DRAFT:
                batch_id = held.batch_id
                touch_source(session, batch_id, source_name=reading.filename, source_sha256=sha256)
                rows: Sequence[LearningRecord] = merge_records(known.records, reading.records)
            else:
                batch_id = create_batch(
                    session, title, deed=deed, source_name=reading.filename, source_sha256=sha256
                ).id
                rows = reading.records
            kept = keep_records(session, batch_id, rows, deed=deed)
        return ImportOutcome(reading=reading, difference=difference, batch_id=batch_id, stored=kept)

    def answer(self, record_id: str, answer: Answer) -> None:
        """Record what an authorised role answered to a question about one award."""
        deed = self.deed()
        with self.home.database.writing() as session:
            require_role(session, deed.actor, "preparer", "approver", "registrar")
            keep_answer(session, record_id, answer, deed=deed)

    def prepare(self, batch_id: str, *, issued: datetime | None = None, processes: int = 1) -> PrepareReport:
        """Fix everything that will be signed, large batches in many processes; 0 is one a core. Raises RuleError."""
        return prepare_batch(
            self.home.database,
            batch_id,
            profile=self.home.profile(),
            tools=prepare_tools(self.home, issued or self.home.now(), batch_crew(self.home, batch_id, processes)),
            deed=self.deed(),
            issued=issued,
        )

    def return_to_draft(self, batch_id: str) -> Batch:
        """Take a prepared or approved batch apart again."""
        return return_to_draft(self.home.database, batch_id, deed=self.deed())

    def review(self, batch_id: str) -> Review:
        """Show the approver outliers and a random sample; the token that comes with them opens the approval."""
        return review_batch(
            self.home.database,
            batch_id,
            offering_of=cache(self.home.offerings.offering),  # asked for every record
            deed=self.deed(),
            staff=self.home.staff(),
        )

    def approve(self, batch_id: str, digest: str, seen: str = "") -> Batch:
        """Approve exactly what the digest covers. `seen` is the review's token.

        Without one, a demonstration or test draws the sample itself; production refuses. Raises RuleError.
        """
        if not seen and self.home.settings.mode is not Mode.PRODUCTION:
            seen = self.review(batch_id).token
        return approve_batch(
            self.home.database, batch_id, digest=digest, seen=seen, profile=self.home.profile(), deed=self.deed()
        )

    def prove(self, password: str) -> None:
        """Prove once more who acts, before signing. Raises RuleError."""
        prove_password(self.home.database, password, deed=self.deed())
        self._proved = True

    @property
    def wants_password(self) -> bool:
        """Tell whether signing asks for the account's password first."""
        return self.home.settings.mode is Mode.PRODUCTION and not self._proved

    def _check_proved(self, batch_id: str) -> None:
        if self.wants_password:
            error = RuleError("signing asks for your password once more.", remedy="Give it, then sign.")
            note_refusal(self.home.database, self.deed(), "batch.sign", batch_id, error)
            raise error

    def sign(
        self,
        batch_id: str,
        *,
        processes: int = 1,
        progress: Callable[[int, int], None] = no_progress,
        checkpoint: Checkpoint = no_checkpoint,
        notice: Callable[[str], None] = lambda _: None,
    ) -> SigningReport:
        """Sign what is unsigned; safe to run again after any crash. `notice` is told what a person should know.

        In production `prove` comes first.
        """
        self._check_proved(batch_id)
        local = batch_engine(signing_processes(self.home.settings, processes or os.cpu_count() or 1))
        checking = batch_crew(self.home, batch_id, 0, most_alone=MOST_CHECKED_ALONE) if self.has_workers else local
        bench = SigningBench(
            engine=self._queue(notice) if self.has_workers else local,
            crew=checking,
            open_keys=key_opener(self.home.settings.home),
            clock=self.home.now,
            progress=progress,
            checkpoint=checkpoint,
        )
        try:
            profile = self.home.profile()
            report = sign_batch(self.home.database, batch_id, profile=profile, bench=bench, actor=self.account)
        except SignerError as error:
            if error.retryable:
                self._note_pause(batch_id)
            raise
        if not report.is_paused:
            self._stamp_checkpoint(batch_id, notice)
            self._reach_level(batch_id)
        return report

    @property
    def has_workers(self) -> bool:
        """Tell whether workers sign, so that signing can be started here and left to them."""
        return self.home.settings.signing.engine is SigningEngine.WORKERS

    def start_signing(self, batch_id: str) -> bool:
        """Give an approved batch to the workers and return; False if nothing is left to sign. Raises as `sign`."""
        self._check_proved(batch_id)
        bench = SigningBench(
            engine=self._queue(lambda _: None), open_keys=key_opener(self.home.settings.home), clock=self.home.now
        )
        return start_signing(self.home.database, batch_id, profile=self.home.profile(), bench=bench, actor=self.account)

    def _note_pause(self, batch_id: str) -> None:
        with self.home.database.writing() as session:
            counts = chunk_counts(session, batch_id)
            details = {"chunks": counts.total, "finished": counts.finished}
            record_deed(session, self.deed(), "batch.pause", subject=batch_id, details=details)

    def _stamp_checkpoint(self, batch_id: str, notice: Callable[[str], None]) -> None:
        """Have the batch's checkpoint time-stamped where an authority is set up; without it the batch is signed too."""
        if not self.home.settings.seal.tsa:
            return
        for problem in self.stamp_log(batch_id).problems:
            notice(f"vc-issuer: batch {batch_id} is signed, but {problem} Fetch it later with: vc-issuer log stamp")

    def stamp_log(self, batch_id: str | None = None) -> StampReport:
        """Have the log's checkpoints time-stamped, all that lack it or that of one batch."""
        return stamp_log(self.home, deed=self.deed(), batch_id=batch_id)

    def _reach_level(self, batch_id: str) -> None:
        """Add what the level of the settings asks for; what was signed stays signed whatever comes of it."""
        level = self.home.settings.seal.level
        if level == SealLevel.B.value:
            return
        problems = self.augment_seals((batch_id,)).problems
        if problems:
            raise InconclusiveError(
                f"batch {batch_id} is signed, but seals of it stay below {level}: {problems[0]}",
                remedy=f"Then go on with: vc-issuer seal augment {batch_id}",
            )

    def augment_seals(
        self, names: Sequence[str], level: SealLevel | None = None, *, progress: Callable[[int], None] = lambda _: None
    ) -> SealingReport:
        """Raise the seals of batches or documents to a level, or to that of the settings."""
        return augment_seals(self.home, names, level, deed=self.deed(), progress=progress)

    def renew_seals(
        self,
        names: Sequence[str] = (),
        within_days: int | None = None,
        *,
        progress: Callable[[int], None] = lambda _: None,
    ) -> SealingReport:
        """Renew every archived seal whose proof ends soon."""
        return renew_due(self.home, names, within_days=within_days, deed=self.deed(), progress=progress)

    @contextmanager
    def _status_key(self) -> Iterator[SigningKey]:
        with key_opener(self.home.settings.home)({KeyPurpose.STATUS}) as keys:
            yield keys.of(KeyPurpose.STATUS)

    def _queue(self, notice: Callable[[str], None]) -> Engine:
        return queue_engine(self.home.settings.database_url, notice)

    def pause(self, batch_id: str) -> None:
        """Let no further chunk of a batch begin."""
        pause_signing(self.home.database, batch_id, deed=self.deed())

    def resume(self, batch_id: str) -> None:
        """Let chunks begin again; sign the batch to go on."""
        resume_signing(self.home.database, batch_id, deed=self.deed())

    def publish(self, batch_id: str) -> Batch:
        """Show a signed batch behind its codes. Raises RuleError if its seals lack the level of the settings."""
        check_promised_level(self.home, batch_id)
        with self._status_key() as key:
            return publish_batch(
                self.home.database,
                batch_id,
                profile=self.home.profile(),
                key=key,
                deed=self.deed(),
            )

    def change_status(self, names: Iterable[str], status: CredentialStatus, reason: str) -> tuple[StoredDocument, ...]:
        """Change the status of every named document, all of them or none; served at once, or as the settings say."""
        change = StatusChange(status=status, reason=reason, deed=self.deed())
        if self.home.settings.status.publish == "scheduled":
            return mark_statuses(self.home.database, names, change)
        with self._status_key() as key:
            return change_statuses(self.home.database, names, change, profile=self.home.profile(), key=key)

    def erase(self, student_number: str) -> Erased:
        """Erase a person; the register of erasures keeps them erased when an older backup is restored."""
        home = self.home
        with self._status_key() as key:
            erased = erase(home.database, student_number, profile=home.profile(), key=key, deed=self.deed())
        note_erasure(home.settings.home, erased.learner_id)
        return erased

    def publish_statuses(self) -> int:
        """Sign and serve every status list that lags behind; returns how many."""
        with self._status_key() as key:
            return publish_status_lists(self.home.database, profile=self.home.profile(), key=key, deed=self.deed())

    def supersede(self, names: Iterable[str], reason: str) -> str:
        """Open a draft whose documents will take the place of the named ones; returns its id."""
        return open_supersession(self.home.database, names, reason=reason, deed=self.deed())

    def _learning_records(self, session: Session, batch_id: str) -> Iterator[LearningRecord]:
        offering_of = cache(self.home.offerings.offering)  # asked for every record
        for stored in all_records(session, batch_id):
            yield self._learning_record(stored, offering_of(stored.offering_code, stored.offering_version))

    @staticmethod
    def _learning_record(stored: StoredRecord, offering: Offering) -> LearningRecord:
        run = offering.run(stored.run)
        if run is None:
            raise RuleError(f"{offering.code} has no run {stored.run} any more.", remedy="Add it to the offering.")
        return LearningRecord(
            learner=stored.learner, offering=offering, run=run, results=stored.results, language=stored.language
        )
