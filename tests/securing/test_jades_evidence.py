"""Time-stamps and what else gathers beside a seal: levels made here by a test authority, then one defect each."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from seal_builder import DOCUMENT, NOON, YEARS, encoded, resealed, seal_key
from time_stamp_builder import Tsa, arc_tst, extended, sig_tst, stamped, tsa_certificate, value

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.securing.jades import seal_facts, seal_prepared, verify_any_seals
from vc_issuer.securing.jades_trust import judge_seal
from vc_issuer.x509 import Validity, read_time_stamp, verify_time_stamp

KEY = seal_key()
COUNTER_KEY = seal_key()
PAYLOAD = serialise_compact(DOCUMENT)
SEALED = seal_prepared(PAYLOAD, KEY, NOON).content
TSA = Tsa()
CERTIFICATES = {"xVals": [{"x509Cert": value(KEY.method.certificates[1])}]}


@pytest.fixture(scope="module")
def revocation():
    key, now = TSA.key, NOON
    issuer = x509.load_der_x509_certificate(TSA.certificate)
    crl = x509.CertificateRevocationListBuilder(
        issuer_name=issuer.subject, last_update=now, next_update=now + timedelta(1)
    )
    answer = (
        ocsp.OCSPResponseBuilder()
        .add_response(issuer, issuer, hashes.SHA256(), ocsp.OCSPCertStatus.GOOD, now, None, None, None)
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)
        .sign(key, hashes.SHA256())
    )
    lists = crl.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    return {"rVals": {"crlVals": [value(lists)], "ocspVals": [value(answer.public_bytes(Encoding.DER))]}}


def test_a_seal_climbs_the_levels(revocation):
    steps = [sig_tst(TSA), CERTIFICATES, revocation, arc_tst(TSA)]
    levels = [seal_facts(extended(SEALED, *steps[:n])).level.value for n in range(1, 5)]
    assert levels == ["B-T", "B-LT", "B-LT", "B-LTA"]
    facts = seal_facts(extended(SEALED, *steps))
    assert [stamp.kind for stamp in facts.time_stamps] == ["sigTst", "arcTst"]
    assert facts.embedded_certificates == (KEY.method.certificates[1],)
    assert len(facts.revocation_lists) == len(facts.ocsp_responses) == 1


def test_a_renewed_archive_keeps_its_level(revocation):
    later = Tsa(time=NOON + timedelta(days=300))
    renewed = {"tstVD": {**CERTIFICATES, **revocation}}
    content = extended(SEALED, sig_tst(TSA), CERTIFICATES, arc_tst(TSA), renewed, arc_tst(later))
    facts = seal_facts(content)
    assert facts.level.value == "B-LTA"
    assert len(facts.time_stamps) == 3


def test_two_tokens_in_one_container_are_both_checked_and_no_baseline():
    signature = json.loads(SEALED)["signatures"][0]["signature"].encode()
    both = stamped("sigTst", TSA.token(signature), TSA.token(signature))
    assert seal_facts(extended(SEALED, both)).level.value == "B-B"
    with pytest.raises(InvalidError, match="something else"):
        seal_facts(extended(SEALED, stamped("sigTst", TSA.token(signature), TSA.token(b"x"))))


def test_a_time_stamp_proves_a_time_under_its_own_anchor():
    facts = seal_facts(extended(SEALED, sig_tst(Tsa(time=NOON + timedelta(days=2))), sig_tst(TSA)))
    judged = judge_seal(facts, lambda _: [TSA.certificate], NOON + timedelta(days=3))
    assert judged.moment == TSA.time
    assert judge_seal(facts, lambda _: [], NOON).existence.time is None


def test_an_archive_time_stamp_covers_what_stands_before_it():
    content = json.loads(extended(SEALED, sig_tst(TSA), CERTIFICATES, arc_tst(TSA)))
    entries = content["signatures"][0]["header"]["etsiU"]
    entries[0], entries[1] = entries[1], entries[0]
    with pytest.raises(InvalidError, match="arcTst doesn't hold: it is over something else"):
        seal_facts(json.dumps(content).encode())


def test_a_content_time_stamp_is_over_the_payload():
    def stamp(message):
        return lambda header: header.update(adoTst=stamped("x", TSA.token(message))["x"], crit=["b64", "adoTst"])

    facts = seal_facts(resealed(SEALED, KEY, stamp(PAYLOAD)))
    assert [stamp.kind for stamp in facts.time_stamps] == ["adoTst"]
    with pytest.raises(InvalidError, match="adoTst doesn't hold: it is over something else"):
        seal_facts(resealed(SEALED, KEY, stamp(PAYLOAD + b" ")))


def test_a_time_stamp_after_the_certificates_end_is_refused():
    late = YEARS.not_after + timedelta(days=1)
    life = Validity(not_before=YEARS.not_before, not_after=late + timedelta(days=1))
    tsa = Tsa(time=late)
    tsa.certificate = tsa_certificate(tsa.key, validity=life)
    with pytest.raises(InvalidError, match="had expired before it was time-stamped"):
        seal_facts(extended(SEALED, sig_tst(tsa)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tamper": True}, "over something else"),
        ({"ess": bytes(32)}, "another certificate"),
        ({"drop": "ess"}, "another certificate"),
        ({"drop": "type"}, "lacks an attribute"),
        ({"drop": "digest"}, "lacks an attribute"),
        ({"content_type": "1.2.840.113549.1.7.1"}, "content was changed"),
        ({"time": YEARS.not_before - timedelta(days=1)}, "not valid at that time"),
    ],
)
def test_a_token_that_breaks_a_rule_is_refused(changes, words):
    with pytest.raises(InvalidError, match=words):
        seal_facts(extended(SEALED, sig_tst(Tsa(**changes))))


@pytest.mark.parametrize(
    ("usages", "critical"),
    [
        ((), True),
        ((ExtendedKeyUsageOID.CLIENT_AUTH,), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CLIENT_AUTH), True),
        ((ExtendedKeyUsageOID.TIME_STAMPING,), False),
    ],
)
def test_a_certificate_that_is_not_for_time_stamps_alone_is_refused(usages, critical):
    tsa = Tsa()
    tsa.certificate = tsa_certificate(tsa.key, usages=usages, critical=critical)
    with pytest.raises(InvalidError, match="not for time-stamping"):
        seal_facts(extended(SEALED, sig_tst(tsa)))


def test_a_token_signed_by_another_key_is_refused():
    forged = Tsa(certificate=TSA.certificate)
    with pytest.raises(InvalidError, match="its signature doesn't match"):
        seal_facts(extended(SEALED, sig_tst(forged)))


def test_a_changed_time_is_refused():
    token = TSA.token(b"m")
    changed = token.replace(b"20250704120100Z", b"20250604120100Z")
    assert changed != token
    with pytest.raises(InvalidError, match="content was changed"):
        verify_time_stamp(read_time_stamp(changed), b"m")


@pytest.mark.parametrize(
    "tsa",
    [
        Tsa(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        Tsa(key=rsa.generate_private_key(public_exponent=65537, key_size=2048), pss=True),
        Tsa(key=ed25519.Ed25519PrivateKey.generate()),
        Tsa(by_key_id=True),
        Tsa(ess_version=1),
        Tsa(fraction=".5"),
        Tsa(is_ber=True),
    ],
    ids=["rsa", "pss", "ed25519", "key id", "ess v1", "fraction", "ber"],
)
def test_tokens_come_in_many_forms(tsa):
    stamp = read_time_stamp(tsa.token(b"m"))
    assert verify_time_stamp(stamp, b"m")[0] == tsa.certificate
    assert stamp.time - tsa.time == timedelta(microseconds=500_000 if tsa.fraction else 0)
    with pytest.raises(InvalidError, match="something else"):
        verify_time_stamp(stamp, b"n")


def test_a_certificate_may_stand_beside_the_token():
    tsa = Tsa(carries_certificate=False)
    beside = {"xVals": [{"x509Cert": value(tsa.certificate)}]}
    assert seal_facts(extended(SEALED, sig_tst(tsa), beside)).level.value == "B-LT"
    with pytest.raises(InconclusiveError, match="not at hand"):
        seal_facts(extended(SEALED, sig_tst(tsa)))


def test_a_hash_that_is_not_relied_on_is_not_decided():
    with pytest.raises(InconclusiveError, match="not relied on"):
        seal_facts(extended(SEALED, sig_tst(Tsa(hash_oid="1.3.14.3.2.26"))))


@pytest.mark.parametrize("cut", range(0, 900, 9))
def test_a_token_that_is_cut_or_garbled_is_unreadable(cut):
    token = TSA.token(b"m")
    for content in (token[:cut], token[:cut] + b"\xff" * 8 + token[cut + 8 :]):
        try:
            verify_time_stamp(read_time_stamp(content), b"m")
        except (UnreadableError, InvalidError, InconclusiveError):
            continue
        # A byte that no signature covers may change: algorithm names outside the signed attributes.
        assert read_time_stamp(content).imprint == hashlib.sha256(b"m").digest()


def test_an_archive_time_stamp_in_the_clear_is_not_decided():
    content = json.loads(SEALED)
    signature = content["signatures"][0]["signature"].encode()
    entries = [stamped("sigTst", TSA.token(signature)), stamped("arcTst", TSA.token(b"x"))]
    content["signatures"][0]["header"] = {"etsiU": entries}
    with pytest.raises(InconclusiveError, match="can't be told"):
        seal_facts(json.dumps(content).encode())


@pytest.mark.parametrize(
    "entry",
    [
        {"tstVD": []},
        {"tstVD": {"unknown": []}},
        {"rVals": {"crlVals": {}}},
        {"rVals": {"ocspVals": [{"val": base64.b64encode(b"\x30\x00").decode()}]}},
        {"xVals": [{"x509Cert": {}}]},
        {"xVals": [{"x509Cert": "AAAA"}]},
    ],
)
def test_malformed_evidence_is_refused(entry):
    with pytest.raises(InvalidError, match=r"in etsiU|of xVals"):
        seal_facts(extended(SEALED, entry))


# Counter signatures


def counter(payload=None, *, header=None, signed=None):
    signature = json.loads(SEALED)["signatures"][0]["signature"]
    leaf = COUNTER_KEY.method.certificates[0]
    members = {
        "alg": "ES256",
        "x5t#S256": encoded(hashlib.sha256(leaf).digest()),
        "x5c": [base64.b64encode(leaf).decode()],
        "iat": int(NOON.timestamp()),
        **(header or {}),
    }
    protected = encoded(members)
    made = COUNTER_KEY.signer.sign(f"{protected}.{signed or signature}".encode())
    body = {"protected": protected, "signature": encoded(made)}
    return body if payload is None else {"payload": payload, **body}


def test_a_counter_signature_over_the_seal_holds():
    signature = json.loads(SEALED)["signatures"][0]["signature"]
    inner = counter()
    for value_ in (inner, counter(signature), f"{inner['protected']}..{inner['signature']}"):
        assert seal_facts(extended(SEALED, {"cSig": value_})).counter_signatures == 1


@pytest.mark.parametrize(
    ("value_", "words"),
    [
        (counter("AAAA"), "over another signature"),
        (counter(signed="AAAA"), "doesn't hold: the signature does not match"),
        (counter(header={"sigT": "2025-07-04T12:00:00Z"}), "exactly one of the headers iat and sigT"),
        ("a.b", "can't be read"),
        ([], "is a JSON object"),
    ],
)
def test_a_counter_signature_that_does_not_hold_spoils_the_whole(value_, words):
    with pytest.raises(InvalidError, match=words):
        seal_facts(extended(SEALED, {"cSig": value_}))


def test_a_counter_signature_with_more_than_can_be_checked_is_not_decided():
    with pytest.raises(InconclusiveError, match="carries more"):
        seal_facts(extended(SEALED, {"cSig": {**counter(), "header": {"etsiU": ["x"]}}}))


# Detached payloads and policies


def detached(**changes):
    hashed = encoded(hashlib.sha256(encoded(b"document").encode()).digest())
    reference = {
        "mId": "http://uri.etsi.org/19182/ObjectIdByURIHash",
        "pars": ["a"],
        "hashM": "S256",
        "hashV": [hashed],
        **changes,
    }
    envelope = json.loads(SEALED)
    envelope["payload"] = ""

    def change(header):
        del header["b64"]
        header.update(sigD=reference, crit=["sigD"])

    return resealed(json.dumps(envelope).encode(), KEY, change)


def test_a_detached_document_is_checked_by_its_hash():
    assert verify_any_seals(detached(), detached={"a": b"document"}).seals
    with pytest.raises(InconclusiveError, match="stands elsewhere"):
        verify_any_seals(detached())
    with pytest.raises(InvalidError, match="was changed"):
        verify_any_seals(detached(), detached={"a": b"other"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mId": 5}, "malformed"),
        ({"pars": []}, "malformed"),
        ({"pars": ["a", "b"]}, "malformed"),
        ({"pars": [5]}, "malformed"),
        ({"hashM": "MD5"}, "unknown hash"),
    ],
)
def test_a_malformed_reference_is_refused(changes, words):
    with pytest.raises(InvalidError, match=words):
        verify_any_seals(detached(**changes))


def test_a_seal_without_payload_or_reference_is_not_decided():
    envelope = {**json.loads(SEALED), "payload": ""}
    with pytest.raises(InconclusiveError, match="doesn't say where"):
        verify_any_seals(json.dumps(envelope).encode())


def test_a_malformed_policy_is_refused():
    with pytest.raises(InvalidError, match="sigPId is malformed"):
        seal_facts(resealed(SEALED, KEY, lambda header: header.update(sigPId={"id": "x"})))
