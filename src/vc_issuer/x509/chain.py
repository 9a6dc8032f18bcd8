"""A chain from a certificate to a pinned anchor at a moment (RFC 5280 section 6); not an eIDAS validation.

No revocation, policies or qualified statements: those need data from elsewhere and are other checks. An anchor need
not be self-signed (a trusted list names authorities that aren't), and the certificate itself may be pinned.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.x509.read import load_certificate

MAX_CERTIFICATES = (
    64  # a seal carries two to five, and two more with each renewal; only namesakes cost a signature check
)
MAX_CHAIN = 8  # links from leaf to anchor, as the web's verifiers allow
_CLAUSE = "RFC 5280 section 6"


def verify_chain(
    leaf: bytes, intermediates: Sequence[bytes], anchors: Sequence[bytes], at: datetime
) -> tuple[bytes, ...]:
    """Return the chain (DER, leaf first, anchor last) if `leaf` is trusted at `at` (aware UTC).

    Raises InconclusiveError if no pinned anchor stands above it; InvalidError if a signature in the chain is broken,
    a certificate is expired or not yet valid, or may not do what the chain has it do; UnreadableError.
    """
    if len(intermediates) > MAX_CERTIFICATES:
        raise InvalidError(f"the seal carries more than {MAX_CERTIFICATES} certificates", clause=_CLAUSE)
    loaded = load_certificate(leaf)
    pinned = [load_certificate(der) for der in anchors]
    others = [load_certificate(der) for der in intermediates]
    path = _path(loaded, others, pinned)
    for certificate in path:
        _check_period(certificate, at)
    if len(path) > 1:
        _check_rules(path, at)
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in path)


def _path(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Walk upwards from `leaf`, nearest links first, until an anchor has signed."""
    if leaf in anchors:
        return [leaf]
    waiting = [[leaf]]
    seen = {leaf}
    broken = False
    while waiting:
        path = waiting.pop(0)
        for pool, is_anchor in ((anchors, True), (intermediates, False)):
            for issuer in pool:
                if not _names(path[-1], issuer):
                    continue
                if not _has_signed(issuer, path[-1]):
                    broken = True
                elif is_anchor:
                    return [*path, issuer]
                elif issuer not in seen and len(path) < MAX_CHAIN:
                    seen.add(issuer)
                    waiting.append([*path, issuer])
    if broken:
        raise InvalidError(
            "the signature on a certificate of the chain is broken",
            clause=_CLAUSE,
            indication="CERTIFICATE_CHAIN_GENERAL_FAILURE",
        )
    raise InconclusiveError(
        f"no pinned anchor stands above the certificate of {_speaking_name(leaf)}",
        clause=_CLAUSE,
        indication="NO_CERTIFICATE_CHAIN_FOUND",
    )


def _names(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether `issuer` is the very authority that `certificate` names, not only one of the same name."""
    if certificate.issuer != issuer.subject:
        return False
    try:
        named = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return True
    return named is None or named == own


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _check_period(certificate: x509.Certificate, at: datetime) -> None:
    name = _speaking_name(certificate)
    if at < certificate.not_valid_before_utc:
        raise InvalidError(
            f"the certificate of {name} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}",
            clause=_CLAUSE,
            indication="NOT_YET_VALID",
        )
    if at > certificate.not_valid_after_utc:
        raise InvalidError(
            f"the certificate of {name} expired on {certificate.not_valid_after_utc:%Y-%m-%d}",
            clause=_CLAUSE,
            indication="OUT_OF_BOUNDS_NO_POE",
        )


def _check_rules(path: Sequence[x509.Certificate], at: datetime) -> None:
    # The library's own default is the web's profile, which refuses every seal (it has no DNS name). A policy for
    # authorities without BasicConstraints is refused by the library itself, so that one rule is stated here.
    authorities = (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _may_issue)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign_certificates)
    )
    verifier = (
        PolicyBuilder()
        .store(Store([path[-1]]))
        .time(at)
        .max_chain_depth(MAX_CHAIN)
        .extension_policies(ca_policy=authorities, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        verifier.verify(path[0], list(path[1:-1]))
    except VerificationError as error:
        raise InvalidError(
            "the chain breaks the rules for certificates",
            remedy=f"({error})",
            clause=_CLAUSE,
            indication="CHAIN_CONSTRAINTS_FAILURE",
        ) from error


def _may_issue(_policy: object, _certificate: x509.Certificate, extension: x509.BasicConstraints) -> None:
    if not extension.ca:
        raise ValueError("a certificate in the chain is not an authority's")


def _may_sign_certificates(_policy: object, _certificate: x509.Certificate, extension: x509.KeyUsage | None) -> None:
    if extension is not None and not extension.key_cert_sign:
        raise ValueError("a certificate in the chain may not sign certificates")


def _speaking_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
