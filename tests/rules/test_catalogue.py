"""All 42 micro-credentials of the catalogue: each gives exactly its documents, as bound twins, or its blocking rule."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders_elm import an_envelope

from reference import ROOT
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format, languages_of
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.formats.twins import build_twin
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.model.parties import Learner
from vc_issuer.model.record import ComponentResult, DocumentKind, EnrolmentRoute, LearningRecord, ResultStatus, Severity
from vc_issuer.rules import check_offering, evaluate

EXAMPLES = ROOT / "examples" / "offerings"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))


def read(name):
    content = (EXAMPLES / name).read_bytes()
    return read_offering(
        content, filename=name, base_url="https://credentials.uzb.example", institutions=institutions()
    )


def record_of(offering, results):
    run = offering.runs[0] if offering.runs else None
    return LearningRecord(
        learner=Learner(
            student_number="s1234567",
            full_name="Zoë D'Hondt",
            given_name="Zoë",
            family_name="D'Hondt",
            birth_date=date(1999, 3, 14),
        ),
        offering=offering,
        run=run,
        results=tuple(
            ComponentResult(
                component=each["component"],
                status=ResultStatus(each["status"]),
                mark=Decimal(each["mark"]) if "mark" in each else None,
                route=EnrolmentRoute(each["route"]) if "route" in each else None,
                assessed_on=run.assessed_on,
            )
            for each in results
        ),
        language=run.languages[0],
    )


def blocking(findings):
    return sorted(
        {
            each.rule
            for each in findings
            if each.severity is Severity.ERROR or (each.severity is Severity.QUESTION and not each.answered)
        }
    )


def name_of(due):
    if due.kind is DocumentKind.CERTIFICATE:
        return due.kind.value
    return f"{due.kind.value} {due.specification.code}"


def test_the_catalogue_is_whole():
    assert sorted(EXPECTED) == [f"MC{number:02}" for number in range(1, 43)]


@pytest.mark.parametrize("code", [code for code, each in EXPECTED.items() if not each["documents"]])
def test_an_award_of_it_gives_nothing_and_says_which_rule(code):
    said = EXPECTED[code]
    offering = read(said["file"])
    found = blocking(check_offering(offering))
    if found:
        assert found == sorted(said["blocked_by"])
        return
    decision = evaluate(record_of(offering, said["results"]))
    assert blocking(decision.findings) == said["blocked_by"]
    assert decision.blocked


@pytest.mark.parametrize("code", [code for code, each in EXPECTED.items() if each["documents"]])
def test_an_award_of_it_gives_exactly_these_documents_as_bound_twins(code):
    said = EXPECTED[code]
    offering = read(said["file"])
    assert offering.code == code
    assert blocking(check_offering(offering)) == []
    decision = evaluate(record_of(offering, said["results"]))
    assert not decision.blocked
    assert [name_of(due) for due in decision.documents] == said["documents"]
    verdicts = {f"{each.rule} {each.subject}" for each in decision.findings if each.severity is Severity.VERDICT}
    assert verdicts == set(said["not_due"])
    for due in decision.documents:
        assert_twins(due)


def assert_twins(due):
    """Build both forms, hold them to their schemas, and to each other in every language."""
    languages = languages_of(due)
    assert languages
    ids = {language: f"urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c4{n}" for n, language in enumerate(languages)}
    envelope = an_envelope(
        languages=due.languages,
        ob3_ids=ids,
        issuer_did=due.issuer.did,
        base_url=f"https://{due.issuer.did.removeprefix('did:web:')}",
    )
    twin = build_twin(due, envelope)
    assert ElmFormat().violations(twin.elm) == []
    for language, badge in twin.ob3.items():
        assert Ob3Format().violations(badge) == []
        assert compare_twins(badge, twin.elm, twin.elm_payload).outcome is TwinOutcome.BOUND
        summary = Ob3Format().summarise(badge, language)
        assert summary.title == due.specification.title.get(language)
        assert summary.credits == due.credits_earned


def documents_of(code):
    said = EXPECTED[code]
    return evaluate(record_of(read(said["file"]), said["results"])).documents


def test_the_level_of_the_larger_share_counts_and_a_tie_is_chosen():
    assert documents_of("MC16")[0].specification.level.eqf == 6
    assert documents_of("MC17")[0].specification.level.eqf == 7


def test_what_was_exempted_is_recognised_and_not_earned():
    certificate = documents_of("MC30")[0]
    assert (certificate.credits_earned, certificate.credits_recognised) == (Decimal(6), Decimal(3))


def test_a_course_unit_in_words_has_a_credit_certificate_without_a_mark():
    assert [due.mark for due in documents_of("MC33")] == [None, None]


def test_what_fades_expires_and_says_why():
    (certificate,) = documents_of("MC37")
    assert certificate.valid_until == date(2028, 6, 20)


def test_a_joint_award_names_both_bodies_with_their_countries():
    assert [body.address.country for body in documents_of("MC19")[0].awarding_bodies] == ["BE", "DE"]
    bodies = documents_of("MC20")[0].awarding_bodies
    assert [body.address.country for body in bodies] == ["BE", "MA"]
    assert bodies[1].legal_name.get("ar") == "معهد الأطلس (مثال)"


def test_markup_in_a_title_stays_text():
    (due,) = documents_of("MC39")
    languages = languages_of(due)
    ids = {language: f"urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c4{n}" for n, language in enumerate(languages)}
    badge = build_twin(due, an_envelope(ob3_ids=ids, issuer_did=due.issuer.did)).ob3["nl"]
    assert badge["name"].startswith('O&O <strong>"Veiligheid"</strong> – H₂O & CO₂')
    criteria = badge["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert not re.search(r"(?<!\\)<(strong|script|drukval)", criteria)


def test_sixty_outcomes_are_sixty_competencies():
    (due,) = documents_of("MC40")
    assert len(due.specification.outcomes) == 60
    assert len(due.partners) == 12


def test_the_pilot_of_one_credit_holds_in_its_window_alone():
    offering = read("mc29.toml")
    assert blocking(check_offering(offering)) == []
    before = replace(offering.runs[0], starts_on=date(2025, 4, 30))
    outside = replace(offering, runs=(before,))
    assert "R6.range" in blocking(check_offering(outside))
