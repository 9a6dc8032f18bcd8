"""CMS SignedData with one signer (RFC 5652), as time-stamp tokens and seals of PDFs have it; pure.

Reading believes nothing. Messages say "it" of what was signed: whoever calls knows what that is.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.x509.der import SEQUENCE, SET, Node, write_der
from vc_issuer.x509.read import load_certificate

DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
IMPLICIT_0, IMPLICIT_1 = 0xA0, 0xA1
SHA256, SHA384, SHA512 = (f"2.16.840.1.101.3.4.2.{number}" for number in (1, 2, 3))
ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 = (f"1.2.840.10045.4.3.{number}" for number in (2, 3, 4))
RSA_SHA256, RSA_SHA384, RSA_SHA512 = (f"1.2.840.113549.1.1.{number}" for number in (11, 12, 13))
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_RSA_PSS = "1.2.840.113549.1.1.10"
# Some name the kind of key alone (RFC 5754 section 3.2; for elliptic curves it is a habit).
_WITH_RSA = (RSA_SHA256, RSA_SHA384, RSA_SHA512, _RSA_PSS, "1.2.840.113549.1.1.1")
_WITH_EC = (ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512, "1.2.840.10045.2.1")
_WITH_ED25519 = ("1.3.101.112",)
_VERSIONS = (1, 3, 4, 5)  # RFC 5652 section 5.1
_SUBJECT_KEY_ID = 0x80
_CMS, _ESS = "RFC 5652", "RFC 5816"

_HASHES: dict[str, hashes.HashAlgorithm] = {
    SHA256: hashes.SHA256(),
    SHA384: hashes.SHA384(),
    SHA512: hashes.SHA512(),
}
# Algorithms that name their hash; the others take that of the content (RFC 5754 section 3.2).
_SIGNATURE_HASHES: dict[str, hashes.HashAlgorithm] = {
    ECDSA_SHA256: hashes.SHA256(),
    ECDSA_SHA384: hashes.SHA384(),
    ECDSA_SHA512: hashes.SHA512(),
    RSA_SHA256: hashes.SHA256(),
    RSA_SHA384: hashes.SHA384(),
    RSA_SHA512: hashes.SHA512(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """Who signed, and what: `signed` is the DER of the attributes, `attributes` the same by their names.

    `unsigned` holds the attributes that nothing covers, each value as it stands.
    """

    issuer: bytes
    serial: int
    key_id: bytes
    digest: hashes.HashAlgorithm
    attributes: dict[str, Node]
    signed: bytes
    algorithm: str
    signature: bytes
    unsigned: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedData:
    """What was signed, by its type, with the certificates beside it; `content` is None where it stands elsewhere."""

    content_type: str
    content: bytes | None = field(repr=False)
    certificates: tuple[bytes, ...]
    signer: SignerInfo


def read_signed_data(node: Node) -> SignedData:
    """Read a ContentInfo that holds a SignedData.

    Raises UnreadableError, InconclusiveError; IndexError, ValueError, TypeError for a shape of another kind.
    """
    content_type, wrapped = _members(node, SEQUENCE)
    if content_type.oid() != SIGNED_DATA:
        raise UnreadableError("it is not a CMS SignedData")
    (body,) = _members(wrapped, IMPLICIT_0)
    parts = _members(body, SEQUENCE)
    inner = _members(parts[2], SEQUENCE)
    signers = _members(parts[-1], SET)
    if len(signers) != 1:
        raise UnreadableError("it doesn't have exactly one signer")
    bags = [part for part in parts[3:-1] if part.tag == IMPLICIT_0]
    signer = _read_signer(signers[0])
    # No signature covers versions and the list of hashes: where they contradict the rest, something was changed.
    beside = [each for bag in parts[3:-1] if bag.tag in {IMPLICIT_0, IMPLICIT_1} for each in bag.children()]
    is_plain = inner[0].oid() == DATA and not signer.key_id and all(each.tag == SEQUENCE for each in beside)
    if (parts[0].integer() == 1) != is_plain or parts[0].integer() not in _VERSIONS:
        raise UnreadableError("its version is not that of its parts")
    if signer.digest not in [_HASHES.get(_members(each, SEQUENCE)[0].oid()) for each in _members(parts[1], SET)]:
        raise UnreadableError("it doesn't name the hash that its signer used")
    return SignedData(
        content_type=inner[0].oid(),
        content=inner[1].children()[0].octets() if len(inner) > 1 else None,
        certificates=tuple(each.encoded for bag in bags for each in bag.children() if each.tag == SEQUENCE),
        signer=signer,
    )


def signer_certificate(data: SignedData, others: Sequence[bytes] = ()) -> x509.Certificate:
    """Return the certificate that the signer names, out of those beside it and `others`. Raises InconclusiveError."""
    signer = data.signer
    for der in (*data.certificates, *others):
        certificate = load_certificate(der)
        if signer.key_id:
            own = x509.SubjectKeyIdentifier.from_public_key(_key_of(certificate)).digest
            named = signer.key_id == own
        else:
            named = (certificate.issuer.public_bytes(), certificate.serial_number) == (signer.issuer, signer.serial)
        if named:
            return certificate
    raise InconclusiveError("the certificate of its signer is not at hand", clause=f"{_CMS} section 5.3")


def check_attributes(
    data: SignedData, certificate: x509.Certificate, digest_of: Callable[[hashes.HashAlgorithm], bytes]
) -> None:
    """Check the attributes that must be signed: the content's type and digest, and whose certificate it is.

    `digest_of` gives the content's digest. Raises InvalidError.
    """
    signer = data.signer
    try:
        content_type = signer.attributes[CONTENT_TYPE].oid()
        digest = signer.attributes[MESSAGE_DIGEST].octets()
    except KeyError as error:
        raise InvalidError("it lacks an attribute that it must sign", clause=f"{_CMS} section 11") from error
    if content_type != data.content_type or digest != digest_of(signer.digest):
        raise InvalidError("its content was changed", clause=f"{_CMS} section 11.2")
    try:
        named = _named_certificates(signer, certificate.public_bytes(Encoding.DER))
    except IndexError as error:
        raise InvalidError("it names its signer's certificate in no known shape", clause=f"{_ESS} section 2") from error
    if not any(expected == actual for expected, actual in named):
        raise InvalidError("it names another certificate as its signer's", clause=f"{_ESS} section 2.2.1")


def check_signature(signer: SignerInfo, certificate: x509.Certificate) -> None:
    """Check the signature over the attributes. Raises InvalidError, InconclusiveError for an unknown kind of key."""
    key = _key_of(certificate)
    digest = _SIGNATURE_HASHES.get(signer.algorithm, signer.digest)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            _check_algorithm(signer, _WITH_RSA)
            key.verify(signer.signature, signer.signed, _rsa_padding(signer.algorithm, digest), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            _check_algorithm(signer, _WITH_EC)
            key.verify(signer.signature, signer.signed, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            _check_algorithm(signer, _WITH_ED25519)
            key.verify(signer.signature, signer.signed)
        else:
            raise _unknown_key()
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise InvalidError("its signature doesn't match", clause=f"{_CMS} section 5.6") from error


def read_hash(algorithm: Node) -> hashes.HashAlgorithm:
    """Return the hash that an AlgorithmIdentifier names. Raises InconclusiveError for one that is not relied on."""
    oid = _members(algorithm, SEQUENCE)[0].oid()
    known = _HASHES.get(oid)
    if known is None:
        raise InconclusiveError(f"it uses the hash {oid}, which is not relied on here", clause=_CMS)
    return known


def _members(node: Node, tag: int) -> tuple[Node, ...]:
    """Return what a value of this tag holds. Raises UnreadableError for one of another tag."""
    if node.tag != tag:
        raise UnreadableError("it is not laid out as CMS is")
    return node.children()


def _check_algorithm(signer: SignerInfo, known: Collection[str]) -> None:
    if signer.algorithm not in known:
        raise InconclusiveError(
            f"it names the signature algorithm {signer.algorithm[:60]}, which is not known for its key", clause=_CMS
        )


def _read_signer(node: Node) -> SignerInfo:
    version, identifier, digest, *rest = _members(node, SEQUENCE)
    issuer, serial, key_id = b"", 0, b""
    if identifier.tag == _SUBJECT_KEY_ID:
        key_id = identifier.content
    else:
        name, number = _members(identifier, SEQUENCE)
        issuer, serial = name.encoded, number.integer()
    if version.integer() != (3 if key_id else 1):
        raise UnreadableError("its version is not that of its parts")
    if rest[0].tag != IMPLICIT_0:
        raise UnreadableError("it signs no attributes")
    attributes: dict[str, Node] = {}
    for attribute in rest[0].children():
        name, values = attribute.children()
        if name.oid() in attributes or len(values.children()) != 1:
            raise UnreadableError("it has a signed attribute twice")
        attributes[name.oid()] = values.children()[0]
    return SignerInfo(
        issuer=issuer,
        serial=serial,
        key_id=key_id,
        digest=read_hash(digest),
        attributes=attributes,
        # RFC 5652 section 5.4: signed is the DER of the SET, not the [0] that stands in its place.
        signed=write_der(SET, rest[0].content),
        algorithm=_members(rest[1], SEQUENCE)[0].oid(),
        signature=rest[2].octets(),
        unsigned=_read_unsigned(rest[3:]),
    )


def _read_unsigned(rest: Sequence[Node]) -> tuple[tuple[str, Node], ...]:
    found = []
    for attribute in (each for bag in rest if bag.tag == IMPLICIT_1 for each in bag.children()):
        name, values = attribute.children()
        found += [(name.oid(), value) for value in values.children()]
    return tuple(found)


def _named_certificates(signer: SignerInfo, der: bytes) -> list[tuple[bytes, bytes]]:
    """Return, for the ESSCertID that comes first, the hash it states and the hash that `der` has."""
    version_2 = signer.attributes.get(SIGNING_CERTIFICATE_V2)
    if version_2 is not None:
        parts = version_2.children()[0].children()[0].children()
        has_algorithm = parts[0].tag == SEQUENCE
        algorithm = read_hash(parts[0]) if has_algorithm else hashes.SHA256()
        return [(parts[1 if has_algorithm else 0].octets(), hashlib.new(algorithm.name, der).digest())]
    version_1 = signer.attributes.get(_SIGNING_CERTIFICATE)
    if version_1 is None:
        return []
    # The first version of the attribute is bound to SHA-1; the signature over it still binds the certificate's serial.
    stated = version_1.children()[0].children()[0].children()[0].octets()
    return [(stated, hashlib.sha1(der, usedforsecurity=False).digest())]


def _key_of(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unknown_key() from error


def _unknown_key() -> InconclusiveError:
    return InconclusiveError("it was signed with a kind of key that is not known here", clause=_CMS)


def _rsa_padding(algorithm: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if algorithm == _RSA_PSS:
        return padding.PSS(mgf=padding.MGF1(digest), salt_length=padding.PSS.AUTO)
    return padding.PKCS1v15()
