"""Threat T26: the one way out reaches public https hosts, and nothing else. Connections here are socket pairs."""

import socket
import threading
import time

import pytest

from vc_issuer.errors import InconclusiveError
from vc_issuer.fetch import MAX_BYTES, MAX_FETCHES, Fetcher
from vc_issuer.name_resolution import MOST_WAITING

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


class Server:
    """A far end that answers with fixed bytes and remembers what it was asked."""

    def __init__(self, answer=OK + b"{}"):
        self.answer = answer
        self.connections = []
        self.requests = []

    def connect(self, address, host, timeout_s):
        near, far = socket.socketpair()
        near.settimeout(timeout_s)
        self.connections.append((str(address), host))
        thread = threading.Thread(target=self._serve, args=(far,), daemon=True)
        thread.start()
        return near

    def _serve(self, far):
        with far:
            self.requests.append(far.recv(4096))
            try:
                far.sendall(self.answer)
            except OSError:
                return


def fetcher(server, *addresses, **settings):
    return Fetcher(resolve=lambda _: addresses or ("93.184.216.34",), connect=server.connect, **settings)


def test_a_public_document_is_fetched_from_the_vetted_address_under_its_name():
    server = Server(OK + b'{"id": "did:web:issuer.example"}')
    assert (
        fetcher(server).get("https://issuer.example/.well-known/did.json").content
        == b'{"id": "did:web:issuer.example"}'
    )
    assert server.connections == [("93.184.216.34", "issuer.example")]
    assert server.requests[0].startswith(b"GET /.well-known/did.json HTTP/1.1\r\nHost: issuer.example\r\n")
    assert b"Cookie" not in server.requests[0]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1",
     "fd00::1", "fe80::1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "::7f00:1", "2001:0:7f00:1::"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_never_connected(address):
    server = Server()
    with pytest.raises(InconclusiveError, match="public internet"):
        fetcher(server, address).get("https://issuer.example/did.json")
    assert server.connections == []


def test_one_private_answer_among_public_ones_refuses_all():
    server = Server()
    with pytest.raises(InconclusiveError, match="public internet"):
        fetcher(server, "93.184.216.34", "127.0.0.1").get("https://issuer.example/")
    assert server.connections == []


def test_a_resolver_that_changes_its_mind_is_asked_once():
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    server = Server()
    Fetcher(resolve=lambda _: next(answers), connect=server.connect).get("https://issuer.example/")
    assert server.connections == [("93.184.216.34", "issuer.example")]


@pytest.mark.parametrize(
    "url",
    ["http://issuer.example/", "https://issuer.example:8443/", "https://user:pw@issuer.example/", "ftp://x.example/",
     "file:///etc/passwd", "https:///x", "https://[::1", "https://issuer.example/\r\nX: y", "https://issuer.exam ple/"],
)  # fmt: skip
def test_other_addresses_than_plain_https_are_refused(url):
    server = Server()
    with pytest.raises(InconclusiveError):
        fetcher(server).get(url)
    assert server.connections == []


@pytest.mark.parametrize("host", ["0", "0177.1", "2130706433", "localhost.", "127.1"])
def test_odd_spellings_of_this_machine_reach_nothing(host):
    server = Server()
    with pytest.raises(InconclusiveError):
        Fetcher(connect=server.connect).get(f"https://{host}/")
    assert server.connections == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n", "status 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", "other than JSON"),
        (OK + b"x" * (MAX_BYTES + 1), "more than 1 MiB"),
        (b"garbage", "could not be reached"),
        (b"", "could not be reached"),
    ],
)
def test_answers_that_are_no_small_json_document_are_inconclusive(answer, reason):
    with pytest.raises(InconclusiveError, match=reason):
        fetcher(Server(answer)).get("https://issuer.example/")


def test_a_request_fetches_a_few_documents_and_no_more():
    asking = fetcher(Server())
    for _ in range(MAX_FETCHES):
        asking.get("https://issuer.example/")
    with pytest.raises(InconclusiveError, match="more than 4"):
        asking.get("https://issuer.example/")


def test_hosts_outside_the_list_are_not_asked():
    server = Server()
    with pytest.raises(InconclusiveError, match="not among the hosts"):
        fetcher(server, allowed_hosts=frozenset({"other.example"})).get("https://issuer.example/")
    assert server.connections == []


# Signed answers by POST, and servers that the operator named

STAMPED = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: 2\r\n\r\nok"
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def asking(server, *addresses, **settings):
    """Return a fetcher whose every connection ends at `server`, plain or not."""
    settings.setdefault("connect_at", lambda address, to, timeout_s: server.connect(address, to.origin, timeout_s))
    return fetcher(server, *addresses, **settings)


def test_a_question_is_posted_whole_and_its_answer_taken_by_its_type():
    server = Server(STAMPED)
    for url, host in (
        ("https://tsa.example/tsr?x=1", "tsa.example"),
        ("http://tsa.example/tsr?x=1", "http://tsa.example"),
    ):
        assert asking(server).ask(url, b"\x30\x00", content_type=QUERY, accept=REPLY) == b"ok"
        assert server.connections[-1] == ("93.184.216.34", host)
    request = server.requests[0]
    assert request.startswith(b"POST /tsr?x=1 HTTP/1.1\r\nHost: tsa.example\r\nAccept: application/timestamp-reply\r\n")
    assert request.endswith(b"Content-Type: application/timestamp-query\r\nContent-Length: 2\r\n\r\n\x30\x00")


def test_an_answer_of_another_type_is_not_taken():
    with pytest.raises(InconclusiveError, match="other than application/timestamp-reply"):
        asking(Server(OK + b"{}")).ask("https://tsa.example/", b"", content_type=QUERY, accept=REPLY)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_plain_or_not_a_private_address_is_never_connected(scheme, address):
    server = Server(STAMPED)
    with pytest.raises(InconclusiveError, match="public internet"):
        asking(server, address).ask(f"{scheme}://tsa.example/", b"", content_type=QUERY, accept=REPLY)
    with pytest.raises(InconclusiveError, match="public internet"):
        asking(server, address).get_signed(f"{scheme}://crl.example/", accept=("application/pkix-crl",))
    assert server.connections == []


def test_documents_that_are_not_signed_by_themselves_never_come_plain():
    server = Server()
    with pytest.raises(InconclusiveError, match="only https"):
        asking(server).get("http://issuer.example/did.json")
    assert server.connections == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8319/tsa",  # another port
        "https://127.0.0.1:8318/tsa",  # another scheme
        "http://127.0.0.2:8318/tsa",
        "http://user@127.0.0.1:8318/tsa",
        "http://127.0.0.1:8318@evil.example/tsa",
        "http://localhost:8318/tsa",
        "http://evil.example/?http://127.0.0.1:8318",
    ],
)
def test_only_the_very_origin_that_the_operator_named_is_let_through(url):
    server = Server(STAMPED)
    named = frozenset({"http://127.0.0.1:8318"})
    with pytest.raises(InconclusiveError):
        asking(server, "127.0.0.1", origins=named).ask(url, b"", content_type=QUERY, accept=REPLY)
    assert server.connections == []
    assert (
        asking(server, "127.0.0.1", origins=named).ask(
            "http://127.0.0.1:8318/tsa", b"", content_type=QUERY, accept=REPLY
        )
        == b"ok"
    )


def test_a_list_may_be_larger_than_a_document_and_still_has_an_end():
    kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\n\r\n"
    accept = ("application/pkix-crl",)
    body = b"x" * (2 * MAX_BYTES)
    assert asking(Server(kind + body)).get_signed("http://crl.example/", accept=accept) == body
    with pytest.raises(InconclusiveError, match="more than 4 MiB"):
        asking(Server(kind + b"x" * (4 * MAX_BYTES + 1))).get_signed("http://crl.example/", accept=accept)


class Late:
    """A connection whose far end never finishes its headers: each read waits as long as it may."""

    def __init__(self):
        self.waited_s = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None

    def settimeout(self, timeout_s):
        self.waited_s = max(self.waited_s, timeout_s)

    def sendall(self, message):
        return None

    def recv_into(self, buffer):
        raise TimeoutError


def test_headers_that_never_end_are_cut_off_by_the_same_deadline_as_the_body():
    late = Late()
    with pytest.raises(InconclusiveError, match="took longer than 5 s"):
        Fetcher(resolve=lambda _: ("93.184.216.34",), connect=lambda *_: late).get("https://issuer.example/")
    assert 0 < late.waited_s <= 5


# A resolver that hangs


@pytest.fixture
def stuck():
    """Give a resolver that does not answer before the test is over."""
    over = threading.Event()

    def resolve(_host):
        over.wait()
        return ["93.184.216.34"]

    yield resolve
    over.set()


def test_a_resolver_that_hangs_holds_a_check_for_its_own_time_and_no_longer(stuck):
    began = time.monotonic()
    with pytest.raises(InconclusiveError, match=r"the name issuer.example was not resolved within 0 s"):
        Fetcher(resolve=stuck, connect=Server().connect, resolve_s=0.05).get("https://issuer.example/")
    assert time.monotonic() - began < 1


def test_resolvers_that_hang_do_not_pile_up(stuck):
    before = threading.active_count()
    for _ in range(3 * MOST_WAITING):
        with pytest.raises(InconclusiveError):
            Fetcher(resolve=stuck, connect=Server().connect, resolve_s=0.001).get("https://issuer.example/")
    assert threading.active_count() <= before + MOST_WAITING
    with pytest.raises(InconclusiveError, match="resolver of names does not answer"):
        Fetcher(resolve=stuck, connect=Server().connect).get("https://issuer.example/")


def test_what_a_resolver_refuses_is_said_as_it_says_it():
    def unknown(host):
        raise InconclusiveError(f"the name {host} can't be resolved")

    with pytest.raises(InconclusiveError, match=r"issuer.example can't be resolved"):
        Fetcher(resolve=unknown, connect=Server().connect).get("https://issuer.example/")
