"""The mount itself: what it lists, that each offer works, and who may not have it."""

import json
import sys

import pytest
from fastapi.testclient import TestClient

from vc_issuer.cli.main import main
from vc_issuer.cli.serving import LOOPBACK
from vc_issuer.config import Mode
from vc_issuer.errors import ConfigurationError
from vc_issuer.verification.proofs import directly
from vc_issuer.web.app import create_app
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.conformance import ConformanceMount
from vc_issuer.wiring.loopback import LoopbackLists, fetch_from_loopback

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
ISSUE, VERIFY = "/conformance/credentials/issue", "/conformance/credentials/verify"
STRICT = "/conformance/strict/credentials/verify"


@pytest.fixture(scope="module")
def paths(client):
    return client.get("/conformance/paths.json").json()


def credential(issuer, *, version="2.0", **members):
    dates = {"issuanceDate": "2026-07-06T12:00:00Z"} if version == "1.1" else {}
    return {
        "@context": [V1 if version == "1.1" else V2],
        "id": f"urn:uuid:6e0f6ab4-7a52-4a8d-9d3f-{len(json.dumps(members)):012d}",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        **dates,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }


def issued(client, offer, **members):
    body = {"credential": credential(offer["id"], **members), "options": offer["options"]}
    answer = client.post(offer["path"], json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["verifiableCredential"]


def verify(client, path, secured, **options):
    return client.post(path, json={"verifiableCredential": secured, "options": options})


def test_paths_name_every_suite_and_the_probe_verifier(paths):
    tags = {tag for offer in paths["issuers"] for tag in offer["tags"]}
    assert tags == {
        "vc2.0", "vc-api", "eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023",
        "BitstringStatusList", "EnvelopingProof",
    }  # fmt: skip
    assert paths["probeVerifier"] == STRICT
    assert [each["path"] for each in paths["verifiers"]] == [VERIFY]
    assert [each["path"] for each in paths["vpVerifiers"]] == ["/conformance/presentations/verify"]
    assert {offer["path"] for offer in paths["issuers"]} == {ISSUE}
    curves = {key for offer in paths["issuers"] for key in offer.get("supportedEcdsaKeyTypes", [])}
    assert curves == {"P-256", "P-384"}


def test_every_offer_issues_both_versions_and_only_proofs_for_verifiers_verify(client, paths):
    for offer in paths["issuers"]:
        for version in offer["supports"]["vc"]:
            secured = issued(client, offer, version=version)
            is_base = offer["options"].get("cryptosuite") == "ecdsa-sd-2023"
            answer = verify(client, VERIFY, secured)
            assert answer.status_code == (400 if is_base else 200), (offer, answer.text)
            if not is_base:
                assert verify(client, STRICT, secured).status_code == 200
                if "proof" in secured:
                    assert isinstance(secured["proof"], dict)
                    assert verify(client, VERIFY, {**secured, "issuer": "did:example:x"}).status_code == 400


def test_a_status_is_added_served_and_obeyed(client, paths):
    offer = next(offer for offer in paths["issuers"] if "BitstringStatusList" in offer["tags"])
    secured = issued(client, offer, name="Revocable")
    entry = secured["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    listed = client.get(entry["statusListCredential"], headers={"accept": "application/vc"})
    assert listed.headers["content-type"].startswith("application/vc")
    assert verify(client, VERIFY, listed.json()).status_code == 200
    assert verify(client, STRICT, secured).status_code == 200
    for value, outcome in ((True, 400), (False, 200)):
        change = {"credentialId": secured["id"], "status": value}
        assert client.post("/conformance/credentials/status", json=change).status_code == 200
        assert verify(client, STRICT, secured).status_code == outcome
    unknown = {"credentialId": "urn:uuid:1", "status": True}
    assert client.post("/conformance/credentials/status", json=unknown).status_code == 404
    assert client.get("/conformance/status/none").status_code == 404


REFUSED = [
    ({"credential": {"x": 1}}, "MALFORMED"),
    ({"credential": "text"}, "no object as its credential"),
    ({}, "no object as its credential"),
    ({"credential": credential("did:example:other")}, "key is not here"),
    ({"credential": credential("did:example:other") | {"proof": {}}}, "proof already"),
    ({"credential": credential("did:example:other"), "options": []}, "options are no object"),
]


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_what_is_not_issued_says_why(client, body, message):
    answer = client.post(ISSUE, json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert message in answer.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cryptosuite": "bbs-2023"}, "not known here"),
        ({"cryptosuite": "ecdsa-rdfc-2019"}, "does not fit"),
        ({"cryptosuite": "ecdsa-sd-2023"}, "P-256"),
        ({"cryptosuite": 7}, "not known here"),
        ({"cryptosuite": ["eddsa-rdfc-2022"]}, "not known here"),
    ],
)
def test_a_suite_that_does_not_fit_is_refused(client, paths, options, message):
    answer = client.post(ISSUE, json={"credential": credential(paths["issuers"][0]["id"]), "options": options})
    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_pointers_must_be_pointers(client, paths):
    offer = next(offer for offer in paths["issuers"] if "ecdsa-sd-2023" in offer["tags"])
    for pointers in ("/issuer", [7], ["/nothing"], ["issuer"]):
        options = {**offer["options"], "mandatoryPointers": pointers}
        answer = client.post(ISSUE, json={"credential": credential(offer["id"]), "options": options})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"credential":{},"credential":{}}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"credential":' + b"[" * 60 + b"]" * 60 + b"}", "application/json", 400),
        (b'{"credential":"' + b"x" * 2_000_000 + b'"}', "application/json", 400),
    ],
)
def test_a_body_that_can_not_be_read_is_a_problem(client, content, media_type, status):
    for path in (ISSUE, VERIFY, STRICT, "/conformance/presentations/verify", "/conformance/credentials/status"):
        answer = client.post(path, content=content, headers={"content-type": media_type})
        assert answer.status_code == status


def test_a_poisoned_graph_is_refused_and_nobody_waits_for_it(client, paths):
    nodes = [{"id": f"_:n{place}"} for place in range(8)]
    clique = [{"id": node["id"], "https://x.example/p": [n for n in nodes if n != node]} for node in nodes]
    body = {"credential": credential(paths["issuers"][0]["id"], credentialSubject={"https://x.example/q": clique})}
    answer = client.post(ISSUE, json=body)
    assert answer.status_code == 400
    assert "look alike" in answer.text


def test_production_has_no_mount():
    with pytest.raises(ConfigurationError, match="production refuses"):
        ConformanceMount("http://127.0.0.1:1", Mode.PRODUCTION, directly, utc_now)


@pytest.mark.parametrize("arguments", [("--bind", "0.0.0.0"), ("--port", "0"), ("--bind", "192.0.2.1")])
def test_serving_it_beyond_this_machine_is_refused(home, arguments, capsys, monkeypatch):
    monkeypatch.setattr(
        sys, "argv", ["vc-issuer", "--home", str(home.settings.home), "serve", "--conformance", *arguments]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 78
    assert "needs a port of a loopback address" in capsys.readouterr().err
    assert "127.0.0.1" in LOOPBACK


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/x", "http://192.0.2.1/x", "http://u@127.0.0.1/x", "http://127.0.0.1.mill.example/", "http://[",
     "file:///etc/passwd", "http://127.0.0.1:1/closed", "http://127.0.0.1:99999/"],
)  # fmt: skip
def test_the_mount_fetches_from_loopback_alone(url):
    with pytest.raises(KeyError):
        fetch_from_loopback(url)
    assert LoopbackLists({}).get(url) is None


def test_the_public_surface_has_no_mount(home):
    public = TestClient(create_app(home))
    assert public.get("/conformance/paths.json").status_code == 404
    assert "/conformance" not in json.dumps(public.get("/openapi.json").json())
