"""JSON Web Keys: the examples of RFC 7638 and RFC 8037, round trips, and what is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto import jwk as peer

from builders_keys import signing_key
from vc_issuer.did import methods_of
from vc_issuer.encoding.jwk import THUMBPRINT_SCHEME, decode_jwk, encode_jwk, thumbprint_uri
from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm

RFC_7638 = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
RFC_8037 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
EC = encode_jwk(signing_key(KeyAlgorithm.P256).signer.public_key)


@pytest.mark.parametrize(
    ("jwk", "thumbprint"),
    [
        (RFC_7638, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (RFC_8037, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ],
)
def test_thumbprints_of_the_rfcs(jwk, thumbprint):
    assert thumbprint_uri(decode_jwk(jwk)) == THUMBPRINT_SCHEME + thumbprint


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.P384])
def test_keys_round_trip_and_jwcrypto_agrees(algorithm):
    key = signing_key(algorithm).signer.public_key
    jwk = encode_jwk(key)
    assert decode_jwk(jwk) == key
    assert thumbprint_uri(key) == THUMBPRINT_SCHEME + peer.JWK(**jwk).thumbprint()


def test_an_rsa_key_round_trips():
    key = decode_jwk(RFC_7638)
    assert encode_jwk(key) == {name: RFC_7638[name] for name in ("kty", "n", "e")}
    assert key.algorithm is KeyAlgorithm.RSA_SHA256


@pytest.mark.parametrize(
    ("jwk", "message"),
    [
        (None, "JSON object"),
        ({**RFC_8037, "d": "AAAA"}, "secret"),
        ({"kty": "oct", "k": "AAAA"}, "secret"),
        ({"kty": "oct"}, "not used here"),
        ({**EC, "crv": "secp256k1"}, "not used here"),
        ({**EC, "crv": ["P-256"]}, "not used here"),
        ({**EC, "x": EC["y"]}, "no key of its kind"),
        ({**EC, "x": "AAAA"}, "width"),
        ({**EC, "x": 1}, "lacks its x"),
        ({**RFC_8037, "x": RFC_8037["x"] + "="}, "base64url"),
        ({**RFC_8037, "x": "A" * 43}, "small order"),
        ({**RFC_7638, "e": "Ag"}, "no key of its kind"),
        ({**RFC_7638, "n": "AQAB"}, "too short"),
    ],
)  # fmt: skip
def test_what_is_no_public_key_of_ours_is_refused(jwk, message):
    with pytest.raises(InvalidError, match=message):
        decode_jwk(jwk)


def test_a_short_rsa_key_is_refused():
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key().public_numbers()
    jwk = peer.JWK(kty="RSA", e="AQAB", n=peer.base64url_encode(short.n.to_bytes(128)))
    with pytest.raises(InvalidError, match="too short"):
        decode_jwk(jwk.export_public(as_dict=True))


def test_a_controller_document_may_hold_jwks_and_keys_of_other_kinds():
    did = "did:web:mill.example"

    def entry(fragment, jwk, **more):
        return {"id": f"{did}#{fragment}", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk, **more}

    document = {
        "id": did,
        "verificationMethod": [entry("a", EC), entry("b", {**EC, "crv": "secp256k1"}), entry("c", EC, publicKeyMultibase="z")],
        "assertionMethod": [f"{did}#a", f"{did}#b", f"{did}#c"],
    }  # fmt: skip
    assert [method.id for method in methods_of(document)] == [f"{did}#a"]
