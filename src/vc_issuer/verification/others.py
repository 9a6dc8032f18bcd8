"""Documents that people drop and that are no credential of a learner: say what each is, whose, and what to ask for.

A status list is a credential of the W3C's data model, and keeps the verdict of its own checks; the words beside it say
that it is not what a reader wants. The rest has nothing to check, and stays unreadable, now with a reason.
"""

from collections.abc import Mapping
from typing import Any

from vc_issuer.errors import InvalidError, VcIssuerError
from vc_issuer.formats.vcdm import types_of
from vc_issuer.model.report import CheckId, IssuerSeen, OtherDocument, Outcome
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.status_list import entries_in
from vc_issuer.verification.badge import issuer_of
from vc_issuer.verification.candidate import Candidate, Kind
from vc_issuer.verification.examination import Examination
from vc_issuer.verification.proofs import Guard

OTHERS = frozenset({Kind.STATUS_LIST, Kind.DID_DOCUMENT, Kind.PROFILE, Kind.ACHIEVEMENT})
_LONGEST = 200


def is_signed_list(candidate: Candidate) -> bool:
    """Tell whether a candidate is a status list whose signature can be checked as that of any credential."""
    is_credential = "VerifiableCredential" in types_of(candidate.document)
    return candidate.kind is Kind.STATUS_LIST and is_credential and len(candidate.content) <= LIMITS.size


def describe_other(
    candidate: Candidate, examination: Examination, issuer: IssuerSeen | None, guard: Guard
) -> OtherDocument:
    """Say what a document is; the trust source's name stands there only if the issuer's signature holds."""
    document = candidate.document
    is_sure = all(examination.outcome(check) is Outcome.PASSED for check in (CheckId.KEY, CheckId.ISSUER_BINDING))
    subject: Any = document.get("credentialSubject")
    listed: Mapping[str, Any] = subject if isinstance(subject, Mapping) else {}
    of = issuer_of(document) if candidate.kind in {Kind.STATUS_LIST, Kind.ACHIEVEMENT} else document.get("id")
    return OtherDocument(
        kind=candidate.kind.word,
        of=_plain(of),
        name=issuer.name if issuer and issuer.trusted and is_sure else "",
        count=_count(candidate, listed, guard),
        purpose=_plain(listed.get("statusPurpose")),
    )


def recognise_other(candidate: Candidate, other: OtherDocument) -> tuple[None, str, str]:
    """Return what the document is and what to ask for instead, where its signature was checked like a credential's.

    Raises InvalidError with the same sentence for every other.
    """
    parts = [f"this is no credential of a learner: it is a {candidate.kind.label}"]
    if other.of:
        parts.append(f"it says that it is of {other.of}")
    if other.count is not None:
        parts.append(f"it lists {other.count} {'keys' if candidate.kind is Kind.DID_DOCUMENT else 'entries'}")
    message, remedy, clause = "; ".join(parts), "Ask the holder for the credential itself.", "decisions 7.3"
    if is_signed_list(candidate):
        return None, f"{message}. {remedy}", clause
    raise InvalidError(message, remedy=remedy, clause=clause)


def _count(candidate: Candidate, listed: Mapping[str, Any], guard: Guard) -> int | None:
    document = candidate.document
    if candidate.kind is Kind.DID_DOCUMENT:
        methods = document.get("verificationMethod")
        return len(methods) if isinstance(methods, list) else None
    revoked = document.get("revokedCredential")
    if isinstance(revoked, list):
        return len(revoked)
    try:
        return int(guard(entries_in, listed["encodedList"])) if "encodedList" in listed else None
    except VcIssuerError:
        return None


def _plain(value: object) -> str:
    """Return an identifier that is one, and nothing that only looks like it on a page."""
    is_plain = isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value
    return str(value)[:_LONGEST] if is_plain else ""
