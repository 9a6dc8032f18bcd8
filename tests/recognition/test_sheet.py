"""The recognition sheet: seven questions in order, each answered from what is signed, each with its source."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from recognition.awarded import (
    DECISION,
    NOW,
    OWN_QUALITY,
    PORTFOLIO,
    UNKNOWN,
    UNSUPERVISED,
    a_report,
    a_summary,
    an_award,
    outcomes,
)
from vc_issuer.model.credential import FormatName, SummaryDistribution, SummaryLabel
from vc_issuer.model.report import Verdict
from vc_issuer.recognition.answer import reports_with_recognition, sheet_as_json
from vc_issuer.recognition.awards import all_awards, awards_of
from vc_issuer.recognition.completeness import ElementState, completeness
from vc_issuer.recognition.facts import Question, Source
from vc_issuer.recognition.sheet import sheet_of
from vc_issuer.recognition.wording import LANGUAGES

ORDER = ["quality-assurance", "verification", "level", "outcomes", "workload", "assessment", "identity"]


def sheet(language="en", **changes):
    return sheet_of(an_award(**changes), NOW, language)


def answer(question, **changes):
    return next(each for each in sheet(**changes).answers if each.question is question)


def codes(answered):
    return [fact.code for fact in answered.facts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_seven_questions_come_in_the_order_of_the_receivers(language):
    assert [each.question.value for each in sheet(language).answers] == ORDER
    assert all(each.title and each.rating_text and each.facts for each in sheet(language).answers)


@pytest.mark.parametrize(
    ("quality", "rating"),
    [
        ((DECISION, OWN_QUALITY), "internal-and-external"),
        ((DECISION,), "external"),
        ((OWN_QUALITY,), "internal-only"),
        ((), "not-stated"),
    ],
)
def test_quality_assurance_is_told_by_who_stands_behind_it(quality, rating):
    found = answer(Question.QUALITY, quality=quality)
    assert found.rating == rating
    assert found.good == (DECISION in quality)


@pytest.mark.parametrize(
    ("verdict", "rating", "good"),
    [
        (Verdict.CURRENT, "secure", True),
        (Verdict.STATUS_UNKNOWN, "status-unknown", False),
        (Verdict.UNKNOWN_ISSUER, "issuer-unknown", False),
        (Verdict.REVOKED, "not-in-force", False),
        (Verdict.SUPERSEDED, "not-in-force", False),
        (Verdict.EXPIRED, "not-in-force", False),
    ],
)
def test_verification_says_what_was_found_here(verdict, rating, good):
    found = answer(Question.VERIFICATION, verdict=verdict)
    assert (found.rating, found.good) == (rating, good)
    assert found.facts[0].source is Source.CHECK


def test_the_name_of_the_issuer_comes_from_the_trust_source_and_else_is_a_claim():
    known = answer(Question.VERIFICATION)
    assert next(fact for fact in known.facts if fact.code == "issuer-known").source is Source.TRUST_SOURCE
    unknown = answer(Question.VERIFICATION, verdict=Verdict.UNKNOWN_ISSUER, issuer=UNKNOWN)
    assert next(fact for fact in unknown.facts if fact.code == "issuer-claimed").source is Source.CLAIMED


def test_claims_of_nobody_known_are_called_claims_and_never_good():
    whole = sheet(verdict=Verdict.UNKNOWN_ISSUER, issuer=UNKNOWN)
    assert not whole.is_vouched
    assert not any(each.good for each in whole.answers)
    sources = {fact.source for each in whole.answers for fact in each.facts}
    assert Source.SIGNED not in sources


@pytest.mark.parametrize("verdict", [Verdict.NOT_GENUINE, Verdict.UNREADABLE])
def test_what_nobody_signed_is_worth_no_sheet(verdict):
    (award,) = awards_of(a_report(verdict))
    assert sheet_of(award, NOW, "en") is None
    assert reports_with_recognition([a_report(verdict)], NOW, "en")["reports"][0]["recognition"] == []


@pytest.mark.parametrize(
    ("eqf", "level", "cycle"),
    [
        (SummaryLabel(iri="http://data.europa.eu/snb/eqf/5", label="x"), "EQF level 5", "cycle-short"),
        (SummaryLabel(iri="urn:own", label="EQF level 6"), "EQF level 6", "cycle-first"),
        (SummaryLabel(iri="http://data.europa.eu/snb/eqf/8", label=""), "EQF level 8", "cycle-third"),
        (SummaryLabel(iri="http://data.europa.eu/snb/eqf/4", label=""), "EQF level 4", None),
    ],
)
def test_a_level_is_read_by_its_address_or_its_words_and_told_as_a_cycle(eqf, level, cycle):
    found = answer(Question.LEVEL, eqf=eqf)
    assert found.facts[0].text == level
    assert (cycle in codes(found)) == bool(cycle)
    assert "level-indicative" in codes(found)


def test_a_level_that_is_not_stated_is_a_gap():
    found = answer(Question.LEVEL, eqf=None)
    assert (found.rating, found.facts[0].source) == ("not-stated", Source.NOT_STATED)


def test_outcomes_are_listed_or_left_to_prose_or_missing():
    assert answer(Question.OUTCOMES).facts[0].quotes == ("Explains ageing.", "Designs a plan.")
    assert answer(Question.OUTCOMES, outcomes=(), criteria="Write an essay.").rating == "in-prose"
    assert answer(Question.OUTCOMES, outcomes=()).rating == "not-stated"


@pytest.mark.parametrize(
    ("changes", "rating", "expected"),
    [
        ({}, "ects", ["ects", "hours", "rate-usual", "participation"]),
        ({"hours": 500}, "ects", ["ects", "hours", "rate-unusual", "participation"]),
        ({"hours": None, "mode": None}, "ects", ["ects"]),
        ({"credit_system": None, "hours": None, "mode": None}, "unknown-unit", ["credits-unknown"]),
        ({"credit_system": None, "mode": None}, "hours", ["credits-unknown", "hours"]),
        ({"credits": None, "credits_total": None, "hours": None, "mode": None}, "not-stated", ["workload-none"]),
    ],
)
def test_credits_of_an_unnamed_system_are_never_read_as_ects(changes, rating, expected):
    found = answer(Question.WORKLOAD, **changes)
    assert (found.rating, codes(found)) == (rating, expected)


def test_credits_that_were_recognised_are_told_apart_from_those_earned():
    found = answer(Question.WORKLOAD, credits=Decimal("9.0"), credits_total=Decimal(12))
    assert found.facts[0].text == "9 ECTS credits"
    assert "3 of the 12 credits were recognised" in found.facts[1].text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        # Less was earned than the whole for another reason: a part was not taken, not recognised.
        ({"credits": Decimal(6), "credits_total": Decimal(12), "credits_recognised": Decimal(3)}, "3 of the 12"),
        ({"credits": Decimal(9), "credits_total": None, "credits_recognised": Decimal(3)}, "3 of the 12"),
        ({"credits": Decimal(6), "credits_total": Decimal(12), "credits_recognised": Decimal(0)}, None),
        ({"credits": Decimal(6), "credits_total": Decimal(12), "credits_recognised": Decimal(-3)}, None),
    ],
)
def test_what_the_issuer_signed_as_recognised_counts_before_what_is_missing_to_the_whole(changes, text):
    texts = [fact.text for fact in answer(Question.WORKLOAD, **changes).facts if fact.code == "ects-recognised"]
    assert [text in found for found in texts] == ([True] if text else [])


def test_the_mark_and_the_identity_check_are_told_as_stated():
    assert "mark" in codes(answer(Question.ASSESSMENT))
    assert answer(Question.ASSESSMENT, mark="", assessments=()).rating == "not-stated"
    assert answer(Question.IDENTITY).rating == "identified"
    assert answer(Question.IDENTITY, supervision=UNSUPERVISED).rating == "not-identified"
    assert answer(Question.IDENTITY, supervision=None).rating == "not-stated"
    assert codes(answer(Question.IDENTITY, birth_date=None, learner_name=""))[:2] == ["name-none", "birth-date-none"]


def test_coded_facts_are_named_in_the_reader_s_language():
    french = next(each for each in sheet("fr", assessments=(PORTFOLIO,)).answers if each.question is Question.IDENTITY)
    assert "Sous surveillance, avec vérification d’identité" in " ".join(fact.text for fact in french.facts)


@pytest.mark.parametrize(
    ("awarded", "first", "old"),
    [
        (date(2023, 9, 20), "Awarded on 20 September 2023, 3 years and 2 months ago.", False),
        (date(2026, 11, 1), "Awarded on 1 November 2026, less than a month ago.", False),
        (date(2021, 11, 25), "Awarded on 25 November 2021, 4 years and 11 months ago.", False),
        (date(2021, 11, 24), "Awarded on 24 November 2021, 5 years ago.", True),
        (date(2030, 1, 1), "Awarded on 1 January 2030, less than a month ago.", False),
        (date(2025, 10, 24), "Awarded on 24 October 2025, 1 year and 1 month ago.", False),
    ],
)
def test_age_is_a_fact_and_a_hint_from_five_years_on(awarded, first, old):
    age = sheet(awarded_on=awarded).age
    assert age.sentences[0] == first
    assert age.is_old is old
    assert ("Five years or older" in " ".join(age.sentences)) is old


def test_annex_i_of_a_full_credential_is_complete():
    found = completeness(a_summary(), "en")
    assert (found.mandatory, found.optional) == (11, 5)
    assert [element.id for element in found.elements] == [f"A{n}" for n in range(1, 12)] + [
        f"O{n}" for n in range(1, 6)
    ]


@pytest.mark.parametrize(
    ("changes", "element", "state"),
    [
        ({"learner_name": ""}, "A1", ElementState.ABSENT),
        ({"country": ""}, "A3", ElementState.ABSENT),
        ({"awarding_bodies": ("",)}, "A4", ElementState.ABSENT),
        ({"awarded_on": None}, "A5", ElementState.ABSENT),
        ({"outcomes": ()}, "A6", ElementState.ABSENT),
        ({"outcomes": (), "criteria": "Do it.", "kind": ""}, "A6", ElementState.IN_PROSE),
        ({"credit_system": None, "hours": None}, "A7", ElementState.IMPERFECT),
        ({"credits": None, "credits_total": None}, "A7", ElementState.PRESENT),
        ({"eqf": None}, "A8", ElementState.ABSENT),
        ({"assessments": ()}, "A9", ElementState.ABSENT),
        ({"mode": None}, "A10", ElementState.ABSENT),
        ({"quality": ()}, "A11", ElementState.ABSENT),
        ({"prerequisites": ""}, "O1", ElementState.ABSENT),
        ({"supervision": None}, "O2", ElementState.ABSENT),
        ({"mark": ""}, "O3", ElementState.ABSENT),
        ({"stackability": "", "criteria": "Ours says all.", "kind": "certificate"}, "O4", ElementState.ABSENT),
        ({"statements": ()}, "O5", ElementState.ABSENT),
    ],
)
def test_an_element_that_is_not_stated_counts_as_such(changes, element, state):
    found = {each.id: each.state for each in completeness(a_summary(**changes), "en").elements}
    assert found[element] is state
    assert sum(each is not ElementState.PRESENT for each in found.values()) == (state is not ElementState.PRESENT)


def test_twins_in_one_file_are_one_award_told_by_the_elm():
    elm = a_report(file="x (elm)", twin_ids=("urn:uuid:1",))
    badge = a_report(
        file="x (ob3)", id="urn:uuid:1", format=FormatName.OB3, twin_ids=(elm.summary.id,), stackability=""
    )
    (award,) = awards_of(a_report(file="x.pdf", parts=(badge, elm)))
    assert award.file == "x.pdf"
    assert award.summary.stackability


def test_the_verdict_on_the_whole_file_counts_for_its_award():
    elm = a_report(file="x (elm)", twin_ids=("urn:uuid:1",))
    badge = a_report(file="x (ob3)", id="urn:uuid:1", twin_ids=(elm.summary.id,))
    (award,) = awards_of(a_report(Verdict.NOT_GENUINE, file="x.pdf", parts=(badge, elm)))
    assert (award.verdict, award.summary) == (Verdict.NOT_GENUINE, None)


def test_a_container_of_several_holds_several_awards_each_with_its_verdict():
    first = a_report(file="a", id="urn:a")
    second = a_report(Verdict.REVOKED, file="b", id="urn:b")
    inner = a_report(file="c.pdf", parts=(a_report(file="c (elm)", id="urn:c"),))
    whole = a_report(Verdict.REVOKED, file="all.zip", parts=(first, second, inner))
    assert [(award.file, award.verdict.value) for award in all_awards([whole])] == [
        ("a", "current"),
        ("b", "revoked"),
        ("c.pdf", "current"),
    ]


def test_the_json_has_codes_sources_and_no_decision():
    members = sheet_as_json(sheet())
    assert members["advisory"] is True
    assert [each["id"] for each in members["questions"]] == ORDER
    assert {fact["source"] for each in members["questions"] for fact in each["facts"]} <= {
        each.value for each in Source
    }
    assert members["annex_one"]["mandatory"] == 11
    assert members["age"] == {
        "awarded_on": "2023-09-20",
        "months": 38,
        "version": "2022-2023",
        "five_years_or_older": False,
    }
    assert not {"decision", "recommendation", "score"} & set(members)


def test_a_foreign_badge_without_anything_still_gets_a_sheet():
    bare = a_summary()
    empty = {
        field: type(getattr(bare, field))() for field in ("quality", "outcomes", "assessments", "statements")
    } | dict.fromkeys(("eqf", "nqf", "mode", "supervision", "hours", "credits", "credits_total", "awarded_on"))
    found = sheet_of(replace(an_award(), summary=replace(bare, kind="", learner_name="", mark="", **empty)), NOW, "de")
    assert [each.rating for each in found.answers if each.question is not Question.VERIFICATION] == ["not-stated"] * 6
    assert found.completeness.mandatory == 3


GROUP = SummaryDistribution(group="Passed, 2020 to 2025", categories=(("10", 200), ("14", 120), ("15", 60), ("18", 32)))


@pytest.mark.parametrize(
    ("mark", "changes", "top"),
    [
        ("14/20", {}, 52),
        ("18/20", {}, 8),
        ("10/20", {}, 100),
        ("14/20", {"lower": 78, "equal": 10, "higher": 12}, 22),
        ("B", {}, None),
        ("1.3", {}, None),
        ("14/20", {"categories": (("10-13", 200), ("14-20", 212))}, None),
    ],
)
def test_a_mark_has_a_place_in_its_group_where_one_is_stated_or_counted(mark, changes, top):
    found = sheet(mark=mark, distribution=replace(GROUP, **changes)).grade
    assert (found.top, found.size) == (top, 412)
    assert (f"highest {top} % of 412" in found.sentences[0]) == (top is not None)
    assert "not a conversion" in found.sentences[-1]


def test_a_small_group_says_little_and_no_group_says_nothing():
    small = sheet(distribution=replace(GROUP, categories=(("14", 3),))).grade
    assert "fewer than 30" in small.sentences[1]
    assert sheet(distribution=None).grade is None
    assert sheet(distribution=GROUP, mark="").grade is None
    assert sheet(distribution=replace(GROUP, categories=())).grade is None
    members = sheet_as_json(sheet(distribution=GROUP))["grade"]
    assert (members["top_percent"], members["size"], len(members["categories"])) == (52, 412, 4)


def test_outcomes_keep_the_words_of_the_issuer():
    assert answer(Question.OUTCOMES, outcomes=outcomes("حلول")).facts[0].quotes == ("حلول",)
