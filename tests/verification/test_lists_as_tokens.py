"""Check 8 against status lists that are signed as JWTs (VC-JOSE-COSE section 3.1): the same demands as of any list."""

from datetime import timedelta

import pytest
from foreign import WEB, key_of, multikey, signed
from recorded import NOW, Network, controller_document
from test_foreign_issuers import DID_URL, LIST_URL, listed, message, outcome, pinned, verify

from builders_keys import signing_key
from vc_issuer.encoding.jwk import encode_jwk
from vc_issuer.errors import InputError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.securing.vc_jose import sign_compact
from vc_issuer.status_list import build_status_list, make_bits
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.trusting import Pins, trust_of_files


def a_token(revoked=(), issuer=WEB, signer=WEB, seed="foreign", header=None, **claims):
    document = build_status_list(LIST_URL, make_bits(revoked), issuer=issuer, purpose="revocation", valid_from=NOW)
    key = key_of(signer, seed)
    head = {"alg": "EdDSA", "kid": key.method.id, "typ": "vc+jwt"} | (header or {})
    return sign_compact(head, document | claims, key)


def with_list(content):
    return verify(signed(listed()), issuers=(pinned(),), status_lists={LIST_URL: content})


def test_a_list_in_a_token_counts_as_any_other():
    assert with_list(a_token()).verdict is Verdict.CURRENT
    assert with_list(a_token(revoked=[5])).verdict is Verdict.REVOKED


def own_key_in_header():
    key = signing_key(KeyAlgorithm.P256)
    document = build_status_list(LIST_URL, make_bits([]), issuer=WEB, purpose="revocation", valid_from=NOW)
    return sign_compact({"alg": "ES256", "jwk": encode_jwk(key.signer.public_key), "typ": "vc+jwt"}, document, key)


@pytest.mark.parametrize(
    "content",
    [
        a_token(seed="another"),
        a_token()[:-8] + b"AAAAAAAA",
        a_token(issuer="did:web:other.example", signer="did:web:other.example"),
        a_token(signer="did:web:other.example"),
        a_token(exp=int((NOW - timedelta(hours=1)).timestamp())),
        a_token(validUntil="2026-01-01T00:00:00Z"),
        a_token(exp="soon"),
        a_token(id="https://school.example/status/2"),
        a_token(type=["VerifiableCredential"]),
        a_token(header={"typ": "statuslist+jwt"}),
        a_token(header={"typ": "vp+jwt"}),
        own_key_in_header(),
        b"eyJ.e30.AA",
        b"no JSON",
        b"[]",
    ],
)
def test_a_list_that_can_not_be_used_leaves_the_status_unknown_and_never_good_or_bad(content):
    report = with_list(content)
    assert (report.verdict, outcome(report, CheckId.STATUS)) == (Verdict.STATUS_UNKNOWN, Outcome.INDETERMINATE)


def test_a_token_that_runs_out_between_two_files_no_longer_counts():
    ends = NOW + timedelta(minutes=5)
    lists = {LIST_URL: a_token(exp=int(ends.timestamp()))}
    verifier = Verifier(TrustStore(issuers=(pinned(),), status_lists=lists), directly)
    content = signed(listed())
    assert verifier.verify(content, "a", NOW).verdict is Verdict.CURRENT
    report = verifier.verify(content, "b", ends + timedelta(minutes=5))
    assert report.verdict is Verdict.STATUS_UNKNOWN
    assert "run out" in message(report, CheckId.STATUS)


def test_a_token_in_a_file_is_pinned_as_any_list_is(tmp_path):
    file = tmp_path / "list.jwt"
    file.write_bytes(a_token(revoked=[5]))
    trust = trust_of_files(Pins(status_lists=(file,)), TrustStore(issuers=(pinned(),)))
    assert Verifier(trust, directly).verify(signed(listed()), "file", NOW).verdict is Verdict.REVOKED
    file.write_bytes(b"eyJ.e30.AA")
    with pytest.raises(InputError, match="can't be read"):
        trust_of_files(Pins(status_lists=(file,)))


def test_the_key_of_a_fetched_token_is_confirmed_by_the_issuers_document():
    network = Network({DID_URL: controller_document(WEB, multikey()), LIST_URL: a_token(revoked=[5])})
    assert verify(signed(listed()), network).verdict is Verdict.REVOKED
    assert network.asked == [DID_URL, LIST_URL]
