"""Grading: scales as data, marks as they are written on them, and how a reference group did (ECTS Users' Guide).

A mark is a Decimal, and on some scales with honours; what a document shows is `GradingScheme.write`, the same
characters in every language, with a decimal point.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from vc_issuer.model.text import LocalizedText

# Fewer marks than this in one category point at people (domain part 4); such a category is merged with its neighbour.
SMALLEST_CATEGORY = 5
_BOUND = r"([-\u2212]?[0-9]+(?:[.,][0-9]+)?)"
_RANGE = re.compile(rf"{_BOUND}(?:\s*[-\u2013]\s*{_BOUND})?(\s+\D+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingScheme:
    """A grading scale. `numeric` ones have bounds and a pass mark, all as Decimals; `step` the unit of a mark.

    `values` is set on a closed scale: every mark that can be given, as it is written there, from the worst to the
    best. `honours` is the word that may stand behind the best mark, such as `e lode`.
    """

    key: str
    title: LocalizedText
    description: LocalizedText
    numeric: bool = True
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    pass_mark: Decimal | None = None
    step: Decimal = Decimal(1)
    higher_is_better: bool = True
    values: tuple[str, ...] = ()
    honours: str = ""

    @property
    def best(self) -> Decimal | None:
        """Return the best mark of the scale."""
        return self.maximum if self.higher_is_better else self.minimum

    @property
    def out_of(self) -> str:
        """Return what stands behind the slash of a mark: nothing where a reader would take it for a share.

        "1.3/5" reads as a quarter where it is nearly the best, and on a closed scale 7 of 12 is no share of anything.
        """
        is_share = self.higher_is_better and not self.values and self.maximum is not None
        return plain(self.maximum) if is_share and self.maximum is not None else ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return every mark of a closed scale as it is written, from the worst to the best; else nothing."""
        if not self.values or not self.honours:
            return self.values
        return (*self.values, f"{self.values[-1]} {self.honours}")

    def write(self, mark: Decimal, *, honours: bool = False) -> str:
        """Write a mark as the scale writes it, without what it is out of: `16`, `02`, `30 e lode`."""
        written = next((value for value in self.values if Decimal(value) == mark), plain(mark))
        return f"{written} {self.honours}" if honours else written

    def passes(self, mark: Decimal) -> bool:
        """Tell whether a mark is a pass; a scale without a pass mark fails nobody."""
        if self.pass_mark is None:
            return True
        return mark >= self.pass_mark if self.higher_is_better else mark <= self.pass_mark


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeCategory:
    """One bar of the reference group's distribution of passing marks; the label is a mark or a range of marks."""

    label: str
    count: int

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Return the lower and the upper mark of the label, such as those of `10-11`, or None if it names none."""
        found = _RANGE.fullmatch(self.label.strip())
        if found is None:
            return None
        low, high = (_decimal(text) for text in (found[1], found[2] or found[1]))
        return min(low, high), max(low, high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortened:
    """Where a mark stands in its reference group, in whole per cent that make a hundred."""

    lower: int
    equal: int
    higher: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The marks of a reference group (ECTS Users' Guide): who they were and how they scored."""

    reference_group: LocalizedText
    categories: tuple[GradeCategory, ...]

    @property
    def shown(self) -> tuple[GradeCategory, ...]:
        """Return the categories that hold anybody."""
        return tuple(category for category in self.categories if category.count > 0)

    @property
    def size(self) -> int:
        """Return how many marks there are (n)."""
        return sum(category.count for category in self.categories)

    def shortened(self, mark: Decimal, *, higher_is_better: bool) -> Shortened | None:
        """Say which share of the group did worse, alike and better; None where the categories leave it open."""
        bounds = [category.bounds for category in self.shown]
        known = [each for each in bounds if each is not None]
        if len(known) != len(bounds) or sum(low <= mark <= high for low, high in known) != 1:
            return None
        below = sum(c.count for c, (_, high) in zip(self.shown, known, strict=True) if high < mark)
        above = sum(c.count for c, (low, _) in zip(self.shown, known, strict=True) if low > mark)
        worse, better = (below, above) if higher_is_better else (above, below)
        return Shortened(**_percentages(worse, self.size - worse - better, better))


def plain(value: Decimal) -> str:
    """Write a number in plain decimal notation without trailing zeros: `12`, `2.5`, `-3`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace("\u2212", "-").replace(",", "."))


def _percentages(lower: int, equal: int, higher: int) -> dict[str, int]:
    """Round three shares to whole per cent by the largest remainder, so that they make a hundred."""
    counts = {"lower": lower, "equal": equal, "higher": higher}
    total = sum(counts.values())
    shares = {name: divmod(count * 100, total) for name, count in counts.items()}
    missing = 100 - sum(whole for whole, _ in shares.values())
    first = sorted(shares, key=lambda name: -shares[name][1])[:missing]
    return {name: whole + (name in first) for name, (whole, _) in shares.items()}
