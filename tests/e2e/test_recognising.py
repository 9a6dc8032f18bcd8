"""A receiver's work on what was issued: sheets and tables from the command, several awards against a target."""

import csv
import io
import json

import pypdfium2
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from vc_issuer.cli.main import command_line
from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import open_home

pytestmark = pytest.mark.xdist_group("recognising")
TARGET = 'title = "Programme"\nects = 9\nlevel = 5\n[[sets]]\nname = "Core"\ncodes = ["MC03"]\n'
HTML = {"accept": "text/html", "accept-language": "en"}


def run(home, command, *arguments, check=None):
    """Type a command in this process; returns what it wrote."""
    words = [*(("--home", str(home)) if home else ()), command, *map(str, arguments)]
    done = CliRunner().invoke(command_line([command, "keys"]), words)
    assert check is None or done.exit_code == check, (done.exit_code, done.output[-2000:])
    return done


def identity(badge, kind):
    return next((i["identityHash"] for i in badge["credentialSubject"]["identifier"] if i["identityType"] == kind), "")


@pytest.fixture(scope="module")
def of_one_learner(issued):
    """Give a learner's certificate with the credit certificates of its parts."""
    by_record = {}
    for entry in issued.credentials:
        by_record.setdefault(entry["record"], []).append(entry)
    same = next(group for group in by_record.values() if len(group) == 3 and group[0]["offering"].startswith("MC03"))
    assert [each["document"] for each in same] == ["certificate", "credit-certificate", "credit-certificate"]
    return same


@pytest.fixture(scope="module")
def of_another(issued, of_one_learner):
    number = identity(issued.badge(of_one_learner[0]), "ext:studentNumber")
    return next(e for e in issued.credentials if identity(issued.badge(e), "ext:studentNumber") not in {number, ""})


@pytest.fixture(scope="module")
def client(issued):
    home = open_home(issued.home)
    yield TestClient(create_app(home), base_url="https://credentials.uzb.example", raise_server_exceptions=False)
    home.close()


def test_a_command_writes_sheets_and_a_table(issued, of_one_learner, tmp_path):
    files = [issued.path(entry, "pdf") for entry in of_one_learner]
    sheet, table = tmp_path / "sheets.pdf", tmp_path / "table.csv"
    run(issued.home, "verify", *files, "--sheet", sheet, "--table", table, "--lang", "nl", check=0)
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert [row["Antwoord"] for row in rows] == ["Echt en geldig"] * 3
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(sheet))
    assert text.count("ERKENNINGSBLAD") == 3
    assert identity(issued.badge(of_one_learner[0]), "name") in " ".join(text.split())


def test_a_table_of_an_unknown_kind_and_an_unknown_language_are_refused(issued, of_one_learner, tmp_path):
    file = issued.path(of_one_learner[0], "ob3")
    assert "neither .csv nor .xlsx" in run(None, "verify", file, "--table", tmp_path / "t.ods", check=2).stderr
    assert "nl, en, fr, de" in run(None, "verify", file, "--lang", "xx", check=2).stderr


def test_the_parts_of_a_whole_are_not_counted_twice(issued, of_one_learner, tmp_path):
    target = tmp_path / "target.toml"
    target.write_text(TARGET, encoding="utf-8")
    files = [issued.path(entry, "pdf") for entry in of_one_learner]
    answer = json.loads(run(issued.home, "stack", *files, "--target", target, "--json").stdout)
    assert answer["earned_ects"] == "9"
    assert [each["code"] for each in answer["left_out"]] == ["part-of-whole"] * 2
    kinds = {finding["code"]: finding["kind"] for finding in answer["findings"]}
    assert (kinds["volume-satisfied"], kinds["set-satisfied"]) == ("satisfied", "satisfied")
    assert kinds["part-of-whole"] == "double-counted"


def test_parts_alone_count_and_a_target_that_is_not_reached_exits_with_1(issued, of_one_learner, tmp_path):
    target = tmp_path / "target.json"
    target.write_text('{"title": "T", "ects": 20}', encoding="utf-8")
    files = [issued.path(entry, "ob3") for entry in of_one_learner[1:]]
    shown = run(issued.home, "stack", *files, "--target", target, check=1).stdout
    assert "9 of the 20 credits that are asked for: 11 are missing." in shown
    assert "no decision about a person" in shown


def test_two_learners_are_never_added_up(issued, of_one_learner, of_another, tmp_path):
    target = tmp_path / "target.toml"
    target.write_text(TARGET, encoding="utf-8")
    files = [issued.path(entry, "ob3") for entry in (of_one_learner[0], of_another)]
    shown = run(issued.home, "stack", *files, "--target", target, "--one-learner", check=1).stdout
    assert "Nothing was added up" in shown
    assert "student numbers" in shown


def test_a_bad_target_is_a_sentence_for_each_problem(issued, of_one_learner, tmp_path):
    target = tmp_path / "target.toml"
    target.write_text("level = 12\n", encoding="utf-8")
    file = issued.path(of_one_learner[0], "ob3")
    complaint = run(issued.home, "stack", file, "--target", target, check=1).stderr
    assert complaint.count("\n  - ") == 3
    assert "can't be read" in run(issued.home, "stack", file, "--target", tmp_path / "none", check=1).stderr


def test_the_page_of_several_awards_says_what_counts(client, issued, of_one_learner):
    files = [("files", (f"{n}.json", issued.path(e, "ob3").read_bytes())) for n, e in enumerate(of_one_learner)]
    page = client.post(
        "/stack", files=files, data={"ects": "9,5", "level": "5", "required": "MC03\nMC99"}, headers=HTML
    )
    assert "9 of the 9.5 credits that are asked for: 0.5 are missing." in page.text
    assert "MC99 is missing" in page.text
    assert page.text.count("already in a larger award") == 4
    assert page.headers["cache-control"] == "no-store"


def test_a_target_file_goes_before_the_fields_and_machines_get_json(client, issued, of_one_learner):
    upload = [
        ("files", ("one.json", issued.path(of_one_learner[0], "ob3").read_bytes())),
        ("target", ("t.toml", TARGET)),
    ]
    answer = client.post("/stack", files=upload, data={"title": "Other", "ects": "99"}).json()
    assert (answer["target"], answer["earned_ects"]) == ("Programme", "9")


@pytest.mark.parametrize("fields", [{}, {"ects": "x"}, {"ects": "-1"}, {"ects": "nan"}, {"ects": "9", "level": "9"}])
def test_fields_that_make_no_target_are_refused(client, issued, of_one_learner, fields):
    files = [("files", ("one.json", issued.path(of_one_learner[0], "ob3").read_bytes()))]
    answer = client.post("/stack", files=files, data=fields)
    assert answer.status_code == 422
    assert "can't be used" in answer.json()["detail"]
    assert client.get("/stack").status_code == 200
