"""What a batch engine must offer: have every chunk of a batch worked on, here or on other machines.

An engine may work on a chunk twice or lose one to a crash: what is done is known from the tables behind the desk,
never from the engine.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self, TypeAlias, TypeVar

RETRY_S = 10  # a token that is away, a database that restarts
Task = TypeVar("Task")
Result = TypeVar("Result")

OpenWork: TypeAlias = Callable[[], AbstractContextManager[Callable[[Task], Result]]]
"""Open whatever the work needs, such as keys, and give the function that does it.

Called once in each process that works, so it must be picklable: a function of a module, or a partial of one.
"""


class Crew(Protocol):
    """Who works on tasks on this machine, one kind of work after another; let go at the end of the `with` around it."""

    def __enter__(self) -> Self:
        """Prepare to call somebody, beside what this process does meanwhile."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Let go whoever is still there, and close what they opened."""
        ...

    def run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
        """Give the result of each task, in whatever order they are done; one run ends before the next begins.

        Close it if it is left early: that closes what was opened. Takes no more tasks at once than can be worked on,
        so that memory stays flat. What the work raises is raised here. Raises ConfigurationError if a process dies.
        """
        ...


class Job(NamedTuple):
    """One chunk by name: all that an engine stores of it."""

    batch_id: str
    chunk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a batch is, by its tables. `trouble` is the sentence of a chunk that can't be done."""

    finished: int
    total: int
    is_paused: bool = False
    trouble: str = ""


class Desk(Protocol[Task, Result]):
    """Where an engine gets a batch's chunks, and where it brings results."""

    @property
    def open_work(self) -> OpenWork[Task, Result]:
        """Return what opens the work in a process."""
        ...

    @property
    def open_here(self) -> OpenWork[Task, Result]:
        """Return what opens the work in the process that keeps the results; never pickled."""
        ...

    def tasks(self) -> Iterator[Task]:
        """Give each open chunk, its intent stored, as it is taken; ends early when the batch is paused."""
        ...

    def keep(self, result: Result) -> None:
        """Store a result."""
        ...

    def standing(self) -> Standing:
        """Return how far the batch is now."""
        ...


class Engine(Protocol):
    """A way to have chunks worked on."""

    def defer(self, connection: Any, jobs: Sequence[Job]) -> None:
        """Make jobs known to workers elsewhere, in the transaction of `connection`; those known already stay once."""
        ...

    def complete(self, desk: Desk[Any, Any]) -> None:
        """Return when every chunk is finished, or the batch is paused.

        Takes no more tasks at once than it can work on, so that memory stays flat. What the work raises is raised
        here; tasks that were not begun are then left.
        """
        ...
