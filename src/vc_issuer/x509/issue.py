"""A demo authority and the seal certificates it issues; they claim no qualification (no QcStatements).

The authority signs through the Signer protocol, so its key shows itself as little as any other: the certificate is
laid out under a throwaway key of the same type, and its signature is then replaced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, Signer
from vc_issuer.x509.der import BIT_STRING, SEQUENCE, read_der, write_der
from vc_issuer.x509.read import load_certificate

_PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_HASHES: dict[KeyAlgorithm, hashes.SHA256 | hashes.SHA384 | None] = {
    KeyAlgorithm.ED25519: None,
    KeyAlgorithm.P256: hashes.SHA256(),
    KeyAlgorithm.P384: hashes.SHA384(),
    KeyAlgorithm.RSA_SHA256: hashes.SHA256(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSubject:
    """Whom a seal names: organisation, eIDAS legal identifier (2.5.4.97), country in two letters, name of the seal."""

    organisation: str
    eidas_identifier: str
    country: str
    common_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when until when a certificate holds; aware UTC."""

    not_before: datetime
    not_after: datetime


def make_demo_ca(name: str, signer: Signer, *, country: str, serial: int, validity: Validity) -> bytes:
    """Return the self-signed certificate (DER) of an authority for demonstrations and tests."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    key = _load(signer.public_key)
    builder = _builder(subject, subject, key=key, serial=serial, validity=validity)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_key_usage(certificates=True), True),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key), False),
    ]
    return _signed(builder, extensions, signer)


def issue_seal_certificate(
    ca_certificate: bytes,
    ca_signer: Signer,
    *,
    public_key: PublicKey,
    subject: SealSubject,
    serial: int,
    validity: Validity,
) -> bytes:
    """Return a certificate (DER) for an electronic seal of a legal person (ETSI EN 319 412-3), not qualified."""
    authority = load_certificate(ca_certificate)
    name = seal_name(subject)
    key = _load(public_key)
    issuer_key_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = _builder(name, authority.subject, key=key, serial=serial, validity=validity)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(certificates=False), True),
        (x509.SubjectKeyIdentifier.from_public_key(key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key_id), False),
    ]
    return _signed(builder, extensions, ca_signer)


def seal_name(subject: SealSubject) -> x509.Name:
    """Return the name of a seal's holder (ETSI EN 319 412-3 section 4.2.1)."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, subject.country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, subject.eidas_identifier),
            x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, *, key: _PublicKey, serial: int, validity: Validity
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=serial,
        not_valid_before=validity.not_before,
        not_valid_after=validity.not_after,
    )


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,  # nonRepudiation, as ETSI EN 319 412-2 clause 4.3.2 wants of a seal
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(
    builder: x509.CertificateBuilder, extensions: Sequence[tuple[x509.ExtensionType, bool]], signer: Signer
) -> bytes:
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    algorithm = signer.public_key.algorithm
    draft = builder.sign(throwaway_key(algorithm), signature_hash(algorithm))
    body, signature_algorithm, _ = read_der(draft.public_bytes(Encoding.DER)).children()
    signature = signer.sign(draft.tbs_certificate_bytes)
    if algorithm in {KeyAlgorithm.P256, KeyAlgorithm.P384}:
        half = len(signature) // 2
        signature = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    return write_der(SEQUENCE, body.encoded, signature_algorithm.encoded, write_der(BIT_STRING, b"\0", signature))


def signature_hash(algorithm: KeyAlgorithm) -> hashes.SHA256 | hashes.SHA384 | None:
    """Return the hash that a certificate's signature uses with keys of this type; Ed25519 has its own."""
    return _HASHES[algorithm]


def throwaway_key(algorithm: KeyAlgorithm) -> CertificateIssuerPrivateKeyTypes:
    """Make a key of this type that lays out a structure and is then forgotten."""
    if algorithm is KeyAlgorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm is KeyAlgorithm.RSA_SHA256:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1() if algorithm is KeyAlgorithm.P256 else ec.SECP384R1())


def _load(public_key: PublicKey) -> _PublicKey:
    try:
        key = load_der_public_key(public_key.der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError("a public key can't be read, so no certificate can name it.") from error
    if not isinstance(key, _PublicKey):
        raise ConfigurationError("a certificate is not made for a key of this type.")
    return key
