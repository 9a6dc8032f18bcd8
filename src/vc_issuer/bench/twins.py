"""The row of stored twins: awards that were decided are built, secured and stored with their status slots, in SQLite.

Counted is all CPU time of it: ids, numbers, codes and slots allotted; an ELM and the badge of the document's one
language built, encrypted and stored; taken again, secured, each own signature verified, stored with its leaf in the
log; and what is paid once, such as learning shapes, for as many documents as there are. Slices, chunks and
transactions are those of production. Left out are the import, the rules and the opening of keys; what only
a whole batch does (preflight, review, approval, digests) is in `batch-signed`.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from vc_issuer.bench.clock import Cost, Laps
from vc_issuer.bench.inputs import imported_batch, new_home
from vc_issuer.bench.row import Bench, Row
from vc_issuer.bench.stored import DOCUMENTS_A_LEARNER
from vc_issuer.engine.heap import set_aside
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import RuleError
from vc_issuer.issuance.allot import Allotted, allot
from vc_issuer.issuance.decide import Decided, decide
from vc_issuer.issuance.desk import BatchDesk
from vc_issuer.issuance.prepare import PrepareTools, slices_of
from vc_issuer.issuance.profile import KeyRing
from vc_issuer.issuance.signing import check_secured
from vc_issuer.issuance.slices import DocumentBuilder
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.store.chunks import plan_chunks
from vc_issuer.store.credentials import SealedDocument, insert_documents, prepared_parts, seal_document
from vc_issuer.store.issuance_log import log_size
from vc_issuer.store.people import data_keys
from vc_issuer.store.records import last_position, load_records
from vc_issuer.store.secured import secured_of
from vc_issuer.store.tables import status_slots
from vc_issuer.store.vault import DataKey
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.keys import key_opener
from vc_issuer.wiring.preparing import prepare_tools

LANGUAGE = "nl"
_VERIFIED = 20  # documents that the generic path verifies once more after the clock has stopped


def twin_stored(bench: Bench) -> Row:
    """Build, secure and store the twins of awards; raises RuleError if what was stored doesn't verify."""
    laps = Laps(bench.clock)
    with decided_work(bench.count) as work:
        documents = work.store_prepared(laps)
        work.store_secured(laps)
        work.check(documents)
    each = laps.units / documents
    cost = Cost(units=each, least=each, most=each)
    return Row(work="twin-stored", cost=cost, more={"documents": float(documents)})


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardsWork:
    """A home with a draft, and what preparing and signing it works with."""

    home: Home
    batch_id: str
    tools: PrepareTools
    keys: KeyRing
    issued: datetime

    def decided(self) -> Iterator[list[Decided]]:
        """Decide the draft's records, a slice at a time."""
        profile = self.home.profile()
        with self.home.database.reading() as session:
            last = last_position(session, self.batch_id)
        for after, size in slices_of(last):
            with self.home.database.reading() as session:
                records = load_records(session, self.batch_id, after=after, limit=size)
            yield [
                decide(
                    record,
                    profile,
                    issued=self.issued,
                    offering_of=self.tools.offering_of,
                    evaluate=self.tools.evaluate,
                )
                for record in records
            ]

    def store_prepared(self, laps: Laps) -> int:
        """Allot, build and store, a slice of records at a time; returns how many documents there are."""
        database, profile, count = self.home.database, self.home.profile(), 0
        documents = DocumentBuilder(self.tools.building, self.issued)
        with set_aside():  # as every crew does
            for decided in self.decided():
                laps.go()
                with database.writing() as session:
                    keys = data_keys(session, {each.record.learner_id for each in decided})
                    _, allotted = allot(session, decided, profile, batch_id=self.batch_id, issued=self.issued)
                sealed = [_sealed(documents, each, keys) for each in allotted]
                with database.writing() as session:
                    insert_documents(session, self.batch_id, sealed, first=count + 1)
                laps.end()
                count += len(sealed)
        return count

    def store_secured(self, laps: Laps) -> None:
        """Sign what was stored, a chunk at a time, and fold the database's log into it."""
        home, profile = self.home, self.home.profile()

        def next_lap(_finished: int, _total: int) -> None:
            laps.end()
            laps.go()

        desk = BatchDesk(
            database=home.database,
            batch_id=self.batch_id,
            profile=profile,
            open_keys=lambda _: nullcontext(self.keys),
            clock=home.now,
            progress=next_lap,
        )
        laps.go()
        with home.database.writing() as session:
            plan_chunks(session, self.batch_id, most=profile.chunk_documents)
        InProcess().complete(desk)
        home.database.settle()
        laps.end()

    def check(self, documents: int) -> None:
        """Return if both twins of every document are stored and logged, each document has its slot, and some verify."""
        with self.home.database.reading() as session:
            taken = session.connection.scalar(select(func.count(status_slots.c.document_id)))
            logged, last = log_size(session), min(documents, _VERIFIED)
            prepared = {part.credential_id: part for part in prepared_parts(session, self.batch_id, first=1, last=last)}
            secured = secured_of(session, {part.document_id for part in prepared.values()})
        if (taken, logged, len(prepared)) != (documents, 2 * documents, 2 * last):
            raise RuleError("not every twin was stored with its status slot.", remedy="Report this as a defect.")
        profile = self.home.profile()
        for part in (each for parts in secured.values() for each in parts):
            plan, method = profile.plan(part.format), self.keys.key(part.format).method
            check_secured(prepared.pop(part.credential_id), part.secured, plan, method)
        if prepared:
            raise RuleError("a twin was stored without its signature.", remedy="Report this as a defect.")


def _sealed(documents: DocumentBuilder, allotted: Allotted, keys: Mapping[str, DataKey]) -> SealedDocument:
    built = documents.build(allotted)
    if built.twin.documents is not None:
        documents.looked_at(built, ())  # the preflight of the first of a family belongs to the whole batch
    return seal_document(built.new, keys[built.new.learner_id])


@contextmanager
def decided_work(documents: int) -> Iterator[AwardsWork]:
    """Make a home whose draft gives about so many documents, each in one language, and open its keys."""
    with tempfile.TemporaryDirectory(prefix="vc-issuer-bench-") as folder:
        home = new_home(Path(folder) / "home", languages=(LANGUAGE,))
        try:
            batch_id = imported_batch(home, max(1, round(documents / DOCUMENTS_A_LEARNER)), seed=7)
            issued = home.now()
            tools = prepare_tools(home, issued, InProcess())
            with key_opener(home.settings.home)({KeyPurpose.CREDENTIAL, KeyPurpose.SEAL}) as keys:
                yield AwardsWork(home=home, batch_id=batch_id, tools=tools, keys=keys, issued=issued)
        finally:
            home.close()
