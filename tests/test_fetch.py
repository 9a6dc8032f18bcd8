"""Threat T26: the one way out reaches public https hosts, and nothing else. Connections here are socket pairs."""

import socket
import threading

import pytest

from vc_issuer.errors import InconclusiveError
from vc_issuer.fetch import MAX_BYTES, MAX_FETCHES, Fetcher

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
    assert fetcher(server).get("https://issuer.example/.well-known/did.json") == b'{"id": "did:web:issuer.example"}'
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
