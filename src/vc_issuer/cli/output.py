"""How every command speaks: answers on standard output, one sentence of trouble on standard error."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console

from vc_issuer.errors import (
    ConfigurationError,
    InconclusiveError,
    InputError,
    NotFoundError,
    SignerError,
    UnreadableError,
    VcIssuerError,
)

EXIT_NO = 1
EXIT_USAGE = 2
EXIT_UNSURE = 3
EXIT_LATER = 75  # EX_TEMPFAIL: nothing is wrong with the command, it goes on when it is run again
EXIT_CONFIGURATION = 78

_EXIT_CODES: tuple[tuple[type[VcIssuerError], int], ...] = (
    (ConfigurationError, EXIT_CONFIGURATION),
    (UnreadableError, EXIT_USAGE),
    (NotFoundError, EXIT_USAGE),
    (InconclusiveError, EXIT_UNSURE),
)

P = ParamSpec("P")
R = TypeVar("R")


def console() -> Console:
    """Return a console on standard output that takes no colour where there is no terminal."""
    return Console(highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def complain(message: str) -> None:
    """Say on standard error what is wrong."""
    sys.stderr.write(message.rstrip() + "\n")


def fail(error: VcIssuerError, otherwise: int = EXIT_NO) -> NoReturn:
    """Say what is wrong, each problem on a line of its own, and leave with the error's exit code, or `otherwise`."""
    complain(f"vc-issuer: {error}")
    for problem in error.problems if isinstance(error, InputError) else ():
        complain(f"  - {problem}")
    if isinstance(error, SignerError) and error.retryable:
        raise typer.Exit(EXIT_LATER)
    raise typer.Exit(next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), otherwise))


def speaking(command: Callable[P, R]) -> Callable[P, R]:
    """Turn our errors into one sentence and an exit code; no traceback of ours ever reaches a person."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except VcIssuerError as error:
            fail(error)
        except BrokenPipeError:
            raise typer.Exit(EXIT_NO) from None
        except KeyboardInterrupt:
            complain("vc-issuer: stopped; what was stored is kept, and the same command goes on from there.")
            raise typer.Exit(EXIT_NO) from None

    return run


def answering(command: Callable[P, R]) -> Callable[P, R]:
    """Do as `speaking`, for a command whose exit code 1 is an answer: a wrong option is usage, and never "no"."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            fail(error, EXIT_USAGE)

    return speaking(run)
