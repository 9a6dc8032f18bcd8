"""Hand something large to another process: in memory that both see, with a word about it through a pipe.

A pipe takes 64 KiB. Who writes a megabyte to one waits for the other to read it piece by piece; the other is at work.
"""

import os
import pickle
from contextlib import suppress
from multiprocessing import reduction
from typing import Any, Self, TypeAlias

NO_FILE = -1

Word: TypeAlias = int | bytes
"""What is said of a thing that was put down: how many bytes of the tray it takes, or the thing itself, pickled."""


class Tray:
    """Memory without a name, which two processes see: it is gone with both.

    Pickle it for a process that is being started, and for nobody else. Whoever may use it is agreed elsewhere. Where
    the system has no such memory, a tray is none: things go with the word, through the pipe.
    """

    def __init__(self, file: int) -> None:
        """`file` is open, and the tray's own; or NO_FILE."""
        self._file = file

    @classmethod
    def new(cls) -> Self:
        """Ask the system for a tray; it grows with what is put down (memfd_create(2))."""
        with suppress(OSError, AttributeError):  # forbidden here, or unknown to this system
            return cls(os.memfd_create("tray", os.MFD_CLOEXEC))
        return cls(NO_FILE)

    def put(self, thing: Any) -> Word:
        """Put down a thing in place of what was there. Raises what pickling raises."""
        pickled = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        with suppress(OSError):  # there may be no memory, or no tray
            if os.pwrite(self._file, pickled, 0) == len(pickled):
                return len(pickled)
        return pickled

    def take(self, word: Word) -> Any:
        """Return the thing that was put down."""
        pickled = os.pread(self._file, word, 0) if isinstance(word, int) else word
        # Made by this process or by the one that it was forked for, a moment ago: never by anybody else.
        return pickle.loads(pickled)  # noqa: S301

    def close(self) -> None:
        """Let go of it."""
        if self._file != NO_FILE:
            os.close(self._file)
            self._file = NO_FILE

    def __reduce__(self) -> tuple[Any, ...]:
        """Give the process that is being started the same memory. Raises at any other time."""
        return _tray_of, (None if self._file == NO_FILE else reduction.DupFd(self._file),)


def _tray_of(file: Any) -> Tray:
    return Tray(NO_FILE if file is None else file.detach())
