"""Names to addresses by the system's resolver, within a time: the resolver itself knows none.

A thread that waits for it can't be ended from outside, so it is left behind. Only so many may be left; with all of them
stuck the next name is refused at once, and nothing piles up.
"""

import socket
import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import TypeAlias

from vc_issuer.errors import InconclusiveError, VcIssuerError

Resolve: TypeAlias = Callable[[str], Iterable[str]]

RESOLVE_S = 2.0  # a resolver answers in some milliseconds, or has asked further servers in vain by then
MOST_WAITING = 16  # more than a process checks at once
CLAUSE = "threat T26"
_REMEDY = "Try again later."
_PORT = 443  # any: the resolver wants one
_places = threading.BoundedSemaphore(MOST_WAITING)


def resolve_name(host: str) -> list[str]:
    """Ask the system's resolver for every address of `host`. Raises InconclusiveError; may take very long."""
    try:
        answers = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InconclusiveError(f"the name {host} can't be resolved", remedy=_REMEDY, clause=CLAUSE) from error
    return [str(answer[4][0]) for answer in answers]


def resolve_in_time(resolve: Resolve, host: str, timeout_s: float) -> list[str]:
    """Return what `resolve` says of `host`, or raise what it raises. Raises InconclusiveError if it takes too long."""
    if not _places.acquire(blocking=False):
        raise InconclusiveError("the resolver of names does not answer", remedy=_REMEDY, clause=CLAUSE)
    answers: SimpleQueue[list[str] | VcIssuerError] = SimpleQueue()
    threading.Thread(target=_ask, args=(resolve, host, answers), name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout_s, 0))
    except Empty:
        raise InconclusiveError(
            f"the name {host} was not resolved within {timeout_s:.0f} s", remedy=_REMEDY, clause=CLAUSE
        ) from None
    if isinstance(answer, VcIssuerError):
        raise answer
    return answer


def _ask(resolve: Resolve, host: str, answers: "SimpleQueue[list[str] | VcIssuerError]") -> None:
    try:
        answers.put(list(resolve(host)))
    except VcIssuerError as error:
        answers.put(error)
    finally:
        _places.release()
