"""Engines on this machine: in this process, or in a pool of processes that die with it.

Worker processes are forked from a server process that has imported what they need and nothing else: a fork of this
process would inherit open keys, database connections and locks (ADR 34).
"""

import gc
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from ctypes import c_bool
from itertools import islice
from multiprocessing.connection import wait as wait_for_sentinel
from multiprocessing.context import BaseContext
from typing import Any, Self

from vc_issuer.engine.base import Desk, Job, OpenWork, Result, Task
from vc_issuer.engine.heap import set_aside
from vc_issuer.engine.tray import Tray, Word
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
        with closing(self.run(desk.open_here, desk.tasks())) as results:
            for result in results:
                desk.keep(result)


class ProcessPool:
    """Do tasks in `processes` processes, each with its own keys open: in this one, and in others beside it.

    The others start as soon as somebody holds the pool, serve one run after the other, and end when nobody holds it any
    more. They come first: this process, which takes and keeps for all, does a task itself where no result waits to be
    kept and the others have enough to do (ADR 35).
    """

    def __init__(self, *, processes: int = 0, preload: Sequence[str] = ()) -> None:
        """`processes` are two or more, 0 is one a core; `preload` names modules that the server imports once for all.

        A server that runs already takes no more modules.
        """
        self._many = max(1, (processes or os.cpu_count() or 1) - 1)
        self._forks = multiprocessing.get_context("forkserver")
        self._preload = [__name__, *preload]
        self._held = 0
        self._others: Future[Sequence[_Other]] | None = None

    def __enter__(self) -> Self:
        """Start the other processes, beside this one's own work: forking waits until the server has imported."""
        self._call()
        self._held += 1
        return self

    def __exit__(self, *exc: object) -> None:
        """End the other processes, unless somebody else holds the pool still."""
        self._held -= 1
        if not self._held:
            self._let_go()

    def run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
        """Give each result as soon as it is there. Raises ConfigurationError if a process dies."""
        yield from self._run(open_work, open_work, tasks)

    def _run(
        self, open_work: OpenWork[Task, Result], open_here: OpenWork[Task, Result], tasks: Iterable[Task]
    ) -> Generator[Result, None, None]:
        waiting, here = iter(tasks), _Worker(open_here)
        with self, set_aside(), closing(here), self._at_work(open_work) as others:
            while True:
                _hand_out(waiting, others)
                running = {future: other for other in others for future in other.running}
                done, _ = wait(running, timeout=0)
                if not done and (own := list(islice(waiting, 1))):
                    yield from map(here.do, own)
                elif not done and not running:
                    return
                elif not done:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    result = running[future].take(future)
                    _hand_out(waiting, others)  # nobody waits for it to be kept
                    yield result

    @contextmanager
    def _at_work(self, open_work: OpenWork[Any, Any]) -> Iterator[Sequence["_Other"]]:
        """Have the others begin with this work, and close what they opened for it. Raises ConfigurationError."""
        others = self._call().result()
        given = pickle.dumps(open_work)  # it may be large, and goes to each process once
        try:
            for other in others:
                other.begin(given)
            try:
                yield others
            finally:
                for left in [other.leave() for other in others]:
                    left.result()
        except BrokenProcessPool as error:
            self._let_go()
            raise ConfigurationError(
                "a worker process died.", remedy="Run the same command again: it goes on where it stopped."
            ) from error

    def _call(self) -> Future[Sequence["_Other"]]:
        """Return the other processes, as soon as they are there; start them if there are none."""
        if self._others is None:
            starter = ThreadPoolExecutor(1)
            self._others = starter.submit(self._start)
            starter.shutdown(wait=False)
        return self._others

    def _start(self) -> Sequence["_Other"]:
        self._forks.set_forkserver_preload(self._preload)
        return [_Other(self._forks) for _ in range(self._many)]

    def _let_go(self) -> None:
        leaving, self._others = self._others, None
        if leaving is not None and leaving.exception() is None:
            for other in leaving.result():
                other.end()

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Tell nobody: the work is done here."""

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Do every task, some at a time; this process alone stores. Raises ConfigurationError if a process dies."""
        with closing(self._run(desk.open_work, desk.open_here, desk.tasks())) as results:
            for result in results:
                desk.keep(result)


class _Other:
    """One process beside this one, and the results that it owes; what it is given, it does in order.

    Nothing is cancelled: where a process dies, its pool stumbles over what was, and those who wait are never told.
    """

    def __init__(self, forks: BaseContext) -> None:
        # A bare flag: whoever dies while it holds a lock is waited for forever.
        self._is_left = forks.RawValue(c_bool, False)
        self._trays = [Tray.new() for _ in range(TASKS_AHEAD)]
        self.free = list(range(TASKS_AHEAD))  # numbers of trays
        self.running: dict[Future[Word | None], int] = {}  # each with the tray of its task, and then of its result
        given = (self._is_left, self._trays)
        self._process = ProcessPoolExecutor(1, mp_context=forks, initializer=_join, initargs=given)
        self._process.submit(_end)  # or it would be started with its first task only
        # The other alone writes results: if it dies in the midst of one, its end is read, and no more is waited for.
        self._process._result_queue._writer.close()  # type: ignore[attr-defined]  # noqa: SLF001 -- has no public name

    def begin(self, open_work: bytes) -> None:
        """Have it begin a run."""
        self._is_left.value = False
        self._process.submit(_begin, open_work)

    def give(self, task: Any) -> None:
        """Have it do a task, for which a tray must be free."""
        number = self.free.pop()
        self.running[self._process.submit(_do_work, number, self._trays[number].put(task))] = number

    def take(self, done: Future[Any]) -> Any:
        """Return the result of a task that is done. Raises what doing it raised, and BrokenProcessPool."""
        number = self.running.pop(done)
        result = self._trays[number].take(done.result())
        self.free.append(number)
        return result

    def leave(self) -> Future[None]:
        """End the run: what it has not begun, it does no more. Return when it has closed what it opened."""
        self._is_left.value = True
        self.running = {}
        self.free = list(range(TASKS_AHEAD))
        return self._process.submit(_end)

    def end(self) -> None:
        """Have the process end."""
        self._process.shutdown()
        for tray in self._trays:
            tray.close()


def _hand_out(tasks: Iterator[Any], others: Sequence[_Other]) -> None:
    """Give tasks to whoever has least to do, until all have enough."""
    for task in islice(tasks, sum(len(other.free) for other in others)):
        max(others, key=lambda each: len(each.free)).give(task)


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


# Of a process beside the one that stores: what it works with during a run, whether that was left, and where things lie.
_workers: list[_Worker] = []
_is_left: list[c_bool] = []
_trays: list[Tray] = []


def _begin(open_work: bytes) -> None:
    """Begin a run. Opening waits for a task: what it raises reaches whoever asked for that."""
    # Made by the process that started this one, a moment ago: never by anybody else.
    _workers.append(_Worker(pickle.loads(open_work)))  # noqa: S301


def _end() -> None:
    """End a run: close what it opened."""
    while _workers:
        _workers.pop().close()


def _do_work(number: int, word: Word) -> Word | None:
    """Do the task that lies in a tray, and put its result in place of it."""
    if _is_left[0].value:
        return None
    return _trays[number].put(_workers[0].do(_trays[number].take(word)))


def _join(is_left: c_bool, trays: Sequence[Tray]) -> None:
    """Join as a process beside the one that stores; `is_left` tells that nobody waits for results any more."""
    gc.freeze()  # to look through what was imported would copy its every page
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both, and is the other's affair
    _is_left.append(is_left)
    _trays.extend(trays)
    end_with_parent()


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, so that no key outlives a killed batch."""
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)
