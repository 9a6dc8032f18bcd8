"""The import files of domain 8.5: each yields row, column, value, and a remedy in Dutch and English."""

import io
import re
import zipfile
from datetime import date, datetime

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
    run,
    write_rows,
    xlsx,
)

from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.problems import UnreadableCohortError
from vc_issuer.intake.wording import WORDINGS
from vc_issuer.model.record import ResultStatus, Severity

GOOD = csv_text(row(), row(studentennummer="0240102", naam="Łukasz Żółć", geboortedatum="2000-02-29"))


def names(reading):
    return [record.learner.full_name for record in reading.records]


# Encodings, separators, line ends: the same list in every coat.


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"], ids=lambda name: f"encoding-{name}"
)
def test_every_unicode_encoding_reads_the_same(encoding):
    reading = read_text(GOOD, encoding)
    assert names(reading) == ["Zoë D'Hondt", "Łukasz Żółć"]
    assert reading.problems == ()
    assert reading.row_count == 2


def test_utf_16_big_endian_with_mark_is_read():
    assert names(read_cohort(b"\xfe\xff" + GOOD.encode("utf-16-be"), "c.csv", catalogue()))[1] == "Łukasz Żółć"


def test_windows_1252_is_read_and_said():
    reading = read_text(csv_text(row()), "cp1252")
    assert names(reading) == ["Zoë D'Hondt"]
    problem = only(reading, "encoding-guessed")
    assert problem.severity is Severity.WARNING
    assert problem.row is None
    assert "Windows-1252" in problem.message.best("nl")
    assert "CSV UTF-8" in problem.remedy.best("en")


@pytest.mark.parametrize("separator", [";", ",", "\t"], ids=["semicolon", "comma", "tab"])
def test_separator_is_read_from_the_headings(separator):
    reading = read_text(csv_text(row(), separator=separator))
    assert names(reading) == ["Zoë D'Hondt"]
    assert reading.problems == ()


def test_separator_is_not_guessed_from_data_full_of_commas():
    text = csv_text(
        *(row(studentennummer=f"02401{n}", naam="De, Van, Den, Broeck, Jan", punt="14,0") for n in range(10, 14))
    )
    assert names(read_text(text)) == ["De, Van, Den, Broeck, Jan"] * 4


def test_excel_separator_hint_counts_as_row_one():
    reading = read_text("sep=,\r\n" + csv_text(row(punt="33"), separator=","))
    assert only(reading, "mark-range").row == 3


def test_line_break_in_a_quoted_cell_is_one_row():
    text = csv_text(row(naam='"Zoë\r\nD\'Hondt"'), row(studentennummer="0240102", naam="Åse Ødegård", punt="x"))
    reading = read_text(text)
    assert names(reading) == ["Zoë D'Hondt"]
    assert only(reading, "name-line-break").row == 2
    assert only(reading, "mark-unreadable").row == 3


def test_trailing_nbsp_is_white_space():
    reading = read_rows(row(naam="Zoë D'Hondt\u00a0", studentennummer="0240101\u00a0", onderdeel="MC03-A\u00a0"))
    assert names(reading) == ["Zoë D'Hondt"]
    assert reading.problems == ()


def test_five_hundred_empty_rows_at_the_end_are_nothing():
    reading = read_text(csv_text(row()) + ";" * (len(HEADINGS) - 1) + "\r\n" + "\r\n" * 499)
    assert reading.row_count == 1
    assert reading.problems == ()


def test_empty_rows_between_keep_the_row_numbers():
    head, good = csv_text(row(punt="21")).splitlines()
    assert only(read_text(f"{head}\n\n\n{good}\n"), "mark-range").row == 4


# Headings.


def test_dutch_headings_of_a_student_system():
    headings = (
        "Rolnummer",
        "Voornaam",
        "Achternaam",
        "Geboortedatum",
        "MC",
        "Academiejaar",
        "OO",
        "Studiepunten",
        "Resultaat",
        "Contract",
    )
    text = ";".join(headings) + "\n0240101;Zoë;D'Hondt;16/09/1999;MC03;2024-2025;MC03-A;3;14,0;Creditcontract\n"
    reading = read_text(text)
    assert reading.problems == ()
    learner = reading.records[0].learner
    assert (learner.given_name, learner.family_name, learner.full_name) == ("Zoë", "D'Hondt", "Zoë D'Hondt")
    assert learner.birth_date == date(1999, 9, 16)


def test_english_headings():
    headings = "Student number,Name,Birth date,Offering,Version,Run,Component code,Mark,Enrolment route,ECTS"
    reading = read_text(
        f"{headings}\n0240101,Zoë D'Hondt,1999-03-14,MC03,2024-2025,2024-2025,MC03-A,14.0,credit contract,3.0\n"
    )
    assert reading.problems == ()
    assert reading.records[0].results[0].mark == 14


def test_unknown_column_is_an_error_that_names_the_nearest():
    reading = read_text(csv_text(row(), headings=(*HEADINGS, "studiepuntn")))
    problem = only(reading, "column-unknown")
    assert (problem.row, problem.column, problem.severity) == (1, "studiepuntn", Severity.ERROR)
    assert "studiepunten / ects" in problem.remedy.best("nl")
    assert "Rename the column" in problem.remedy.best("en")
    assert not reading.is_clean
    assert len(reading.records) == 1, "the row itself is good"


def test_mass_assignment_by_an_extra_column_reaches_nothing():
    headings = (*HEADINGS, "approved")
    plain = read_rows(row()).records
    assert read_text(csv_text({**row(), "approved": "yes"}, headings=headings)).records == plain


def test_duplicate_heading_refuses_all_rows():
    reading = read_text(csv_text(row(), headings=(*HEADINGS, "Volledige naam")))
    problems = [problem for problem in reading.problems if problem.code == "column-twice"]
    assert [problem.column for problem in problems] == ["naam", "Volledige naam"]
    assert "“name”" in problems[0].message.best("en")
    assert reading.records == ()
    assert [refused.number for refused in reading.refused_rows] == [2]


def test_missing_required_column_says_which_headings_are_known():
    reading = read_text(csv_text(row(), headings=[name for name in HEADINGS if name != "inschrijving"]))
    problem = only(reading, "column-missing")
    assert problem.row == 1
    assert "“inschrijving”" in problem.message.best("nl")
    assert "contract" in problem.remedy.best("en")
    assert len(reading.refused_rows) == 1


@pytest.mark.parametrize("absent", [("naam",), ("punt", "status")])
def test_name_and_result_need_at_least_one_column(absent):
    reading = read_text(csv_text(row(), headings=[name for name in HEADINGS if name not in absent]))
    assert "column-missing" in codes(reading)


def test_national_number_column_is_an_error_of_its_own():
    reading = read_text(csv_text({**row(), "Rijksregisternr": "x"}, headings=(*HEADINGS, "Rijksregisternr")))
    problem = only(reading, "column-national-number")
    assert problem.column == "Rijksregisternr"
    assert "Verwijder de kolom" in problem.remedy.best("nl")


def test_columns_of_contact_data_and_remarks_are_not_kept():
    reading = read_text(csv_text({**row(), "e-mail": "zoe@example.org"}, headings=(*HEADINGS, "e-mail")))
    assert only(reading, "column-not-kept").severity is Severity.WARNING
    assert reading.is_clean


def test_title_above_the_headings_is_named_and_skipped():
    reading = read_text("Resultaten MC03;;;\r\n;;;\r\n" + csv_text(row()))
    assert only(reading, "row-above-headings").row == 1
    assert len(reading.records) == 1


def test_merged_heading_over_two_columns_leaves_one_without_name():
    def fill(workbook, sheet):
        headings = ["studentennummer", "naam", "", *HEADINGS[2:]]
        sheet.write_row(0, 0, headings)
        sheet.merge_range(0, 1, 0, 2, "naam", workbook.add_format())
        sheet.write_row(1, 0, ["0240101", "Zoë", "D'Hondt", *list(row().values())[2:]])

    reading = read_workbook(fill)
    problem = only(reading, "column-unnamed")
    assert problem.row == 1
    assert "C" in problem.message.best("nl")
    assert "Unmerge" in problem.remedy.best("en")
    assert reading.records == (), "half a name must not be stored"


def test_merged_title_row_in_a_workbook():
    def fill(workbook, sheet):
        sheet.merge_range(0, 0, 0, 5, "Resultaten", workbook.add_format())
        write_rows(sheet, row(), start=1)

    reading = read_workbook(fill)
    assert only(reading, "row-above-headings").row == 1
    assert len(reading.records) == 1


def test_row_with_more_cells_than_headings_is_refused():
    text = csv_text(row(naam="Peeters, Jan", taal="nl"), separator=",")
    problem = only(read_text(text), "row-too-long")
    assert problem.row == 2
    assert "aanhalingstekens" in problem.remedy.best("nl")


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


# Rows that belong together.


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


# Workbooks.


def test_workbook_reads_like_the_csv_file():
    rows = [row(), row(studentennummer="0240102", naam="Łukasz Żółć", punt=9, status="getolereerd")]
    workbook = read_workbook(lambda _, sheet: write_rows(sheet, *rows))
    assert workbook.problems == ()
    assert workbook.records == read_rows(rows[0], {**rows[1], "punt": "9"}).records


def test_typed_date_is_read_and_its_bare_serial_refused():
    def fill(workbook, sheet):
        write_rows(sheet, row(geboortedatum="", evaluatiedatum=""), row(geboortedatum="", evaluatiedatum=45551))
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(1, 2, datetime(2000, 2, 29), day)  # noqa: DTZ001 - a sheet has no zones
        sheet.write_datetime(1, 11, datetime(2024, 9, 16), day)  # noqa: DTZ001 - a sheet has no zones

    reading = read_workbook(fill)
    assert reading.records[0].learner.birth_date == date(2000, 2, 29)
    assert reading.records[0].results[0].assessed_on == date(2024, 9, 16)
    problem = only(reading, "date-serial")
    assert (problem.row, problem.column, problem.value) == (3, "evaluatiedatum", "45551")
    assert "Maak de kolom op als datum" in problem.remedy.best("nl")


def test_typed_moment_is_refused_as_a_day():
    def fill(workbook, sheet):
        write_rows(sheet, row())
        moment = datetime(1999, 3, 13, 23, 0)  # noqa: DTZ001 - a sheet has no zones
        sheet.write_datetime(1, 2, moment, workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}))

    assert only(read_workbook(fill), "date-with-time").column == "geboortedatum"


def test_number_cell_that_lost_its_zero_is_refused():
    rows = [row(), row(studentennummer="0240102", naam="Ng"), row(studentennummer=240103, naam="O")]
    assert only(read_workbook(lambda _, sheet: write_rows(sheet, *rows)), "number-short").value == "240103"


def test_number_cell_past_fifteen_digits_is_refused():
    reading = read_workbook(lambda _, sheet: write_rows(sheet, row(studentennummer=12345678901234567890)))
    assert "number-lossy" in codes(reading)


def test_formula_and_error_cells_of_a_workbook_are_no_values():
    def fill(_, sheet):
        write_rows(sheet, row(), row(studentennummer="0240102", naam="Ng"))
        sheet.write_formula(1, 7, "=7*2", None, 14)
        sheet.write_formula(2, 7, "=1/0", None, "#DIV/0!")

    reading = read_workbook(fill)
    assert (only(reading, "cell-formula").row, only(reading, "cell-formula").column) == (2, "punt")
    assert "plak ze als waarden" in only(reading, "cell-formula").remedy.best("nl")
    assert only(reading, "cell-error").row == 3
    assert reading.records == ()
    assert codes(reading) == {"cell-formula", "cell-error"}, "one cause, one problem"


def test_hidden_rows_are_read_and_said():
    def fill(_, sheet):
        write_rows(sheet, row(), row(studentennummer="0240102", naam="Ng"))
        sheet.set_row(2, None, None, {"hidden": True})

    reading = read_workbook(fill)
    assert only(reading, "row-hidden").row == 3
    assert len(reading.records) == 2


def test_formatted_but_empty_rows_and_corners_are_nothing():
    def fill(workbook, sheet):
        write_rows(sheet, row())
        for number in range(2, 502):
            sheet.write_blank(number, 0, None, workbook.add_format({"bold": True}))
        sheet.write_blank(1_048_575, 16_383, None, workbook.add_format({"bold": True}))

    reading = read_workbook(fill)
    assert reading.row_count == 1
    assert reading.problems == ()


def test_legend_and_hidden_sheets_are_named_and_not_read():
    def fill(workbook, sheet):
        write_rows(sheet, row())
        workbook.add_worksheet("Legende").write(0, 0, "VRIJ = vrijgesteld")
        hidden = workbook.add_worksheet("Oud")
        write_rows(hidden, row())
        hidden.hide()

    reading = read_workbook(fill)
    assert only(reading, "sheet-unknown").value == "Legende"
    assert only(reading, "sheet-hidden").value == "Oud"
    assert len(reading.records) == 1


# Whole files that can't be read.


def refused(content):
    with pytest.raises(UnreadableCohortError) as caught:
        read_cohort(content, "cohort", catalogue())
    problem = caught.value.problem
    assert caught.value.remedy == problem.remedy.best("en")
    assert problem.remedy.best("nl") != problem.remedy.best("en")
    return problem


def ole(stream):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(512)


@pytest.mark.parametrize(
    ("content", "code", "remedy_en"),
    [
        (b"", "file-empty", "Export the list again"),
        (b" \r\n\r\n", "file-empty", "Export"),
        (b"\xef\xbb\xbf;;;\n", "file-empty", "Export"),
        (csv_text().encode(), "file-empty", "Export"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 \x81\x00", "file-not-text", "Save the list as .csv"),
        (b"a;b;c\n1;2;3\n", "file-no-headings", "studentennummer / student number"),
        (b'studentennummer;naam;aanbod\n"1;2;3\n', "file-quotes", "second quotation mark"),
        (b"PK\x03\x04 truncated", "file-not-a-workbook", "Open the file in a spreadsheet"),
        (ole("EncryptedPackage"), "file-password", "without a password"),
        (ole("Workbook"), "file-old-excel", ".xlsx or .csv"),
        (b"x;" * (11 * 2**20), "file-too-large", "smaller files"),
    ],
    ids=["nothing", "blank", "separators", "headings-only", "pdf", "no-headings", "open-quote", "half-archive", "password", "xls", "20-MB"],
)  # fmt: skip
def test_unreadable_file_says_why(content, code, remedy_en):
    problem = refused(content)
    assert problem.code == code
    assert remedy_en in problem.remedy.best("en")


def test_two_sheets_with_a_list_are_not_chosen_between():
    def fill(workbook, sheet):
        write_rows(sheet, row())
        write_rows(workbook.add_worksheet("Niet geslaagd"), row(punt="8"))

    problem = refused(xlsx(fill))
    assert problem.code == "file-several-lists"
    assert "“Resultaten”, “Niet geslaagd”" in problem.message.best("nl")


def test_other_archives_are_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refused(out.getvalue()).code == "file-not-a-workbook"


def test_too_many_rows_are_refused_as_a_whole():
    assert refused(csv_text(*[row()] * 20_001).encode()).code == "file-too-many-rows"


def test_every_sentence_exists_in_both_languages_with_the_same_facts():
    for code, wording in WORDINGS.items():
        assert wording.nl, code
        assert wording.nl.endswith((".", "}.")), code
        for text in (wording.en, wording.remedy_nl, wording.remedy_en):
            assert text.endswith((".", "?")), code
        nl, en = (
            set(re.findall(r"\{(\w+)\}", a + b))
            for a, b in ((wording.nl, wording.remedy_nl), (wording.en, wording.remedy_en))
        )
        assert nl - {"nl"} == en - {"en"}, code


def test_run_without_any_language_takes_the_cell_as_it_is():
    silent = catalogue(offering("MC99", (component("MC99-A", 3),), runs=(run(languages=()),)))
    reading = read_cohort(csv_text(row(aanbod="MC99", onderdeel="MC99-A")).encode(), "c.csv", silent)
    assert reading.records[0].language == ""
