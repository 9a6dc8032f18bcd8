"""Each rule on offerings: it fires on its fact, in both languages, and is silent beside it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders_elm import REVIEW
from hypothesis import given
from hypothesis import strategies as st

from rules.cases import INTERNAL, LEVEL_6, LEVEL_7, T, answer, component, offering, outside, run
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.offering import Assessment, AssessmentType, Form, FormType, LearningOutcome
from vc_issuer.model.parties import Partner
from vc_issuer.model.record import Severity
from vc_issuer.rules import ElementState, annex_one, check_offering, level_of, load_profile
from vc_issuer.rules.profile import messages


def found(of):
    return {(finding.rule, finding.severity.value) for finding in check_offering(of)}


def rules(of):
    return {rule for rule, _ in found(of)}


def ects(amount, form=Form.REGULAR):
    unit = component("A", amount) if form is Form.REGULAR else outside("A", amount)
    return offering(unit)


def test_a_good_offering_gives_no_finding():
    assert check_offering(offering()) == []
    assert check_offering(offering(outside("A", "2.5"), outside("B", "4"))) == []
    assert check_offering(offering(component("A", "5"), outside("B", "3"))) == []


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (ects("NaN"), ("R1.number", "E")),
        (ects("Infinity"), ("R1.number", "E")),
        (ects("0", Form.OUTSIDE), ("R1.positive", "E")),
        (ects("-3", Form.OUTSIDE), ("R1.positive", "E")),
        (ects("60"), ("R1.max", "E")),
        (ects("60.0"), ("R1.max", "E")),
        (ects("61", Form.OUTSIDE), ("R1.max", "E")),
        (ects("2.99"), ("R1.min", "E")),
        (offering(component("A", "2.5"), component("B", "6")), ("R1.min", "E")),
        (ects("2", Form.OUTSIDE), ("R1.usual", "W")),
        (ects("20.5", Form.OUTSIDE), ("R1.usual", "W")),
        (ects("21"), ("R1.motive", "Q")),
        (ects("3.5"), ("R1.step", "W")),
        (ects("3.25", Form.OUTSIDE), ("R1.step", "W")),
        (offering(ects=Decimal(8)), ("R1.sum", "E")),
        (offering(form_type=None), ("R5.form", "Q")),
        (offering(form_type=FormType.T3B), ("R5.form", "Q")),
        (offering(outside("A", "3", contract_types=("credit-contract",))), ("R5.outside-cb", "Q")),
        (offering(component("A", tuition="")), ("R-TUITION", "W")),
        (offering(component("A", catalogue_url=""), catalogue_url=""), ("R-LED", "W")),
        (offering(component("A", hours=74)), ("R7.hours", "W")),
        (offering(component("A", hours=91)), ("R7.hours", "W")),
        (offering(component("A", hours=0)), ("R7.unit", "E")),
        (offering(title=T(nl="Diploma zorg", en="Diploma of care")), ("R8.word", "E")),
        (offering(description=T(en="Leads to the bachelor diploma.")), ("R8.word", "E")),
        (offering(component("A", "3"), component("B", "3", level=LEVEL_7)), ("R-LEVEL", "Q")),
        (offering(outside(quality=(replace(INTERNAL, name=T(nl="Geaccrediteerd", en="Accredited")),))), ("R-QA", "E")),
        (offering(component(quality=(replace(REVIEW, agency=""),))), ("R-QA", "E")),
        (offering(component(quality=(replace(REVIEW, decision_url=""),))), ("R-QA", "E")),
        (offering(component(quality=(replace(REVIEW, valid_until=date(2024, 1, 1)),))), ("R-QA", "W")),
        (offering(runs=(run(awarded_on=date(2025, 6, 1)),)), ("R-DATE", "E")),
        (offering(runs=(run(ends_on=date(2024, 1, 1)),)), ("R-DATE", "E")),
        (offering(partners=(Partner(name=T(en="Home"), role="", country="BE"),)), ("R-PARTNER", "E")),
        (offering(partners=(Partner(name=T(en="Home"), role="employer", country=""),)), ("R-PARTNER", "E")),
        (offering(title=T(nl="Proef\u202e", en="Trial")), ("TEXT", "E")),
        (offering(title=T(en="Trial")), ("A2", "W")),
        (offering(component("A", outcomes=())), ("A6", "E")),
        (offering(ects=None), ("A7", "E")),
        (offering(workload_text="9 credits"), ("A7", "W")),
        (offering(component("A", level=None)), ("A8", "E")),
        (offering(component("A", assessments=())), ("A9", "E")),
        (offering(mode=None), ("A10", "E")),
        (offering(component("A", quality=())), ("A11", "E")),
        (ects("2.9", Form.OUTSIDE), ("R1.step", "W")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_each_rule_fires_on_its_fact(of, expected):
    assert expected in found(of)


@pytest.mark.parametrize(
    ("of", "silent"),
    [
        (ects("59.5", Form.OUTSIDE), "R1.max"),
        (ects("3"), "R1.min"),
        (ects("2.5", Form.OUTSIDE), "R1.min"),
        (ects("3", Form.OUTSIDE), "R1.usual"),
        (ects("20"), "R1.motive"),
        (ects("2.5", Form.OUTSIDE), "R1.step"),
        (offering(component("A", hours=75)), "R7.hours"),
        (offering(component("A", hours=90)), "R7.hours"),
        (offering(component("A", "12", hours=300)), "R7.hours"),
        (offering(description=T(en="Open to holders of a foreign diploma.")), "R8.word"),
        (offering(description=T(nl="Ook met een diplomacontract.", en="Also with a diploma contract?")), "A6"),
        (offering(workload_text="9 ECTS"), "A7"),
        (offering(component("A", "6"), component("B", "3", level=LEVEL_7)), "R-LEVEL"),
    ],
)
def test_a_rule_is_silent_beside_its_fact(of, silent):
    assert silent not in rules(of)


def test_an_outcome_that_nothing_assesses_is_named():
    exam = Assessment(type=AssessmentType.WRITTEN_EXAM, title=T(en="Exam"), covers=(1,))
    outcomes = tuple(LearningOutcome(number=n, title=T(en=f"Does {n}.")) for n in (1, 2))
    (finding,) = check_offering(offering(component("A", outcomes=outcomes, assessments=(exam,))))
    assert (finding.rule, finding.subject) == ("R3.coverage", "A#lo-2")


@given(quarters=st.integers(min_value=0, max_value=320), form=st.sampled_from(Form))
def test_volume_over_every_quarter_from_0_to_80(quarters, form):
    amount = Decimal(quarters) / 4
    fired = rules(ects(str(amount), form))
    assert ("R1.positive" in fired) == (amount <= 0)
    assert ("R1.max" in fired) == (amount >= 60)
    assert ("R1.min" in fired) == (form is Form.REGULAR and amount < 3)
    assert ("R1.usual" in fired) == (not 3 <= amount <= 20)
    assert ("R1.motive" in fired) == (amount > 20)
    assert ("R1.step" in fired) == bool(amount % (1 if form is Form.REGULAR else Decimal("0.5")))
    assert not {"R1.number", "R1.sum"} & fired


def test_answers_settle_questions_and_only_those_that_fit():
    def asked(of, rule):
        (finding,) = [f for f in check_offering(of) if f.rule == rule]
        return finding.answered

    motive = offering(component("A", "59"), answers=(answer("R1.motive"),))
    assert asked(motive, "R1.motive")
    assert not asked(replace(motive, answers=(answer("R1.motive", motive=""),)), "R1.motive")
    tie = offering(component("A", "3"), component("B", "3", level=LEVEL_7), answers=(answer("R-LEVEL", "7"),))
    assert asked(tie, "R-LEVEL")
    assert level_of(tie) == LEVEL_7
    assert not asked(replace(tie, answers=(answer("R-LEVEL", "5"),)), "R-LEVEL")
    assert asked(offering(form_type=None, answers=(answer("R5.form", "T1"),)), "R5.form")
    assert not asked(offering(form_type=None, answers=(answer("R5.form", "T3b"),)), "R5.form")
    legal = outside("A", "3", contract_types=("credit-contract",))
    assert asked(offering(legal, answers=(answer("R5.outside-cb", "certificate-only"),)), "R5.outside-cb")
    assert not asked(offering(legal, answers=(answer("R5.outside-cb", "regular"),)), "R5.outside-cb")
    other = answer("R5.outside-cb", "certificate-only", subject="B")
    assert not asked(offering(legal, answers=(other,)), "R5.outside-cb")


def test_the_level_is_that_of_the_largest_share():
    assert level_of(offering(component("A", "6"), component("B", "3", level=LEVEL_7))) == LEVEL_6
    assert level_of(offering(level=LEVEL_7)) == LEVEL_7


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (offering(component("A", "2"), profile="NL"), ("R6.range", "E")),
        (offering(component("A", "31"), profile="NL"), ("R6.range", "W")),
        (offering(component("A", quality=()), profile="NL"), ("R6.qa", "E")),
        (offering(component("A", "61"), profile="EU"), ("R6.range", "W")),
        (offering(component("A", "3", hours=85), profile="NL"), ("R7.hours", "W")),
    ],
)
def test_profiles_are_data(of, expected):
    assert expected in found(of)


def test_rules_of_flanders_do_not_reach_other_profiles():
    everything = offering(component("A", "2.5", contract_types=("credit-contract",)), form_type=None, profile="EU")
    assert not {rule for rule in rules(everything) if rule.startswith(("R1.m", "R1.u", "R1.st", "R2", "R5", "R8"))}


@pytest.mark.parametrize(
    ("start", "allowed"), [("2025-04-30", False), ("2025-05-01", True), ("2027-04-30", True), ("2027-05-01", False)]
)
def test_the_dutch_pilot_counts_by_the_start_of_the_run(start, allowed):
    day = date.fromisoformat(start)
    late = run(starts_on=day, ends_on=date(2028, 1, 1), assessed_on=date(2028, 1, 1), awarded_on=date(2028, 1, 2))
    assert ("R6.range" in rules(offering(component("A", "1"), profile="NL", runs=(late,)))) is not allowed


def test_an_unknown_profile_is_a_configuration_error():
    with pytest.raises(ConfigurationError, match="BE-VLG-2024"):
        load_profile("BE-WAL")


def test_every_message_stands_in_both_languages_with_its_source():
    for rule, message in messages().items():
        assert message.text.languages == ("nl", "en"), rule
        assert message.source, rule
    for name in ("BE-VLG-2024", "NL", "EU"):
        assert load_profile(name).rules <= messages().keys()


def test_a_message_is_filled_in_both_languages():
    (finding,) = [f for f in check_offering(ects("2.99")) if f.rule == "R1.min"]
    assert finding.message.as_dict() == {
        "nl": "Vak A: regulier minstens 3 studiepunten, nu 2.99",
        "en": "Unit A: regular at least 3 ECTS, now 2.99",
    }
    assert finding.severity is Severity.ERROR
    assert finding.profile == "BE-VLG-2024 from 2024-09-01"


def test_annex_one_reports_sixteen_elements_in_order():
    report = annex_one(offering())
    assert [e.id for e in report.elements] == [f"A{n}" for n in range(1, 12)] + [f"O{n}" for n in range(1, 6)]
    assert report.complete
    assert report.element("A1").state is ElementState.AT_ISSUE
    assert report.element("O2").state is ElementState.PRESENT
    assert report.element("O1").state is ElementState.ABSENT
    assert not annex_one(offering(mode=None)).complete
