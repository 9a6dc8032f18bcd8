"""Seals over PDFs (PAdES, ETSI EN 319 142-1, baseline B and T): the CMS structure that stands in the file; pure.

What is signed are three attributes: the type of the content, its digest, and the hash of the sealing certificate. All
but the digest is the same under one key, so it is written once. Where the seal stands in a PDF is the carrier's matter.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from vc_issuer.errors import ConfigurationError, InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, SigningKey
from vc_issuer.securing.jades import SealFacts
from vc_issuer.securing.jades_evidence import SealLevel, SealTimeStamp
from vc_issuer.securing.jades_header import check_sealable
from vc_issuer.securing.signatures import verify_signature
from vc_issuer.x509 import public_key_of, read_time_stamp, verify_time_stamp, without_anchor
from vc_issuer.x509.cms import (
    CONTENT_TYPE,
    DATA,
    ECDSA_SHA256,
    ECDSA_SHA384,
    IMPLICIT_0,
    IMPLICIT_1,
    MESSAGE_DIGEST,
    RSA_SHA256,
    SHA256,
    SHA384,
    SIGNED_DATA,
    SIGNING_CERTIFICATE_V2,
    SignedData,
    check_attributes,
    check_signature,
    read_signed_data,
    signer_certificate,
)
from vc_issuer.x509.der import (
    NULL,
    OCTET_STRING,
    SEQUENCE,
    SET,
    read_padded_der,
    write_der,
    write_integer,
    write_oid,
)
from vc_issuer.x509.read import load_certificate

PADES = "ETSI EN 319 142-1"
_SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
_MOST_DIGEST = 64  # SHA-512
_MOST_ECDSA = 104  # two numbers of P-384 in DER
MAX_STAMPS = 4  # a seal has one


class _Scheme(NamedTuple):
    """How a type of key signs in CMS: its hash, and both algorithm identifiers (RFC 5753, RFC 5754)."""

    hash_name: str
    digest: bytes
    signature: bytes


def _identifier(oid: str, *parameters: bytes) -> bytes:
    return write_der(SEQUENCE, write_oid(oid), *parameters)


_SCHEMES: dict[KeyAlgorithm, _Scheme] = {
    KeyAlgorithm.P256: _Scheme("sha256", _identifier(SHA256), _identifier(ECDSA_SHA256)),
    KeyAlgorithm.P384: _Scheme("sha384", _identifier(SHA384), _identifier(ECDSA_SHA384)),
    KeyAlgorithm.RSA_SHA256: _Scheme("sha256", _identifier(SHA256), _identifier(RSA_SHA256, write_der(NULL))),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAttributes:
    """A signature before it is written: over which attributes, and its value as CMS has it."""

    attributes: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSealing:
    """Everything of a seal that is the same for every PDF under one key. Made by `pdf_sealing`."""

    key: SigningKey
    scheme: _Scheme
    certificates: bytes = field(repr=False)
    signer: bytes = field(repr=False)

    @property
    def hash_name(self) -> str:
        """Name the hash of what is sealed."""
        return self.scheme.hash_name

    def room(self, stamp_bytes: int = 0) -> int:
        """Return how long a seal can become, with a time-stamp token of so many bytes."""
        public_key = self.key.method.public_key
        longest = len(public_key.der) if public_key.algorithm is KeyAlgorithm.RSA_SHA256 else _MOST_ECDSA
        signed = SignedAttributes(attributes=self._attributes(bytes(_MOST_DIGEST)), signature=bytes(longest))
        return len(self.write(signed, bytes(stamp_bytes)))

    def sign(self, digest: bytes) -> SignedAttributes:
        """Sign the digest of a PDF's octets, and verify the own signature. Raises SignerError, InvalidError."""
        attributes = self._attributes(digest)
        message = write_der(SET, attributes)
        signature = self.key.sign(message, KeyPurpose.SEAL)
        verify_signature(self.key.method.public_key, signature, message)
        if self.key.method.public_key.algorithm is not KeyAlgorithm.RSA_SHA256:
            half = len(signature) // 2
            signature = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        return SignedAttributes(attributes=attributes, signature=signature)

    def write(self, signed: SignedAttributes, stamp: bytes = b"") -> bytes:
        """Return the CMS structure (DER), with a time-stamp token over the signature's value where one is given."""
        unsigned = [write_der(IMPLICIT_1, _attribute(_SIGNATURE_TIME_STAMP, stamp))] if stamp else []
        information = write_der(
            SEQUENCE,
            write_integer(1),
            self.signer,
            self.scheme.digest,
            write_der(IMPLICIT_0, signed.attributes),
            self.scheme.signature,
            write_der(OCTET_STRING, signed.signature),
            *unsigned,
        )
        data = write_der(
            SEQUENCE,
            write_integer(1),
            write_der(SET, self.scheme.digest),
            _identifier(DATA),
            self.certificates,
            write_der(SET, information),
        )
        return write_der(SEQUENCE, write_oid(SIGNED_DATA), write_der(IMPLICIT_0, data))

    def _attributes(self, digest: bytes) -> bytes:
        leaf = hashlib.new(self.hash_name, self.key.method.certificates[0]).digest()
        # RFC 5035 section 4: SHA-256 is the default, and a default isn't written.
        named = [] if self.hash_name == "sha256" else [self.scheme.digest]
        certificate = write_der(
            SEQUENCE, write_der(SEQUENCE, write_der(SEQUENCE, *named, write_der(OCTET_STRING, leaf)))
        )
        # No signing time: the PDF states it (ETSI EN 319 142-1 clause 6.3).
        attributes = (
            _attribute(CONTENT_TYPE, write_oid(DATA)),
            _attribute(MESSAGE_DIGEST, write_der(OCTET_STRING, digest)),
            _attribute(SIGNING_CERTIFICATE_V2, certificate),
        )
        return b"".join(sorted(attributes))  # X.690 section 11.6: a SET OF in DER is sorted


def pdf_sealing(key: SigningKey, created: datetime) -> PdfSealing:
    """Prepare to seal PDFs under a key at `created` (aware UTC).

    Raises ConfigurationError if the key or its certificate can't seal.
    """
    scheme = _SCHEMES.get(key.signer.public_key.algorithm)
    if scheme is None:
        raise ConfigurationError(
            f"a {key.signer.public_key.algorithm.value} key can't seal.",
            remedy="Make the seal key P-256, P-384 or RSA.",
        )
    check_sealable(key.method.certificates, key.signer.public_key, created)
    leaf = load_certificate(key.method.certificates[0])
    return PdfSealing(
        key=key,
        scheme=scheme,
        certificates=write_der(IMPLICIT_0, *sorted(without_anchor(key.method.certificates))),
        signer=write_der(SEQUENCE, leaf.issuer.public_bytes(), write_integer(leaf.serial_number)),
    )


def verify_pdf_seal(contents: bytes, claimed: datetime, digest_of: Callable[[str], bytes]) -> SealFacts:
    """Check a seal as it stands in a PDF, padded with zeros: over what it should be, and signed by its certificate.

    `claimed` is the time that the PDF states, `digest_of` gives the digest of the sealed octets by a hash's name.
    Whether to believe the certificate is another question. Raises InvalidError, InconclusiveError.
    """
    data = _read(contents)
    certificate = signer_certificate(data)
    leaf = certificate.public_bytes(Encoding.DER)
    public_key_of(leaf)  # a type or a length of key that is not relied on is not decided
    stated = data.signer.attributes.get(MESSAGE_DIGEST)
    if stated is not None and stated.octets() != digest_of(data.signer.digest.name):
        raise InvalidError("the PDF was changed after it was sealed", clause=PADES, indication="HASH_FAILURE")
    try:
        check_attributes(data, certificate, lambda digest: digest_of(digest.name))
        check_signature(data.signer, certificate)
    except InvalidError as error:
        raise InvalidError(
            f"the seal of the PDF doesn't hold: {error.message}", clause=error.clause, indication="SIG_CRYPTO_FAILURE"
        ) from error
    stamps = _time_stamps(data)
    return SealFacts(
        level=SealLevel.T if len(stamps) == 1 else SealLevel.B,
        algorithm=data.signer.algorithm,
        time_header="M",
        claimed_time=claimed,
        certificates=(leaf, *(der for der in data.certificates if der != leaf)),
        time_stamps=stamps,
        embedded_certificates=(),
        revocation_lists=(),
        ocsp_responses=(),
        counter_signatures=0,
    )


def _attribute(oid: str, value: bytes) -> bytes:
    return write_der(SEQUENCE, write_oid(oid), write_der(SET, value))


def _read(contents: bytes) -> SignedData:
    try:
        data = read_signed_data(read_padded_der(contents))
    except (IndexError, ValueError, TypeError, UnreadableError) as error:
        message = error.message if isinstance(error, UnreadableError) else "it is built another way"
        raise InvalidError(
            f"the seal of the PDF can't be read: {message}", clause=PADES, indication="FORMAT_FAILURE"
        ) from error
    if data.content is not None:
        raise InvalidError("the seal of the PDF holds a content of its own", clause=PADES, indication="FORMAT_FAILURE")
    return data


def _time_stamps(data: SignedData) -> tuple[SealTimeStamp, ...]:
    """Check every time-stamp over the signature's value; one that is false makes the seal false."""
    tokens = [value for name, value in data.signer.unsigned if name == _SIGNATURE_TIME_STAMP]
    if len(tokens) > MAX_STAMPS:
        raise InvalidError(f"the seal of the PDF has more than {MAX_STAMPS} time-stamps", clause=PADES)
    return tuple(_time_stamp(token.encoded, data.signer.signature, data.certificates) for token in tokens)


def _time_stamp(token: bytes, signature: bytes, others: Sequence[bytes]) -> SealTimeStamp:
    try:
        stamp = read_time_stamp(token)
        certificates = verify_time_stamp(stamp, signature, others)
    except InconclusiveError as error:
        raise InconclusiveError(f"the seal's time-stamp can't be checked: {error.message}", clause=PADES) from error
    except VcIssuerError as error:
        indication = getattr(error, "indication", "") or "SIG_CRYPTO_FAILURE"
        raise InvalidError(
            f"the seal's time-stamp doesn't hold: {error.message}", clause=PADES, indication=indication
        ) from error
    return SealTimeStamp(kind="sigTst", time=stamp.time, certificates=certificates, position=0)
