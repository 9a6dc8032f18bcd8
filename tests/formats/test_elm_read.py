"""Reading ELM documents back: our own in full, and those of the EU as far as they go."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders_elm import (
    A_MANDATE,
    ATLAS,
    CORE_ID,
    DIGEST,
    UNS,
    T,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_specification,
    an_accredited_certificate,
    an_envelope,
)
from eu_reading import sample_documents

from reference import DATA, needs_data
from vc_issuer.formats.elm import ElmFormat, with_core_digest
from vc_issuer.model.credential import FormatName, StatusSlot, SummaryLabel
from vc_issuer.model.record import DocumentKind

SAMPLES = dict(sample_documents()) if DATA.is_dir() else {}


def summary_of(due, language="en"):
    document = with_core_digest(ElmFormat().build(due, an_envelope(languages=due.languages)), CORE_ID, DIGEST)
    return ElmFormat().summarise(document, language)


@needs_data
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_the_eu_are_summarised(name):
    summary = ElmFormat().summarise(SAMPLES[name], "en")
    assert summary.format is FormatName.ELM
    assert summary.title
    assert summary.learner_name == "Ana Andromeda"
    assert summary.issuer_legal_id == "VATES-A00000000"
    assert summary.valid_from.tzinfo is UTC
    assert summary.kind == ""
    assert summary.status is None


@needs_data
def test_the_micro_credential_sample_tells_what_annex_one_asks():
    summary = ElmFormat().summarise(SAMPLES["elm-support/AA-Annex1-MC-signed"], "en")
    assert summary.title == "Digital micro-credential creation"
    assert summary.credits == Decimal(2)
    assert summary.hours == 60
    assert summary.eqf.label == "Level 6"
    assert summary.mode.label == "Blended"
    assert [label.label for label in summary.assessments] == ["artefact assessment"]
    assert len(summary.outcomes) == 2
    assert summary.mark == ""
    assert summary.quality == ()


@needs_data
def test_a_credential_with_parts_says_that_they_are_not_shown():
    assert ElmFormat().summarise(SAMPLES["elm-support/Sample-JointDegree-signed"], "en").lost == ("parts",)


def test_every_field_is_read_back():
    due = dataclasses.replace(
        an_accredited_certificate(),
        valid_until=date(2031, 7, 2),
        shows_birth_date=True,
        mandate=A_MANDATE,
        awarding_bodies=(UNS, ATLAS),
        exempted=a_joint_certificate().exempted,
        credits_recognised=Decimal(3),
        kind=DocumentKind.CREDIT_CERTIFICATE,
        offering_iri="https://credentials.uzb.example/offerings/mc02/2025-2026",
    )
    summary = summary_of(due)
    empty = {
        field.name
        for field in dataclasses.fields(summary)
        if getattr(summary, field.name) in (None, "", ()) and field.name != "lost"
    }
    # The page's address holds the code, which stands on paper alone (decisions 1.5).
    # Criteria are the prose of a badge; here every one of them has a member.
    assert empty == {"verify_url", "criteria"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00"])
def test_a_time_outside_the_calendar_is_no_time(moment):
    document = ElmFormat().build(a_credit_certificate(), an_envelope())
    assert ElmFormat().summarise({**document, "validFrom": moment}, "en").valid_from is None


def test_facts_come_back_as_they_went_in():
    summary = summary_of(a_credit_certificate())
    assert summary.kind == "credit-certificate"
    assert summary.number == "UZB-2026-000001"
    assert summary.issuer_id == "did:web:credentials.uzb.example"
    assert summary.student_number == "0000001"
    assert summary.birth_date == date(1990, 5, 17)
    assert summary.awarded_on == date(2026, 7, 3)
    assert summary.valid_from == datetime(2026, 7, 6, 10, tzinfo=UTC)
    assert (summary.code, summary.version) == ("005313", "2025-2026")
    assert summary.hours == 340
    assert summary.mark == "16/20"
    assert (summary.activity_start, summary.activity_end) == (date(2025, 9, 22), date(2026, 6, 26))
    assert summary.term == "2025-2026"
    assert summary.country == "BE"
    assert summary.status == StatusSlot(list_url="https://credentials.uzb.example/status/1", index=4711)
    assert summary.twin_ids == (
        "urn:uuid:b1a7c2c6-0d1e-4a58-8f0b-1f3a57c9e6d2",
        "urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c41",
    )
    assert [outcome.id.rsplit("#")[1] for outcome in summary.outcomes] == ["lo-1", "lo-2", "lo-3"]


def test_a_certificate_has_no_mark():
    summary = summary_of(a_certificate())
    assert summary.kind == "certificate"
    assert summary.mark == ""
    assert summary.birth_date is None


@pytest.mark.parametrize(
    ("language", "title", "mode", "statement"),
    [
        (
            "nl",
            "Revalidatie en preventie in de context van gezond ouder worden",
            "Op locatie",
            "Buiten het reguliere aanbod: er hoort geen creditbewijs bij.",
        ),
        (
            "en",
            "Rehabilitation and prevention in the healthy ageing context",
            "Presential",
            "Outside the regular offer: no credit certificate comes with it.",
        ),
    ],
)
def test_texts_are_read_in_the_language_asked_for(language, title, mode, statement):
    due = a_certificate(specification=a_specification(mode=type(a_specification().mode).ON_CAMPUS))
    summary = summary_of(due, language)
    assert summary.title == title
    assert summary.mode.label == mode
    assert summary.statements == (statement,)


def test_a_text_that_lacks_the_language_is_read_in_its_first():
    summary = summary_of(a_certificate(specification=a_specification(description=T(fr="En bref", nl="Kort"))))
    assert summary.description == "En bref"


def test_quality_assurance_without_a_decision_is_read_from_its_note():
    assert summary_of(a_certificate()).quality == (
        SummaryLabel(
            iri="https://qa-agency.example/decisions/EXAMPLE-QA-0001",
            label="External quality assurance: institutional review",
        ),
        SummaryLabel(iri="", label="Internal quality assurance (internal)"),
    )


def test_awarding_bodies_begin_with_the_issuer():
    due = a_joint_certificate()
    due = dataclasses.replace(due, awarding_bodies=tuple(reversed(due.awarding_bodies)))
    assert summary_of(due).awarding_bodies == ("University of Zennebeek (demo)", "Universität Nebelstein (demo)")


def test_recognised_credits_are_not_counted_as_earned():
    assert summary_of(a_joint_certificate()).credits == Decimal(9)


def test_foreign_times_and_volumes_are_read_as_written():
    document = dict(ElmFormat().build(a_certificate(), an_envelope()))
    claim = document["credentialSubject"]["hasClaim"]
    claim["specifiedBy"]["volumeOfLearning"] = "P2DT12H"
    claim["awardedBy"]["awardingDate"] = "2026-02-30T00:00:00Z"
    summary = ElmFormat().summarise({**document, "validFrom": "2026-07-06T12:00:00"}, "en")
    assert summary.hours == 60
    assert summary.awarded_on is None
    assert summary.valid_from == datetime(2026, 7, 6, 12, tzinfo=UTC)


def test_a_document_that_says_nothing_gives_an_empty_summary():
    summary = ElmFormat().summarise({"id": "urn:x", "type": "EuropeanDigitalCredential"}, "en")
    assert summary.title == ""
    assert summary.outcomes == ()
