"""Documents due and envelopes for the tests of the ELM form."""

import struct
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from vc_issuer.formats.elm import ElmFormat, with_core_digest
from vc_issuer.model.credential import Envelope, StatusSlot
from vc_issuer.model.grading import Distribution, GradeCategory, GradingScheme
from vc_issuer.model.offering import (
    Assessment,
    AssessmentType,
    Component,
    Form,
    FormType,
    LearningOutcome,
    Level,
    Mode,
    QualityLabel,
    QualityScope,
    Run,
    Stackability,
    Supervision,
)
from vc_issuer.model.parties import Address, Assessor, Learner, Mandate, Organisation, Partner
from vc_issuer.model.record import DocumentDue, DocumentKind, EnrolmentRoute, Specification
from vc_issuer.model.text import LocalizedText

T = LocalizedText.of
CORE_ID = "urn:uuid:5d0f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21"
DIGEST = "sha384-uBUrG61CtFfYDSLVIM+r53VCdIeimjn6dltL9uwvpKwfyc1P0WiPD6wB/4kM//9u"

UZB = Organisation(
    key="uzb",
    legal_name=T(nl="Universiteit Zennebeek (demo)", en="University of Zennebeek (demo)"),
    abbreviation="UZB",
    address=Address(country="BE", locality="Brussel", region="BEL_RG_BRU", full="Demolaan 1, 1000 Brussel"),
    eidas="VATBE-0000000196",
    did="did:web:credentials.uzb.example",
    registration="0000.000.196",
    vat="BE0000000196",
    schac="uzb.example",
    erasmus="B  EXAMPLE01",
    homepage="https://www.uzb.example/",
    contact="credentials@example.org",
)
UNS = Organisation(
    key="uns",
    legal_name=T(de="Universität Nebelstein (demo)"),
    abbreviation="UNS",
    address=Address(country="DE", locality="Nebelstein"),
    eidas="VATDE-000000000",
)
SCALE_20 = GradingScheme(
    key="be-20",
    title=T(nl="Schaal 0-20", en="Scale 0-20"),
    description=T(nl="Vlaamse schaal van 0 tot 20, geslaagd vanaf 10.", en="Flemish scale 0 to 20, pass at 10."),
    minimum=Decimal(0),
    maximum=Decimal(20),
    pass_mark=Decimal(10),
)
LEARNER = Learner(
    student_number="0000001",
    full_name="Zoë D'Hondt",
    given_name="Zoë",
    family_name="D'Hondt",
    birth_date=date(1990, 5, 17),
)
RUN = Run(
    key="2025-1",
    academic_year="2025-2026",
    starts_on=date(2025, 9, 22),
    ends_on=date(2026, 6, 26),
    assessed_on=date(2026, 6, 26),
    awarded_on=date(2026, 7, 3),
    languages=("nl", "en"),
    campus="Campus Zennebeek",
)
REVIEW = QualityLabel(
    name=T(nl="Externe kwaliteitszorg: instellingsreview", en="External quality assurance: institutional review"),
    scope=QualityScope.EXTERNAL,
    statement=T(nl="Positief besluit.", en="Positive decision."),
    agency="Example Quality Assurance Agency",
    agency_country="NL",
    decision_url="https://qa-agency.example/decisions/EXAMPLE-QA-0001",
    decided_on=date(2022, 1, 10),
    valid_until=date(2028, 1, 9),
)
INTERNAL_REVIEW = QualityLabel(
    name=T(nl="Interne kwaliteitszorg", en="Internal quality assurance"), scope=QualityScope.INTERNAL
)
EXAM = Assessment(
    type=AssessmentType.WRITTEN_EXAM,
    title=T(nl="Schriftelijk examen onder toezicht", en="Supervised written examination"),
    supervision=Supervision.SUPERVISED_WITH_ID,
    weight=60,
)
PORTFOLIO = Assessment(type=AssessmentType.PORTFOLIO, title=T(nl="Portfolio", en="Portfolio"), covers=(2, 3), weight=40)


def a_specification(**changes):
    specification = Specification(
        iri="https://credentials.uzb.example/offerings/mc01/2025-2026",
        code="MC01",
        version="2025-2026",
        title=T(
            nl="Revalidatie en preventie in de context van gezond ouder worden",
            en="Rehabilitation and prevention in the healthy ageing context",
        ),
        description=T(nl="Een microcredential voor zorgverleners.", en="A micro-credential for care professionals."),
        outcomes=(
            LearningOutcome(
                number=1, title=T(nl="Beoordeelt kritisch de evidentie.", en="Critically appraises the evidence.")
            ),
            LearningOutcome(
                number=2,
                title=T(nl="Ontwerpt een preventieplan.", en="Designs a prevention plan."),
                esco="http://data.europa.eu/esco/skill/00000000-0000-4000-8000-000000000000",
            ),
            LearningOutcome(number=3, title=T(nl="Evalueert interventies.", en="Evaluates interventions.")),
        ),
        assessments=(EXAM, PORTFOLIO),
        ects=Decimal(12),
        hours=340,
        level=Level(eqf=7, framework="VKS", national="7", cycle="second"),
        mode=Mode.BLENDED,
        form=Form.OUTSIDE,
        form_type=FormType.T3B,
        quality=(REVIEW, INTERNAL_REVIEW),
        isced="0915",
        prerequisites=T(nl="Een bachelor kinesitherapie.", en="A bachelor’s degree in physiotherapy."),
        stackability=Stackability.STACKABLE_INTO,
        stackable_into=T(nl="Postgraduaat geriatrie", en="Postgraduate programme in geriatrics"),
        catalogue_url="https://www.uzb.example/mc01",
    )
    return replace(specification, **changes)


def a_certificate(*, specification=None, **changes):
    specification = specification or a_specification()
    due = DocumentDue(
        kind=DocumentKind.CERTIFICATE,
        record="MC01/2025-2026/2025-1/0000001",
        specification=specification,
        offering_iri=specification.iri,
        offering_code="MC01",
        learner=LEARNER,
        shows_birth_date=False,
        issuer=UZB,
        awarding_bodies=(UZB,),
        run=RUN,
        language="en",
        languages=("nl", "en"),
        credits_earned=Decimal("12.0"),
        statements=(
            T(
                nl="Buiten het reguliere aanbod: er hoort geen creditbewijs bij.",
                en="Outside the regular offer: no credit certificate comes with it.",
            ),
        ),
    )
    return replace(due, **changes)


def a_credit_certificate(*, specification=None, **changes):
    specification = specification or a_specification(
        iri="https://credentials.uzb.example/courses/005313/2025-2026",
        code="005313",
        form=Form.REGULAR,
        form_type=FormType.T1,
        assessments=(EXAM,),
        grading=SCALE_20,
        programme=T(nl="Master in de revalidatie", en="Master of rehabilitation"),
        distribution=Distribution(
            reference_group=T(nl="Geslaagden 2023-2025", en="Passing marks 2023-2025"),
            categories=(
                GradeCategory(label="10-11", count=12),
                GradeCategory(label="12-13", count=30),
                GradeCategory(label="19-20", count=0),
            ),
        ),
    )
    defaults = {
        "kind": DocumentKind.CREDIT_CERTIFICATE,
        "offering_iri": "https://credentials.uzb.example/offerings/mc01/2025-2026",
        "mark": Decimal(16),
        "shows_birth_date": True,
        "route": EnrolmentRoute.CREDIT_CONTRACT,
    }
    return a_certificate(specification=specification, **(defaults | changes))


def a_joint_certificate():
    """Everything at once: two awarding bodies, exempted part, partner, hybrid mode, mixed form, expiry."""
    specification = a_specification(
        mode=Mode.HYBRID,
        mode_details=T(nl="Twee weken in Nebelstein.", en="Two weeks in Nebelstein."),
        form=None,
        form_type=FormType.T2,
        level=Level(eqf=7, framework="EXAMPLE", national="7"),
        stackability=Stackability.COMBINABLE,
        isced="",
    )
    return a_certificate(
        specification=specification,
        awarding_bodies=(UZB, UNS),
        partners=(Partner(name=T(en="Care Home Example"), role="placement host", country="BE"),),
        exempted=(Component(code="A", title=T(nl="Deel A", en="Part A"), form=Form.REGULAR, ects=Decimal(3)),),
        credits_earned=Decimal(9),
        credits_recognised=Decimal(3),
        valid_until=date(2031, 7, 2),
    )


ATLAS = Organisation(
    key="atlas",
    legal_name=T(ar="معهد الأطلس (تجريبي)", fr="Institut Atlas (démo)"),
    abbreviation="",
    address=Address(country="MA", locality="Rabat"),
    eidas="",
    registration="MA-0001",
)
DANISH = GradingScheme(
    key="dk-12",
    title=T(da="7-trinsskalaen", en="Danish seven-point scale"),
    description=T(da="Karakterer fra -3 til 12.", en="Danish grades from -3 to 12."),
    minimum=Decimal(-3),
    maximum=Decimal(12),
    pass_mark=Decimal(2),
    values=("-3", "00", "02", "4", "7", "10", "12"),
)
ITALIAN = GradingScheme(
    key="it-30",
    title=T(it="Scala 18-30 e lode", en="Scale 18-30 e lode"),
    description=T(it="Da 18 a 30 e lode.", en="From 18 to 30 with honours."),
    minimum=Decimal(18),
    maximum=Decimal(30),
    pass_mark=Decimal(18),
    values=tuple(str(mark) for mark in range(18, 31)),
    honours="e lode",
)
GERMAN = GradingScheme(
    key="de-5",
    title=T(de="Noten 1,0 bis 5,0", en="Grades 1.0 to 5.0"),
    description=T(de="Die niedrigere ist die bessere.", en="The lower is the better."),
    minimum=Decimal(1),
    maximum=Decimal(5),
    pass_mark=Decimal(4),
    step=Decimal("0.1"),
    higher_is_better=False,
    values=("5.0", "4.0", "3.7", "3.3", "3.0", "2.7", "2.3", "2.0", "1.7", "1.3", "1.0"),
)
ACCREDITED = QualityLabel(
    name=T(nl="Instellingsaccreditatie", en="Institutional accreditation"),
    scope=QualityScope.EXTERNAL,
    statement=T(nl="Zonder voorwaarden.", en="Without conditions."),
    agency="Example Quality Assurance Agency",
    agency_country="NL",
    decision_url="https://qa-agency.example/decisions/EXAMPLE-QA-0002",
    decided_on=date(2023, 2, 1),
    valid_until=date(2029, 1, 31),
    eqar=True,
    positive=True,
    accreditation_id="http://data.europa.eu/snb/data/accreditation/00000000-0000-4000-8000-000000000001",
)
FACULTY = Assessor(
    name=T(nl="Faculteit Bewegingswetenschappen", en="Faculty of Movement Sciences"),
    country="BE",
    homepage="https://faculty.uzb.example/",
)
A_MANDATE = Mandate(
    issuer="uzb",
    statement=T(nl="Besluit van beide besturen.", en="Decision of both boards."),
    given_on=date(2025, 3, 1),
    url="https://www.uzb.example/mandates/1",
)
EVIDENCE = ("https://portfolio.example/p/3f9a7c", "https://portfolio.example/p/3f9a7c/video")


def an_accredited_certificate():
    """The Accredited profile: a decision that the EU's database holds; all that may be said of one award besides."""
    specification = a_specification(
        quality=(ACCREDITED, REVIEW, INTERNAL_REVIEW),
        assessed_by=FACULTY,
        stackable_into_url="https://www.uzb.example/postgraduate-geriatrics",
        grading=ITALIAN,
        mode_details=T(nl="Drie weken op de campus.", en="Three weeks on campus."),
        distribution=Distribution(
            reference_group=T(nl="Geslaagden 2023-2025", en="Passing marks 2023-2025"),
            categories=(GradeCategory(label="18-24", count=31), GradeCategory(label="25-30", count=11)),
        ),
    )
    return a_certificate(specification=specification, mark=Decimal(30), honours=True, evidence=EVIDENCE)


def a_mandated_certificate():
    """Issued by mandate of two bodies in two countries, one of them outside the Union."""
    return a_certificate(awarding_bodies=(UNS, ATLAS), mandate=A_MANDATE)


def png(side=16):
    """Make a small grey-scale PNG."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(side)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def an_envelope(*, languages=("nl", "en"), **changes):
    envelope = Envelope(
        elm_id="urn:credential:2f0c9a34-77d1-4c0e-8f43-6a2f6be1d905",
        ob3_ids={
            "en": "urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c41",
            "nl": "urn:uuid:b1a7c2c6-0d1e-4a58-8f0b-1f3a57c9e6d2",
        },
        core_id=CORE_ID,
        number="UZB-2026-000001",
        issued=datetime(2026, 7, 6, 10, 0, 0, tzinfo=UTC),
        status=StatusSlot(list_url="https://credentials.uzb.example/status/1", index=4711),
        verify_url="https://credentials.uzb.example/c/0123456789ABCDEFGHJKMNPQRS",
        issuer_did="did:web:credentials.uzb.example",
        pictures={language: png() for language in languages},
        base_url="https://credentials.uzb.example",
    )
    return replace(envelope, **changes)


def built(due, **changes):
    envelope = an_envelope(languages=due.languages, **changes)
    return with_core_digest(ElmFormat().build(due, envelope), CORE_ID, DIGEST)


def claim(document):
    return document["credentialSubject"]["hasClaim"]


def qualification(document):
    return claim(document)["specifiedBy"]


def notes(node, language="en"):
    return [note["noteLiteral"][language] for note in node.get("additionalNote", [])]
