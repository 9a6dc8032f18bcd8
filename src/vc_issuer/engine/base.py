"""What a batch engine must offer: run a piece of work over many tasks; the caller alone reads and writes the database.

An engine may run a task twice or lose one to a crash: what is done is known from the tables, never from the engine.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

OpenWork: TypeAlias = Callable[[], AbstractContextManager[Callable[[Task], Result]]]
"""Open whatever the work needs, such as keys, and give the function that does it.

Called once in each process that works, so it must be picklable: a function of a module, or a partial of one.
"""


class Engine(Protocol):
    """A way to run tasks."""

    def run(self, open_work: OpenWork[Task, Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Do every task and give the results as they come, in any order.

        Takes no more tasks at once than it can work on, so that memory stays flat. What the work raises is raised
        here; tasks that were not begun are then left.
        """
        ...
