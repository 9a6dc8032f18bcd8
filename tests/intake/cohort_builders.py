"""Small cohort files and the catalogue they are read against: valid by default, change one thing."""

import io
from datetime import date
from decimal import Decimal

import xlsxwriter

from vc_issuer.intake.cohort import CohortReading, read_cohort
from vc_issuer.intake.problems import Problem
from vc_issuer.model.offering import Component, Form, FormType, GradingScheme, Offering, Run
from vc_issuer.model.text import LocalizedText

HEADINGS = (
    "studentennummer",
    "naam",
    "geboortedatum",
    "aanbod",
    "versie",
    "uitvoering",
    "onderdeel",
    "punt",
    "status",
    "inschrijving",
    "examenkans",
    "evaluatiedatum",
    "taal",
)
VALID = {
    "studentennummer": "0240101",
    "naam": "Zoë D'Hondt",
    "geboortedatum": "1999-03-14",
    "aanbod": "MC03",
    "versie": "2024-2025",
    "uitvoering": "2024-2025",
    "onderdeel": "MC03-A",
    "punt": "14",
    "status": "",
    "inschrijving": "creditcontract",
    "examenkans": "",
    "evaluatiedatum": "2025-06-12",
    "taal": "",
}

TWENTY = GradingScheme(
    key="0-20",
    title=LocalizedText.of(nl="Punten op 20", en="Marks out of 20"),
    description=LocalizedText.of(nl="Geslaagd vanaf 10.", en="Passed from 10."),
    minimum=Decimal(0),
    maximum=Decimal(20),
    pass_mark=Decimal(10),
)
HALVES = GradingScheme(
    key="0-20-half",
    title=TWENTY.title,
    description=TWENTY.description,
    minimum=Decimal(0),
    maximum=Decimal(20),
    pass_mark=Decimal(10),
    step=Decimal("0.5"),
)
GERMAN = GradingScheme(
    key="1-5",
    title=TWENTY.title,
    description=TWENTY.description,
    minimum=Decimal(1),
    maximum=Decimal(5),
    pass_mark=Decimal(4),
    step=Decimal("0.1"),
    higher_is_better=False,
)
PASS_FAIL = GradingScheme(key="pass", title=TWENTY.title, description=TWENTY.description, numeric=False)


def component(code, ects, grading=TWENTY):
    return Component(
        code=code, title=LocalizedText.of(nl=code, en=code), form=Form.REGULAR, ects=Decimal(ects), grading=grading
    )


def run(year="2024-2025", languages=("nl",)):
    first, second = (int(part) for part in year.split("-"))
    return Run(
        key=year,
        academic_year=year,
        starts_on=date(first, 9, 16),
        ends_on=date(second, 6, 27),
        assessed_on=date(second, 6, 12),
        awarded_on=date(second, 7, 3),
        languages=languages,
    )


def offering(code, components, *, version="2024-2025", runs=None):
    return Offering(
        code=code,
        version=version,
        iri=f"https://usl.example/achievements/{code}/{version}",
        profile="BE-VLG-2024",
        title=LocalizedText.of(nl=code, en=code),
        awarding_bodies=(),
        form_type=FormType.T1,
        components=components,
        ects=sum((each.ects for each in components), Decimal(0)),
        runs=runs or (run("2023-2024"), run()),
    )


def catalogue(*extra):
    every = (
        offering("MC01", (component("MC01-A", 12, HALVES),), runs=(run(languages=("nl", "en")),)),
        offering("MC03", (component("MC03-A", 3), component("MC03-B", 6))),
        offering("MC22", (component("MC22-A", 5, GERMAN),)),
        offering("MC33", (component("MC33-A", 3, PASS_FAIL),)),
        *extra,
    )
    return {(each.code, each.version): each for each in every}


def row(**changes):
    return {**VALID, **changes}


def csv_text(*rows, headings=HEADINGS, separator=";", end="\r\n"):
    """Write rows without quoting, so that each test says what the file holds."""
    lines = [separator.join(headings)]
    lines += [separator.join(each.get(heading, "") for heading in headings) for each in rows]
    return end.join(lines) + end


def read_text(text, encoding="utf-8"):
    return read_cohort(text.encode(encoding), "cohort.csv", catalogue())


def read_rows(*rows, headings=HEADINGS) -> CohortReading:
    return read_text(csv_text(*rows, headings=headings))


def xlsx(fill):
    """Write a workbook whose first sheet `fill(workbook, sheet)` fills."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(workbook, workbook.add_worksheet("Resultaten"))
    workbook.close()
    return out.getvalue()


def read_workbook(fill) -> CohortReading:
    return read_cohort(xlsx(fill), "cohort.xlsx", catalogue())


def write_rows(sheet, *rows, headings=HEADINGS, start=0):
    sheet.write_row(start, 0, headings)
    for number, each in enumerate(rows, start=start + 1):
        for position, heading in enumerate(headings):
            if (value := each.get(heading, "")) != "":
                sheet.write(number, position, value)


def only(reading, code) -> Problem:
    """Return the one problem of this code."""
    found = [problem for problem in reading.problems if problem.code == code]
    assert len(found) == 1, [(problem.row, problem.column, problem.code) for problem in reading.problems]
    return found[0]


def codes(reading):
    return {problem.code for problem in reading.problems}
