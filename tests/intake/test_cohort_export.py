"""What goes back to the registrar: safe in a spreadsheet (threat T1), complete, and readable again."""

import csv
import io
import json

import pytest
from cohort_builders import HEADINGS, catalogue, csv_text, read_rows, read_text, row
from hypothesis import given
from hypothesis import strategies as st

from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.export import write_problems_csv, write_problems_json, write_problems_text, write_refused_rows
from vc_issuer.intake.formulas import neutralise, restore, starts_formula

DANGEROUS = [
    '=HYPERLINK("http://x.example")',
    "@SUM(1)",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＠SUM",
    "=1",
]


def cells(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize("text", DANGEROUS)
def test_formula_is_written_as_text_and_read_back_as_it_was(text):
    assert neutralise(text) == "'" + text
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize("text", ["-1", "+3", "-14,5", "−1", "'t Kint", "O'Neill", "", "14", "a=b", "'"])
def test_plain_text_and_negative_marks_stay_data(text):
    assert neutralise(text) == text
    assert restore(text) == text


@given(st.text(max_size=8) | st.text("'=+-@1 ＝\t", max_size=6))
def test_every_text_comes_back(text):
    assert restore(neutralise(text)) == text
    assert not starts_formula(neutralise(text))


def test_refused_rows_open_safely_and_come_back_with_the_same_cells():
    quoted = '"=HYPERLINK(""http://x.example"")"'
    reading = read_text(
        csv_text(row(), row(naam=quoted, studentennummer="0240102", punt="−1"), row(punt="-1", onderdeel="MC03-B"))
    )
    content = write_refused_rows(reading, language="nl")
    header, first, second = cells(content)
    assert header == [*HEADINGS, "rij", "probleem", "oplossing"]
    assert first[1] == '\'=HYPERLINK("http://x.example")'
    assert (first[7], second[7]) == ("−1", "-1")
    assert (first[13], second[13]) == ("3", "4")
    assert "formule" in first[14]
    assert "vooraan" in first[15]
    again = read_cohort(content, "refused.csv", catalogue())
    assert {(p.code, p.value) for p in again.errors} == {(p.code, p.value) for p in reading.errors}
    assert again.row_count == 2


def test_corrected_refused_rows_import():
    content = write_refused_rows(read_rows(row(punt="21"), row(onderdeel="MC03-B")), language="en")
    corrected = read_cohort(content.replace(b'"21"', b'"12"'), "c.csv", catalogue())
    assert corrected.is_clean
    assert str(corrected.records[0].results[0].mark) == "12"


def test_cells_beyond_the_headings_are_written_back():
    reading = read_text(csv_text(row(naam="Peeters, Jan", taal="nl"), separator=","))
    header, line = cells(write_refused_rows(reading))
    assert header[13:] == ["", "rij", "probleem", "oplossing"]
    assert line[13] == "nl"


@pytest.mark.parametrize(
    ("language", "labels", "severity"),
    [
        ("nl", ["rij", "kolom", "waarde", "ernst", "probleem", "oplossing"], "fout"),
        ("en", ["row", "column", "value", "severity", "problem", "remedy"], "error"),
    ],
)
def test_problems_as_csv(language, labels, severity):
    reading = read_rows(row(naam="=1+1"))
    header, line = cells(write_problems_csv(reading.problems, language=language))
    assert header == labels
    assert line[:4] == ["2", "naam", "'=1+1", severity]
    assert line[4] == reading.problems[0].message.best(language)
    assert line[5] == reading.problems[0].remedy.best(language)


def test_problems_as_json_hold_both_languages():
    (member,) = json.loads(write_problems_json(read_rows(row(punt="21")).problems))
    assert {name: member[name] for name in ("row", "column", "value", "code", "severity")} == {
        "row": 2,
        "column": "punt",
        "value": "21",
        "code": "mark-range",
        "severity": "error",
    }
    assert set(member["message"]) == set(member["remedy"]) == {"nl", "en"}


def test_problems_as_text_say_where_and_what_to_do():
    reading = read_rows(row(punt="21"))
    assert write_problems_text(reading.problems, language="nl") == (
        "Rij 2, kolom punt, “21” (fout): Punten voor MC03-A gaan van 0 tot 20. Verbeter het punt."
    )
    assert write_problems_text(reading.problems, language="en") == (
        "Row 2, column punt, “21” (error): Marks for MC03-A go from 0 to 20. Correct the mark."
    )


def test_text_for_a_terminal_shows_controls_instead_of_sending_them():
    text = write_problems_text(read_rows(row(naam="\x1b[31mJan\u202e")).problems)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u{001b}" in text


def test_problem_of_the_whole_file_has_no_row():
    reading = read_text(csv_text(row()), "cp1252")
    assert write_problems_text(reading.problems, language="en").startswith("The file (warning): The file is not UTF-8")
