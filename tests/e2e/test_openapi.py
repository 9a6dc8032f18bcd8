"""The OpenAPI document is what the application does: generated requests never get a 500, and answers keep their shape."""

import json

import jsonschema_rs
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings

from vc_issuer.web.app import create_app
from vc_issuer.web.schemas import ProblemShape, StackShape, VerificationShape
from vc_issuer.wiring.home import open_home

pytestmark = pytest.mark.xdist_group("openapi")
BASE = "https://credentials.uzb.example"
EXAMPLES = 12  # an operation: seconds for all of them; raise it for a longer hunt


@pytest.fixture(scope="module")
def application(issued):
    home = open_home(issued.home)
    # The limit of files a minute would answer most of what is generated; it has its own test.
    serve = home.settings.serve.model_copy(update={"verifications_per_minute": 100_000})
    home.settings = home.settings.model_copy(update={"serve": serve})
    yield create_app(home)
    home.close()


@pytest.fixture(scope="module")
def client(application):
    return TestClient(application, base_url=BASE, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json()


def test_generated_requests_never_break_the_application(application):
    schema = schemathesis.openapi.from_asgi("/openapi.json", application)
    seen = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def never_breaks(case):
            response = case.call(headers={"accept": "application/json"})
            assert response.status_code < 500, (case.method, case.path, response.text[:300])
            if response.status_code >= 400 and response.status_code != 405:
                assert response.headers["content-type"][0].startswith("application/problem+json")

        never_breaks()
        seen.append(operation.label)
    assert {"POST /verify", "POST /stack", "GET /c/{path}", "POST /credentials/verify"} <= set(seen)


def test_every_operation_says_what_it_takes_and_answers(document):
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            assert operation.get("summary"), (verb, path)
            assert operation.get("operationId"), (verb, path)
            success = [status for status in operation["responses"] if status[0] in "23"]
            assert success, (verb, path)
            if verb == "post":
                assert operation["requestBody"]["content"], path
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_of_the_document_leads_somewhere(document):
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    used = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert used <= known
    assert "HTTPValidationError" not in text


def test_real_answers_have_the_shape_that_is_described(client, issued, document):
    entry = issued.first("certificate")
    contents = [issued.path(entry, name).read_bytes() for name in ("pdf", "ob3", "elm")]
    files = [("files", (str(n), content)) for n, content in enumerate([*contents, b"{}"])]
    verified = client.post("/verify", files=files).json()
    stacked = client.post("/stack", files=files, data={"ects": "3"}).json()
    refused = client.post("/verify").json()
    for shape, answer in ((VerificationShape, verified), (StackShape, stacked), (ProblemShape, refused)):
        shape.model_validate(answer)
        described = {"$ref": f"#/components/schemas/{shape.__name__}", "components": document["components"]}
        jsonschema_rs.validator_for(described).validate(answer)
    assert len(verified["reports"]) == 4


def test_the_page_of_the_interface_lists_every_operation_and_loads_nothing_from_elsewhere(client, document):
    text = client.get("/docs?lang=de", headers={"accept": "text/html"}).text
    assert all(path in text for path in document["paths"])
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_counts_name_routes_and_nobody(client, issued):
    entry = issued.first("certificate")
    path = entry["verify_url"].removeprefix(BASE)
    client.get(path)
    client.get("/nowhere/Zo%C3%AB")
    client.request("EVIL", "/verify")
    client.post("/verify", files=[("files", ("Zoë.json", issued.path(entry, "ob3").read_bytes()))])
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    assert 'vc_issuer_requests_total{method="GET",route="/c/{path}",status="200"}' in text
    assert 'method="GET",route="unmatched",status="404"' in text
    assert 'method="other"' in text
    assert 'vc_issuer_verifications_total{format="ob3",verdict="current"}' in text
    assert "vc_issuer_requests_running 1.0" in text
    assert "Zo" not in text
    assert path.removeprefix("/c/") not in text
