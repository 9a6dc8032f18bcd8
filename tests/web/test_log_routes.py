"""The log of issuance over HTTP: anybody watches it grow, a holder gets their proof, nobody learns who is in it."""

import base64
import json

import pytest
from fastapi.testclient import TestClient

from offices import issue, make, office_of
from vc_issuer.issuance.publish import issued_of_batch
from vc_issuer.transparency.checkpoint import log_origin, read_checkpoint, verify_checkpoint
from vc_issuer.transparency.evidence import signature_of, verify_evidence
from vc_issuer.transparency.merkle import verify_consistency
from vc_issuer.web.app import create_app
from vc_issuer.wiring.keys import own_issuer
from vc_issuer.wiring.sealing import time_authorities


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    home = make(tmp_path_factory.mktemp("served") / "home")
    batch = issue(home, rows=1)
    with office_of(home) as office:
        yield office.home, TestClient(create_app(office.home)), batch


def test_a_holder_gets_a_proof_and_everybody_the_checkpoint(served):
    home, client, batch = served
    issued = next(iter(issued_of_batch(home.database, batch, base_url=home.settings.base_url)))
    issuer = own_issuer(home.settings, home.issuer)
    answer = client.get(f"/c/{issued.code}.log.json")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    found = verify_evidence(
        answer.content,
        signature_of(issued.elm.content),
        issuer.log_methods,
        origin=log_origin(issuer.did),
        authorities=time_authorities(home),
    )
    note = client.get("/log/checkpoint").content
    assert verify_checkpoint(note, issuer.log_methods, origin=log_origin(issuer.did)) == found
    assert client.get("/log").json()["checkpoints"][0]["size"] == found.size
    assert client.get(f"/log/checkpoint/{found.size}").content == note
    assert client.get(f"/log/checkpoint/{found.size}/timestamp").status_code == 404
    assert client.get(f"/c/{'0' * 26}.log.json").status_code == 404


def test_consistency_is_proved_between_checkpoints_alone(served):
    _, client, _ = served
    checkpoint = read_checkpoint(client.get("/log/checkpoint").content)[0]
    size, root = checkpoint.size, checkpoint.root
    answer = client.get(f"/log/consistency/{size}/{size}").json()
    path = [base64.b64decode(each) for each in answer["path"]]
    verify_consistency((size, size), (root, root), path)
    for first, second in ((1, size), (size, size + 1), (0, size)):
        assert client.get(f"/log/consistency/{first}/{second}").status_code == 404
    assert client.get("/log/checkpoint/99999").status_code == 404


@pytest.mark.parametrize("route", ["checkpoint/{}", "checkpoint/{}/timestamp", "consistency/1/{}", "consistency/{}/1"])
def test_a_size_that_no_log_can_have_is_refused(served, route):
    _, client, _ = served
    for size in (-1, 2**63, 10**400):
        assert client.get(f"/log/{route.format(size)}").status_code in {404, 422}


def test_the_metadata_key_asserts_nothing_in_did_json(served):
    home, client, _ = served
    document = client.get("/.well-known/did.json").json()
    silent = {each["id"] for each in document["verificationMethod"]} - set(document["assertionMethod"])
    assert silent == {method.id for method in own_issuer(home.settings, home.issuer).log_methods}
    assert "Ioana" not in json.dumps(client.get("/log").json())
