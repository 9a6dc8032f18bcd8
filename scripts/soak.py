"""Sign a large batch while workers, the waiting command and database connections are killed at random, then count.

    python scripts/soak.py --learners 7000 --database postgresql+psycopg://127.0.0.1/test
    python scripts/soak.py --learners 6500 --own-server

Makes a home in a schema of its own, and drops it at the end. With a server of its own (`own_server.py`) that is killed
and started again as well. Exit code 0: every document due is signed exactly once,
every signature verifies, and the log holds each once; 1: not.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path

from commands import Commands, cut_a_connection, look_at, own_schema
from own_server import OwnServer, own_server

from vc_issuer.model.report import Verdict
from vc_issuer.wiring.examples import example, made_up_cohort

WORKERS = 2
OFFERING = "offerings/mc03.toml"


class Soak:
    """A home, its workers, the command that waits, and somebody who kills them."""

    def __init__(self, commands: Commands, url: str, chance: random.Random, server: OwnServer | None = None) -> None:
        self.commands = commands
        self.url = url
        self.chance = chance
        self.server = server
        self.killed = Counter[str]()
        self.workers = [commands.start("worker") for _ in range(WORKERS)]
        self.waiting: subprocess.Popen[bytes] | None = None

    def run(self, batch: str, every_s: float) -> None:
        """Sign until the batch is signed, with an accident every so often."""
        while True:
            self._replace_ended()
            if self.waiting is None:
                self.waiting = self.commands.start("batch", "sign", batch)
            with suppress(subprocess.TimeoutExpired):
                if self.waiting.wait(every_s * self.chance.uniform(0.5, 1.5)) == 0:
                    return
                print(f"the waiting command ended with {self.waiting.returncode}")
                self.waiting = None
                continue
            self._accident()

    def stop(self) -> None:
        """End every process."""
        for process in self.workers:
            process.kill()
            process.wait()

    def _replace_ended(self) -> None:
        """Start a worker for each that ended by itself, as whoever supervises services does."""
        for number, process in enumerate(self.workers):
            if process.poll() is not None:
                print(f"a worker ended with {process.returncode}")
                self.workers[number] = self.commands.start("worker")

    def _accident(self) -> None:
        kinds = ("worker", "worker", "waiting", "connection", "connection")
        kind = self.chance.choice((*kinds, "server", "server") if self.server else kinds)
        if kind == "server" and self.server:
            self.server.crash()
        elif kind == "worker":
            number = self.chance.randrange(WORKERS)
            self.workers[number].send_signal(signal.SIGKILL)
            self.workers[number].wait()
            self.workers[number] = self.commands.start("worker")
        elif kind == "waiting" and self.waiting is not None:
            self.waiting.send_signal(signal.SIGKILL)
            self.waiting.wait()
            self.waiting = None
        else:
            cut_a_connection(self.url, self.chance)
        self.killed[kind] += 1


def _prepare(commands: Commands, url: str, learners: int, seed: int) -> tuple[str, int]:
    commands.run("init", "--mode", "test", "--database", url)
    commands.run("offering", "add", example(OFFERING))
    cohort = commands.home / "cohort.csv"
    cohort.write_bytes(made_up_cohort(learners, seed))
    batch = str(commands.run("import", cohort, "--json")["batch"])
    prepared = commands.run("batch", "prepare", batch, "--json")
    commands.run("batch", "approve", batch, "--digest", prepared["digest"])
    return batch, int(str(prepared["documents"]))


def main() -> int:
    """Run the soak and say what is there at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--database", default="postgresql+psycopg://127.0.0.1/postgres")
    parser.add_argument("--own-server", action="store_true", help="start a server, and kill it too")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between accidents")
    parser.add_argument("--seed", type=int, default=2025)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if not chosen.own_server:
            url = stack.enter_context(own_schema(chosen.database, "soak"))
            return _soak(folder / "home", url, None, chosen)
        folder.chmod(0o755)  # the server runs as somebody else
        server = stack.enter_context(own_server(folder / "server"))
        return _soak(folder / "home", server.url, server, chosen)


def _soak(home: Path, url: str, server: OwnServer | None, chosen: argparse.Namespace) -> int:
    home.mkdir()
    commands = Commands(home)
    batch, due = _prepare(commands, url, chosen.learners, chosen.seed)
    print(f"{due} documents due")
    begun = time.monotonic()
    soak = Soak(commands, url, random.Random(chosen.seed), server)  # noqa: S311 -- accidents are no secret
    try:
        soak.run(batch, chosen.every)
    finally:
        soak.stop()
    print(f"signed in {time.monotonic() - begun:.0f} s; killed: {dict(soak.killed)}")
    commands.run("batch", "publish", batch)
    log = commands.run("log", "verify", "--json")
    found = look_at(home, batch)
    names, verdicts = len(found.names), found.verdicts
    counted = ", ".join(f"{number} {verdict.value}" for verdict, number in verdicts.items())
    print(f"{found.documents} documents, {names} credentials; {counted}")
    print(f"log: {log}")
    is_logged = not log["problems"] and not log["unlogged"] and log["leaves"] == names
    is_whole = found.documents == due and set(verdicts) == {Verdict.CURRENT} and names == verdicts.total()
    return 0 if is_whole and is_logged else 1


if __name__ == "__main__":
    sys.exit(main())
