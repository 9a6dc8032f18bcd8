"""JSON Web Signatures: the examples of RFC 7515 and RFC 7797, then what must not pass."""

import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto import jwk, jws
from seal_builder import encoded

from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey
from vc_issuer.securing.jws import (
    JwsSignature,
    algorithm_for,
    check_critical,
    parse_jws,
    signature_octets,
    signing_input,
    verify_jws_signature,
)

# RFC 7515 appendix A.3: ES256 in compact form.
A3_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
A3 = (
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)


def public_key(key, algorithm):
    return PublicKey(algorithm=algorithm, der=key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def p256(members):
    return public_key(jwk.JWK(**members).get_op_key("verify"), KeyAlgorithm.P256)


def check(token, key):
    one = token.signatures[0]
    message = signing_input(one.protected, token.payload)
    verify_jws_signature(one.header["alg"], key, signature=signature_octets(one), message=message)


def test_rfc_7515_appendix_a3_holds():
    token = parse_jws(A3.encode())
    check(token, p256(A3_KEY))
    assert json.loads(token.payload_octets())["iss"] == "joe"


def test_rfc_7515_appendix_a6_parses_with_its_two_signatures():
    protected, payload, signature = A3.split(".")
    general = {
        "payload": payload,
        "signatures": [
            {"protected": protected, "header": {"kid": "e9bc097a"}, "signature": signature},
            {"protected": protected, "signature": signature},
        ],
    }
    token = parse_jws(json.dumps(general).encode())
    assert [one.unprotected for one in token.signatures] == [{"kid": "e9bc097a"}, {}]
    check(token, p256(A3_KEY))


def test_rfc_7797_section_4_example_has_its_signing_input():
    # The example is HS256, which is not allowed here; its header and signing input are what is compared.
    protected = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19"
    envelope = {"payload": "$.02", "protected": protected, "signature": "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"}
    token = parse_jws(json.dumps(envelope).encode())
    assert token.payload_octets() == b"$.02"
    assert signing_input(protected, token.payload) == protected.encode() + b".$.02"
    with pytest.raises(InvalidError, match="not allowed"):
        check(token, p256(A3_KEY))


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_what_jwcrypto_signs_with_rsa_holds_under_its_own_name_alone(rsa_key, algorithm):
    token = jws.JWS(b"payload")
    token.add_signature(jwk.JWK.from_pyca(rsa_key), protected=json.dumps({"alg": algorithm}))
    parsed = parse_jws(token.serialize(compact=True).encode())
    key = public_key(rsa_key.public_key(), KeyAlgorithm.RSA_SHA256)
    check(parsed, key)
    one = parsed.signatures[0]
    for other in ("RS256", "PS256", "RS512"):
        if other != algorithm:
            with pytest.raises(InvalidError, match="does not match"):
                verify_jws_signature(
                    other,
                    key,
                    signature=signature_octets(one),
                    message=signing_input(one.protected, parsed.payload),
                )


def test_a_salt_of_another_length_is_refused(rsa_key):
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=20)
    signature = rsa_key.sign(b"m", salted, hashes.SHA256())
    key = public_key(rsa_key.public_key(), KeyAlgorithm.RSA_SHA256)
    with pytest.raises(InvalidError, match="does not match"):
        verify_jws_signature("PS256", key, signature=signature, message=b"m")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256K", "EdDSA", "ES512", "RSA1_5", "", "es256"])
def test_only_listed_algorithms_are_tried(algorithm):
    with pytest.raises(InvalidError, match="not allowed"):
        verify_jws_signature(algorithm, p256(A3_KEY), signature=b"", message=b"")


def test_an_algorithm_must_fit_the_key(rsa_key):
    with pytest.raises(InvalidError, match="not for this kind"):
        verify_jws_signature("RS256", p256(A3_KEY), signature=b"", message=b"")
    key = public_key(rsa_key.public_key(), KeyAlgorithm.RSA_SHA256)
    with pytest.raises(InvalidError, match="not for this kind"):
        verify_jws_signature("ES256", key, signature=b"", message=b"")


def test_a_key_that_lies_about_its_type_checks_nothing():
    der = p256(A3_KEY).der
    with pytest.raises(InvalidError, match="not for this kind"):
        verify_jws_signature("RS256", PublicKey(algorithm=KeyAlgorithm.RSA_SHA256, der=der), signature=b"", message=b"")


def test_keys_that_seal_have_their_algorithm():
    curves = {KeyAlgorithm.P256: "ES256", KeyAlgorithm.P384: "ES384", KeyAlgorithm.RSA_SHA256: "RS256"}
    for algorithm in KeyAlgorithm:
        assert algorithm_for(PublicKey(algorithm=algorithm, der=b"")) == curves.get(algorithm)


def test_zero_halves_are_refused():
    key = public_key(ec.generate_private_key(ec.SECP256R1()).public_key(), KeyAlgorithm.P256)
    with pytest.raises(InvalidError, match="does not match"):
        verify_jws_signature("ES256", key, signature=bytes(64), message=b"m")


def test_a_name_critical_to_another_profile_is_not_understood():
    one = JwsSignature(protected="", header={"crit": ["sigD"], "sigD": {}}, unprotected={}, signature="")
    check_critical(one, understood=frozenset({"sigD"}), required=frozenset())
    with pytest.raises(InvalidError, match="not understood"):
        check_critical(one, understood=frozenset({"b64"}), required=frozenset())


def test_signatures_that_disagree_on_the_encoding_are_refused():
    entries = [{"protected": encoded({"alg": "ES256", "b64": b64}), "signature": "AA"} for b64 in (True, False)]
    token = parse_jws(json.dumps({"payload": "AA", "signatures": entries}).encode())
    with pytest.raises(InvalidError, match="disagree"):
        token.payload_octets()


def test_members_beside_the_signature_are_named():
    envelope = {"payload": "AA", "protected": "e30", "signature": "AA", "evil": 1}
    assert parse_jws(json.dumps(envelope).encode()).signatures[0].unsigned_members == ("evil",)
