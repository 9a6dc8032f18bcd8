"""One body for every engine: chunks that crash, pause, fail or come twice leave each part signed exactly once."""

import random
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import pytest

from issuance.house import APPROVER, LATER, House, new_house, open_keys, record, vault
from postgres import postgresql_url
from vc_issuer.engine.base import Job, Standing
from vc_issuer.engine.local import InProcess, ProcessPool
from vc_issuer.engine.queue import LAST_POLL_S, POLL_S, Queue, prepare_queue, work
from vc_issuer.errors import RuleError, SignerError
from vc_issuer.issuance.desk import keep_chunk, take_chunk, work_on
from vc_issuer.issuance.issue import pause_signing, resume_signing
from vc_issuer.issuance.signing import no_checkpoint, open_signing
from vc_issuer.model.batch import BatchState
from vc_issuer.store.batches import get_batch
from vc_issuer.store.chunks import open_chunks
from vc_issuer.store.database import open_database

LEARNERS = 6  # with their certificates, eighteen documents in five chunks


@dataclass
class Office:
    """A house and the engine that its batches are signed with; `workers` runs them beside a call of `sign`."""

    house: House
    engine: object
    url: str = ""

    def sign(self, batch_id, *, open_with=open_keys, **bench):
        if not self.url:
            return self.house.sign(batch_id, engine=self.engine, open_keys=open_with, **bench)
        stop = threading.Event()
        thread = threading.Thread(target=self._work, args=(stop, open_with), daemon=True)
        thread.start()
        try:
            return self.house.sign(batch_id, engine=self.engine, open_keys=open_with, **bench)
        finally:
            stop.set()
            thread.join()

    def _work(self, stop, open_with):
        database = open_database(self.url, vault=vault(3), random_bytes=random.Random(3).randbytes)
        while not stop.is_set():
            work(self.url, partial(self._do, database, open_with), until_empty=True)
            stop.wait(0.05)
        database.close()

    def _do(self, database, open_with, job):
        with ExitStack() as stack:
            signing = open_signing(open_with, self.house.profile, no_checkpoint)
            work_on(database, job, lambda: stack.enter_context(signing), clock=lambda: LATER)


@pytest.fixture(params=["in this process", "two processes", "queue"])
def office(request, tmp_path):
    if request.param == "queue":
        with postgresql_url() as url:
            prepare_queue(url)
            house = new_house(tmp_path, url=url)
            yield Office(house, Queue(database_url=url), url)
            house.database.close()
        return
    house = new_house(tmp_path)
    yield Office(house, InProcess() if request.param == "in this process" else ProcessPool(processes=2))
    house.database.close()


def approved(office):
    return office.house.approved(*(record(number) for number in range(1, LEARNERS + 1)))


def check_signed_once(office, batch_id):
    issued = office.house.issued(batch_id)
    names = Counter(name for each in issued for name in (each.elm_id, *each.ob3_ids.values()))
    assert len(issued) == 3 * LEARNERS
    assert set(names.values()) == {1}
    with office.house.database.reading() as session:
        assert get_batch(session, batch_id).state is BatchState.SIGNED
        assert not list(open_chunks(session, batch_id))


def test_every_document_is_signed_once(office):
    batch_id = approved(office)
    report = office.sign(batch_id)
    assert report.documents == 3 * LEARNERS
    check_signed_once(office, batch_id)
    assert office.sign(batch_id).signed_now == 0


def test_progress_reaches_the_last_chunk(office):
    told = []
    office.sign(approved(office), progress=lambda finished, total: told.append((finished, total)))
    assert told[-1] == (5, 5)
    assert [finished for finished, _ in told] == sorted({finished for finished, _ in told})


def test_paused_batch_stops_and_goes_on(office):
    batch_id = approved(office)
    deed = APPROVER

    def pause_after_one(finished, _total):
        if finished == 1:
            pause_signing(office.house.database, batch_id, deed=deed)

    report = office.sign(batch_id, progress=pause_after_one)
    if report.is_paused:  # workers may have finished before the pause reached them
        with pytest.raises(RuleError, match="is paused"):
            office.sign(batch_id)
        resume_signing(office.house.database, batch_id, deed=deed)
        office.sign(batch_id)
    else:
        assert office.url
    check_signed_once(office, batch_id)


def test_pausing_is_for_batches_that_are_being_signed(office):
    batch_id = approved(office)
    with pytest.raises(RuleError, match="no signing to pause"):
        pause_signing(office.house.database, batch_id, deed=APPROVER)
    with pytest.raises(RuleError, match="is not paused"):
        resume_signing(office.house.database, batch_id, deed=APPROVER)


@contextmanager
def keys_of_another(purposes):
    raise SignerError("the token refuses the PIN.")
    yield


def test_a_failure_is_told_and_signing_again_goes_on(office):
    batch_id = approved(office)
    with pytest.raises((SignerError, RuleError), match="refuses the PIN"):
        office.sign(batch_id, open_with=keys_of_another)
    office.sign(batch_id)
    check_signed_once(office, batch_id)


def test_an_attempt_that_was_overtaken_stores_nothing(office):
    batch_id = approved(office)
    database = office.house.database
    with pytest.raises(KeyboardInterrupt):
        office.house.sign(batch_id, checkpoint=interrupt_at("intent"))
    job = Job(batch_id, 2)
    slow, fast = (take_chunk(database, job, now=LATER) for _ in range(2))
    with open_signing(open_keys, office.house.profile, no_checkpoint) as sign:
        first, second = sign(slow), sign(fast)
    assert keep_chunk(database, first, now=LATER) == 0
    assert keep_chunk(database, second, now=LATER) == len(fast.parts)
    assert keep_chunk(database, second, now=LATER) == 0
    assert take_chunk(database, job, now=LATER) is None
    office.sign(batch_id)
    check_signed_once(office, batch_id)


def interrupt_at(place):
    def checkpoint(name):
        if name == place:
            raise KeyboardInterrupt

    return checkpoint


def test_a_job_that_waits_is_deferred_once(office):
    if not office.url:
        office.engine.defer(None, [Job("B-1", 1)])  # nobody is told
        return
    for _ in range(2):
        with office.house.database.writing() as session:
            office.engine.defer(session.connection.connection.driver_connection, [Job("B-1", 1), Job("B-1", 2)])
    with office.house.database.reading() as session:
        count = session.connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs").scalar()
    assert count == 2


def test_whoever_waits_looks_more_often_near_the_end():
    ahead = [Standing(finished=finished, total=9) for finished in (0, 4, 5, 8, 9)]
    waits = []
    with postgresql_url() as url:
        prepare_queue(url)
        Queue(database_url=url, wait=waits.append).complete(SimpleNamespace(standing=lambda: ahead.pop(0)))
    assert waits == [POLL_S, POLL_S, LAST_POLL_S, LAST_POLL_S]
    assert LAST_POLL_S < POLL_S
