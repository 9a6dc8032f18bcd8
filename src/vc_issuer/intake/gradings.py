"""Grading scales in offering files: those known by key, and tables that state a scale of their own."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from vc_issuer.intake.toml_table import TomlTable
from vc_issuer.model.grading import SMALLEST_CATEGORY, Distribution, GradeCategory, GradingScheme
from vc_issuer.model.text import LocalizedText

_T = LocalizedText.of
MAX_VALUES = 250  # a closed scale has a dozen marks; the longest one that means something counts in tenths


@cache
def gradings() -> Mapping[str, GradingScheme]:
    """Return every scale that a file may name, by key."""
    text = (files("vc_issuer.intake") / "gradings.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: _known(key, values) for key, values in tomllib.loads(text).items()})


def read_grading(table: TomlTable) -> GradingScheme | None:
    """Read the `grading` of a component, a run or a whole offering: a key, or a table."""
    value = table.take("grading")
    if isinstance(value, str):
        if value not in gradings():
            table.complain("grading", f"{value!r} is not known; known are {', '.join(gradings())}, or give a table.")
        return gradings().get(value)
    return table.table("grading", _grading_table)


def read_distribution(table: TomlTable) -> Distribution:
    """Read how a reference group scored. A category of very few marks would point at people, and is refused."""

    def category(entry: TomlTable) -> GradeCategory:
        count = entry.whole("count")
        if count is None or count < 0:
            entry.complain("count", "a count of marks is needed, 0 or more.")
        elif 0 < count < SMALLEST_CATEGORY:
            entry.complain("count", f"fewer than {SMALLEST_CATEGORY} marks point at people; merge it with the next.")
        return GradeCategory(label=entry.word("label", required=True), count=count or 0)

    return Distribution(
        reference_group=table.text("reference_group", required=True) or _T(nl="?"),
        categories=table.tables("categories", category),
    )


def _known(key: str, values: Mapping[str, Any]) -> GradingScheme:
    numbers = {name: Decimal(values[name]) for name in ("minimum", "maximum", "pass_mark", "step") if name in values}
    return GradingScheme(
        key=key,
        title=_T(values["title"]),
        description=_T(values["description"]),
        numeric=values.get("numeric", True),
        higher_is_better=values.get("higher_is_better", True),
        values=tuple(values.get("values", ())),
        honours=values.get("honours", ""),
        **numbers,
    )


def _grading_table(table: TomlTable) -> GradingScheme:
    key = table.word("key", required=True)
    step = table.number("step")
    scheme = GradingScheme(
        key=key,
        title=table.text("title", required=True) or _T(nl=key or "?"),
        description=table.text("description", required=True) or _T(nl=key or "?"),
        numeric=table.flag("numeric", default=True),
        minimum=table.number("minimum"),
        maximum=table.number("maximum"),
        pass_mark=table.number("pass_mark"),
        step=step if step is not None else Decimal(1),
        higher_is_better=table.flag("higher_is_better", default=True),
        values=_values(table),
        honours=table.word("honours"),
    )
    _check(scheme, table)
    return scheme


def _values(table: TomlTable) -> tuple[str, ...]:
    values = table.words("values")
    if len(values) > MAX_VALUES:
        table.complain("values", f"a closed scale has at most {MAX_VALUES} marks.")
        return ()
    try:
        numbers = [Decimal(value) for value in values]
    except InvalidOperation:
        table.complain("values", 'every value is a number as it is written on the scale, such as ["-3", "00", "02"].')
        return ()
    if len(set(numbers)) != len(numbers):
        table.complain("values", "the same mark stands there twice.")
    return values


def _check(scheme: GradingScheme, table: TomlTable) -> None:
    low, high = scheme.minimum, scheme.maximum
    if low is not None and high is not None and low >= high:
        table.complain("maximum", "it is not above the minimum.")
    limits = [bound for bound in (low, high) if bound is not None]
    if scheme.pass_mark is not None and len(limits) == 2 and not limits[0] <= scheme.pass_mark <= limits[1]:
        table.complain("pass_mark", "it lies outside the scale.")
    if scheme.step <= 0:
        table.complain("step", "a step is more than 0.")
    ordered = sorted(scheme.values, key=Decimal, reverse=not scheme.higher_is_better)
    if list(scheme.values) != ordered:
        table.complain("values", "they go from the worst to the best mark.")
    if scheme.numeric and scheme.pass_mark is None:
        table.complain("pass_mark", "a scale with marks needs its pass mark.")
