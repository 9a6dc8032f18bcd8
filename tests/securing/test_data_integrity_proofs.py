"""Sets and chains of proofs and what a proof says of itself: made, verified, and refused clause by clause."""

from datetime import UTC, datetime, timedelta

import pytest

from builders_keys import resolver, signing_key
from vc_issuer.errors import InconclusiveError, InvalidError, UnsafeDocumentError
from vc_issuer.model.keys import KeyAlgorithm
from vc_issuer.securing.cryptosuites import CRYPTOSUITES, LEGACY_SUITES, cryptosuite
from vc_issuer.securing.data_integrity import MAX_PROOFS, DataIntegrity, add_proof, create_proof, verify_proofs
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofDemands, ProofOptions

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST, SECOND = signing_key(seed="first"), signing_key(seed="second")
P256, P384 = signing_key(KeyAlgorithm.P256), signing_key(KeyAlgorithm.P384)
RESOLVE = resolver(FIRST, SECOND, P256, P384)
RDFC = cryptosuite("eddsa-rdfc-2022")
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": FIRST.method.controller,
    "name": "Bewijs",
    "credentialSubject": {"id": "urn:uuid:6e0f6ab4-7a52-4a8d-9d3f-3f3c3a2b1c0d"},
}
SUITES = [
    ("eddsa-rdfc-2022", FIRST),
    ("eddsa-jcs-2022", FIRST),
    ("ecdsa-rdfc-2019", P256),
    ("ecdsa-rdfc-2019", P384),
    ("ecdsa-jcs-2019", P256),
    ("ecdsa-jcs-2019", P384),
]


def options(**changes):
    return ProofOptions(**{"created": NOON, **changes})


def errors(document, **demands):
    results = verify_proofs(document, RESOLVE, demands=ProofDemands(**demands))
    return [result.error for result in results]


def single(suite=RDFC, key=FIRST, **changes):
    return add_proof(DOCUMENT, suite, key, options(**changes))


def altered(document, place=0, /, **changes):
    """Return a copy with members of one proof changed; None removes one."""
    proofs = [dict(proof) for proof in document["proof"]]
    proofs[place] |= changes
    proofs[place] = {name: value for name, value in proofs[place].items() if value is not None}
    return {**document, "proof": proofs}


@pytest.mark.parametrize(("name", "key"), SUITES)
def test_every_option_of_every_suite_is_signed(name, key):
    everything = {
        "id": "urn:uuid:1", "expires": NOON + HOUR, "domain": ("a.example", "b.example"), "challenge": "c", "nonce": "n",
    }  # fmt: skip
    document = single(cryptosuite(name), key, **everything)
    assert errors(document) == [None]
    added = {"id": "urn:uuid:2", "expires": "2027-01-01T00:00:00Z", "domain": "c.example", "challenge": "d", "nonce": "m",
             "created": "2026-07-06T12:00:00.0Z"}  # fmt: skip
    for member, value in added.items():
        [changed] = errors(altered(document, **{member: value}))
        assert "does not match" in str(changed), member
        [removed] = errors(altered(document, **{member: None}))
        assert "does not match" in str(removed), member


def test_sets_and_chains_hold_and_one_bad_proof_shows():
    both = add_proof(single(), cryptosuite("ecdsa-rdfc-2019"), P256, options())
    assert errors(both) == [None, None]
    good, bad = errors(altered(both, 1, proofValue=both["proof"][0]["proofValue"]))
    assert good is None
    assert isinstance(bad, InvalidError)


def chain():
    first = single(id="urn:uuid:1")
    second = add_proof(first, RDFC, SECOND, options(id="urn:uuid:2", previous=("urn:uuid:1",)))
    return add_proof(second, RDFC, FIRST, options(id="urn:uuid:3", previous=("urn:uuid:1", "urn:uuid:2")))


def test_a_proof_counts_only_if_those_before_it_count():
    document = chain()
    assert errors(document) == [None, None, None]
    broken = errors(altered(document, 0, created="2026-07-06T12:00:01Z"))
    assert all("does not match" in str(error) for error in broken)


@pytest.mark.parametrize(
    "previous", ["urn:uuid:9", ["urn:uuid:1", "urn:uuid:9"], [], None, 7, [{}], ["urn:uuid:1", None]]
)
def test_a_previous_proof_that_is_not_there_is_refused(previous):
    document = chain()
    proofs = [document["proof"][0], {**document["proof"][1], "previousProof": previous}]
    first, second = errors({**document, "proof": proofs})
    assert first is None
    assert "not there" in str(second)


def test_a_chain_without_its_first_proof_is_refused():
    document = chain()
    assert all("not there" in str(error) for error in errors({**document, "proof": document["proof"][1:]}))


def test_two_proofs_with_one_id_are_refused():
    document = chain()
    with pytest.raises(InvalidError, match="same id"):
        errors(altered(document, 1, id="urn:uuid:1"))


def test_a_proof_that_names_itself_is_refused():
    document = single(id="urn:uuid:1")
    [error] = errors(altered(document, previousProof="urn:uuid:1"))
    assert "circle" in str(error)


def test_each_proof_of_a_long_chain_is_verified_once():
    document = DOCUMENT
    for place in range(MAX_PROOFS):
        previous = tuple(f"urn:uuid:{number}" for number in range(place))
        document = add_proof(
            document, cryptosuite("eddsa-jcs-2022"), FIRST, options(id=f"urn:uuid:{place}", previous=previous)
        )
    asked = []

    def watching(method_id):
        asked.append(method_id)
        return RESOLVE(method_id)

    assert all(result.error is None for result in verify_proofs(document, watching))
    assert len(asked) == MAX_PROOFS


def test_too_many_proofs_are_refused():
    document = single()
    with pytest.raises(InvalidError, match=f"more than {MAX_PROOFS}"):
        errors({**document, "proof": document["proof"] * (MAX_PROOFS + 1)})


@pytest.mark.parametrize("value", [None, [], "proof", [None], [[]], 1])
def test_no_proof_is_not_a_proof(value):
    with pytest.raises(InvalidError, match="no proof"):
        errors({**DOCUMENT, "proof": value})


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("type", None, "has no type"),
        ("type", "", "has no type"),
        ("type", ["DataIntegrityProof"], "has no type"),
        ("cryptosuite", None, "names no cryptosuite"),
        ("cryptosuite", 7, "names no cryptosuite"),
        ("proofPurpose", None, "does not serve"),
        ("proofPurpose", "authentication", "does not serve"),
        ("proofPurpose", ["assertionMethod"], "does not serve"),
        ("created", "2026-07-06", "created is no date"),
        ("created", "2026-07-06T12:00:00Z junk", "created is no date"),
        ("created", " 2026-07-06T12:00:00Z", "created is no date"),
        ("created", "2026-07-06T12:00:00Z\n", "created is no date"),
        ("created", "2026-13-06T12:00:00Z", "created is no date"),
        ("created", "٢٠٢٦-07-06T12:00:00Z", "created is no date"),
        ("created", 7, "created is no date"),
        ("expires", "tomorrow", "expires is no date"),
        ("expires", "2026-07-06T11:00:00Z", "expired before it was made"),
        ("verificationMethod", None, "no verification method"),
        ("verificationMethod", "did:key:z6Mk", "no verification method"),
        ("verificationMethod", {"id": "did:key:x#x"}, "no verification method"),
        ("proofValue", None, "not multibase base58btc"),
        ("proofValue", "uAAAA", "not multibase base58btc"),
        ("proofValue", "AAAA", "not multibase base58btc"),
        ("proofValue", "z0OIl", "not base58btc"),
        ("proofValue", "z2", "does not match: it is 1 bytes long"),
        ("id", "no url", "id is no URL"),
        ("challenge", 7, "challenge is no text"),
        ("nonce", ["n"], "nonce is no text"),
        ("domain", [], "domain is no text"),
        ("domain", {"a": 1}, "domain is no text"),
    ],
)
def test_a_malformed_proof_is_refused(member, value, message):
    [error] = errors(altered(single(), **{member: value}))
    assert isinstance(error, InvalidError)
    assert message in str(error)


@pytest.mark.parametrize(
    ("member", "value"),
    [("type", "BbsBlsSignature2020"), ("cryptosuite", "bbs-2023"), ("cryptosuite", "EdDSA-RDFC-2022")],
)
def test_an_unknown_type_or_suite_is_neither_valid_nor_forged(member, value):
    [error] = errors(altered(single(), **{member: value}))
    assert isinstance(error, InconclusiveError)


@pytest.mark.parametrize(
    ("name", "key"), [("eddsa-rdfc-2022", P256), ("ecdsa-rdfc-2019", FIRST), ("ecdsa-jcs-2019", FIRST)]
)
def test_a_key_must_fit_the_suite(name, key):
    with pytest.raises(InvalidError, match="does not fit"):
        create_proof(DOCUMENT, cryptosuite(name), key, NOON)
    proof = single()["proof"][0] | {"cryptosuite": name, "verificationMethod": key.method.id}
    [error] = errors({**DOCUMENT, "proof": [proof]})
    assert "does not fit" in str(error)


def test_what_the_verifier_names_must_match_and_else_is_ignored():
    document = single(purpose=AUTHENTICATION, domain=("a.example", "b.example"), challenge="c")
    asked = {"purpose": AUTHENTICATION}
    assert errors(document, **asked) == [None]
    assert errors(document, **asked, domain="b.example", challenge="c") == [None]
    assert "another domain" in str(errors(document, **asked, domain="c.example")[0])
    assert "another domain" in str(errors(document, **asked, domain="a.exampl")[0])
    assert "another challenge" in str(errors(document, **asked, challenge="d")[0])
    assert "does not serve assertionMethod" in str(errors(document)[0])
    bare = single(purpose=AUTHENTICATION)
    assert "another domain" in str(errors(bare, **asked, domain="a.example")[0])
    assert "another challenge" in str(errors(bare, **asked, challenge="c")[0])


def test_a_proof_ends_with_its_expiry():
    document = single(expires=NOON + HOUR)
    assert errors(document, now=NOON) == [None]
    assert "has expired" in str(errors(document, now=NOON + HOUR)[0])
    [result] = verify_proofs(document, RESOLVE)
    assert result.expires == NOON + HOUR


def test_a_missing_offset_is_read_as_utc():
    proof = create_proof(DOCUMENT, RDFC, FIRST, NOON)
    assert proof["created"].endswith("Z")
    document = {**DOCUMENT, "proof": [proof | {"expires": "2026-07-06T13:00:00"}]}
    assert "has expired" in str(errors(document, now=NOON + HOUR)[0])


def test_what_can_not_be_made_is_said():
    with pytest.raises(UnsafeDocumentError, match="expire before"):
        single(expires=NOON)
    with pytest.raises(UnsafeDocumentError, match="proof already"):
        create_proof(single(), RDFC, FIRST, NOON)
    with pytest.raises(UnsafeDocumentError, match="chain builds on"):
        single(previous=("urn:uuid:9",))
    for suite in (LEGACY_SUITES["Ed25519Signature2020"], CRYPTOSUITES["ecdsa-sd-2023"]):
        with pytest.raises(UnsafeDocumentError, match="not made here"):
            create_proof(DOCUMENT, suite, FIRST, NOON)


@pytest.mark.parametrize(("name", "key"), SUITES)
def test_an_added_context_is_noticed(name, key):
    document = single(cryptosuite(name), key)
    contexts = [*document["@context"], "https://w3id.org/security/data-integrity/v2"]
    [error] = errors({**document, "@context": contexts, "name": "Bewijs"})
    # An RDF suite signs the graph: a context that changes no statement changes nothing that is signed (threat T28).
    assert (error is None) == ("rdfc" in name)
    if "jcs" in name:
        assert "added after" in str(error)
        [other] = errors({**document, "@context": ["https://www.w3.org/2018/credentials/v1"]})
        assert "do not begin" in str(other)


def test_a_mechanism_knows_its_own_and_refuses_the_rest():
    mechanism = DataIntegrity(RDFC)
    content = mechanism.secure(DOCUMENT, FIRST, NOON).content
    assert mechanism.recognises(content)
    assert mechanism.verify(content, RESOLVE).created == NOON
    other = DataIntegrity(cryptosuite("ecdsa-rdfc-2019"))
    assert not other.recognises(content)
    assert not other.recognises(b"{")
    with pytest.raises(InvalidError, match="no ecdsa-rdfc-2019 proof"):
        other.verify(content, RESOLVE)
    with pytest.raises(InvalidError, match="JSON object"):
        mechanism.verify(b"[]", RESOLVE)
    with pytest.raises(InvalidError, match="does not match"):
        mechanism.verify(content.replace(b"Bewijs", b"Bewys"), RESOLVE)
