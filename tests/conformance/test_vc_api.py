"""The public VC API over one home: strict verdicts as statuses, presentations, the API key, and what OpenAPI says."""

import hashlib
import json
import os
import sys
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from scenario import CREDENTIAL_KEY, NOON, SUITE, make_world, status_lists

from builders_keys import signing_key
from vc_issuer.cli.main import main
from vc_issuer.config import read_api_keys
from vc_issuer.errors import ConfigurationError
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import add_proof
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofOptions
from vc_issuer.securing.vc_jose import VcJose
from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import Home, open_home

HOLDER = signing_key(seed="holder")
V2 = "https://www.w3.org/ns/credentials/v2"


@pytest.fixture(scope="module")
def world():
    return make_world()


class TrustingHome(Home):
    """A home whose verifier trusts the world of the test, instead of what its files pin."""

    world_trust = None

    def trust(self, pins=None):
        return self.world_trust


@pytest.fixture(scope="module")
def api_home(home, world):
    opened = TrustingHome(home.settings, home.issuer, home.database)
    opened.world_trust = world.trust
    yield opened
    if opened._sandbox is not None:
        opened._sandbox.close()


@pytest.fixture(scope="module")
def api(api_home):
    return TestClient(create_app(api_home), raise_server_exceptions=False)


def verify(api, credential):
    return api.post("/credentials/verify", json={"verifiableCredential": credential, "options": {}})


def test_a_current_badge_is_verified_and_the_report_says_why(api, world):
    answer = verify(api, json.loads(world.ob3))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    [report] = answer.json()["results"]
    assert answer.json()["verified"] is True
    assert report["verdict"] == "current"


def test_a_badge_in_an_envelope_is_verified(api, world):
    token = VcJose().secure(world.twin.ob3["en"], CREDENTIAL_KEY, NOON).content.decode()
    envelope = {"@context": [V2], "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"}
    assert verify(api, envelope).status_code == 200
    assert verify(api, {**envelope, "id": envelope["id"][:-4] + "AAAA"}).status_code == 400
    assert verify(api, {**envelope, "id": "https://x.example"}).status_code == 400
    assert verify(api, {**envelope, "id": "data:text/plain,x"}).status_code == 400


def test_a_changed_badge_is_not(api, world):
    answer = verify(api, {**json.loads(world.ob3), "name": "Other"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
    assert answer.json()["verified"] is False
    assert answer.json()["detail"] == "the credential is not-genuine"


def test_what_could_not_be_determined_is_neither_valid_nor_invalid(api, api_home, world, monkeypatch):
    monkeypatch.setattr(api_home, "world_trust", replace(world.trust, issuers=()))
    answer = verify(api, json.loads(world.ob3))
    assert answer.status_code == 422
    assert answer.json()["results"][0]["verdict"] == "unknown-issuer"


def test_a_revoked_badge_is_refused(api, api_home, world, monkeypatch):
    lists = status_lists(world.status_url, revoked=[world.index])
    monkeypatch.setattr(api_home, "world_trust", replace(world.trust, status_lists=lists))
    answer = verify(api, json.loads(world.ob3))
    assert (answer.status_code, answer.json()["results"][0]["verdict"]) == (400, "revoked")


@pytest.mark.parametrize(
    "body", [{}, {"verifiableCredential": "text"}, {"verifiableCredential": {}}, {"verifiableCredential": []}]
)
def test_what_is_no_credential_is_a_problem(api, body):
    answer = api.post("/credentials/verify", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def presentation(*credentials, key=HOLDER, **options):
    unsigned = {
        "@context": [V2], "type": ["VerifiablePresentation"], "holder": HOLDER.method.controller,
        "verifiableCredential": list(credentials),
    }  # fmt: skip
    options = {"created": NOON, "purpose": AUTHENTICATION, "challenge": "c", "domain": ("a.example",), **options}
    return add_proof(unsigned, cryptosuite("eddsa-rdfc-2022"), key, ProofOptions(**options))


def present(api, shown, **options):
    return api.post("/presentations/verify", json={"verifiablePresentation": shown, "options": options})


def test_a_presentation_is_verified_with_everything_in_it(api, world):
    answer = present(api, presentation(json.loads(world.ob3)), challenge="c", domain="a.example")
    assert answer.status_code == 200, answer.text
    assert answer.json()["holder"] == HOLDER.method.controller
    assert answer.json()["mechanisms"] == ["eddsa-rdfc-2022"]
    assert [each["verdict"] for each in answer.json()["results"]] == ["current"]


def test_a_presentation_of_nothing_proves_its_holder_alone(api):
    answer = present(api, presentation(), challenge="c")
    assert (answer.status_code, answer.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "name the challenge"),
        ({"challenge": "old"}, "another challenge"),
        ({"challenge": "c", "domain": "b.example"}, "another domain"),
        ({"challenge": 7}, "no text"),
    ],
)
def test_a_presentation_for_another_question_is_refused(api, world, options, message):
    answer = present(api, presentation(json.loads(world.ob3)), **options)
    assert answer.status_code == 400
    assert message in answer.json()["detail"]


def test_one_bad_credential_spoils_the_presentation(api, world):
    good, bad = json.loads(world.ob3), {**json.loads(world.ob3), "name": "Other"}
    answer = present(api, presentation(good, bad), challenge="c")
    assert answer.status_code == 400
    assert [each["verdict"] for each in answer.json()["results"]] == ["current", "not-genuine"]


def test_a_badge_of_another_did_may_not_be_shown(api, world):
    document = world.twin.ob3["en"]
    subjects = {
        did: {**document["credentialSubject"], "id": did} for did in (HOLDER.method.controller, "did:example:other")
    }
    for did, status in ((HOLDER.method.controller, 200), ("did:example:other", 400)):
        badge = SUITE.secure({**document, "credentialSubject": subjects[did]}, CREDENTIAL_KEY, NOON).content
        answer = present(api, presentation(json.loads(badge)), challenge="c")
        assert answer.status_code == status, answer.text
    assert "issued to another" in answer.json()["detail"]


def test_a_presentation_by_a_stranger_or_with_a_context_inside_is_refused(api, world):
    stranger = presentation(json.loads(world.ob3), key=signing_key(seed="stranger"))
    assert "another than its holder" in present(api, stranger, challenge="c").text
    inline = {**presentation(), "@context": [V2, {"x": "https://x.example/x"}]}
    assert "stands in the presentation itself" in present(api, inline, challenge="c").text


def test_a_holder_of_another_kind_of_did_can_not_be_determined(api):
    shown = presentation()
    shown["proof"][0]["verificationMethod"] = "did:web:mill.example#key"
    assert present(api, shown, challenge="c").status_code == 422


def with_keys(api_home, tmp_path, text, mode=0o600):
    path = tmp_path / "api-keys"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    serve = api_home.settings.serve.model_copy(update={"api_keys": str(path)})
    return api_home.settings.model_copy(update={"serve": serve})


def issue(api, credential, key=None):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return api.post("/credentials/issue", json={"credential": credential}, headers=headers)


def test_issuing_is_off_until_it_is_set_up(api):
    assert issue(api, {}, "anything").status_code == 404


def test_issuing_needs_a_key_and_signs_nothing_that_was_not_approved(api, api_home, tmp_path, monkeypatch, world):
    line = f"sis {hashlib.sha256(b'correct').hexdigest()}\n"
    monkeypatch.setattr(api_home, "settings", with_keys(api_home, tmp_path, line))
    for key in (None, "wrong", "correc", ""):
        refused = issue(api, world.twin.ob3["en"], key)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    answer = issue(api, world.twin.ob3["en"], "correct")
    assert answer.status_code == 404
    assert "prepared and approved" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [("sis 00\n", 0o600, "line 1"), ("sis\n", 0o600, "line 1"), ("sis zz\n", 0o600, "line 1"), ("sis 00\n", 0o644, "read by others")],
)  # fmt: skip
def test_a_file_of_keys_that_is_wrong_or_open_is_refused(api_home, tmp_path, text, mode, message):
    with pytest.raises(ConfigurationError, match=message):
        read_api_keys(with_keys(api_home, tmp_path, text, mode))


def test_a_key_is_made_once_and_kept_as_a_hash(home, capsys, monkeypatch):
    path = home.settings.home / "settings.toml"
    before = path.read_text(encoding="utf-8")
    arguments = ["vc-issuer", "--home", str(home.settings.home), "api-key", "sis", "--json"]
    monkeypatch.setattr(sys, "argv", arguments)

    def run():
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code

    assert run() == 78
    path.write_text(f'{before}\n[serve]\napi_keys = "keys/api-keys"\n', encoding="utf-8")
    assert run() in (0, None)
    made = json.loads(capsys.readouterr().out)
    reopened = open_home(home.settings.home)
    try:
        assert reopened.api_keys() == {"sis": hashlib.sha256(made["key"].encode()).digest()}
    finally:
        reopened.close()
    file = home.settings.home / "keys" / "api-keys"
    assert made["key"] not in file.read_text(encoding="utf-8")
    assert os.stat(file).st_mode & 0o077 == 0  # noqa: PTH116
    assert run() == 1 or run() == 2
    path.write_text(before, encoding="utf-8")


def test_openapi_describes_the_three_operations(api):
    described = api.get("/openapi.json").json()
    found = {
        path: described["paths"][path]["post"]
        for path in ("/credentials/issue", "/credentials/verify", "/presentations/verify")
    }
    assert {each["operationId"] for each in found.values()} == {
        "issueCredential",
        "verifyCredential",
        "verifyPresentation",
    }
    assert found["/credentials/issue"]["security"] == [{"apiKey": []}]
    assert described["components"]["securitySchemes"]["apiKey"] == {"type": "http", "scheme": "bearer"}
    for each in found.values():
        assert each["requestBody"]["content"]["application/json"]["schema"]["required"]
        assert any(
            "application/problem+json" in answer["content"]
            for code, answer in each["responses"].items()
            if code != "200" and "content" in answer
        )
