"""The service under requests that mean it harm: refused at once, without an error of ours, others still served (T38 to T41)."""

import logging

import pytest
from fastapi.testclient import TestClient

from vc_issuer.web.app import create_app
from vc_issuer.wiring.home import open_home

pytestmark = pytest.mark.xdist_group("service_limits")
BASE = "https://credentials.uzb.example"
BOUNDARY = {"content-type": "multipart/form-data; boundary=x"}


def opened(issued, **serve):
    home = open_home(issued.home)
    changed = home.settings.serve.model_copy(update=serve)
    home.settings = home.settings.model_copy(update={"serve": changed})
    return home


@pytest.fixture(scope="module")
def client(issued):
    home = opened(issued, verifications_per_minute=100_000)
    yield TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    home.close()


def part(name, content=b"{}", more=b""):
    return b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name, more, content)


@pytest.mark.parametrize(
    ("headers", "body", "statuses"),
    [
        (BOUNDARY, b"".join(part(b"f%d" % n) for n in range(20_000)) + b"--x--\r\n", {400}),
        (BOUNDARY, part(b"files", more=b"; a" * 50_000) + b"--x--\r\n", {200, 400}),
        (BOUNDARY, b"--x\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n\r\n--x--\r\n", {400}),
        (BOUNDARY, b"--x" * 100_000, {400}),
        (BOUNDARY, b"\r\n" * 1_000_000, {400}),
        ({"content-type": "multipart/form-data"}, b"--x--", {400}),
        ({"content-type": "multipart/form-data; boundary=" + "x" * 10_000}, b"--x--", {400}),
        ({"content-type": "application/x-www-form-urlencoded"}, b"a=1&" * 200_000, {200}),
        ({"content-length": "-1"}, b"", {400, 413}),
        ({"content-length": "1_0"}, b"", {400, 413}),
        ({"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(5_000))}, b"{}", {200}),
        ({"accept": ",".join(["text/html;q=0.1"] * 20_000)}, b"{}", {200}),
        ({"accept-language": ",".join(["x"] * 20_000)}, b"{}", {200}),
    ],
    ids=[
        "a million characters of fields",
        "a;a;a;a in a header of a part",
        "a part of nothing but headers",
        "a storm of boundaries",
        "a million line ends",
        "no boundary",
        "a boundary too long",
        "a form that is no form",
        "a negative length",
        "a length that is no number",
        "a storm of ranges",
        "an endless Accept",
        "an endless Accept-Language",
    ],
)
def test_a_request_that_means_harm_is_answered_and_breaks_nothing(client, headers, body, statuses):
    answer = client.post("/verify", content=body, headers=headers)
    assert answer.status_code in statuses, answer.text[:300]
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/static/style.css", "/verify", "/.well-known/did.json"])
def test_a_storm_of_ranges_gets_the_whole_or_nothing(client, path):
    storm = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    answer = client.get(path, headers={"range": storm, "accept": "text/html"})
    assert answer.status_code in {200, 206, 400, 416}
    assert len(answer.content) < 2_000_000


def test_too_many_files_are_told_when_to_come_back_and_others_are_served(issued):
    home = opened(issued, verifications_per_minute=5)
    one = TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False, client=("192.0.2.1", 1))
    files = [("files", (f"{n}.json", b"{}")) for n in range(5)]
    assert one.post("/verify", files=files).status_code == 200
    refused = one.post("/verify", files=files[:1])
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json"
    assert one.post("/stack", files=files, data={"ects": "3"}).status_code == 429, "one budget for both pages"
    other = TestClient(one.app, base_url=BASE, client=("192.0.2.2", 1))
    assert other.post("/verify", files=files).status_code == 200
    home.close()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "credentials.uzb.example@evil.example", ""])
def test_no_answer_repeats_the_host_that_was_asked_for(client, issued, host):
    code = issued.first("certificate")["verify_url"].rsplit("/", 1)[1]
    for path in (f"/c/{code}", "/verify", "/issuer", "/", "/.well-known/did.json", "/openapi.json"):
        headers = {"host": host, "x-forwarded-host": "evil.example", "accept": "text/html"}
        answer = client.get(path, headers=headers, follow_redirects=False)
        assert "evil" not in answer.text
        assert "evil" not in answer.headers.get("location", "")


def test_a_log_line_is_one_line_and_names_nobody(client, caplog):
    with caplog.at_level(logging.INFO):
        client.post("/verify", files=[("files", ('Zoë\n{"level":"CRITICAL"}.json', b"{}"))])
        client.get("/Zo%C3%AB%0A%7B%22level%22%3A%22CRITICAL%22%7D")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("vc_issuer")]
    assert len(lines) == 2
    assert not [line for line in lines if "\n" in line or "CRITICAL" in line or "Zo" in line]
