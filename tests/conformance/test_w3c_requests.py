"""What the W3C's suites send, replayed against the mount: every wanted outcome, 311 of 311."""

import json

import pytest

from reference import DATA, needs_data

FILE = DATA / "w3c" / "w3c-requests" / "w3c-requests.json"
CASES = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
PATHS = {
    "issue": "/conformance/credentials/issue",
    "verify": "/conformance/credentials/verify",
    "verify-presentation": "/conformance/presentations/verify",
}
pytestmark = needs_data


def tag_of(case):
    return next((need.removeprefix("issue:") for need in case["needs"] if need.startswith("issue:")), "")


def prepared(case, tenants):
    """Return path and body as an outside harness makes them from paths.json."""
    body = case["body"]
    if case["role"] != "issue":
        return PATHS[case["role"]], json.dumps(body)
    tenant = next(tenant for tenant in tenants if tag_of(case) in tenant["tags"])
    if isinstance(body, dict):
        body = {**body, "options": {**tenant["options"], **(body.get("options") or {})}}
    return tenant["path"], json.dumps(body).replace("{{ISSUER_DID}}", tenant["id"])


@pytest.fixture(scope="module")
def tenants(client):
    return client.get("/conformance/paths.json").json()["issuers"]


def test_the_corpus_is_whole():
    assert len(CASES) == 311
    assert sum(case["expect"] == "accept" for case in CASES) == 88


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_wanted_outcome_comes(case, client, tenants):
    path, body = prepared(case, tenants)
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    outcome = "accept" if answer.is_success else "reject"
    assert answer.status_code in ({201} if case["role"] == "issue" and answer.is_success else {200, 400}), answer.text
    assert outcome == case["expect"] or "alternative" in case, answer.text
