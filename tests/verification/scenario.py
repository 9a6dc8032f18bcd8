"""A small world for verification tests: an issuer with its keys and lists, one award signed in both formats."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from builders_elm import a_credit_certificate, an_envelope
from cryptography.hazmat.primitives.asymmetric import ec

from builders_keys import MemorySigner, signing_key
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.formats.twins import build_twin
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import DataIntegrity
from vc_issuer.securing.jades import seal_prepared
from vc_issuer.status_list import STATE_PURPOSE, build_status_list, make_bits, state_list_url
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustedIssuer, TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.x509 import SealSubject, Validity, issue_seal_certificate, make_demo_ca

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DID = "did:web:credentials.uzb.example"
NAME = "Universiteit Zennebeek (demo)"
SUITE = DataIntegrity(cryptosuite("eddsa-rdfc-2022"))
VALIDITY = Validity(not_before=datetime(2026, 1, 1, tzinfo=UTC), not_after=datetime(2030, 1, 1, tzinfo=UTC))


def web_key(seed, **life):
    key = signing_key(seed=seed)
    method = VerificationMethod(
        id=f"{DID}#{encode_multikey(key.method.public_key)}",
        controller=DID,
        public_key=key.method.public_key,
        **life,
    )
    return SigningKey(method=method, signer=key.signer)


CREDENTIAL_KEY = web_key("credential")
STATUS_KEY = web_key("status")


def make_seal(eidas="VATBE-0000000196", validity=VALIDITY):
    """Return (seal key with its certificate, CA certificate)."""
    ca_signer = MemorySigner(ec.derive_private_key(7, ec.SECP256R1()), KeyAlgorithm.P256)
    seal_signer = MemorySigner(ec.derive_private_key(11, ec.SECP256R1()), KeyAlgorithm.P256)
    ca = make_demo_ca("Demo authority", ca_signer, country="BE", serial=1, validity=VALIDITY)
    subject = SealSubject(organisation=NAME, eidas_identifier=eidas, country="BE", common_name="Demo seal")
    leaf = issue_seal_certificate(
        ca, ca_signer, public_key=seal_signer.public_key, subject=subject, serial=2, validity=validity
    )
    method = VerificationMethod(id="seal", controller=DID, public_key=seal_signer.public_key, certificates=(leaf,))
    return SigningKey(method=method, signer=seal_signer), ca


@dataclass
class World:
    """One signed award and the trust store that knows its issuer."""

    ob3: bytes
    elm: bytes
    trust: TrustStore
    twin: object
    status_url: str
    index: int

    def verify(self, content, now=NOW, **changes):
        return Verifier(replace(self.trust, **changes), directly).verify(content, "file", now)


def status_lists(url, *, revoked=(), state=(), key=STATUS_KEY, valid_from=NOON):
    lists = {}
    for own_url, bits, purpose in ((url, revoked, "revocation"), (state_list_url(url), state, STATE_PURPOSE)):
        document = build_status_list(own_url, make_bits(bits), issuer=DID, purpose=purpose, valid_from=valid_from)
        lists[own_url] = SUITE.secure(document, key, NOON).content
    return lists


def make_world(due=None, envelope=None, *, seal=None):
    due = due or a_credit_certificate()
    envelope = envelope or an_envelope()
    twin = build_twin(due, envelope)
    seal_key, ca = seal or make_seal()
    issuer = TrustedIssuer(
        did=DID,
        name=NAME,
        methods=(CREDENTIAL_KEY.method, STATUS_KEY.method),
        legal_id="VATBE-0000000196",
        purposes={CREDENTIAL_KEY.method.id: KeyPurpose.CREDENTIAL, STATUS_KEY.method.id: KeyPurpose.STATUS},
        source="the test",
        is_own=True,
    )
    url = envelope.status.list_url
    return World(
        ob3=SUITE.secure(twin.ob3["en"], CREDENTIAL_KEY, NOON).content,
        elm=seal_prepared(twin.elm_payload, seal_key, NOON + timedelta(seconds=1)).content,
        trust=TrustStore(issuers=(issuer,), anchors=(ca,), status_lists=status_lists(url)),
        twin=twin,
        status_url=url,
        index=envelope.status.index,
    )
