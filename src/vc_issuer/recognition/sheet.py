"""The recognition sheet: the seven questions, Annex I, age and grade of one award, from the signed data alone.

Advisory (GDPR article 22): it rates no person and decides nothing. `now` and language are arguments.
"""

from dataclasses import dataclass, field
from datetime import datetime

from vc_issuer.recognition.age import Age, age_of
from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.completeness import Completeness, completeness
from vc_issuer.recognition.facts import Answer, Reading
from vc_issuer.recognition.grade import Grade, grade_of
from vc_issuer.recognition.questions import answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one award is worth, in one language; `answers` holds the seven in their order."""

    award: Award = field(repr=False)
    language: str
    title: str = field(repr=False)
    answers: tuple[Answer, ...] = field(repr=False)
    completeness: Completeness
    age: Age
    grade: Grade | None = None

    @property
    def is_vouched(self) -> bool:
        """Tell whether somebody whom the verifier knows signed what stands here."""
        return self.award.is_vouched


def sheet_of(award: Award, now: datetime, language: str) -> Sheet | None:
    """Return the sheet of an award, or None for one that says nothing that anybody signed."""
    summary = award.summary
    if summary is None:
        return None
    return Sheet(
        award=award,
        language=language,
        title=summary.title,
        answers=answers(Reading.of(award, language), summary),
        completeness=completeness(summary, language),
        age=age_of(summary, now.date(), language),
        grade=grade_of(summary, language),
    )
