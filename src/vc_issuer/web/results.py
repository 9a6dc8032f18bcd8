"""What a page shows of a report: for each award two blocks, is it genuine and what is it worth, and never one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.model.report import Outcome, Report
from vc_issuer.recognition.awards import Award, awards_of
from vc_issuer.recognition.checks import CheckLine, check_lines
from vc_issuer.recognition.sheet import Sheet, sheet_of
from vc_issuer.recognition.verdict_words import verdict_words
from vc_issuer.web.wording import sayer


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardView:
    """One award as a page shows it: a tone, one sentence, one piece of advice, the checks, and the sheet.

    `place` counts the files of the request, `marks` are the file's twin marks: by them the script of the page sends
    twins together that it sent in different requests.
    """

    award: Award = field(repr=False)
    tone: str
    sentence: str
    advice: str
    checks: tuple[CheckLine, ...] = field(repr=False)
    sheet: Sheet | None = field(repr=False)
    anchor: str = ""
    place: int = 0
    marks: frozenset[str] = frozenset()

    @property
    def summary(self) -> CredentialSummary | None:
        """Return what may be shown of the award."""
        return self.award.summary

    @property
    def passed(self) -> int:
        """Count the checks that passed."""
        return sum(line.outcome is Outcome.PASSED for line in self.checks)


def view_of(award: Award, now: datetime, language: str, anchor: str = "") -> AwardView:
    """Return the view of one award in `language`."""
    say = sayer(language)
    words = verdict_words(award, say)
    return AwardView(
        award=award,
        tone=words.tone,
        sentence=words.sentence,
        advice=words.advice,
        checks=check_lines(award.checks, say),
        sheet=sheet_of(award, now, language),
        anchor=anchor,
    )


def views_of(
    reports: Sequence[Report],
    now: datetime,
    language: str,
    *,
    first: int = 0,
    marks: Sequence[frozenset[str]] = (),
) -> list[AwardView]:
    """Return the views of every award of several files; anchors count on from `first`. `marks` has one set a file."""
    views: list[AwardView] = []
    for place, report in enumerate(reports):
        for award in awards_of(report):
            view = view_of(award, now, language, anchor=f"file-{first + len(views) + 1}")
            views.append(replace(view, place=place, marks=marks[place] if marks else frozenset()))
    return views
