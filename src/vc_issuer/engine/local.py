"""Engines on this machine: in this process, or in a pool of processes that die with it.

Worker processes are forked from a server process that has imported what they need and nothing else: a fork of this
process would inherit open keys, database connections and locks (ADR 34).
"""

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from itertools import islice
from multiprocessing.connection import wait as wait_for_sentinel
from multiprocessing.forkserver import ensure_running
from typing import Any, NamedTuple, Self

from vc_issuer.engine.base import Desk, Job, OpenWork, Result, Task
from vc_issuer.engine.heap import set_aside
from vc_issuer.errors import ConfigurationError

TASKS_AHEAD = 2  # for each process: one at work and one waiting


class InProcess:
    """Do one task after the other in this process."""

    def __enter__(self) -> Self:
        """Call nobody."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Let nobody go."""

    def run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
        """Give each result in order; a task is taken when the result before it was asked for and given."""
        with open_work() as work, set_aside():
            for task in tasks:
                yield work(task)

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Tell nobody: the work is done here."""

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Do every task in order; a task is taken when the result before it is kept."""
        with closing(self.run(desk.open_work, desk.tasks())) as results:
            for result in results:
                desk.keep(result)


class ProcessPool:
    """Do tasks in `processes` processes, each with its own keys open.

    They are started with the first task, and kept from run to run while a `with` holds the pool.
    """

    def __init__(self, *, processes: int = 0, preload: Sequence[str] = ()) -> None:
        """`preload` names modules that the server of processes imports once for all; one that runs takes no more."""
        self.processes = processes or os.cpu_count() or 1
        self._preload = [__name__, *preload]
        self._pool: ProcessPoolExecutor | None = None
        self._holders = 0
        self._runs = 0

    def __enter__(self) -> Self:
        """Keep the processes of one run for the next; what they are forked from starts now, beside this process."""
        self._holders += 1
        if self._pool is None:
            multiprocessing.get_context("forkserver").set_forkserver_preload(self._preload)
            ensure_running()
        return self

    def __exit__(self, *exc: object) -> None:
        """End the processes, and leave what they have not begun."""
        self._holders -= 1
        if self._pool is not None and not self._holders:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
        """Give each result as soon as it is there. Raises ConfigurationError if a process dies."""
        self._runs += 1
        work = _Work(self._runs, pickle.dumps(open_work))
        waiting = iter(tasks)
        running: set[Future[Result]] = set()
        with self, set_aside():
            try:
                while True:
                    free = self.processes * TASKS_AHEAD - len(running)
                    running |= {self._started().submit(_do_work, work, task) for task in islice(waiting, free)}
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from [future.result() for future in done]
            except BrokenProcessPool as error:
                raise ConfigurationError(
                    "a worker process died.", remedy="Run the same command again: it goes on where it stopped."
                ) from error
            finally:
                for future in running:
                    future.cancel()

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Tell nobody: the work is done here."""

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Do every task, some at a time; this process alone stores. Raises ConfigurationError if a process dies."""
        with closing(self.run(desk.open_work, desk.tasks())) as results:
            for result in results:
                desk.keep(result)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            forks = multiprocessing.get_context("forkserver")
            self._pool = ProcessPoolExecutor(self.processes, mp_context=forks, initializer=end_with_parent)
        return self._pool


class _Work(NamedTuple):
    """What a run does: the number of the run, and what opens its work, pickled once for all tasks."""

    run: int
    open_work: bytes


class _Worker:
    """What a worker process keeps between the tasks of one run; one a process."""

    def __init__(self) -> None:
        self._run = 0
        self._open_things = ExitStack()
        self._work: Callable[[Any], Any] | None = None

    def work(self, wanted: _Work) -> Callable[[Any], Any]:
        """Return what does a run's tasks; opened with its first one, when what the run before opened is closed."""
        if self._run != wanted.run or self._work is None:
            self._work = None
            self._open_things.close()
            # Made by the process that started this one, a moment ago: never by anybody else.
            open_work: OpenWork[Any, Any] = pickle.loads(wanted.open_work)  # noqa: S301
            self._work = self._open_things.enter_context(open_work())
            self._open_things.enter_context(set_aside())
            self._run = wanted.run
        return self._work


_worker = _Worker()


def _do_work(wanted: _Work, task: Any) -> Any:
    return _worker.work(wanted)(task)


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, so that no key outlives a killed batch."""
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)
