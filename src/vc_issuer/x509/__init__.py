"""X.509 for seals: a demo authority, reading certificates, chains, revocation, time-stamp tokens; pure.

Keys, times and serial numbers come in as arguments. The EU trusted lists stand elsewhere.
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
    without_anchor,
)
from vc_issuer.x509.request import build_request, request_to_pem
from vc_issuer.x509.revocation import (
    Revocation,
    RevocationSources,
    find_revocation,
    responder_certificates,
    revocation_sources,
    write_ocsp_request,
)
from vc_issuer.x509.timestamp import TimeStamp, read_time_stamp, verify_time_stamp
from vc_issuer.x509.tsp import read_time_stamp_reply, write_time_stamp_query

__all__ = [
    "CertificateFacts",
    "Revocation",
    "RevocationSources",
    "SealSubject",
    "TimeStamp",
    "Validity",
    "build_request",
    "certificate_facts",
    "certificates_from_pem",
    "certificates_to_pem",
    "find_revocation",
    "fingerprint",
    "is_self_signed",
    "issue_seal_certificate",
    "issuer_serial",
    "make_demo_ca",
    "organization_identifier",
    "public_key_of",
    "read_time_stamp",
    "read_time_stamp_reply",
    "request_to_pem",
    "responder_certificates",
    "revocation_sources",
    "verify_chain",
    "verify_time_stamp",
    "without_anchor",
    "write_ocsp_request",
    "write_time_stamp_query",
]
