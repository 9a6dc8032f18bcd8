"""Status lists that a test suite serves on this very machine: plain HTTP from a loopback address, and nothing else.

For the conformance mount alone; the public verifier has the vetted fetcher.
"""

import http.client
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

TIMEOUT_S = 3.0
MAX_BYTES = 8 * 1024 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class LoopbackLists(Mapping[str, bytes]):
    """Status lists by URL: those at hand, or else what a loopback server answers."""

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._known = known

    def __getitem__(self, url: str) -> bytes:
        """Return a list's bytes. Raises KeyError if it isn't on loopback, or isn't there."""
        return self._known[url] if url in self._known else fetch_from_loopback(url)

    def __iter__(self) -> Iterator[str]:
        """Name the lists at hand."""
        return iter(self._known)

    def __len__(self) -> int:
        """Count the lists at hand."""
        return len(self._known)


def fetch_from_loopback(url: str) -> bytes:
    """GET a URL of this machine, without redirects. Raises KeyError for every other, and for any failure."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in _LOOPBACK or parts.username is not None:
            raise KeyError(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT_S)
        try:
            target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("GET", target, headers={"Accept": "application/vc, application/json"})
            answer = connection.getresponse()
            content = answer.read(MAX_BYTES + 1)
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise KeyError(url) from error
    if answer.status != http.client.OK or len(content) > MAX_BYTES:
        raise KeyError(url)
    return content
