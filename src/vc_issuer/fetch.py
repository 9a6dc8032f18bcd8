"""The only way out: https GET of small public documents, vetted against server-side request forgery (threat T26).

A name is resolved once and the connection goes to the vetted address, with SNI and Host kept, so that a second answer
of the resolver (DNS rebinding) changes nothing. No redirects, no cookies, no credentials, no proxies.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from vc_issuer.errors import InconclusiveError

Address: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str], Iterable[str]]
Connect: TypeAlias = Callable[[Address, str, float], socket.socket]

HTTPS_PORT = 443
TOTAL_S = 5.0  # a person waits for the answer
MAX_BYTES = 1024 * 1024  # a DID document is some kB, a status list of ten million entries at 1 % set 160 kB
MAX_FETCHES = 4  # a credential names an issuer, a status list, and little else
JSON_TYPES = ("json", "text/plain")

# Prefixes that carry an IPv4 address inside, or reach one: NAT64, 6to4, Teredo, IPv4-compatible.
_TUNNELS = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
CLAUSE = "threat T26"


def is_public(address: Address) -> bool:
    """Tell whether an address is globally reachable and hides no other address in it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped or any(address in tunnel for tunnel in _TUNNELS):
            return False
        if address.scope_id:
            return False
    return address.is_global and not address.is_multicast


def resolve_name(host: str) -> list[str]:
    """Ask the system's resolver for every address of `host`."""
    try:
        answers = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InconclusiveError(
            f"the name {host} can't be resolved", remedy="Try again later.", clause=CLAUSE
        ) from error
    return [str(answer[4][0]) for answer in answers]


def connect_tls(address: Address, host: str, timeout_s: float) -> socket.socket:
    """Open a TLS connection to `address` that must prove to be `host`."""
    plain = socket.create_connection((str(address), HTTPS_PORT), timeout=timeout_s)
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


@dataclass(slots=True)
class Fetcher:
    """Fetch documents for one request; `allowed_hosts` empty means any public host. Counts what it fetched."""

    allowed_hosts: frozenset[str] = frozenset()
    resolve: Resolve = resolve_name
    connect: Connect = connect_tls
    left: int = field(default=MAX_FETCHES)

    def get(self, url: str) -> bytes:
        """Return the body behind `url`. Raises InconclusiveError that says why it could not be had."""
        host, target = self._vetted(url)
        if self.left <= 0:
            raise InconclusiveError(f"more than {MAX_FETCHES} documents would have to be fetched", clause=CLAUSE)
        self.left -= 1
        address = self._address(host)
        deadline = time.monotonic() + TOTAL_S
        try:
            with self.connect(address, host, TOTAL_S) as connection:
                return _exchange(connection, host, target, deadline)
        except (OSError, http.client.HTTPException) as error:
            raise InconclusiveError(
                f"https://{host} could not be reached", remedy="Try again later.", clause=CLAUSE
            ) from error

    def _vetted(self, url: str) -> tuple[str, str]:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise InconclusiveError("the address to fetch is malformed", clause=CLAUSE) from error
        host = (parts.hostname or "").rstrip(".").lower()
        if parts.scheme != "https" or not host or parts.username or parts.password or port not in (None, HTTPS_PORT):
            raise InconclusiveError("only https addresses on port 443 without credentials are fetched", clause=CLAUSE)
        if self.allowed_hosts and host not in self.allowed_hosts:
            raise InconclusiveError(f"{host} is not among the hosts that may be asked", clause=CLAUSE)
        if any(ord(character) <= 0x20 or ord(character) >= 0x7F for character in url):
            raise InconclusiveError("the address to fetch holds characters that no address has", clause=CLAUSE)
        return host, parts.path + (f"?{parts.query}" if parts.query else "") or "/"

    def _address(self, host: str) -> Address:
        addresses = [ip_address(text) for text in self.resolve(host)]
        # One private answer among public ones is an attack or a mistake: none is used.
        if not addresses or not all(is_public(address) for address in addresses):
            raise InconclusiveError(f"{host} does not lie on the public internet", clause=CLAUSE)
        return addresses[0]


def _exchange(connection: socket.socket, host: str, target: str, deadline: float) -> bytes:
    request = (
        f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: application/vc+ld+json, application/json\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\nUser-Agent: vc-issuer-verifier\r\n\r\n"
    )
    connection.sendall(request.encode("ascii"))
    response = http.client.HTTPResponse(connection, method="GET")
    response.begin()
    if response.status != http.HTTPStatus.OK:
        raise InconclusiveError(f"https://{host} answered with status {response.status}", clause=CLAUSE)
    if not any(kind in response.headers.get("content-type", "") for kind in JSON_TYPES):
        raise InconclusiveError(f"https://{host} answered with something other than JSON", clause=CLAUSE)
    return _body(response, connection, host, deadline)


def _body(response: http.client.HTTPResponse, connection: socket.socket, host: str, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise InconclusiveError(f"https://{host} took longer than {TOTAL_S:.0f} s", clause=CLAUSE)
        connection.settimeout(left_s)
        chunk = response.read1(65536)
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        if size > MAX_BYTES:
            raise InconclusiveError(f"https://{host} sent more than {MAX_BYTES // 2**20} MiB", clause=CLAUSE)
        chunks.append(chunk)
