"""One evaluator for many records finds and gives what evaluating each alone does, and shares what they have in common."""

from dataclasses import replace
from datetime import date
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rules.cases import T, answer, component, offering, outside, record, result
from vc_issuer.model.grading import Distribution
from vc_issuer.model.record import DocumentKind, EnrolmentRoute, ResultStatus
from vc_issuer.rules import Evaluator, evaluate, load_profile
from vc_issuer.rules.evaluate import MOST_KNOWN

OFFERINGS = (
    offering(),
    offering(outside("A"), component("B", "6")),
    offering(component("A", "9"), mark_on_certificate=True),
    offering(valid_months=30),
    offering(component("A", level=None), component("B", "6")),
    offering(answers=(answer("R5.regular-pt", "certificate-only"),)),
    replace(offering(), form_type=None),
)
ROUTES = (None, *EnrolmentRoute)
results = st.tuples(st.sampled_from(ResultStatus), st.sampled_from(ROUTES), st.booleans())
records = st.tuples(st.sampled_from(OFFERINGS), results, results, st.booleans())


def as_record(of, first, second, has_answer):
    if has_answer:
        of = replace(of, answers=(*of.answers, answer("R5.route", "credit-contract", subject="A")))
    earlier = date(2022, 7, 1)
    made = [
        result(code, status=status, route=route, credited_earlier_on=earlier if was_earlier else None)
        for code, (status, route, was_earlier) in zip("AB", (first, second), strict=True)
    ]
    return record(*made[: len(of.components)], of=of)


@given(st.lists(records, max_size=8))
def test_many_records_give_what_each_gives_alone(drawn):
    evaluator = Evaluator()
    for each in drawn:
        assert evaluator.evaluate(as_record(*each)) == evaluate(as_record(*each))


def test_a_run_or_a_profile_of_its_own_gives_documents_of_its_own():
    evaluator, of = Evaluator(), offering()
    group = Distribution(reference_group=T(nl="Alle studenten"), categories=())
    runs = (of.runs[0], replace(of.runs[0], key="2", distributions=(("A", group),)))
    profiles = (load_profile("BE-VLG-2024"), load_profile("EU"))
    for run, profile in product(runs, profiles):
        each = replace(record(of=of), run=run)
        assert evaluator.evaluate(each, profile) == evaluate(each, profile)


def test_documents_of_one_offering_share_its_specifications_and_statements():
    evaluator, of = Evaluator(), offering()
    first, second = (evaluator.evaluate(record(of=of)).documents for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.specification is other.specification
        assert one.statements is other.statements


def test_what_was_recognised_is_told_of_those_records_alone():
    evaluator, of = Evaluator(), offering()
    exempted = record(result("A", status=ResultStatus.EXEMPTED), result("B"), of=of)
    plain, other, again = (evaluator.evaluate(each).documents[0] for each in (record(of=of), exempted, record(of=of)))
    assert (plain, plain.exempted) == (again, ())
    assert other.kind is DocumentKind.CERTIFICATE
    assert [part.code for part in other.exempted] == ["A"]
    assert len(other.statements) == len(plain.statements) + 1


def test_an_offering_is_never_taken_for_one_that_is_gone():
    evaluator = Evaluator()
    for number in range(2 * MOST_KNOWN):
        of = replace(offering(), code=f"M{number}")
        assert {due.offering_code for due in evaluator.evaluate(record(of=of)).documents} == {of.code}
