"""The command line as other scripts drive it: run to its end, started and left, killed; and a schema of its own."""

import json
import random
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url
from watch import Watch

from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.model.report import Verdict
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.home import open_home

PROGRAM = [sys.executable, "-c", "from vc_issuer.cli.main import main; main()"]


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs `vc-issuer` on one home, watched where somebody watches."""

    home: Path
    watch: Watch | None = None

    def run(self, *words: object) -> dict[str, object]:
        """Run a command to its end and return its JSON; ends this program if it fails."""
        process = self._start(words, output=subprocess.PIPE)
        said, complaint = process.communicate()
        if process.returncode:
            sys.exit(f"{' '.join(map(str, words))}: {complaint.decode()}")
        answer: dict[str, object] = json.loads(said) if "--json" in words else {}
        return answer

    def start(self, *words: object) -> subprocess.Popen[bytes]:
        """Start a command and leave it."""
        return self._start(words, output=subprocess.DEVNULL)

    def _start(self, words: tuple[object, ...], *, output: int) -> subprocess.Popen[bytes]:
        command = [*PROGRAM, "--home", str(self.home), *map(str, words)]
        process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603 -- our own program
        if self.watch is not None:
            name = words[1] if words[0] in ("batch", "offering", "log") else words[0]
            self.watch.add(str(name), process.pid)
        return process


@contextmanager
def own_schema(server: str, prefix: str) -> Iterator[str]:
    """Make a schema, give the URL of it, and drop it; the application's name tells its connections from others."""
    name = f"{prefix}_{secrets.token_hex(6)}"
    query = {"options": f"-csearch_path={name}", "application_name": name}
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[arg-type]  # our own hexadecimal word
    try:
        yield make_url(server).update_query_dict(query).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(_plain(server), autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE")  # type: ignore[arg-type]


def cut_a_connection(url: str, chance: random.Random) -> bool:
    """End one of the connections to a schema, as when a database restarts; False if there is none."""
    name = make_url(url).query.get("application_name", "")
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND %s IN ('', application_name)",
            (name,),
        ).fetchall()
        if rows:
            connection.execute("SELECT pg_terminate_backend(%s)", chance.choice(rows))
    return bool(rows)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@dataclass(slots=True)
class Issued:
    """What a batch issued: documents, different credentials, their bytes, and verdicts of those that were verified."""

    documents: int = 0
    credentials: int = 0
    numbers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    secured_bytes: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)


def look_at(path: Path, batch: str, *, verified: Container[int] | None = None) -> Issued:
    """Open every credential of a batch; verify those of the documents at the places in `verified`, or all."""
    home = open_home(path)
    verifier, now = Verifier(home.trust(), directly), home.now()
    found = Issued()
    for issued in issued_of_batch(home.database, batch, base_url=home.settings.base_url):
        found.documents += 1
        found.numbers.add(issued.number)
        found.names |= {issued.elm_id, *issued.ob3_ids.values()}
        for secured in (issued.elm, *issued.ob3.values()):
            found.credentials += 1
            found.secured_bytes += len(secured.content)
            if verified is None or found.documents in verified:
                found.verdicts[verifier.verify(secured.content, "credential", now).verdict] += 1
    home.close()
    return found
