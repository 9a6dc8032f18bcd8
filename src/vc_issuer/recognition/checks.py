"""The numbered checks as a person reads them: one line a number, its sentence, the technical findings below it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from vc_issuer.model.report import CheckId, CheckResult, Outcome, Verdict
from vc_issuer.recognition.wording import Say, recognition_texts

_WORST_FIRST = (Outcome.FAILED, Outcome.INDETERMINATE, Outcome.PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One numbered check: its outcome (the worst, where both twins have one), words, and what was found in detail."""

    number: int
    title: str
    outcome: Outcome
    outcome_text: str
    sentence: str
    details: tuple[CheckResult, ...] = field(repr=False)


def check_lines(checks: Iterable[CheckResult], say: Say) -> tuple[CheckLine, ...]:
    """Return one line for every check that was made, in the order of their numbers."""
    by_check: dict[CheckId, list[CheckResult]] = {}
    for check in checks:
        by_check.setdefault(check.check, []).append(check)
    found = sorted(by_check.items(), key=lambda item: item[0].number)
    return tuple(_line(check, results, say) for check, results in found)


def _line(check: CheckId, results: list[CheckResult], say: Say) -> CheckLine:
    worst = min(results, key=_weight)
    return CheckLine(
        number=check.number,
        title=say(f"check.{check.word}.title"),
        outcome=worst.outcome,
        outcome_text=say(f"outcome.{worst.outcome.value}"),
        sentence=say(_sentence_name(worst)),
        details=tuple(results),
    )


def _sentence_name(result: CheckResult) -> str:
    """Name the sentence of a result; a finding without one of its own is told by its outcome."""
    special = f"check.{result.check.word}.{result.finding}"
    return special if special in recognition_texts() else f"check.{result.check.word}.{result.outcome.value}"


def _weight(result: CheckResult) -> tuple[int, int]:
    finding = tuple(Verdict).index(Verdict(result.finding)) if result.finding else -1
    return _WORST_FIRST.index(result.outcome), finding
