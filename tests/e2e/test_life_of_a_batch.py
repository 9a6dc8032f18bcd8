"""From the outside, as its user: import, re-import, prepare, approve, sign, publish, revoke, supersede; exit codes."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from e2e.issued import run
from reference import ROOT
from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import open_home

EXAMPLES = ROOT / "examples"


def answer(done):
    return json.loads(done.stdout)


def verdicts(home, *files, check):
    reports = answer(run(home, "verify", "--json", *files, check=check))["reports"]
    return [report["verdict"] for report in reports]


def test_revocation_turns_every_answer_at_once(issued, own_home):
    entry = issued.first("certificate")
    files = [issued.path(entry, name) for name in ("ob3", "elm", "pdf")]
    home = open_home(own_home)
    client = TestClient(create_app(home), base_url="https://credentials.uzb.example")
    page = entry["verify_url"].removeprefix("https://credentials.uzb.example")
    html = {"accept": "text/html", "accept-language": "en"}
    assert "Genuine and current" in client.get(page, headers=html).text
    run(own_home, "status", "revoke", entry["number"], "--reason", "error", check=0)
    assert "Genuine, later withdrawn" in client.get(page, headers=html).text
    for file in files:
        body = client.post("/verify", content=file.read_bytes()).json()
        assert body["reports"][0]["verdict"] == "revoked"
    home.close()
    assert verdicts(own_home, *files, check=1) == ["revoked"] * 3
    again = run(own_home, "status", "revoke", entry["number"], check=1)
    assert "is revoked and can't become revoked" in again.stderr


def test_suspension_and_supersession(issued, own_home):
    first, second = [entry for entry in issued.credentials if entry["document"] == "credit-certificate"][:2]
    run(own_home, "status", "suspend", first["id"], check=0)
    assert verdicts(own_home, issued.path(first, "elm"), check=1) == ["suspended"]
    run(own_home, "status", "reinstate", first["id"], check=0)
    assert verdicts(own_home, issued.path(first, "ob3"), check=0) == ["current"]
    batch = answer(run(own_home, "status", "supersede", second["number"], "--reason", "name", "--json", check=0))[
        "batch"
    ]
    run(own_home, "batch", "prepare", batch, check=0)
    run(own_home, "batch", "approve", batch, check=0)
    run(own_home, "batch", "sign", batch, check=0)
    assert verdicts(own_home, issued.path(second, "ob3"), check=0) == ["current"]
    run(own_home, "batch", "publish", batch, check=0)
    assert verdicts(own_home, issued.path(second, "ob3"), check=1) == ["superseded"]


def test_nobody_approves_what_they_prepared(own_home):
    """Not the preparer, and not somebody who holds the role but prepared this batch."""
    batch = answer(run(own_home, "import", EXAMPLES / "cohorts/c1/c1.csv", "--json", check=0))["batch"]
    run(own_home, "batch", "prepare", batch, check=0)
    refused = run(own_home, "--as", "preparer", "batch", "approve", batch, check=1)
    assert "it takes approver" in refused.stderr
    assert answer(run(own_home, "batch", "show", batch, "--json", check=0))["state"] == "prepared"


def test_a_cohort_from_file_to_files(tmp_path):
    home = tmp_path / "home"
    run(home, "init", "--institution", "uzb", "--mode", "test", check=0)
    run(home, "check-config", check=0)
    run(home, "offering", "add", EXAMPLES / "offerings/mc01.toml", EXAMPLES / "offerings/mc03.toml", check=0)
    dry = answer(run(home, "import", EXAMPLES / "cohorts/c1/c1.csv", "--dry-run", "--json", check=0))
    assert not dry["stored"]
    first = answer(run(home, "import", EXAMPLES / "cohorts/c1/c1.csv", "--json", check=0))
    assert first["difference"]["new"] == 2
    second = answer(run(home, "import", EXAMPLES / "cohorts/c1/c1.csv", "--json", check=0))
    assert not second["stored"]
    assert second["batch"] == first["batch"]
    batch = first["batch"]
    early = run(home, "batch", "sign", batch, check=1)
    assert "can't be signing" in early.stderr
    prepared = answer(run(home, "batch", "prepare", batch, "--json", check=0))
    assert prepared["documents"] == 3
    own = run(home, "--as", "preparer", "batch", "approve", batch, check=1)
    assert "it takes approver" in own.stderr
    other = run(home, "batch", "approve", batch, "--digest", "0" * 64, check=1)
    assert "not what was shown" in other.stderr
    run(home, "batch", "approve", batch, "--digest", prepared["digest"], check=0)
    signed = answer(run(home, "batch", "sign", batch, "--json", check=0))
    assert (signed["documents"], signed["signed_now"]) == (3, 9)
    assert answer(run(home, "batch", "sign", batch, "--json", check=0))["signed_now"] == 0
    run(home, "batch", "publish", batch, check=0)
    out = tmp_path / "out"
    run(home, "batch", "export", batch, "--out", out, check=0)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["credentials"]) == 3
    run(home, "verify", *[out / each["files"]["pdf"] for each in manifest["credentials"]], check=0)
    third = answer(run(home, "import", EXAMPLES / "cohorts/c1/c1.csv", "--json", check=0))
    assert not third["stored"]


def test_bad_rows_are_all_named_and_nothing_is_stored_unless_asked(own_home, tmp_path):
    file = tmp_path / "bad.csv"
    lines = (EXAMPLES / "cohorts/c1/c1.csv").read_text(encoding="utf-8-sig").splitlines()
    broken = lines[2].replace("MC03-B", "MC03-Z")
    file.write_text("\n".join([*lines[:2], broken]), encoding="utf-8")
    done = run(own_home, "import", file, "--json", check=1)
    found = answer(done)
    assert not found["stored"]
    assert found["refused_rows"] == 1
    (problem,) = [each for each in found["problems"] if each["severity"] in ("E", "error")]
    assert problem["row"] == 3
    accepted = answer(run(own_home, "import", file, "--accept-good-rows", "--json"))
    assert (tmp_path / "bad.refused.csv").is_file()
    assert accepted["refused_file"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", "no-such-file.json"], 2),
        (["batch", "show", "B-1"], 2),
        (["offering", "check", "no-such-file.toml"], 2),
        (["nonsense"], 2),
        (["--help"], 0),
        (["batch", "--help"], 0),
    ],
)
def test_no_traceback_reaches_a_user(own_home, arguments, code):
    run(own_home, *arguments, check=code)


def test_a_file_that_is_not_there_takes_nothing_from_the_others(issued, own_home):
    genuine = issued.path(issued.first("certificate"), "ob3")
    assert verdicts(own_home, "no-such-file.json", genuine, check=2) == ["unreadable", "current"]


def test_a_missing_home_or_key_is_a_configuration_error(own_home, tmp_path):
    assert "no home" in run(tmp_path / "nowhere", "batch", "list", check=78).stderr
    (own_home / "keys" / "storage.key").unlink()
    assert "storage.key" in run(own_home, "batch", "list", check=78).stderr


def test_the_log_and_errors_hold_no_code_and_no_name(issued, own_home):
    entry = issued.first("certificate")
    code = entry["verify_url"].rsplit("/", 1)[1]
    done = run(own_home, "batch", "export", "last", "--out", own_home.parent / "again", check=0)
    assert code not in done.stderr + done.stdout
    assert not re.search("Țîrlea|Ţîrlea", done.stderr + done.stdout)


def test_a_batch_is_written_for_the_issuer_of_the_eu(issued, own_home, tmp_path):
    batch = issued.credentials[0]["batch"]
    done = answer(run(own_home, "batch", "export", batch, "--edc", "--out", tmp_path, "--json", check=0))
    uploads = [json.loads(Path(path).read_text(encoding="utf-8")) for path in done["files"]]
    assert done["without_address"] == len(uploads) > 0
    numbers = {entry["number"] for entry in issued.credentials if entry["batch"] == batch}
    assert {path.rsplit("/", 1)[1] for path in done["files"]} == {f"{number}.json" for number in numbers}
    (number,) = uploads[0]["credential"]["credentialSubject"]["identifier"]
    addresses = tmp_path / "addresses.csv"
    addresses.write_text(f"{number['notation']};learner@example.org\n", encoding="utf-8")
    again = answer(
        run(own_home, "batch", "export", batch, "--edc", "--addresses", addresses, "--out", tmp_path, "--json", check=0)
    )
    assert again["without_address"] < done["without_address"]
    assert (
        "belongs to --edc"
        in run(own_home, "batch", "export", batch, "--addresses", addresses, "--out", tmp_path, check=2).stderr
    )
