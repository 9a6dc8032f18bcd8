"""ecdsa-sd-2023: the W3C's vectors byte for byte, then what must not pass."""

import copy
from datetime import UTC, datetime

import pytest
from w3c_vectors import method_of, secret_of, vector, w3c_contexts

from builders_keys import signer_from_secret, signing_key, signing_key_for
from reference import needs_data
from vc_issuer.encoding.cbor import decode_cbor, encode_cbor
from vc_issuer.encoding.multikey import base64url_decode, base64url_encode
from vc_issuer.errors import InvalidError, UnsafeDocumentError, VcIssuerError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.securing.data_integrity import verify_proofs
from vc_issuer.securing.ecdsa_sd import BaseSecrets, create_base_proof, derive, verify_base
from vc_issuer.securing.proof_terms import ProofOptions

NAMES = ["ecdsa-sd-2023/ecdsa-sd-2023-employ", "ecdsa-sd-2023/ecdsa-sd-2023-prc"]
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "type": ["VerifiableCredential", "ExampleDegreeCredential"],
    "issuer": "did:example:issuer",
    "validFrom": "2026-07-06T12:00:00Z",
    "credentialSubject": [
        {"alumniOf": {"name": 'School <_:b0> of "Examples"'}, "degree": {"type": "ExampleBachelorDegree", "name": "A"}},
        {"degree": {"type": "ExampleBachelorDegree", "name": "B"}},
    ],
}

pytestmark = needs_data


@pytest.fixture(scope="module")
def contexts():
    return w3c_contexts()


def secrets_of(case):
    material = case["keyMaterial"]
    return BaseSecrets(
        hmac_key=bytes.fromhex(material["hmacKeyString"]),
        signer=signer_from_secret(KeyAlgorithm.P256, secret_of(material["proofKeyPair"])),
    )


@pytest.mark.parametrize("name", NAMES)
def test_base_proof_equals_the_vector(name, contexts):
    case = vector(name)
    key = signing_key_for(signer_from_secret(KeyAlgorithm.P256, secret_of(case["keyMaterial"]["baseKeyPair"])))
    options = ProofOptions(created=datetime.fromisoformat(case["addProofConfig"]["created"]))
    # The second vector's `unsigned` has another description than what was signed.
    document = {key: value for key, value in case["addSignedSDBase"].items() if key != "proof"}
    proof = create_base_proof(document, key, options, case["mandatoryPointers"], secrets_of(case), contexts=contexts)
    assert proof == case["addSignedSDBase"]["proof"]


@pytest.mark.parametrize("name", NAMES)
def test_statements_equal_the_vectors(name, contexts):
    case = vector(name)
    document = {key: value for key, value in case["addSignedSDBase"].items() if key != "proof"}
    key = signing_key(KeyAlgorithm.P256)
    seen = []

    class Watching:
        public_key = signing_key(KeyAlgorithm.P256, "own").signer.public_key

        def sign(self, message):
            seen.append(message.decode())
            return bytes(64)

    secrets = BaseSecrets(hmac_key=secrets_of(case).hmac_key, signer=Watching())
    create_base_proof(document, key, ProofOptions(created=NOON), case["mandatoryPointers"], secrets, contexts=contexts)
    mandatory = [line for _, line in case["addBaseTransform"]["mandatory"]["value"]]
    assert seen == [line for line in case["addBaseDocHMACCanon"] if line not in mandatory]


@pytest.mark.parametrize("name", NAMES)
def test_derived_proof_equals_the_vector(name, contexts):
    case = vector(name)
    derived = derive(case["addSignedSDBase"], case["selectivePointers"], contexts=contexts)
    assert derived == case["derivedRevealDocument"]


@pytest.mark.parametrize("name", NAMES)
def test_derived_vector_verifies_and_no_changed_leaf_does(name, contexts):
    document = vector(name)["derivedRevealDocument"]
    [result] = verify_proofs(document, method_of, contexts=contexts)
    assert result.error is None
    changed = copy.deepcopy(document)
    changed["credentialSubject"]["birthCountry"] = "Elsewhere"
    [result] = verify_proofs(changed, method_of, contexts=contexts)
    assert "does not match" in str(result.error)


@pytest.mark.parametrize("name", NAMES)
def test_base_vector_holds_for_its_holder(name, contexts):
    document = dict(vector(name)["addSignedSDBase"])
    proof = document.pop("proof")
    verify_base(document, proof, method_of(proof["verificationMethod"]), contexts=contexts)
    document["credentialSubject"] = {**document["credentialSubject"], "birthCountry": "Elsewhere"}
    with pytest.raises(InvalidError, match="does not match"):
        verify_base(document, proof, method_of(proof["verificationMethod"]), contexts=contexts)


@pytest.fixture(scope="module")
def base(contexts):
    key = signing_key(KeyAlgorithm.P256)
    secrets = BaseSecrets(hmac_key=bytes(range(32)), signer=signing_key(KeyAlgorithm.P256, "own").signer)
    proof = create_base_proof(DOCUMENT, key, ProofOptions(created=NOON), ["/issuer"], secrets, contexts=contexts)
    verify_base(DOCUMENT, proof, key.method, contexts=contexts)
    return {**DOCUMENT, "proof": proof}


def error_of(document, contexts):
    [result] = verify_proofs(document, method_of, contexts=contexts, guarded=True)
    return result.error


@pytest.mark.parametrize(
    ("pointers", "shown"),
    [
        (["/validFrom"], {"validFrom": "2026-07-06T12:00:00Z"}),
        (
            ["/credentialSubject/1/degree/name"],
            {"credentialSubject": [{"degree": {"type": "ExampleBachelorDegree", "name": "B"}}]},
        ),
        (["/credentialSubject/0/alumniOf"], {"credentialSubject": [{"alumniOf": {"name": 'School <_:b0> of "Examples"'}}]}),
        (["/credentialSubject"], {"credentialSubject": DOCUMENT["credentialSubject"]}),
        ([""], {name: DOCUMENT[name] for name in ("validFrom", "credentialSubject")}),
    ],
)  # fmt: skip
def test_what_is_picked_is_shown_and_holds(base, contexts, pointers, shown):
    derived = derive(base, pointers, contexts=contexts)
    assert {
        name: value for name, value in derived.items() if name not in {"@context", "type", "issuer", "proof"}
    } == shown
    assert error_of(derived, contexts) is None


def test_a_verifier_refuses_a_base_proof(base, contexts):
    assert "not that of a derived proof" in str(error_of(base, contexts))


@pytest.mark.parametrize(
    "pointer", ["validFrom", "/nothing", "/issuer/name", "/credentialSubject/2", "/credentialSubject/00"]
)
def test_a_pointer_to_nothing_is_refused(base, contexts, pointer):
    with pytest.raises(UnsafeDocumentError, match="pointer"):
        derive(base, [pointer], contexts=contexts)


def test_a_mandatory_statement_can_not_be_left_out(base, contexts):
    derived = derive(base, ["/validFrom"], contexts=contexts)
    del derived["issuer"]
    assert error_of(derived, contexts) is not None


def rewritten(document, change):
    copied = copy.deepcopy(document)
    value = base64url_decode(copied["proof"]["proofValue"][1:])
    parts = decode_cbor(value[3:])
    header, parts = change(value[:3], list(parts))
    copied["proof"]["proofValue"] = "u" + base64url_encode(header + encode_cbor(parts))
    return copied


CHANGES = {
    "another header": (lambda header, parts: (b"\xd9\x5d\x02", parts), "not that of a derived proof"),
    "a part too few": (lambda header, parts: (header, parts[:4]), "has 5 parts"),
    "a signature less": (lambda header, parts: (header, [*parts[:2], parts[2][1:], *parts[3:]]), "signatures for"),
    "signatures swapped": (lambda header, parts: (header, [*parts[:2], parts[2][::-1], *parts[3:]]), "does not match"),
    "a short signature": (lambda header, parts: (header, [parts[0][:63], *parts[1:]]), "64 bytes"),
    "zeros for a signature": (lambda header, parts: (header, [bytes(64), *parts[1:]]), "does not match"),
    "another key": (
        lambda header, parts: (header, [parts[0], encode_other(), *parts[2:]]),
        "does not match",
    ),
    "a label less": (lambda header, parts: (header, [*parts[:3], {}, parts[4]]), "other nodes"),
    "a mandatory statement claimed": (lambda header, parts: (header, [*parts[:4], [0, 1, 99]]), "signatures for|not there"),
    "texts for bytes": (lambda header, parts: (header, ["x", *parts[1:]]), "another kind"),
}  # fmt: skip


def encode_other():
    from vc_issuer.encoding.multikey import encode_multikey_bytes  # noqa: PLC0415

    return encode_multikey_bytes(signing_key(KeyAlgorithm.P256, "third").signer.public_key)


@pytest.mark.parametrize("name", CHANGES)
def test_a_rewritten_proof_value_is_refused(base, contexts, name):
    change, message = CHANGES[name]
    derived = derive(base, ["/validFrom", "/credentialSubject/1"], contexts=contexts)
    with pytest.raises(VcIssuerError, match=message):
        raise error_of(rewritten(derived, change), contexts)


def test_only_a_p256_key_makes_a_base_proof(contexts):
    secrets = BaseSecrets(hmac_key=bytes(32), signer=signing_key(KeyAlgorithm.P256).signer)
    with pytest.raises(UnsafeDocumentError, match="P-256"):
        create_base_proof(DOCUMENT, signing_key(), ProofOptions(created=NOON), [], secrets, contexts=contexts)


def test_a_document_that_uses_the_placeholder_scheme_is_refused(contexts):
    secrets = BaseSecrets(hmac_key=bytes(32), signer=signing_key(KeyAlgorithm.P256).signer)
    document = {**DOCUMENT, "credentialSubject": {"id": "urn:bnid:b0", "alumniOf": {"name": "X"}}}
    with pytest.raises(UnsafeDocumentError, match="urn:bnid"):
        create_base_proof(
            document, signing_key(KeyAlgorithm.P256), ProofOptions(created=NOON), [], secrets, contexts=contexts
        )
