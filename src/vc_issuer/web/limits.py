"""Limits before anything is parsed: body size, and how many verifications run or start at once (threats T39, T40)."""

import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vc_issuer.web.problems import problem

FILE_BYTES = 20 * 1024 * 1024  # decisions 7.6: PDF, PNG, SVG
BODY_BYTES = 96 * 1024 * 1024  # forty certificates of a few hundred kB, with room
REMEMBERED_CLIENTS = 20_000  # bounds memory under a flood of addresses


class BodyLimit:
    """Refuse a body past `limit` bytes, declared or streamed."""

    def __init__(self, app: ASGIApp, limit: int = BODY_BYTES) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.limit:
            await problem(413, f"a request holds at most {self.limit // 2**20} MiB")(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            # A client that lied about its length is cut off as if it had gone away.
            return {"type": "http.disconnect"} if seen > self.limit else message

        await self.app(scope, counted, send)


class TokenBucket:
    """Allow `per_minute` requests an address (an IPv6 /64 counts as one), with bursts of the same size."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, count: int = 1) -> float:
        """Take `count` tokens and return 0.0, or return the seconds until they are there."""
        now = time.monotonic()
        key = _network(address)
        tokens, then = self._buckets.pop(key, (float(self.per_minute), now))
        tokens = min(self.per_minute, tokens + (now - then) * self.per_minute / 60)
        missing = min(count, self.per_minute) - tokens
        self._buckets[key] = (tokens if missing > 0 else tokens - min(count, self.per_minute), now)
        while len(self._buckets) > REMEMBERED_CLIENTS:
            self._buckets.popitem(last=False)
        return max(0.0, missing * 60 / self.per_minute)


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
