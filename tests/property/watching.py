"""Attempts under watch: what a decoder raises but our own errors, and what it uses past a limit, is written down.

Counts and the input of the moment stand in a shared file, so that they outlive a process that ends in the middle.
"""

import hashlib
import mmap
import resource
import signal
import struct
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from property.decoder import Decoder
from vc_issuer.errors import VcIssuerError

SLOW_S = 5.0  # of CPU time: the sandbox ends a call after two; an attempt here is traced and may take longer
STUCK_S = 20.0  # of CPU time: the process is ended, since native code listens to nothing else
SPACE = 1024 * 1024 * 1024  # beyond what the process has when it starts
_MOST = 1024 * 1024  # bytes kept of an input
_HEAD = struct.Struct("<QQd")  # attempts, length of the input of the moment, seconds since the first of them


@dataclass(frozen=True)
class Findings:
    """A folder of findings; the same place in the code counts once."""

    folder: Path

    def add(self, decoder: str, place: str, content: bytes, text: str) -> None:
        name = f"{decoder.replace(' ', '-')}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / f"{name}.bin").exists():
            (self.folder / f"{name}.bin").write_bytes(content)
            (self.folder / f"{name}.txt").write_text(f"{place}\n\n{text}", encoding="utf-8")

    def of(self, decoder: str) -> list[Path]:
        return sorted(self.folder.glob(f"{decoder.replace(' ', '-')}-{'[0-9a-f]' * 12}.txt"))


class Record:
    """The shared file of one decoder's run."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.truncate(_HEAD.size + _MOST)
            self._map = mmap.mmap(file.fileno(), _HEAD.size + _MOST)
        self._began = time.monotonic() - self.seconds

    @property
    def attempts(self) -> int:
        return _HEAD.unpack_from(self._map)[0]

    @property
    def seconds(self) -> float:
        """How long was fuzzed, without the start of the process."""
        return _HEAD.unpack_from(self._map)[2]

    @property
    def content(self) -> bytes:
        """The input of the moment, or nothing between two."""
        return self._map[_HEAD.size : _HEAD.size + _HEAD.unpack_from(self._map)[1]]

    def begin(self, content: bytes) -> None:
        kept = content[:_MOST]
        self._map[_HEAD.size : _HEAD.size + len(kept)] = kept
        _HEAD.pack_into(self._map, 0, self.attempts + 1, len(kept), self.seconds)

    def end(self) -> None:
        _HEAD.pack_into(self._map, 0, self.attempts, 0, time.monotonic() - self._began)


def limit_space() -> None:
    """Give this process no more address space than it has and `SPACE`: past it, MemoryError is a finding."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + SPACE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def attempt(decoder: Decoder, content: bytes, record: Record, findings: Findings, *, slow_s: float = SLOW_S) -> None:
    """Let `decoder` read `content`; write a finding unless it answers, or refuses in our words, within the limits."""
    record.begin(content)
    signal.setitimer(signal.ITIMER_PROF, STUCK_S)  # SIGPROF ends a process that doesn't expect it
    began = time.process_time()
    try:
        decoder.decode(content)
    except VcIssuerError:
        pass
    except Exception as error:  # noqa: BLE001 -- anything else is what is looked for
        findings.add(decoder.name, _place(error), content, traceback.format_exc())
    used = time.process_time() - began
    signal.setitimer(signal.ITIMER_PROF, 0)
    if used > slow_s:
        findings.add(decoder.name, "slow", content, f"{used:.1f} s of CPU time")
    record.end()


def _place(error: Exception) -> str:
    """Name the kind of error and the line of ours that it came through last."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "vc_issuer" in frame.filename] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}, {ours[-1].name}, line {ours[-1].lineno}"
