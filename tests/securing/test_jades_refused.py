"""Seals that no longer hold: changed bits, headers against the rules, envelopes that readers disagree on."""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from seal_builder import DOCUMENT, NOON, decoded, encoded, resealed, seal_key

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import (
    InconclusiveError,
    InvalidError,
    UnreadableError,
    VcIssuerError,
)
from vc_issuer.securing.jades import (
    Jades,
    payload_octets,
    seal_facts,
    seal_prepared,
    verify_any_seals,
    verify_seals,
)

KEY = seal_key()
OTHER_KEY = seal_key()
PAYLOAD = serialise_compact(DOCUMENT)
SEALED = seal_prepared(PAYLOAD, KEY, NOON).content


def verify(content):
    return Jades().verify(content, lambda _: KEY.method)


def with_members(**changes):
    return json.dumps({**json.loads(SEALED), **changes}).encode()


def with_signature(**changes):
    entry = json.loads(SEALED)["signatures"][0]
    return with_members(signatures=[{**entry, **changes}])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(0, 7))
def test_any_flipped_bit_is_refused(position, bit):
    flipped = SEALED[:position] + bytes([SEALED[position] ^ 1 << bit]) + SEALED[position + 1 :]
    with pytest.raises(VcIssuerError):
        verify(flipped)


@pytest.mark.parametrize("part", ["payload", "protected", "signature"])
def test_every_character_of_every_part_counts(part):
    envelope = json.loads(SEALED)
    text = envelope["payload"] if part == "payload" else envelope["signatures"][0][part]
    for position in range(0, len(text), 7):
        other = "B" if text[position] == "A" else "A"
        changed = text[:position] + other + text[position + 1 :]
        content = with_members(payload=changed) if part == "payload" else with_signature(**{part: changed})
        with pytest.raises((InvalidError, InconclusiveError)):
            verify(content)


def test_a_changed_payload_does_not_match():
    with pytest.raises(InvalidError, match="does not match"):
        verify(with_members(payload=json.loads(SEALED)["payload"] + " "))


def test_another_seals_signature_does_not_match():
    other = json.loads(seal_prepared(b'{"a":1}', KEY, NOON).content)["signatures"]
    with pytest.raises(InvalidError, match="does not match"):
        verify(with_members(signatures=other))


def test_a_signature_of_another_form_is_refused():
    der = KEY.signer.key.sign(b"", ec.ECDSA(hashes.SHA256()))
    for raw in (der, bytes(64), b"", decoded(json.loads(SEALED)["signatures"][0]["signature"]) + b"\0"):
        with pytest.raises(InvalidError, match="does not match"):
            verify(with_signature(signature=encoded(raw)))


def test_a_member_that_is_not_sealed_is_refused():
    entry = json.loads(SEALED)["signatures"][0]
    for content in (with_members(grade="20/20"), with_members(signatures=[{**entry, "grade": "20/20"}])):
        with pytest.raises(InvalidError, match="not sealed"):
            verify(content)
        with pytest.raises(InvalidError, match="not sealed"):
            verify_seals(content)
        assert verify_any_seals(content).seals, "RFC 7515 section 7.2 has readers ignore it"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h.update(alg="none"), "not allowed"),
        (lambda h: h.update(alg="HS256"), "not allowed"),
        (lambda h: h.update(alg="EdDSA"), "not allowed"),
        (lambda h: h.update(alg="RS256"), "not for this kind of key"),
        (lambda h: h.update(alg="ES384"), "not for this kind of key"),
        (lambda h: h.pop("alg"), "no signature algorithm"),
        (lambda h: h.update(alg=7), "no signature algorithm"),
        (lambda h: h.update(jwk={"kty": "EC"}), "jwk is not allowed"),
        (lambda h: h.update(jku="https://evil.example/keys"), "jku is not allowed"),
        (lambda h: h.update(x5u="https://evil.example/cert"), "x5u is not allowed"),
        (lambda h: h.update(crit="b64"), "not a list"),
        (lambda h: h.update(crit=[["b64"]]), "not a list"),
        (lambda h: h.update(crit=[]), "is empty"),
        (lambda h: h.update(crit=["b64", "b64"]), "listed twice"),
        (lambda h: h.update(crit=["b64", "alg"]), "may not be listed"),
        (lambda h: h.update(crit=["b64", "x5t#S256"]), "may not be listed"),
        (lambda h: h.update(crit=["b64", "nbf"], nbf=1), "not understood"),
        (lambda h: h.update(crit=["b64", "sigPl"]), "is absent"),
        (lambda h: h.pop("crit"), "b64 is not listed"),
        (lambda h: h.update(b64=0), "neither true nor false"),
        (lambda h: h.update(sigT="2025-07-04T12:00:00Z"), "exactly one of the headers iat and sigT"),
        (lambda h: h.pop("iat"), "exactly one of the headers iat and sigT"),
        (lambda h: h.update(iat=1713785785446), "whole seconds"),
        (lambda h: h.update(iat=1.5), "whole seconds"),
        (lambda h: h.update(iat=True), "whole seconds"),
        (lambda h: (h.pop("iat"), h.update(sigT="2025-07-04T12:00:00+00:00")), "UTC to the second"),
        (lambda h: (h.pop("iat"), h.update(sigT="2025-02-30T12:00:00Z")), "UTC to the second"),
        (lambda h: h.update(x5t="AAAA"), "SHA-1"),
        (lambda h: h.pop("x5t#S256"), "exactly one reference"),
        (lambda h: h.update({"x5t#o": {"digAlg": "S512", "digVal": "AAAA"}}), "exactly one reference"),
        (lambda h: h.update({"x5t#S256": encoded(bytes(32))}), "not the one that the seal names"),
        (lambda h: h.update({"x5t#S256": 5}), "malformed"),
        (lambda h: h.update(x5c=[]), "not a list of certificates"),
        (lambda h: h.update(x5c="AAAA"), "not a list of certificates"),
        (lambda h: h.update(x5c=["AAAA"]), "can't be read"),
        (lambda h: h.update(x5c=["not base64!"]), "can't be read"),
        (lambda h: h.update(x5c=h["x5c"] * 21), "not a list of certificates"),
        (lambda h: h.update(sigD={"mId": "x"}, crit=["b64", "sigD"]), "names another elsewhere"),
        (lambda h: h.update(adoTst={"tstTokens": []}), "holds no token"),
        (lambda h: h.update(adoTst={"tstTokens": [{"val": "AAAA"}]}), "can't be read"),
    ],
)  # fmt: skip
def test_a_signed_header_that_breaks_a_rule_is_refused(change, words):
    with pytest.raises(InvalidError, match=words):
        verify(resealed(SEALED, KEY, change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h.pop("x5c"), "doesn't carry its certificate"),
        (lambda h: h.update(sigPId={"id": {"id": "urn:oid:1.2.3"}}), "policy that is not at hand"),
        (lambda h: h.update(exp=1), "sets itself an end"),
    ],
)
def test_a_signed_header_that_leads_elsewhere_is_not_decided(change, words):
    with pytest.raises(InconclusiveError, match=words):
        verify(resealed(SEALED, KEY, change))


def test_another_certificate_with_its_own_hash_does_not_match():
    leaf = OTHER_KEY.method.certificates[0]

    def swap(header):
        header["x5c"] = [base64.b64encode(leaf).decode()]
        header["x5t#S256"] = encoded(hashlib.sha256(leaf).digest())

    with pytest.raises(InvalidError, match="does not match"):
        verify(resealed(SEALED, KEY, swap))


@pytest.mark.parametrize(("digest", "name"), [("S256", "sha256"), ("S384", "sha384"), ("S512", "sha512")])
def test_the_certificate_may_be_named_by_other_hashes(digest, name):
    value = encoded(hashlib.new(name, KEY.method.certificates[0]).digest())

    def swap(header):
        del header["x5t#S256"]
        header["x5t#o"] = {"digAlg": digest, "digVal": value}

    assert verify(resealed(SEALED, KEY, swap)).document == DOCUMENT


def test_duplicate_members_are_refused():
    with pytest.raises(UnreadableError, match="twice"):
        verify(SEALED.replace(b'{"payload":', b'{"payload":"{}","payload":', 1))
    with pytest.raises(UnreadableError, match="twice"):
        verify(seal_with_raw_payload('{"a":1,"a":2}'))
    entry = json.loads(SEALED)["signatures"][0]
    twice = decoded(entry["protected"]).replace(b'"b64":false', b'"b64":false,"b64":false')
    with pytest.raises(InvalidError, match="twice"):
        verify(with_signature(protected=encoded(twice)))


def seal_with_raw_payload(payload):
    protected = json.loads(SEALED)["signatures"][0]["protected"]
    signature = KEY.signer.sign(protected.encode() + b"." + payload.encode())
    entry = {"protected": protected, "signature": encoded(signature)}
    return json.dumps({"payload": payload, "signatures": [entry]}).encode()


def test_a_sealed_list_is_no_credential():
    with pytest.raises(InvalidError, match="not a JSON object"):
        verify(seal_with_raw_payload("[]"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (with_members(payload=["x"]), "not a text"),
        (with_members(signatures=[]), "1 to 8 signatures"),
        (with_members(signatures={}), "1 to 8 signatures"),
        (with_members(signatures=json.loads(SEALED)["signatures"] * 9), "1 to 8 signatures"),
        (with_members(signatures=["x"]), "not a JSON object"),
        (with_members(signature="AA"), "two ways"),
        (with_signature(header=[]), "unprotected header is not"),
        (with_signature(header={"alg": "ES256"}), "both protected and unprotected"),
        (with_signature(header={"kid2": "x"}), "unsigned header"),
        (with_signature(header={"etsiU": []}), "etsiU is not a list"),
        (with_signature(header={"etsiU": ["!"]}), "can't be read"),
        (with_signature(header={"etsiU": [encoded([])]}), "object of one member"),
        (with_signature(header={"etsiU": [encoded({"a": 1, "b": 2})]}), "object of one member"),
        (with_signature(header={"etsiU": [encoded({"xVals": {}}), {"rVals": {}}]}), "one form"),
        (with_signature(header={"etsiU": [encoded({"xVals": {}})]}), "xVals in etsiU"),
        (with_signature(header={"etsiU": [encoded({"xVals": [{"x509Cert": {"val": "AAAA"}}]})]}), "can't be read"),
        (with_signature(header={"etsiU": [encoded({"rVals": {"crlVals": [{"val": "AAAA"}]}})]}), "can't be read"),
        (with_signature(header={"etsiU": [encoded({"sigTst": {}})]}), "no token"),
        (with_signature(protected=5), "lacks its protected header"),
        (with_signature(protected="e30"), "no signature algorithm"),
        (with_signature(protected="W10"), "not a JSON object"),
        (with_signature(protected="e30="), "not base64url"),
        (with_signature(protected=encoded(b"{")), "can't be read"),
        (b"[]", "is a JSON object"),
    ],
)
def test_a_malformed_envelope_is_refused(content, words):
    with pytest.raises(InvalidError, match=words):
        verify(content)


@pytest.mark.parametrize("content", [b"", b"x", b"{", b"\xff\xfe", b"a.b", b"{" + b" " * 13_000_000])
def test_bytes_that_are_no_seal_are_unreadable(content):
    assert not Jades().recognises(content)
    with pytest.raises(UnreadableError):
        verify(content)


def test_unknown_evidence_is_not_decided():
    with pytest.raises(InconclusiveError, match="not known here"):
        verify(with_signature(header={"etsiU": [encoded({"futureTst": {}})]}))


def test_all_of_several_seals_must_hold():
    first, second = (json.loads(seal_prepared(PAYLOAD, key, NOON).content) for key in (KEY, OTHER_KEY))
    both = {"payload": first["payload"], "signatures": [*first["signatures"], *second["signatures"]]}
    assert verify(json.dumps(both).encode()).method.certificates == KEY.method.certificates[:1]
    both["signatures"][1]["signature"] = encoded(bytes(64))
    with pytest.raises(InvalidError, match="does not match"):
        verify(json.dumps(both).encode())


def test_recognises_neither_a_plain_document_nor_a_detached_seal():
    assert not Jades().recognises(PAYLOAD)
    assert not Jades().recognises(with_members(payload=""))


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_arbitrary_bytes_raise_only_our_errors(content):
    for function in (verify, payload_octets, seal_facts):
        with pytest.raises(VcIssuerError):
            function(content)
