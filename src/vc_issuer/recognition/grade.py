"""A mark in its reference group (ECTS Users' Guide): a place among those who passed, never a converted mark."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from vc_issuer.model.credential import CredentialSummary, SummaryDistribution
from vc_issuer.recognition.wording import Say, sayer

SMALL_GROUP = 30  # people: a place in a smaller group says more about chance than about the mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The mark, its group with the counts, and `top`: the per cent of the group with this mark or a higher one.

    `top` is None where the credential leaves open where the mark stands.
    """

    mark: str = field(repr=False)
    group: str
    size: int
    categories: tuple[tuple[str, int], ...]
    top: int | None = field(default=None, repr=False)
    sentences: tuple[str, ...] = field(default=(), repr=False)


def grade_of(summary: CredentialSummary, language: str) -> Grade | None:
    """Return the mark in its group, or None where the credential names no mark or no group."""
    distribution = summary.distribution
    if not summary.mark or distribution is None or distribution.size <= 0:
        return None
    top = _top(summary.mark, distribution)
    return Grade(
        mark=summary.mark,
        group=distribution.group,
        size=distribution.size,
        categories=distribution.categories,
        top=top,
        sentences=tuple(_sentences(summary.mark, distribution.size, top, sayer(language))),
    )


def _sentences(mark: str, size: int, top: int | None, say: Say) -> list[str]:
    place = (
        say("grade.open", mark=mark, total=size) if top is None else say("grade.place", mark=mark, top=top, total=size)
    )
    small = [say("grade.small", least=SMALL_GROUP)] if size < SMALL_GROUP else []
    return [place, *small, say("grade.no-conversion")]


def _top(mark: str, distribution: SummaryDistribution) -> int | None:
    """Take the issuer's own statement, else count the categories that are single marks on the mark's scale."""
    if distribution.higher is not None and distribution.equal is not None:
        return min(distribution.higher + distribution.equal, 100)
    own = _number(mark.partition("/")[0])
    marks = [(_number(label), count) for label, count in distribution.categories]
    if own is None or "/" not in mark or any(each is None for each, _ in marks):
        return None
    # A scale with a maximum runs upwards: 14/20 is above 13/20.
    reached = sum(count for each, count in marks if each is not None and each >= own)
    return -(-100 * reached // distribution.size)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
