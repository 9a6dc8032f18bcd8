"""What the EDC viewer, its wallet and its issuer check in a European Digital Credential (EDC 2.2.2), the seal included.

FORMAT, SEAL, OWNER, REVOCATION and VALIDITY are the viewer's own names; ACCREDITATION has a module of its own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.elm.build import CONTEXTS
from vc_issuer.issuance.lints.subject import Check, LintSubject, members, moment_of, types_of
from vc_issuer.securing.jades import PAYLOAD_LIMITS, check_seal_binding, seal_facts

# Profile and schema name each other; the viewer takes its shapes from the schema (elm 3.2).
SCHEMA_OF_PROFILE = {
    "http://data.europa.eu/snb/credential/e34929035b": "http://data.europa.eu/snb/model/ap/edc-generic-full",
    "http://data.europa.eu/snb/credential/6cf8e68c43": "http://data.europa.eu/snb/model/ap/edc-accredited",
    "http://data.europa.eu/snb/credential/c_9a31f32a": "http://data.europa.eu/snb/model/ap/edc-issued-by-mandate",
}
MAX_UPLOAD = 5_000_000  # maxUploadSizeMB as shipped, in the smaller reading of a megabyte
_NAMES = ("fullName", "givenName", "familyName")
_HOURS = re.compile(r"PT[0-9]+H\Z")
_DURATIONS = ("volumeOfLearning", "workload")
_FORMAT = ElmFormat()


def readable(subject: LintSubject) -> Iterator[str]:
    """FORMAT: JSON without duplicate members."""
    try:
        parse_strict(subject.content, limits=PAYLOAD_LIMITS)
    except VcIssuerError as error:
        yield error.message


def document_type(subject: LintSubject) -> Iterator[str]:
    """FORMAT: both types; the EU's code takes anything else for no credential."""
    if not {"VerifiableCredential", "EuropeanDigitalCredential"} <= set(types_of(subject.document)):
        yield "/type"


def context(subject: LintSubject) -> Iterator[str]:
    """FORMAT: the EU's context goes with VCDM 1.1 alone."""
    if tuple(subject.document.get("@context") or ()) != CONTEXTS:  # type: ignore[arg-type]  # whatever stands there
        yield "/@context"


def profile(subject: LintSubject) -> Iterator[str]:
    """FORMAT: the shapes named are those of the profiles claimed."""
    claimed = {SCHEMA_OF_PROFILE.get(str(n.get("id")), "") for _, n in members(subject.document, "credentialProfiles")}
    named = {str(node.get("id")) for _, node in members(subject.document, "credentialSchema")}
    if not claimed or not claimed <= named:
        yield "/credentialSchema"


def shapes(subject: LintSubject) -> Iterator[str]:
    """FORMAT: the EU's shapes, as our schema has them, with the lists and Annex I."""
    for violation in _FORMAT.violations(subject.document):
        yield f"{violation.pointer or '/'}: {violation.message}"


def status_object(subject: LintSubject) -> Iterator[str]:
    """REVOCATION: the viewer reads a list of addresses there, and an object makes the file unreadable."""
    if "credentialStatus" in subject.document:
        yield "/credentialStatus"


def status_page(subject: LintSubject) -> Iterator[str]:
    """REVOCATION: the viewer knows no revocation, so the award leads to the page that does."""
    found = members(subject.document, "credentialSubject", "hasClaim", "supplementaryDocument")
    if not any(str(node.get("contentURL", "")).startswith("https://") for _, node in found):
        yield "/credentialSubject/hasClaim/supplementaryDocument"


def inner_proof(subject: LintSubject) -> Iterator[str]:
    """SEAL: a proof inside makes the file unreadable; the seal is the envelope."""
    if "proof" in subject.document:
        yield "/proof"


def owner(subject: LintSubject) -> Iterator[str]:
    """OWNER: the wallet compares names, and the model lets a nameless person pass."""
    for pointer, node in members(subject.document, "credentialSubject"):
        if not any(node.get(name) for name in _NAMES):
            yield pointer


def expired(subject: LintSubject) -> Iterator[str]:
    """VALIDITY: over before it is issued."""
    for name in ("validUntil", "expirationDate"):
        ends = moment_of(subject.document.get(name))
        if ends and ends <= subject.released:
            yield f"/{name}"


def issued(subject: LintSubject) -> Iterator[str]:
    """FORMAT: `issued` is the model's date, `issuanceDate` that of VCDM 1.1; both stand there, as one moment."""
    dates = [moment_of(subject.document.get(name)) for name in ("issued", "issuanceDate")]
    if None in dates or dates[0] != dates[1]:
        yield "/issuanceDate"


def wallet_id(subject: LintSubject) -> Iterator[str]:
    """Demand an id: the wallet keeps credentials by it."""
    if not str(subject.document.get("id") or "").startswith("urn:credential:"):
        yield "/id"


def birth_date(subject: LintSubject) -> Iterator[str]:
    """Demand midnight UTC: another time is another day somewhere, as in the EU's own sample."""
    for pointer, node in members(subject.document, "credentialSubject"):
        born = node.get("dateOfBirth")
        if born is not None and not str(born).endswith("T00:00:00Z"):
            yield f"{pointer}/dateOfBirth"


def durations(subject: LintSubject) -> Iterator[str]:
    """Demand hours: the EU's own sample says 60 months (P60M) where it means hours."""
    for pointer, node in subject.nodes():
        for name in _DURATIONS:
            value = node.get(name)
            if value is not None and not _HOURS.match(str(value)):
                yield f"{pointer}/{name}"


def size(subject: LintSubject) -> Iterator[str]:
    """Demand less than the EU's upload takes."""
    if len(subject.content) > MAX_UPLOAD:
        yield "/"


def seal_member(subject: LintSubject) -> Iterator[str]:
    """SEAL: the EU's code knows a sealed file by its first member; it takes any other for unsealed and empty."""
    if subject.secured and not subject.secured.startswith(b'{"payload":'):
        yield "/"


def seal_value(subject: LintSubject) -> Iterator[str]:
    """SEAL: the seal holds, over exactly what was prepared."""
    if subject.secured and subject.verify:
        try:
            subject.verify(subject.secured)
        except VcIssuerError as error:
            yield error.message


def seal_identifier(subject: LintSubject) -> Iterator[str]:
    """SEAL: the issuer's eIDAS identifier is the one in the certificate; the EU's issuer overwrites it from there."""
    try:
        certificates = seal_facts(subject.secured).certificates
    except VcIssuerError:
        return  # no copy was made, or its seal is broken, which is another lint's finding
    try:
        check_seal_binding(certificates[0], _legal_id(subject.document))
    except VcIssuerError as error:
        yield f"/issuer/eIDASIdentifier: {error.message}"


def _legal_id(document: Mapping[str, Any]) -> str:
    return next((str(node.get("notation")) for _, node in members(document, "issuer", "eIDASIdentifier")), "")


BY_SHAPE: dict[str, Check] = {
    "edc.type": document_type,
    "edc.context": context,
    "edc.status-object": status_object,
    "edc.inner-proof": inner_proof,
}
BY_VALUE: dict[str, Check] = {
    "edc.readable": readable,
    "edc.profile": profile,
    "edc.status-page": status_page,
    "edc.owner": owner,
    "edc.expired": expired,
    "edc.issued": issued,
    "edc.wallet-id": wallet_id,
    "edc.birth-date": birth_date,
    "edc.durations": durations,
    "edc.size": size,
}
SCHEMA: dict[str, Check] = {"edc.shapes": shapes}
PROOF: dict[str, Check] = {"edc.seal-member": seal_member, "edc.seal-identifier": seal_identifier}
PROOF_VALUE: dict[str, Check] = {"edc.seal-value": seal_value}
