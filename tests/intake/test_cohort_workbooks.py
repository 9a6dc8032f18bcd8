"""Workbooks of results: typed cells, formulas, what is hidden, and more sheets than one."""

from datetime import date, datetime

from cohort_builders import (
    codes,
    only,
    read_rows,
    read_workbook,
    row,
    write_rows,
)


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
