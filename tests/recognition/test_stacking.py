"""Stacking: what counts, what counts twice, what is missing; nothing is added up of people who may be two."""

import json
from datetime import date
from decimal import Decimal

import pytest

from recognition.awarded import EQF_7, KNOWN, NOW, an_award, outcomes
from vc_issuer.errors import InputError
from vc_issuer.model.credential import SummaryLabel
from vc_issuer.model.report import Verdict
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.learners import Identity, compare_learners
from vc_issuer.recognition.likeness import ALIKE, likeness
from vc_issuer.recognition.stack_answer import ORDER, stack_as_json, stack_in_words
from vc_issuer.recognition.stacking import Kind, stack_awards
from vc_issuer.recognition.target import MOST_BYTES, RequiredSet, Target, read_target
from vc_issuer.recognition.wording import LANGUAGES, sayer

TODAY = NOW.date()
LEVEL_6 = SummaryLabel(iri="http://data.europa.eu/snb/eqf/6", label="6")
FULL = b"""
title = "Postgraduate programme"
ects = 20
level = 7
years = 5
external_share = 50
home = ["did:web:uzb.example"]
outcomes = ["Designs a rehabilitation plan."]
[[sets]]
name = "Core"
codes = ["MC01", "MC02"]
[[sets]]
name = "Choice"
codes = ["MC03", "MC04"]
ects = 6
"""


def another(number, **changes):
    code = f"MC{number:02}"
    iri = f"https://uzb.example/a/{code}"
    usual = {
        "file": f"{code}.pdf",
        "id": f"urn:credential:{number}",
        "code": code,
        "offering": iri,
        "outcomes": outcomes(f"Thing number {number} alone.", base=iri),
    }
    return an_award(**{**usual, **changes})


def a_target(**changes):
    return Target(**{"title": "Programme", "ects": Decimal(20), **changes})


def stacked(*awards, confirmed=False, **target):
    return stack_awards(awards, a_target(**target), TODAY, confirmed=confirmed)


def codes(stack, kind):
    return [finding.code for finding in stack.of_kind(kind)]


def left(stack):
    return [(entry.award.file, entry.code) for entry in stack.left_out]


def test_credits_of_different_awards_add_up():
    stack = stacked(another(1), another(2, credits=Decimal("9.5"), credits_total=Decimal("9.5")))
    assert stack.earned == Decimal("21.5")
    assert codes(stack, Kind.SATISFIED) == ["volume-satisfied"]
    assert stack.of_kind(Kind.MISSING) == ()


def test_what_lacks_is_told_in_credits():
    stack = stacked(another(1))
    (finding,) = stack.of_kind(Kind.MISSING)
    assert finding.values["lacking"] == 8


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.CURRENT])
def test_only_what_is_genuine_and_current_counts(verdict):
    stack = stacked(another(1), another(2, verdict=verdict))
    assert stack.earned == 12
    assert left(stack) == [("MC02.pdf", "not-current")]


def test_an_award_that_says_nothing_is_left_out():
    silent = Award(file="x.json", verdict=Verdict.NOT_GENUINE, checked_at=NOW)
    assert left(stacked(another(1), silent)) == [("x.json", "not-current")]


@pytest.mark.parametrize(
    ("double", "code"),
    [
        ({"file": "again.pdf", "id": "urn:credential:1"}, "same-document"),
        ({"file": "twin.json", "id": "urn:uuid:1", "twin_ids": ("urn:credential:1",)}, "same-document"),
        ({"file": "reissued.pdf", "id": "urn:credential:7"}, "same-offering"),
        (
            {"file": "older.pdf", "id": "urn:credential:8", "offering": "https://uzb.example/a/MC01/2019"},
            "other-version",
        ),
    ],
)
def test_nothing_counts_twice(double, code):
    stack = stacked(another(1), another(1, awarded_on=date(2020, 1, 1), **double))
    assert stack.earned == 12
    assert left(stack) == [(double["file"], code)]
    assert codes(stack, Kind.DOUBLE_COUNTED) == [code]
    assert stack.of_kind(Kind.DOUBLE_COUNTED)[0].files == (double["file"], "MC01.pdf")


def test_two_badges_of_one_award_in_two_languages_are_one_document():
    twins = {"twin_ids": ("urn:credential:1",)}
    stack = stacked(another(1, id="urn:uuid:nl", **twins), another(1, id="urn:uuid:en", file="en.json", **twins))
    assert left(stack) == [("en.json", "same-document")]


@pytest.mark.parametrize("order", [1, -1])
def test_a_part_does_not_count_beside_the_whole_that_holds_it(order):
    whole = another(1)
    part = another(5, file="part.pdf", part_of=("https://uzb.example/a/MC01",), credits=Decimal(3))
    stack = stacked(*[whole, part][::order])
    assert stack.earned == 12
    assert left(stack) == [("part.pdf", "part-of-whole")]


def test_parts_without_their_whole_count():
    parts = [another(n, part_of=("https://uzb.example/a/MC01",), credits=Decimal(3)) for n in (5, 6)]
    stack = stacked(*parts, sets=(RequiredSet(name="Core", codes=("https://uzb.example/a/MC01",)),))
    assert stack.earned == 6
    assert "set-satisfied" in codes(stack, Kind.SATISFIED)


def test_of_two_versions_the_latest_counts():
    new = another(1, file="new.pdf", id="urn:n", awarded_on=date(2025, 1, 1), credits=Decimal(15))
    assert stacked(another(1, awarded_on=date(2020, 1, 1)), new).earned == 15


def test_credits_recognised_from_earlier_study_are_told_and_not_added():
    stack = stacked(another(1, credits=Decimal(9), credits_total=Decimal(12)))
    assert (stack.earned, stack.recognised) == (9, 3)
    assert "recognised" in codes(stack, Kind.HUMAN_NEEDED)


@pytest.mark.parametrize(
    ("changes", "code", "kind"),
    [
        ({"eqf": LEVEL_6}, "below-level", Kind.MISSING),
        ({"eqf": None}, "level-unknown", Kind.HUMAN_NEEDED),
        ({"credit_system": None}, "not-ects", Kind.HUMAN_NEEDED),
        ({"credits": None}, "no-credits", Kind.HUMAN_NEEDED),
    ],
)
def test_what_is_below_the_level_or_unclear_is_not_added(changes, code, kind):
    stack = stacked(another(1), another(2, **changes), level=7)
    assert stack.earned == 12
    assert left(stack) == [("MC02.pdf", code)]
    assert code in codes(stack, kind)


def test_without_a_floor_any_level_counts():
    assert stacked(another(1, eqf=None), another(2, eqf=LEVEL_6)).earned == 24


def test_sets_are_required_whole_and_choices_by_credits():
    core, choice = (
        RequiredSet(name="Core", codes=("MC01", "MC02")),
        RequiredSet(name="C", codes=("MC03", "MC04"), ects=Decimal(20)),
    )
    stack = stacked(another(1), another(3), sets=(core, choice))
    missing = {finding.code: finding.values for finding in stack.of_kind(Kind.MISSING)}
    assert missing["set-missing"]["codes"] == "MC02"
    assert missing["choice-missing"]["earned"] == 12
    satisfied = stacked(another(1), another(2), another(3), another(4), sets=(core, choice))
    assert {"set-satisfied", "choice-satisfied"} <= set(codes(satisfied, Kind.SATISFIED))


def test_the_share_from_elsewhere_is_held_against_the_most_that_may():
    elsewhere = another(2, issuer_id="did:web:other.example", student_number="9")
    arguments = {"home": (KNOWN.id,)}
    assert "external-satisfied" in codes(
        stacked(another(1), elsewhere, external_share=Decimal(50), **arguments), Kind.SATISFIED
    )
    assert "external-missing" in codes(
        stacked(another(1), elsewhere, external_share=Decimal(49), **arguments), Kind.MISSING
    )


def test_old_awards_and_those_without_a_date_are_for_a_person():
    old = another(1, awarded_on=date(2021, 11, 24))
    undated = another(2, awarded_on=None)
    (finding,) = [f for f in stacked(old, undated, another(3), years=5).findings if f.code == "old"]
    assert finding.files == ("MC01.pdf", "MC02.pdf")
    assert "old" not in codes(stacked(old, undated), Kind.HUMAN_NEEDED)


def test_outcomes_that_resemble_each_other_are_shown_side_by_side():
    stack = stacked(
        another(1, outcomes=outcomes("Designs a rehabilitation plan with the patient.", base="urn:a")),
        another(2, outcomes=outcomes("Designs a plan for rehabilitation with a patient.", base="urn:b")),
        another(3),
    )
    (finding,) = [f for f in stack.findings if f.code == "overlap"]
    assert finding.files == ("MC01.pdf", "MC02.pdf")
    assert finding.kind is Kind.HUMAN_NEEDED


def test_a_wanted_outcome_is_compared_by_a_person_or_missing():
    found = another(1, outcomes=outcomes("Designs a rehabilitation plan."))
    stack = stacked(found, outcomes=("Designing rehabilitation plans", "Speaks Finnish fluently"))
    assert codes(stack, Kind.HUMAN_NEEDED)[-1:] == ["outcome-compare"]
    assert "outcome-missing" in codes(stack, Kind.MISSING)


@pytest.mark.parametrize(
    ("one", "other", "outcome", "reason"),
    [
        ({}, {}, Identity.SAME, None),
        ({}, {"learner_name": "ZOË  d’hondt"}, Identity.SAME, None),
        ({}, {"birth_date": date(1990, 1, 1)}, Identity.DIFFERENT, "birth-dates-differ"),
        ({}, {"student_number": "1"}, Identity.DIFFERENT, "student-numbers-differ"),
        ({}, {"learner_name": "Zoë Peeters"}, Identity.ASK, "names-differ"),
        ({}, {"learner_name": ""}, Identity.ASK, "name-missing"),
        ({}, {"issuer_id": "did:web:x", "student_number": "1"}, Identity.SAME, None),
        ({"birth_date": None}, {"issuer_id": "did:web:x", "student_number": "1"}, Identity.SAME, "name-only"),
    ],
)
def test_a_machine_refuses_or_asks_and_never_guesses(one, other, outcome, reason):
    found = compare_learners([another(1, **one).summary, another(2, **other).summary])
    assert (found.outcome, found.reasons) == (outcome, (reason,) if reason else ())


def test_nothing_is_added_up_before_a_person_has_confirmed_a_name_that_differs():
    awards = [another(1), another(2, learner_name="Zoë Peeters")]
    asked = stacked(*awards)
    assert (asked.is_added_up, asked.earned, asked.counted, asked.findings) == (False, 0, (), ())
    confirmed = stacked(*awards, confirmed=True)
    assert confirmed.earned == 24
    assert "identity-confirmed" in codes(confirmed, Kind.HUMAN_NEEDED)


def test_a_contradiction_is_never_overruled():
    stack = stacked(another(1), another(2, birth_date=date(1990, 1, 1)), confirmed=True)
    assert not stack.is_added_up
    assert stack_in_words(stack, "en", sayer("en")).tone == "bad"


def test_a_name_on_something_not_genuine_confuses_nobody():
    assert stacked(another(1), another(2, verdict=Verdict.UNKNOWN_ISSUER, learner_name="Else")).is_added_up


def test_a_full_target_is_read_from_toml_and_json_alike():
    target = read_target(FULL)
    assert (target.ects, target.level, target.years, target.external_share) == (20, 7, 5, 50)
    assert target.sets == (
        RequiredSet(name="Core", codes=("MC01", "MC02")),
        RequiredSet(name="Choice", codes=("MC03", "MC04"), ects=Decimal(6)),
    )
    as_json = {"title": "T", "ects": 20.5, "sets": [{"name": "Core", "codes": ["A"]}]}
    assert read_target(json.dumps(as_json).encode()).ects == Decimal("20.5")


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", 2),
        (b'title = "T"', 1),
        (b'title = ""\nects = 0\nlevel = 9\nyears = 0\nexternal_share = 101\nhome = "x"\noutcomes = [1]\nmore = 1', 8),
        (b'title = "T"\nects = true', 1),
        (b'title = "T"\nects = 20\nsets = 1', 1),
        (
            b'title = "T"\nects = 20\n[[sets]]\nname = "A"\n[[sets]]\ncodes = ["x"]\n[[sets]]\nname="A"\ncodes=["x"]\nects=-1\n[[sets]]\nother=1',
            4,
        ),
        (b'{"title": "T", "ects": 1e400}', 1),
        (b'title = "T"\nects = nan', 1),
        (b"not a target", 0),
        (b"[1]", 3),
        (b"\xff", 0),
        (b'{"a":' * 3000, 0),
        (b"#" * (MOST_BYTES + 1), 0),
    ],
)
def test_a_bad_target_is_refused_with_every_problem(content, problems):
    with pytest.raises(InputError) as caught:
        read_target(content)
    assert len(caught.value.problems) == problems


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_words(language):
    awards = [
        another(1, credits=Decimal("8.5"), awarded_on=date(2018, 1, 1)),
        another(1, file="older.pdf", id="urn:o", awarded_on=date(2017, 1, 1)),
        another(2, eqf=LEVEL_6),
        another(3, eqf=None),
        another(4, verdict=Verdict.REVOKED),
        another(5, credit_system=None),
        another(6, issuer_id="did:web:x", student_number="1", learner_name="Other"),
    ]
    stack = stack_awards(awards, read_target(FULL), TODAY, confirmed=True)
    words = stack_in_words(stack, language, sayer(language))
    assert [kind for kind, _, _ in words.findings] == list(ORDER)
    assert all("{" not in text for _, _, entries in words.findings for text, _ in entries)
    assert {file for file, _ in words.left_out} == {"older.pdf", "MC02.pdf", "MC03.pdf", "MC04.pdf", "MC05.pdf"}


def test_the_json_of_a_stack_names_no_person_and_no_decision():
    members = stack_as_json(stacked(another(1), another(2)), "en", sayer("en"))
    assert members["advisory"] is True
    assert members["earned_ects"] == "24"
    assert "Zoë" not in json.dumps(members, ensure_ascii=False)
    assert not {"decision", "granted", "accepted"} & set(members)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Designs a rehabilitation plan.", "Designing rehabilitation plans", True),
        ("Ontwerpt een revalidatieplan", "Je ontwerpt revalidatieplannen", True),
        ("Explains how ageing affects movement.", "Writes contracts under Belgian law.", False),
        ("Law", "Law", True),
        ("", "", False),
    ],
)
def test_likeness_sees_the_same_words_and_nothing_more(one, other, alike):
    assert (likeness(one, other) >= ALIKE) is alike
    assert likeness(one, other) == likeness(other, one)


def test_levels_are_compared_by_number_and_not_by_words():
    assert stacked(another(1, eqf=EQF_7), level=6).earned == 12
