"""The row of stored twins: awards that were decided are built, secured and stored with their status slots, in SQLite.

Counted is all CPU time of it: ids, numbers, codes and slots allotted; an ELM and the badge of the document's one
language built, looked at (preflight), encrypted and stored; taken again, secured, each own signature verified, stored
with its leaf in the log; and what is paid once, such as learning shapes, for as many documents as there are. Slices,
chunks and transactions are those of production. Before the clock starts lie the import, the rules and the opening of
keys; what only a whole batch does (review, approval, digests) is in `batch-signed`.
"""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from vc_issuer.bench.inputs import imported_batch, new_home
from vc_issuer.bench.row import Bench, Row
from vc_issuer.bench.stored import DOCUMENTS_A_LEARNER, cpu_s
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import RuleError
from vc_issuer.issuance.allot import allot
from vc_issuer.issuance.decide import Decided, decide
from vc_issuer.issuance.desk import BatchDesk
from vc_issuer.issuance.prepare import SLICE
from vc_issuer.issuance.profile import KeyRing
from vc_issuer.issuance.signing import check_secured
from vc_issuer.issuance.slices import BuildingTools, SliceTask, open_building
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.store.chunks import plan_chunks
from vc_issuer.store.credentials import insert_documents, prepared_parts
from vc_issuer.store.issuance_log import log_size
from vc_issuer.store.people import data_keys
from vc_issuer.store.records import keep_outcomes, last_position, load_records
from vc_issuer.store.secured import secured_of
from vc_issuer.store.tables import status_slots
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.keys import key_opener
from vc_issuer.wiring.preparing import prepare_tools

LANGUAGE = "nl"
_VERIFIED = 20  # documents that the generic path verifies once more after the clock has stopped


def twin_stored(bench: Bench) -> Row:
    """Build, secure and store the twins of awards; raises RuleError if what was stored doesn't verify."""
    documents = [0]

    def measure() -> float:
        with decided_work(bench.count) as work:
            begun = cpu_s()
            documents[0] = work.store_prepared()
            work.store_secured()
            work.home.database.settle()
            spent = cpu_s() - begun
            work.check(documents[0])
        return spent / documents[0] * 1e6

    cost = bench.clock.ratio(measure, rounds=1)
    return Row(work="twin-stored", cost=cost, more={"documents": float(documents[0])})


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardsWork:
    """A home whose draft was decided, and what preparing and signing it works with."""

    home: Home
    batch_id: str
    decided: Sequence[Decided]
    issued: datetime
    building: BuildingTools
    keys: KeyRing

    def store_prepared(self) -> int:
        """Allot, build and store, a slice of records at a time; returns how many documents there are."""
        database, profile, count = self.home.database, self.home.profile(), 0
        with open_building(profile, self.building, secrets.token_bytes(32), self.issued) as build:
            for number, start in enumerate(range(0, len(self.decided), SLICE)):
                some = self.decided[start : start + SLICE]
                with database.writing() as session:
                    keys = data_keys(session, {each.record.learner_id for each in some})
                    now, allotted = allot(session, some, profile, batch_id=self.batch_id, issued=self.issued)
                built = build(SliceTask(number=number, decided=tuple(now), allotted=tuple(allotted), keys=keys))
                with database.writing() as session:
                    insert_documents(session, self.batch_id, built.documents, first=count + 1)
                    keep_outcomes(session, (each.outcome for each in built.records))
                count += len(built.documents)
        return count

    def store_secured(self) -> None:
        """Sign what was stored, a chunk at a time."""
        home, profile = self.home, self.home.profile()
        with home.database.writing() as session:
            plan_chunks(session, self.batch_id, size=profile.chunk_documents)
        desk = BatchDesk(
            database=home.database,
            batch_id=self.batch_id,
            profile=profile,
            open_keys=lambda _: nullcontext(self.keys),
            clock=home.now,
        )
        InProcess().complete(desk)

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


@contextmanager
def decided_work(documents: int) -> Iterator[AwardsWork]:
    """Make a home whose draft gives about so many documents, each in one language, and decide its records."""
    with tempfile.TemporaryDirectory(prefix="vc-issuer-bench-") as folder:
        home = new_home(Path(folder) / "home", languages=(LANGUAGE,))
        try:
            batch_id = imported_batch(home, max(1, round(documents / DOCUMENTS_A_LEARNER)), seed=7)
            issued = home.now()
            tools, profile = prepare_tools(home, issued, InProcess()), home.profile()
            with home.database.reading() as session:
                records = load_records(session, batch_id, limit=last_position(session, batch_id))
            decided = [
                decide(record, profile, issued=issued, offering_of=tools.offering_of, evaluate=tools.evaluate)
                for record in records
            ]
            with key_opener(home.settings.home)({KeyPurpose.CREDENTIAL, KeyPurpose.SEAL}) as keys:
                yield AwardsWork(
                    home=home, batch_id=batch_id, decided=decided, issued=issued, building=tools.building, keys=keys
                )
        finally:
            home.close()
