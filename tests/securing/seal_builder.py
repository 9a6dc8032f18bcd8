"""A demo authority and seal keys under it, valid by default; tests change one thing."""

import base64
import json
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vc_issuer.model.keys import KeyAlgorithm, PublicKey, SigningKey, VerificationMethod
from vc_issuer.x509 import SealSubject, Validity, issue_seal_certificate, make_demo_ca

NOON = datetime(2025, 7, 4, 12, tzinfo=UTC)
YEARS = Validity(not_before=NOON - timedelta(days=30), not_after=NOON + timedelta(days=3 * 365))
EIDAS = "VATBE-0999999999"
SUBJECT = SealSubject(organisation="Demo University", eidas_identifier=EIDAS, country="BE", common_name="Demo seal")
DOCUMENT = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
    "id": "urn:credential:6e0f6ab4-7a52-4a8d-9d3f-3f3c3a2b1c0d",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "title": {"nl": "Revalidatie – “gezond” ouder worden €", "en": 'Łódź \\ "quoted" \u2028 </script>'},
}


class MemorySigner:
    """A key that lives for a test."""

    def __init__(self, key):
        self.key = key
        if isinstance(key, ed25519.Ed25519PrivateKey):
            algorithm = KeyAlgorithm.ED25519
        elif isinstance(key, rsa.RSAPrivateKey):
            algorithm = KeyAlgorithm.RSA_SHA256
        else:
            algorithm = KeyAlgorithm.P384 if key.curve.name == "secp384r1" else KeyAlgorithm.P256
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = PublicKey(algorithm=algorithm, der=der)

    def sign(self, message):
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(message)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        width = self.key.curve.key_size // 8
        digest = hashes.SHA384() if width == 48 else hashes.SHA256()
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(width) + s.to_bytes(width)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


KEYS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "RSA": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


def seal_key(kind="P-256", *, validity=YEARS, subject=SUBJECT):
    """Return a seal key with its certificate and its authority's, as a home has them."""
    authority, signer = MemorySigner(KEYS["P-256"]()), MemorySigner(KEYS[kind]())
    anchor = make_demo_ca("Demo CA", authority, country="BE", serial=1, validity=YEARS)
    leaf = issue_seal_certificate(
        anchor, authority, public_key=signer.public_key, subject=subject, serial=2, validity=validity
    )
    method = VerificationMethod(
        id="did:web:demo.example#seal",
        controller="did:web:demo.example",
        public_key=signer.public_key,
        certificates=(leaf, anchor),
    )
    return SigningKey(method=method, signer=signer)


def encoded(value):
    """Write a value as base64url of compact JSON, as headers and etsiU entries stand."""
    content = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def header_of(content):
    return json.loads(decoded(json.loads(content)["signatures"][0]["protected"]))


def resealed(content, key, change):
    """Return the envelope with its header changed and signed again, so that only the change is wrong."""
    envelope = json.loads(content)
    header = header_of(content)
    change(header)
    protected = encoded(header)
    signature = key.signer.sign(protected.encode() + b"." + envelope["payload"].encode())
    envelope["signatures"] = [{"protected": protected, "signature": encoded(signature)}]
    return json.dumps(envelope, ensure_ascii=False).encode()
