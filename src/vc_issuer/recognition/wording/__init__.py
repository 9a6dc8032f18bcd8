"""Sentences for people in four languages, out of the tables beside this module; tests hold them complete.

A table names each text once with all its languages, so that whoever translates sees them together.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from vc_issuer.errors import ConfigurationError

LANGUAGES = ("nl", "en", "fr", "de")
Say: TypeAlias = Callable[..., str]
"""Say the text of a name in one language, with its holes filled."""

_TABLES = ("verdicts", "others", "checks", "sheet", "stacking", "table")
_DECIMAL_MARKS = {"nl": ",", "en": ".", "fr": ",", "de": ","}
_MONTHS = {
    "nl": (
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "de": (
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
}


def read_texts(package: str, *names: str) -> dict[str, dict[str, str]]:
    """Read tables of a package: dotted name to texts by language.

    Raises ConfigurationError for a name that stands twice.
    """
    texts: dict[str, dict[str, str]] = {}
    for name in names:
        content = files(package).joinpath(f"{name}.toml").read_text(encoding="utf-8")
        for key, by_language in _leaves(tomllib.loads(content), ""):
            if key in texts:
                raise ConfigurationError(f"the text {key} stands twice.", remedy="Install vc_issuer again.")
            texts[key] = by_language
    return texts


@cache
def recognition_texts() -> Mapping[str, Mapping[str, str]]:
    """Return every text of the receiving side."""
    return read_texts(__name__, *_TABLES)


def sayer(language: str, texts: Mapping[str, Mapping[str, str]] | None = None) -> Say:
    """Return the function that says a text of `texts` (those of the receiving side, if None) in `language`."""
    known = recognition_texts() if texts is None else texts

    def say(name: str, /, **values: object) -> str:
        return known[name][language].format(**values)

    return say


def write_date(day: date, language: str) -> str:
    """Write a date as people of `language` do: 3 juli 2026, 1er juillet 2026, 3. Juli 2026."""
    month = _MONTHS[language][day.month - 1]
    if language == "de":
        return f"{day.day}. {month} {day.year}"
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {month} {day.year}"


def write_moment(moment: datetime) -> str:
    """Write a moment (aware UTC) so that no reader mistakes day for month."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def write_number(value: Decimal, language: str) -> str:
    """Write a number without needless zeros, with the decimal mark of `language`."""
    plain = format(value.normalize(), "f")
    return plain.replace(".", _DECIMAL_MARKS[language])


def _leaves(node: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in node.items():
        name = f"{prefix}.{key}" if prefix else key
        if all(isinstance(text, str) for text in value.values()):
            yield name, value
        else:
            yield from _leaves(value, name)
