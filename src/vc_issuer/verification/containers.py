"""A file that carries credentials, PDF, PNG or SVG: each checked by itself, and what only the whole can tell."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from vc_issuer.carriers.open import Carried, CarrierKind
from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.formats.award_core import as_object, languages_of
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.model.report import CheckId, Report, Verdict
from vc_issuer.rendering.printed import text_matches
from vc_issuer.verification.answer import EXIT_CODES
from vc_issuer.verification.candidate import Candidate, Kind
from vc_issuer.verification.examination import Examination, verdict_of, worse
from vc_issuer.verification.examined import Examined, labelled, report_of
from vc_issuer.verification.pdf_seal import check_pdf_seal
from vc_issuer.verification.trust import TrustStore

# Several files: what is wrong comes before what can't be read, and that before what is not known (decisions 7.1).
_URGENCY = tuple(verdict for code in (1, 2, 3, 0) for verdict in Verdict if EXIT_CODES[verdict] == code)
_CORE = "award core, version 1"


def report_on_container(
    carried: list[Carried], parts: list[Examined], name: str, trust: TrustStore, now: datetime
) -> Report:
    """Return the report on a file and what it carries: the worse verdict, the twin check, the print (decisions 7.2).

    A PDF that is sealed as a whole has a check for each seal.
    """
    whole = Examination()
    if carried[0].kind is CarrierKind.PDF:
        whole.attempt(CheckId.TWIN, lambda: _twins(parts))
    whole.attempt(CheckId.CARRIER, lambda: _carrier(carried, parts))
    for seal in carried[0].seals:
        whole.attempt(CheckId.FILE_SEAL, partial(check_pdf_seal, seal, trust, now))
    reports = tuple(report_of(part, f"{name} ({part.word})", now) for part in parts)
    verdict = verdict_of(whole.results)
    for report in reports:
        verdict = worse(verdict, report.verdict)
    first = next((part for part in parts if part.summary), parts[0])
    checks = sorted(
        [*(check for report in reports for check in labelled(report)), *whole.results],
        key=lambda result: result.check.number,
    )
    return Report(
        file=name,
        format=carried[0].kind.value,
        verdict=verdict,
        checks=tuple(checks),
        checked_at=now,
        issuer=first.issuer,
        summary=first.summary,
        parts=reports,
        endorsements=tuple(seen for report in reports for seen in report.endorsements),
    )


def report_on_archive(members: Sequence[Report], name: str, now: datetime) -> Report:
    """Return the report on an archive: those of its files, and the verdict that a script would act on first."""
    examination = Examination()
    message = f"an archive of {len(members)} file(s)"
    examination.attempt(CheckId.READ, lambda: (None, message, "decisions 7.3"))
    return Report(
        file=name,
        format=CarrierKind.ZIP.value,
        verdict=min((member.verdict for member in members), key=_URGENCY.index),
        checks=tuple(examination.results),
        checked_at=now,
        parts=tuple(members),
    )


def check_twins(badge: Candidate, credential: Candidate) -> tuple[None, str, str]:
    """Check that a badge and an ELM credential state the same award and name each other."""
    comparison = compare_twins(badge.document, credential.document, credential.payload)
    if comparison.outcome is TwinOutcome.NOT_TWINS:
        raise InvalidError(comparison.reason, clause=_CORE)
    if comparison.outcome is TwinOutcome.INDETERMINATE:
        raise InconclusiveError(comparison.reason, clause=_CORE)
    return None, comparison.reason, _CORE


def _twins(parts: list[Examined]) -> tuple[None, str, str]:
    by_kind = {part.candidate.kind: part.candidate for part in parts if part.candidate}
    badge, credential = by_kind.get(Kind.OB3), by_kind.get(Kind.ELM)
    if badge is None or credential is None:
        raise InconclusiveError("the file carries one of the two twins only", clause=_CORE)
    return check_twins(badge, credential)


def _carrier(carried: list[Carried], parts: list[Examined]) -> tuple[None, str, str]:
    sealed = next((p for p in parts if p.candidate and p.candidate.kind is Kind.ELM and p.summary), None)
    if carried[0].kind is not CarrierKind.PDF or sealed is None or sealed.candidate is None:
        return None, f"the {carried[0].kind.value.upper()} carries {len(parts)} credential(s)", "decisions 7.3"
    if not sealed.issuer or not sealed.issuer.trusted:
        raise InconclusiveError("the printed text is compared for known issuers only", clause="decisions 7.3")
    document = sealed.candidate.document
    claim = as_object(as_object(document.get("credentialSubject")).get("hasClaim"))
    # The face is printed in the authoritative language, which every text of the document names first.
    language = next(language for language, _ in languages_of(claim.get("title")))
    missing = text_matches(ElmFormat().summarise(document, language), carried[0].text)
    if missing:
        raise InvalidError(
            f"the printed text does not show what the credential says: {', '.join(missing)}", clause="decisions 7.3"
        )
    return None, "the printed text shows what the credential says", "decisions 7.3"
