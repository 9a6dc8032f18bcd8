"""did:key and did:web: there and back, and what CID 1.0 refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from builders_keys import signing_key
from vc_issuer.did import did_key, did_web, did_web_document, did_web_url, methods_of, resolve_did_key
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.errors import InvalidError
from vc_issuer.model.keys import KeyAlgorithm, VerificationMethod

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
DID = "did:web:issuer.example"


def web_method(seed="web", **life):
    key = signing_key(seed=seed).method.public_key
    return VerificationMethod(id=f"{DID}#{encode_multikey(key)}", controller=DID, public_key=key, **life)


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.P384])
def test_did_key_resolves_to_its_own_key(algorithm):
    key = signing_key(algorithm)
    assert did_key(key.method.public_key) == key.method.controller
    assert resolve_did_key(key.method.id) == key.method


def test_did_key_with_another_fragment_is_refused():
    first, second = signing_key().method, signing_key(seed="second").method
    with pytest.raises(InvalidError, match="its own key"):
        resolve_did_key(first.controller + "#" + second.id.split("#")[1])


def test_small_order_key_is_refused():
    with pytest.raises(InvalidError, match="small order"):
        resolve_did_key(
            "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP#z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"
        )


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:issuer.example", "https://issuer.example/.well-known/did.json"),
        ("did:web:issuer.example%3A8443:uni:law", "https://issuer.example:8443/uni/law/did.json"),
    ],
)
def test_did_web_becomes_its_url(did, url):
    assert did_web_url(did) == url


@pytest.mark.parametrize(
    "did",
    ["did:web:", "did:web:..", "did:web:issuer.example:..:x", "did:web:issuer.example:a%2Fb", "did:web:a%40b.example",
     "did:key:z6Mk", "did:web:x.example:", "did:web:x.example/y"],
)  # fmt: skip
def test_malformed_did_web_is_refused(did):
    with pytest.raises(InvalidError, match="did:web"):
        did_web_url(did)


def test_a_port_is_percent_encoded():
    assert did_web("issuer.example:8443") == "did:web:issuer.example%3A8443"


def test_did_document_reads_back_with_its_retired_keys():
    methods = (web_method(), web_method("old", expires=NOON - timedelta(days=1)))
    document = did_web_document(DID, methods, now=NOON)
    assert all(isinstance(item, str) for item in document["assertionMethod"])
    assert methods_of(document) == methods


def test_a_revoked_key_stays_but_asserts_nothing():
    document = did_web_document(DID, [web_method(revoked=NOON - timedelta(days=1))], now=NOON)
    assert len(document["verificationMethod"]) == 1
    assert methods_of(document) == ()


def test_a_method_counts_only_under_the_relation_that_names_it():
    document = did_web_document(DID, [web_method()], now=NOON) | {"assertionMethod": [], "authentication": []}
    assert methods_of(document) == ()


def test_relative_and_embedded_methods_are_read():
    document = did_web_document(DID, [web_method()], now=NOON)
    [entry] = document["verificationMethod"]
    relative = {**entry, "id": "#" + entry["id"].split("#")[1]}
    assert methods_of({"id": DID, "verificationMethod": [relative], "assertionMethod": [relative["id"]]}) == (
        web_method(),
    )
    assert methods_of({"id": DID, "assertionMethod": [entry]}) == (web_method(),)


def test_a_key_controlled_by_another_is_refused():
    document = did_web_document(DID, [web_method()], now=NOON)
    document["verificationMethod"][0]["controller"] = "did:web:other.example"
    with pytest.raises(InvalidError, match="controlled by another"):
        methods_of(document)
