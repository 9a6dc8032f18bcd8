"""How old an award and its content are: a neutral fact, never a verdict (domain part 5, actuality)."""

from dataclasses import dataclass
from datetime import date

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.recognition.wording import Say, sayer, write_date

# Flexibiliseringsdecreet 30 April 2004, article 2, 1°: from five years on, a receiver may ask for an update.
HINT_YEARS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Whole months since the award (None where no date is stated), the content's version, and sentences for both."""

    awarded_on: date | None
    months: int | None
    version: str
    sentences: tuple[str, ...]
    is_old: bool


def age_of(summary: CredentialSummary, today: date, language: str) -> Age:
    """Return the age of an award on `today`."""
    say = sayer(language)
    awarded = summary.awarded_on or (summary.valid_from.date() if summary.valid_from else None)
    months = months_between(awarded, today) if awarded else None
    version = " · ".join(dict.fromkeys(part for part in (summary.version, summary.term) if part))
    sentences = [_awarded(awarded, months, language, say)]
    if version:
        sentences.append(say("age.version", version=version))
    if summary.valid_until:
        sentences.append(say("age.expires", date=write_date(summary.valid_until.date(), language)))
    is_old = months is not None and months >= HINT_YEARS * 12
    if is_old:
        sentences.append(say("age.hint"))
    return Age(awarded_on=awarded, months=months, version=version, sentences=tuple(sentences), is_old=is_old)


def months_between(start: date, end: date) -> int:
    """Count whole months; an award of the future is none old."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return max(months, 0)


def _awarded(awarded: date | None, months: int | None, language: str, say: Say) -> str:
    if awarded is None or months is None:
        return say("age.unknown")
    written = write_date(awarded, language)
    if not months:
        return say("age.awarded-today", date=written)
    return say("age.awarded", date=written, age=_duration(months, say))


def _duration(months: int, say: Say) -> str:
    years, rest = divmod(months, 12)
    parts = []
    if years:
        parts.append(say("age.year") if years == 1 else say("age.years", years=years))
    if rest:
        parts.append(say("age.month") if rest == 1 else say("age.months", months=rest))
    return say("age.and", years=parts[0], months=parts[1]) if len(parts) > 1 else parts[0]
