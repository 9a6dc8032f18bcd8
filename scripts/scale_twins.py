"""Take a batch of many twins from its cohort files to its publication by the command line, while processes are killed.

Every process is watched: its peak of memory, its CPU time, and what each ten thousand documents took of it. Signing is
killed at set shares of the batch: a worker once, the command that signs three times, and on PostgreSQL a connection
four times; each time it is begun again.
"""

import csv
import io
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from commands import Commands, cut_a_connection, look_at, own_schema
from sqlalchemy import func, select
from watch import Watch, workers_of

from vc_issuer.model.report import Verdict
from vc_issuer.store.chunks import signed_count
from vc_issuer.store.database import Session
from vc_issuer.store.tables import documents
from vc_issuer.wiring.examples import example, made_up_cohort
from vc_issuer.wiring.home import Home, open_home

DOCUMENTS_A_LEARNER = 2.64  # of the made-up cohort
LEARNERS_A_FILE = 9000  # two rows each: a cohort file has at most twenty thousand
OFFERING = "offerings/mc03.toml"
WORKERS = 2
MARK = 10_000  # documents
_LOOK_S = 0.5
# At which share of the batch what is killed.
_ACCIDENTS = ((0.1, "parent"), (0.25, "worker"), (0.45, "parent"), (0.7, "parent"))
_CUTS = tuple((share, "connection") for share in (0.15, 0.35, 0.55, 0.8))


class Wanted(NamedTuple):
    """What is asked for: so many documents, of which so many are verified at the end; exported too, or not."""

    count: int
    verify: int
    seed: int
    postgresql: str
    is_exported: bool


@dataclass(slots=True)
class Pace:
    """CPU time of all watched processes of some names at each `MARK` documents."""

    names: tuple[str, ...]
    spent: list[float] = field(default_factory=list)
    _last: float = 0.0

    def note(self, done: int, watch: Watch) -> None:
        """Note what was spent since the last mark, if another was passed."""
        if done >= MARK * (len(self.spent) + 1):
            now = sum(sum(seen.cpu_s.values()) for name, seen in list(watch.seen.items()) if name in self.names)
            self.spent.append(round(now - self._last, 1))
            self._last = now
            print(f"{self.names[0]}: {done} documents, {self.spent[-1]} s of CPU for the last of them", flush=True)


@dataclass(slots=True, kw_only=True)
class Killing:
    """Signs a batch to its end, whatever is killed meanwhile."""

    commands: Commands
    home: Home
    watch: Watch
    url: str
    chance: random.Random
    pace: Pace = field(default_factory=lambda: Pace(("sign", "sign workers", "worker")))
    killed: Counter[str] = field(default_factory=Counter)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def sign(self, batch: str, due: int) -> int:
        """Sign; returns how often the command was begun."""
        accidents = sorted((*_ACCIDENTS, *(_CUTS if self.url else ())))
        self.workers = [self.commands.start("worker") for _ in range(WORKERS if self.url else 0)]
        begun = 0
        while True:
            begun += 1
            command = self.commands.start("batch", "sign", batch, "--processes", WORKERS)
            while command.poll() is None:
                time.sleep(_LOOK_S)
                done = self._signed(batch)
                self.pace.note(done, self.watch)
                if accidents and done >= accidents[0][0] * due and self._accident(accidents[0][1], command):
                    accidents.pop(0)
            if command.returncode == 0:
                return begun
            print(f"signing ended with {command.returncode} at {self._signed(batch)} documents", flush=True)

    def stop(self) -> None:
        """End every worker."""
        for process in self.workers:
            process.kill()
            process.wait()

    def _signed(self, batch: str) -> int:
        with self.home.database.reading() as session:
            return signed_count(session, batch)

    def _accident(self, kind: str, command: subprocess.Popen[bytes]) -> bool:
        if kind == "connection":
            is_done = cut_a_connection(self.url, self.chance)
        elif kind == "parent":
            command.send_signal(signal.SIGKILL)
            is_done = command.wait() != 0
        else:
            is_done = self._kill_worker(command)
        self.killed[kind] += is_done
        return is_done

    def _kill_worker(self, command: subprocess.Popen[bytes]) -> bool:
        if self.workers:
            self.workers[0].kill()
            self.workers[0].wait()
            self.workers[0] = self.commands.start("worker")
            return True
        for pid in workers_of(command.pid):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL)
                return True
        return False


def run_twins(folder: Path, wanted: Wanted) -> dict[str, Any]:
    """Take a batch through its life in a home in `folder`; returns what is to be printed."""
    watch = Watch()
    with ExitStack() as stack:
        stack.callback(watch.stop)
        url = stack.enter_context(own_schema(wanted.postgresql, "scale")) if wanted.postgresql else ""
        commands = Commands(folder / "home", watch)
        commands.home.mkdir()
        files = _draft(commands, url, wanted)
        home = open_home(commands.home)
        stack.callback(home.close)
        batch = files[-1]["batch"]
        prepared, pace = _prepare(commands, home, batch, watch)
        shown = commands.run("batch", "review", batch, "--json")
        commands.run("batch", "approve", batch, "--digest", prepared["digest"], "--seen", shown["token"])
        killing = Killing(commands=commands, home=home, watch=watch, url=url, chance=random.Random(wanted.seed))  # noqa: S311
        stack.callback(killing.stop)
        begun = time.monotonic()
        times = killing.sign(batch, prepared["documents"])
        signed_s = time.monotonic() - begun
        commands.run("batch", "publish", batch)
        log = commands.run("log", "verify", "--json")
        if wanted.is_exported:
            commands.run("batch", "export", batch, "--out", folder / "out")
        return {
            "database": "PostgreSQL" if url else "SQLite",
            "imported": files,
            "prepared": prepared["documents"],
            "sign": {"begun": times, "killed": dict(killing.killed), "wall_s": round(signed_s)},
            "cpu_s_per_10000": {"prepare": pace.spent, "sign": killing.pace.spent},
            "log": {name: log[name] for name in ("leaves", "unlogged", "problems")},
            "found": _found(commands.home, batch, prepared["documents"], wanted),
            "processes": {name: seen.as_json() for name, seen in sorted(watch.seen.items())},
        }


def _draft(commands: Commands, url: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Import the cohort, file by file, into one draft."""
    commands.run("init", "--mode", "test", *(("--database", url) if url else ()))
    commands.run("offering", "add", example(OFFERING))
    learners = round(wanted.count / DOCUMENTS_A_LEARNER)
    answers = []
    for number, content in enumerate(_files(learners, wanted.seed), start=1):
        file = commands.home.parent / f"cohort-{number}.csv"
        file.write_bytes(content)
        answer = commands.run("import", file, "--json")
        answers.append({name: answer[name] for name in ("batch", "learners", "difference")})
        print(f"imported: {answers[-1]}", flush=True)
    return answers


def _files(learners: int, seed: int) -> Iterator[bytes]:
    """Cut a made-up cohort into files that are not too long."""
    rows = csv.reader(io.StringIO(made_up_cohort(learners, seed).decode("utf-8-sig")), delimiter=";")
    headings = next(rows)
    while some := list(islice(rows, 2 * LEARNERS_A_FILE)):
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([headings, *some])
        yield text.getvalue().encode("utf-8-sig")


def _prepare(commands: Commands, home: Home, batch: str, watch: Watch) -> tuple[dict[str, Any], Pace]:
    """Prepare the draft, and note the pace as its documents appear."""
    pace = Pace(("prepare", "prepare workers"))
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(_LOOK_S):
            with home.database.reading() as session:
                pace.note(_last_position(session, batch), watch)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    answer = commands.run("batch", "prepare", batch, "--json")
    is_over.set()
    looking.join()
    print(f"prepared: {answer['documents']}", flush=True)
    return answer, pace


def _last_position(session: Session, batch: str) -> int:
    query = select(func.max(documents.c.position)).where(documents.c.batch_id == batch)
    return session.connection.scalar(query) or 0


def _found(home: Path, batch: str, due: int, wanted: Wanted) -> dict[str, Any]:
    """Open every credential, and verify those of some documents in full."""
    chance = random.Random(wanted.seed)  # noqa: S311 -- a sample is no secret
    sample = frozenset(chance.sample(range(1, due + 1), min(due, wanted.verify)))
    found = look_at(home, batch, verified=sample)
    return {
        "documents": found.documents,
        "different_numbers": len(found.numbers),
        "credentials_opened": found.credentials,
        "different_credentials": len(found.names),
        "secured_bytes": found.secured_bytes,
        "documents_verified": len(sample),
        "verdicts": {verdict.value: count for verdict, count in found.verdicts.items()},
    }


def is_whole(answer: dict[str, Any]) -> bool:
    """Tell whether every document is there once, genuine where it was verified, and in the log."""
    found, log, due = answer["found"], answer["log"], answer["prepared"]
    is_once = due == found["documents"] == found["different_numbers"]
    is_logged = log["leaves"] == found["credentials_opened"] == found["different_credentials"]
    is_clean = not log["unlogged"] and not log["problems"]
    return is_once and is_logged and is_clean and set(found["verdicts"]) <= {Verdict.CURRENT.value}
