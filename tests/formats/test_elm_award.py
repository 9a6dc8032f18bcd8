"""What an ELM document says of the award: its kind, marks, outcomes, quality, evidence and who awards it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from builders_elm import (
    A_MANDATE,
    ACCREDITED,
    EVIDENCE,
    EXAM,
    ITALIAN,
    PORTFOLIO,
    REVIEW,
    RUN,
    SCALE_20,
    UNS,
    T,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_mandated_certificate,
    a_specification,
    an_accredited_certificate,
    an_envelope,
    built,
    claim,
    notes,
    qualification,
)

from vc_issuer.errors import InputError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.model.offering import Form, Mode, QualityLabel, QualityScope


def test_the_kinds_are_typed_apart():
    kinds = [
        qualification(built(due()))["dcType"][0]["prefLabel"]["en"] for due in (a_certificate, a_credit_certificate)
    ]
    assert kinds == ["Short learning programme", "Course"]


def test_a_mark_stands_once_and_word_grades_elsewhere():
    specification = a_specification(assessments=(EXAM, PORTFOLIO), grading=SCALE_20)
    proofs = claim(built(a_certificate(specification=specification, mark=Decimal("14.50"))))["provenBy"]
    grades = [proof["grade"]["noteLiteral"]["en"] for proof in proofs]
    assert grades == ["14.5/20", "Counted in the final result", "Counted in the final result"]
    assert [proof["specifiedBy"].get("dcType", {}).get("prefLabel", {}).get("en") for proof in proofs] == [
        None,
        "written examination",
        "portfolio",
    ]


def test_the_only_assessment_carries_the_mark_itself():
    (proof,) = claim(built(a_credit_certificate()))["provenBy"]
    assert proof["grade"]["noteLiteral"] == {"nl": "16/20", "en": "16/20"}
    assert proof["idVerification"]["prefLabel"]["en"] == "Supervised with ID Verification"
    assert proof["specifiedBy"]["gradingScheme"]["title"]["en"] == "Scale 0-20"
    (note,) = proof["additionalNote"]
    assert (
        note["noteLiteral"]["en"]
        == "Marks of the reference group (Passing marks 2023-2025; n = 42): 10-11: 12; 12-13: 30."
    )


def test_without_a_mark_the_grade_is_a_word():
    due = a_certificate(specification=a_specification(assessments=(EXAM,)))
    (proof,) = claim(built(due))["provenBy"]
    assert proof["grade"]["noteLiteral"] == {"nl": "Geslaagd", "en": "Pass"}


def test_the_level_is_marked_as_indicative():
    node = qualification(built(a_certificate()))
    assert node["isPartialQualification"] is True
    assert node["eqfLevel"]["id"] == "http://data.europa.eu/snb/eqf/7"
    assert node["nqfLevel"][0]["id"] == "http://data.europa.eu/snb/qdr/c_95fec238"
    assert any("indicative" in note for note in notes(node))


def test_a_framework_that_the_eu_does_not_list_is_told_in_words():
    node = qualification(built(a_joint_certificate()))
    assert "nqfLevel" not in node
    assert "Level in the framework EXAMPLE: 7" in notes(node)


def test_outcomes_are_numbered_under_the_specification():
    outcomes = qualification(built(a_certificate()))["learningOutcome"]
    assert [outcome["id"].rsplit("#")[1] for outcome in outcomes] == ["lo-1", "lo-2", "lo-3"]
    assert outcomes[1]["relatedESCOSkill"][0]["inScheme"]["id"].endswith("concept-scheme/skills")


def test_only_an_external_decision_is_an_accreditation():
    node = qualification(built(a_certificate()))
    assert [each["id"] for each in node["accreditation"]] == [REVIEW.decision_url]
    assert "Internal quality assurance (internal)" in notes(node)


def test_a_decision_without_its_agency_is_refused():
    label = QualityLabel(
        name=T(en="Review"), scope=QualityScope.EXTERNAL, decision_url="https://qa-agency.example/decisions/2"
    )
    with pytest.raises(InputError, match="agency"):
        built(a_certificate(specification=a_specification(quality=(label,))))


def test_hybrid_is_blended_with_a_note():
    node = qualification(built(a_joint_certificate()))
    assert node["mode"][0]["prefLabel"]["en"] == "Blended"
    assert any(note.startswith("Form of participation: hybrid") for note in notes(node))


def test_a_mixed_offering_has_no_learning_setting():
    assert "learningSetting" not in qualification(built(a_joint_certificate()))
    formal = qualification(built(a_certificate(specification=a_specification(form=Form.REGULAR))))
    assert formal["learningSetting"]["prefLabel"]["en"] == "formal learning"


def test_an_exemption_is_never_promised():
    (entitlement,) = qualification(built(a_certificate()))["entitlesTo"]
    assert "may" in entitlement["description"]["en"]
    assert "no exemption is promised" in entitlement["description"]["en"]
    assert entitlement["entitlementStatus"]["prefLabel"]["en"] == "prospective"


def test_every_awarding_body_of_a_joint_award_is_told_in_full():
    bodies = claim(built(a_joint_certificate()))["awardedBy"]["awardingBody"]
    assert [body["eIDASIdentifier"]["notation"] for body in bodies] == ["VATBE-0000000196", "VATDE-000000000"]
    assert [body["location"]["address"]["countryCode"]["prefLabel"]["en"] for body in bodies] == ["Belgium", "Germany"]


def test_recognised_credits_are_told_apart_from_those_earned():
    document = built(a_joint_certificate())
    assert claim(document)["creditReceived"][0]["point"] == "9"
    assert qualification(document)["creditPoint"][0]["point"] == "12"
    process = claim(document)["awardedBy"]
    (part,) = claim(document)["hasPart"]
    assert part["title"]["en"] == "Part A"
    assert part["specifiedBy"]["creditPoint"][0]["point"] == "3"
    assert "creditReceived" not in part
    assert "Recognised credits, not earned here: 3 ECTS" in notes(process)


def test_statements_of_the_rules_stand_on_the_claim():
    assert notes(claim(built(a_certificate()))) == ["Outside the regular offer: no credit certificate comes with it."]


def test_a_text_in_another_language_is_kept():
    specification = a_specification(title=T(fr="Droit du numérique"))
    document = built(a_certificate(specification=specification))
    assert claim(document)["title"] == {"fr": "Droit du numérique"}


def test_a_picture_stands_in_every_language():
    displays = built(a_certificate())["displayParameter"]["individualDisplay"]
    assert [display["language"]["prefLabel"]["en"] for display in displays] == ["Dutch", "English"]


def test_a_missing_picture_is_refused():
    with pytest.raises(InputError, match="picture in en"):
        ElmFormat().build(a_certificate(), an_envelope(languages=("nl",)))


def test_an_online_award_says_so_of_its_assessment_and_names_no_campus():
    document = built(a_certificate(specification=a_specification(mode=Mode.ONLINE)))
    assert claim(document)["provenBy"][1]["specifiedBy"]["mode"][0]["prefLabel"]["en"] == "Online"
    assert "location" not in claim(document)["influencedBy"][0]


def test_the_activity_tells_period_and_workload():
    (activity,) = claim(built(a_certificate()))["influencedBy"]
    assert activity["workload"] == "PT340H"
    assert activity["temporal"][0]["startDate"] == f"{RUN.starts_on}T00:00:00Z"
    assert activity["temporal"][0]["prefLabel"]["en"] == "2025-2026"


def test_a_reference_group_is_told_as_data_and_in_words_with_the_mark_s_place_in_it():
    (proof,) = claim(built(a_credit_certificate(mark=Decimal(12))))["provenBy"]
    distribution = proof["resultDistribution"]
    assert distribution["description"]["en"] == "Passing marks 2023-2025"
    assert [(each["label"], each["count"]) for each in distribution["resultCategory"]] == [("10-11", 12), ("12-13", 30)]
    shortened = proof["shortenedGrading"]
    assert [shortened[f"percentage{name}"] for name in ("Lower", "Equal", "Higher")] == [29, 71, 0]


def test_a_mark_outside_the_categories_has_no_shortened_grading():
    (proof,) = claim(built(a_credit_certificate(mark=Decimal(16))))["provenBy"]
    assert "resultDistribution" in proof
    assert "shortenedGrading" not in proof


def test_a_mark_with_honours_stands_as_its_scale_writes_it():
    document = built(an_accredited_certificate())
    final = claim(document)["provenBy"][0]
    assert final["grade"]["noteLiteral"]["en"] == "30 e lode"
    assert final["specifiedBy"]["gradingScheme"]["title"]["en"] == ITALIAN.title.get("en")


def test_the_accredited_profile_is_claimed_with_its_evidence_and_the_decision_s_own_facts():
    document = built(an_accredited_certificate())
    assert [each["prefLabel"]["en"] for each in document["credentialProfiles"]] == ["Accredited"]
    assert document["credentialSchema"][0]["id"].endswith("/edc-accredited")
    (evidence,) = document["evidence"]
    assert evidence["accreditation"]["id"] == ACCREDITED.accreditation_id
    first = qualification(document)["accreditation"][0]
    assert first["id"] == ACCREDITED.accreditation_id
    assert first["decision"]["prefLabel"]["en"] == "positive"
    assert (first["dateIssued"], first["expiryDate"]) == ("2023-02-01T00:00:00Z", "2029-01-31T00:00:00Z")
    assert first["landingPage"]["contentURL"] == ACCREDITED.decision_url
    (note,) = notes(first)
    assert note.startswith("Example Quality Assurance Agency (Netherlands, registered in EQAR): positive decision of")
    assert note.endswith("2023-02-01, valid until 2029-01-31.")


def test_a_decision_that_the_eu_does_not_hold_claims_no_profile():
    document = built(a_certificate())
    assert "evidence" not in document
    assert document["credentialSchema"][0]["id"].endswith("/edc-generic-full")


def test_a_mandate_is_evidence_and_the_issuer_awards_nothing():
    document = built(a_mandated_certificate())
    (evidence,) = document["evidence"]
    assert evidence["evidenceStatement"] == (
        "Uitgereikt in opdracht van de toekennende instellingen: Besluit van beide besturen."
    )
    assert document["credentialSchema"][0]["id"].endswith("/edc-issued-by-mandate")
    assert document["issuer"]["eIDASIdentifier"]["notation"] == "VATBE-0000000196"
    bodies = claim(document)["awardedBy"]["awardingBody"]
    assert [body["id"] for body in bodies if body["id"] == document["issuer"]["id"]] == []
    assert [(body.get("eIDASIdentifier") or body["registration"])["notation"] for body in bodies] == [
        "VATDE-000000000",
        "MA-0001",
    ]


def test_a_mandate_is_said_before_an_accreditation():
    document = built(replace(an_accredited_certificate(), mandate=A_MANDATE, awarding_bodies=(UNS,)))
    assert document["credentialSchema"][0]["id"].endswith("/edc-issued-by-mandate")
    assert ElmFormat().violations(document) == []


def test_evidence_and_assessor_stand_at_the_assessments():
    proofs = claim(built(an_accredited_certificate()))["provenBy"]
    assert [each["contentURL"] for each in proofs[0]["supplementaryDocument"]] == list(EVIDENCE)
    assert {proof["assessedBy"][0]["legalName"]["en"] for proof in proofs} == {"Faculty of Movement Sciences"}


def test_a_picture_says_in_words_what_it_shows():
    display = built(a_certificate())["displayParameter"]["individualDisplay"][1]
    assert display["displayDetail"][0]["image"]["title"] == {
        "en": "Micro-credential certificate: Rehabilitation and prevention in the healthy ageing context; "
        "University of Zennebeek (demo); 12 ECTS credits"
    }


def test_the_larger_award_is_named_by_its_page():
    (entitlement,) = qualification(built(an_accredited_certificate()))["entitlesTo"]
    assert entitlement["homepage"]["contentURL"] == "https://www.uzb.example/postgraduate-geriatrics"
