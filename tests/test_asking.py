"""How long the verifier keeps what it asked for: by the answer's own words, within our bounds. A real server answers."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vc_issuer.encoding.multikey import base64url_encode
from vc_issuer.errors import InconclusiveError
from vc_issuer.fetch import Fetcher
from vc_issuer.freshness import SILENT, Freshness
from vc_issuer.wiring import answers
from vc_issuer.wiring.answers import LEAST_S, MOST_ANSWERS, MOST_BYTES, MOST_S, REFUSAL_S, USUAL_S, AnswerCache
from vc_issuer.wiring.asking import OnlineLookUp

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEYS = {"id": "did:web:issuer.example", "assertionMethod": []}


def a_list(**more):
    """Return what a status list says of its life; nobody reads its bits here."""
    subject = {"type": "BitstringStatusList", "encodedList": "u", **more.pop("subject", {})}
    return json.dumps({"id": "https://issuer.example/status/1", "credentialSubject": subject, **more}).encode()


def as_token(ttl=None, **claims):
    """Return a list as a JWT; whether its signature holds is for whoever uses it."""
    subject = {"subject": {"ttl": ttl}} if ttl else {}
    payload = json.dumps(json.loads(a_list(**subject)) | claims).encode()
    header = b'{"alg":"EdDSA","typ":"vc+jwt","kid":"did:web:issuer.example#a"}'
    return ".".join(map(base64url_encode, (header, payload, b"\0" * 64))).encode()


class Site:
    """A server of this machine: what it says, and what it was asked."""

    def __init__(self, origin):
        self.origin = origin
        self.body = json.dumps(KEYS).encode()
        self.headers = {}
        self.status = 200
        self.asked = []

    def answer(self, request):
        self.asked.append((request.path, dict(request.headers)))
        etag = self.headers.get("ETag")
        is_known = etag is not None and request.headers.get("If-None-Match") == etag
        request.send_response(304 if is_known else self.status)
        for name, value in {"Content-Type": "application/json", **self.headers}.items():
            request.send_header(name, value)
        request.end_headers()
        if not is_known:
            request.wfile.write(self.body)


@contextmanager
def serving():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.answer(self)

        def log_message(self, *args):
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site():
    with serving() as one:
        yield one


class Reader:
    """Somebody who verifies file after file, each with a look-up of its own; the clock is moved by hand."""

    def __init__(self, site):
        self.site = site
        self.passed_s = 0.0
        self.cache = AnswerCache(clock=lambda: self.passed_s)

    def look_up(self):
        fetcher = Fetcher(origins=frozenset({self.site.origin}), resolve=lambda _host: ["127.0.0.1"])
        return OnlineLookUp(fetcher, self.cache, NOON + timedelta(seconds=self.passed_s))

    def get(self, path="/did.json"):
        return self.look_up().get(self.site.origin + path)


def fetches_within(reader, seconds, step_s):
    for _ in range(int(seconds / step_s)):
        reader.get()
        reader.passed_s += step_s
    return len(reader.site.asked)


def test_an_answer_is_kept_for_as_long_as_its_max_age(site):
    site.headers = {"Cache-Control": "max-age=120"}
    reader = Reader(site)
    reader.get()
    reader.passed_s = 119
    reader.get()
    assert len(site.asked) == 1
    reader.passed_s = 121
    reader.get()
    assert len(site.asked) == 2


def test_a_server_that_says_nothing_is_asked_every_five_minutes(site):
    assert fetches_within(Reader(site), seconds=3 * USUAL_S, step_s=10) == 3


@pytest.mark.parametrize("wish", ["no-store", "no-cache", "max-age=0", "private"])
def test_ten_thousand_files_of_an_issuer_who_wants_nothing_kept_ask_it_twice_a_minute(site, wish):
    site.headers = {"Cache-Control": wish}
    reader = Reader(site)
    for _ in range(10_000):
        reader.get()
        reader.passed_s += 0.006
    assert len(site.asked) == 60 / LEAST_S


def test_nobody_is_believed_for_a_year(site):
    site.headers = {"Cache-Control": "max-age=31536000, immutable"}
    site.body = a_list(subject={"ttl": 31_536_000_000})
    assert fetches_within(Reader(site), seconds=2 * MOST_S, step_s=60) == 2


def test_what_still_holds_is_not_sent_again_and_is_fresh_again(site):
    site.headers = {"Cache-Control": "max-age=60", "ETag": '"v1"'}
    reader = Reader(site)
    first = reader.get()
    reader.passed_s = 61
    assert reader.get() == first
    assert site.asked[1][1]["If-None-Match"] == '"v1"'
    reader.passed_s = 120
    assert reader.get() == first
    assert len(site.asked) == 2


def test_a_changed_list_under_a_new_etag_replaces_the_old_one(site):
    site.headers = {"Cache-Control": "max-age=60", "ETag": '"v1"'}
    reader = Reader(site)
    reader.get()
    site.headers, site.body = {"Cache-Control": "max-age=60", "ETag": '"v2"'}, b'{"id": "new"}'
    reader.passed_s = 61
    assert reader.get() == b'{"id": "new"}'


def test_an_old_answer_is_never_used_when_asking_again_fails(site):
    site.headers = {"Cache-Control": "max-age=60", "ETag": '"v1"'}
    reader = Reader(site)
    reader.get()
    site.headers, site.status = {}, 503
    reader.passed_s = 61
    with pytest.raises(InconclusiveError, match="503"):
        reader.get()
    with pytest.raises(InconclusiveError, match="503"):
        reader.get()
    assert len(site.asked) == 2
    site.status = 200
    reader.passed_s += REFUSAL_S
    assert json.loads(reader.get()) == KEYS


def test_a_list_may_come_as_a_token(site):
    site.headers, site.body = {"Content-Type": "application/vc+jwt"}, as_token()
    assert Reader(site).get() == as_token()


def test_nothing_is_unchanged_that_was_never_asked_for(site):
    site.status = 304
    with pytest.raises(InconclusiveError, match="304"):
        Reader(site).get()


def test_it_is_known_when_an_answer_came_from_the_network(site):
    site.headers = {"Cache-Control": "max-age=600"}
    reader = Reader(site)
    reader.get()
    reader.passed_s = 300
    url = site.origin + "/did.json"
    assert reader.look_up().asked_at(url) == NOON
    assert reader.look_up().asked_at(url + "?other") is None
    reader.passed_s = 601
    reader.get()
    assert reader.look_up().asked_at(url) == NOON + timedelta(seconds=601)


# What a status list says of itself


@pytest.mark.parametrize(
    ("content", "headers_s", "seconds"),
    [
        (a_list(), None, USUAL_S),
        (a_list(subject={"ttl": 120_000}), None, 120),
        (a_list(subject={"ttl": 120_000}), 60, 60),
        (a_list(subject={"ttl": 60_000}), 600, 60),
        (a_list(subject={"ttl": 5_000}), None, LEAST_S),
        (a_list(subject={"ttl": 0}), None, USUAL_S),
        (a_list(subject={"ttl": True}), None, USUAL_S),
        (a_list(subject={"ttl": "600000"}), None, USUAL_S),
        (a_list(subject={"ttl": 10**15}), None, MOST_S),
        (a_list(validUntil="2026-11-24T12:02:00Z"), None, 120),
        (a_list(validUntil="2026-11-24T12:02:00Z"), 600, 120),
        (a_list(validUntil="2036-11-24T12:00:00Z"), None, USUAL_S),
        (a_list(validUntil="2020-11-24T12:00:00Z"), 600, LEAST_S),
        (a_list(validUntil="2026-11-24T12:02:00"), None, 120),
        (a_list(validUntil="soon"), None, USUAL_S),
        (as_token(exp=int(NOON.timestamp()) + 120), None, 120),
        (as_token(exp=int(NOON.timestamp()) + 120), 60, 60),
        (as_token(exp="soon"), 600, REFUSAL_S),
        (as_token(ttl=90_000), None, 90),
        (b"eyJ.e30.AA", 600, REFUSAL_S),
        (json.dumps(KEYS | {"ttl": 5}).encode(), None, USUAL_S),
        (json.dumps(KEYS).encode(), 900, 900),
        (b"[]", 900, 900),
        (b"no JSON", 900, REFUSAL_S),
    ],
)
def test_the_shortest_of_list_and_headers_counts_within_the_bounds(content, headers_s, seconds):
    assert answers.lifetime_s(content, Freshness(lifetime_s=headers_s), NOON) == seconds


# Memory


def test_the_oldest_answers_are_dropped_by_number():
    cache = AnswerCache()
    for number in range(MOST_ANSWERS + 5):
        cache.keep(f"https://s{number}.example/", b"{}", SILENT, NOON)
    assert cache.find("https://s4.example/") is None
    assert cache.find("https://s5.example/") is not None


def test_the_oldest_answers_are_dropped_by_size():
    cache, megabyte = AnswerCache(), b" " * 2**20
    for number in range(MOST_BYTES // 2**20 + 1):
        cache.keep(f"https://s{number}.example/", megabyte, SILENT, NOON)
    assert cache.find("https://s0.example/") is None
    assert cache.find("https://s1.example/") is not None
    for _ in range(100):
        cache.keep("https://s1.example/", megabyte, SILENT, NOON)
    assert cache.find("https://s2.example/") is not None
