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
from multiprocessing.util import Finalize
from typing import Any, Self

from vc_issuer.engine.base import Desk, Job, OpenWork, Result, Task
from vc_issuer.engine.heap import set_aside
from vc_issuer.errors import ConfigurationError

TASKS_AHEAD = 3  # for each other process: one at work, and two for as long as this one is busy with its own


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
    """Do tasks in `processes` processes, each with its own keys open: in this one, and in others beside it.

    The others are started with the first task of a run and end with it. They come first: this process, which takes
    and keeps for all, does a task itself where no result waits to be kept and the others have enough to do (ADR 35).
    """

    def __init__(self, *, processes: int = 0, preload: Sequence[str] = ()) -> None:
        """`processes` are two or more, 0 is one a core; `preload` names modules that the server imports once for all.

        A server that runs already takes no more modules.
        """
        self._others = max(1, (processes or os.cpu_count() or 1) - 1)
        self._forks = multiprocessing.get_context("forkserver")
        self._preload = [__name__, *preload]

    def __enter__(self) -> Self:
        """Start what processes are forked from; it imports beside this process."""
        self._forks.set_forkserver_preload(self._preload)
        ensure_running()
        return self

    def __exit__(self, *exc: object) -> None:
        """Let nobody go: the processes of each run ended with it."""

    def run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
        """Give each result as soon as it is there. Raises ConfigurationError if a process dies."""
        waiting, here = iter(tasks), _Worker(open_work)
        running: set[Future[Result]] = set()
        with self, set_aside(), closing(here), self._pool(open_work) as pool:
            try:
                while True:
                    free = self._others * TASKS_AHEAD - len(running)
                    running |= {pool.submit(_do_work, task) for task in islice(waiting, free)}
                    done, running = wait(running, timeout=0)
                    if not done and (own := list(islice(waiting, 1))):
                        yield from map(here.do, own)
                    elif not done and not running:
                        return
                    elif not done:
                        done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from [future.result() for future in done]
            except BrokenProcessPool as error:
                raise ConfigurationError(
                    "a worker process died.", remedy="Run the same command again: it goes on where it stopped."
                ) from error
            finally:
                for future in running:
                    future.cancel()

    def _pool(self, open_work: OpenWork[Any, Any]) -> ProcessPoolExecutor:
        """Return processes that begin with this work; it may be large, and goes to each of them once."""
        given = (pickle.dumps(open_work),)
        return ProcessPoolExecutor(self._others, mp_context=self._forks, initializer=_begin, initargs=given)

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Tell nobody: the work is done here."""

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Do every task, some at a time; this process alone stores. Raises ConfigurationError if a process dies."""
        with closing(self.run(desk.open_work, desk.tasks())) as results:
            for result in results:
                desk.keep(result)


class _Worker:
    """Does the tasks of one run in one process; what that needs is opened with the first of them."""

    def __init__(self, open_work: OpenWork[Any, Any]) -> None:
        self._open_work = open_work
        self._opened = ExitStack()
        self._work: Callable[[Any], Any] | None = None

    def do(self, task: Any) -> Any:
        """Return the result of a task. Raises what opening raises, and what the work raises."""
        if self._work is None:
            self._work = self._opened.enter_context(self._open_work())
            self._opened.enter_context(set_aside())
        return self._work(task)

    def close(self) -> None:
        """Close what was opened."""
        self._opened.close()


_workers: list[_Worker] = []  # of a process beside the one that stores: one


def _begin(open_work: bytes) -> None:
    """Begin as a worker. Opening waits for a task: what it raises reaches whoever asked for that."""
    end_with_parent()
    # Made by the process that started this one, a moment ago: never by anybody else.
    _workers.append(_Worker(pickle.loads(open_work)))  # noqa: S301
    Finalize(None, _workers[0].close, exitpriority=0)


def _do_work(task: Any) -> Any:
    return _workers[0].do(task)


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, so that no key outlives a killed batch."""
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)
