"""What the verifier may ask the network: hosts from the settings, nobody else's; each answer is kept for its time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from vc_issuer.errors import InconclusiveError
from vc_issuer.fetch import Fetcher
from vc_issuer.freshness import freshness_of
from vc_issuer.verification.trust import LookUp
from vc_issuer.wiring.answers import AnswerCache, Kept

ANY_HOST = "*"


@dataclass(slots=True)
class OnlineLookUp:
    """Look things up for one file: the fetcher counts, the cache is everybody's."""

    fetcher: Fetcher
    cache: AnswerCache
    now: datetime

    def get(self, url: str) -> bytes:
        """Return the body behind `url`, from the cache while it is fresh. Raises InconclusiveError.

        What is no longer fresh is asked for anew, and never used if that fails: an old list says nothing (threat T25).
        """
        kept = self.cache.find(url)
        if kept is None or not self.cache.is_fresh(kept):
            return self._ask(url, kept)
        if kept.content is None:
            raise InconclusiveError(kept.reason, clause="threat T26")
        return kept.content

    def asked_at(self, url: str) -> datetime | None:
        """Return when the answer for `url` came from the network, None if there is none."""
        kept = self.cache.find(url)
        return kept.asked_at if kept else None

    def _ask(self, url: str, kept: Kept | None) -> bytes:
        held = kept.content if kept else None
        try:
            answer = self.fetcher.get(url, kept.freshness.conditions() if kept else {})
        except InconclusiveError as error:
            self.cache.refuse(url, error.message, self.now)
            raise
        freshness = freshness_of(answer.headers, self.now)
        content = answer.content
        if answer.is_unchanged and kept is not None and held is not None:
            content, freshness = held, freshness.after(kept.freshness)
        self.cache.keep(url, content, freshness, self.now)
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

    def asked_at(self, url: str) -> datetime | None:
        """Return when `beyond` had its answer for `url`."""
        return self.beyond.asked_at(url) if self.beyond else None

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
