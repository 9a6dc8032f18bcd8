"""Open Badges as signed JWTs through the public verifier: the verdicts of the embedded form, and the key's attribution."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from scenario import CREDENTIAL_KEY, DID, NOON, NOW, STATUS_KEY, make_world, status_lists, web_key

from builders_keys import signing_key
from reference import DATA, needs_data
from vc_issuer.carriers.svg import extract_svg
from vc_issuer.encoding.jwk import encode_jwk
from vc_issuer.model.keys import KeyAlgorithm, KeyPurpose, VerificationMethod
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.securing.vc_jose import VcJose, sign_compact

TOKEN = VcJose()
FIXTURES = DATA / "ob3" / "oracle" / "1edtech" / "ob30"


@pytest.fixture(scope="module")
def world():
    return make_world()


def outcomes(report):
    return {check.check: check.outcome for check in report.checks}


def test_a_token_of_the_issuer_is_current(world):
    report = world.verify(TOKEN.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content)
    assert report.verdict is Verdict.CURRENT, [(c.check.word, c.message) for c in report.checks]
    assert set(outcomes(report).values()) == {Outcome.PASSED}
    [line] = [check.message for check in report.checks if check.check is CheckId.PROOF]
    assert line == "1 proof(s) hold: vc+jwt"
    assert report.summary.learner_name


def test_a_token_in_a_file_may_end_with_a_line_feed(world):
    content = TOKEN.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content
    assert world.verify(b"\n" + content + b"\n").verdict is Verdict.CURRENT


def test_status_reaches_tokens_too(world):
    content = TOKEN.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content
    lists = status_lists(world.status_url, revoked=[world.index])
    assert world.verify(content, status_lists=lists).verdict is Verdict.REVOKED


@pytest.mark.parametrize(
    "key", [STATUS_KEY, web_key("stranger"), signing_key(seed="did:key")], ids=["status", "stranger", "did:key"]
)
def test_a_token_signed_with_a_wrong_key_is_not_genuine(world, key):
    content = TOKEN.secure(world.twin.ob3["en"], key, NOON).content
    assert world.verify(content).verdict is Verdict.NOT_GENUINE


def test_a_changed_token_is_not_genuine(world):
    content = bytearray(TOKEN.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content)
    content[-9] = ord("A") if content[-9] != ord("A") else ord("B")
    assert world.verify(bytes(content)).verdict is Verdict.NOT_GENUINE


def test_nobody_pinned_means_unknown_issuer(world):
    content = TOKEN.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content
    assert world.verify(content, issuers=()).verdict is Verdict.UNKNOWN_ISSUER


def test_a_signature_that_has_run_out_is_expired(world):
    document = {**world.twin.ob3["en"], "exp": int((NOON + timedelta(days=1)).timestamp())}
    content = sign_compact({"alg": "EdDSA", "kid": CREDENTIAL_KEY.method.id, "typ": "vc+jwt"}, document, CREDENTIAL_KEY)
    assert world.verify(content, now=NOON + timedelta(hours=1)).verdict is Verdict.CURRENT
    assert world.verify(content, now=NOW).verdict is Verdict.EXPIRED


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"eyJhbGciOiJub25lIn0.e30.", "'none' is not allowed"),
        (b"eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.e30.AA", "no credential that is known"),
        (b"ey.ey.ey", "can't be read|base64url"),
    ],
)
def test_a_token_that_can_not_be_read_says_why(world, content, message):
    report = world.verify(content)
    assert report.verdict is Verdict.UNREADABLE
    assert any(re.search(message, check.message) for check in report.checks)


def with_own_key(world, header=None):
    """Return a badge as JWT that brings its P-256 key along, and that key."""
    key = signing_key(KeyAlgorithm.P256)
    document = world.twin.ob3["en"]
    jwk = {"jwk": encode_jwk(key.signer.public_key)}
    return sign_compact({"alg": "ES256", **jwk, **(header or {})}, document, key), key


def test_a_key_that_a_token_brings_along_proves_nobody(world):
    content, _ = with_own_key(world)
    report = world.verify(content, issuers=())
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert outcomes(report)[CheckId.PROOF] is Outcome.PASSED
    assert outcomes(report)[CheckId.ISSUER_BINDING] is Outcome.INDETERMINATE
    assert world.verify(content).verdict is Verdict.NOT_GENUINE  # the issuer is known, and the key is not its own


def test_a_key_that_a_token_brings_along_counts_if_the_issuer_lists_it(world):
    content, key = with_own_key(world)
    listed = VerificationMethod(id=f"{DID}#jose", controller=DID, public_key=key.signer.public_key)
    issuer = world.trust.issuers[0]
    widened = replace(
        issuer,
        methods=(*issuer.methods, listed),
        purposes={**issuer.purposes, listed.id: KeyPurpose.CREDENTIAL},
    )
    assert world.verify(content, issuers=(widened,)).verdict is Verdict.CURRENT


@needs_data
def test_the_1edtech_fixture_is_intact_and_its_issuer_unknown(world):
    content = extract_svg((FIXTURES / "simple-jwt.svg").read_bytes())
    report = world.verify(content)
    assert report.verdict is Verdict.UNKNOWN_ISSUER, [(c.check.word, c.message) for c in report.checks]
    assert outcomes(report)[CheckId.PROOF] is Outcome.PASSED
    broken = content[:-5] + (b"AAAAA" if content[-5:] != b"AAAAA" else b"BBBBB")
    assert world.verify(broken).verdict is Verdict.NOT_GENUINE


def test_a_token_in_an_envelope_is_read_as_the_token(world):
    token = TOKEN.secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content.decode()
    envelope = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }
    assert world.verify(json.dumps(envelope).encode()).verdict is Verdict.CURRENT
    for change in ({"id": envelope["id"].replace("+jwt", "+cose")}, {"id": "urn:x"}, {"@context": []}):
        assert world.verify(json.dumps({**envelope, **change}).encode()).verdict is Verdict.UNREADABLE
