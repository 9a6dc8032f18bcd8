"""What the network answered, kept by this process for as long as the answers say, within bounds of our own (ADR 24).

Two wishes are not followed to the letter. Who wants to be asked each time is asked twice a minute at most: a batch of
ten thousand files is no reason to load a server ten thousand times. Who wants to be believed for a year is asked again
within the hour: a withdrawn credential must not stay current for long.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import VcIssuerError
from vc_issuer.freshness import SILENT, Freshness
from vc_issuer.securing.jwt_claims import moment_of
from vc_issuer.securing.vc_jose import looks_like_token, peek_token

USUAL_S = 300.0  # where nothing is said: the default of Bitstring Status List 1.0 for `ttl`
REFUSAL_S = 30.0
LEAST_S, MOST_S = 30.0, 3600.0
MOST_ANSWERS = 256
MOST_BYTES = 32 * 2**20  # of all bodies: two hundred lists of a million entries
_LIMITS = JsonLimits(size=8 * 2**20, depth=32, nodes=5_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer, or the reason of a refusal; `until` is on the cache's own clock, `asked_at` on the calendar."""

    content: bytes | None = field(repr=False)
    reason: str = ""
    until: float
    asked_at: datetime
    freshness: Freshness = SILENT


@dataclass(slots=True)
class AnswerCache:
    """Answers of all look-ups of a process by URL, the oldest dropped first; used by several threads."""

    clock: Callable[[], float] = time.monotonic
    _answers: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, url: str) -> Kept | None:
        """Return what is kept for a URL, fresh or not."""
        with self._lock:
            return self._answers.get(url)

    def is_fresh(self, kept: Kept) -> bool:
        """Tell whether an answer may be used without asking again."""
        return self.clock() < kept.until

    def keep(self, url: str, content: bytes, freshness: Freshness, now: datetime) -> None:
        """Keep an answer for as long as it and its headers say."""
        until = self.clock() + lifetime_s(content, freshness, now)
        self._put(url, Kept(content=content, until=until, asked_at=now, freshness=freshness))

    def refuse(self, url: str, reason: str, now: datetime) -> None:
        """Keep a refusal, so that forty files of one silent issuer wait once."""
        self._put(url, Kept(content=None, reason=reason, until=self.clock() + REFUSAL_S, asked_at=now))

    def _put(self, url: str, kept: Kept) -> None:
        with self._lock:
            self._drop(url)
            self._answers[url] = kept
            self._bytes += len(kept.content or b"")
            while len(self._answers) > MOST_ANSWERS or (self._bytes > MOST_BYTES and len(self._answers) > 1):
                self._drop(next(iter(self._answers)))

    def _drop(self, url: str) -> None:
        dropped = self._answers.pop(url, None)
        if dropped is not None:
            self._bytes -= len(dropped.content or b"")


def lifetime_s(content: bytes, freshness: Freshness, now: datetime) -> float:
    """Return for how many seconds an answer is kept: the shortest that it or its headers state, within the bounds.

    A status list states `ttl`, in milliseconds, and is good until its `validUntil` at the longest; one that is signed
    as a JWT until the token's `exp`, too.
    """
    try:
        document, ends = _read(content)
    except VcIssuerError:
        return REFUSAL_S
    subject = document.get("credentialSubject") if isinstance(document, dict) else None
    ttl_s, left_s = None, MOST_S
    if isinstance(subject, dict) and "encodedList" in subject:
        ttl_s, left_s = _ttl_s(subject.get("ttl")), _left_s(document.get("validUntil"), now)
    if ends is not None:
        left_s = min(left_s, (ends - now).total_seconds())
    stated = [each for each in (freshness.lifetime_s, ttl_s) if each is not None]
    return min(max(min(min(stated, default=USUAL_S), left_s), LEAST_S), MOST_S)


def _read(content: bytes) -> tuple[Any, datetime | None]:
    """Return the document, and when the token ends that holds it, if one does."""
    if not looks_like_token(content):
        return parse_strict(content, limits=_LIMITS), None
    token = peek_token(content)
    return token.document, moment_of(token.claims, "exp")


def _ttl_s(ttl_ms: object) -> float | None:
    if not isinstance(ttl_ms, int | float) or isinstance(ttl_ms, bool) or ttl_ms <= 0:
        return None
    return ttl_ms / 1000


def _left_s(until: object, now: datetime) -> float:
    try:
        moment = datetime.fromisoformat(until) if isinstance(until, str) else None
    except ValueError:
        moment = None
    if moment is None:
        return MOST_S
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
