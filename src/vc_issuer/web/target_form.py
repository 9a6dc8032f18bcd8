"""A receiver's target out of the plain fields of a form, by the same rules as one in a file."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from vc_issuer.recognition.target import Target, read_target
from vc_issuer.web.wording import sayer

FIELDS = ("title", "ects", "level", "years", "required", "outcomes")


def target_of_form(given: Mapping[str, str], language: str) -> Target:
    """Return the target that the fields describe. Raises InputError that names every field that can't be used."""
    say = sayer(language)
    table: dict[str, Any] = {"title": given.get("title", "").strip() or say("stack_target"), "ects": _ects(given)}
    for name in ("level", "years"):
        written = given.get(name, "").strip()
        if written:
            table[name] = int(written) if written.isascii() and written.isdigit() and len(written) < 4 else written
    if required := _lines(given, "required"):
        table["sets"] = [{"name": say("stack_required_name"), "codes": required}]
    if outcomes := _lines(given, "outcomes"):
        table["outcomes"] = outcomes
    return read_target(json.dumps({name: value for name, value in table.items() if value is not None}).encode())


def _ects(given: Mapping[str, str]) -> float | str | None:
    """Read a number with a decimal point or comma; what is none is handed on, to be refused by name."""
    written = given.get("ects", "").strip().replace(",", ".")
    if not written:
        return None
    try:
        number = Decimal(written)
    except InvalidOperation:
        return written
    return float(number) if number.is_finite() else written


def _lines(given: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in given.get(name, "").splitlines() if line.strip()]
