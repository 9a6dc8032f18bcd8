"""Whether a certificate was revoked, by OCSP answers (RFC 6960) and revocation lists (RFC 5280 section 5); pure.

Answers come in as bytes from anywhere and count only if the certificate's own issuer signed them, or a responder that
it certified for this, and only if they were fresh at the moment asked about. A revocation counts however old it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID

from vc_issuer.errors import UnreadableError
from vc_issuer.x509.der import read_der
from vc_issuer.x509.read import UNPARSEABLE, load_certificate

OCSP_REQUEST, OCSP_RESPONSE, CRL_TYPE = "application/ocsp-request", "application/ocsp-response", "application/pkix-crl"
MAX_ANSWERS = 64  # of each kind, beside one seal: two chains, renewed for a century
_CRL_REASONS = x509.ReasonFlags
# RFC 3161 section 4: what a time-stamp authority's certificate may be revoked for without spoiling its tokens.
HARMLESS = frozenset({_CRL_REASONS.affiliation_changed, _CRL_REASONS.superseded, _CRL_REASONS.cessation_of_operation})


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationSources:
    """Where a certificate says that its revocation is told: addresses of OCSP responders and of lists."""

    ocsp: tuple[str, ...]
    lists: tuple[str, ...]

    @property
    def is_named(self) -> bool:
        """Tell whether there is any."""
        return bool(self.ocsp or self.lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What an authentic answer says: `revoked` is the moment, or None for good; `told` is when that was known."""

    told: datetime
    source: str
    revoked: datetime | None = None
    is_harmless: bool = False


def revocation_sources(certificate: bytes) -> RevocationSources:
    """Return where a certificate's revocation is told. Raises UnreadableError."""
    extensions = load_certificate(certificate).extensions
    try:
        access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        responders = tuple(
            _uris(d.access_location for d in access if d.access_method == AuthorityInformationAccessOID.OCSP)
        )
    except x509.ExtensionNotFound:
        responders = ()
    try:
        points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        lists = tuple(_uris(name for point in points for name in point.full_name or ()))
    except x509.ExtensionNotFound:
        lists = ()
    return RevocationSources(ocsp=responders, lists=lists)


def write_ocsp_request(certificate: bytes, issuer: bytes) -> bytes:
    """Return the question whether `certificate` is revoked. SHA-1 names it only (RFC 5019 section 2.1.1)."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        load_certificate(certificate),
        load_certificate(issuer),
        hashes.SHA1(),  # noqa: S303 -- every responder knows certificates by this name, and nothing rests on it
    )
    return builder.build().public_bytes(Encoding.DER)


def find_revocation(
    certificate: bytes,
    issuer: bytes,
    *,
    responses: Sequence[bytes],
    lists: Sequence[bytes],
    others: Sequence[bytes] = (),
    at: datetime,
) -> Revocation | None:
    """Return what authentic answers say of `certificate` at `at`: its revocation, else the newest good that is fresh.

    `others` are certificates (DER) among which a delegated responder's may stand. None if nothing is told: an answer
    that can't be read tells nothing, neither good nor bad.
    """
    subject, authority = load_certificate(certificate), load_certificate(issuer)
    helpers = [load_certificate(der) for der in others]
    found = [
        *(told for der in responses[:MAX_ANSWERS] for told in _from_response(der, subject, authority, helpers, at)),
        *(told for der in lists[:MAX_ANSWERS] for told in _from_list(der, subject, authority, at)),
    ]
    revoked = [told for told in found if told.revoked is not None]
    if revoked:
        return min(revoked, key=lambda told: told.revoked or told.told)
    return max(found, key=lambda told: told.told, default=None)


def answer_holds(answer: bytes, now: datetime) -> bool:
    """Tell whether an OCSP answer or a revocation list promises to hold beyond `now`, so that it may be kept."""
    try:
        response = ocsp.load_der_ocsp_response(answer)
    except ValueError:
        try:
            until = x509.load_der_x509_crl(answer).next_update_utc
        except UNPARSEABLE:
            return False
        return until is not None and until > now
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return False
    try:
        ends = [single.next_update_utc for single in response.responses]
    except UNPARSEABLE:
        return False  # a time that no calendar knows
    return bool(ends) and all(end is not None and end > now for end in ends)


def responder_certificates(response: bytes) -> tuple[bytes, ...]:
    """Return the certificates (DER) that an OCSP answer carries. Raises UnreadableError."""
    try:
        loaded = ocsp.load_der_ocsp_response(response)
    except (ValueError, TypeError) as error:
        raise UnreadableError("an OCSP answer can't be parsed") from error
    if loaded.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return ()
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in loaded.certificates)


def _uris(names: Iterator[x509.GeneralName]) -> Iterator[str]:
    return (name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))


def _from_response(
    der: bytes,
    subject: x509.Certificate,
    authority: x509.Certificate,
    helpers: Sequence[x509.Certificate],
    at: datetime,
) -> Iterator[Revocation]:
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return
        answers = [answer for answer in response.responses if _is_about(answer, subject, authority)]
        if not answers or not _is_authentic(response, authority, helpers):
            return
        yield from [told for answer in answers for told in _said(answer, at)]
    except (*UNPARSEABLE, UnsupportedAlgorithm):
        return


def _said(answer: ocsp.OCSPSingleResponse, at: datetime) -> Iterator[Revocation]:
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        yield Revocation(
            told=answer.this_update_utc,
            source="OCSP",
            revoked=answer.revocation_time_utc,
            is_harmless=answer.revocation_reason in HARMLESS,
        )
    elif answer.certificate_status is ocsp.OCSPCertStatus.GOOD and _is_fresh(
        answer.this_update_utc, answer.next_update_utc, at
    ):
        yield Revocation(told=answer.this_update_utc, source="OCSP")


def _is_about(answer: ocsp.OCSPSingleResponse, subject: x509.Certificate, authority: x509.Certificate) -> bool:
    if answer.serial_number != subject.serial_number:
        return False
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits = read_der(key).children()[1].content[1:]  # behind the byte that counts unused bits
    name_hash, key_hash = (_hashed(answer.hash_algorithm, value) for value in (authority.subject.public_bytes(), bits))
    return (answer.issuer_name_hash, answer.issuer_key_hash) == (name_hash, key_hash)


def _hashed(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def _is_authentic(
    response: ocsp.OCSPResponse, authority: x509.Certificate, helpers: Sequence[x509.Certificate]
) -> bool:
    """Tell whether the issuer signed, or a responder that it certified for it (RFC 6960 section 4.2.2.2)."""
    candidates = [authority]
    candidates += (
        certificate
        for certificate in (*response.certificates, *helpers)
        if _is_responder(certificate, authority, response.produced_at_utc)
    )
    return any(
        _has_signed(candidate, response.signature, response.tbs_response_bytes, response.signature_hash_algorithm)
        for candidate in candidates
    )


def _is_responder(certificate: x509.Certificate, authority: x509.Certificate, at: datetime) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        certificate.verify_directly_issued_by(authority)
    except (*UNPARSEABLE, x509.ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm):
        return False
    alive = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    return alive and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _has_signed(
    certificate: x509.Certificate, signature: bytes, message: bytes, algorithm: hashes.HashAlgorithm | None
) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5):
            return False
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _from_list(
    der: bytes, subject: x509.Certificate, authority: x509.Certificate, at: datetime
) -> Iterator[Revocation]:
    try:
        listed = x509.load_der_x509_crl(der)
        if listed.issuer != authority.subject or not _covers(listed, subject) or not _may_list(authority):
            return
        if isinstance(listed.signature_hash_algorithm, hashes.SHA1 | hashes.MD5):
            return
        if not listed.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]  # another key's type is a TypeError
            return
        entry = listed.get_revoked_certificate_by_serial_number(subject.serial_number)
        told, until = listed.last_update_utc, listed.next_update_utc
        if entry is not None:
            yield Revocation(
                told=told, source="CRL", revoked=entry.revocation_date_utc, is_harmless=_reason(entry) in HARMLESS
            )
        elif _is_fresh(told, until, at):
            yield Revocation(told=told, source="CRL")
    except (*UNPARSEABLE, UnsupportedAlgorithm):
        return


def _covers(listed: x509.CertificateRevocationList, subject: x509.Certificate) -> bool:
    """Tell whether a list speaks of this kind of certificate, of all reasons, and in full (RFC 5280 section 5.2.5)."""
    if any(extension.oid == ExtensionOID.DELTA_CRL_INDICATOR for extension in listed.extensions):
        return False
    try:
        point = listed.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return True
    if point.indirect_crl or point.only_contains_attribute_certs or point.only_some_reasons:
        return False
    is_authority = _is_authority(subject)
    return not (point.only_contains_ca_certs and not is_authority) and not (
        point.only_contains_user_certs and is_authority
    )


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _may_list(authority: x509.Certificate) -> bool:
    try:
        return authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None


def _is_fresh(told: datetime, until: datetime | None, at: datetime) -> bool:
    """Tell whether an answer still spoke for `at`: told later, or promised to hold so long."""
    return told >= at or (until is not None and until >= at)
