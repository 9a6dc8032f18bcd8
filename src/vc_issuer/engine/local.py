"""Engines on this machine: in this process, or in a pool of processes that die with it.

Worker processes are spawned, never forked: a fork would inherit open keys, database connections and locks.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import wait as wait_for_sentinel
from typing import Any

from vc_issuer.engine.base import Desk, Job, OpenWork, Result, Task
from vc_issuer.errors import ConfigurationError, VcIssuerError

TASKS_AHEAD = 2  # for each process: one at work and one waiting


@dataclass(frozen=True, slots=True)
class InProcess:
    """Do one task after the other in this process."""

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Tell nobody: the work is done here."""

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Do every task in order; a task is taken when the result before it is kept."""
        with desk.open_work() as work:
            for task in desk.tasks():
                desk.keep(work(task))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPool:
    """Do tasks in `processes` processes, each with its own keys open."""

    processes: int = field(default_factory=lambda: os.cpu_count() or 1)

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Tell nobody: the work is done here."""

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Do every task, some at a time; this process alone stores. Raises ConfigurationError if a process dies."""
        for result in self._run(desk.open_work, desk.tasks()):
            desk.keep(result)

    def _run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Iterator[Result]:
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.processes, mp_context=context, initializer=_begin_work, initargs=(open_work,))
        waiting = iter(tasks)
        running: set[Future[Result]] = set()
        try:
            while True:
                free = self.processes * TASKS_AHEAD - len(running)
                running |= {pool.submit(_do_work, task) for task in islice(waiting, free)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from [future.result() for future in done]
        except BrokenProcessPool as error:
            raise ConfigurationError(
                "a worker process died.", remedy="Run the same command again: it goes on where it stopped."
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """What a worker process keeps between its tasks; one a process. `trouble` is why the work can't be opened."""

    def __init__(self) -> None:
        self.open_things = ExitStack()
        self.work: Callable[[Any], Any] | None = None
        self.trouble: VcIssuerError | None = None


_worker = _Worker()


def _begin_work(open_work: OpenWork[Any, Any]) -> None:
    end_with_parent()
    try:
        _worker.work = _worker.open_things.enter_context(open_work())
    except VcIssuerError as error:
        # Raised with the first task: what an initialiser raises is lost, and its process with it.
        _worker.trouble = error.with_traceback(None)


def _do_work(task: Any) -> Any:
    if _worker.trouble is not None:
        raise _worker.trouble
    if _worker.work is None:
        raise ConfigurationError("the worker was not opened.", remedy="Report this as a defect.")
    return _worker.work(task)


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, so that no key outlives a killed batch."""
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)
