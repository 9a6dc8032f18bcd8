"""From the outside: what suspending, reinstating and superseding do to every answer, and to what is exported."""

import json

import pytest
from fastapi.testclient import TestClient

from e2e.issued import run
from reference import ROOT
from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import open_home

HOST = "https://credentials.uzb.example"
HTML = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture
def asked(own_home):
    """Ask a running application on the home that the commands change."""
    home = open_home(own_home)
    client = TestClient(create_app(home), base_url=HOST)

    def ask(issued, entry):
        answers = {
            name: client.post("/verify", content=issued.path(entry, name).read_bytes()).json()["reports"][0]["verdict"]
            for name in ("ob3", "elm", "pdf")
        }
        answers["page"] = client.get(entry["verify_url"].removeprefix(HOST), headers=HTML).text
        return answers

    yield ask
    home.close()


def words(answers):
    return {answers[name] for name in ("ob3", "elm", "pdf")}


def test_a_suspension_reaches_every_answer_and_is_taken_back(issued, own_home, asked):
    entry = issued.first("certificate")
    run(own_home, "status", "suspend", entry["number"], "--reason", "appeal", check=0)
    answers = asked(issued, entry)
    assert words(answers) == {"suspended"}
    assert "Genuine, suspended for now" in answers["page"]
    twice = run(own_home, "status", "suspend", entry["number"])
    assert twice.returncode == 1
    assert f"{entry['number']} is suspended and can't become suspended" in twice.stderr
    run(own_home, "status", "reinstate", entry["number"], check=0)
    assert words(asked(issued, entry)) == {"current"}
    again = run(own_home, "status", "reinstate", entry["number"])
    assert again.returncode == 1


def test_a_file_of_ids_changes_all_or_none(issued, own_home, asked, tmp_path):
    first, second = [entry for entry in issued.credentials if entry["document"] == "credit-certificate"][:2]
    ids = tmp_path / "ids.txt"
    # One document by number and by id, and twice: it changes once.
    ids.write_text(f"{first['number']}\n{first['id']}\n\n{second['id']}\r\n{second['id']}\nUZB-1999-000001\n")
    refused = run(own_home, "status", "suspend", "--file", ids)
    assert refused.returncode == 1
    assert "this home issued no document 'UZB-1999-000001'" in refused.stderr
    assert words(asked(issued, first)) == {"current"}
    ids.write_text(ids.read_text().replace("UZB-1999-000001\n", ""))
    done = json.loads(run(own_home, "status", "suspend", "--file", ids, "--json", check=0).stdout)
    assert done["credentials"] == [
        {"number": first["number"], "status": "suspended"},
        {"number": second["number"], "status": "suspended"},
    ]
    assert words(asked(issued, second)) == {"suspended"}
    out = tmp_path / "out"
    run(own_home, "batch", "export", first["batch"], "--out", out, check=0)
    statuses = {
        each["number"]: each["status"] for each in json.loads((out / "manifest.json").read_text())["credentials"]
    }
    assert {statuses[first["number"]], statuses[second["number"]]} == {"suspended"}
    assert run(own_home, "status", "suspend", "--file", tmp_path / "nothing.txt").returncode == 2


def test_a_correction_takes_the_place_of_what_was_wrong(issued, own_home, asked, tmp_path):
    old = issued.first("certificate")
    name = issued.badge(old)["credentialSubject"]["identifier"][0]["identityHash"]
    assert name in asked(issued, old)["page"]
    batch = json.loads(run(own_home, "status", "supersede", old["id"], "--reason", "name", "--json", check=0).stdout)[
        "batch"
    ]
    for step in ("prepare", "approve", "sign"):
        run(own_home, "batch", step, batch, check=0)
    assert words(asked(issued, old)) == {"current"}
    run(own_home, "batch", "publish", batch, check=0)
    answers = asked(issued, old)
    assert words(answers) == {"superseded"}
    assert "Genuine, but replaced" in answers["page"]
    assert name not in answers["page"]
    out = tmp_path / "out"
    run(own_home, "batch", "export", old["batch"], batch, "--out", out, check=0)
    entries = {each["number"]: each for each in json.loads((out / "manifest.json").read_text())["credentials"]}
    before = entries[old["number"]]
    after = entries[before["successor"]["number"]]
    assert (before["status"], after["status"]) == ("superseded", "current")
    assert before["successor"] == {"id": after["id"], "number": after["number"]}
    assert after["replaces"] == {"id": old["id"], "number": old["number"]}
    assert after["number"] in answers["page"]
    assert after["verify_url"] not in answers["page"]
    ends = run(own_home, "status", "reinstate", old["number"])
    assert "is superseded and can't become current" in ends.stderr
    assert run(own_home, "status", "suspend", after["number"]).returncode == 0


def test_a_home_that_publishes_by_schedule_changes_its_lists_on_demand(issued, own_home, asked):
    settings = own_home / "settings.toml"
    settings.write_text(settings.read_text() + '\n[status]\npublish = "scheduled"\n')
    entry = issued.first("certificate")
    run(own_home, "status", "revoke", entry["number"], check=0)
    assert words(asked(issued, entry)) == {"current"}
    assert json.loads(run(own_home, "status", "publish", "--json", check=0).stdout) == {
        "lists": 2
    }  # and the one of words
    assert words(asked(issued, entry)) == {"revoked"}
    assert json.loads(run(own_home, "status", "publish", "--json", check=0).stdout) == {"lists": 0}


def test_the_guide_names_every_command():
    guide = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    for command in ("status suspend", "status reinstate", "status supersede", "status revoke", "status publish"):
        assert f"vc-issuer {command}" in guide
