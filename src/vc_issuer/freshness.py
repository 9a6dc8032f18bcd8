"""How long an answer of the web is good for, by its headers: RFC 9111 for a cache that several people share; pure.

What the headers ask is stated here as it stands there. Bounds are for whoever keeps the answer.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

_MOST_S = 10.0**9  # thirty years: larger numbers say the same, and may not fit (RFC 9111 section 1.2.2)
_DIRECTIVE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:=(\"(?:[^\"\\]|\\.)*\"|[^,\s]*))?")
_ASK_AGAIN = frozenset({"no-store", "no-cache", "private"})
# What comes back from a server is sent to it again: nothing that could end a header.
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_DATE = re.compile(r"[A-Za-z0-9,: +-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What the headers of an answer say: for how many seconds from its arrival, and what to ask with afterwards.

    `lifetime_s` is None where they say nothing, and zero where the answer is to be asked for each time.
    """

    lifetime_s: float | None = None
    etag: str = ""
    last_modified: str = ""

    def conditions(self) -> dict[str, str]:
        """Return the headers with which a server is asked whether the answer still holds (RFC 9110 section 13.1)."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": "" if self.etag else self.last_modified}
        return {name: value for name, value in asked.items() if value}

    def after(self, earlier: "Freshness") -> "Freshness":
        """Return what holds once a server says that its earlier answer still does: new words before old ones."""
        lifetime_s = earlier.lifetime_s if self.lifetime_s is None else self.lifetime_s
        return Freshness(
            lifetime_s=lifetime_s,
            etag=self.etag or earlier.etag,
            last_modified=self.last_modified or earlier.last_modified,
        )


SILENT = Freshness()


def freshness_of(headers: Message, received: datetime) -> Freshness:
    """Read what the headers of an answer say of its life; `received` is aware UTC."""
    etag, modified = str(headers.get("etag", "")).strip(), str(headers.get("last-modified", "")).strip()
    return Freshness(
        lifetime_s=_lifetime_s(headers, received),
        etag=etag if _ETAG.fullmatch(etag) else "",
        last_modified=modified if _DATE.fullmatch(modified) and _moment(modified) else "",
    )


def _lifetime_s(headers: Message, received: datetime) -> float | None:
    directives = _directives(headers)
    if _ASK_AGAIN & directives.keys() or str(headers.get("vary", "")).strip() == "*":
        return 0.0
    stated = directives.get("s-maxage", directives.get("max-age"))
    if stated is not None:
        lifetime_s = _seconds(stated)
    elif "expires" in headers:
        lifetime_s = _until_expiry_s(headers, received)
    else:
        return None
    return max(0.0, lifetime_s - _age_s(headers, received))


def _directives(headers: Message) -> dict[str, str]:
    """Return the directives of Cache-Control by name; of one that stands twice the first (section 4.2.1)."""
    found: dict[str, str] = {}
    for name, value in _DIRECTIVE.findall(", ".join(map(str, headers.get_all("cache-control", [])))):
        found.setdefault(name.lower(), value.strip('"'))
    return found


def _seconds(text: str) -> float:
    """Read delta-seconds; what is none makes an answer stale (section 4.2.1)."""
    text = text.strip()
    return min(float(text[:20]), _MOST_S) if text.isascii() and text.isdigit() else 0.0


def _until_expiry_s(headers: Message, received: datetime) -> float:
    expires = _moment(str(headers.get("expires")))
    if expires is None:
        return 0.0  # "0" above all, which says: already expired (section 5.3)
    sent = _moment(str(headers.get("date", ""))) or received
    return (expires - sent).total_seconds()


def _age_s(headers: Message, received: datetime) -> float:
    """Return how old an answer is when it arrives (section 4.2.3), the way here left out."""
    sent = _moment(str(headers.get("date", "")))
    apparent_s = (received - sent).total_seconds() if sent else 0.0
    return max(0.0, apparent_s, _seconds(str(headers.get("age", "0"))))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
