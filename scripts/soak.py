"""Sign a large batch while workers, the waiting command and database connections are killed at random, then count.

    python scripts/soak.py --learners 17000 --database postgresql+psycopg://127.0.0.1/test

Makes a home in a schema of its own, and drops it at the end. Exit code 0: every document due is signed exactly once,
every signature verifies, and the log holds each once; 1: not.
"""

import argparse
import json
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.model.report import Verdict
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.examples import example, made_up_cohort
from vc_issuer.wiring.home import open_home

PROGRAM = [sys.executable, "-c", "from vc_issuer.cli.main import main; main()"]
WORKERS = 2
OFFERING = "offerings/mc03.toml"


class Soak:
    """A home, its workers, the command that waits, and somebody who kills them."""

    def __init__(self, home: Path, url: str, chance: random.Random) -> None:
        self.home = home
        self.url = url
        self.chance = chance
        self.killed = Counter[str]()
        self.workers = [self._start("worker") for _ in range(WORKERS)]
        self.waiting: subprocess.Popen[bytes] | None = None

    def run(self, batch: str, every_s: float) -> None:
        """Sign until the batch is signed, with an accident every so often."""
        while True:
            if self.waiting is None:
                self.waiting = self._start("batch", "sign", batch)
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

    def _accident(self) -> None:
        kind = self.chance.choice(("worker", "worker", "waiting", "connection", "connection"))
        if kind == "worker":
            number = self.chance.randrange(WORKERS)
            self.workers[number].send_signal(signal.SIGKILL)
            self.workers[number].wait()
            self.workers[number] = self._start("worker")
        elif kind == "waiting" and self.waiting is not None:
            self.waiting.send_signal(signal.SIGKILL)
            self.waiting.wait()
            self.waiting = None
        else:
            _cut_a_connection(self.url, self.chance)
        self.killed[kind] += 1

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [*PROGRAM, "--home", str(self.home), *words]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 -- our own program


def _cut_a_connection(url: str, chance: random.Random) -> None:
    name = make_url(url).query["application_name"]
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name = %s",
            (name,),
        ).fetchall()
        if rows:
            connection.execute("SELECT pg_terminate_backend(%s)", chance.choice(rows))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _vc_issuer(home: Path, *words: object) -> dict[str, object]:
    command = [*PROGRAM, "--home", str(home), *map(str, words)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 -- our own program
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr}")
    answer: dict[str, object] = json.loads(done.stdout) if "--json" in words else {}
    return answer


def _prepare(home: Path, url: str, learners: int, seed: int) -> tuple[str, int]:
    _vc_issuer(home, "init", "--mode", "test", "--database", url)
    _vc_issuer(home, "offering", "add", example(OFFERING))
    cohort = home / "cohort.csv"
    cohort.write_bytes(made_up_cohort(learners, seed))
    batch = str(_vc_issuer(home, "import", cohort, "--json")["batch"])
    prepared = _vc_issuer(home, "batch", "prepare", batch, "--json")
    _vc_issuer(home, "batch", "approve", batch, "--digest", prepared["digest"])
    return batch, int(str(prepared["documents"]))


def _count(path: Path, batch: str) -> tuple[int, int, Counter[Verdict]]:
    """Return documents, different credentials, and the verdicts of the credentials."""
    home = open_home(path)
    verifier, now = Verifier(home.trust(), directly), home.now()
    documents, names, verdicts = 0, set[str](), Counter[Verdict]()
    for issued in issued_of_batch(home.database, batch, base_url=home.settings.base_url):
        documents += 1
        names |= {issued.elm_id, *issued.ob3_ids.values()}
        for secured in (issued.elm, *issued.ob3.values()):
            verdicts[verifier.verify(secured.content, "credential", now).verdict] += 1
    home.close()
    return documents, len(names), verdicts


def main() -> int:
    """Run the soak and say what is there at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--database", default="postgresql+psycopg://127.0.0.1/postgres")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between accidents")
    parser.add_argument("--seed", type=int, default=2025)
    chosen = parser.parse_args()
    schema = f"soak_{secrets.token_hex(6)}"
    # The name of the application tells this home's connections from all others.
    query = {"options": f"-csearch_path={schema}", "application_name": schema}
    url = make_url(chosen.database).update_query_dict(query).render_as_string(hide_password=False)
    with psycopg.connect(_plain(chosen.database), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]  # our own hexadecimal word
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _soak(Path(folder) / "home", url, chosen)
    finally:
        with psycopg.connect(_plain(chosen.database), autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")  # type: ignore[arg-type]


def _soak(home: Path, url: str, chosen: argparse.Namespace) -> int:
    home.mkdir()
    batch, due = _prepare(home, url, chosen.learners, chosen.seed)
    print(f"{due} documents due")
    begun = time.monotonic()
    soak = Soak(home, url, random.Random(chosen.seed))  # noqa: S311 -- accidents are no secret
    try:
        soak.run(batch, chosen.every)
    finally:
        soak.stop()
    print(f"signed in {time.monotonic() - begun:.0f} s; killed: {dict(soak.killed)}")
    _vc_issuer(home, "batch", "publish", batch)
    log = _vc_issuer(home, "log", "verify", "--json")
    documents, names, verdicts = _count(home, batch)
    print(f"{documents} documents, {names} credentials; {', '.join(f'{n} {v.value}' for v, n in verdicts.items())}")
    print(f"log: {log}")
    is_logged = not log["problems"] and not log["unlogged"] and log["leaves"] == names
    is_whole = documents == due and set(verdicts) == {Verdict.CURRENT} and names == verdicts.total()
    return 0 if is_whole and is_logged else 1


if __name__ == "__main__":
    sys.exit(main())
