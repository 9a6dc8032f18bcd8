"""X.509 for seals: a demo authority, reading certificates, chains, time-stamp tokens; pure.

Keys, times and serial numbers come in as arguments. Revocation and the EU trusted lists stand elsewhere.
"""

from vc_issuer.x509.chain import verify_chain
from vc_issuer.x509.issue import SealSubject, Validity, issue_seal_certificate, make_demo_ca
from vc_issuer.x509.read import (
    CertificateFacts,
    certificate_facts,
    certificates_from_pem,
    certificates_to_pem,
    fingerprint,
    is_self_signed,
    issuer_serial,
    organization_identifier,
    public_key_of,
)
from vc_issuer.x509.timestamp import TimeStamp, read_time_stamp, verify_time_stamp

__all__ = [
    "CertificateFacts",
    "SealSubject",
    "TimeStamp",
    "Validity",
    "certificate_facts",
    "certificates_from_pem",
    "certificates_to_pem",
    "fingerprint",
    "is_self_signed",
    "issue_seal_certificate",
    "issuer_serial",
    "make_demo_ca",
    "organization_identifier",
    "public_key_of",
    "read_time_stamp",
    "verify_chain",
    "verify_time_stamp",
]
