"""Credentials as signed JWTs: others verify ours, we verify theirs, and what must not pass (threat T13)."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwcrypto import jwk, jws

from builders_keys import MemorySigner, resolver, signing_key
from vc_issuer.encoding.jwk import encode_jwk, thumbprint_uri
from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.errors import InvalidError, UnreadableError, UnsafeDocumentError
from vc_issuer.model.keys import KeyAlgorithm, SigningKey, VerificationMethod
from vc_issuer.securing.vc_jose import ALGORITHMS, JwtForm, VcJose, sign_compact, verify_jwt

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
ED, P256, P384 = signing_key(), signing_key(KeyAlgorithm.P256), signing_key(KeyAlgorithm.P384)
BADGE = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": "urn:uuid:6e0f6ab4-7a52-4a8d-9d3f-3f3c3a2b1c0d",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:credentials.uzb.example", "type": ["Profile"], "name": "Universiteit Zennebeek"},
    "validFrom": "2026-07-06T12:00:00Z",
    "validUntil": "2031-07-06T12:00:00Z",
    "credentialSubject": {"id": "did:example:learner", "type": ["AchievementSubject"]},
}
CREDENTIAL, OB3 = VcJose(), VcJose(JwtForm.BADGE)


class RsaSigner(MemorySigner):
    def sign(self, message):
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

        return self._private.sign(message, padding.PKCS1v15(), hashes.SHA256())


@pytest.fixture(scope="module")
def rsa_key():
    signer = RsaSigner(rsa.generate_private_key(public_exponent=65537, key_size=2048), KeyAlgorithm.RSA_SHA256)
    method = VerificationMethod(
        id="did:web:credentials.uzb.example#rsa", controller="did:web:credentials.uzb.example", public_key=signer.public_key
    )  # fmt: skip
    return SigningKey(method=method, signer=signer)


def parts(content):
    header, payload, signature = content.decode().split(".")
    return json.loads(base64url_decode(header)), json.loads(base64url_decode(payload)), base64url_decode(signature)


def peer_key(key):
    return jwk.JWK(**encode_jwk(key.signer.public_key))


@pytest.mark.parametrize("key", [ED, P256, P384], ids=["EdDSA", "ES256", "ES384"])
def test_jwcrypto_verifies_our_token_and_we_find_the_credential(key):
    secured = CREDENTIAL.secure(BADGE, key, NOON)
    header, payload, _ = parts(secured.content)
    assert header == {"alg": header["alg"], "kid": key.method.id, "typ": "vc+jwt", "cty": "vc"}
    assert payload == {**BADGE, "iat": 1783339200}
    assert secured.media_type == "application/vc+jwt"
    token = jws.JWS()
    token.allowed_algs = [header["alg"]]
    token.deserialize(secured.content.decode(), peer_key(key))
    verified = CREDENTIAL.verify(secured.content, resolver(key))
    assert (verified.document, verified.created, verified.mechanism) == (BADGE, NOON, "vc+jwt")


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
def test_the_badge_form_repeats_its_members_as_claims(kind, rsa_key):
    key = rsa_key if kind == "RS256" else P256
    secured = OB3.secure(BADGE, key, NOON)
    header, payload, _ = parts(secured.content)
    assert header == {"alg": kind, "kid": key.method.id, "typ": "JWT"}
    claims = {"iss": BADGE["issuer"]["id"], "jti": BADGE["id"], "sub": "did:example:learner"}
    assert payload == {**BADGE, **claims, "nbf": 1783339200, "exp": 1941105600, "iat": 1783339200}
    jws.JWS().deserialize(secured.content.decode(), peer_key(key))
    assert OB3.verify(secured.content, resolver(key)).document == BADGE
    assert OB3.recognises(secured.content)
    assert not CREDENTIAL.recognises(secured.content)
    with pytest.raises(InvalidError, match=r"no vc\+jwt"):
        CREDENTIAL.verify(secured.content, resolver(key))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_we_verify_what_jwcrypto_signs(algorithm, rsa_key):
    key = {"EdDSA": ED, "Ed25519": ED, "ES256": P256, "ES384": P384}.get(algorithm, rsa_key)
    pem = key.signer._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    token = jws.JWS(json.dumps(BADGE).encode())
    # jwcrypto knows Ed25519 by its older name alone.
    named = "EdDSA" if algorithm == "Ed25519" else algorithm
    token.allowed_algs = [named]
    token.add_signature(
        jwk.JWK.from_pem(pem), protected=json.dumps({"alg": named, "kid": key.method.id, "typ": "vc+jwt"})
    )
    assert CREDENTIAL.verify(token.serialize(compact=True).encode(), resolver(key)).document == BADGE


def test_any_changed_character_is_noticed():
    content = CREDENTIAL.secure(BADGE, ED, NOON).content
    for place in range(0, len(content), 23):
        changed = bytearray(content)
        changed[place] = ord("A") if content[place] != ord("A") else ord("B")
        with pytest.raises((InvalidError, UnreadableError)):
            CREDENTIAL.verify(bytes(changed), lambda _: ED.method)


def token(header=None, payload=None, key=P256):
    whole = {"alg": "ES256", "kid": key.method.id, "typ": "vc+jwt", **(header or {})}
    whole = {name: value for name, value in whole.items() if value is not None}
    return sign_compact(whole, {**BADGE, **(payload or {})}, key)


HEADERS = [
    ({"alg": "none"}, "not allowed"),
    ({"alg": None}, "not allowed"),
    ({"alg": ["ES256"]}, "not allowed"),
    ({"alg": "HS256"}, "not allowed"),
    ({"alg": "es256"}, "not allowed"),
    ({"alg": "ES256K"}, "not allowed"),
    ({"alg": "ES512"}, "not allowed"),
    ({"alg": "RS256"}, "not for this kind"),
    ({"alg": "EdDSA"}, "not for this kind"),
    ({"alg": "ES384"}, "not for this kind"),
    ({"crit": ["exp"], "exp": 1}, "not understood"),
    ({"crit": []}, "empty"),
    ({"crit": ["b64"], "b64": False}, "not understood"),
    ({"b64": False}, "b64 is not allowed"),
    ({"zip": "DEF"}, "zip is not allowed"),
    ({"jku": "https://mill.example/jwks"}, "jku is not allowed"),
    ({"x5u": "https://mill.example/x5u"}, "x5u is not allowed"),
    ({"jwk": encode_jwk(P256.signer.public_key)}, "jwk is not allowed"),
    ({"jwk": encode_jwk(P256.signer.public_key), "kid": None}, "jwk is not allowed"),
    ({"kid": None}, "names no key"),
    ({"kid": 7}, "names no key"),
    ({"typ": "at+jwt"}, "typ is none"),
    ({"typ": 7}, "typ is none"),
    ({"cty": "vp"}, "cty does not fit"),
    ({"cty": 7}, "cty does not fit"),
]


@pytest.mark.parametrize(("header", "message"), HEADERS)
def test_a_header_that_confuses_is_refused_though_the_signature_holds(header, message):
    with pytest.raises(InvalidError, match=message):
        verify_jwt(token(header), lambda _: P256.method)


def test_an_hmac_with_the_public_key_is_no_signature(rsa_key):
    header = base64url_encode(json.dumps({"alg": "HS256", "kid": rsa_key.method.id, "typ": "vc+jwt"}).encode())
    message = f"{header}.{base64url_encode(json.dumps(BADGE).encode())}"
    mac = hmac.digest(rsa_key.method.public_key.der, message.encode(), hashlib.sha256)
    with pytest.raises(InvalidError, match="not allowed"):
        verify_jwt(f"{message}.{base64url_encode(mac)}".encode(), lambda _: rsa_key.method)


def test_an_unsigned_token_is_refused():
    content = token()
    with pytest.raises(InvalidError, match="does not match"):
        verify_jwt(content.rpartition(b".")[0] + b".", lambda _: P256.method)


def test_another_key_does_not_verify():
    other = signing_key(KeyAlgorithm.P256, "other").method
    with pytest.raises(InvalidError, match="does not match"):
        verify_jwt(token(), lambda _: other)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"iss": "did:web:mill.example"}, "iss differs"),
        ({"exp": "soon"}, "exp is no date"),
        ({"exp": True}, "exp is no date"),
        ({"iat": -1}, "iat is no date"),
        ({"nbf": None}, "nbf is no date"),
        ({"iat": 10**12}, "iat is no date"),
        ({"vc": {}}, "no vc or vp claim"),
        ({"vp": {}}, "no vc or vp claim"),
    ],
)
def test_claims_that_say_something_else_are_refused(payload, message):
    with pytest.raises(InvalidError, match=message):
        verify_jwt(token(payload=payload), lambda _: P256.method)


@pytest.mark.parametrize(
    ("claim", "value"),
    [("iss", "did:web:mill.example"), ("jti", "urn:uuid:1"), ("sub", "did:example:other"), ("nbf", 1), ("exp", 4102444800)],
)  # fmt: skip
def test_a_badge_whose_claim_differs_is_refused(claim, value):
    _, payload, _ = parts(OB3.secure(BADGE, P256, NOON).content)
    with pytest.raises(InvalidError, match=f"{claim} differs"):
        verify_jwt(token({"typ": "JWT"}, {**payload, claim: value}), lambda _: P256.method)


def test_the_signature_may_end_before_the_credential():
    found = verify_jwt(token(payload={"exp": 1783342800}), lambda _: P256.method)
    assert found.expires == datetime(2026, 7, 6, 13, tzinfo=UTC)


def test_a_relative_kid_stands_under_the_issuer():
    asked = []

    def resolve(name):
        asked.append(name)
        return P256.method

    verify_jwt(token({"kid": "#key"}, {"iss": BADGE["issuer"]["id"]}), resolve)
    assert asked == ["did:web:credentials.uzb.example#key"]


def test_a_badge_that_brings_its_key_asks_for_it_by_thumbprint():
    asked = []

    def resolve(name):
        asked.append(name)
        return P256.method

    public = P256.signer.public_key
    verify_jwt(token({"typ": None, "kid": None, "jwk": encode_jwk(public)}), resolve)
    assert asked == [thumbprint_uri(public)]
    with pytest.raises(InvalidError, match="secret"):
        verify_jwt(token({"typ": "JWT", "kid": None, "jwk": {**encode_jwk(public), "d": "AAAA"}}), resolve)


@pytest.mark.parametrize(
    ("base", "start", "end"),
    [
        ("https://www.w3.org/2018/credentials/v1", "issuanceDate", "expirationDate"),
        ("https://www.w3.org/ns/credentials/v2", "validFrom", "validUntil"),
    ],
)
def test_the_older_form_has_members_in_the_claims(base, start, end):
    inner = {name: value for name, value in BADGE.items() if name not in ("id", "issuer", "validFrom", "validUntil")}
    inner |= {"@context": [base, BADGE["@context"][1]], "credentialSubject": {"type": ["AchievementSubject"]}}
    claims = {"iss": "https://u.example/issuer", "jti": "https://u.example/1", "sub": "did:example:learner"}
    whole = {"vc": inner, **claims, "nbf": 1262304000, "exp": 4102444800}
    header = {"alg": "ES256", "kid": P256.method.id, "typ": "JWT"}
    found = verify_jwt(sign_compact(header, whole, P256), lambda _: P256.method)
    assert found.verified.document == {
        **inner,
        "id": "https://u.example/1",
        "issuer": "https://u.example/issuer",
        start: "2010-01-01T00:00:00Z",
        end: "2100-01-01T00:00:00Z",
        "credentialSubject": {"type": ["AchievementSubject"], "id": "did:example:learner"},
    }
    contradicting = {**whole, "vc": {**inner, "issuer": "https://x.example"}}
    with pytest.raises(InvalidError, match="iss differs"):
        verify_jwt(sign_compact(header, contradicting, P256), lambda _: P256.method)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", UnreadableError),
        (b"a.b", UnreadableError),
        (b"ey.ey.ey.ey", UnreadableError),
        (b"\xff.\xff.\xff", UnreadableError),
        (b"e30.e30.AA", InvalidError),
        (b"!.e30.AA", InvalidError),
        (b'{"payload":"e30","protected":"e30","signature":"AA"}', InvalidError),
    ],
)
def test_what_is_no_compact_jws_is_refused(content, error):
    with pytest.raises(error):
        verify_jwt(content, lambda _: P256.method)


def test_a_payload_is_one_object_without_twice_named_members():
    for body in (b"[]", b'{"a":1,"a":2}', b"nonsense"):
        protected = base64url_encode(json.dumps({"alg": "ES256", "kid": "x", "typ": "vc+jwt"}).encode())
        with pytest.raises((InvalidError, UnreadableError)):
            verify_jwt(f"{protected}.{base64url_encode(body)}.AA".encode(), lambda _: P256.method)


def test_what_can_not_be_secured_is_said():
    with pytest.raises(UnsafeDocumentError, match="proof of its own"):
        CREDENTIAL.secure({**BADGE, "proof": []}, ED, NOON)
    with pytest.raises(UnsafeDocumentError, match="RSA or P-256"):
        OB3.secure(BADGE, ED, NOON)
    for member in ("id", "issuer", "validFrom", "credentialSubject"):
        with pytest.raises(UnsafeDocumentError, match="nothing to say"):
            OB3.secure({name: value for name, value in BADGE.items() if name != member}, P256, NOON)
