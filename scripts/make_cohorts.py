"""Write the example cohorts (domain 8.3) and what must follow from them; the same bytes at every run.

What is due is worked out here by hand-written logic, apart from the rules of the product, so that tests can hold one
against the other: a credit certificate for each course unit that was passed, and a certificate when every unit was
passed or exempted.
"""

import csv
import io
import json
import random
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
COHORTS = ROOT / "examples" / "cohorts"
SEED = 2025
VERSION = RUN = "2024-2025"
CREDITS = {"MC03-A": 3, "MC03-B": 6}
FIRST_CHANCE = {"MC03-A": date(2025, 1, 20), "MC03-B": date(2025, 6, 12), "MC01-A": date(2025, 6, 13)}
SECOND_CHANCE = date(2025, 6, 26)
ROUTES = {
    "credit-contract": "creditcontract",
    "diploma-contract": "diplomacontract",
    "exam-contract": "examencontract",
    "mc-contract": "micro-credentialcontract",
    "permanent-training": "permanente vorming",
}
WORDS = {"absent": "afwezig", "exempted": "VRIJ", "tolerated": "getolereerd"}


@dataclass(frozen=True, kw_only=True)
class Result:
    """One chance at one component; `mark` is None for whoever was absent or exempt."""

    component: str
    status: str
    mark: int | None = None
    attempt: int = 1
    route: str = "credit-contract"

    @property
    def assessed_on(self) -> date:
        """Return the day of the exam."""
        return FIRST_CHANCE[self.component] if self.attempt == 1 else SECOND_CHANCE


@dataclass(frozen=True, kw_only=True)
class Person:
    """A learner and their results, in the order of the file."""

    number: str
    given: str
    family: str
    born: date
    category: str
    language: str = ""
    results: tuple[Result, ...] = ()
    twice: bool = field(default=False)

    @property
    def name(self) -> str:
        """Return the full name."""
        return f"{self.given} {self.family}".strip()


# People.


def invent_people(count: int, *, first_number: int, seed: int) -> list[tuple[str, str, str, date]]:
    """Invent people with different full names: the particular ones first, then ordinary ones."""
    chance = random.Random(seed)  # noqa: S311 - example data, the same each time
    names = tomllib.loads((ROOT / "scripts" / "cohort_names.toml").read_text(encoding="utf-8"))
    full = [(given, family) for given, family in names["particular"]]
    ordinary = [(given, family) for given in names["given"] for family in names["family"]]
    chance.shuffle(ordinary)
    chosen = (full + ordinary)[:count] if count > len(full) else chance.sample(full, 8) + ordinary[: count - 8]
    # A leap day and three births on New Year's Day: what registers really hold.
    births = [date(2000, 2, 29), date(1990, 1, 1), date(1990, 1, 1), date(1990, 1, 1)]
    births += [date(1959, 1, 1) + timedelta(days=chance.randrange(365 * 45)) for _ in range(count)]
    return [
        (f"{first_number + place:07}", given, family, born)
        for place, ((given, family), born) in enumerate(zip(chosen, births, strict=False))
    ]


# C3: every category of domain 8.3, by hand.


def passed(component: str, mark: int, **more: object) -> Result:
    """Make a passing result."""
    return Result(component=component, status="passed", mark=mark, **more)  # type: ignore[arg-type]


def failed(component: str, mark: int, **more: object) -> Result:
    """Make a failing result."""
    return Result(component=component, status="failed", mark=mark, **more)  # type: ignore[arg-type]


def particular_results() -> list[tuple[str, tuple[Result, ...]]]:
    """List the 24 learners of C3 who did not simply pass everything at their first chance."""
    a, b = "MC03-A", "MC03-B"
    absent_a, absent_b = (Result(component=each, status="absent") for each in (a, b))
    exempt_a, exempt_b = (Result(component=each, status="exempted") for each in (a, b))
    tolerated_a, tolerated_b = (Result(component=each, status="tolerated", mark=9) for each in (a, b))
    return [
        *[("fail", (failed(a, mark), passed(b, 12))) for mark in (9, 7, 4)],
        *[("fail", (passed(a, 13), failed(b, mark))) for mark in (9, 8, 6, 0)],
        *[("fail", (failed(a, mark), failed(b, mark - 1))) for mark in (8, 5)],
        ("absent", (passed(a, 11), absent_b)),
        ("absent", (passed(a, 16), absent_b)),
        ("absent", (failed(a, 7), absent_b)),
        ("absent", (absent_a, absent_b)),
        *[("retake", (passed(a, 12), failed(b, 8), passed(b, mark, attempt=2))) for mark in (14, 10)],
        *[("retake", (failed(a, 6), passed(a, mark, attempt=2), passed(b, 13))) for mark in (11, 15)],
        ("retake", (passed(a, 10), failed(b, 5), failed(b, 9, attempt=2))),
        ("exempt", (exempt_a, passed(b, 17))),
        ("exempt", (exempt_a, passed(b, 10))),
        ("exempt", (passed(a, 14), exempt_b)),
        ("tolerated", (tolerated_a, passed(b, 15))),
        ("tolerated", (passed(a, 12), tolerated_b)),
        ("duplicate", (passed(a, 13), passed(b, 12))),
    ]


def make_c3() -> list[Person]:
    """Make the 120 learners of C3; those with a particular name all pass, the others are spread by chance."""
    people = invent_people(120, first_number=240_101, seed=SEED)
    chance = random.Random(SEED + 1)  # noqa: S311 - example data, the same each time
    particular = particular_results()
    at = dict(zip(sorted(chance.sample(range(30, 120), len(particular))), chance.sample(particular, 24), strict=True))
    cohort = []
    for place, (number, given, family, born) in enumerate(people):
        marks = [min(20, max(10, round(chance.gauss(13.6, 2.4)))) for _ in range(2)]
        ordinary = ("pass", (passed("MC03-A", marks[0]), passed("MC03-B", marks[1])))
        category, results = at.get(place, ordinary)
        route = chance.choices(list(ROUTES)[:4], weights=(70, 18, 7, 5))[0]
        cohort.append(
            Person(
                number=number,
                given=given,
                family=family,
                born=born,
                category=category,
                results=tuple(replace(result, route=route) for result in results),
                twice=category == "duplicate",
            )
        )
    return cohort


def make_c2() -> list[Person]:
    """Make the 27 learners of C2: 15 in the Dutch group, 12 in the English one; all but two pass."""
    chance = random.Random(SEED + 2)  # noqa: S311 - example data, the same each time
    cohort = []
    for place, (number, given, family, born) in enumerate(invent_people(27, first_number=612_001, seed=SEED + 3)):
        result = passed("MC01-A", chance.randint(10, 18))
        if place == 19:
            result = failed("MC01-A", 8)
        if place == 24:
            result = Result(component="MC01-A", status="absent")
        cohort.append(
            Person(
                number=number,
                given=given,
                family=family,
                born=born,
                category=result.status,
                language="nl" if place < 15 else "en",
                results=(replace(result, route="permanent-training"),),
            )
        )
    return cohort


def change_c3(cohort: list[Person]) -> tuple[list[Person], list[dict[str, str]]]:
    """Make C10, and say how it differs: C3 with one mark after appeal, one corrected, and one new name on two lines."""
    appealed = next(who for who in cohort if who.category == "fail" and who.results[1].mark == 9)
    passing = [who for who in cohort[60:] if who.category == "pass"]
    changed = {
        appealed.number: with_mark(appealed, "MC03-B", 10),
        passing[0].number: with_mark(passing[0], "MC03-A", 20),
        passing[1].number: replace(passing[1], family=f"{passing[1].family}-Verlinden"),
    }
    changes = []
    for old in cohort:
        new = changed.get(old.number, old)
        for before, after in zip(old.results, new.results, strict=True):
            changes += [
                {
                    "student_number": old.number,
                    "component": before.component,
                    "field": name,
                    "before": was,
                    "after": now,
                }
                for name, was, now in (
                    ("name", old.name, new.name),
                    ("family name", old.family, new.family),
                    ("mark", str(before.mark), str(after.mark)),
                    ("status", before.status, after.status),
                )
                if was != now
            ]
    return [changed.get(who.number, who) for who in cohort], changes


def with_mark(person: Person, component: str, mark: int) -> Person:
    """Give a person another, passing mark for a component."""
    results = tuple(
        replace(each, mark=mark, status="passed") if each.component == component else each for each in person.results
    )
    return replace(person, results=results)


# What is due.


def expected_of(person: Person) -> dict[str, object]:
    """Say which documents are due to one learner of C3, and why others are not."""
    latest = {result.component: result for result in person.results}  # Later chances come later in the file.
    reasons = []
    for component, result in latest.items():
        rule = {"exempted": "R2.not-exempt", "tolerated": "R2.not-tolerated"}.get(result.status, "R2.passed")
        if result.status != "passed":
            reasons.append({"document": "credit-certificate", "subject": component, "rule": rule})
    missing = [component for component, result in latest.items() if result.status not in {"passed", "exempted"}]
    reasons += [{"document": "certificate", "subject": component, "rule": "R3.achieved"} for component in missing]
    credits_of = {
        status: sum(CREDITS[component] for component, result in latest.items() if result.status == status)
        for status in ("passed", "exempted")
    }
    return {
        "student_number": person.number,
        "category": person.category,
        "results": [
            {
                "component": result.component,
                "status": result.status,
                "mark": None if result.mark is None else str(result.mark),
                "attempt": result.attempt,
                "route": result.route,
            }
            for result in latest.values()
        ],
        "certificate": not missing,
        "credit_certificates": [component for component, result in latest.items() if result.status == "passed"],
        "credits_earned": str(credits_of["passed"]),
        "credits_recognised": str(credits_of["exempted"]),
        "reasons": reasons,
    }


def expected_c3(cohort: list[Person]) -> dict[str, object]:
    """Say what must come of C3 as a whole."""
    learners = [expected_of(person) for person in cohort]
    categories = [person.category for person in cohort]
    due = [component for learner in learners for component in learner["credit_certificates"]]  # type: ignore[attr-defined]
    certificates = sum(1 for learner in learners if learner["certificate"])
    return {
        "cohort": "C3",
        "offering": "MC03",
        "version": VERSION,
        "run": RUN,
        "rows": len(c3_rows(cohort)),
        "learners": len(cohort),
        "categories": {category: categories.count(category) for category in dict.fromkeys(sorted(categories))},
        "documents": {
            "total": certificates + len(due),
            "certificate": certificates,
            "credit-certificate": {component: due.count(component) for component in CREDITS},
        },
        "warnings": {
            "row-twice": sum(2 for person in cohort if person.twice),
            "earlier-attempt": sum(1 for person in cohort if len(person.results) == 3),
        },
        "records": learners,
    }


# Files.

C3_HEADINGS = (
    *("studentennummer", "voornaam", "familienaam", "geboortedatum", "aanbod", "versie", "uitvoering", "onderdeel"),
    *("punt", "status", "inschrijving", "examenkans", "evaluatiedatum"),
)
Cells = tuple[str | int | date, ...]


def c3_rows(cohort: list[Person]) -> list[Cells]:
    """Lay C3 out as rows; a duplicate's rows stand at the end, as an export that was run twice leaves them."""
    rows = [c3_row(person, result) for person in cohort for result in person.results]
    return rows + [c3_row(person, result) for person in cohort if person.twice for result in person.results]


def c3_row(person: Person, result: Result) -> Cells:
    """Lay out one result; words stand in the status column, as the student system exports them."""
    return (
        *(person.number, person.given, person.family, person.born, "MC03", VERSION, RUN, result.component),
        "" if result.mark is None else result.mark,
        WORDS.get(result.status, ""),
        ROUTES[result.route],
        result.attempt,
        result.assessed_on,
    )


def c2_row(person: Person, result: Result) -> tuple[str, ...]:
    """Lay out one result as a Dutch spreadsheet saves it: days first, decimal commas, words in the mark's place."""
    mark = WORDS[result.status] if result.mark is None else f"{result.mark},0"
    return (
        *(person.number, person.name, person.born.strftime("%d/%m/%Y"), "MC01", VERSION, RUN, result.component),
        *(mark, "12,0", ROUTES[result.route], person.language, result.assessed_on.strftime("%d/%m/%Y")),
    )


C2_HEADINGS = (
    *("Rolnummer", "Naam", "Geboortedatum", "Micro-credential", "Versie", "Academiejaar", "Opleidingsonderdeel"),
    *("Resultaat", "Studiepunten", "Inschrijvingsvorm", "Onderwijstaal", "Examendatum"),
)
C1_HEADINGS = (
    *("student number", "name", "birth date", "offering", "version", "run", "component"),
    *("mark", "status", "enrolment route"),
)
C1_ROWS = (
    *(("0240001", "Zoë D'Hondt", "1999-03-14", "MC03", VERSION, RUN, "MC03-A", "14", "pass", "credit contract"),),
    *(("0240001", "Zoë D'Hondt", "1999-03-14", "MC03", VERSION, RUN, "MC03-B", "16", "pass", "credit contract"),),
)


def write_csv(path: Path, rows: list[Cells], *, separator: str = ";", encoding: str = "utf-8-sig") -> None:
    """Write rows as a CSV file with CRLF, as spreadsheets do."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue().encode(encoding))


def write_xlsx(path: Path, headings: tuple[str, ...], rows: list[Cells]) -> None:
    """Write rows as a workbook: numbers of students as text, marks as numbers, days as days."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": datetime(2025, 7, 1, tzinfo=UTC)})
        sheet = workbook.add_worksheet("Resultaten")
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, headings, workbook.add_format({"bold": True}))
        for number, cells in enumerate(rows, start=1):
            for position, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, position, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                elif isinstance(cell, int):
                    sheet.write_number(number, position, cell)
                elif cell:
                    sheet.write_string(number, position, cell)
        sheet.freeze_panes(1, 0)


def write_json(path: Path, value: object) -> None:
    """Write JSON for people to read."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_cohorts(folder: Path) -> None:
    """Write every cohort below `folder`."""
    c3 = make_c3()
    c10, changes = change_c3(c3)
    write_csv(folder / "c1" / "c1.csv", [C1_HEADINGS, *C1_ROWS], separator=",", encoding="utf-8")
    write_csv(
        folder / "c2" / "c2.csv", [C2_HEADINGS, *(c2_row(who, each) for who in make_c2() for each in who.results)]
    )
    write_csv(folder / "c3" / "c3.csv", [C3_HEADINGS, *c3_rows(c3)])
    write_xlsx(folder / "c3" / "c3.xlsx", C3_HEADINGS, c3_rows(c3))
    write_json(folder / "c3" / "expected.json", expected_c3(c3))
    write_csv(folder / "c10" / "c10.csv", [C3_HEADINGS, *c3_rows(c10)])
    write_json(folder / "c10" / "changes.json", changes)


if __name__ == "__main__":
    write_cohorts(COHORTS)
