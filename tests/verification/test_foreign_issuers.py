"""Credentials of anybody: what a key in its own name proves, what the issuer's document adds, and who is asked when."""

import json
from dataclasses import replace

import pytest
from foreign import CREATED, OB, SUITE, V2, WEB, badge, key_of, multikey, own_did, signed
from recorded import NOW, Network, controller_document

from carriers.carried_samples import png
from reference import DATA, needs_data
from vc_issuer.carriers.png import bake_png
from vc_issuer.did import methods_of
from vc_issuer.encoding.multikey import base58_decode, base64url_encode
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.status_list import build_status_list, make_bits, status_entry
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustedIssuer, TrustStore
from vc_issuer.verification.verify import Verifier

DID_URL = "https://school.example/.well-known/did.json"
LIST_URL = "https://school.example/status/1"


def verify(content, network=None, hosts=("school.example",), **trust):
    if network:
        trust["look_ups"] = network.look_ups(*hosts)
    return Verifier(TrustStore(**trust), directly).verify(content, "file", NOW)


def outcome(report, check):
    [found] = {result.outcome for result in report.checks if result.check is check}
    return found


def message(report, check):
    return " ".join(result.message for result in report.checks if result.check is check)


def pinned(issuer=WEB):
    methods = methods_of(controller_document(issuer, multikey()))
    return TrustedIssuer(did=issuer, name="School in the register", methods=methods, source="test")


def a_list(revoked=(), issuer=WEB):
    from_document = build_status_list(LIST_URL, make_bits(revoked), issuer=issuer, purpose="revocation", valid_from=NOW)
    return signed(from_document)


def listed(**changes):
    return badge(WEB, credentialStatus=status_entry(LIST_URL, 5, purpose="revocation"), **changes)


def test_a_pinned_foreign_issuer_is_held_to_everybodys_form_and_shown_by_the_pins_name():
    report = verify(signed(badge(WEB)), issuers=(pinned(),))
    assert report.verdict is Verdict.CURRENT, [(c.check.word, c.message) for c in report.checks]
    assert report.issuer.name == "School in the register"


def test_a_key_in_its_own_name_proves_the_bytes_and_not_the_issuer():
    report = verify(signed(badge(WEB)))
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert outcome(report, CheckId.PROOF) is Outcome.PASSED
    assert outcome(report, CheckId.KEY) is Outcome.INDETERMINATE
    assert report.issuer.name == ""


def test_a_changed_file_of_an_unknown_issuer_is_not_genuine():
    content = signed(badge(WEB)).replace(b"Joins metal.", b"Joins metals")
    report = verify(content)
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.PROOF) is Outcome.FAILED


def test_the_issuers_document_confirms_the_key_and_adds_no_trust():
    network = Network({DID_URL: controller_document(WEB, multikey())})
    report = verify(signed(badge(WEB)), network)
    assert outcome(report, CheckId.KEY) is Outcome.PASSED
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert not report.issuer.trusted


def test_a_document_that_does_not_list_the_key_makes_it_not_genuine():
    network = Network({DID_URL: controller_document(WEB, multikey("another"))})
    report = verify(signed(badge(WEB)), network)
    assert report.verdict is Verdict.NOT_GENUINE
    assert outcome(report, CheckId.KEY) is Outcome.FAILED


@pytest.mark.parametrize(
    "document",
    [
        b"<html>",
        b"{}",
        {"id": "did:web:other.example"},
        controller_document("did:web:other.example", multikey()),
        {"id": WEB, "verificationMethod": [{"id": "#a", "controller": "did:web:mallory.example",
                                           "publicKeyMultibase": multikey()}], "assertionMethod": ["#a"]},
    ],
)  # fmt: skip
def test_an_issuers_document_that_can_not_be_used_leaves_the_key_open(document):
    report = verify(signed(badge(WEB)), Network({DID_URL: document}))
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert outcome(report, CheckId.KEY) is Outcome.INDETERMINATE


def test_nobody_is_asked_for_a_file_whose_proof_does_not_hold():
    network = Network({DID_URL: controller_document(WEB, multikey()), LIST_URL: a_list()})
    verify(signed(listed()).replace(b"Joins metal.", b"Joins metals"), network)
    broken = json.loads(signed(listed())) | {"validFrom": "yesterday"}
    verify(json.dumps(broken).encode(), network)
    assert network.asked == []


def test_a_good_proof_asks_for_keys_first_and_then_for_the_list_once_each():
    network = Network({DID_URL: controller_document(WEB, multikey()), LIST_URL: a_list()})
    report = verify(signed(listed()), network)
    assert outcome(report, CheckId.STATUS) is Outcome.PASSED
    assert network.asked == [DID_URL, LIST_URL]


def test_a_bit_that_is_set_in_a_fetched_list_revokes():
    network = Network({DID_URL: controller_document(WEB, multikey()), LIST_URL: a_list(revoked=[5])})
    assert verify(signed(listed()), network).verdict is Verdict.REVOKED


def test_a_list_that_an_allowed_host_does_not_have_leaves_the_status_unknown():
    network = Network({DID_URL: controller_document(WEB, multikey())})
    report = verify(signed(listed()), network, issuers=(pinned(),))
    assert report.verdict is Verdict.STATUS_UNKNOWN
    assert "404" in message(report, CheckId.STATUS)


def test_hosts_that_are_not_named_are_never_asked():
    network = Network({DID_URL: controller_document(WEB, multikey())})
    report = verify(signed(listed()), network, hosts=("elsewhere.example",))
    assert network.asked == []
    assert "not among the hosts" in message(report, CheckId.KEY)


def test_forty_files_of_one_issuer_ask_once():
    network = Network({DID_URL: controller_document(WEB, multikey()), LIST_URL: a_list()})
    verifier = Verifier(TrustStore(look_ups=network.look_ups("school.example")), directly)
    for _ in range(40):
        verifier.verify(signed(listed()), "file", NOW)
    assert network.asked == [DID_URL, LIST_URL]


def test_one_file_asks_four_times_at_most():
    inner = [json.loads(signed(badge(f"did:web:s{number}.example"))) for number in range(9)]
    network = Network()
    verify(signed(clr(inner)), network, hosts=("*",))
    assert len(network.asked) == 4


def clr(inner, issuer=None):
    return {
        "@context": [V2, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", OB],
        "id": "urn:uuid:11111111-0f6a-4a4e-9a55-3a3f3c6f1f01",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": issuer or own_did(), "type": ["Profile"], "name": "Registrar"},
        "validFrom": "2026-02-01T00:00:00Z",
        "name": "Record",
        "credentialSubject": {"id": "urn:uuid:22222222-0f6a-4a4e-9a55-3a3f3c6f1f01", "type": ["ClrSubject"],
                              "verifiableCredential": inner},
    }  # fmt: skip


def test_a_record_reports_each_credential_inside_by_itself():
    report = verify(signed(clr([json.loads(signed(badge(WEB)))], WEB)), issuers=(pinned(),))
    assert report.verdict is Verdict.CURRENT, [(c.check.word, c.message) for c in report.checks]
    assert report.format == "clr"
    [part] = report.parts
    assert (part.format, part.verdict, part.summary.title) == ("ob3", Verdict.CURRENT, "Welding")


def test_one_expired_course_is_said_of_that_course_alone():
    inner = [
        json.loads(signed(badge(WEB))),
        json.loads(signed(badge(WEB, id="urn:uuid:3", validUntil="2026-03-01T00:00:00Z"))),
    ]
    report = verify(signed(clr(inner, WEB)), issuers=(pinned(),))
    assert report.verdict is Verdict.CURRENT
    assert [part.verdict for part in report.parts] == [Verdict.CURRENT, Verdict.EXPIRED]
    assert outcome(report, CheckId.CARRIER) is Outcome.INDETERMINATE


def test_a_forged_credential_inside_a_genuine_record_makes_it_untrue():
    forged = json.loads(signed(badge(WEB)).replace(b"Joins metal.", b"Joins metals"))
    report = verify(signed(clr([forged], WEB)), issuers=(pinned(),))
    assert outcome(report, CheckId.PROOF) is Outcome.PASSED
    assert report.verdict is Verdict.NOT_GENUINE
    assert report.parts[0].verdict is Verdict.NOT_GENUINE


def test_a_credential_inside_without_a_proof_makes_the_record_untrue():
    report = verify(signed(clr([badge(WEB)], WEB)), issuers=(pinned(),))
    assert report.verdict is Verdict.NOT_GENUINE


def test_an_endorsement_inside_a_badge_is_checked_by_itself():
    endorsement = {
        "@context": [V2, OB],
        "id": "urn:uuid:33333333-0f6a-4a4e-9a55-3a3f3c6f1f01",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": own_did("agency"), "type": ["Profile"], "name": "Agency"},
        "validFrom": "2026-02-01T00:00:00Z",
        "name": "Endorsement",
        "credentialSubject": {"id": WEB, "type": ["EndorsementSubject"], "endorsementComment": "Good."},
    }
    good = json.loads(signed(endorsement, "agency"))
    report = verify(signed(badge(WEB, endorsement=[good])), issuers=(pinned(),))
    assert report.verdict is Verdict.CURRENT
    assert [(part.format, part.verdict) for part in report.parts] == [("endorsement", Verdict.UNKNOWN_ISSUER)]
    bad = good | {"name": "Accreditation"}
    assert verify(signed(badge(WEB, endorsement=[bad])), issuers=(pinned(),)).verdict is Verdict.NOT_GENUINE


def test_too_many_credentials_inside_are_said_and_not_checked():
    inner = [badge(WEB, id=f"urn:uuid:{number}") for number in range(33)]
    report = verify(signed(clr(inner, WEB)), issuers=(pinned(),))
    assert "not checked" in message(report, CheckId.CARRIER)
    assert report.parts == ()


def test_a_did_jwk_is_its_own_document():
    key = key_of("did:example:x")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(base58_decode(multikey()[1:])[2:])}
    did = f"did:jwk:{base64url_encode(serialise_compact(jwk))}"
    method = replace(key.method, id=f"{did}#0", controller=did)
    content = SUITE.secure(badge(did), replace(key, method=method), CREATED).content
    report = verify(content)
    assert outcome(report, CheckId.KEY) is Outcome.PASSED
    assert report.verdict is Verdict.UNKNOWN_ISSUER


BADGE_2 = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": "https://school.example/a/1",
           "recipient": {"type": "email", "identity": "x"}, "badge": "https://school.example/b"}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (json.dumps(BADGE_2).encode(), "ob2", "publishes at https://school.example/a/1"),
        (".".join(base64url_encode(part) for part in (b'{"alg":"RS256"}', json.dumps(BADGE_2).encode(), b"x")).encode(),
         "ob2", "validator of version 2"),
        (json.dumps({"type": ["VerifiablePresentation"]}).encode(), "vp", "presentation"),
    ],
)  # fmt: skip
def test_what_is_recognised_and_not_proven_here_says_what_it_is_and_who_can_tell(content, kind, says):
    report = verify(content)
    assert (report.format, report.verdict) == (kind, Verdict.UNKNOWN_ISSUER)
    assert outcome(report, CheckId.RECOGNISE) is Outcome.PASSED
    assert says in message(report, CheckId.PROOF)


def test_a_baked_address_is_a_badge_of_version_2():
    report = verify(bake_png(png(), b"https://school.example/a/1"))
    [part] = report.parts
    assert (part.format, report.verdict) == ("ob2", Verdict.UNKNOWN_ISSUER)
    assert "publishes at https://school.example/a/1" in message(part, CheckId.PROOF)


@needs_data
def test_an_elm_document_that_nobody_sealed_is_not_genuine_and_says_why():
    content = (DATA / "elm/examples/elm_example.jsonld").read_bytes()
    report = verify(content)
    assert (report.format, report.verdict) == ("elm-unsealed", Verdict.NOT_GENUINE)
    assert "nobody sealed" in message(report, CheckId.PROOF)


def test_an_odd_date_far_away_is_a_finding_and_no_accident():
    report = verify(signed(badge(WEB, awardedDate="9999-12-31T23:59:59-14:00", validFrom="9999-12-31T23:59:59-14:00")))
    assert report.verdict is Verdict.NOT_GENUINE or outcome(report, CheckId.VALIDITY) is Outcome.FAILED


@pytest.mark.parametrize(
    ("url", "listed", "verdict"),
    [
        ("https://school.example/revoked", [{"id": badge()["id"]}], Verdict.REVOKED),
        ("https://school.example/revoked", [{"id": badge()["id"], "revoked": False}], Verdict.CURRENT),
        ("https://school.example/revoked", [{"id": "urn:uuid:another"}], Verdict.CURRENT),
        ("https://school.example/revoked", "odd", Verdict.STATUS_UNKNOWN),
        ("https://elsewhere.example/revoked", [], Verdict.STATUS_UNKNOWN),
    ],
)
def test_an_unsigned_list_of_withdrawn_ids_counts_on_the_issuers_own_host_only(url, listed, verdict):
    extensions = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
    document = badge(WEB, credentialStatus={"id": url, "type": "1EdTechRevocationList"})
    content = signed(document | {"@context": [V2, OB, extensions]})
    lists = {url: json.dumps({"id": url, "revokedCredential": listed}).encode()}
    assert verify(content, issuers=(pinned(),), status_lists=lists).verdict is verdict
