"""Rows of an import file that belong together: twice the same, one against another, and years that are mixed."""

from cohort_builders import (
    only,
    read_rows,
    row,
)

from vc_issuer.model.record import Severity


def test_row_twice_counts_once_and_is_said():
    reading = read_rows(row(), row())
    problem = only(reading, "row-twice")
    assert (problem.row, problem.column, problem.value) == (3, "studentennummer", "0240101")
    assert problem.severity is Severity.WARNING
    assert len(reading.records) == 1
    assert len(reading.records[0].results) == 1
    assert reading.is_clean


def test_learner_in_the_pass_list_and_the_fail_list_is_refused_in_both():
    reading = read_rows(row(punt="14"), row(punt="8"), row(studentennummer="0240102", naam="Ng"))
    problems = [problem for problem in reading.problems if problem.code == "row-contradicts"]
    assert [(problem.row, problem.value) for problem in problems] == [(2, "14"), (3, "8")]
    assert "rij 3" in problems[0].message.best("nl")
    assert "exam chance" in problems[1].remedy.best("en")
    assert [refused.number for refused in reading.refused_rows] == [2, 3]
    assert len(reading.records) == 1


def test_mixed_academic_years_are_shown_on_the_odd_rows():
    others = [row(studentennummer=f"024010{n}", naam="Ng", geboortedatum="") for n in range(2, 4)]
    reading = read_rows(row(uitvoering="2023-2024", evaluatiedatum="2024-06-12"), *others)
    problem = only(reading, "years-mixed")
    assert (problem.row, problem.column, problem.value) == (2, "uitvoering", "2023-2024")
    assert "2024-2025" in problem.message.best("nl")


def test_all_problems_of_all_rows_come_at_once():
    reading = read_rows(
        row(punt="21", naam="=1", geboortedatum="09/10/2001", inschrijving="zwart"),
        row(studentennummer="", onderdeel="X"),
        row(studentennummer="0240103", naam="Ng"),
    )
    assert {(problem.row, problem.code) for problem in reading.errors} == {
        (2, "mark-range"),
        (2, "text-formula"),
        (2, "date-ambiguous"),
        (2, "route-unknown"),
        (3, "cell-empty"),
        (3, "component-unknown"),
    }
    assert len(reading.records) == 1, "good rows are kept"
