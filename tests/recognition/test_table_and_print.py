"""Many answers as CSV, XLSX and PDF: formula-safe, silent on what is not genuine, and readable back."""

import csv
import io
from datetime import date
from decimal import Decimal

import pikepdf
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from recognition.awarded import ECTS, NOW, a_report, an_award
from vc_issuer.errors import InputError
from vc_issuer.model.report import CheckId, CheckResult, Outcome, Verdict
from vc_issuer.recognition.awards import Award, awards_of
from vc_issuer.recognition.checks import check_lines
from vc_issuer.recognition.printing import print_sheets
from vc_issuer.recognition.table import COLUMNS, table_of, write_csv, write_xlsx
from vc_issuer.recognition.wording import LANGUAGES, sayer
from vc_issuer.rendering.sheets import render_sheets

FORMULAS = ['=HYPERLINK("http://evil","x")', "@SUM(1)", "\t=1", "+1+1", "-2+3", "＝1", "'=1"]
CHANGED = Award(
    file="changed.json",
    verdict=Verdict.NOT_GENUINE,
    checked_at=NOW,
    checks=(CheckResult(check=CheckId.PROOF, outcome=Outcome.FAILED, message="digest differs", clause="VC-DI 4.4"),),
)


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def headed(name, language="en"):
    return sayer(language)(f"table.{name}")


def pdf_text(content):
    document = pypdfium2.PdfDocument(content)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_spreadsheet_runs_what_a_credential_says(formula):
    table = table_of([an_award(learner_name=formula, title=formula, file=formula)], NOW, "en")
    (row,) = rows_of(write_csv(table, "en"))
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(write_xlsx(table, "Results", NOW)))
    cells = workbook.get_sheet_by_index(0).to_python()
    for name in ("name", "award", "file"):
        assert row[headed(name)].startswith("'")
        assert cells[1][COLUMNS.index(name)].startswith("'")


def test_a_mark_with_a_minus_stays_data():
    table = table_of([an_award(mark="-1")], NOW, "en")
    assert rows_of(write_csv(table, "en"))[0][headed("mark")] == "-1"


def test_numbers_are_numbers_and_days_are_days_in_a_workbook():
    table = table_of([an_award(credits=Decimal("2.5"), credits_total=Decimal(3))], NOW, "en")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(write_xlsx(table, "Results", NOW))).get_sheet_by_index(0)
    cells = dict(zip(COLUMNS, rows.to_python()[1], strict=True))
    assert (cells["ects"], cells["recognised"], cells["level"], cells["annex"]) == (2.5, 0.5, 7, 11)
    assert cells["awarded_on"] == date(2023, 9, 20)


def test_a_table_speaks_its_language_and_its_decimal_mark():
    table = table_of([an_award(credits=Decimal("2.5"))], NOW, "nl")
    (row,) = rows_of(write_csv(table, "nl"))
    assert row["ECTS hier verworven"] == "2,5"
    assert row["Antwoord"] == "Echt en geldig"


def test_what_is_not_genuine_has_a_row_with_a_reason_and_nobody_s_name():
    (award,) = awards_of(a_report(Verdict.NOT_GENUINE))
    row = dict(zip(COLUMNS, table_of([award], NOW, "en")[1], strict=True))
    assert (row["verdict"], row["name"], row["award"], row["ects"]) == ("not-genuine", None, None, None)
    changed = dict(zip(COLUMNS, table_of([CHANGED], NOW, "en")[1], strict=True))
    assert "does not match the contents" in changed["reason"]


def test_credits_of_an_unnamed_system_are_in_no_column_of_ects():
    for system, ects in ((ECTS, Decimal(12)), (None, None)):
        row = dict(zip(COLUMNS, table_of([an_award(credit_system=system)], NOW, "en")[1], strict=True))
        assert row["ects"] == ects


def test_the_checks_are_one_line_a_number_with_the_worst_outcome():
    checks = (
        CheckResult(check=CheckId.STATUS, outcome=Outcome.PASSED, message="a"),
        CheckResult(check=CheckId.STATUS, outcome=Outcome.FAILED, message="b", finding="superseded"),
        CheckResult(check=CheckId.STATUS, outcome=Outcome.FAILED, message="c", finding="revoked"),
        CheckResult(check=CheckId.READ, outcome=Outcome.PASSED, message="d"),
    )
    first, second = check_lines(checks, sayer("en"))
    assert (first.number, second.number) == (1, 8)
    assert second.sentence == "The issuer has withdrawn the document."
    assert [each.message for each in second.details] == ["a", "b", "c"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printed_sheet_has_both_blocks_the_time_and_the_digest(language):
    say = sayer(language)
    first, *_ = pages = pdf_text(print_sheets([an_award()], {"one.pdf": "ab" * 32}, NOW, language))
    text = " ".join(pages)
    assert text.index(say("sheet.genuine")) < text.index(say("sheet.title"))
    assert "2026-11-24 12:00 UTC" in first
    assert "ab" * 32 in first.replace(" ", "")
    assert all(say(f"question.{name}") in text for name in ("level", "identity", "quality-assurance"))
    assert "Zoë D’Hondt" in text


def test_a_name_that_no_font_draws_is_spelled_out_and_never_dropped():
    text = " ".join(pdf_text(print_sheets([an_award(learner_name="محمد")], {}, NOW, "en")))
    assert "[U+0645][U+062D][U+0645][U+062F]" in text


def test_markup_in_a_name_is_printed_as_it_is():
    text = " ".join(pdf_text(print_sheets([an_award(learner_name="<b>&amp;</b>")], {}, NOW, "en")))
    assert "<b>&amp;</b>" in text


def test_what_is_not_genuine_prints_no_facts():
    text = " ".join(pdf_text(print_sheets([CHANGED], {}, NOW, "en")))
    assert "Not genuine" in text
    assert "Nothing is said about its worth" in text
    assert "Quality assurance" not in text


def test_every_award_begins_on_a_page_of_its_own_and_the_file_is_tagged_and_the_same_each_time():
    content = print_sheets([an_award(), CHANGED], {}, NOW, "de")
    assert content == print_sheets([an_award(), CHANGED], {}, NOW, "de")
    pages = pdf_text(content)
    assert sum("ERKENNUNGSBLATT" in page or "ANERKENNUNGSBLATT" in page for page in pages) == 2
    with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "de"
        assert "/StructTreeRoot" in pdf.Root


def test_a_very_long_credential_flows_over_pages_and_loses_nothing():
    titles = tuple(f"Outcome number {n} of many." for n in range(300))
    from_badge = an_award(
        criteria="", outcomes=tuple(type(an_award().summary.outcomes[0])(id="", title=t) for t in titles)
    )
    text = " ".join(pdf_text(print_sheets([from_badge], {}, NOW, "en")))
    assert all(title in text for title in titles)


def test_no_sheet_prints_no_file():
    with pytest.raises(InputError, match="no sheet"):
        render_sheets([], NOW)
