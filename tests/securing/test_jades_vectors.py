"""Seals of others: the EU's samples, the examples of the reference data, and every JAdES vector of EU DSS at hand.

The expected verdicts are those of the reference data's README (what the assertions of DSS's own tests say).
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from jwcrypto import jwk, jws
from jwcrypto.common import JWSEHeaderParameter
from seal_builder import decoded

from reference import DATA, needs_data
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.securing.jades import (
    Jades,
    check_seal_binding,
    check_seal_trust,
    payload_octets,
    seal_facts,
    verify_any_seals,
)
from vc_issuer.securing.jades_trust import judge_seal
from vc_issuer.x509 import certificates_to_pem

pytestmark = needs_data

VECTORS = DATA / "elm" / "dss-jades"
SAMPLES = {
    "elm/samples/elm-repo-2023/Sample-CertOfPart-signed.jsonld": ("B-LTA", "VATES-A00000000"),
    "elm/samples/elm-support/AA-Annex1-MC-signed.jsonld": ("B-T", "VATES-A00000000"),
    "elm/samples/elm-support/Sample-CertOfPart-signed.jsonld": ("B-LTA", "VATES-A00000000"),
    "elm/samples/elm-support/Sample-JointDegree-signed.jsonld": ("B-LTA", "VATES-A00000000"),
    "elm/samples/elm-support/Sample-TranscriptOfRecords-signed.jsonld": ("B-LTA", "VATES-A00000000"),
    "elm/examples/elm_example-signed.jsonld": ("B-LTA", None),
    "twins/twin_elm.jsonld": ("B-LTA", "VATBE-0000000196"),
}
VALID = {
    "flattened-extra-element.json": ["B-B"],
    "jades-double-sig-different-etsiU.json": ["B-LT", "B-LTA"],
    "jades-lta.json": ["B-LTA"],
    "jades-t-level-with-etsiu-in-crit.json": ["B-T"],
    "jades-with-certified.json": ["B-B"],
    "jades-with-expiration-time-header-in-crit.json": ["B-B"],
    "jades-with-sigAndRefsTst-with-dot.json": ["B-T"],
    "jades-without-non-critical-header-in-crit.json": ["B-B"],
}
INVALID = {
    "altered-jws.json": "signature does not match",
    "jades-b-iat-and-sigt.json": "exactly one of the headers iat and sigT",
    "jades-b-no-signing-time.json": "exactly one of the headers iat and sigT",
    "jades-flattened-BpT-broken-sigTst.json": "sigTst doesn't hold: it is over something else",
    "jades-level-b-sig-policy-invalid-digest-algo.json": "unknown hash",
    "jades-lta-copied-arctst.json": "arcTst doesn't hold: it is over something else",
    "jades-t-copied-sigtst.json": "sigTst doesn't hold: it is over something else",
    "jades-two-sigs-copied-tst.json": "sigTst doesn't hold: it is over something else",
    "jades-with-attached-counter-signature-replace-attack.json": "over another signature",
    "jades-with-broken-attached-counter-signature.json": "counter signature",
    "jades-with-crit-string-type.json": "not a list of names",
    "jades-with-crit-with-wrong-entry-type.json": "not a list of names",
    "jades-with-double-sigt.json": "'sigT' stands twice",
    "jades-with-extra-crit-entry.json": "sigPl is absent",
    "jades-with-mixed-etsiU-type.json": "one form",
    "jades-with-notBefore-header-in-crit.json": "'nbf' is not understood",
    "jades-wrong-x5c-header.json": "x5c",
    "serialization-wrong-payload-type.json": "payload is not a text",
}
UNCLEAR = {
    # Valid only with documents or a policy that stand elsewhere.
    "jades-detached-by-uri-encoded-pars.json": "stands elsewhere",
    "jades-with-asn1policy-digPSp.json": "policy",
    "jades-with-spUserNotice.json": "policy",
    "simple-detached.json": "stands elsewhere",
}
UNREADABLE = {"malformed-jades-serialization.json": "well-formed"}


def read(name):
    return (VECTORS / name).read_bytes()


def test_every_vector_has_its_verdict():
    at_hand = {path.name for path in VECTORS.glob("*.json")} - {"sample.json"}
    assert at_hand == set(VALID) | set(INVALID) | set(UNCLEAR) | set(UNREADABLE)


@pytest.mark.parametrize("name", VALID)
def test_a_valid_vector_holds_at_its_level(name):
    assert [facts.level.value for facts in verify_any_seals(read(name)).seals] == VALID[name]


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_vector_is_refused_for_its_defect(name):
    with pytest.raises(InvalidError, match=INVALID[name]):
        verify_any_seals(read(name))


@pytest.mark.parametrize("name", UNCLEAR)
def test_a_vector_that_leads_elsewhere_is_not_decided(name):
    with pytest.raises(InconclusiveError, match=UNCLEAR[name]):
        verify_any_seals(read(name))


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_vector_that_is_no_json_is_unreadable(name):
    with pytest.raises(UnreadableError, match=UNREADABLE[name]):
        verify_any_seals(read(name))


def test_a_detached_vector_holds_with_its_document_and_with_no_other():
    document = read("sample.json")
    assert verify_any_seals(read("simple-detached.json"), detached={"sample.json": document}).seals
    with pytest.raises(InvalidError, match="was changed"):
        verify_any_seals(read("simple-detached.json"), detached={"sample.json": document + b" "})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_seal_of_others_is_intact_and_its_anchor_unknown(name):
    content = (DATA / name).read_bytes()
    verified = Jades().verify(content, lambda _: None)
    facts = seal_facts(content)
    level, identifier = SAMPLES[name]
    assert facts.level.value == level
    assert facts.claimed_time == verified.created
    assert "EuropeanDigitalCredential" in verified.document["type"]
    legal = verified.document["issuer"]["eIDASIdentifier"]["notation"]
    assert identifier in {legal, None}
    check_seal_binding(facts.certificates[0], legal)
    with pytest.raises(InconclusiveError, match="no pinned anchor"):
        check_seal_trust(facts.certificates, [], verified.created, embedded=facts.embedded_certificates)


@pytest.mark.parametrize("name", SAMPLES)
def test_time_stamps_prove_a_time_under_an_anchor_alone(name):
    facts = seal_facts((DATA / name).read_bytes())
    stamp = next(stamp for stamp in facts.time_stamps if stamp.kind == "sigTst")
    assert judge_seal(facts, lambda _: [], stamp.time).existence.time is None
    assert judge_seal(facts, lambda _: [stamp.certificates[0]], stamp.time + timedelta(days=1)).moment == stamp.time
    assert abs((stamp.time - facts.claimed_time).total_seconds()) < 10
    assert certificates_to_pem(stamp.certificates)


@pytest.mark.parametrize("name", SAMPLES)
def test_jwcrypto_agrees_on_seals_of_others(name):
    content = (DATA / name).read_text()
    names = ("sigT", "iat", "adoTst")
    token = jws.JWS(header_registry={n: JWSEHeaderParameter(n, True, True, lambda _: True) for n in names})
    token.deserialize(content)
    facts = seal_facts(content.encode())
    token.verify(jwk.JWK.from_pem(certificates_to_pem(facts.certificates[:1])))
    assert token.payload.encode() == payload_octets(content.encode())


@pytest.mark.parametrize("name", ["elm/samples/elm-support/AA-Annex1-MC-signed.jsonld", "twins/twin_elm.jsonld"])
@pytest.mark.parametrize("part", ["payload", "protected", "signature", "etsiU"])
def test_any_changed_part_of_an_extended_seal_is_refused(name, part):
    envelope = json.loads((DATA / name).read_text())
    entry = envelope["signatures"][0]
    if part == "payload":
        envelope["payload"] = envelope["payload"].replace("2", "3", 1)
    elif part == "etsiU":
        stamp = decoded(entry["header"]["etsiU"][0]).decode()
        value = json.loads(stamp)["sigTst"]["tstTokens"][0]["val"]
        entry["header"]["etsiU"][0] = {"sigTst": {"tstTokens": [{"val": value[:-40] + "AAAA" + value[-36:]}]}}
        entry["header"]["etsiU"] = entry["header"]["etsiU"][:1]
    else:
        entry[part] = entry[part][:50] + ("A" if entry[part][50] != "A" else "B") + entry[part][51:]
    with pytest.raises(InvalidError):
        verify_any_seals(json.dumps(envelope).encode())


def test_the_pinned_authority_of_the_twin_is_trusted_through_what_the_seal_carries():
    content = (DATA / "twins" / "twin_elm.jsonld").read_bytes()
    facts = seal_facts(content)
    anchor = facts.certificates[-1]
    stamp = facts.time_stamps[0]
    at = judge_seal(facts, lambda _: [stamp.certificates[0]], stamp.time).moment
    assert check_seal_trust(facts.certificates, [anchor], at)[-1] == anchor
    with pytest.raises(InvalidError, match="expired"):
        check_seal_trust(facts.certificates, [anchor], datetime(2100, 1, 1, tzinfo=UTC))
