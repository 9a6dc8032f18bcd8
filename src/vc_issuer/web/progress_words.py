"""Counts, rates and time left as people read them; rounded, for they are estimates."""

from math import ceil

from vc_issuer.web.wording import Say

_THOUSANDS = {"nl": ".", "en": ",", "fr": "\N{NARROW NO-BREAK SPACE}", "de": "."}
_MANY_MINUTES = 90  # beyond it hours are said


def write_count(count: int, language: str) -> str:
    """Write a whole number with the separator of `language`."""
    return f"{count:,}".replace(",", _THOUSANDS[language])


def write_rate(per_s: float, language: str, say: Say) -> str:
    """Say how many a second, or a minute where it is fewer than two."""
    if per_s >= 2:
        return say("console.rate", count=write_count(round(per_s), language))
    return say("console.rate_minute", count=write_count(max(1, round(per_s * 60)), language))


def write_left(left_s: int, language: str, say: Say) -> str:
    """Say how long it will take."""
    minutes = ceil(left_s / 60)
    if minutes <= 1:
        return say("console.left_moment")
    if minutes <= _MANY_MINUTES:
        return say("console.left_minutes", count=minutes)
    return say("console.left_hours", count=write_count(round(minutes / 60), language))
