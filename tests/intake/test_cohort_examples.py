"""The example cohorts read without a fault, give what expected.json says, and are what their script writes."""

import importlib.util
import json
from collections import Counter

import pytest
from cohort_builders import catalogue

from reference import ROOT
from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.diff import ChangeKind, compare_cohorts, known_of, merge_records
from vc_issuer.model.record import ResultStatus, Severity
from vc_issuer.rendering.typefaces import undrawable

COHORTS = ROOT / "examples" / "cohorts"
COUNTED = {ResultStatus.PASSED, ResultStatus.EXEMPTED}


def read(name):
    path = COHORTS / name
    return read_cohort(path.read_bytes(), path.name, catalogue())


def expected():
    return json.loads((COHORTS / "c3" / "expected.json").read_text())


@pytest.mark.parametrize(
    ("name", "rows", "learners"), [("c1/c1.csv", 2, 1), ("c2/c2.csv", 27, 27), ("c3/c3.csv", 247, 120), ("c10/c10.csv", 247, 120)]
)  # fmt: skip
def test_example_cohort_reads_without_an_error(name, rows, learners):
    reading = read(name)
    assert reading.errors == ()
    assert reading.refused_rows == ()
    assert (reading.row_count, len(reading.records)) == (rows, learners)


def test_c2_has_a_dutch_and_an_english_group():
    assert Counter(record.language for record in read("c2/c2.csv").records) == {"nl": 15, "en": 12}
    assert read("c2/c2.csv").problems == ()


def test_c3_gives_the_results_of_expected_json():
    reading = read("c3/c3.csv")
    said = {learner["student_number"]: learner["results"] for learner in expected()["records"]}
    found = {
        record.learner.student_number: [
            {
                "component": result.component,
                "status": result.status.value,
                "mark": None if result.mark is None else str(result.mark),
                "attempt": result.attempt,
                "route": result.route.value,
            }
            for result in record.results
        ]
        for record in reading.records
    }
    assert found == said
    assert Counter(problem.code for problem in reading.problems) == expected()["warnings"]
    assert {problem.severity for problem in reading.problems} == {Severity.WARNING}


def test_c3_counts_of_documents_follow_from_the_results():
    records = read("c3/c3.csv").records
    certificates = sum(all(result.status in COUNTED for result in record.results) for record in records)
    credits_due = Counter(
        result.component for record in records for result in record.results if result.status is ResultStatus.PASSED
    )
    documents = expected()["documents"]
    assert (certificates, credits_due) == (documents["certificate"], documents["credit-certificate"])
    assert documents["total"] == 321


def test_c3_as_a_workbook_is_the_same_cohort():
    assert read("c3/c3.xlsx").records == read("c3/c3.csv").records


def test_c10_differs_from_c3_in_four_lines():
    before, after = read("c3/c3.csv").records, read("c10/c10.csv").records
    difference = compare_cohorts(known_of(before, after), after)
    assert Counter(line.kind for line in difference.lines) == {ChangeKind.UNCHANGED: 236, ChangeKind.CHANGED: 4}
    changes = [
        {
            "student_number": line.key.student_number,
            "component": line.key.component,
            "field": change.name,
            "before": change.before,
            "after": change.after,
        }
        for line in difference.of(ChangeKind.CHANGED)
        for change in line.fields
    ]
    assert changes == json.loads((COHORTS / "c10" / "changes.json").read_text())
    merged = merge_records(before, after)
    assert len(merged) == 120
    assert compare_cohorts(known_of(merged, after), after).is_empty


def test_every_name_of_the_examples_can_be_drawn():
    names = [
        record.learner.full_name for name in ("c1/c1.csv", "c2/c2.csv", "c3/c3.csv") for record in read(name).records
    ]
    assert undrawable("".join(names)) == []
    assert max(map(len, names)) > 83
    assert "Łukasz Żółć" in names


def test_files_are_what_their_script_writes(tmp_path):
    spec = importlib.util.spec_from_file_location("make_cohorts", ROOT / "scripts" / "make_cohorts.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write_cohorts(tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 7
    for path in written:
        committed = (COHORTS / path.relative_to(tmp_path)).read_bytes()
        if path.suffix == ".xlsx":
            # The library's version decides how a workbook is packed; its cells are compared above.
            assert read_cohort(committed, "", catalogue()) == read_cohort(path.read_bytes(), "", catalogue())
        else:
            assert committed == path.read_bytes(), path.name
