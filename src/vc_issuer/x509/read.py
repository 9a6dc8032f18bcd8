"""What a certificate says: its key, its subject, its name for JAdES; and PEM files of certificates."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from vc_issuer.errors import InconclusiveError, UnreadableError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey
from vc_issuer.x509.der import SEQUENCE, write_der, write_integer

MIN_RSA_BITS = 2048  # ETSI TS 119 312: nothing shorter is to be relied on
UNPARSEABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    x509.DuplicateExtension,
)
_DIRECTORY_NAME = 0xA4  # GeneralName [4] directoryName, explicit because Name is a CHOICE


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What a report shows of a certificate. Times are aware UTC; texts are empty where the subject has none."""

    common_name: str
    organisation: str
    organization_identifier: str
    country: str
    issuer: str
    serial: int
    not_before: datetime
    not_after: datetime
    fingerprint: str


@lru_cache(maxsize=4096)  # the anchors of a few trusted lists, which every chain is searched in
def load_certificate(der: bytes) -> x509.Certificate:
    """Parse a DER certificate. Raises UnreadableError."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # Extensions are parsed late; a malformed one must surface here and not at some later touch.
        _ = (certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc)
    except UNPARSEABLE as error:
        raise UnreadableError("a certificate can't be parsed") from error
    return certificate


def organization_identifier(der: bytes) -> str | None:
    """Return the subject's organizationIdentifier (2.5.4.97, ETSI EN 319 412-1), such as `VATBE-0123456789`.

    Returns None where there is none, or more than one: then nothing may rest on it.
    """
    values = load_certificate(der).subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    return str(values[0].value) if len(values) == 1 else None


def public_key_of(der: bytes) -> PublicKey:
    """Return a certificate's public key.

    Raises UnreadableError, or InconclusiveError for a type of key, or a length of it, that this project doesn't use.
    """
    try:
        key = load_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InconclusiveError("the certificate holds a key of an unknown type") from error
    algorithm: KeyAlgorithm | None = None
    if isinstance(key, ed25519.Ed25519PublicKey):
        algorithm = KeyAlgorithm.ED25519
    elif isinstance(key, ec.EllipticCurvePublicKey):
        algorithm = {"secp256r1": KeyAlgorithm.P256, "secp384r1": KeyAlgorithm.P384}.get(key.curve.name)
    elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        algorithm = KeyAlgorithm.RSA_SHA256
    if algorithm is None:
        raise InconclusiveError("the certificate holds a key of a type or length that is not in use here")
    return PublicKey(algorithm=algorithm, der=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def issuer_serial(der: bytes) -> bytes:
    """Return the DER IssuerSerial of a certificate: JAdES wants it, in base64, as `kid` (TS 119 182-1 clause 5.1.4)."""
    certificate = load_certificate(der)
    names = write_der(SEQUENCE, write_der(_DIRECTORY_NAME, certificate.issuer.public_bytes()))
    return write_der(SEQUENCE, names, write_integer(certificate.serial_number))


def fingerprint(der: bytes) -> str:
    """Return the SHA-256 of a certificate in lower-case hexadecimal."""
    return hashlib.sha256(der).hexdigest()


def is_self_signed(der: bytes) -> bool:
    """Tell whether a certificate names itself as its issuer, as an anchor's usually does."""
    certificate = load_certificate(der)
    return certificate.issuer == certificate.subject


def without_anchor(certificates: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return a chain as a seal carries it: up to its anchor, which the verifier has or doesn't trust (elm.md 5.2)."""
    return tuple(der for der in certificates if not is_self_signed(der)) or certificates[:1]


def certificate_facts(der: bytes) -> CertificateFacts:
    """Return what a report shows of a certificate. Raises UnreadableError."""
    certificate = load_certificate(der)
    return CertificateFacts(
        common_name=_attribute(certificate.subject, NameOID.COMMON_NAME),
        organisation=_attribute(certificate.subject, NameOID.ORGANIZATION_NAME),
        organization_identifier=_attribute(certificate.subject, NameOID.ORGANIZATION_IDENTIFIER),
        country=_attribute(certificate.subject, NameOID.COUNTRY_NAME),
        issuer=certificate.issuer.rfc4514_string(),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=fingerprint(der),
    )


def certificates_from_pem(content: bytes) -> tuple[bytes, ...]:
    """Return every certificate of a PEM file as DER, in the file's order. Raises UnreadableError."""
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except UNPARSEABLE as error:
        raise UnreadableError("the file holds no certificate in PEM form, or a broken one") from error
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)


def certificates_to_pem(certificates: tuple[bytes, ...]) -> bytes:
    """Write DER certificates one after the other as PEM."""
    return b"".join(load_certificate(der).public_bytes(Encoding.PEM) for der in certificates)


def _attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value) if values else ""
