"""The public pages over what was issued: negotiation, files, headers, limits, and what is said of the unknown."""

import json
import logging
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from vc_issuer.web.app import create_app
from vc_issuer.web.limits import BODY_BYTES, BodyLimit, TokenBucket
from vc_issuer.wiring.home import open_home

pytestmark = pytest.mark.xdist_group("public_pages")
BASE = "https://credentials.uzb.example"
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"}
NOBODYS = "/c/00000000000000000000000000"


@pytest.fixture(scope="module")
def client(issued):
    home = open_home(issued.home)
    yield TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    home.close()


@pytest.fixture
def entry(issued):
    return issued.first("certificate")


@pytest.fixture
def page(entry):
    return entry["verify_url"].removeprefix(BASE)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/vc"),
        ("application/json", "application/vc"),
        ("text/html", "text/html"),
        ("application/ld+json, text/html;q=0.5", "application/vc"),
        ("text/html;q=0.9, application/pdf", "application/pdf"),
        ("application/jose+json", "application/jose+json"),
        ("text/html;q=x", "application/vc"),
        ("", "application/vc"),
    ],
)
def test_what_is_asked_for_is_what_comes(client, page, accept, media_type):
    answer = client.get(page, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)


@pytest.mark.parametrize(("suffix", "name"), [(".json", "ob3"), (".elm.json", "elm"), (".pdf", "pdf")])
def test_a_suffix_gives_the_very_bytes_that_were_issued(client, issued, entry, page, suffix, name):
    answer = client.get(page + suffix)
    if name == "pdf":
        assert client.post("/verify", content=answer.content).json()["reports"][0]["verdict"] == "current"
    else:
        assert answer.content == issued.path(entry, name).read_bytes()
    assert entry["verify_url"].rsplit("/", 1)[1] not in answer.headers["content-disposition"]


def test_a_code_typed_off_paper_leads_to_the_same_page(client, page):
    code = page.removeprefix("/c/")
    typed = "-".join(code[at : at + 4] for at in range(0, len(code), 4)).lower().replace("0", "o")
    assert client.get(f"/c/{typed}").content == client.get(page).content


def test_the_page_of_a_person_is_neither_kept_nor_found(client, page):
    for path in (page, page + ".pdf", page + ".json", NOBODYS):
        headers = client.get(path, headers=HTML).headers
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers


def test_unknown_codes_get_one_answer(client):
    tried = [NOBODYS, NOBODYS[:-1] + "1", "/c/x", "/c/" + "Z" * 300, "/c/%00", "/c/..%2f..%2fetc%2fpasswd"]
    for headers in (HTML, {"accept": "*/*"}):
        answers = {(each.status_code, each.content) for path in tried if (each := client.get(path, headers=headers))}
        answers = {
            (answer.status_code, answer.content) for answer in (client.get(p, headers=headers) for p in tried[:4])
        }
        assert {status for status, _ in answers} == {404}
        assert len(answers) == 1
    assert {client.get(path, headers=HTML).status_code for path in tried[4:]} == {404}


def test_the_verdict_comes_first_and_linkedin_gets_what_it_reads(client, issued, entry, page):
    achievement = issued.badge(entry)["credentialSubject"]["achievement"]
    text = client.get(f"{page}?lang=nl", headers=HTML).text
    name = achievement["name"]
    assert 0 < text.index("Echt en geldig") < text.index("<h2")
    address = text.split('href="https://www.linkedin.com', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    query = parse_qs(urlsplit(address).query)
    assert query["name"] == [name]
    assert query["certUrl"] == [entry["verify_url"]]
    assert query["certId"] == [entry["number"]]
    assert "<script>" not in text
    assert "style=" not in text


@pytest.mark.parametrize("language", ["nl", "en", "fr", "de"])
def test_every_page_speaks_its_language(client, page, language):
    for path in (page, "/verify", "/issuer"):
        text = client.get(f"{path}?lang={language}", headers={"accept": "text/html"}).text
        assert f'<html lang="{language}"' in text


def test_the_issuer_publishes_its_keys_lists_and_catalogue(client, issued):
    assert client.get("/.well-known/did.json").json() == json.loads((issued.out / "did.json").read_bytes())
    for each in issued.manifest["status_lists"]:
        answer = client.get(each["url"].removeprefix(BASE))
        assert answer.content == (issued.out / each["file"]).read_bytes()
        assert "max-age=60" in answer.headers["cache-control"]
    assert client.get("/.well-known/jwks.json").json()["keys"]
    assert client.get("/issuer").json()["id"] == issued.manifest["issuer"]
    assert client.get("/achievements/MC03/2024-2025").json()
    assert "Data analysis with Python" in client.get("/achievements/MC03/2024-2025", headers=HTML).text
    for path in ("/healthz", "/readyz"):
        assert client.get(path).json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/status/none", "/achievements/MC99/1", "/nowhere", "/c/", "/static/../app.py"])
def test_what_is_not_there_is_a_problem_document_or_a_page(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail"}
    assert "<h1" in client.get(path, headers=HTML).text


def test_forty_files_get_a_report_each_in_their_order(client, issued):
    entries = issued.credentials[:40]
    files = [("files", (f"{n}.json", issued.path(entry, "ob3").read_bytes())) for n, entry in enumerate(entries)]
    reports = client.post("/verify", files=files).json()["reports"]
    assert [report["file"] for report in reports] == [f"{n}.json" for n in range(40)]
    assert {report["verdict"] for report in reports} == {"current"}


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"{}", "unreadable"),
        (b"\x00" * 100, "unreadable"),
        (b"%PDF-1.7 nothing", "unreadable"),
        (b"\x89PNG\r\n\x1a\n", "unreadable"),
        (b"[" * 50_000, "unreadable"),
        (b'{"a": NaN}', "unreadable"),
        (b'{"a": 1, "a": 2}', "unreadable"),
        (b"\xff\xfe{\x00}\x00", "unreadable"),
        (b'{"a": "\\ud800"}', "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
    ],
)
def test_hostile_bytes_get_an_answer(client, content, verdict):
    answer = client.post("/verify", content=content, headers={"content-type": "application/octet-stream"})
    assert answer.status_code == 200
    assert answer.json()["reports"][0]["verdict"] == verdict


def test_a_name_is_shown_and_never_run(client, issued, entry):
    text = issued.path(entry, "ob3").read_text(encoding="utf-8")
    name = issued.badge(entry)["credentialSubject"]["achievement"]["name"]
    evil = text.replace(name, "<script>alert(1)</script>")
    answer = client.post("/verify", files=[("files", ("<img src=x>.json", evil.encode()))], headers=HTML)
    assert "<script>alert" not in answer.text
    assert "<img src=x>" not in answer.text
    assert "&lt;img src=x&gt;" in answer.text


def test_what_is_not_genuine_lends_nobody_a_name(client, issued, entry):
    changed = issued.path(entry, "ob3").read_text(encoding="utf-8").replace("2025", "2026").encode()
    files = [("files", (f"{n}.json", changed)) for n in range(2)]
    answer = client.post("/verify", files=files, headers=HTML).text
    (name, _) = (each["identityHash"] for each in issued.badge(entry)["credentialSubject"]["identifier"])
    assert "Not genuine" in answer
    assert name not in answer


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(("form", "media_type"), [("pdf", "application/pdf"), ("csv", "text/csv"), ("xlsx", XLSX)])
def test_the_answer_comes_as_the_file_that_is_asked_for(client, issued, entry, form, media_type):
    files = [("files", ("one.json", issued.path(entry, "ob3").read_bytes()))]
    by_header = client.post("/verify", files=files, headers={"accept": media_type})
    by_button = client.post("/verify", files=files, data={"format": form}, headers=HTML)
    for answer in (by_header, by_button):
        assert answer.headers["content-type"].split(";")[0] == media_type
        assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in by_button.headers["content-disposition"]
    assert "content-disposition" not in by_header.headers


def test_json_says_what_each_file_is_worth(client, issued, entry):
    pdf, changed = issued.path(entry, "pdf").read_bytes(), issued.path(entry, "ob3").read_bytes().replace(b"20", b"21")
    files = [("files", ("one.pdf", pdf)), ("files", ("changed.json", changed)), ("files", ("none.json", b"{}"))]
    good, changed, none = client.post("/verify", files=files).json()["reports"]
    (sheet,) = good["recognition"]
    assert [each["id"] for each in sheet["questions"]][:2] == ["quality-assurance", "verification"]
    assert sheet["annex_one"]["mandatory"] == 11
    assert (changed["recognition"], none["recognition"]) == ([], [])


def test_files_of_one_name_keep_their_own_answers(client, issued, entry):
    good = issued.path(entry, "ob3").read_bytes()
    files = [("files", ("a.json", good)), ("files", ("a.json", b"{}"))]
    reports = client.post("/verify", files=files).json()["reports"]
    assert [(report["file"], report["verdict"]) for report in reports] == [
        ("a.json", "current"),
        ("a.json (2)", "unreadable"),
    ]


def test_a_fragment_counts_on_and_holds_no_page_around_it(client, issued, entry):
    files = [("files", ("a.json", issued.path(entry, "ob3").read_bytes()))]
    for first, anchor in (("7", "file-8"), ("x", "file-1"), ("-1", "file-1"), ("9" * 30, "file-10001")):
        text = client.post("/verify", files=files, headers={**HTML, "x-fragment": "results", "x-first": first}).text
        assert f'id="{anchor}"' in text
        assert "<html" not in text


def test_a_code_that_is_typed_leads_to_its_page(client, entry, page):
    code = page.removeprefix("/c/")
    typed = "-".join(code[at : at + 4] for at in range(0, len(code), 4)).lower()
    for written in (typed, f" {entry['verify_url']} ", entry["verify_url"] + "?lang=nl"):
        answer = client.post("/code?lang=fr", data={"code": written}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?lang=fr")
    for written in ("", "abc", "https://evil.example/x", "//evil.example", "é" * 26, "a/../b"):
        answer = client.post("/code", data={"code": written}, follow_redirects=False)
        assert answer.headers["location"] == "/c/unknown"


def test_a_problem_speaks_the_reader_s_language(client):
    assert "Ici" not in client.get("/nowhere", headers=HTML).text
    assert "Il n’y a rien ici" in client.get("/nowhere?lang=fr", headers=HTML).text
    assert "Hier ist nichts" in client.get("/nowhere?lang=de", headers=HTML).text


def test_a_request_that_holds_nothing_or_too_much_is_refused(client):
    assert client.post("/verify").status_code == 400
    assert client.post("/verify", files=[("files", ("", b""))], headers=HTML).status_code == 400
    assert client.post("/verify", content=b"", headers={"content-length": str(BODY_BYTES + 1)}).status_code == 413
    many = [("files", (f"{n}.json", b"{}")) for n in range(61)]
    answer = client.post("/verify", files=many)
    assert answer.status_code == 400
    assert "<" not in answer.json()["detail"]


def test_a_body_without_a_length_is_counted(issued):
    async def swallow(scope, receive, send):
        while (message := await receive()).get("more_body"):
            pass
        status = 499 if message["type"] == "http.disconnect" else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})

    def chunks():
        for _ in range(4):
            yield b"x" * 40

    client = TestClient(BodyLimit(swallow, limit=100))
    assert client.post("/", content=chunks()).status_code == 499
    assert client.post("/", content=b"x" * 99).status_code == 200


def test_too_many_files_a_minute_are_told_when_to_come_back():
    bucket = TokenBucket(per_minute=60)
    assert bucket.wait_s("192.0.2.1", 60) == 0
    assert 0 < bucket.wait_s("192.0.2.1") <= 1
    assert bucket.wait_s("192.0.2.2") == 0
    assert bucket.wait_s("2001:db8::1", 60) == 0
    assert bucket.wait_s("2001:db8::2") > 0, "a /64 is one address"


def test_the_log_holds_the_route_and_no_code(client, page, caplog):
    with caplog.at_level(logging.INFO):
        client.get(page)
        client.get(page + ".pdf")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("vc_issuer")]
    assert any("/c/{path}" in message for message in ours)
    assert not any(page.removeprefix("/c/") in message for message in ours)


def test_a_bug_is_a_sentence_without_what_it_held(issued, monkeypatch, caplog):
    home = open_home(issued.home)
    monkeypatch.setattr(type(home), "did_document", lambda self: 1 / 0)
    client = TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    answer = client.get("/.well-known/did.json")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "ZeroDivision" not in answer.text
    home.close()
