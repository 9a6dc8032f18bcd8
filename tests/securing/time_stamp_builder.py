"""A time-stamp authority for tests: tokens that hold by default; tests change one thing."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from seal_builder import NOON, YEARS, encoded

from vc_issuer.x509.der import OCTET_STRING, SEQUENCE, SET, write_der, write_integer, write_oid

TST_INFO = "1.2.840.113549.1.9.16.1.4"
SHA256 = "2.16.840.1.101.3.4.2.1"
NULL = b"\x05\x00"


def seq(*parts):
    return write_der(SEQUENCE, *parts)


def tsa_certificate(key, *, usages=(ExtendedKeyUsageOID.TIME_STAMPING,), critical=True, validity=YEARS):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo TSA")])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=77,
        not_valid_before=validity.not_before,
        not_valid_after=validity.not_after,
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(Encoding.DER)


@dataclass
class Tsa:
    key: object = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate: bytes = b""
    carries_certificate: bool = True
    time: object = NOON + timedelta(minutes=1)
    fraction: str = ""
    hash_oid: str = SHA256
    ess: bytes | None = None
    ess_version: int = 2
    content_type: str = TST_INFO
    drop: str = ""
    by_key_id: bool = False
    pss: bool = False
    tamper: bool = False
    is_ber: bool = False
    nonce: int | None = None
    digest: bytes = b""  # of a message that only its digest is known of

    def __post_init__(self):
        self.certificate = self.certificate or tsa_certificate(self.key)

    def token(self, message):
        info = self._info(message)
        attributes = self._attributes(info)
        signature, algorithm = self._sign(write_der(SET, attributes))
        if self.tamper:
            info = info.replace(hashlib.sha256(message).digest(), hashlib.sha256(message + b"x").digest())
        signer = seq(
            write_integer(3 if self.by_key_id else 1),
            self._identifier(),
            seq(write_oid(SHA256)),
            write_der(0xA0, attributes),
            algorithm,
            write_der(OCTET_STRING, signature),
        )
        certificates = [write_der(0xA0, self.certificate)] if self.carries_certificate else []
        octets = write_der(OCTET_STRING, info)
        if self.is_ber:
            octets = b"\x24\x80" + write_der(OCTET_STRING, info[:20]) + write_der(OCTET_STRING, info[20:]) + b"\0\0"
        body = [
            write_integer(3),
            write_der(SET, seq(write_oid(SHA256))),
            seq(write_oid(TST_INFO), write_der(0xA0, octets)),
            *certificates,
            write_der(SET, signer),
        ]
        return seq(write_oid("1.2.840.113549.1.7.2"), write_der(0xA0, seq(*body)))

    def _info(self, message):
        digest = self.digest or hashlib.sha256(message).digest()
        imprint = seq(seq(write_oid(self.hash_oid), NULL), write_der(OCTET_STRING, digest))
        nonce = [] if self.nonce is None else [write_integer(self.nonce)]
        moment = f"{self.time:%Y%m%d%H%M%S}{self.fraction}Z".encode()
        return seq(write_integer(1), write_oid("1.2.3.4"), imprint, write_integer(5), write_der(0x18, moment), *nonce)

    def _attributes(self, info):
        digest = hashlib.sha256(info).digest()
        if self.ess_version == 2:
            ess, ess_oid = hashlib.sha256(self.certificate).digest(), "1.2.840.113549.1.9.16.2.47"
        else:
            ess, ess_oid = hashlib.sha1(self.certificate).digest(), "1.2.840.113549.1.9.16.2.12"
        named = seq(seq(seq(write_der(OCTET_STRING, self.ess or ess))))
        parts = {
            "type": seq(write_oid("1.2.840.113549.1.9.3"), write_der(SET, write_oid(self.content_type))),
            "digest": seq(write_oid("1.2.840.113549.1.9.4"), write_der(SET, write_der(OCTET_STRING, digest))),
            "ess": seq(write_oid(ess_oid), write_der(SET, named)),
        }
        return b"".join(value for name, value in parts.items() if name != self.drop)

    def _identifier(self):
        certificate = x509.load_der_x509_certificate(self.certificate)
        if self.by_key_id:
            return write_der(0x80, x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest)
        return seq(certificate.issuer.public_bytes(), write_integer(certificate.serial_number))

    def _sign(self, message):
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message), seq(write_oid("1.3.101.112"))
        if isinstance(self.key, rsa.RSAPrivateKey):
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if self.pss else padding.PKCS1v15()
            oid = "1.2.840.113549.1.1.10" if self.pss else "1.2.840.113549.1.1.11"
            return self.key.sign(message, scheme, hashes.SHA256()), seq(write_oid(oid))
        return self.key.sign(message, ec.ECDSA(hashes.SHA256())), seq(write_oid("1.2.840.10045.4.3.2"))


def value(der):
    return {"val": base64.b64encode(der).decode()}


def stamped(name, *tokens):
    return {name: {"tstTokens": [value(token) for token in tokens]}}


def extended(content, *additions):
    """Return the envelope with entries of etsiU; an addition makes its entry from the envelope as it then is."""
    envelope = json.loads(content)
    entries = []
    for addition in additions:
        made = addition(envelope, entries) if callable(addition) else addition
        entries.append(encoded(made))
    envelope["signatures"][0]["header"] = {"etsiU": entries}
    return json.dumps(envelope, ensure_ascii=False).encode()


def sig_tst(tsa):
    return lambda envelope, _: stamped("sigTst", tsa.token(envelope["signatures"][0]["signature"].encode()))


def arc_tst(tsa):
    def make(envelope, entries):
        entry = envelope["signatures"][0]
        parts = [envelope["payload"], entry["protected"], entry["signature"], "".join(entries)]
        return stamped("arcTst", tsa.token(".".join(parts).encode()))

    return make
