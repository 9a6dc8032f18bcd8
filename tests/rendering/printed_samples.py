"""Summaries to print: a full certificate by default; change one thing for a test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from vc_issuer.model.credential import CredentialSummary, FormatName, SummaryLabel, SummaryOutcome
from vc_issuer.rendering.pdf import render_certificate

CODE = "01HZY3W8QK7MZ9T4B2N6P5RXJC"
HOST = "credentials.zennebeek.example"
VERIFY_URL = f"https://{HOST}/c/{CODE}"

_WORDS = {
    "title": ("Revalidatie en preventie bij gezond ouder worden", "Rehabilitation in the healthy ageing context"),
    "issuer": ("Universiteit Zennebeek (demo)", "Zennebeek University (demo)"),
    "nqf": ("VKS niveau 7", "VKS Level 7"),
    "eqf": ("Niveau 7", "Level 7"),
    "assessment": ("Praktijkproef", "Practical assessment"),
    "quality": ("Interne kwaliteitszorg volgens de ESG", "Internal quality assurance based on the ESG"),
    "supervision": ("Onder toezicht, met identiteitscontrole", "Supervised with ID verification"),
    "statement": ("Er hoort geen creditbewijs bij.", "No credit certificate is attached."),
    "outcome": ("Je stelt een revalidatieplan op", "You draw up a rehabilitation plan"),
}


def word(key: str, language: str) -> str:
    return _WORDS[key][("nl", "en").index(language)]


def coded(text: str, iri: str = "urn:x") -> SummaryLabel:
    return SummaryLabel(iri=iri, label=text)


def certificate(language: str = "nl", **changes) -> CredentialSummary:
    full = CredentialSummary(
        format=FormatName.ELM,
        id="urn:credential:6f0c9a34-77d1-4c0e-8f43-6a2f6be1d905",
        language=language,
        kind="certificate",
        number="UZB-2025-000123",
        title=word("title", language),
        issuer_id=f"did:web:{HOST}",
        issuer_name=word("issuer", language),
        issuer_legal_id="BE-0000000196",
        awarding_bodies=(word("issuer", language),),
        learner_name="Zoë D’Hondt",
        student_number="0512345",
        awarded_on=date(2025, 6, 30),
        valid_from=datetime(2025, 7, 2, 8, tzinfo=UTC),
        code="MC01",
        version="2024-2025",
        credits=Decimal(12),
        credit_system=coded("ECTS", "http://data.europa.eu/snb/education-credit/6fcec5c5af"),
        hours=330,
        eqf=coded(word("eqf", language), "http://data.europa.eu/snb/eqf/7"),
        nqf=coded(word("nqf", language)),
        mode=coded("Blended"),
        assessments=(coded(word("assessment", language)),),
        supervision=coded(word("supervision", language)),
        quality=(coded(word("quality", language)),),
        languages=(coded("Nederlands" if language == "nl" else "Dutch"),),
        outcomes=tuple(
            SummaryOutcome(id=f"urn:x#lo-{n}", title=f"{word('outcome', language)} ({n}).") for n in (1, 2, 3)
        ),
        activity_start=date(2024, 9, 16),
        activity_end=date(2025, 6, 20),
        term="2024-2025",
        statements=(word("statement", language),),
        country="BE",
    )
    return replace(full, **changes)


def both(**changes) -> dict[str, CredentialSummary]:
    return {language: certificate(language, **changes) for language in ("nl", "en")}


def credit_certificate() -> dict[str, CredentialSummary]:
    return both(kind="credit-certificate", mark="14/20", credits=Decimal(3), hours=84, birth_date=date(2000, 2, 29))


def render(summaries=None, *, demo=True, **options) -> bytes:
    settings = {"verify_url": VERIFY_URL, "code": CODE, "verify_host": HOST} | options
    return render_certificate(summaries or both(), demo=demo, **settings)
