"""Awards as a verifier hands them over: a vouched certificate by default; change one thing for a test."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from vc_issuer.model.credential import CredentialSummary, FormatName, SummaryLabel, SummaryOutcome
from vc_issuer.model.report import IssuerSeen, Report, Verdict
from vc_issuer.recognition.awards import Award

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ECTS = SummaryLabel(iri="http://data.europa.eu/snb/education-credit/6fcec5c5af", label="ECTS")
EQF_7 = SummaryLabel(iri="http://data.europa.eu/snb/eqf/7", label="Niveau 7")
SUPERVISED = SummaryLabel(iri="http://data.europa.eu/snb/supervision-verification/70be69aaf9", label="Onder toezicht")
UNSUPERVISED = SummaryLabel(iri="http://data.europa.eu/snb/supervision-verification/c598449d64", label="Zonder")
PORTFOLIO = SummaryLabel(iri="http://data.europa.eu/snb/assessment/4f03b91c0e", label="portfolio")
BLENDED = SummaryLabel(iri="http://data.europa.eu/snb/learning-assessment/e92d221e4d", label="Blended")
OWN_QUALITY = SummaryLabel(iri="", label="Interne kwaliteitszorg (intern). Jaarlijks geëvalueerd.")
DECISION = SummaryLabel(iri="https://www.nvao.example/decision/7", label="Instellingsreview")
KNOWN = IssuerSeen(id="did:web:uzb.example", name="Universiteit Zennebeek", trusted=True, source="this home")
UNKNOWN = IssuerSeen(id="did:web:elsewhere.example", name="", trusted=False)


def outcomes(*titles, base="https://uzb.example/a/MC01"):
    return tuple(SummaryOutcome(id=f"{base}#lo-{n}", title=title) for n, title in enumerate(titles, start=1))


def a_summary(**changes) -> CredentialSummary:
    full = CredentialSummary(
        format=FormatName.ELM,
        id="urn:credential:6f0c9a34-77d1-4c0e-8f43-6a2f6be1d905",
        language="en",
        kind="certificate",
        number="UZB-2025-000123",
        title="Rehabilitation in healthy ageing",
        issuer_id=KNOWN.id,
        issuer_name="Universiteit Zennebeek",
        issuer_legal_id="BE-0000000196",
        awarding_bodies=("Universiteit Zennebeek",),
        learner_name="Zoë D’Hondt",
        birth_date=date(1984, 2, 29),
        student_number="0512345",
        awarded_on=date(2023, 9, 20),
        offering="https://uzb.example/a/MC01",
        code="MC01",
        version="2022-2023",
        credits=Decimal(12),
        credits_total=Decimal(12),
        credit_system=ECTS,
        hours=330,
        eqf=EQF_7,
        mode=BLENDED,
        assessments=(PORTFOLIO,),
        supervision=SUPERVISED,
        quality=(DECISION, OWN_QUALITY),
        outcomes=outcomes("Explains ageing.", "Designs a plan."),
        mark="14/20",
        term="2022-2023",
        statements=("The level is indicative.",),
        prerequisites="A bachelor.",
        stackability="May be combined.",
        country="BE",
    )
    return replace(full, **changes)


def an_award(verdict=Verdict.CURRENT, *, issuer=KNOWN, file="one.pdf", **changes) -> Award:
    return Award(file=file, verdict=verdict, checked_at=NOW, summary=a_summary(**changes), issuer=issuer)


def a_report(verdict=Verdict.CURRENT, *, file="one.json", parts=(), issuer=KNOWN, **changes) -> Report:
    return Report(
        file=file,
        format="elm",
        verdict=verdict,
        checks=(),
        checked_at=NOW,
        issuer=issuer,
        summary=a_summary(**changes),
        parts=parts,
    )
