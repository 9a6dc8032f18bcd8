"""The only way out: https GET of small public documents, vetted against server-side request forgery (threat T26).

A name is resolved once and the connection goes to the vetted address, with SNI and Host kept, so that a second answer
of the resolver (DNS rebinding) changes nothing. No redirects, no cookies, no credentials, no proxies.

Two things are wider, and neither follows an address that a stranger sent. `ask` and `get_signed` may use plain http on
port 80, as time-stamps, OCSP and revocation lists do: what comes back is signed and checked. `origins` are servers that
the operator named, such as an authority of the own network: there scheme, port and address are the operator's word.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from vc_issuer.errors import InconclusiveError
from vc_issuer.name_resolution import RESOLVE_S, Resolve, resolve_in_time, resolve_name

Address: TypeAlias = IPv4Address | IPv6Address
Connect: TypeAlias = Callable[[Address, str, float], socket.socket]

HTTPS_PORT, HTTP_PORT = 443, 80
TOTAL_S = 5.0  # a person waits for the answer
MAX_BYTES = 1024 * 1024  # a DID document is some kB, a status list of ten million entries at 1 % set 160 kB
MAX_FETCHES = 4  # a credential names an issuer, a status list, and little else
JSON_TYPES = ("json", "jwt", "text/plain")  # a status list may be signed as a JWT
FILE_TYPES = (*JSON_TYPES, "application/vc", "application/pdf", "image/png", "image/svg+xml", "octet-stream")
FILE_PREFERENCE = "application/vc, application/vc+ld+json, application/json, application/pdf, image/png, */*;q=0.1"
MAX_FILE_BYTES = 4 * MAX_BYTES  # a certificate of ours is 200 kB, a baked picture of others may be 2 MB
MAX_LIST_BYTES = 4 * MAX_BYTES  # a revocation list of a large authority; an entry of a seal's evidence holds no more

# Prefixes that carry an IPv4 address inside, or reach one: NAT64, 6to4, Teredo, IPv4-compatible.
_TUNNELS = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
CLAUSE = "threat T26"
_SHORTEST_S = 0.001  # of what is left of a time limit: zero would mean none at all


def is_public(address: Address) -> bool:
    """Tell whether an address is globally reachable and hides no other address in it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped or any(address in tunnel for tunnel in _TUNNELS):
            return False
        if address.scope_id:
            return False
    return address.is_global and not address.is_multicast


def connect_tls(address: Address, host: str, timeout_s: float) -> socket.socket:
    """Open a TLS connection to `address` that must prove to be `host`."""
    deadline = time.monotonic() + timeout_s
    return _with_tls(socket.create_connection((str(address), HTTPS_PORT), timeout=timeout_s), host, deadline)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a vetted address points: `host` in lower case, `target` the path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_usual(self) -> bool:
        """Tell whether this is https on its own port."""
        return (self.scheme, self.port) == ("https", HTTPS_PORT)

    @property
    def origin(self) -> str:
        """Name the server as people write it."""
        usual = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == usual else f":{self.port}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: a body of a type, or none; the types of answer that are taken; how much of it is read.

    With `conditions`, headers such as If-None-Match, the server may answer that what was kept still holds.
    """

    accept: tuple[str, ...] = JSON_TYPES
    preference: str = "application/vc+ld+json, application/json, application/vc+jwt;q=0.5"
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    max_bytes: int = MAX_BYTES
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server sent; empty and `is_unchanged` if what was kept still holds."""

    content: bytes = field(repr=False)
    headers: Message = field(repr=False)
    is_unchanged: bool = False


def connect_at(address: Address, destination: Destination, timeout_s: float) -> socket.socket:
    """Open a connection as the operator's own origins and signed answers have it: any port, with TLS or plain."""
    deadline = time.monotonic() + timeout_s
    plain = socket.create_connection((str(address), destination.port), timeout=timeout_s)
    return plain if destination.scheme == "http" else _with_tls(plain, destination.host, deadline)


def _with_tls(plain: socket.socket, host: str, deadline: float) -> socket.socket:
    plain.settimeout(max(deadline - time.monotonic(), _SHORTEST_S))
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


ConnectAt: TypeAlias = Callable[[Address, Destination, float], socket.socket]


@dataclass(slots=True)
class Fetcher:
    """Fetch documents for one request; `allowed_hosts` empty means any public host. Counts what it fetched.

    `origins` are servers such as `http://tsa.example.org:8318` that the operator named; the vetting ends before them.
    """

    allowed_hosts: frozenset[str] = frozenset()
    resolve: Resolve = resolve_name
    connect: Connect = connect_tls
    left: int = field(default=MAX_FETCHES)
    origins: frozenset[str] = frozenset()
    connect_at: ConnectAt = connect_at
    resolve_s: float = RESOLVE_S

    def get(self, url: str, conditions: Mapping[str, str] | None = None) -> Answer:
        """Return the answer behind `url`; under `conditions` it may be that what was kept still holds.

        Raises InconclusiveError that says why it could not be had.
        """
        return self._fetch(self._vetted(url, may_be_plain=False), Question(conditions=conditions or {}))

    def get_file(self, url: str) -> bytes:
        """Return the file behind `url`, of any kind that may carry a credential. Raises InconclusiveError."""
        question = Question(accept=FILE_TYPES, preference=FILE_PREFERENCE, max_bytes=MAX_FILE_BYTES)
        return self._fetch(self._vetted(url, may_be_plain=False), question).content

    def get_signed(self, url: str, *, accept: tuple[str, ...]) -> bytes:
        """Return what is signed by itself, such as a revocation list; plain http will do. Raises InconclusiveError."""
        question = Question(accept=accept, preference=", ".join(accept), max_bytes=MAX_LIST_BYTES)
        return self._fetch(self._vetted(url, may_be_plain=True), question).content

    def ask(self, url: str, body: bytes, *, content_type: str, accept: str) -> bytes:
        """POST a question whose answer is signed (RFC 3161, RFC 6960); plain http will do. Raises InconclusiveError."""
        question = Question(accept=(accept,), preference=accept, body=body, content_type=content_type)
        return self._fetch(self._vetted(url, may_be_plain=True), question).content

    def _fetch(self, destination: Destination, question: Question) -> Answer:
        if self.left <= 0:
            raise InconclusiveError(f"more than {MAX_FETCHES} documents would have to be fetched", clause=CLAUSE)
        self.left -= 1
        deadline = time.monotonic() + TOTAL_S
        address = self._address(destination)
        try:
            with self._connection(address, destination, deadline - time.monotonic()) as connection:
                stream = _Timed(connection, destination.origin, deadline)
                return _exchange(stream, destination, question)
        except (OSError, http.client.HTTPException) as error:
            raise InconclusiveError(
                f"{destination.origin} could not be reached", remedy="Try again later.", clause=CLAUSE
            ) from error

    def _connection(self, address: Address, destination: Destination, timeout_s: float) -> socket.socket:
        if destination.is_usual:
            return self.connect(address, destination.host, timeout_s)
        return self.connect_at(address, destination, timeout_s)

    def _vetted(self, url: str, *, may_be_plain: bool) -> Destination:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise InconclusiveError("the address to fetch is malformed", clause=CLAUSE) from error
        host = (parts.hostname or "").rstrip(".").lower()
        usual = HTTP_PORT if parts.scheme == "http" else HTTPS_PORT
        destination = Destination(
            scheme=parts.scheme,
            host=host,
            port=usual if port is None else port,
            target=parts.path + (f"?{parts.query}" if parts.query else "") or "/",
        )
        if any(ord(character) <= 0x20 or ord(character) >= 0x7F for character in url):
            raise InconclusiveError("the address to fetch holds characters that no address has", clause=CLAUSE)
        if not host or parts.username or parts.password or parts.scheme not in {"https", "http"}:
            raise InconclusiveError("only https addresses on port 443 without credentials are fetched", clause=CLAUSE)
        if destination.origin in self.origins:
            return destination
        if destination.port != usual or (parts.scheme == "http" and not may_be_plain):
            raise InconclusiveError("only https addresses on port 443 without credentials are fetched", clause=CLAUSE)
        if self.allowed_hosts and host not in self.allowed_hosts:
            raise InconclusiveError(f"{host} is not among the hosts that may be asked", clause=CLAUSE)
        return destination

    def _address(self, destination: Destination) -> Address:
        answers = resolve_in_time(self.resolve, destination.host, self.resolve_s)
        addresses = [ip_address(text) for text in answers]
        is_named = destination.origin in self.origins
        # One private answer among public ones is an attack or a mistake: none is used.
        if not addresses or not (is_named or all(is_public(address) for address in addresses)):
            raise InconclusiveError(f"{destination.host} does not lie on the public internet", clause=CLAUSE)
        return addresses[0]


class _Timed(io.RawIOBase):
    """A connection that is read until a deadline, however slowly the far end sends, its headers too."""

    def __init__(self, connection: socket.socket, origin: str, deadline: float) -> None:
        super().__init__()
        self._connection = connection
        self._origin = origin
        self._deadline = deadline

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there. Raises InconclusiveError after the deadline."""
        self._wait()
        try:
            return self._connection.recv_into(buffer)
        except TimeoutError as error:
            raise self._late() from error

    def send(self, message: bytes) -> None:
        """Send all of a message before the deadline."""
        self._wait()
        self._connection.sendall(message)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give what http.client reads from."""
        return io.BufferedReader(self)

    def _wait(self) -> None:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise self._late()
        self._connection.settimeout(left_s)

    def _late(self) -> InconclusiveError:
        return InconclusiveError(f"{self._origin} took longer than {TOTAL_S:.0f} s", clause=CLAUSE)


def _exchange(stream: _Timed, destination: Destination, question: Question) -> Answer:
    method, origin = "GET" if question.body is None else "POST", destination.origin
    host = destination.origin.partition("://")[2]
    request = (
        f"{method} {destination.target} HTTP/1.1\r\nHost: {host}\r\nAccept: {question.preference}\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\nUser-Agent: vc-issuer-verifier\r\n"
    )
    request += "".join(f"{name}: {value}\r\n" for name, value in question.conditions.items())
    if question.body is not None:
        request += f"Content-Type: {question.content_type}\r\nContent-Length: {len(question.body)}\r\n"
    stream.send(f"{request}\r\n".encode("ascii") + (question.body or b""))
    response = http.client.HTTPResponse(stream, method=method)  # type: ignore[arg-type]  # it calls makefile and no more
    response.begin()
    if question.conditions and response.status == http.HTTPStatus.NOT_MODIFIED:
        return Answer(content=b"", headers=response.headers, is_unchanged=True)
    if response.status != http.HTTPStatus.OK:
        raise InconclusiveError(f"{origin} answered with status {response.status}", clause=CLAUSE)
    if not any(kind in response.headers.get("content-type", "") for kind in question.accept):
        wanted = "JSON" if question.accept == JSON_TYPES else question.accept[0]
        raise InconclusiveError(f"{origin} answered with something other than {wanted}", clause=CLAUSE)
    return Answer(content=_body(response, origin, question.max_bytes), headers=response.headers)


def _body(response: http.client.HTTPResponse, origin: str, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(65536):
        size += len(chunk)
        if size > max_bytes:
            raise InconclusiveError(f"{origin} sent more than {max_bytes // 2**20} MiB", clause=CLAUSE)
        chunks.append(chunk)
    return b"".join(chunks)
