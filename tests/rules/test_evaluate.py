"""What one learner's results come to: each conjunct of R2, R3, R4, the questions of R5, and the documents."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders_elm import INTERNAL_REVIEW, REVIEW

from rules.cases import INTERNAL, LEVEL_7, T, answer, component, offering, outside, record, result
from vc_issuer.model.offering import Form, FormType
from vc_issuer.model.record import DocumentKind, EnrolmentRoute, ResultStatus
from vc_issuer.rules import evaluate, load_profile

CERTIFICATE, CREDIT = DocumentKind.CERTIFICATE, DocumentKind.CREDIT_CERTIFICATE


def kinds(decision):
    return [(due.kind, due.specification.code if due.kind is CREDIT else "") for due in decision.documents]


def rules_of(decision, severity=None):
    return [(f.rule, f.subject) for f in decision.findings if severity is None or f.severity.value == severity]


def test_everything_passed_gives_a_certificate_and_a_credit_certificate_a_unit():
    decision = evaluate(record())
    assert decision.findings == ()
    assert kinds(decision) == [(CERTIFICATE, ""), (CREDIT, "A"), (CREDIT, "B")]
    certificate, first, _ = decision.documents
    assert (certificate.credits_earned, certificate.credits_recognised, certificate.mark) == (9, 0, None)
    assert certificate.credit_certificates == 2
    assert (first.credits_earned, first.mark, first.route) == (3, 14, EnrolmentRoute.CREDIT_CONTRACT)
    assert first.specification.iri == "https://credentials.uzb.example/achievements/A/2024-2025"


@pytest.mark.parametrize(
    ("changed", "rule", "of"),
    [
        (
            result("A", route=EnrolmentRoute.PERMANENT_TRAINING),
            "R2.regular",
            offering(outside("A"), component("B", "6")),
        ),
        (result("A", status=ResultStatus.FAILED), "R2.passed", offering()),
        (result("A", status=ResultStatus.ABSENT), "R2.passed", offering()),
        (result("A", status=ResultStatus.EXEMPTED), "R2.not-exempt", offering()),
        (result("A", status=ResultStatus.TOLERATED), "R2.not-tolerated", offering()),
        (result("A", credited_earlier_on=date(2022, 7, 1)), "R2.first", offering()),
        (
            result("A", route=EnrolmentRoute.PERMANENT_TRAINING),
            "R2.route",
            offering(answers=(answer("R5.regular-pt", "certificate-only"),)),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_conjunct_of_the_credit_certificate(changed, rule, of):
    decision = evaluate(record(changed, result("B"), of=of))
    assert [f for f in rules_of(decision, "V") if f[0].startswith("R2")] == [(rule, "A")]
    assert (CREDIT, "A") not in kinds(decision)
    assert (CREDIT, "B") in kinds(decision)


@pytest.mark.parametrize("status", [ResultStatus.FAILED, ResultStatus.ABSENT, ResultStatus.TOLERATED])
def test_what_is_not_achieved_keeps_the_certificate_back_and_says_what_is_missing(status):
    decision = evaluate(record(result("A", status=status), result("B")))
    assert kinds(decision) == [(CREDIT, "B")]
    (missing,) = [f for f in decision.findings if f.rule == "R3.achieved"]
    assert missing.message.get("nl") == "Geen certificaat; nog te behalen: Vak A"


def test_a_unit_without_a_result_is_missing():
    assert kinds(evaluate(record(result("B")))) == [(CREDIT, "B")]


def test_what_is_recognised_is_not_earned_here():
    decision = evaluate(record(result("A", status=ResultStatus.EXEMPTED), result("B")))
    certificate = decision.documents[0]
    assert kinds(decision) == [(CERTIFICATE, ""), (CREDIT, "B")]
    assert (certificate.credits_earned, certificate.credits_recognised) == (6, 3)
    assert [each.code for each in certificate.exempted] == ["A"]
    assert any("Unit A" in text.best("en") for text in certificate.statements)


def test_a_unit_credited_earlier_counts_for_the_certificate():
    decision = evaluate(record(result("A", credited_earlier_on=date(2022, 7, 1)), result("B")))
    assert decision.documents[0].credits_recognised == 3


def test_all_exempted_gives_no_certificate():
    both = [result(code, status=ResultStatus.EXEMPTED) for code in "AB"]
    decision = evaluate(record(*both))
    assert ("R4.all", "MC99") in rules_of(decision, "E")
    assert decision.documents == ()


def test_an_exempted_share_at_the_cap_gives_no_certificate():
    strict = replace(load_profile("BE-VLG-2024"), share_below=Decimal("0.5"))
    decision = evaluate(record(result("A"), result("B", status=ResultStatus.EXEMPTED)), strict)
    assert ("R4.share", "MC99") in rules_of(decision, "E")


def test_the_latest_attempt_counts():
    first = result("A", status=ResultStatus.FAILED, attempt=1)
    second = result("A", attempt=2)
    assert len(evaluate(record(second, first, result("B"))).documents) == 3


def test_attendance_is_no_micro_credential():
    attended = offering(outside("A", assessments=()))
    assert ("E-ASSESS-001", "A") in rules_of(evaluate(record(of=attended)), "E")
    nothing = replace(record(), results=())
    assert ("E-ASSESS-001", "MC99") in rules_of(evaluate(nothing), "E")


def test_assessment_after_the_award_is_refused():
    late = result("A", assessed_on=date(2025, 7, 5))
    assert ("R-DATE", "A") in rules_of(evaluate(record(late, result("B"))), "E")


@pytest.mark.parametrize(
    ("route", "of", "rule"),
    [
        (None, offering(), "R5.route"),
        (EnrolmentRoute.PERMANENT_TRAINING, offering(), "R5.regular-pt"),
        (EnrolmentRoute.CREDIT_CONTRACT, offering(outside("A"), outside("B", "6")), "R5.outside-cb"),
    ],
)
def test_questions_keep_everything_of_the_award_back(route, of, rule):
    decision = evaluate(record(result("A", route=route), result("B", route=EnrolmentRoute.MC_CONTRACT), of=of))
    assert (rule, "A") in rules_of(decision, "Q")
    assert decision.blocked
    assert decision.documents == ()


@pytest.mark.parametrize(
    ("given", "route", "due"),
    [
        (answer("R5.regular-pt", "credit-certificate"), EnrolmentRoute.PERMANENT_TRAINING, 3),
        (answer("R5.regular-pt", "certificate-only"), EnrolmentRoute.PERMANENT_TRAINING, 2),
        (answer("R5.route", "exam-contract"), None, 3),
    ],
)
def test_answers_decide(given, route, due):
    decision = evaluate(record(result("A", route=route), result("B"), of=offering(answers=(given,))))
    assert len(decision.documents) == due
    assert not decision.blocked


def test_outside_the_regular_offer_there_is_a_certificate_only():
    of = offering(outside("A", "2.5"))
    decision = evaluate(record(result("A", route=EnrolmentRoute.PERMANENT_TRAINING), of=of))
    assert kinds(decision) == [(CERTIFICATE, "")]
    assert "No credit certificate comes with it." in decision.documents[0].statements[0].best("en")
    assert decision.documents[0].specification.form is Form.OUTSIDE


def test_a_mixed_offering_gives_credit_certificates_for_its_regular_part():
    of = offering(component("A", "5"), outside("B", "3"))
    decision = evaluate(record(result("A"), result("B", route=EnrolmentRoute.PERMANENT_TRAINING), of=of))
    assert kinds(decision) == [(CERTIFICATE, ""), (CREDIT, "A")]
    assert decision.documents[0].specification.form is None
    assert decision.documents[0].specification.quality == (INTERNAL,)


@pytest.mark.parametrize("profile", ["NL", "EU"])
def test_other_profiles_give_the_certificate_alone_and_say_nothing_of_the_codex(profile):
    decision = evaluate(record(of=offering(profile=profile)))
    assert kinds(decision) == [(CERTIFICATE, "")]
    assert not [f for f in decision.findings if f.severity.value in "EQV"]
    assert not any("Codex" in text.best("en") for text in decision.documents[0].statements)


def test_outcomes_of_the_whole_are_those_of_its_parts_numbered_on():
    whole = evaluate(record()).documents[0].specification
    assert [(o.number, o.title.best("en")) for o in whole.outcomes] == [(1, "Does A."), (2, "Does B.")]
    assert [a.covers for a in whole.assessments] == [(1,), (2,)]
    assert whole.hours == 225


def test_an_optional_unit_is_not_asked_for():
    of = offering(component("A"), component("B", "6", required=False), ects=Decimal(3))
    decision = evaluate(record(result("A"), of=of))
    assert kinds(decision) == [(CERTIFICATE, ""), (CREDIT, "A")]
    assert decision.documents[0].credits_earned == 3


def test_what_the_registrar_answered_of_the_form_is_issued():
    of = offering(form_type=None, answers=(answer("R5.form", "T1"),), level=LEVEL_7)
    spec = evaluate(record(of=of)).documents[0].specification
    assert (spec.form_type, spec.level) == (FormType.T1, LEVEL_7)


def test_expiry_counts_months_from_the_award():
    of = offering(valid_months=20, valid_reason=T(nl="Vervalt.", en="Expires."))
    assert evaluate(record(of=of)).documents[0].valid_until == date(2027, 3, 4)


def test_pass_fail_units_show_no_mark():
    of = offering(component("A", grading=replace(component().grading, numeric=False)))
    assert evaluate(record(result("A", mark=None), of=of)).documents[1].mark is None


def test_stated_labels_of_the_offering_are_kept():
    of = offering(quality=(REVIEW, INTERNAL_REVIEW))
    assert evaluate(record(of=of)).documents[0].specification.quality == (REVIEW, INTERNAL_REVIEW)
