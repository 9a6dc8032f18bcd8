"""The W3C's vectors, byte for byte: canonical forms, hashes, signatures, sets and chains."""

import hashlib
import json
from datetime import datetime

import pytest

from builders_keys import resolver, signer_from_secret, signing_key_for
from reference import DATA, needs_data
from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.multikey import base58_decode, base58_encode, decode_multikey, encode_multikey
from vc_issuer.errors import VcIssuerError
from vc_issuer.model.keys import KeyAlgorithm, VerificationMethod
from vc_issuer.securing.cryptosuites import CRYPTOSUITES, LEGACY_SUITES
from vc_issuer.securing.data_integrity import create_proof, hash_data, verify_proofs

W3C = DATA / "w3c"
NAMES = [
    "eddsa-rdfc-2022/eddsa-rdfc-2022-alumni", "eddsa-rdfc-2022/eddsa-rdfc-2022-employ",
    "eddsa-jcs-2022/eddsa-jcs-2022-alumni", "Ed25519Signature2020/ed25519signature2020-alumni",
    "ecdsa-rdfc-2019/ecdsa-rdfc-2019-p256-alumni", "ecdsa-rdfc-2019/ecdsa-rdfc-2019-p256-employ",
    "ecdsa-rdfc-2019/ecdsa-rdfc-2019-p384-alumni", "ecdsa-rdfc-2019/ecdsa-rdfc-2019-p384-employ",
    "ecdsa-jcs-2019/ecdsa-jcs-2019-p256-alumni", "ecdsa-jcs-2019/ecdsa-jcs-2019-p384-alumni",
]  # fmt: skip

ISSUED = [name for name in NAMES if not name.startswith("Ed25519Signature2020")]
SUITES = {**CRYPTOSUITES, **LEGACY_SUITES}

pytestmark = needs_data


def vector(name):
    return json.loads((W3C / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def contexts():
    index = json.loads((W3C / "contexts" / "index.json").read_text())
    more = {url: json.loads((W3C / "contexts" / entry["file"]).read_text()) for url, entry in index.items()}
    return pinned_contexts().with_documents(more)


def method_of(did_url):
    return VerificationMethod(
        id=did_url, controller=did_url.split("#")[0], public_key=decode_multikey(did_url.split("#")[1])
    )


@pytest.mark.parametrize("name", NAMES)
def test_vector_reproduces_hashes_and_signature(name, contexts):
    case = vector(name)
    suite = SUITES[case["cryptosuite"]]
    method = method_of(case["proofConfig"]["verificationMethod"])
    config = {key: value for key, value in case["proofConfig"].items() if suite.own_context or key != "@context"}
    hash_name = suite.hashes[method.public_key.algorithm]
    document = {key: value for key, value in case["signed"].items() if key != "proof"}
    canonical = suite.canonicalize(document, hash_name, contexts, False)
    assert canonical.decode() == case["canonicalDocument"]
    assert hashlib.new(hash_name, canonical).hexdigest() == case["documentHashHex"]
    assert hash_data(document, config, suite, method, contexts=contexts).hex() == case["hashDataHex"]
    assert base58_decode(case["signed"]["proof"]["proofValue"][1:]).hex() == case["signatureHex"]
    [result] = verify_proofs(case["signed"], method_of, contexts=contexts)
    assert result.error is None


@pytest.mark.parametrize("name", ISSUED)
def test_own_signature_equals_the_vectors(name, contexts):
    case = vector(name)
    suite = SUITES[case["cryptosuite"]]
    algorithm = decode_multikey(case["keyPair"]["publicKeyMultibase"]).algorithm
    pair = case["keyPair"]
    secret = base58_decode((pair.get("privateKeyMultibase") or pair["secretKeyMultibase"])[1:])[2:]
    signer = signer_from_secret(algorithm, secret)
    assert encode_multikey(signer.public_key) == case["keyPair"]["publicKeyMultibase"]
    key = signing_key_for(signer)
    created = datetime.fromisoformat(case["proofConfig"]["created"])
    document = {name: value for name, value in case["signed"].items() if name != "proof"}
    proof = create_proof(document, suite, key, created, contexts=contexts)
    expected = hash_data(
        document, {k: v for k, v in proof.items() if k != "proofValue"}, suite, key.method, contexts=contexts
    )
    assert proof["proofValue"] == "z" + base58_encode(signer.sign(expected))
    # ECDSA vectors were signed deterministically as well (RFC 6979), over the members in the vector's own order.
    ours = hash_data(
        document,
        {k: v for k, v in case["proofConfig"].items() if suite.own_context or k != "@context"},
        suite,
        key.method,
        contexts=contexts,
    )
    assert signer.sign(ours).hex() == case["signatureHex"]


@pytest.mark.parametrize("name", NAMES)
def test_any_changed_leaf_breaks_the_vector(name, contexts):
    case = vector(name)
    for changed in changed_leaves(case["signed"]):
        try:
            results = verify_proofs(changed, method_of, contexts=contexts)
        except (VcIssuerError, KeyError):
            continue
        assert any(result.error for result in results)


def changed_leaves(node):
    """Yield copies of a document with one character of one string leaf replaced."""
    text = json.dumps(node)

    def walk(value, path):
        if isinstance(value, dict):
            for key, item in value.items():
                yield from walk(item, [*path, key])
        elif isinstance(value, list):
            for position, item in enumerate(value):
                yield from walk(item, [*path, position])
        elif isinstance(value, str) and value:
            yield path, value

    for path, value in walk(node, []):
        if path[-1] == "verificationMethod":
            continue
        copy = json.loads(text)
        target = copy
        for step in path[:-1]:
            target = target[step]
        middle = len(value) // 2
        target[path[-1]] = value[:middle] + ("x" if value[middle] != "x" else "y") + value[middle + 1 :]
        yield copy


def test_every_key_type_round_trips_as_multikey():
    for algorithm in (KeyAlgorithm.ED25519, KeyAlgorithm.P256, KeyAlgorithm.P384):
        key = signer_from_secret(algorithm, hashlib.sha256(b"multikey").digest()).public_key
        assert decode_multikey(encode_multikey(key)) == key


def proof_set_chain():
    return json.loads((W3C / "proof-set-chain" / "proof-set-chain.json").read_text())


def test_proof_sets_and_chains_verify(contexts):
    case = proof_set_chain()
    signed = {
        name: value
        for name, value in case.items()
        if isinstance(value, dict) and "proof" in value and "Temp" not in name
    }
    assert signed
    for name, document in signed.items():
        results = verify_proofs(document, method_of, contexts=contexts)
        assert [result.error for result in results] == [None] * len(results), name


def test_a_circle_of_proofs_is_refused(contexts):
    case = vector(NAMES[0])
    proof = {**case["signed"]["proof"], "id": "urn:uuid:1", "previousProof": "urn:uuid:2"}
    other = {**proof, "id": "urn:uuid:2", "previousProof": "urn:uuid:1"}
    results = verify_proofs({**case["signed"], "proof": [proof, other]}, resolver_for_all, contexts=contexts)
    assert all("circle" in str(result.error) for result in results)


def resolver_for_all(did_url):
    return method_of(did_url)


def test_resolver_of_the_builders_knows_its_keys():
    key = signing_key_for(signer_from_secret(KeyAlgorithm.ED25519, bytes(range(32))))
    assert resolver(key)(key.method.id) == key.method
