"""A database server that loses its power while workers sign, and comes back: they go on, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from e2e.issued import PROGRAM, run
from reference import ROOT
from vc_issuer.wiring.examples import made_up_cohort

sys.path.append(str(ROOT / "scripts"))
from own_server import PROGRAMS, own_server

_PATIENCE_S = 60


@pytest.fixture
def server():
    if not list(PROGRAMS.glob("*/bin/initdb")):
        pytest.skip(f"no programs of PostgreSQL under {PROGRAMS}")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # for root, the server runs as somebody else
        with own_server(Path(folder) / "server") as running:
            yield running


@contextmanager
def worker_of(home):
    """Run a worker; whatever a test leaves of it is killed."""
    process = subprocess.Popen([*PROGRAM, "--home", str(home), "worker"], stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def newest_worker(server):
    """Return the number under which a worker came to the queue last; 0 if none did."""
    url = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT coalesce(max(id), 0) FROM procrastinate_workers").fetchone()[0]


def wait_until(holds):
    ended = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < ended
        time.sleep(0.1)


def test_a_worker_goes_on_when_its_database_is_back_and_ends_when_told(server, tmp_path):
    home = tmp_path / "home"
    run(home, "init", "--mode", "test", "--database", server.url, check=0)
    run(home, "offering", "add", ROOT / "examples/offerings/mc03.toml", check=0)
    (tmp_path / "cohort.csv").write_bytes(made_up_cohort(20, 1))
    batch = json.loads(run(home, "import", tmp_path / "cohort.csv", "--json", check=0).stdout)["batch"]
    prepared = json.loads(run(home, "batch", "prepare", batch, "--json", check=0).stdout)
    run(home, "batch", "approve", batch, "--digest", prepared["digest"], check=0)
    with worker_of(home) as worker:
        wait_until(lambda: newest_worker(server))
        first = newest_worker(server)
        server.kill()
        time.sleep(3)  # so that it finds nobody there
        server.start()
        wait_until(lambda: worker.poll() is not None or newest_worker(server) > first)
        assert worker.poll() is None
        signed = json.loads(run(home, "batch", "sign", batch, "--json", check=0).stdout)
        assert signed["documents"] == prepared["documents"]
        assert worker.poll() is None
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(_PATIENCE_S) == 0
    log = json.loads(run(home, "log", "verify", "--json", check=0).stdout)
    assert log["leaves"] > prepared["documents"]
    assert (log["unlogged"], log["problems"]) == ([], [])
