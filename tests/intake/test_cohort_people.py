"""The people of domain 8.4: names as registers have them, and those that can't be signed (threat T3)."""

import unicodedata
from datetime import date

import pytest
from cohort_builders import HEADINGS, codes, csv_text, only, read_rows, read_text, row

from vc_issuer.model.record import ResultStatus, Severity

SOUND_NAMES = [
    "Zoë D'Hondt",
    "François Œuvrard",
    "Łukasz Żółć",
    "Åse Ødegård",
    "Ğülşen Işık",
    "Nguyễn Thị Ánh Tuyết",
    "José Núñez y García de la Concha",
    "Hans Straße",
    "HANS STRASSE",
    "Van den Broeck",
    "van den Broeck",
    "Vandenbroeck",
    "'t Kint de Roodenbeke",
    "’t Kint de Roodenbeke",
    "Ó Súilleabháin",
    "al-Ḥusaynī",
    "Shane O’Neill",
    "Shane O'Neill",
    "Suharto",
    "O",
    "Ng",
    "Na",
    "Jan Null",
    "Wolfeschlegelsteinhausenbergerdorff-Van Overstraeten-de la Cruz y Montoya Hernández",
    "Anneleen " + "Vandenbergheynde" * 7,
    "王小明",
    "김민준",
    "田中太郎",
    "Олександр Ковальчук",
    "Αλέξανδρος Παπαδόπουλος",
    "მარიამ",
    "آرش کمانگیر",
    "علی\u200cرضا",
    "محمد عبد الرحمن",
    "יעל כהן",
    "अनन्या",
    "தமிழ்செல்வி",
    "ሰላም",
    "𠮷田",
    "Jean-Paul Čajkovskij",
    "ʻOkina Kahananui",
    "Conxita Gal·la",
]


@pytest.mark.parametrize("name", SOUND_NAMES)
def test_name_of_the_register_passes_as_it_is(name):
    reading = read_rows(row(naam=name))
    assert reading.problems == ()
    assert reading.records[0].learner.full_name == name


def test_decomposed_and_composed_name_are_one_name():
    name = "Nguyễn Thị Ánh Tuyết"
    both = [read_rows(row(naam=unicodedata.normalize(form, name))).records for form in ("NFC", "NFD")]
    assert both[0] == both[1]
    assert both[0][0].learner.full_name == name


@pytest.mark.parametrize(
    ("name", "code", "remedy_nl", "remedy_en"),
    [
        ("Zoe\u202egnitseT", "text-controls", "opnieuw", "again"),
        ("Zoe\u2066Testing", "text-controls", "opnieuw", "again"),
        ("Jan\x07Peeters", "text-controls", "opnieuw", "again"),
        ("Jan\x1cPeeters", "text-controls", "opnieuw", "again"),
        ("Jan\uffffPeeters", "text-controls", "opnieuw", "again"),
        ("Jan 😀", "name-symbol", "opnieuw", "again"),
        ("Jan 👩\u200d🎓", "name-symbol", "opnieuw", "again"),
        ("Jan \U000e1234", "name-symbol", "opnieuw", "again"),
        ("Jan \ue000", "name-symbol", "opnieuw", "again"),
        ("Ja\u200cn Peeters", "name-symbol", "opnieuw", "again"),
        ("£ukasz ¯ó³æ", "name-symbol", "opnieuw", "again"),
        ("<b>Jan</b>", "name-symbol", "opnieuw", "again"),
        ("ZoÃ« D'Hondt", "name-damaged", "UTF-8", "UTF-8"),
        ("?ukasz", "name-damaged", "UTF-8", "UTF-8"),
        ("Zo\ufffd", "name-damaged", "UTF-8", "UTF-8"),
        ("N/A", "name-placeholder", "laat de andere cel", "leave the other cell"),
        ("onbekend", "name-placeholder", "laat de andere cel", "leave the other cell"),
        ("", "name-missing", "register", "register"),
        ("\u200b", "name-missing", "register", "register"),
        ("x" * 251, "name-too-long", "meer dan een naam", "more than a name"),
        ('=HYPERLINK("http://x.example")', "text-formula", "vooraan", "leading sign"),
        ("@SUM(A1)", "text-formula", "vooraan", "leading sign"),
        ("+32 Jan", "text-formula", "vooraan", "leading sign"),
        ("-Jan", "text-formula", "vooraan", "leading sign"),
        ("＝1+1", "text-formula", "vooraan", "leading sign"),
        ("'=1+1", "text-formula", "vooraan", "leading sign"),
    ],
)
def test_name_that_cannot_be_signed_is_refused(name, code, remedy_nl, remedy_en):
    quoted = '"' + name.replace('"', '""') + '"'
    reading = read_text(csv_text(row(naam=quoted)))
    problem = only(reading, code)
    assert (problem.row, problem.column) == (2, "naam")
    assert problem.value.lstrip("'") == name.lstrip("'")
    assert problem.severity is Severity.ERROR
    assert remedy_nl in problem.remedy.best("nl")
    assert remedy_en in problem.remedy.best("en")
    assert reading.records == ()
    if len(name) > 8:
        assert name not in problem.sentence("nl") + problem.sentence("en") + repr(problem), (
            "personal data in value alone"
        )


@pytest.mark.parametrize(
    ("name", "code", "kept"),
    [
        ("Zoë\u200b D'Hondt", "name-zero-width", "Zoë D'Hondt"),
        ("\ufeffZoë", "name-zero-width", "Zoë"),
        ("Раul Peeters", "name-scripts", "Раul Peeters"),
        ("Sukarno .", "name-import-dot", "Sukarno"),
        ("Dr. ir. Jan Peeters PhD", "name-title", "Dr. ir. Jan Peeters PhD"),
        ("Jan Peeters Jr.", "name-title", "Jan Peeters Jr."),
        ("Jan Peeters III", "name-title", "Jan Peeters III"),
        ("prof Jan Peeters", "name-title", "prof Jan Peeters"),
        ("Peeters, Jan", "name-comma", "Peeters, Jan"),
        ("Jan P33ters", "name-odd", "Jan P33ters"),
        ("Jan (Johnny) Peeters", "name-odd", "Jan (Johnny) Peeters"),
    ],
)
def test_odd_name_is_kept_with_a_warning(name, code, kept):
    reading = read_rows(row(naam=name))
    problem = only(reading, code)
    assert (problem.row, problem.column, problem.severity) == (2, "naam", Severity.WARNING)
    assert problem.message.best("nl") != problem.message.best("en")
    assert reading.is_clean
    assert reading.records[0].learner.full_name == kept


@pytest.mark.parametrize("name", ["Drs Mevrosa", "Iris Irving", "Mba Ondo", "Phoebe Scott", "Sren Jrgens", "Xiii Anna"])
def test_letters_of_a_title_inside_a_name_are_no_title(name):
    assert ("name-title" in codes(read_rows(row(naam=name)))) is name.startswith("Drs ")


# Parts of a name.

PARTS = ("studentennummer", "voornaam", "familienaam", *HEADINGS[2:])


def parts(given, family, **changes):
    return read_text(csv_text({**row(), "voornaam": given, "familienaam": family, **changes}, headings=PARTS))


@pytest.mark.parametrize(
    ("given", "family", "full"),
    [("Zoë", "D'Hondt", "Zoë D'Hondt"), ("Suharto", "", "Suharto"), ("", "Suharto", "Suharto"), ("Sukarno", ".", None)],
)
def test_full_name_is_made_of_its_parts(given, family, full):
    reading = parts(given, family)
    assert [record.learner.full_name for record in reading.records] == ([full] if full else [])


def test_lone_dot_for_a_family_name_says_to_leave_the_cell_empty():
    problem = only(parts("Sukarno", "."), "name-placeholder")
    assert problem.column == "familienaam"
    assert "leave the other cell empty" in problem.remedy.best("en")


def test_fnu_is_no_given_name():
    reading = parts("FNU", "Suharto")
    assert only(reading, "name-no-given").column == "voornaam"
    assert reading.records[0].learner.full_name == "Suharto"
    assert reading.records[0].learner.given_name == ""


def test_both_parts_empty_is_a_missing_name():
    problem = only(parts("", ""), "name-missing")
    assert (problem.row, problem.column) == (2, "familienaam")


def test_full_name_wins_over_parts_that_differ():
    headings = (*PARTS, "naam")
    same = read_text(
        csv_text({**row(naam="D'Hondt Zoë"), "voornaam": "Zoë", "familienaam": "D'Hondt"}, headings=headings)
    )
    assert same.problems == ()
    other = read_text(
        csv_text({**row(naam="Zoë Peeters"), "voornaam": "Zoë", "familienaam": "D'Hondt"}, headings=headings)
    )
    assert only(other, "name-parts-differ").severity is Severity.WARNING
    assert other.records[0].learner.full_name == "Zoë Peeters"


# Births.


@pytest.mark.parametrize(
    ("text", "born"),
    [("2000-02-29", date(2000, 2, 29)), ("29/02/2000", date(2000, 2, 29)), ("1921-05-04", date(1921, 5, 4)), ("01/01/1999", date(1999, 1, 1))],
)  # fmt: skip
def test_births_are_read(text, born):
    reading = read_rows(row(geboortedatum=text))
    assert reading.problems == ()
    assert reading.records[0].learner.birth_date == born


@pytest.mark.parametrize("text", ["1985-00-00", "00/00/1985", "1985", "1985-03-00", "1985-03", "03/1985"])
def test_partial_birth_date_stays_unknown_with_a_warning(text):
    reading = read_rows(row(geboortedatum=text))
    problem = only(reading, "birth-partial")
    assert (problem.row, problem.column, problem.value) == (2, "geboortedatum", text)
    assert problem.severity is Severity.WARNING
    assert "creditbewijs" in problem.remedy.best("nl")
    assert reading.records[0].learner.birth_date is None


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        ("2031-01-01", "birth-future", Severity.ERROR),
        ("2024-09-17", "birth-future", Severity.ERROR),
        ("2020-01-01", "birth-implausible", Severity.ERROR),
        ("1899-01-01", "birth-implausible", Severity.ERROR),
        ("0199-01-01", "birth-implausible", Severity.ERROR),
        ("14/03/99", "date-short-year", Severity.ERROR),
        ("03/04/1999", "date-ambiguous", Severity.ERROR),
        ("36233", "date-serial", Severity.ERROR),
        ("1999-03-13T23:00:00Z", "date-with-time", Severity.ERROR),
        ("0000-00-00", "date-impossible", Severity.ERROR),
        ("2007-09-17", "birth-minor", Severity.WARNING),
        ("", "birth-missing", Severity.WARNING),
    ],
)
def test_doubtful_birth_date(text, code, severity):
    problem = only(read_rows(row(geboortedatum=text)), code)
    assert (problem.row, problem.column, problem.value, problem.severity) == (2, "geboortedatum", text, severity)


def test_eighteenth_birthday_on_the_first_day_is_of_age():
    assert read_rows(row(geboortedatum="2006-09-16")).problems == ()


# People and numbers.


def test_one_number_with_two_names_is_refused_on_both_rows():
    reading = read_rows(row(), row(naam="Zoë Dhondt", onderdeel="MC03-B"), row(studentennummer="0240102", naam="Ng"))
    problems = [problem for problem in reading.problems if problem.code == "number-two-names"]
    assert [(problem.row, problem.column, problem.value) for problem in problems] == [
        (2, "naam", "Zoë D'Hondt"),
        (3, "naam", "Zoë Dhondt"),
    ]
    assert "rij 3" in problems[0].message.best("nl")
    assert "Correct the number or the name" in problems[0].remedy.best("en")
    assert len(reading.records) == 1


def test_one_number_with_two_birth_dates_is_refused_on_both_rows():
    reading = read_rows(row(), row(geboortedatum="1999-03-15", onderdeel="MC03-B"))
    assert [problem.row for problem in reading.problems if problem.code == "number-two-births"] == [2, 3]
    assert reading.records == ()


def test_two_people_of_one_name_and_birth_date_are_shown_and_kept_apart():
    reading = read_rows(row(naam="Jan Janssens"), row(naam="Jan Janssens", studentennummer="0240102"))
    problems = [problem for problem in reading.problems if problem.code == "name-two-numbers"]
    assert [(problem.row, problem.value) for problem in problems] == [(2, "0240101"), (3, "0240102")]
    assert "één persoon" in problems[0].remedy.best("nl")
    assert len(reading.records) == 2
    assert reading.is_clean


def test_three_spellings_of_a_name_with_three_numbers_are_three_people():
    names = ("Van den Broeck", "van den Broeck", "Vandenbroeck")
    reading = read_rows(*(row(naam=name, studentennummer=f"024010{n}") for n, name in enumerate(names)))
    assert reading.problems == ()
    assert len(reading.records) == 3


def test_birth_date_on_one_row_is_enough():
    reading = read_rows(row(geboortedatum=""), row(onderdeel="MC03-B"))
    assert reading.records[0].learner.birth_date == date(1999, 3, 14)


# Chances.


def test_latest_exam_chance_counts():
    reading = read_rows(row(punt="8", examenkans="1"), row(punt="14", examenkans="2e zittijd"))
    problem = only(reading, "earlier-attempt")
    assert (problem.row, problem.column, problem.value) == (2, "examenkans", "1")
    assert reading.is_clean
    (result,) = reading.records[0].results
    assert (str(result.mark), result.attempt, result.status) == ("14", 2, ResultStatus.PASSED)


def test_later_failure_counts_over_an_earlier_pass_with_a_warning():
    reading = read_rows(row(punt="14", examenkans="eerste zittijd"), row(punt="8", examenkans="tweede examenkans"))
    assert only(reading, "attempt-after-pass").row == 3
    assert reading.records[0].results[0].status is ResultStatus.FAILED


def test_one_record_holds_the_results_of_all_components_in_the_offerings_order():
    reading = read_rows(row(onderdeel="MC03-B", punt="9"), row(punt="14"))
    (record,) = reading.records
    assert [(result.component, str(result.mark)) for result in record.results] == [("MC03-A", "14"), ("MC03-B", "9")]


def test_one_person_in_two_runs_has_two_records():
    reading = read_rows(row(), row(uitvoering="2023-2024", evaluatiedatum="2024-06-12", punt="8"))
    assert [record.run.key for record in reading.records] == ["2024-2025", "2023-2024"]


def test_two_group_languages_for_one_learner_are_refused():
    changes = {"aanbod": "MC01", "onderdeel": "MC01-A"}
    reading = read_rows(row(**changes, taal="nl", examenkans="1"), row(**changes, taal="en", examenkans="2"))
    problems = [problem for problem in reading.problems if problem.code == "language-two"]
    assert [(problem.row, problem.column, problem.value) for problem in problems] == [
        (2, "taal", "nl"),
        (3, "taal", "en"),
    ]
    assert reading.records == ()


def test_good_row_says_that_its_sibling_was_refused():
    reading = read_rows(row(), row(onderdeel="MC03-B", punt="21"))
    problem = only(reading, "record-incomplete")
    assert (problem.row, problem.severity) == (2, Severity.WARNING)
    assert "rij 3" in problem.message.best("nl")


@pytest.mark.parametrize(
    ("cell", "found", "wanted"),
    [
        ("", set(), ()),
        ("https://work.example/p/3f9a", set(), ("https://work.example/p/3f9a",)),
        ("https://a.example/1 https://a.example/2", set(), ("https://a.example/1", "https://a.example/2")),
        ("work.example/p", {"evidence-link"}, None),
        ("https://work.example/dhondt-zoe", {"evidence-personal"}, None),
        ("https://work.example/0240101", {"evidence-personal"}, None),
        (" ".join(f"https://a.example/{n}" for n in range(6)), {"evidence-many"}, None),
    ],
)
def test_evidence_is_links_that_name_nobody(cell, found, wanted):
    text = csv_text(row(bewijsstuk=cell), headings=(*HEADINGS, "bewijsstuk"))
    reading = read_text(text)
    assert codes(reading) == found
    assert [record.results[0].evidence for record in reading.records] == ([wanted] if wanted is not None else [])
