"""What a receiver wants to see together: its own target, as TOML or JSON; every problem of the file at once."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vc_issuer.errors import InputError

MOST_BYTES = 64 * 1024  # a target is a page of text
MOST_ENTRIES = 200  # components of a set, sets, outcomes: bounds the comparing of outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredSet:
    """Codes (or IRIs) of achievements; all of them if `ects` is None, else enough of them for that many credits."""

    name: str
    codes: tuple[str, ...]
    ects: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target. `level` is the EQF floor; `years` the age from which a person looks; `share` a percentage.

    `home` names the issuers (by id) that are the receiver's own: all others are external.
    """

    title: str
    ects: Decimal
    level: int | None = None
    years: int | None = None
    external_share: Decimal | None = None
    home: tuple[str, ...] = ()
    sets: tuple[RequiredSet, ...] = ()
    outcomes: tuple[str, ...] = ()


def read_target(content: bytes) -> Target:
    """Read a target from TOML, or from JSON with the same members. Raises InputError with every problem."""
    if len(content) > MOST_BYTES:
        raise InputError(f"A target holds at most {MOST_BYTES // 1024} KiB.", remedy="Leave out what no rule needs.")
    return _Reader(_parse(content)).target()


def _parse(content: bytes) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "The target is neither TOML nor JSON.", remedy='Write lines such as: title = "…" and ects = 20.'
        ) from error
    if not isinstance(found, dict):
        raise InputError("The target is no table.", remedy='Write lines such as: title = "…" and ects = 20.')
    return found


class _Reader:
    """Takes members out of a table and notes what is wrong; whatever is left over at the end is unknown."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._rest = dict(table)
        self._problems: list[str] = []

    def target(self) -> Target:
        """Return the target. Raises InputError."""
        title = self._take("title", _is_text, "a text")
        ects = self._take("ects", _is_positive, "a number of credits above 0")
        level = self._take("level", lambda value: _is_whole(value) and 1 <= value <= 8, "an EQF level from 1 to 8")
        years = self._take("years", lambda value: _is_whole(value) and 1 <= value <= 100, "a number of years")
        share = self._take("external_share", lambda value: _is_number(value) and 0 <= value <= 100, "a percentage")
        home = self._take("home", _is_texts, "a list of issuers' ids") or ()
        outcomes = self._take("outcomes", _is_texts, "a list of sentences") or ()
        sets = self._sets()
        for required, value in (("title", title), ("ects", ects)):
            if value is None and required not in self._named:
                self._problems.append(f"{required} is missing.")
        self._problems += [f"{name[:40]!r} is no member of a target." for name in self._rest]
        if self._problems:
            raise InputError("The target can't be used.", problems=self._problems)
        return Target(
            title=title,
            ects=Decimal(str(ects)),
            level=level,
            years=years,
            external_share=None if share is None else Decimal(str(share)),
            home=tuple(home),
            sets=sets,
            outcomes=tuple(outcomes),
        )

    @property
    def _named(self) -> set[str]:
        return {problem.split()[0] for problem in self._problems}

    def _take(self, name: str, fits: Callable[[Any], bool], wanted: str) -> Any:
        value = self._rest.pop(name, None)
        if value is None or fits(value):
            return value
        self._problems.append(f"{name} is not {wanted}.")
        return None

    def _sets(self) -> tuple[RequiredSet, ...]:
        entries = self._rest.pop("sets", [])
        if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
            self._problems.append(f"sets is no list of at most {MOST_ENTRIES} tables.")
            return ()
        found = [self._set(entry, number) for number, entry in enumerate(entries, start=1)]
        return tuple(each for each in found if each)

    def _set(self, entry: Any, number: int) -> RequiredSet | None:
        where = f"sets, number {number}:"
        if not isinstance(entry, dict) or not set(entry) <= {"name", "codes", "ects"}:
            self._problems.append(f"{where} a set has name, codes and perhaps ects.")
            return None
        name, codes, ects = entry.get("name"), entry.get("codes"), entry.get("ects")
        if not _is_text(name) or not _is_texts(codes) or not codes:
            self._problems.append(f"{where} name is a text, and codes a list of codes.")
            return None
        if ects is not None and not _is_positive(ects):
            self._problems.append(f"{where} ects is not a number of credits above 0.")
            return None
        return RequiredSet(name=str(name), codes=tuple(codes), ects=None if ects is None else Decimal(str(ects)))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 500


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_ENTRIES and all(_is_text(each) for each in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 100_000


def _is_whole(value: Any) -> bool:
    return _is_number(value) and isinstance(value, int)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0
