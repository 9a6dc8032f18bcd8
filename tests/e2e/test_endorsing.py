"""From the outside: an agency signs, the registrar takes it in, and whoever verifies sees who confirms what."""

import json

from e2e.issued import run
from reference import ROOT

DID = "did:web:qa-agency.example"
NAME = "Example Quality Assurance Agency"


def answer(done):
    return json.loads(done.stdout)


def test_what_an_agency_signs_is_confirmed_in_every_new_badge(own_home, tmp_path):
    agency, signed = tmp_path / "agency", tmp_path / "signed"
    run(None, "endorsement", "agency", agency, "--did", DID, "--name", NAME, check=0)
    assert (agency / "passphrase").stat().st_mode & 0o077 == 0
    found = answer(run(own_home, "endorsement", "subjects", "MC03", "--json", check=0))["achievements"]
    whole = [each["id"] for each in found if each["code"] == "MC03"]
    assert len(whole) == 2
    words = ("--comment", "Positive decision EXAMPLE-QA-0001.", "--until", "2099-01-01")
    made = answer(run(None, "endorsement", "make", agency, *whole, *words, "--out", signed, "--json", check=0))["files"]
    unpinned = run(own_home, "endorsement", "add", *made)
    assert unpinned.returncode == 1
    assert "endorser" in unpinned.stderr
    pin = ("--endorser", agency / "did.json")
    added = answer(run(own_home, "endorsement", "add", *made, *pin, "--json", check=0))["endorsements"]
    assert [(each["subject"], each["added"]) for each in added] == [(name, True) for name in whole]

    altered = tmp_path / "altered.json"
    altered.write_text((signed / made[0].rsplit("/", 1)[1]).read_text().replace("Positive", "Excellent"))
    refused = run(own_home, "endorsement", "add", altered, *pin)
    assert refused.returncode == 1
    assert "is not genuine" in refused.stderr

    batch = answer(run(own_home, "import", _one_more(own_home, tmp_path), "--json", check=0))["batch"]
    for step in ("prepare", "approve", "sign", "publish"):
        run(own_home, "batch", step, batch, check=0)
    out = tmp_path / "out"
    run(own_home, "batch", "export", batch, "--out", out, check=0)
    entries = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["credentials"]
    certificate = next(each for each in entries if each["document"] == "certificate")
    badge = out / certificate["files"]["ob3"]
    (seen,) = answer(run(own_home, "verify", out / certificate["files"]["pdf"], *pin, "--json"))["reports"][0][
        "endorsements"
    ]
    assert (seen["outcome"], seen["name"], seen["about"]) == ("passed", NAME, whole[0])
    said = run(own_home, "verify", badge, *pin, check=0).stdout
    assert f"confirmed by {NAME}: Positive decision EXAMPLE-QA-0001." in said
    assert "stated by the issuer: " in said
    (unsure,) = answer(run(own_home, "verify", badge, "--json", check=0))["reports"][0]["endorsements"]
    assert (unsure["outcome"], unsure["name"]) == ("indeterminate", "")


def _one_more(home, folder):
    """Write a cohort of one learner whom nobody certified yet."""
    del home
    lines = (ROOT / "examples/cohorts/c3/c3.csv").read_text(encoding="utf-8-sig").splitlines()
    header, rows = lines[0], [line for line in lines[1:] if "MC03-" in line]
    first = rows[0].split(";" if ";" in header else ",")
    mine = [line for line in rows if line.startswith(first[0])]
    file = folder / "one.csv"
    file.write_text(
        "\n".join([header, *(line.replace(first[0], "s7654321") for line in mine)]) + "\n", encoding="utf-8"
    )
    return file


def test_the_guide_names_every_command():
    guide = (ROOT / "docs" / "endorsements.md").read_text(encoding="utf-8")
    for command in ("agency", "make", "subjects", "add", "list", "withdraw"):
        assert f"vc-issuer endorsement {command}" in guide
