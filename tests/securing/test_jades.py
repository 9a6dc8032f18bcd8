"""Seals of our own: form, round trip, another implementation's word, what may not be sealed, and whose a seal is."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from jwcrypto import jwk, jws
from jwcrypto.common import JWSEHeaderParameter
from seal_builder import DOCUMENT, EIDAS, NOON, YEARS, decoded, header_of, seal_key

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import (
    ConfigurationError,
    InconclusiveError,
    InvalidError,
    UnsafeDocumentError,
)
from vc_issuer.securing.jades import (
    Jades,
    SealLevel,
    check_seal_binding,
    check_seal_trust,
    payload_octets,
    seal_facts,
    seal_prepared,
    verify_seals,
)
from vc_issuer.securing.jades_trust import judge_seal
from vc_issuer.x509 import Validity, issuer_serial

KEY = seal_key()
OTHER_KEY = seal_key()
PAYLOAD = serialise_compact(DOCUMENT)
SEALED = seal_prepared(PAYLOAD, KEY, NOON).content


def verify(content):
    return Jades().verify(content, lambda _: KEY.method)


# The form


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
@pytest.mark.parametrize("time_header", ["iat", "sigT"])
def test_a_seal_gives_its_document_back(kind, time_header):
    key = seal_key(kind)
    mechanism = Jades(time_header=time_header)
    secured = mechanism.secure(DOCUMENT, key, NOON)
    assert secured.media_type == "application/jose+json"
    assert mechanism.recognises(secured.content)
    verified = mechanism.verify(secured.content, lambda _: key.method)
    assert verified.document == DOCUMENT
    assert (verified.created, verified.mechanism) == (NOON, "jades")
    assert verified.method.certificates == key.method.certificates[:1]
    assert verified.method.public_key == key.signer.public_key
    assert verified.method.controller == EIDAS


def test_the_header_has_the_members_of_the_profile():
    header = header_of(SEALED)
    leaf = KEY.method.certificates[0]
    assert list(header) == ["alg", "cty", "kid", "x5t#S256", "x5c", "typ", "b64", "iat", "crit"]
    assert header["alg"] == "ES256"
    assert header["cty"] == "octet-stream"
    assert header["typ"] == "jose+json"
    assert header["b64"] is False
    assert header["iat"] == int(NOON.timestamp())
    assert header["crit"] == ["b64"]
    assert base64.b64decode(header["kid"]) == issuer_serial(leaf)
    assert decoded(header["x5t#S256"]) == hashlib.sha256(leaf).digest()
    assert [base64.b64decode(text) for text in header["x5c"]] == [leaf], "the anchor stays out"


def test_sigt_is_critical_and_takes_the_place_of_iat():
    header = header_of(Jades(time_header="sigT").secure(DOCUMENT, KEY, NOON).content)
    assert header["sigT"] == "2025-07-04T12:00:00Z"
    assert header["crit"] == ["b64", "sigT"]
    assert "iat" not in header


def test_the_envelope_begins_with_the_payload_and_has_no_empty_header():
    assert SEALED.startswith(b'{"payload":"{')
    assert list(json.loads(SEALED)) == ["payload", "signatures"]
    assert list(json.loads(SEALED)["signatures"][0]) == ["protected", "signature"]


def test_prepared_bytes_are_sealed_as_they_are():
    odd = b' {"b" : 1.50,\n "a":"\xc3\xa9\\u00e9" } '
    content = seal_prepared(odd, KEY, NOON).content
    assert payload_octets(content) == odd
    assert verify_seals(content).payload == odd


def test_a_payload_as_deep_as_allowed_is_sealed():
    deep = {"a": "}]", "b": 1}
    for _ in range(30):
        deep = {"a": deep}
    assert verify(seal_prepared(serialise_compact(deep), KEY, NOON).content).document == deep


def test_payload_octets_do_not_depend_on_how_the_envelope_is_written():
    assert payload_octets(SEALED) == PAYLOAD
    assert payload_octets(json.dumps(json.loads(SEALED), indent=2, ensure_ascii=True).encode()) == PAYLOAD


def test_jwcrypto_agrees_that_the_seal_holds():
    registry = {name: JWSEHeaderParameter(name, True, True, lambda _: True) for name in ("sigT", "iat")}
    for time_header in ("iat", "sigT"):
        content = Jades(time_header=time_header).secure(DOCUMENT, KEY, NOON).content
        token = jws.JWS(header_registry=registry)
        token.deserialize(content.decode())
        token.verify(jwk.JWK.from_pyca(KEY.signer.key.public_key()))
        assert token.payload.encode() == PAYLOAD
        with pytest.raises(jws.InvalidJWSSignature):
            token.verify(jwk.JWK.from_pyca(OTHER_KEY.signer.key.public_key()))


def test_facts_tell_level_time_and_certificates():
    facts = seal_facts(SEALED)
    assert facts.level is SealLevel.B
    assert (facts.algorithm, facts.time_header, facts.claimed_time) == ("ES256", "iat", NOON)
    assert facts.certificates == KEY.method.certificates[:1]
    assert facts.time_stamps == ()
    assert judge_seal(facts, lambda _: [KEY.method.certificates[1]], NOON).existence.time is None


# What may not be sealed


def test_a_key_without_its_certificate_does_not_seal():
    without = replace(KEY, method=replace(KEY.method, certificates=()))
    foreign = replace(KEY, method=OTHER_KEY.method)
    for key, words in ((without, "no certificate"), (foreign, "another key's")):
        with pytest.raises(ConfigurationError, match=words):
            seal_prepared(PAYLOAD, key, NOON)


def test_an_expired_certificate_does_not_seal():
    for moment in (YEARS.not_after + timedelta(seconds=1), YEARS.not_before - timedelta(seconds=1)):
        with pytest.raises(ConfigurationError, match="holds from"):
            seal_prepared(PAYLOAD, KEY, moment)


def test_an_ed25519_key_does_not_seal():
    with pytest.raises(ConfigurationError, match="can't seal"):
        seal_prepared(PAYLOAD, seal_key("Ed25519"), NOON)


@pytest.mark.parametrize("payload", [b"", b"no json", b'{"a":1,"a":2}', b'{"a":"\xff"}', b'\xef\xbb\xbf{"a":1}'])
def test_a_payload_that_readers_disagree_on_is_not_sealed(payload):
    with pytest.raises(UnsafeDocumentError):
        seal_prepared(payload, KEY, NOON)


# Whose it is


def test_trust_is_a_chain_to_a_pinned_anchor():
    leaf, anchor = KEY.method.certificates
    assert check_seal_trust((leaf,), [anchor], NOON) == (leaf, anchor)
    with pytest.raises(InconclusiveError, match="no pinned anchor"):
        check_seal_trust((leaf,), [OTHER_KEY.method.certificates[1]], NOON)
    with pytest.raises(InvalidError, match="expired"):
        check_seal_trust((leaf,), [anchor], YEARS.not_after + timedelta(days=1))


def test_binding_is_equality_of_the_legal_identifier():
    leaf, anchor = KEY.method.certificates
    check_seal_binding(leaf, EIDAS)
    with pytest.raises(InvalidError, match="VATBE-0999999999"):
        check_seal_binding(leaf, "VATBE-0000000000")
    with pytest.raises(InvalidError, match="doesn't name"):
        check_seal_binding(anchor, EIDAS)


def test_a_seal_made_with_an_expired_certificate_is_told_by_its_chain():
    short = Validity(not_before=YEARS.not_before, not_after=NOON + timedelta(days=1))
    key = seal_key(validity=short)
    facts = seal_facts(seal_prepared(PAYLOAD, key, NOON).content)
    with pytest.raises(InvalidError, match="Demo seal expired on 2025-07-05"):
        check_seal_trust(facts.certificates, key.method.certificates[1:], datetime.fromisoformat("2026-01-01T00:00Z"))
