"""A whole test PKI that answers over HTTP on loopback: a seal's authority, a time-stamp authority, OCSP and lists.

Its clock is the test's. Everything holds by default; tests change one thing.
"""

import hashlib
import http.server
import itertools
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from seal_builder import EIDAS, KEYS, NOON, MemorySigner
from time_stamp_builder import Tsa, seq

from vc_issuer.errors import InconclusiveError
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.x509 import write_ocsp_request
from vc_issuer.x509.der import INTEGER, SEQUENCE, read_der, write_der, write_integer

YEAR = timedelta(days=365)
_serials = itertools.count(1000)
GRANTED = seq(write_integer(0))


def name(common_name, **more):
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    parts += [x509.NameAttribute(getattr(NameOID, oid), text) for oid, text in more.items()]
    return x509.Name(parts)


@dataclass
class Authority:
    """A key with its certificate; issues others."""

    key: object
    certificate: x509.Certificate

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    @classmethod
    def root(cls, common_name, *, years=30, start=NOON):
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(
            name(common_name), key.public_key(), cls(key, None), life=(start - YEAR, start + years * YEAR), ca=True
        )
        return cls(key, made)

    def issue(self, subject, public_key, *, life, ca=False, usage=None, base="", nocheck=False):
        return _certificate(subject, public_key, self, life=life, ca=ca, usage=usage, base=base, nocheck=nocheck)

    def sub(self, common_name, *, base, years=20, start=NOON):
        key = ec.generate_private_key(ec.SECP256R1())
        life = (start - YEAR, start + years * YEAR)
        return Authority(key, self.issue(name(common_name), key.public_key(), life=life, ca=True, base=base))


def _certificate(subject, public_key, issuer, *, life, ca=False, usage=None, base="", nocheck=False):
    authority = issuer.certificate.subject if issuer.certificate else subject
    builder = x509.CertificateBuilder(
        issuer_name=authority,
        subject_name=subject,
        public_key=public_key,
        serial_number=next(_serials),
        not_valid_before=life[0],
        not_valid_after=life[1],
    )
    issuer_key = issuer.key.public_key()
    builder = (
        builder.add_extension(x509.BasicConstraints(ca, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False)
        .add_extension(x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), True)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), True)
    if nocheck:
        builder = builder.add_extension(x509.OCSPNoCheck(), False)
    if base:
        method = AuthorityInformationAccessOID.OCSP
        responder = x509.AccessDescription(method, x509.UniformResourceIdentifier(f"{base}/ocsp"))
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(f"{base}/crl/{authority.rfc4514_string().partition('=')[2]}")],
            None, None, None,
        )  # fmt: skip
        builder = builder.add_extension(x509.AuthorityInformationAccess([responder]), False)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), False)
    return builder.sign(issuer.key, hashes.SHA256())


@dataclass
class Pki:
    """Seal root > seal CA > seal certificate; time root > TSA. `now` is the clock of everybody in it."""

    base: str = "http://pki.test"
    kind: str = "P-256"
    start: object = NOON
    now: object = None
    seal_years: int = 3
    tsa_years: int = 5
    revoked: dict = field(default_factory=dict)  # serial → (moment, reason or None)
    asked: list = field(default_factory=list)
    ocsp_works: bool = True
    ocsp_life: object = timedelta(days=2)
    crl_works: bool = True
    tsa_works: bool = True

    def __post_init__(self):
        self.now = self.now or self.start
        self.root = Authority.root("Seal Root", start=self.start)
        self.ca = self.root.sub("Seal CA", base=self.base, start=self.start)
        self.time_root = Authority.root("Time Root", years=60, start=self.start)
        self.responders = {}
        for authority in (self.root, self.ca, self.time_root):
            key = ec.generate_private_key(ec.SECP256R1())
            made = authority.issue(
                name("OCSP Responder"), key.public_key(), life=(self.start - YEAR, self.start + 60 * YEAR),
                usage=ExtendedKeyUsageOID.OCSP_SIGNING, nocheck=True,
            )  # fmt: skip
            self.responders[authority.certificate.subject] = (authority, Authority(key, made))
        self.seal_key = self.new_seal()
        self.new_tsa()

    def new_seal(self, eidas=EIDAS, *, years=None, starts=None):
        signer = MemorySigner(KEYS[self.kind]())
        leaf = self.certify(signer.key.public_key(), eidas, years=years, starts=starts)
        method = VerificationMethod(
            id="did:web:test.example#seal",
            controller="did:web:test.example",
            public_key=signer.public_key,
            certificates=(leaf, self.ca.der),
        )
        return SigningKey(method=method, signer=signer)

    def certify(self, public_key, eidas=EIDAS, *, years=None, starts=None):
        """Return a seal certificate (DER) for a key."""
        starts = starts or self.start - timedelta(days=30)
        subject = name(
            "Test seal", COUNTRY_NAME="BE", ORGANIZATION_NAME="Test University", ORGANIZATION_IDENTIFIER=eidas
        )
        life = (starts, starts + (years or self.seal_years) * YEAR)
        return self.ca.issue(subject, public_key, life=life, base=self.base).public_bytes(Encoding.DER)

    def new_tsa(self, **changes):
        """Give the time-stamp authority a new key and certificate that begins now."""
        key = ec.generate_private_key(ec.SECP256R1())
        life = (self.now - timedelta(days=1), self.now + self.tsa_years * YEAR)
        made = self.time_root.issue(
            name("Test TSA"), key.public_key(), life=life, usage=ExtendedKeyUsageOID.TIME_STAMPING, base=self.base
        )
        self.tsa = Tsa(key=key, certificate=made.public_bytes(Encoding.DER), **changes)
        return made

    @property
    def anchors(self):
        return (self.root.der,)

    @property
    def time_anchors(self):
        return (self.time_root.der,)

    def anchors_at(self, _moment):
        return self.anchors

    def time_anchors_at(self, _moment):
        return self.time_anchors

    @property
    def leaf(self):
        return x509.load_der_x509_certificate(self.seal_key.method.certificates[0])

    def revoke(self, certificate, moment, reason=None):
        self.revoked[certificate.serial_number] = (moment, reason)

    # What the servers answer

    def time_stamp_reply(self, query):
        """Answer a TimeStampReq as RFC 3161 has it; imprint and nonce come from the question."""
        _, imprint, *rest = read_der(query).children()
        nonce = next((node.integer() for node in rest if node.tag == INTEGER), None)
        tsa = replace(self.tsa, time=self.now, nonce=nonce, digest=imprint.children()[1].octets())
        return write_der(SEQUENCE, GRANTED, tsa.token(b""))

    def ocsp_reply(self, request):
        asked = ocsp.load_der_ocsp_request(request)
        for authority, responder in self.responders.values():
            key = authority.certificate.public_key()
            if x509.SubjectKeyIdentifier.from_public_key(key).digest == asked.issuer_key_hash:
                return self._ocsp(asked, authority, responder)
        return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(
            Encoding.DER
        )

    def _ocsp(self, asked, authority, responder):
        moment, reason = self.revoked.get(asked.serial_number, (None, None))
        status = ocsp.OCSPCertStatus.REVOKED if moment else ocsp.OCSPCertStatus.GOOD
        until = self.now + self.ocsp_life if self.ocsp_life else None
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash, asked.issuer_key_hash, asked.serial_number, hashes.SHA1(), status,
            self.now, until, moment, reason,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        made = builder.certificates([responder.certificate]).sign(responder.key, hashes.SHA256())
        return made.public_bytes(Encoding.DER)

    def crl(self, common_name):
        authority = next(
            authority for subject, (authority, _) in self.responders.items()
            if subject.rfc4514_string() == f"CN={common_name}"
        )  # fmt: skip
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=authority.certificate.subject, last_update=self.now, next_update=self.now + timedelta(days=7)
        )
        for serial, (moment, reason) in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment)
            if reason:
                entry = entry.add_extension(x509.CRLReason(reason), False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answer(self, method, path, body):
        """Return (status, content type, body) as the servers of this PKI do."""
        self.asked.append((method, path))
        if path == "/tsa" and method == "POST" and self.tsa_works:
            return 200, "application/timestamp-reply", self.time_stamp_reply(body)
        if path == "/ocsp" and method == "POST" and self.ocsp_works:
            return 200, "application/ocsp-response", self.ocsp_reply(body)
        if path.startswith("/crl/") and self.crl_works:
            return 200, "application/pkix-crl", self.crl(path.removeprefix("/crl/").replace("%20", " "))
        return 503, "text/plain", b"away"


class PkiServer:
    """The PKI behind a socket on loopback."""

    def __init__(self, **settings):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _serve(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, kind, answer = server.pki.answer(self.command, self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = _serve  # noqa: N815 -- the library calls them by these names

            def log_message(self, *_):
                return None

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._http.server_port}"
        self.pki = Pki(base=self.origin, **settings)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class DirectDesk:
    """An evidence desk that asks the PKI without a network; what it gets goes through the same checks."""

    def __init__(self, pki):
        self.pki = pki

    def stamp(self, message):
        return replace(self.pki.tsa, time=self.pki.now, digest=hashlib.sha256(message).digest()).token(message)

    def ask_ocsp(self, url, certificate, issuer):
        return self._answer("POST", url, write_ocsp_request(certificate, issuer))

    def fetch_list(self, url):
        return self._answer("GET", url, b"")

    def _answer(self, method, url, body):
        status, _, answer = self.pki.answer(method, url.removeprefix(self.pki.base), body)
        if status != 200:
            raise InconclusiveError(f"{self.pki.base} answered with status {status}")
        return answer
