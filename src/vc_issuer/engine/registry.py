"""Choose an engine, and import the queue only where it is chosen: its packages come with the extra `postgres`."""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from vc_issuer.engine.base import Engine
from vc_issuer.engine.local import InProcess, ProcessPool
from vc_issuer.errors import ConfigurationError


def local_engine(processes: int, *, preload: Sequence[str] = ()) -> InProcess | ProcessPool:
    """Return an engine of this machine, which is a crew too; 0 processes stand for one a core.

    `preload` names modules that its processes need.
    """
    count = processes or os.cpu_count() or 1
    return InProcess() if count == 1 else ProcessPool(processes=count, preload=preload)


def queue_engine(database_url: str, notice: Callable[[str], None]) -> Engine:
    """Return the engine whose workers take chunks from the queue in `database_url`. Raises ConfigurationError."""
    engine: Engine = _queue().Queue(database_url=database_url, notice=notice)
    return engine


def prepare_queue(database_url: str) -> None:
    """Make the queue's tables if they are not there. Raises ConfigurationError."""
    _queue().prepare_queue(database_url)


def queue_work() -> Callable[..., None]:
    """Return what works on the jobs of a queue (`engine.queue.work`). Raises ConfigurationError if it is not there."""
    work: Callable[..., None] = _queue().work
    return work


def _queue() -> Any:
    try:
        return import_module("vc_issuer.engine.queue")
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"workers need the package {error.name}.", remedy="Install it with: pip install 'vc-issuer[postgres]'"
        ) from error
