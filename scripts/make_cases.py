"""Write the small cohorts of domain 8.3 (C1, C4, C7, C8, C9) and what must become of them; the same bytes every time.

What must become of them is written by hand, here and in `cohort_cases.toml`, apart from the rules of the product.
"""

import csv
import io
import json
import tomllib
import unicodedata
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COHORTS = ROOT / "examples" / "cohorts"
RUN = "2024-2025"
HEADINGS = (
    *("studentennummer", "voornaam", "familienaam", "geboortedatum", "aanbod", "versie", "uitvoering", "onderdeel"),
    *("punt", "status", "inschrijving"),
)
PERMANENT = "permanente vorming"
Row = tuple[str, ...]


def pass_row(number: str, given: str, family: str, born: str, offering: str = "MC05") -> Row:
    """Lay out a pass in words of a micro-credential with one unit outside the regular offer."""
    return (number, given, family, born, offering, RUN, RUN, f"{offering}-A", "", "geslaagd", PERMANENT)


# C4: a joint award of two universities; two people are registered at both.

USL_PEOPLE = (
    ("0740001", "Anke", "Bosmans", "1996-02-11"),
    ("0740002", "Cédric", "Laurent", "1994-07-30"),
    ("0740003", "Hanne", "Verbeke", "1999-01-05"),
    ("0740004", "Mehdi", "El Amrani", "1992-12-24"),
    ("0740005", "Lore", "Ceulemans", "1997-09-17"),
    ("0740006", "Pieter", "Thys", "1990-04-02"),
    ("0740007", "Johanna", "Brandstätter", "1995-06-21"),
    ("0740008", "Lukas", "Weiß", "1993-10-09"),
)
UNS_PEOPLE = (
    ("N-10021", "Mareike", "Öztürk", "1998-03-28"),
    ("N-10022", "Jürgen", "Köhler", "1989-11-13"),
    ("N-10023", "Svenja", "Groß", "1996-05-19"),
    ("N-10024", "Björn", "Hänsel", "1991-08-07"),
    ("N-10025", "Anna-Lena", "Fuchs", "1997-12-01"),
    ("N-10026", "Johanna", "Brandstätter", "1995-06-21"),
    ("N-10027", "Lukas", "Weiß", "1993-10-09"),
)
C4_MARKS = (14, 12, 16, 10, 17, 13, 15, 11, 18, 12, 14, 9, 13, 15, 11)


def c4_rows() -> list[Row]:
    """Lay out the file that both universities agreed on."""
    return [
        (*person, "MC19", RUN, RUN, "MC19-A", str(mark), "", PERMANENT)
        for person, mark in zip((*USL_PEOPLE, *UNS_PEOPLE), C4_MARKS, strict=True)
    ]


def expected_c4() -> dict[str, object]:
    """Say what follows: a certificate for everybody who passed; who stands there twice is named, not merged."""
    both = sorted({who[1:] for who in USL_PEOPLE} & {who[1:] for who in UNS_PEOPLE})
    numbers = [who[0] for who in (*USL_PEOPLE, *UNS_PEOPLE)]
    failed = [number for number, mark in zip(numbers, C4_MARKS, strict=True) if mark < 10]
    return {
        "cohort": "C4",
        "offering": "MC19",
        "rows": len(numbers),
        "registered": {"usl": len(USL_PEOPLE), "uns": len(UNS_PEOPLE), "both": len(both)},
        "documents": {"certificate": len(numbers) - len(failed)},
        "not_due": dict.fromkeys(failed, "R3.achieved"),
        "awarding_countries": ["BE", "DE"],
        "warnings": {"name-two-numbers": 2 * len(both)},
    }


# C7: sixty names, and births that registers really hold.


def cases() -> list[dict[str, object]]:
    """Return every case with its student number, names first."""
    read = tomllib.loads((ROOT / "scripts" / "cohort_cases.toml").read_text(encoding="utf-8"))
    births = [
        {**each, "given": "Kaat", "family": f"Moens-{'abcdefgh'[place]}"} for place, each in enumerate(read["birth"])
    ]
    return [{**each, "student_number": f"{770_001 + place:07}"} for place, each in enumerate([*read["name"], *births])]


def case_row(case: dict[str, object]) -> Row:
    """Lay out one case."""
    number, given, family, born = (str(case[name]) for name in ("student_number", "given", "family", "born"))
    return pass_row(number, given, family, born)


def expected_c7() -> dict[str, object]:
    """Say of each case what becomes of it."""
    found = cases()
    outcomes = [str(case["outcome"]) for case in found]
    kept = ("case", "student_number", "outcome", "problems")
    return {
        "cohort": "C7",
        "offering": "MC05",
        "rows": len(found),
        "outcomes": {word: outcomes.count(word) for word in ("drawn", "undrawable", "refused")},
        "records": [{name: case[name] for name in kept} for case in found],
    }


# C8: what happens afterwards.

C8_CHANGES = (
    *[("valid", "", "")] * 10,
    ("revoked", "revoke", "error"),
    ("revoked", "revoke", "fraud"),
    ("revoked", "revoke", "withdrawn-after-appeal"),
    ("superseded", "supersede", "name"),
    ("superseded", "supersede", "mark-after-appeal"),
    ("suspended", "suspend", "investigation"),
    ("expired", "", ""),
    ("unclaimed", "", ""),
    ("unclaimed", "", ""),
    ("bounced", "", ""),
)
VERDICTS = {"valid": "current", "unclaimed": "current", "bounced": "current"}
C8_GIVEN = ("Astrid", "Bram", "Elif", "Femke", "Joke", "Karel", "Manon", "Nora", "Ruben", "Sanne")
C8_FAMILY = ("Aerts", "Deprez")


def c8_people() -> list[tuple[str, str, str, str, str]]:
    """Invent twenty people; one of them holds a credential that expires."""
    return [
        (
            f"{880_001 + place:07}",
            C8_GIVEN[place % 10],
            C8_FAMILY[place // 10],
            f"199{place % 10}-0{1 + place % 9}-1{place % 10}",
            "MC37" if change[0] == "expired" else "MC05",
        )
        for place, change in enumerate(C8_CHANGES)
    ]


def expected_c8() -> dict[str, object]:
    """Say what the issuer does to each document, and what a verifier answers then and after MC37 has expired."""
    categories = [change[0] for change in C8_CHANGES]
    return {
        "cohort": "C8",
        "categories": {name: categories.count(name) for name in dict.fromkeys(categories)},
        "documents": {"certificate": len(categories)},
        "at": "2028-07-05T00:00:00Z",
        "records": [
            {
                "student_number": who[0],
                "offering": who[4],
                "category": category,
                "command": command,
                "reason": reason,
                "verdict_at": VERDICTS.get(category, category),
            }
            for who, (category, command, reason) in zip(c8_people(), C8_CHANGES, strict=True)
        ],
    }


# C9: everybody failed.


def c9_rows() -> list[Row]:
    """Lay out six people who failed or did not come."""
    words = ("niet geslaagd", "niet geslaagd", "afwezig", "niet geslaagd", "afwezig", "niet geslaagd")
    unit = ("MC33", RUN, RUN, "MC33-A", "")
    return [
        (f"{990_001 + place:07}", "Robin", f"Callens-{'abcdef'[place]}", "1998-08-08", *unit, word, "creditcontract")
        for place, word in enumerate(words)
    ]


def expected_c9() -> dict[str, object]:
    """Say that nothing follows, and why."""
    rules = {"certificate": "R3.achieved", "credit-certificate": "R2.passed"}
    return {"cohort": "C9", "offering": "MC33", "rows": len(c9_rows()), "documents": {}, "not_due": rules}


def expected_c1() -> dict[str, object]:
    """Say what follows from the one learner of C1."""
    due = {"certificate": 1, "credit-certificate": {"MC03-A": 1, "MC03-B": 1}}
    return {"cohort": "C1", "offering": "MC03", "rows": 2, "learners": 1, "documents": {"total": 3, **due}}


# Files.


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as a CSV file with CRLF, as spreadsheets do."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([HEADINGS, *rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue().encode("utf-8-sig"))


def write_json(path: Path, value: object) -> None:
    """Write JSON for people to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_cases(folder: Path) -> None:
    """Write every small cohort below `folder`."""
    write_json(folder / "c1" / "expected.json", expected_c1())
    write_csv(folder / "c4" / "c4.csv", c4_rows())
    write_json(folder / "c4" / "expected.json", expected_c4())
    write_csv(folder / "c7" / "c7.csv", (case_row(case) for case in cases()))
    composed = next(case for case in cases() if case["case"] == "vietnamese-composed")
    apart = {name: unicodedata.normalize("NFD", str(value)) for name, value in composed.items()}
    write_csv(folder / "c7" / "c7-decomposed.csv", [case_row({**apart})])
    write_json(folder / "c7" / "expected.json", expected_c7())
    write_csv(folder / "c8" / "c8.csv", (pass_row(*who) for who in c8_people()))
    write_json(folder / "c8" / "expected.json", expected_c8())
    write_csv(folder / "c9" / "c9.csv", c9_rows())
    write_json(folder / "c9" / "expected.json", expected_c9())


if __name__ == "__main__":
    write_cases(COHORTS)
