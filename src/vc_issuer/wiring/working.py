"""A batch worker over one home: takes chunks from the queue, signs them with the home's keys, closes what is done."""

import logging
import multiprocessing
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from vc_issuer.engine.base import RETRY_S, Job
from vc_issuer.engine.local import InProcess, end_with_parent
from vc_issuer.engine.registry import queue_work
from vc_issuer.errors import ConfigurationError, RuleError, VcIssuerError
from vc_issuer.issuance.desk import SignChunk, work_on
from vc_issuer.issuance.issue import SigningBench, finish_signing
from vc_issuer.issuance.profile import IssuingProfile
from vc_issuer.issuance.signing import no_checkpoint, open_signing
from vc_issuer.model.batch import BatchState
from vc_issuer.store.batches import get_batch
from vc_issuer.store.chunks import chunk_counts
from vc_issuer.wiring.home import Home, open_home
from vc_issuer.wiring.keys import key_opener

log = logging.getLogger("vc_issuer.worker")


class Worker:
    """One process's worker. Keys stay open from its start, and are opened anew after a failure or a rotation."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._open_keys = key_opener(home.settings.home)
        self._open_things = ExitStack()
        self._sign: SignChunk | None = None
        self._profile: IssuingProfile | None = None

    def open(self) -> None:
        """Open the keys before somebody waits; those that can't be opened are tried again with the first chunk."""
        try:
            self._signing(self._home.profile())
        except VcIssuerError as error:
            self.close()
            log.warning("the keys can't be opened yet: %s", error)

    def do_chunk(self, job: Job) -> None:
        """Do one chunk, and close its batch if that was the last one."""
        profile = self._home.profile()
        try:
            new = work_on(self._home.database, job, lambda: self._signing(profile), clock=self._home.now)
        except VcIssuerError:
            self.close()
            raise
        log.info("chunk %s of %s: %s signatures", job.chunk, job.batch_id, new)
        self._close_batch(job.batch_id, profile)

    def close(self) -> None:
        """Give the keys back."""
        self._open_things.close()
        self._sign = self._profile = None

    def _signing(self, profile: IssuingProfile) -> SignChunk:
        if self._sign is None or self._profile != profile:
            self.close()
            signing = open_signing(self._open_keys, profile, no_checkpoint)
            self._sign, self._profile = self._open_things.enter_context(signing), profile
        return self._sign

    def _close_batch(self, batch_id: str, profile: IssuingProfile) -> None:
        with self._home.database.reading() as session:
            counts = chunk_counts(session, batch_id)
            batch = get_batch(session, batch_id)
        if counts.finished < counts.total or batch.state is not BatchState.SIGNING:
            return
        bench = SigningBench(engine=InProcess(), open_keys=self._open_keys, clock=self._home.now)
        actor = batch.signing_by or batch.approved_by or ""
        finish_signing(self._home.database, batch_id, profile=profile, bench=bench, actor=actor)
        log.info("batch %s is signed", batch_id)


def run_worker(home_path: Path, *, until_empty: bool = False) -> None:
    """Work until told to stop, or until nothing waits. Raises RuleError for a home whose database takes one writer."""
    home = open_home(home_path)
    if not home.database.takes_many_writers:
        home.close()
        raise RuleError(
            "workers need PostgreSQL; this home's database is a file.",
            remedy="Sign with: vc-issuer batch sign --processes 0",
        )
    work, worker = queue_work(), Worker(home)
    try:
        if not until_empty:
            worker.open()
        _work(work, home, worker, until_empty=until_empty)
    finally:
        worker.close()
        home.close()


def _work(work: Callable[..., None], home: Home, worker: Worker, *, until_empty: bool) -> None:
    while True:
        try:
            work(home.settings.database_url, worker.do_chunk, until_empty=until_empty)
        except ConfigurationError as error:
            log.warning("%s", error)
            time.sleep(RETRY_S)
        else:
            return


def run_workers(home_path: Path, processes: int, *, until_empty: bool = False) -> None:
    """Run as many workers as named, each in a process that ends with this one. Raises as `run_worker`."""
    if processes == 1:
        run_worker(home_path, until_empty=until_empty)
        return
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_run_child, args=(home_path, until_empty)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    if any(process.exitcode for process in started):
        raise ConfigurationError("a worker ended with an error.", remedy="Read what it said, and start it again.")


def _run_child(home_path: Path, until_empty: bool) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    end_with_parent()
    run_worker(home_path, until_empty=until_empty)
