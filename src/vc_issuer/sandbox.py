"""Untrusted input in a child that can be killed: limits of CPU, wall time and memory (threat T29, decisions 7.6).

Children are forked from a server process without threads (`forkserver`), so a threaded web server may call from any
thread. They wait ready in a small pool: a call costs a millisecond or two, and a killed child is replaced by a fork.
A function goes over by name, its arguments and its answer pickled; what a child answers is believed, so it must do
nothing with its input but compute.
"""

import contextlib
import math
import multiprocessing
import os
import pickle
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, ParamSpec, Self, TypeVar, cast

from vc_issuer.errors import InconclusiveError, UnreadableError, VcIssuerError

CPU_S = 2.0  # decisions 7.6: the slowest honest credential takes 0.1 s, a poisoned graph takes for ever
WALL_S = 3.0  # decisions 7.6: CPU time and half as much again, for a machine that is busy
ADDRESS_SPACE = 512 * 1024 * 1024  # beyond what the child has when idle; the largest honest graph takes 60 MiB
CHILDREN = 2  # as many calls compute at once; further ones wait for their turn
WAIT_S = 30.0  # ten full calls ahead in the queue; whoever waits longer is told to come back
START_S = 60.0  # the first child imports the whole project, on a slow disk perhaps
CALLS = 1000  # a child is replaced after so many, in case a library forgets to give memory back

_P = ParamSpec("_P")
_T = TypeVar("_T")
_TOO_MUCH = "reading it took more work than is allowed"
_TOO_BUSY = "this machine was too busy to look at it in time"
_BUSY_SHARE = 0.8  # of the CPU time allowed: who got less of it than that in all the wall time was kept waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What one call may use."""

    cpu_s: float = CPU_S
    wall_s: float = WALL_S
    address_space: int = ADDRESS_SPACE


class Sandbox:
    """A pool of children. Use it as a context manager, or `close` it; children also end with their parent."""

    def __init__(
        self, *, limits: SandboxLimits | None = None, children: int = CHILDREN, preload: Sequence[str] = ()
    ) -> None:
        """`preload` names modules that every child has before its first call: those of the work, which would else be
        imported within its limits, and the one that the program itself starts with, which a child imports anyway.
        """
        self._limits = limits or SandboxLimits()
        self._context = multiprocessing.get_context("forkserver")
        self._preload = tuple(preload)
        # Imported once in the server process, so that a fork has them; a server that runs already takes no more.
        self._context.set_forkserver_preload([__name__, *preload])
        # None stands for a child that is still to be made: the pool starts when it is first used.
        self._idle: SimpleQueue[_Child | None] = SimpleQueue()
        for _ in range(children):
            self._idle.put(None)
        self._children: set[_Child] = set()
        self._lock = threading.Lock()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self, function: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
        """Call a top-level function in a child and return its answer, or raise what it raised.

        Raises UnreadableError if it took more work than the limits allow (the child is killed), InconclusiveError if
        no child came free in time.
        """
        request = pickle.dumps((self._limits, function, arguments, named))
        try:
            child = self._idle.get(timeout=WAIT_S)
        except Empty as error:
            raise InconclusiveError("too many checks are running; try again in a minute") from error
        try:
            child = child or self._new_child()
            answer = child.call(request, self._limits)
            is_spent = answer.is_spent or child.calls >= CALLS
        except BaseException:
            self._give_back(child, is_spent=True)
            raise
        self._give_back(child, is_spent=is_spent)
        if answer.error is not None:
            raise answer.error
        return cast("_T", answer.value)

    def warm(self) -> None:
        """Start one child now, so that the first call doesn't wait for imports."""
        self.run(_nothing)

    def close(self) -> None:
        """End every child. Calls that are under way fail."""
        with self._lock:
            self._is_closed = True
            children, self._children = self._children, set()
        for child in children:
            child.end()

    def _new_child(self) -> "_Child":
        with self._lock:
            if self._is_closed:
                raise InconclusiveError("the service is stopping")
            child = _Child(self._context, self._preload)
            self._children.add(child)
        if not child.is_ready(START_S):
            self._end(child)
            raise InconclusiveError("a process for the check didn't start")
        return child

    def _end(self, child: "_Child") -> None:
        with self._lock:
            self._children.discard(child)
        child.end()

    def _give_back(self, child: "_Child | None", *, is_spent: bool) -> None:
        if child is not None and is_spent:
            self._end(child)
        self._idle.put(None if is_spent else child)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    value: object = None
    error: BaseException | None = None
    is_spent: bool = False  # the child is gone, or no longer to be relied on


class _Child:
    """One process and the pipe to it; used by one thread at a time."""

    def __init__(self, context: ForkServerContext, preload: tuple[str, ...]) -> None:
        self._pipe, other = context.Pipe()
        self._process: ForkServerProcess = context.Process(target=_serve, args=(other, preload), daemon=True)
        self._process.start()
        other.close()
        self.calls = 0

    def is_ready(self, timeout_s: float) -> bool:
        """Wait for the child's imports, which count for no call."""
        return self._pipe.poll(timeout_s) and not self._receive().is_spent

    def call(self, request: bytes, limits: SandboxLimits) -> _Answer:
        """Send a call and wait for its answer, at most `limits.wall_s`.

        A call that runs out of time without having had the CPU says nothing of its input: it could not be made.
        """
        self.calls += 1
        deadline = monotonic() + limits.wall_s
        spent = self._cpu_s()
        try:
            self._pipe.send_bytes(request)
            if not self._pipe.poll(max(0.0, deadline - monotonic())):
                return self._out_of_time(self._cpu_s() - spent, limits)
        except (BrokenPipeError, ConnectionResetError):
            return _Answer(error=UnreadableError(_TOO_MUCH), is_spent=True)
        return self._receive()

    def _out_of_time(self, cpu_s: float, limits: SandboxLimits) -> _Answer:
        if self._waits() or cpu_s >= _BUSY_SHARE * limits.cpu_s:
            return _Answer(error=UnreadableError(_TOO_MUCH), is_spent=True)
        remedy = "Try again in a minute."
        return _Answer(error=InconclusiveError(_TOO_BUSY, remedy=remedy), is_spent=True)

    def _cpu_s(self) -> float:
        """Return the CPU time that the process has had (proc(5), utime and stime)."""
        fields = self._status()
        return sum(int(field) for field in fields[11:13]) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def _waits(self) -> bool:
        """Tell whether the process sleeps of its own accord: it is not the CPU that it lacks."""
        return self._status()[:1] != ["R"]

    def _status(self) -> list[str]:
        try:
            text = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return []
        return text.rpartition(")")[2].split()

    def end(self) -> None:
        """Kill the process and take note of its end."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _receive(self) -> _Answer:
        try:
            return cast("_Answer", pickle.loads(self._pipe.recv_bytes()))  # noqa: S301 -- our own child
        except (EOFError, OSError):
            # The kernel ended it: over its CPU time, or unable to go on without memory.
            return _Answer(error=UnreadableError(_TOO_MUCH), is_spent=True)


def _nothing() -> None:
    pass


def _serve(pipe: Connection, preload: tuple[str, ...]) -> None:
    """Answer calls until the parent closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a credential
    for name in preload:
        import_module(name)
    with contextlib.suppress(EOFError, OSError):
        pipe.send_bytes(pickle.dumps(_Answer()))
        while True:
            request = pipe.recv_bytes()
            pipe.send_bytes(_answer(request))


def _answer(request: bytes) -> bytes:
    limits, function, arguments, named = cast(
        "tuple[SandboxLimits, Callable[..., Any], tuple[Any, ...], dict[str, Any]]",
        pickle.loads(request),  # noqa: S301 -- from our own parent
    )
    try:
        _limit(limits)
        return pickle.dumps(_Answer(value=function(*arguments, **named)))
    except VcIssuerError as error:
        return pickle.dumps(_Answer(error=error.with_traceback(None)))
    except (MemoryError, RecursionError):
        return pickle.dumps(_Answer(error=UnreadableError(_TOO_MUCH), is_spent=True))
    except Exception as error:  # noqa: BLE001 -- a bug is the caller's to see, not the end of the child
        return _bug(error)
    finally:
        _unlimit()


def _bug(error: Exception) -> bytes:
    """Return an answer that raises the same exception, or one that names it where it can't be pickled."""
    try:
        answer = pickle.dumps(_Answer(error=error.with_traceback(None)))
        pickle.loads(answer)  # noqa: S301 -- some exceptions pickle and don't come back
    except Exception:  # noqa: BLE001 -- whatever a foreign exception does when it is pickled
        answer = pickle.dumps(_Answer(error=RuntimeError(f"{type(error).__name__} in the sandbox")))
    return answer


def _limit(limits: SandboxLimits) -> None:
    # The timer counts CPU time to the millisecond and ends the process by its signal. The kernel's own limit counts
    # whole seconds since the process began; it stands behind, in case a library takes the timer for itself.
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    _set_soft(resource.RLIMIT_CPU, math.ceil(spent + limits.cpu_s) + 1)
    _set_soft(resource.RLIMIT_AS, _address_space() + limits.address_space)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)


def _unlimit() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    for name in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
        _set_soft(name, resource.getrlimit(name)[1])


def _set_soft(name: int, value: int) -> None:
    hard = resource.getrlimit(name)[1]
    if resource.RLIM_INFINITY not in (hard, value):
        value = min(value, hard)
    resource.setrlimit(name, (value, hard))


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 -- no path object is needed for a file of the kernel
        return int(file.read().split()[0]) * resource.getpagesize()
