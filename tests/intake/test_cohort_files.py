"""The import files of domain 8.5: each yields row, column, value, and a remedy in Dutch and English.

Here the file and its headings; rows, values and workbooks have tests of their own.
"""

import io
import re
import zipfile
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
    run,
    write_rows,
    xlsx,
)

from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.problems import UnreadableCohortError
from vc_issuer.intake.wording import WORDINGS
from vc_issuer.model.record import Severity

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
