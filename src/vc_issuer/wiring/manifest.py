"""Write a manifest entry by entry, so that memory doesn't grow with what is exported; it is there once it is whole."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import Any, TextIO


class Manifest:
    """A JSON object that is being written: its first members stand, then come the entries of one list."""

    def __init__(self, file: TextIO) -> None:
        self.last: dict[str, Any] = {}  # the members behind the list
        self.entries = 0
        self._file = file

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write one entry of the list."""
        self._file.write(",\n" if self.entries else "\n")
        self._file.write(indent(_text(entry), "  "))
        self.entries += 1


@contextmanager
def writing_manifest(path: Path, first: Mapping[str, Any], name: str) -> Iterator[Manifest]:
    """Give a manifest whose members are those of `first`, the list `name`, and those set as its `last`.

    The file takes its place when the block ends; if it raises, an earlier manifest stays as it was.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(f"{{\n{_members(first)},\n {json.dumps(name)}: [")
            manifest = Manifest(file)
            yield manifest
            file.write(("\n ]" if manifest.entries else "]") + f",\n{_members(manifest.last)}\n}}\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _members(values: Mapping[str, Any]) -> str:
    return _text(values).removeprefix("{\n").removesuffix("\n}")


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
