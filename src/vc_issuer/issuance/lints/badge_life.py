"""What the 1EdTech validator probes in a badge's life: refresh, status, expiration, issuance, endorsements."""

from collections.abc import Iterator, Mapping
from typing import Any

from vc_issuer.formats.ob3.build import CONTEXTS
from vc_issuer.formats.ob3.endorsement import endorsements_in
from vc_issuer.issuance.lints.subject import Check, LintSubject, members, moment_of, types_of
from vc_issuer.status_list import ENTRY_TYPE

_ENDORSEMENT = "EndorsementCredential"


def refresh(subject: LintSubject) -> Iterator[str]:
    """refreshService: the validator fetches it and validates what it finds instead."""
    if "refreshService" in subject.document:
        yield "/refreshService"


def status_single(subject: LintSubject) -> Iterator[str]:
    """RevocationList: a list of entries fails both schemas."""
    if isinstance(subject.document.get("credentialStatus"), list | tuple):
        yield "/credentialStatus"


def status_type(subject: LintSubject) -> Iterator[str]:
    """RevocationList: 1EdTech's own list is deprecated, and other types are taken for fine."""
    for pointer, entry in members(subject.document, "credentialStatus"):
        if entry.get("type") != ENTRY_TYPE:
            yield f"{pointer}/type"


def status_purpose(subject: LintSubject) -> Iterator[str]:
    """RevocationList: the purpose is compared as one string; every other is ignored."""
    for pointer, entry in members(subject.document, "credentialStatus"):
        if entry.get("statusPurpose") != "revocation":
            yield f"{pointer}/statusPurpose"


def status_list(subject: LintSubject) -> Iterator[str]:
    """RevocationList: the list is fetched over https; one that can't be reached makes the badge invalid."""
    for pointer, entry in members(subject.document, "credentialStatus"):
        url = entry.get("statusListCredential")
        if not isinstance(url, str) or not url.startswith("https://"):
            yield f"{pointer}/statusListCredential"


def status_index(subject: LintSubject) -> Iterator[str]:
    """RevocationList: the index is a decimal string (Bitstring Status List 1.0 section 2.1)."""
    for pointer, entry in members(subject.document, "credentialStatus"):
        index = entry.get("statusListIndex")
        if not isinstance(index, str) or not (index.isascii() and index.isdigit()):
            yield f"{pointer}/statusListIndex"


def expiry_format(subject: LintSubject) -> Iterator[str]:
    """Expiration: a date that can't be read stops the validator."""
    document = subject.document
    yield from (
        f"/{name}" for name in ("validFrom", "validUntil") if name in document and not moment_of(document[name])
    )


def expired(subject: LintSubject) -> Iterator[str]:
    """Expiration: over before it is issued."""
    ends = moment_of(subject.document.get("validUntil"))
    if ends and ends <= subject.released:
        yield "/validUntil"


def not_yet_valid(subject: LintSubject) -> Iterator[str]:
    """Issuance: valid only after it is issued."""
    starts = moment_of(subject.document.get("validFrom"))
    if starts and starts > subject.released:
        yield "/validFrom"


def _endorsements(subject: LintSubject) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for pointer, node in subject.nodes():
        yield from ((f"{pointer}{below}", each) for below, each in members(node, "endorsement"))


def endorsement_type(subject: LintSubject) -> Iterator[str]:
    """EndorsementInspector: an endorsement is a credential that says so."""
    for pointer, node in _endorsements(subject):
        if not {"VerifiableCredential", _ENDORSEMENT} <= set(types_of(node)):
            yield f"{pointer}/type"


def endorsement_context(subject: LintSubject) -> Iterator[str]:
    """EndorsementInspector: its contexts are its own, in the same order as a badge's."""
    for pointer, node in _endorsements(subject):
        if list(node.get("@context") or ()) != list(CONTEXTS):
            yield f"{pointer}/@context"


def endorsement_subject(subject: LintSubject) -> Iterator[str]:
    """EndorsementInspector: its subject is an EndorsementSubject and names what is endorsed."""
    for pointer, node in _endorsements(subject):
        found = node.get("credentialSubject")
        if not isinstance(found, Mapping) or "EndorsementSubject" not in types_of(found) or not found.get("id"):
            yield f"{pointer}/credentialSubject"


def endorsement_proof(subject: LintSubject) -> Iterator[str]:
    """EndorsementInspector: one without a proof of its own is an error."""
    yield from (f"{pointer}/proof" for pointer, node in _endorsements(subject) if not node.get("proof"))


def endorsement_expired(subject: LintSubject) -> Iterator[str]:
    """EndorsementInspector: its dates are probed as the badge's are."""
    for pointer, node in _endorsements(subject):
        ends, starts = moment_of(node.get("validUntil")), moment_of(node.get("validFrom"))
        if (ends and ends <= subject.released) or starts is None or starts > subject.released:
            yield pointer


def endorsement_target(subject: LintSubject) -> Iterator[str]:
    """Demand that it be about what it stands in: the achievement, or the issuer."""
    for endorsed in endorsements_in(subject.document):
        about = endorsed.document.get("credentialSubject")
        if isinstance(about, Mapping) and about.get("id") and about["id"] != endorsed.holder:
            yield f"{endorsed.pointer}/credentialSubject/id"


BY_SHAPE: dict[str, Check] = {
    "ob3.refresh": refresh,
    "ob3.status-single": status_single,
    "ob3.status-type": status_type,
    "ob3.endorsement-type": endorsement_type,
    "ob3.endorsement-context": endorsement_context,
    "ob3.endorsement-proof": endorsement_proof,
}
BY_VALUE: dict[str, Check] = {
    "ob3.status-purpose": status_purpose,
    "ob3.status-list": status_list,
    "ob3.status-index": status_index,
    "ob3.expiry-format": expiry_format,
    "ob3.expired": expired,
    "ob3.not-yet-valid": not_yet_valid,
    "ob3.endorsement-subject": endorsement_subject,
    "ob3.endorsement-expired": endorsement_expired,
    "ob3.endorsement-target": endorsement_target,
}
