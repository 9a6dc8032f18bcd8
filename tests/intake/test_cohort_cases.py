"""The small cohorts: every name of C7 gets its outcome, and each file is what its script writes."""

import importlib.util
import json
from collections import Counter
from functools import cache

import pytest

from reference import ROOT
from vc_issuer.errors import InputError
from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.rendering.typefaces import undrawable
from vc_issuer.rules import evaluate

COHORTS = ROOT / "examples" / "cohorts"


@cache
def catalogue():
    found = {}
    for path in (ROOT / "examples" / "offerings").glob("*.toml"):
        offering = read_offering(
            path.read_bytes(), filename=path.name, base_url="https://c.example", institutions=institutions()
        )
        found[offering.code, offering.version] = offering
    return found


@cache
def read(name):
    path = COHORTS / name
    return read_cohort(path.read_bytes(), path.name, catalogue())


@cache
def expected(cohort):
    return json.loads((COHORTS / cohort / "expected.json").read_text(encoding="utf-8"))


CASES = expected("c7")["records"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_name_of_c7_gets_its_outcome(case):
    reading = read("c7/c7.csv")
    row = CASES.index(case) + 2
    codes = {problem.code for problem in reading.problems if problem.row == row}
    records = {record.learner.student_number: record.learner for record in reading.records}
    learner = records.get(case["student_number"])
    assert codes == set(case["problems"])
    assert (learner is None) == (case["outcome"] == "refused")
    if learner:
        assert bool(undrawable(learner.full_name)) == (case["outcome"] == "undrawable")


def test_c7_has_sixty_names_each_a_case_of_its_own():
    names = [case["case"] for case in CASES]
    assert len(set(names)) == len(names) == 67
    assert Counter(case["outcome"] for case in CASES) == expected("c7")["outcomes"]


def test_a_name_in_decomposed_form_is_the_same_name():
    (apart,) = read("c7/c7-decomposed.csv").records
    whole = next(r for r in read("c7/c7.csv").records if r.learner.student_number == apart.learner.student_number)
    assert (COHORTS / "c7/c7-decomposed.csv").read_bytes() not in (COHORTS / "c7/c7.csv").read_bytes()
    assert apart.learner == whole.learner


def test_people_whose_names_differ_in_a_capital_stay_different_people():
    names = [r.learner.full_name for r in read("c7/c7.csv").records]
    assert {"Jan Van den Broeck", "Jan van den Broeck", "Jan Vandenbroeck"} <= set(names)
    assert {"Karl Straße", "Karl STRASSE", "Shane O’Neill", "Shane O'Neill"} <= set(names)


def documents(reading):
    return Counter(due.kind.value for record in reading.records for due in evaluate(record).documents)


def verdicts(record):
    return {finding.rule for finding in evaluate(record).findings if finding.severity.value == "V"}


def test_c4_gives_a_certificate_of_two_countries_to_everybody_who_passed():
    reading, said = read("c4/c4.csv"), expected("c4")
    assert (reading.row_count, reading.errors) == (said["rows"], ())
    assert Counter(problem.code for problem in reading.problems) == said["warnings"]
    assert documents(reading) == said["documents"]
    failed = {r.learner.student_number for r in reading.records if not evaluate(r).documents}
    assert failed == set(said["not_due"])
    assert all("R3.achieved" in verdicts(r) for r in reading.records if r.learner.student_number in failed)
    bodies = reading.records[0].offering.awarding_bodies
    assert [body.address.country for body in bodies] == said["awarding_countries"]


def test_c8_gives_each_its_certificate():
    reading, said = read("c8/c8.csv"), expected("c8")
    assert (len(reading.records), reading.problems) == (20, ())
    assert documents(reading) == said["documents"]
    assert Counter(each["category"] for each in said["records"]) == said["categories"]
    ends = {r.offering.code: evaluate(r).documents[0].valid_until for r in reading.records}
    assert ends["MC05"] is None
    assert f"{ends['MC37']}" < said["at"][:10]


def test_c9_gives_nothing_and_says_why():
    reading, said = read("c9/c9.csv"), expected("c9")
    assert (reading.row_count, reading.errors) == (said["rows"], ())
    assert documents(reading) == said["documents"]
    assert all(set(said["not_due"].values()) <= verdicts(record) for record in reading.records)


def test_c1_gives_what_expected_json_says():
    counted = documents(read("c1/c1.csv"))
    said = expected("c1")["documents"]
    assert counted == {
        "certificate": said["certificate"],
        "credit-certificate": sum(said["credit-certificate"].values()),
    }
    assert counted.total() == said["total"]


def test_files_are_what_their_script_writes(tmp_path):
    spec = importlib.util.spec_from_file_location("make_cases", ROOT / "scripts" / "make_cases.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write_cases(tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 10
    for path in written:
        assert path.read_bytes() == (COHORTS / path.relative_to(tmp_path)).read_bytes(), path.name


def test_every_offering_of_the_examples_can_be_read():
    assert len({code for code, _ in catalogue()}) == 42
    with pytest.raises(InputError):
        read_offering(b"code = 1", filename="x.toml", base_url="https://c.example", institutions=institutions())
