"""What the verifier may ask the network, and how long an answer is good for: hosts from the settings, nobody else's.

A document of keys is kept for some minutes; a status list for as long as it says itself (`ttl`, `validUntil`), within
bounds; a refusal for half a minute, so that forty files of one silent issuer wait once.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, UnreadableError
from vc_issuer.fetch import Fetcher
from vc_issuer.verification.trust import LookUp

ANY_HOST = "*"
KEYS_S = 300.0  # a did.json is published with a few minutes of max-age (decisions 3.4: retired keys stay in it)
REFUSAL_S = 30.0
LEAST_S, MOST_S = 30.0, 24 * 3600.0
MOST_ANSWERS = 256
_LIMITS = JsonLimits(size=8 * 2**20, depth=32, nodes=5_000)


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes | None
    reason: str
    until: float


@dataclass(slots=True)
class AnswerCache:
    """Answers of all look-ups of a process, the oldest dropped first; used by several threads."""

    clock: Callable[[], float] = time.monotonic
    _answers: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, url: str) -> bytes | None:
        """Return a fresh answer, or None. Raises InconclusiveError again if the refusal is fresh."""
        with self._lock:
            kept = self._answers.get(url)
        if kept is None or kept.until <= self.clock():
            return None
        if kept.content is None:
            raise InconclusiveError(kept.reason, clause="threat T26")
        return kept.content

    def keep(self, url: str, content: bytes | None, seconds: float, reason: str = "") -> None:
        """Keep an answer, or a refusal with its reason."""
        with self._lock:
            self._answers[url] = _Kept(content, reason, self.clock() + seconds)
            self._answers.move_to_end(url)
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)


@dataclass(slots=True)
class OnlineLookUp:
    """Look things up for one file: the fetcher counts, the cache is everybody's."""

    fetcher: Fetcher
    cache: AnswerCache
    now: datetime

    def get(self, url: str) -> bytes:
        """Return the body behind `url`, from the cache while it is fresh. Raises InconclusiveError."""
        kept = self.cache.find(url)
        if kept is not None:
            return kept
        try:
            content = self.fetcher.get(url)
        except InconclusiveError as error:
            self.cache.keep(url, None, REFUSAL_S, error.message)
            raise
        self.cache.keep(url, content, lifetime_s(content, self.now))
        return content

    def get_file(self, url: str) -> bytes:
        """Return the credential behind `url`, asked for anew: what holds somebody's name is kept nowhere."""
        return self.fetcher.get_file(url)


@dataclass(slots=True)
class OwnPages:
    """Find the home's own documents behind the codes on its prints without a network; the rest is for `beyond`."""

    base_url: str
    published: Callable[[str], bytes | None]
    beyond: LookUp | None = None

    def get(self, url: str) -> bytes:
        """Ask `beyond`. Raises InconclusiveError."""
        return self._others(url).get(url)

    def get_file(self, url: str) -> bytes:
        """Return the home's own credential, or what `beyond` finds. Raises InconclusiveError."""
        prefix = f"{self.base_url}/c/"
        if not url.startswith(prefix):
            return self._others(url).get_file(url)
        content = self.published(url.removeprefix(prefix).partition(".")[0])
        if content is None:
            raise InconclusiveError("no document stands behind this code", clause="decisions 1.5")
        return content

    def _others(self, url: str) -> LookUp:
        if self.beyond is None:
            host = urlsplit(url).hostname or url[:100]
            raise InconclusiveError(f"{host} is not among the hosts that may be asked", clause="threat T26")
        return self.beyond


def look_ups(
    hosts: tuple[str, ...], cache: AnswerCache, clock: Callable[[], datetime], make_fetcher: Callable[..., Fetcher]
) -> Callable[[], OnlineLookUp] | None:
    """Return what makes a look-up for each file, or None where no host may be asked."""
    if not hosts:
        return None
    allowed = frozenset() if ANY_HOST in hosts else frozenset(host.lower().rstrip(".") for host in hosts)
    return lambda: OnlineLookUp(make_fetcher(allowed_hosts=allowed), cache, clock())


def lifetime_s(content: bytes, now: datetime) -> float:
    """Return how many seconds an answer is good for, by what it says of itself."""
    try:
        document = parse_strict(content, limits=_LIMITS)
    except UnreadableError:
        return REFUSAL_S
    if not isinstance(document, dict):
        return REFUSAL_S
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict) or "encodedList" not in subject:
        return KEYS_S
    ttl_ms = subject.get("ttl")
    seconds = KEYS_S
    if isinstance(ttl_ms, int | float) and not isinstance(ttl_ms, bool) and ttl_ms > 0:
        seconds = ttl_ms / 1000
    return min(max(min(seconds, _left_s(document.get("validUntil"), now)), LEAST_S), MOST_S)


def _left_s(until: object, now: datetime) -> float:
    if not isinstance(until, str):
        return MOST_S
    try:
        moment = datetime.fromisoformat(until)
    except ValueError:
        return MOST_S
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
