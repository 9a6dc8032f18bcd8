"""Watch processes from outside: how much memory and CPU time each takes, by the name that it was given."""

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Memory:
    """Resident memory in MiB: now, and the most that it ever was."""

    now: float = 0.0
    peak: float = 0.0


@dataclass(slots=True)
class Seen:
    """The processes of one name together: the largest peak of any, and the CPU time of all."""

    peak_mib: float = 0.0
    processes: set[int] = field(default_factory=set)
    cpu_s: dict[int, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, float]:
        """Return what a summary shows."""
        cpu_s = sum(self.cpu_s.values())
        return {"processes": len(self.processes), "peak_mib": round(self.peak_mib, 1), "cpu_s": round(cpu_s, 1)}


def memory_of(pid: int | str = "self") -> Memory:
    """Return the memory of a process; nothing of one that is gone."""
    found = Memory()
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                found.now = int(line.split()[1]) / 1024
            elif line.startswith("VmHWM:"):
                # Of this program alone; what getrusage counts begins with the memory of whoever started it.
                found.peak = int(line.split()[1]) / 1024
    return found


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started and that live, the oldest first."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += [int(word) for word in (thread / "children").read_text().split()]
    return sorted(found)


def workers_of(pid: int) -> list[int]:
    """Return the processes of a program's pool: what was forked from the server that it started for them."""
    return [worker for child in children_of(pid) if _is_fork_server(child) for worker in children_of(child)]


def _is_fork_server(pid: int) -> bool:
    with suppress(OSError):
        return b"multiprocessing.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _cpu_of(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


class Watch:
    """Looks at the processes that it was told of, and at their workers, until it is stopped."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self._watched: dict[int, str] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_again, daemon=True)
        self._thread.start()

    def add(self, name: str, pid: int) -> None:
        """Watch a process, and as `name workers` what pool of processes it starts."""
        self._watched[pid] = name

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()
        self._thread.join()

    def _look_again(self) -> None:
        while not self._is_over.wait(EVERY_S):
            begun = time.monotonic()
            for pid, name in list(self._watched.items()):
                if not Path(f"/proc/{pid}").exists():
                    del self._watched[pid]
                    continue
                self._note(name, pid)
                for child in workers_of(pid):
                    self._note(f"{name} workers", child)
            self._is_over.wait(time.monotonic() - begun)  # never more than half of the time

    def _note(self, name: str, pid: int) -> None:
        seen = self.seen.setdefault(name, Seen())
        seen.processes.add(pid)
        seen.peak_mib = max(seen.peak_mib, memory_of(pid).peak)
        seen.cpu_s[pid] = max(seen.cpu_s.get(pid, 0.0), _cpu_of(pid))
