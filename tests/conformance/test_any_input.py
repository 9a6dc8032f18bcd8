"""Anything put in anywhere: the answer is one of our errors, never another exception (a 500 over HTTP)."""

import copy
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders_keys import signing_key
from vc_issuer.encoding.contexts import CONFORMANCE, conformance_contexts
from vc_issuer.errors import VcIssuerError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import add_proof
from vc_issuer.securing.ecdsa_sd import BaseSecrets, create_base_proof, derive
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofOptions
from vc_issuer.securing.vc_jose import JwtForm, VcJose, peek_token, sign_compact, verify_jwt
from vc_issuer.verification.presentation import Asked, prove_presentation
from vc_issuer.verification.w3c import check_credential, check_strictly, screen_credential

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
CONTEXTS = conformance_contexts()
KEY, P256 = signing_key(), signing_key(KeyAlgorithm.P256)
ASKED = Asked(challenge="c", domain="a.example", profile=CONFORMANCE)
V2 = "https://www.w3.org/ns/credentials/v2"
DOCUMENT = {
    "@context": [V2, {"x": "https://x.example/x"}],
    "id": "urn:uuid:6e0f6ab4-7a52-4a8d-9d3f-3f3c3a2b1c0d",
    "type": ["VerifiableCredential"],
    "issuer": {"id": KEY.method.controller, "name": "Issuer"},
    "name": [{"@value": "x", "@language": "en"}],
    "validFrom": "2026-07-06T12:00:00Z",
    "validUntil": "2030-07-06T12:00:00Z",
    "credentialSubject": {"id": "did:example:s", "x": {"x": 1}},
    "relatedResource": [{"id": V2, "digestMultibase": "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"}],
}
BARE = {**DOCUMENT, "@context": [V2], "issuer": P256.method.controller, "credentialSubject": {"id": "did:example:s"}}


def proven(suite, key=KEY, document=DOCUMENT, **options):
    options = {"created": NOON, **options}
    return add_proof(document, cryptosuite(suite), key, ProofOptions(**options), contexts=CONTEXTS)


def disclosed():
    own = BaseSecrets(hmac_key=bytes(32), signer=signing_key(KeyAlgorithm.P256, "own").signer)
    proof = create_base_proof(BARE, P256, ProofOptions(created=NOON), ["/issuer"], own, contexts=CONTEXTS)
    return derive({**BARE, "proof": proof}, ["/validFrom", "/credentialSubject"], contexts=CONTEXTS)


def chained():
    first = proven("eddsa-jcs-2022", id="urn:uuid:1", domain=("a.example",), nonce="n")
    options = ProofOptions(created=NOON, previous=("urn:uuid:1",))
    return add_proof(first, cryptosuite("eddsa-rdfc-2022"), KEY, options, contexts=CONTEXTS)


def enveloped():
    token = VcJose().secure(DOCUMENT, KEY, NOON).content.decode()
    return {"@context": [V2], "id": f"data:application/vc+jwt,{token}", "type": "EnvelopedVerifiableCredential"}


def shown():
    document = {
        "@context": [V2], "type": ["VerifiablePresentation"], "holder": KEY.method.controller,
        "verifiableCredential": [proven("eddsa-jcs-2022"), enveloped()],
    }  # fmt: skip
    return proven("eddsa-rdfc-2022", document=document, purpose=AUTHENTICATION, challenge="c", domain=("a.example",))


GENUINE = {"chain": chained(), "disclosed": disclosed()}
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)  # fmt: skip
WORDS = st.sampled_from(["@context", "id", "type", "@id", "@type", "@graph", "@value", "@vocab", "proof", V2, "x", "", "https://x.example/y", "did:key:z", "data:application/vc+jwt,ey.ey.ey", "_:b0", "VerifiableCredential", "EnvelopedVerifiableCredential"])  # fmt: skip
JSON = st.recursive(SCALARS | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6)  # fmt: skip
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def places(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in items:
        yield from places(value, (*path, name))


def with_value(document, path, value):
    if not path:
        return value
    changed = copy.deepcopy(document)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def asks_nothing_else(work):
    """Run `work`; only our own errors may come out. Tells whether it went through."""
    try:
        work()
    except VcIssuerError:
        return False
    return True


def changes(document):
    return st.tuples(st.sampled_from(list(places(document))), JSON)


@pytest.mark.parametrize("name", GENUINE)
def test_what_is_genuine_goes_through(name):
    assert asks_nothing_else(lambda: check_credential(json.dumps(GENUINE[name]).encode(), NOW))


@SLOW
@given(st.sampled_from(sorted(GENUINE)).flatmap(lambda name: st.tuples(st.just(name), changes(GENUINE[name]))))
def test_any_value_anywhere_in_a_credential(case):
    name, (path, value) = case
    changed = with_value(GENUINE[name], path, value)
    content = json.dumps(changed).encode()
    asks_nothing_else(lambda: check_credential(content, NOW))
    asks_nothing_else(lambda: check_strictly(content, NOW, "", ""))
    if isinstance(changed, dict):
        bare = {member: item for member, item in changed.items() if member != "proof"}
        asks_nothing_else(lambda: screen_credential(json.dumps(bare).encode()))


PRESENTATION = shown()


@SLOW
@given(changes(PRESENTATION))
def test_any_value_anywhere_in_a_presentation(change):
    content = json.dumps(with_value(PRESENTATION, *change)).encode()
    asks_nothing_else(lambda: prove_presentation(content, ASKED, NOW))


HEADER = {"alg": "EdDSA", "kid": KEY.method.id, "typ": "vc+jwt", "cty": "vc", "crit": ["x"], "jwk": {"kty": "OKP"}}
PAYLOAD = {**DOCUMENT, "iss": KEY.method.controller, "exp": 1, "iat": 1, "vc": {"issuer": "did:x:y"}}


@SLOW
@given(changes(HEADER), changes(PAYLOAD), st.sampled_from([*(form.typ for form in JwtForm), None]))
def test_any_value_anywhere_in_a_token(header, payload, typ):
    head, body = with_value(HEADER, *header), with_value(PAYLOAD, *payload)
    if not isinstance(head, dict) or not isinstance(body, dict):
        return
    head.pop("crit", None)
    if typ is not None and header[0] != ("typ",):
        head["typ"] = typ
    content = sign_compact(head, body, KEY)
    asks_nothing_else(lambda: verify_jwt(content, lambda _: KEY.method))
    asks_nothing_else(lambda: check_credential(content, NOW))


@SLOW
@given(st.binary(max_size=200) | st.text(alphabet='eyJ.{}[]":,-_A0', max_size=80).map(str.encode))
def test_any_bytes(content):
    asks_nothing_else(lambda: peek_token(content))
    asks_nothing_else(lambda: check_credential(content, NOW))
    asks_nothing_else(lambda: prove_presentation(content, ASKED, NOW))
