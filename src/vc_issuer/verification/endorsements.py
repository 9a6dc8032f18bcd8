"""Check 12, endorsement: who else stands behind a badge, each one verified by itself (OB3 section 8.4).

An endorsement whose proof is false makes the badge not genuine: its issuer put a forgery into it. One that can't be
checked, has ended or comes from nobody trusted as an endorser confirms nothing, and takes nothing away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.formats.ob3.endorsement import Endorsed
from vc_issuer.model.report import EndorsementSeen, Outcome, Report, Verdict
from vc_issuer.verification.trust import TrustStore

CLAUSE = "Open Badges 3.0 section 8.4"
_FALSE = frozenset({Verdict.NOT_GENUINE, Verdict.UNREADABLE})


def trust_in_endorsers(trust: TrustStore) -> TrustStore:
    """Return the trust under which endorsements are verified: endorsers issue them, and nobody else does."""
    return replace(trust, issuers=trust.endorsers, registries=(), domains=frozenset())


def see_endorsement(endorsed: Endorsed, report: Report, trust: TrustStore) -> EndorsementSeen:
    """Say what an endorsement confirms, given the report on it by itself under `trust_in_endorsers`."""
    did, name, comment = _said(endorsed.document)
    known = trust.endorser(did)
    # The name of somebody trusted is what their own signature says, unless the trust source has one.
    shown = known.name if known and known.name != known.did else name
    outcome, message = _judged(endorsed, report)
    if outcome is Outcome.PASSED and known is None:
        outcome, message = Outcome.INDETERMINATE, f"{did[:120]} is not among the endorsers that are set up here"
    if outcome is Outcome.PASSED:
        message = f"confirmed by {shown}"
    return EndorsementSeen(
        endorser=did,
        name=shown if outcome is Outcome.PASSED else "",
        about=_about(endorsed),
        pointer=endorsed.pointer,
        comment=comment if outcome is Outcome.PASSED else "",
        outcome=outcome,
        message=message,
    )


def summarise_endorsements(seen: Sequence[EndorsementSeen]) -> tuple[None, str, str]:
    """Say in one sentence what endorsements confirm. Raises InvalidError if one is false, else InconclusiveError."""
    for outcome, error in ((Outcome.FAILED, InvalidError), (Outcome.INDETERMINATE, InconclusiveError)):
        found = next((each for each in seen if each.outcome is outcome), None)
        if found:
            raise error(found.message, clause=CLAUSE)
    return None, "; ".join(each.message for each in seen), CLAUSE


def _judged(endorsed: Endorsed, report: Report) -> tuple[Outcome, str]:
    did = _said(endorsed.document)[0][:120]
    reasons = {result.outcome: result.message for result in reversed(report.checks)}
    if report.verdict in _FALSE:
        return Outcome.FAILED, f"the endorsement by {did} is not genuine: {reasons.get(Outcome.FAILED, '')}"
    if _about(endorsed) not in endorsed.targets:
        return Outcome.INDETERMINATE, f"the endorsement by {did} is of something that this badge is not about"
    if report.verdict is Verdict.CURRENT:
        return Outcome.PASSED, ""
    reason = reasons.get(Outcome.FAILED) or reasons.get(Outcome.INDETERMINATE, "")
    return Outcome.INDETERMINATE, f"the endorsement by {did} confirms nothing ({report.verdict.value}): {reason}"


def _about(endorsed: Endorsed) -> str:
    subject = endorsed.document.get("credentialSubject")
    return _text(subject.get("id")) if isinstance(subject, Mapping) else ""


def _said(document: Mapping[str, Any]) -> tuple[str, str, str]:
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    did = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    name = issuer.get("name") if isinstance(issuer, Mapping) else ""
    comment = subject.get("endorsementComment") if isinstance(subject, Mapping) else ""
    return _text(did), _text(name), _text(comment)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
