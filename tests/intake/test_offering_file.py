"""Offering files: every problem at its path and all at once; the examples give exactly what their README says."""

import re
from decimal import Decimal

import pytest

from reference import ROOT
from vc_issuer.errors import InputError
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import MAX_BYTES, read_offering
from vc_issuer.model.offering import Form, Mode
from vc_issuer.model.record import Severity
from vc_issuer.rules import check_offering

EXAMPLES = ROOT / "examples" / "offerings"
TABLE = re.compile(
    r"^\| `(?P<file>[^`]+)` \|[^|]+\|\s*(?P<profile>\S+)\s*\|(?P<blocked>[^|]*)\|(?P<warns>[^|]*)\|$", re.MULTILINE
)
ROWS = [match.groupdict() for match in TABLE.finditer((EXAMPLES / "README.md").read_text(encoding="utf-8"))]
MINIMAL = """
code = "MC99"
version = "1"
profile = "EU"
awarding_bodies = ["uzb"]
title = {nl = "Proef", en = "Trial"}
"""


def read(text, filename="mc99.toml"):
    content = text if isinstance(text, bytes) else text.encode()
    return read_offering(
        content, filename=filename, base_url="https://credentials.uzb.example", institutions=institutions()
    )


def problems(text):
    with pytest.raises(InputError) as raised:
        read(text)
    return raised.value.problems


def words(cell):
    return {word.strip() for word in cell.split(",") if word.strip()}


def test_the_readme_lists_every_example():
    assert sorted(row["file"] for row in ROWS) == sorted(path.name for path in EXAMPLES.glob("*.toml"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_an_example_gives_what_the_readme_says(row):
    offering = read((EXAMPLES / row["file"]).read_bytes(), row["file"])
    findings = check_offering(offering)
    blocking = {
        f.rule for f in findings if f.severity is Severity.ERROR or (f.severity is Severity.QUESTION and not f.answered)
    }
    assert offering.profile == row["profile"]
    assert blocking == words(row["blocked"])
    assert {f.rule for f in findings if f.severity is Severity.WARNING} == words(row["warns"])


def test_the_volume_with_a_decimal_comma_is_the_same_volume():
    plain, comma = (read((EXAMPLES / name).read_bytes()) for name in ("mc11.toml", "mc11-comma.toml"))
    assert plain.ects == comma.ects == Decimal(60)


def test_a_minimal_file_gets_the_address_of_its_page_and_two_languages():
    offering = read(MINIMAL)
    assert offering.iri == "https://credentials.uzb.example/achievements/MC99/1"
    assert offering.languages == ("nl", "en")
    assert offering.awarding_bodies[0].abbreviation == "UZB"


def test_what_is_written_is_read_exactly():
    offering = read((EXAMPLES / "mc08.toml").read_bytes())
    (component,) = offering.components
    assert (offering.mode, component.form, component.ects) == (Mode.HYBRID, Form.REGULAR, Decimal(3))
    assert [outcome.number for outcome in component.outcomes] == [1, 2, 3]
    assert component.assessments[0].weight == 100
    assert offering.runs[0].campus == "Campus Stad"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ects = true", "ects: 'True' is no number"),
        ('ects = "drie"', "ects: 'drie' is no number"),
        ("hours = 2.5", "hours: '2.5' is no whole number"),
        ("mode = 'remote'", "mode: 'remote' is not known; known are on-campus"),
        ("form_type = 'T4'", "form_type: 'T4' is not known"),
        ("description = 'x'", "description: 'x' has no language"),
        ("description = {nl = ' '}", "description.nl: the text is empty"),
        ("description = {NL = 'x'}", "description.NL: a language is two small letters"),
        ("languages = ['dut']", "languages: languages are two small letters"),
        ("languages = 'nl'", "languages: 'nl' is no list of texts"),
        ("isced = 913", "isced: '913' is no text"),
        ("etcs = 3", "etcs: this field is not known; 'ects' was meant?"),
        ("valid_months = '6'", "valid_months: '6' is no whole number"),
        ("[level]\neqf = 9", "level.eqf: a level needs its EQF level, from 1 to 8"),
        ("[level]\neqf = 6\ncycle = 'fourth'", "level.cycle: 'fourth' is not known"),
        ("level = 6", "level: '6' is no table"),
        ("[[quality]]\nname = {en = 'Q'}", "quality[1].scope: this field is needed"),
        ("[[components]]\ncode = 'A'\ntitle = {en = 'A'}\nects = 3", "components[1].form: this field is needed"),
        ("[[components]]\ncode = 'A'\ntitle = {en = 'A'}\nform = 'outside'", "components[1].ects: this field is needed"),
        ("[[components]]\nform = 'outside'\nects = 3\ntitle = {en = 'A'}", "components[1].code: this field is needed"),
        (
            "[[components]]\ncode = 'A'\ntitle = {en = 'A'}\nform = 'outside'\nects = 3\ngrading = 'us-gpa'",
            "components[1].grading: 'us-gpa' is not known",
        ),
        (
            "[[components]]\ncode = 'A'\ntitle = {en = 'A'}\nform = 'outside'\nects = 3\ncontract_types = ['free']",
            "components[1].contract_types: 'free' is not known",
        ),
        (
            "[[components]]\ncode = 'A'\nform = 'outside'\nassessed_by = {homepage = 'http://f.example'}",
            "components[1].assessed_by.homepage: write an https address",
        ),
        (
            "[grading]\nkey = 'x'\ntitle = {en = 'X'}\ndescription = {en = 'X'}\nminimum = 5\nmaximum = 1",
            "grading.maximum: it is not above the minimum",
        ),
        ("[grading]\nkey = 'x'\ntitle = {en = 'X'}\ndescription = {en = 'X'}", "grading.pass_mark: a scale with marks"),
        (
            "[grading]\nkey = 'x'\ntitle = {en = 'X'}\ndescription = {en = 'X'}\nminimum = 0\nmaximum = 9\npass_mark = 10",
            "grading.pass_mark: it lies outside",
        ),
        ("[grading]\nkey = 'x'\nstep = 0\ndescription = {en = 'X'}", "grading.step: a step is more than 0"),
        ("[grading]\nkey = 'x'\nvalues = ['2', '1']", "grading.values: they go from the worst"),
        ("[grading]\nkey = 'x'\nvalues = ['1', '1.0']", "grading.values: the same mark"),
        ("[grading]\nkey = 'x'\nvalues = ['A', 'B']", "grading.values: every value is a number"),
        (
            "[[runs]]\nkey = 'r'\n[[runs.distributions]]\ncomponent = 'Z'\nreference_group = {en = 'G'}",
            "runs[1].distributions[1].component: 'Z' is no component",
        ),
        (
            "[[runs]]\nkey = 'r'\n[[runs.distributions]]\ncomponent = 'Z'\ncategories = [{label = '7', count = 4}]",
            "runs[1].distributions[1].categories[1].count: fewer than 5 marks",
        ),
        ("[mandate]\nissuer = 'xyz'\nstatement = {en = 'S'}", "mandate.issuer: 'xyz' is not known"),
        ("[mandate]\nissuer = 'uzb'\nstatement = {en = 'S'}", "mandate.issuer: it is an awarding body itself"),
        ("[mandate]\nissuer = 'usl'", "mandate.statement: this field is needed"),
        ("stackable_into_url = 'postgraduaat'", "stackable_into_url: write an https address"),
        (
            "[[quality]]\nname = {en = 'Q'}\nscope = 'external'\naccreditation_id = 'https://data.deqar.eu/1'",
            "quality[1].accreditation_id: write the IRI of the EU's database",
        ),
        ("[[outcomes]]\nesco = 'https://data.example/1'", "outcomes[1].title: this field is needed"),
        ("[[assessments]]\ntitle = {en = 'A'}", "assessments[1].type: this field is needed"),
        ("[[assessments]]\ntype = 'quiz'\ntitle = {en = 'A'}\ncovers = ['1']", "assessments[1].covers: "),
        ("[[runs]]\nkey = 'r'\nlanguages = ['nl']\nstarts_on = 2025-01-01\nends_on = 2025-02-01", "runs[1].awarded_on: "),
        ("[[runs]]\nkey = 'r'\nlanguages = ['nl']\nstarts_on = '2025-01-01'", "runs[1].starts_on: '2025-01-01' is no date"),
        ("[[runs]]\nkey = 'r'", "runs[1].languages: the language of teaching and assessment is needed"),
        ("[[answers]]\nrule = 'R5.form'\nvalue = 'T1'\nrole = 'QA'", "answers[1].date: "),
        ("outcomes = 'x'", "outcomes: 'x' is no list of tables"),
        ("outcomes = ['x']", "outcomes[1]: 'x' is no table"),
    ],
)  # fmt: skip
def test_a_problem_is_named_at_its_path(line, expected):
    assert [each for each in problems(MINIMAL + line) if each.startswith(expected)]


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ("", "awarding_bodies: at least one is needed"),
        ('awarding_bodies = "uzb"', "awarding_bodies: this is no list"),
        ('awarding_bodies = ["xyz"]', "awarding_bodies[1]: 'xyz' is not known; known are hkr"),
        ("awarding_bodies = [3]", "awarding_bodies[1]: write the key of an institution"),
        ('awarding_bodies = [{name = {en = "X"}, city = "Y"}]', "awarding_bodies[1]: city: not known here"),
        ('awarding_bodies = [{name = {en = "X"}, homepage = "x"}]', "awarding_bodies[1]: homepage: write an https"),
    ],
)
def test_awarding_bodies_that_can_not_be_read(bodies, expected):
    text = MINIMAL.replace('awarding_bodies = ["uzb"]', bodies)
    assert [each for each in problems(text) if each.startswith(expected)]


FULL = (
    MINIMAL.replace('["uzb"]', '["uzb", {name = {ar = "معهد الأطلس"}, country = "MA", registration = "MA-0001"}]')
    + """
grading = "be-20"
mark_on_certificate = true
stackable_into_url = "https://www.uzb.example/postgraduate"
mandate = {issuer = "usl", statement = {en = "By decision of both boards."}, given_on = 2024-01-10}

[[quality]]
name = {en = "Review"}
scope = "external"
eqar = true
positive = true
accreditation_id = "http://data.europa.eu/snb/data/accreditation/00000000-0000-4000-8000-000000000000"

[[components]]
code = "A"
title = {en = "A"}
form = "outside"
ects = 3
assessed_by = {name = {en = "Faculty"}, country = "BE", homepage = "https://faculty.example/"}

[[components]]
code = "B"
title = {en = "B"}
form = "outside"
ects = 3
grading = "pass-fail"

[[runs]]
key = "1"
starts_on = 2025-01-01
ends_on = 2025-02-01
awarded_on = 2025-02-02
languages = ["nl"]

[[runs]]
key = "2"
starts_on = 2026-01-01
ends_on = 2026-02-01
awarded_on = 2026-02-02
languages = ["nl"]
grading = "de-5"
distributions = [{component = "A", reference_group = {en = "2024"}, categories = [{label = "1.0-4.0", count = 50}]}]
"""
)


def test_grading_mandate_bodies_and_decisions_are_read():
    offering = read(FULL)
    assert [c.grading.key for c in offering.components] == ["be-20", "pass-fail"]
    assert offering.components[0].assessed_by.homepage == "https://faculty.example/"
    assert offering.awarding_bodies[1].registration == "MA-0001"
    assert offering.mandate.issuer == "usl"
    assert offering.mark_on_certificate
    (label,) = offering.quality
    assert (label.eqar, label.positive) == (True, True)
    assert label.decision_id.endswith("/00000000-0000-4000-8000-000000000000")


def test_a_run_brings_its_own_scale_and_reference_group():
    offering = read(FULL)
    first, second = (offering.delivered(run) for run in offering.runs)
    assert first == offering
    assert [c.grading.key for c in second.components] == ["de-5", "de-5"]
    assert [c.distribution.size if c.distribution else 0 for c in second.components] == [50, 0]


def test_a_joint_award_needs_a_country_and_a_legal_identifier_of_each_body():
    text = FULL.replace(', registration = "MA-0001"', "")
    assert "R-PARTNER" in {f.rule for f in check_offering(read(text))}
    # A body outside the Union has a register of its own country, and that will do.
    assert not {"R-PARTNER", "A4"} & {f.rule for f in check_offering(read(FULL))}


def test_all_problems_come_at_once():
    found = problems('code = 3\nprofile = "XX"\nawarding_bodies = []\nects = "x"\nunknown = 1\n')
    paths = [each.split(":")[0] for each in found]
    assert {"code", "version", "title", "profile", "ects", "unknown"} <= set(paths)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"code = ", "no TOML"),
        (b"code = 1\ncode = 2", "no TOML"),
        (b"a = " + b"[" * 100_000, "no TOML"),
        (b"#" * (MAX_BYTES + 1), "larger than"),
        (b"", "problems"),
    ],
    ids=["encoding", "syntax", "twice", "deep", "large", "empty"],
)
def test_what_is_no_offering_file_gets_a_sentence(content, sentence):
    with pytest.raises(InputError, match=sentence):
        read(content)
