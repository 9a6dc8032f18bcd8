"""The distributed engine: chunks as jobs of procrastinate on PostgreSQL, worked on by any machine of the cluster.

A job is the name of a chunk. It is deferred in the transaction that starts signing, so that neither is there without
the other. A worker that dies stops its heartbeat; another then brings its jobs back into the queue.
"""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as QueuedJob
from sqlalchemy.engine import make_url

from vc_issuer.engine.base import RETRY_S, Desk, Job
from vc_issuer.errors import ConfigurationError, RuleError, SignerError

QUEUE = "signing"
SIGN_CHUNK = "sign_chunk"
RESCUE = "rescue"
POLL_S = 0.5  # whoever waits for a batch looks at its tables so often,
LAST_POLL_S = 0.1  # and so often when this many chunks or fewer are left: the end is near
LAST_CHUNKS = 4
HEARTBEAT_S = 5.0
SILENT_S = 20.0  # a worker that was silent for four heartbeats is taken for dead
RESCUE_EVERY = "* * * * * */10"  # the sixth field counts seconds
_KNOWN = "SELECT args FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')"
_ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"

log = logging.getLogger(__name__)
DoChunk: TypeAlias = Callable[[Job], None]


def _silent(_notice: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Have workers elsewhere do the chunks, and wait for them; `notice` is told what a person should know."""

    database_url: str
    wait: Callable[[float], None] = time.sleep
    notice: Callable[[str], None] = _silent

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Put jobs into the queue in the transaction of a psycopg `connection`; those that wait already stay once."""
        known = {Job(args["batch_id"], args["chunk"]) for (args,) in connection.execute(_KNOWN, (SIGN_CHUNK,))}
        new = [job._asdict() for job in jobs if job not in known]
        if new:
            app = _app(SyncPsycopgConnector(), _nothing)
            app.configure_task(SIGN_CHUNK, queue=QUEUE, connection=connection).batch_defer(*new)

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Wait until workers have finished every chunk, or the batch is paused. Raises RuleError for one in trouble."""
        if not self._has_workers():
            self.notice("No worker is running yet; start one with: vc-issuer worker")
        while True:
            standing = desk.standing()
            if standing.trouble:
                raise RuleError(f"a chunk can't be signed: {standing.trouble}", remedy="Mend that, and sign again.")
            if standing.is_paused or standing.finished == standing.total:
                return
            self.wait(POLL_S if standing.total - standing.finished > LAST_CHUNKS else LAST_POLL_S)

    def _has_workers(self) -> bool:
        with psycopg.connect(queue_url(self.database_url)) as connection:
            row = connection.execute(_ALIVE, (SILENT_S,)).fetchone()
        return bool(row and row[0])


class WhenBusy(BaseRetryStrategy):
    """Try again what failed because something was away: a token, the database."""

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:  # noqa: ARG002
        """Return when to try again, or None for what will not get better."""
        away = isinstance(exception, ConfigurationError) or (isinstance(exception, SignerError) and exception.retryable)
        return RetryDecision(retry_in={"seconds": RETRY_S}) if away else None


def queue_url(database_url: str) -> str:
    """Return the address of the queue, which lies in the home's database: libpq's form of SQLAlchemy's URL."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def prepare_queue(database_url: str) -> None:
    """Make the queue's tables if they are not there. Raises ConfigurationError."""
    try:
        with psycopg.connect(queue_url(database_url), autocommit=True) as connection:
            row = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if row and row[0]:
            return
        with _app(SyncPsycopgConnector(conninfo=queue_url(database_url)), _nothing).open() as app:
            app.schema_manager.apply_schema()
    except (psycopg.Error, ConnectorException) as error:
        raise ConfigurationError(
            f"the queue's tables can't be made: {error}.", remedy="Check `database` in settings.toml, and its rights."
        ) from error


def work(database_url: str, do_chunk: DoChunk, *, until_empty: bool = False) -> None:
    """Do chunks until told to stop by SIGTERM or SIGINT, one at a time; a chunk that is begun is finished first.

    `until_empty` ends when nothing waits. Raises ConfigurationError when the database goes away: begin again then.
    """
    app = _app(PsycopgConnector(conninfo=queue_url(database_url)), do_chunk)
    try:
        was_told = asyncio.run(_run(app, until_empty=until_empty))
    except (psycopg.Error, ConnectorException) as error:
        raise _gone() from error
    if not (was_told or until_empty):
        raise _gone()


async def _run(app: App, *, until_empty: bool) -> bool:
    """Run a worker to its end, and tell whether it was told to stop: it also ends where one of its helpers fails."""
    was_told = False
    async with app.open_async():
        running = asyncio.ensure_future(
            app.run_worker_async(
                queues=[QUEUE],
                wait=not until_empty,
                concurrency=1,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=SILENT_S,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        )

        def stop() -> None:
            nonlocal was_told
            if not was_told:  # to cancel twice would drop the chunk that is being finished
                was_told = running.cancel()

        with _on_signals(stop):
            try:
                await running
            except asyncio.CancelledError:
                if not was_told:
                    raise
    return was_told


@contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at SIGTERM and SIGINT; they reach the main thread alone."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
    for each in signals:
        loop.add_signal_handler(each, stop)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


def _gone() -> ConfigurationError:
    return ConfigurationError("the queue went away.", remedy="The worker tries again.")


def _app(connector: Any, do_chunk: DoChunk) -> App:
    app = App(connector=connector)

    @app.task(name=SIGN_CHUNK, queue=QUEUE, retry=WhenBusy())
    def sign_chunk(batch_id: str, chunk: int) -> None:
        do_chunk(Job(batch_id, chunk))

    @app.periodic(cron=RESCUE_EVERY)
    @app.task(name=RESCUE, queue=QUEUE, queueing_lock=RESCUE)
    async def rescue(timestamp: int) -> None:
        """Bring back the jobs of workers that fell silent."""
        del timestamp
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_S):
            log.warning("job %s of a silent worker is taken up again", job.id)
            await app.job_manager.retry_job(job)

    return app


def _nothing(_job: Job) -> None:
    """Do no work: this program only defers."""
