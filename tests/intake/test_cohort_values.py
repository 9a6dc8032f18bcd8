"""Marks, words, codes, dates and student numbers of an import file (domain 8.5): what is read, and what is refused."""

from datetime import date

import pytest
from cohort_builders import (
    HEADINGS,
    catalogue,
    codes,
    component,
    csv_text,
    offering,
    only,
    read_rows,
    read_text,
    read_workbook,
    row,
    write_rows,
)

from vc_issuer.intake.cohort import read_cohort
from vc_issuer.model.record import ResultStatus, Severity

# Marks and words.


@pytest.mark.parametrize(
    ("mark", "status", "component", "offering_code", "code", "remedy_nl", "remedy_en"),
    [
        ("14,5", "", "MC03-A", "MC03", "mark-step", "niet afgerond", "nothing is rounded"),
        ("21", "", "MC03-A", "MC03", "mark-range", "Verbeter het punt", "Correct the mark"),
        ("21/20", "", "MC03-A", "MC03", "mark-range", "Verbeter het punt", "Correct the mark"),
        ("-1", "", "MC03-A", "MC03", "mark-range", "Verbeter het punt", "Correct the mark"),
        ("−1", "", "MC03-A", "MC03", "mark-range", "Verbeter het punt", "Correct the mark"),
        ("14/10", "", "MC03-A", "MC03", "mark-out-of", "op 20", "out of 20"),
        ("veertien", "", "MC03-A", "MC03", "mark-unreadable", "vrijgesteld", "geslaagd (pass)"),
        ("1.4E1", "", "MC03-A", "MC03", "mark-unreadable", "getal", "number"),
        ("١٤", "", "MC03-A", "MC03", "mark-unreadable", "getal", "number"),
        ("NaN", "", "MC03-A", "MC03", "mark-unreadable", "getal", "number"),
        ("14", "gezakt", "MC03-A", "MC03", "status-unknown", "geslaagd", "fail"),
        ("9", "geslaagd", "MC03-A", "MC03", "status-contradicts", "Verbeter", "Correct the mark or the status"),
        ("12", "getolereerd", "MC03-A", "MC03", "status-contradicts", "Verbeter", "Correct"),
        ("12", "niet geslaagd", "MC03-A", "MC03", "status-contradicts", "Verbeter", "Correct"),
        ("12", "vrijgesteld", "MC03-A", "MC03", "status-with-mark", "Maak het punt leeg", "Empty the mark"),
        ("vrij", "geslaagd", "MC03-A", "MC03", "status-differs", "het juiste", "the right one"),
        ("", "geslaagd", "MC03-A", "MC03", "mark-needed", "van 0 tot 20", "from 0 to 20"),
        ("", "", "MC03-A", "MC03", "result-missing", "Vul het punt in", "Fill in the mark"),
        ("14", "", "MC33-A", "MC33", "mark-not-numeric", "geslaagd of niet", "pass or fail"),
        ("0.9", "", "MC22-A", "MC22", "mark-range", "Verbeter", "Correct"),
    ],
)  # fmt: skip
def test_bad_result_is_refused(mark, status, component, offering_code, code, remedy_nl, remedy_en):
    reading = read_rows(row(punt=mark, status=status, onderdeel=component, aanbod=offering_code))
    problem = only(reading, code)
    expected = ("status", status) if code == "status-unknown" else ("punt", mark)
    assert (problem.row, problem.column, problem.value) == (2, *expected)
    assert remedy_nl in problem.remedy.best("nl")
    assert remedy_en in problem.remedy.best("en")
    assert reading.records == ()


@pytest.mark.parametrize(
    ("mark", "status", "changes", "expected"),
    [
        ("14", "", {}, (14, ResultStatus.PASSED)),
        ("14,0", "", {}, (14, ResultStatus.PASSED)),
        ("14.0", "", {}, (14, ResultStatus.PASSED)),
        ("14/20", "geslaagd", {}, (14, ResultStatus.PASSED)),
        ("10", "", {}, (10, ResultStatus.PASSED)),
        ("9", "", {}, (9, ResultStatus.FAILED)),
        ("0", "fail", {}, (0, ResultStatus.FAILED)),
        ("9", "getolereerd", {}, (9, ResultStatus.TOLERATED)),
        ("9", "gedelibereerd", {}, (9, ResultStatus.TOLERATED)),
        ("", "Niet geslaagd", {}, (None, ResultStatus.FAILED)),
        ("VRIJ", "", {}, (None, ResultStatus.EXEMPTED)),
        ("", "vrijgesteld", {}, (None, ResultStatus.EXEMPTED)),
        ("exempt", "exempt", {}, (None, ResultStatus.EXEMPTED)),
        ("afwezig", "", {}, (None, ResultStatus.ABSENT)),
        ("Absent", "", {}, (None, ResultStatus.ABSENT)),
        ("geslaagd", "", {"onderdeel": "MC33-A", "aanbod": "MC33"}, (None, ResultStatus.PASSED)),
        ("4.0", "", {"onderdeel": "MC22-A", "aanbod": "MC22"}, (4, ResultStatus.PASSED)),
        ("4.1", "", {"onderdeel": "MC22-A", "aanbod": "MC22"}, ("4.1", ResultStatus.FAILED)),
        ("14,5", "", {"onderdeel": "MC01-A", "aanbod": "MC01", "taal": "nl"}, ("14.5", ResultStatus.PASSED)),
    ],
)
def test_results_are_read_on_the_components_own_scale(mark, status, changes, expected):
    reading = read_rows(row(punt=mark, status=status, **changes))
    assert reading.problems == ()
    result = reading.records[0].results[0]
    assert (None if result.mark is None else str(result.mark), result.status) == (
        None if expected[0] is None else str(expected[0]),
        expected[1],
    )


# Codes.


@pytest.mark.parametrize(
    ("column", "value", "code", "named"),
    [
        ("aanbod", "MC30", "offering-unknown", "MC03"),
        ("versie", "2019-2020", "version-unknown", "2024-2025"),
        ("uitvoering", "2022-2023", "run-unknown", "2023-2024, 2024-2025"),
        ("onderdeel", "MC3-A", "component-unknown", "MC03-A"),
        ("inschrijving", "zwart", "route-unknown", "creditcontract"),
        ("examenkans", "0", "attempt-unknown", "1, 2"),
        ("taal", "fr", "language-unknown", "nl"),
    ],
)
def test_wrong_code_names_those_that_are_known(column, value, code, named):
    problem = only(read_rows(row(**{column: value})), code)
    assert (problem.row, problem.column, problem.value) == (2, column, value)
    assert named in problem.remedy.best("nl")
    assert named in problem.remedy.best("en")


@pytest.mark.parametrize("column", ["studentennummer", "aanbod", "uitvoering", "onderdeel", "inschrijving"])
def test_empty_required_cell(column):
    problem = only(read_rows(row(**{column: ""})), "cell-empty")
    assert (problem.row, problem.column, problem.value) == (2, column, "")


def test_version_may_be_left_out_where_one_version_has_the_run():
    assert read_rows(row(versie="")).records == read_rows(row()).records


def test_version_is_needed_where_several_have_the_run():
    two = catalogue(offering("MC03", (component("MC03-A", 3),), version="2025"))
    reading = read_cohort(csv_text(row(versie="")).encode(), "c.csv", two)
    assert "2024-2025, 2025" in only(reading, "version-needed").remedy.best("en")


@pytest.mark.parametrize(
    ("ects", "code"), [("3", None), ("3,0", None), ("", None), ("6", "ects-differs"), ("drie", "ects-unreadable")]
)
def test_credits_are_a_cross_check(ects, code):
    reading = read_text(csv_text({**row(), "ects": ects}, headings=(*HEADINGS, "ects")))
    assert codes(reading) == ({code} if code else set())


def test_group_language_is_needed_where_the_run_has_several():
    changes = {"aanbod": "MC01", "onderdeel": "MC01-A"}
    problem = only(read_rows(row(**changes)), "language-needed")
    assert "nl, en" in problem.remedy.best("en")
    assert read_rows(row(**changes, taal="Engels")).records[0].language == "en"


# Dates.


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("09/10/2024", "date-ambiguous"),
        ("45551", "date-serial"),
        ("45551,5", "date-serial"),
        ("16/09/24", "date-short-year"),
        ("31/02/2024", "date-impossible"),
        ("2025-02-29", "date-impossible"),
        ("2025-06-12T22:00:00Z", "date-with-time"),
        ("2025-06-00", "date-partial"),
        ("morgen", "date-unreadable"),
        ("2024-09-15", "assessed-before-run"),
    ],
)
def test_doubtful_date_is_refused(text, code):
    problem = only(read_rows(row(evaluatiedatum=text)), code)
    assert (problem.row, problem.column, problem.value) == (2, "evaluatiedatum", text)
    assert problem.severity is Severity.ERROR
    if code.startswith("date-"):
        assert "2024-09-16" in problem.remedy.best("nl")
        assert "2024-09-16" in problem.remedy.best("en")


@pytest.mark.parametrize(
    "text", ["16/09/2024", "09/16/2024", "16-9-2024", "16.09.2024", "2024-09-16", "2024-09-16 00:00:00"]
)
def test_date_that_can_only_be_one_day_is_read(text):
    reading = read_rows(row(evaluatiedatum=text))
    assert reading.problems == ()
    assert reading.records[0].results[0].assessed_on == date(2024, 9, 16)


def test_column_that_proves_its_order_settles_ambiguous_dates():
    reading = read_rows(
        row(evaluatiedatum="09/10/2024"), row(studentennummer="0240102", naam="Ng", evaluatiedatum="25/10/2024")
    )
    assert reading.problems == ()
    assert reading.records[0].results[0].assessed_on == date(2024, 10, 9)


def test_column_that_proves_both_orders_settles_nothing():
    reading = read_rows(
        row(evaluatiedatum="09/10/2024"),
        row(studentennummer="0240102", naam="Ng", evaluatiedatum="25/10/2024"),
        row(studentennummer="0240103", naam="O", evaluatiedatum="10/25/2024"),
    )
    assert only(reading, "date-ambiguous").row == 2
    assert len(reading.records) == 2


def test_assessment_after_the_award_is_shown():
    assert only(read_rows(row(evaluatiedatum="2025-09-01")), "assessed-after-award").severity is Severity.WARNING


def test_credited_earlier_is_read_and_must_be_earlier():
    headings = (*HEADINGS, "eerder behaald op")
    good = read_text(csv_text({**row(), "eerder behaald op": "2022-07-01"}, headings=headings))
    assert good.records[0].results[0].credited_earlier_on == date(2022, 7, 1)
    bad = read_text(csv_text({**row(), "eerder behaald op": "2026-07-01"}, headings=headings))
    assert only(bad, "credited-not-earlier").column == "eerder behaald op"


# Student numbers.


@pytest.mark.parametrize("text", ["1.23E+11", "1,23E+11", "1E+11"])
def test_number_rounded_by_a_spreadsheet_is_refused(text):
    problem = only(read_rows(row(studentennummer=text)), "number-lossy")
    assert (problem.row, problem.column, problem.value) == (2, "studentennummer", text)
    assert "als tekst" in problem.remedy.best("nl")
    assert "as text" in problem.remedy.best("en")


def test_lost_leading_zero_shows_against_the_rest_of_the_column():
    reading = read_rows(row(), row(studentennummer="0240102", naam="Ng"), row(studentennummer="240103", naam="O"))
    problem = only(reading, "number-short")
    assert (problem.row, problem.column, problem.value) == (4, "studentennummer", "240103")
    assert "7 digits" in problem.message.best("en")
    assert len(reading.records) == 2


def test_shorter_number_typed_as_text_in_a_workbook_has_lost_nothing():
    rows = [row(), row(studentennummer="0240102", naam="Ng"), row(studentennummer="240103", naam="O")]
    assert len(read_workbook(lambda _, sheet: write_rows(sheet, *rows)).records) == 3


@pytest.mark.parametrize("text", ["0240 101", "0240101;", "\u202e101", "r0240101/1", "x" * 41])
def test_number_is_letters_digits_dots_and_hyphens(text):
    reading = read_rows(row(studentennummer=f'"{text}"'))
    assert codes(reading) & {"number-characters", "text-controls"}
    assert reading.records == ()


def test_apostrophe_that_marks_text_is_no_part_of_a_number():
    assert read_rows(row(studentennummer="'0240101")).records[0].learner.student_number == "0240101"


# Nobody has these: the month is 99 and the day 99, only the check digits are right.
@pytest.mark.parametrize(
    "text", ["99999999964", "99.99.99-999.64", "99 99 99 999 64", "99999999993", "99.99.99-999.11"]
)
def test_national_number_is_refused_wherever_a_person_stands(text):
    for column in ("studentennummer", "naam"):
        problem = only(read_rows(row(**{column: text})), "national-number")
        assert (problem.row, problem.column) == (2, column)
        assert "studentennummer van de instelling" in problem.remedy.best("nl")


def test_eleven_digits_with_wrong_check_are_a_student_number():
    assert read_rows(row(studentennummer="99999999911")).records[0].learner.student_number == "99999999911"
