"""Who vouches for an issuer: pins, registries with their signature, domains by did:web and by linkage; and nobody."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from foreign import CREATED, WEB, badge, multikey, own_did, signed
from recorded import NOW, Network, controller_document

from builders_keys import signing_key
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import create_proof
from vc_issuer.securing.jws import encode_header, signing_input
from vc_issuer.verification.answer import report_as_json
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.registries import read_registry
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier

DID_URL = "https://school.example/.well-known/did.json"
CONFIGURATION = "https://school.example/.well-known/did-configuration.json"
LISTED = {"meta": {"created": "2026-01-01", "updated": "2026-11-01"},
          "registry": {WEB: {"name": "School in the registry", "location": "BE", "url": "https://school.example"},
                       own_did(): {"name": "Key in the registry"}}}  # fmt: skip


def own_key(seed):
    key = signing_key(seed=seed)
    did = own_did(seed)
    return replace(key, method=replace(key.method, id=f"{did}#{did.removeprefix('did:key:')}", controller=did))


def jws(payload, seed, **header):
    key = own_key(seed)
    protected = encode_header({"alg": "EdDSA", **header})
    body = base64.urlsafe_b64encode(serialise_compact(payload)).rstrip(b"=").decode()
    signature = key.signer.sign(signing_input(protected, body))
    return f"{protected}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_proof(document, seed):
    return {**document, "proof": create_proof(document, cryptosuite("eddsa-jcs-2022"), own_key(seed), CREATED)}


def registry(content=None, signer=""):
    return read_registry(content or serialise_compact(LISTED), where="registry.json", signer=signer, now=NOW)


def verify(content, network=None, **trust):
    if network:
        trust["look_ups"] = network.look_ups("school.example")
    return Verifier(TrustStore(**trust), directly).verify(content, "file", NOW)


def trust_check(report):
    [found] = [result for result in report.checks if result.check is CheckId.TRUST]
    return found


def test_a_listed_issuer_is_trusted_and_shown_by_the_registrys_name():
    report = verify(signed(badge()), registries=(registry(),))
    assert report.verdict is Verdict.CURRENT
    assert (report.issuer.name, report.issuer.source) == ("Key in the registry", "listed in registry.json")
    assert [(seen.kind, seen.found) for seen in report.issuer.sources] == [("pinned", False), ("registry", True)]


def test_a_listed_did_web_is_trusted_once_its_keys_are_confirmed_and_not_before():
    network = Network({DID_URL: controller_document(WEB, multikey())})
    assert verify(signed(badge(WEB)), network, registries=(registry(),)).verdict is Verdict.CURRENT
    report = verify(signed(badge(WEB)), registries=(registry(),))
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert not report.issuer.trusted
    assert "not confirmed" in report.issuer.sources[1].note


def test_somebody_elses_key_under_a_listed_name_is_not_trusted():
    # Signed with a key of one's own, in the name of the listed did:web.
    network = Network({DID_URL: controller_document(WEB, multikey("the real one"))})
    report = verify(signed(badge(WEB)), network, registries=(registry(),))
    assert report.verdict is Verdict.NOT_GENUINE
    assert report.issuer.name == ""


def test_not_found_in_any_source_is_an_answer_that_names_them():
    report = verify(signed(badge(own_did("stranger")), "stranger"), registries=(registry(),))
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert trust_check(report).outcome is Outcome.INDETERMINATE
    answer = report_as_json(report)["issuer"]
    assert answer["name"] == ""
    assert [seen["where"] for seen in answer["sources"]] == ["", "registry.json"]
    assert {seen["found"] for seen in answer["sources"]} == {False}
    assert all(seen["checked_at"].endswith("Z") for seen in answer["sources"])


@pytest.mark.parametrize(
    "content",
    [serialise_compact(with_proof(LISTED, "registrar")), jws(LISTED, "registrar").encode()],
    ids=["data integrity", "jws"],
)
def test_a_registry_counts_only_under_the_signature_that_was_named(content):
    found = registry(content, own_did("registrar"))
    assert found.names[WEB] == "School in the registry"
    assert (found.signed_by, found.updated) == (own_did("registrar"), "2026-11-01")
    with pytest.raises((InvalidError, InconclusiveError)):
        registry(content, own_did("another"))
    body = content.replace(b"School", b"Skhool") if b"School" in content else content.replace(b".", b".e", 1)
    with pytest.raises((InvalidError, UnreadableError)):
        registry(body, own_did("registrar"))


@pytest.mark.parametrize(
    "content",
    [b"[]", b"{}", b'{"registry": []}', b"x", b'{"registry": {}, "registry": {}}', serialise_compact(LISTED)],
)
def test_what_is_no_registry_or_is_not_signed_is_refused(content):
    with pytest.raises((UnreadableError, InvalidError)):
        registry(content, own_did("registrar"))


def test_names_in_a_registry_that_could_deceive_are_left_out():
    odd = {"registry": {"did:web:a.example": {"name": "Zoe\u202egnitseT"}, "did:web:b.example": {"name": 7},
                        "javascript:x": {"name": "x"}, "did:web:c.example": {"name": "  Fine  "}}}  # fmt: skip
    assert registry(serialise_compact(odd)).names == {"did:web:c.example": "Fine"}


def test_a_did_web_under_a_domain_that_counts_is_trusted_by_the_domains_name():
    network = Network({DID_URL: controller_document(WEB, multikey())})
    report = verify(signed(badge(WEB)), network, domains=frozenset({"school.example"}))
    assert (report.verdict, report.issuer.name) == (Verdict.CURRENT, "school.example")
    assert verify(signed(badge(WEB)), network, domains=frozenset({"other.example"})).verdict is Verdict.UNKNOWN_ISSUER


def a_badge_of_the_domain():
    document = badge()
    return signed(document | {"issuer": document["issuer"] | {"url": "https://school.example/"}})


def linkage(did=None, origin="https://school.example", **changes):
    did = did or own_did()
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", "DomainLinkageCredential"],
        "issuer": did,
        "issuanceDate": "2026-01-01T00:00:00Z",
        "expirationDate": "2027-01-01T00:00:00Z",
        "credentialSubject": {"id": did, "origin": origin},
        **changes,
    }


def linked(link):
    return Network({CONFIGURATION: {"@context": "x", "linked_dids": [link]}})


def test_a_domain_that_links_the_did_vouches_for_it():
    network = linked(with_proof(linkage(), "foreign"))
    report = verify(a_badge_of_the_domain(), network, domains=frozenset({"school.example"}))
    assert (report.verdict, report.issuer.name) == (Verdict.CURRENT, "school.example")
    assert "links this DID" in report.issuer.sources[-1].note


def test_a_link_as_a_jwt_vouches_too():
    did = own_did()
    claims = {"iss": did, "sub": did, "nbf": 1767225600, "exp": 1798761600, "vc": linkage()}
    network = linked(jws(claims, "foreign", kid=f"{did}#{did.removeprefix('did:key:')}"))
    report = verify(a_badge_of_the_domain(), network, domains=frozenset({"school.example"}))
    assert report.verdict is Verdict.CURRENT, report.issuer.sources


@pytest.mark.parametrize(
    "link",
    [
        with_proof(linkage(origin="https://other.example"), "foreign"),
        with_proof(linkage(own_did("another")), "another"),
        with_proof(linkage(), "another"),
        with_proof(linkage(expirationDate="2026-02-01T00:00:00Z"), "foreign"),
        with_proof(linkage(type=["VerifiableCredential"]), "foreign"),
        linkage(),
        "not.a.token",
        7,
    ],
    ids=["origin", "other did", "other key", "expired", "type", "unsigned", "no token", "number"],
)
def test_a_link_that_does_not_hold_vouches_for_nobody(link):
    report = verify(a_badge_of_the_domain(), linked(link), domains=frozenset({"school.example"}))
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert not report.issuer.trusted


def test_a_domain_is_asked_only_about_issuers_that_say_they_are_of_it():
    network = linked(with_proof(linkage(), "foreign"))
    verify(signed(badge()), network, domains=frozenset({"school.example"}))
    assert network.asked == []


def test_a_report_says_when_a_domain_was_asked_and_not_when_it_was_remembered():
    network, moments = Network({DID_URL: controller_document(WEB, multikey())}), [NOW, NOW + timedelta(seconds=20)]
    look_ups = network.look_ups("school.example", clock=lambda: moments.pop(0))
    verifier = Verifier(TrustStore(look_ups=look_ups, domains=frozenset({"school.example"})), directly)
    verifier.verify(signed(badge(WEB)), "file", NOW)
    report = verifier.verify(signed(badge(WEB)), "file", NOW + timedelta(seconds=20))
    assert [seen.checked_at for seen in report.issuer.sources if seen.kind == "domain"] == [NOW]
    assert network.asked == [DID_URL]
