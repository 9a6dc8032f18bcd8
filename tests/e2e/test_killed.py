"""`batch sign` over C3, killed at twenty seeded points and run again: one credential for each document due."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from e2e.issued import PROGRAM, run
from reference import ROOT
from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.model.record import DocumentKind
from vc_issuer.store.credentials import prepared_digests
from vc_issuer.store.records import load_records
from vc_issuer.wiring.home import open_home

EXAMPLES = ROOT / "examples"
# From the start of signing to its end; "signature" lies between intent and storing, "stored" before the commit.
PLACES = ("started", *["intent"] * 4, *["signature"] * 6, *["verified"] * 2, *["stored"] * 2, *["committed"] * 2)


@pytest.fixture
def approved(tmp_path):
    home = tmp_path / "home"
    run(home, "init", "--mode", "test", check=0)
    run(home, "offering", "add", EXAMPLES / "offerings/mc03.toml", check=0)
    batch = json.loads(run(home, "import", EXAMPLES / "cohorts/c3/c3.xlsx", "--json", check=0).stdout)["batch"]
    prepared = json.loads(run(home, "batch", "prepare", batch, "--json", check=0).stdout)
    assert prepared["documents"] == 321
    run(home, "batch", "approve", batch, "--digest", prepared["digest"], check=0)
    return home, batch


def kill_at(home, batch, place, times):
    script = str(Path(__file__).parent / "sign_until.py")
    command = [sys.executable, script, place, str(times), "--home", str(home), "batch", "sign", batch]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=400).returncode


def chunks_begun(home):
    with sqlite3.connect(home / "vc_issuer.sqlite") as database:
        return database.execute("SELECT coalesce(sum(attempts), 0) FROM signing_chunks").fetchone()[0]


def kill_from_outside(home, batch):
    """Kill the command and its two workers as soon as it has begun a chunk."""
    begun = chunks_begun(home)
    command = [*PROGRAM, "--home", str(home), "batch", "sign", batch, "--processes", "2"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while chunks_begun(home) == begun and process.poll() is None:
        pass
    os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


@pytest.mark.timeout(1200)
def test_killed_twenty_times_nothing_is_lost_doubled_or_unknown(approved):
    home, batch = approved
    chance = random.Random(2025)
    places = list(PLACES)
    chance.shuffle(places)
    kills = 0
    for place in places:
        times = chance.randint(1, 60) if place == "signature" else 1
        kills += kill_at(home, batch, place, times) == -signal.SIGKILL
    for _ in range(2):
        kills += kill_from_outside(home, batch) == -signal.SIGKILL
    kills += kill_at(home, batch, "finishing", 1) == -signal.SIGKILL
    assert kills == 20
    run(home, "batch", "sign", batch, check=0)
    assert json.loads(run(home, "batch", "sign", batch, "--json", check=0).stdout)["signed_now"] == 0
    run(home, "batch", "publish", batch, check=0)
    check_what_was_issued(home, batch)


def check_what_was_issued(home, batch):
    opened = open_home(home)
    try:
        with opened.database.reading() as session:
            prepared = {line.document_id for line in prepared_digests(session, batch)}
            records = {each.id: each for each in load_records(session, batch, limit=1000)}
        issued = list(issued_of_batch(opened.database, batch, base_url="https://x.example"))
    finally:
        opened.close()
    ids = [name for each in issued for name in (each.elm_id, *each.ob3_ids.values())]
    assert len(ids) == len(set(ids)) == 3 * 321
    assert set(ids) == prepared
    found = Counter(
        (records[each.document.record_id].learner.student_number, each.document.kind, each.document.component)
        for each in issued
    )
    expected = json.loads((EXAMPLES / "cohorts/c3/expected.json").read_text(encoding="utf-8"))
    due = Counter()
    for record in expected["records"]:
        if record["certificate"]:
            due[record["student_number"], DocumentKind.CERTIFICATE, ""] += 1
        for code in record["credit_certificates"]:
            due[record["student_number"], DocumentKind.CREDIT_CERTIFICATE, code] += 1
    assert found == due
