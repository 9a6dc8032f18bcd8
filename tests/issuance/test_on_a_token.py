"""A batch under keys that lie on a SoftHSM2 token, pulled in its middle and put back; in CI a thousand credentials."""

import os
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest

import token_at_hand
from builders_keys import signer_from_secret
from issuance.house import DID, NOON, UZB, _secret, authority, profile, record
from vc_issuer.errors import SignerError
from vc_issuer.issuance.profile import KeyRing, ProofPlan, fingerprint_of_seal
from vc_issuer.model.batch import BatchState
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.signers.history import method_id
from vc_issuer.signers.registry import create_key, open_signer
from vc_issuer.store.batches import get_batch
from vc_issuer.x509 import SealSubject, Validity, issue_seal_certificate

# Three documents a learner, each an ELM and two badges: 1,008 credentials in continuous integration, fewer at a desk.
LEARNERS = 112 if os.environ.get("VC_ISSUER_EVERY_FILE") else 4
CREDENTIALS = LEARNERS * 3 * 3
PULLED_AFTER = 5  # documents


class TokenHome:
    """Four keys on the token, and what their public halves go by."""

    def __init__(self):
        name = os.urandom(4).hex()
        self.methods, self.uris = {}, {}
        for purpose in KeyPurpose:
            uri = token_at_hand.key_uri(f"{name}-{purpose.value}")
            algorithm = KeyAlgorithm.P256 if purpose is KeyPurpose.SEAL else KeyAlgorithm.ED25519
            public = create_key(uri, algorithm, token_at_hand.access())
            certificates = (certify(public),) if purpose is KeyPurpose.SEAL else ()
            self.uris[purpose] = uri
            self.methods[purpose] = VerificationMethod(
                id=method_id(DID, public), controller=DID, public_key=public, certificates=certificates
            )

    @contextmanager
    def open_keys(self, purposes):
        with ExitStack() as stack:
            yield KeyRing(
                keys={
                    purpose: SigningKey(
                        method=self.methods[purpose],
                        signer=stack.enter_context(open_signer(self.uris[purpose], token_at_hand.access())),
                        purpose=purpose,
                    )
                    for purpose in purposes
                }
            )

    def profile(self):
        ids = {purpose: method.id for purpose, method in self.methods.items()}
        suite, seal = "eddsa-rdfc-2022", SigningKey(method=self.methods[KeyPurpose.SEAL], signer=None)
        return profile(
            ob3=ProofPlan(mechanism=suite, key_id=ids[KeyPurpose.CREDENTIAL], options={}),
            elm=ProofPlan(mechanism="jades", key_id=ids[KeyPurpose.SEAL], options={"time_header": "iat"}),
            status=ProofPlan(mechanism=suite, key_id=ids[KeyPurpose.STATUS], options={}),
            metadata_key_id=ids[KeyPurpose.METADATA],
            seal_certificate_sha256=fingerprint_of_seal(seal),
            chunk_documents=PULLED_AFTER,
        )


def certify(public):
    years = Validity(not_before=NOON - timedelta(days=30), not_after=NOON + timedelta(days=1000))
    subject = SealSubject(organisation="UZB", eidas_identifier=UZB.eidas, country="BE", common_name="Seal")
    ca_signer = signer_from_secret(KeyAlgorithm.P256, _secret("ca"))
    return issue_seal_certificate(authority(), ca_signer, public_key=public, subject=subject, serial=9, validity=years)


def test_a_batch_is_signed_on_a_token_that_is_pulled_and_put_back(house):
    home = TokenHome()
    house.profile = home.profile()
    batch_id = house.approved(*[record(n) for n in range(1, LEARNERS + 1)])

    def pull(finished, _total):
        if finished == 1:
            token_at_hand.pull()

    try:
        with pytest.raises(SignerError, match=token_at_hand.LABEL) as caught:
            house.sign(batch_id, open_keys=home.open_keys, progress=pull)
    finally:
        token_at_hand.put_back()
    assert caught.value.retryable
    with house.database.reading() as session:
        assert get_batch(session, batch_id).state is BatchState.SIGNING
    # Every signature is verified before it is kept: what is counted here holds.
    assert house.sign(batch_id, open_keys=home.open_keys).signed_now == CREDENTIALS - PULLED_AFTER * 3
    assert house.sign(batch_id, open_keys=home.open_keys).signed_now == 0
    assert len(house.issued(batch_id)) * 3 == CREDENTIALS
