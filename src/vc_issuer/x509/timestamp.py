"""RFC 3161 time-stamp tokens: what a token says, and whether its own authority signed it; pure.

Whether that authority is to be believed is another question: verify_chain answers it, at the token's time.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.x509.der import INTEGER, SEQUENCE, SET, Node, read_der, write_der
from vc_issuer.x509.read import load_certificate

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_RSA_PSS = "1.2.840.113549.1.1.10"
_GENERALIZED_TIME = 0x18
_IMPLICIT_0, _IMPLICIT_1 = 0xA0, 0xA1
_SUBJECT_KEY_ID = 0x80
_CMS, _TSP, _ESS = "RFC 5652", "RFC 3161", "RFC 5816"

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,6})\d*)?Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """What a token says, unverified: its time, what it stamps (hash and its name), and the certificates it carries."""

    time: datetime
    hash_name: str
    imprint: bytes
    policy: str
    serial: int
    nonce: int | None
    certificates: tuple[bytes, ...]
    signer: "SignerInfo" = field(repr=False)
    content: bytes = field(repr=False)

    def stamps(self, message: bytes) -> bool:
        """Tell whether the token's imprint is that of `message`."""
        return hashlib.new(self.hash_name, message).digest() == self.imprint


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """Who signed a token, and what: `signed` is the DER of the attributes, `attributes` the same by their names."""

    issuer: bytes
    serial: int
    key_id: bytes
    digest: hashes.HashAlgorithm
    attributes: dict[str, Node]
    signed: bytes
    algorithm: str
    signature: bytes


def read_time_stamp(token: bytes) -> TimeStamp:
    """Parse a TimeStampToken (a CMS SignedData over TSTInfo). Raises UnreadableError, InconclusiveError."""
    try:
        return _read_token(token)
    except (IndexError, ValueError, TypeError) as error:
        raise UnreadableError("the time-stamp token can't be parsed") from error


def verify_time_stamp(stamp: TimeStamp, message: bytes, others: Sequence[bytes] = ()) -> tuple[bytes, ...]:
    """Check that `stamp` is over `message` and that its own authority signed it; return that certificate and the rest.

    `others` are certificates (DER) from beside the token, for tokens that carry none.
    Raises InvalidError for each thing that is false, InconclusiveError if the certificate is not at hand.
    """
    if not stamp.stamps(message):
        raise InvalidError("it is over something else", clause=f"{_TSP} section 2.4.2", indication="HASH_FAILURE")
    certificate = _certificate_of(stamp, [*stamp.certificates, *others])
    _check_attributes(stamp, certificate)
    _check_signature(stamp, certificate)
    _check_purpose(stamp, certificate)
    leaf = certificate.public_bytes(Encoding.DER)
    return (leaf, *(der for der in (*stamp.certificates, *others) if der != leaf))


def _read_token(token: bytes) -> TimeStamp:
    content_type, wrapped = read_der(token).children()[:2]
    if content_type.oid() != _SIGNED_DATA:
        raise UnreadableError("the time-stamp token is not a CMS SignedData")
    signed_data = wrapped.children()[0].children()
    inner_type, inner = signed_data[2].children()[:2]
    if inner_type.oid() != _TST_INFO:
        raise UnreadableError("the time-stamp token holds no TSTInfo")
    content = inner.children()[0].octets()
    signers = signed_data[-1].children()
    if signed_data[-1].tag != SET or len(signers) != 1:
        raise UnreadableError("the time-stamp token doesn't have exactly one signer")
    bags = [node for node in signed_data[3:-1] if node.tag == _IMPLICIT_0]
    certificates = tuple(node.encoded for bag in bags for node in bag.children() if node.tag == SEQUENCE)
    information = read_der(content).children()
    algorithm, imprint = information[2].children()
    time = next((node for node in information[4:] if node.tag == _GENERALIZED_TIME), None)
    if time is None:
        raise UnreadableError("the time-stamp token states no time")
    return TimeStamp(
        time=_time(time.content),
        hash_name=_hash(algorithm).name,
        imprint=imprint.octets(),
        policy=information[1].oid(),
        serial=information[3].integer(),
        # After the time only the nonce is a bare INTEGER (RFC 3161 section 2.4.2).
        nonce=next((node.integer() for node in information[5:] if node.tag == INTEGER), None),
        certificates=certificates,
        signer=_read_signer(signers[0]),
        content=content,
    )


def _read_signer(node: Node) -> SignerInfo:
    _, identifier, digest, *rest = node.children()
    issuer, serial, key_id = b"", 0, b""
    if identifier.tag == _SUBJECT_KEY_ID:
        key_id = identifier.content
    else:
        name, number = identifier.children()
        issuer, serial = name.encoded, number.integer()
    if rest[0].tag != _IMPLICIT_0:
        raise UnreadableError("the time-stamp token signs no attributes")
    attributes: dict[str, Node] = {}
    for attribute in rest[0].children():
        name, values = attribute.children()
        if name.oid() in attributes or len(values.children()) != 1:
            raise UnreadableError("the time-stamp token has a signed attribute twice")
        attributes[name.oid()] = values.children()[0]
    return SignerInfo(
        issuer=issuer,
        serial=serial,
        key_id=key_id,
        digest=_hash(digest),
        attributes=attributes,
        # RFC 5652 section 5.4: signed is the DER of the SET, not the [0] that stands in its place.
        signed=write_der(SET, rest[0].content),
        algorithm=rest[1].children()[0].oid(),
        signature=rest[2].octets(),
    )


def _certificate_of(stamp: TimeStamp, candidates: Sequence[bytes]) -> x509.Certificate:
    signer = stamp.signer
    for der in candidates:
        certificate = load_certificate(der)
        if signer.key_id:
            own = x509.SubjectKeyIdentifier.from_public_key(_key_of(certificate)).digest
            named = signer.key_id == own
        else:
            named = (certificate.issuer.public_bytes(), certificate.serial_number) == (signer.issuer, signer.serial)
        if named:
            return certificate
    raise InconclusiveError("the certificate of its authority is not at hand", clause=f"{_TSP} section 2.4.1")


def _check_attributes(stamp: TimeStamp, certificate: x509.Certificate) -> None:
    signer = stamp.signer
    try:
        content_type = signer.attributes[_CONTENT_TYPE].oid()
        digest = signer.attributes[_MESSAGE_DIGEST].octets()
    except KeyError as error:
        raise InvalidError("it lacks an attribute that it must sign", clause=f"{_CMS} section 11") from error
    if content_type != _TST_INFO or digest != _digest(signer.digest, stamp.content):
        raise InvalidError("its content was changed", clause=f"{_CMS} section 11.2")
    der = certificate.public_bytes(Encoding.DER)
    try:
        named = _named_certificates(signer, der)
    except IndexError as error:
        raise InvalidError("it names its signer's certificate in no known shape", clause=f"{_ESS} section 2") from error
    if not any(expected == actual for expected, actual in named):
        raise InvalidError("it names another certificate as its signer's", clause=f"{_ESS} section 2.2.1")


def _named_certificates(signer: SignerInfo, der: bytes) -> list[tuple[bytes, bytes]]:
    """Return, for the ESSCertID that comes first, the hash it states and the hash that `der` has."""
    version_2 = signer.attributes.get(_SIGNING_CERTIFICATE_V2)
    if version_2 is not None:
        parts = version_2.children()[0].children()[0].children()
        has_algorithm = parts[0].tag == SEQUENCE
        algorithm = _hash(parts[0]) if has_algorithm else hashes.SHA256()
        return [(parts[1 if has_algorithm else 0].octets(), _digest(algorithm, der))]
    version_1 = signer.attributes.get(_SIGNING_CERTIFICATE)
    if version_1 is None:
        return []
    # The first version of the attribute is bound to SHA-1; the signature over it still binds the certificate's serial.
    stated = version_1.children()[0].children()[0].children()[0].octets()
    return [(stated, hashlib.sha1(der, usedforsecurity=False).digest())]


def _check_signature(stamp: TimeStamp, certificate: x509.Certificate) -> None:
    signer = stamp.signer
    key = _key_of(certificate)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            scheme = _rsa_padding(signer)
            key.verify(signer.signature, signer.signed, scheme, signer.digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, signer.signed, ec.ECDSA(signer.digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signer.signature, signer.signed)
        else:
            raise _unknown_key()
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise InvalidError("its signature doesn't match", clause=f"{_CMS} section 5.6") from error


def _key_of(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unknown_key() from error


def _unknown_key() -> InconclusiveError:
    return InconclusiveError("its authority signs with a kind of key that is not known here", clause=_CMS)


def _rsa_padding(signer: SignerInfo) -> padding.AsymmetricPadding:
    if signer.algorithm == _RSA_PSS:
        return padding.PSS(mgf=padding.MGF1(signer.digest), salt_length=padding.PSS.AUTO)
    return padding.PKCS1v15()


def _check_purpose(stamp: TimeStamp, certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise InvalidError("its certificate is not for time-stamping", clause=f"{_TSP} section 2.3") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise InvalidError("its certificate is not for time-stamping alone", clause=f"{_TSP} section 2.3")
    if not certificate.not_valid_before_utc <= stamp.time <= certificate.not_valid_after_utc:
        raise InvalidError("its certificate was not valid at that time", clause=f"{_TSP} section 2.3")


def _hash(algorithm: Node) -> hashes.HashAlgorithm:
    oid = algorithm.children()[0].oid()
    known = _HASHES.get(oid)
    if known is None:
        raise InconclusiveError(f"the time-stamp uses the hash {oid}, which is not relied on here", clause=_TSP)
    return known


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    return hashlib.new(algorithm.name, content).digest()


def _time(content: bytes) -> datetime:
    parts = _TIME.fullmatch(content)
    if parts is None:
        raise UnreadableError("the time-stamp's time is malformed")
    moment = datetime.strptime(parts[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=int((parts[2] or b"").ljust(6, b"0")))
