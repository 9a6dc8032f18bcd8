"""Reading a TOML table with every problem named by its path: what is missing, of the wrong kind, or not known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import Enum
from typing import Any, TypeVar

from vc_issuer.model.text import LocalizedText, normalise_text

E = TypeVar("E", bound=Enum)
T = TypeVar("T")
_LANGUAGE_LENGTH = 2


class Problems:
    """The sentences found so far, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, path: str, sentence: str) -> None:
        """Add one sentence about the value at `path`."""
        self.found.append(f"{path}: {sentence}")


class TomlTable:
    """One table of the file. Each getter takes a key once; `finish` complains about keys that nobody took."""

    def __init__(self, values: Mapping[str, Any], path: str, problems: Problems) -> None:
        self._values = values
        self._path = path
        self._problems = problems
        self._taken: set[str] = set()

    def path(self, key: str) -> str:
        """Return the full path of a key, such as `components[2].ects`."""
        return f"{self._path}.{key}" if self._path else key

    def complain(self, key: str, sentence: str) -> None:
        """Say what is wrong with a key's value."""
        self._problems.add(self.path(key), sentence)

    def take(self, key: str) -> Any:
        """Return a key's raw value, or None."""
        self._taken.add(key)
        return self._values.get(key)

    def finish(self) -> None:
        """Complain about every key that nobody asked for."""
        for key in self._values:
            if key not in self._taken:
                close = get_close_matches(key, self._taken, n=1)
                hint = f"; {close[0]!r} was meant?" if close else ""
                self.complain(key, f"this field is not known{hint}.")

    def word(self, key: str, *, required: bool = False) -> str:
        """Return a text of one language, in NFC; empty if it is absent."""
        value = self.take(key)
        if value is None:
            if required:
                self.complain(key, "this field is needed.")
            return ""
        if not isinstance(value, str):
            self.complain(key, f"{_shown(value)} is no text; put it in quotes.")
            return ""
        return normalise_text(value)

    def text(self, key: str, *, required: bool = False) -> LocalizedText | None:
        """Return a text by language, written `{nl = "…", en = "…"}`."""
        value = self.take(key)
        if value is None:
            if required:
                self.complain(key, 'this field is needed, such as {nl = "…", en = "…"}.')
            return None
        if not isinstance(value, dict) or not value:
            self.complain(key, f'{_shown(value)} has no language; write {{nl = "…", en = "…"}}.')
            return None
        texts = {}
        for language, text in value.items():
            if len(language) != _LANGUAGE_LENGTH or not language.isalpha() or not language.islower():
                self.complain(f"{key}.{language}", "a language is two small letters, such as nl (ISO 639-1).")
            elif not isinstance(text, str) or not normalise_text(text):
                self.complain(f"{key}.{language}", "the text is empty or no text.")
            else:
                texts[language] = normalise_text(text)
        return LocalizedText.of(texts) if texts else None

    def number(self, key: str) -> Decimal | None:
        """Return a number exactly as written; a text may hold a decimal comma. None if it is absent or none."""
        value = self.take(key)
        if value is None:
            return None
        written = value.strip().replace(",", ".") if isinstance(value, str) else value
        if isinstance(written, bool) or not isinstance(written, str | int | Decimal):
            self.complain(key, f'{_shown(value)} is no number; write 2.5 or "2,5".')
            return None
        try:
            return Decimal(written)
        except InvalidOperation:
            self.complain(key, f'{_shown(value)} is no number; write 2.5 or "2,5".')
            return None

    def whole(self, key: str) -> int | None:
        """Return a whole number, or None."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.complain(key, f"{_shown(value)} is no whole number.")
            return None
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.complain(key, f"{_shown(value)} is neither true nor false.")
            return default
        return value

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Return a date, written 2024-09-16."""
        value = self.take(key)
        if value is None:
            if required:
                self.complain(key, "this date is needed, such as 2024-09-16.")
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self.complain(key, f"{_shown(value)} is no date; write 2024-09-16 without quotes.")
            return None
        return value

    def choice(self, key: str, kind: type[E]) -> E | None:
        """Return one of an enumeration's words, or None."""
        value = self.take(key)
        if value is None:
            return None
        for member in kind:
            if member.value == value:
                return member
        words = ", ".join(str(member.value) for member in kind)
        self.complain(key, f"{_shown(value)} is not known; known are {words}.")
        return None

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.complain(key, f'{_shown(value)} is no list of texts; write ["nl", "en"].')
            return ()
        return tuple(normalise_text(each) for each in value)

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(n, int) and not isinstance(n, bool) for n in value):
            self.complain(key, f"{_shown(value)} is no list of whole numbers; write [1, 2].")
            return ()
        return tuple(value)

    def table(self, key: str, read: Callable[["TomlTable"], T]) -> T | None:
        """Read a table within this one; None if it is absent."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.complain(key, f"{_shown(value)} is no table.")
            return None
        return _read(TomlTable(value, self.path(key), self._problems), read)

    def tables(self, key: str, read: Callable[["TomlTable"], T]) -> tuple[T, ...]:
        """Read a list of tables, each named by its place, counted from 1."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.complain(key, f"{_shown(value)} is no list of tables; begin each with [[{self.path(key)}]].")
            return ()
        return tuple(self._each(key, value, read))

    def _each(self, key: str, values: Sequence[Any], read: Callable[["TomlTable"], T]) -> Iterator[T]:
        for number, value in enumerate(values, start=1):
            path = f"{self.path(key)}[{number}]"
            if isinstance(value, dict):
                yield _read(TomlTable(value, path, self._problems), read)
            else:
                self._problems.add(path, f"{_shown(value)} is no table.")


def _read(table: TomlTable, read: Callable[[TomlTable], T]) -> T:
    found = read(table)
    table.finish()
    return found


def _shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")
