"""The supplement's items: Annex I of Council Recommendation 2022/C 243/02 in its order, then what else is signed.

An item whose fact the summary lacks is left out; the numbers of the mandatory ones stay those of the Annex.
"""

from collections.abc import Callable
from dataclasses import dataclass

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.rendering.labels import country_name, decimal_text, label, long_date
from vc_issuer.rendering.printout import Printout, credits_text, is_ects, level_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row of the supplement: its number in the Annex (or none), captions and paragraphs by language."""

    number: str
    captions: dict[str, str]
    paragraphs: dict[str, list[str]]
    numbered: bool = False  # the paragraphs are a numbered list


def annex_items(printout: Printout) -> list[Item]:
    """List every item of which at least one language has a fact."""
    items = []
    for number, key, read in _ITEMS:
        paragraphs = {language: read(summary) for language, summary in printout.summaries.items()}
        if any(paragraphs.values()):
            captions = {language: label(key, language) for language in printout.languages}
            items.append(Item(number=number, captions=captions, paragraphs=paragraphs, numbered=key == "outcomes"))
    return items


def _learner(summary: CredentialSummary) -> list[str]:
    lines = [summary.learner_name]
    if summary.birth_date:
        lines.append(label("born", summary.language, date=long_date(summary.birth_date, summary.language)))
    if summary.student_number:
        lines.append(label("student_number", summary.language, number=summary.student_number))
    return lines


def _country(summary: CredentialSummary) -> list[str]:
    return [country_name(summary.country, summary.language)] if summary.country else []


def _awarding_body(summary: CredentialSummary) -> list[str]:
    lines = list(summary.awarding_bodies or (summary.issuer_name,))
    if summary.mandate:
        lines += [label("mandated_issuer", summary.language, issuer=summary.issuer_name), summary.mandate]
    if summary.issuer_legal_id:
        lines.append(label("identifier", summary.language, id=summary.issuer_legal_id))
    return lines


def _dates(summary: CredentialSummary) -> list[str]:
    language, lines = summary.language, []
    if summary.awarded_on:
        lines.append(long_date(summary.awarded_on, language))
    if summary.valid_from:
        lines.append(label("issued", language, date=long_date(summary.valid_from.date(), language)))
    if summary.valid_until:
        lines.append(label("valid_until", language, date=long_date(summary.valid_until.date(), language)))
    return lines


def _volume(summary: CredentialSummary) -> list[str]:
    lines, language = [], summary.language
    ects = is_ects(summary)
    if summary.credits is not None:
        lines.append(credits_text(summary.credits, language, ects=ects))
    if summary.hours:
        lines.append(label("hours_total", language, count=str(summary.hours)))
    lines += _recognised(summary)
    return [*lines, label("ects_note", language)] if lines and ects else lines


def _recognised(summary: CredentialSummary) -> list[str]:
    """Tell what was recognised and not earned here, apart from the credits above."""
    language, lines = summary.language, []
    if summary.credits_recognised:
        count = decimal_text(summary.credits_recognised, language)
        lines.append(label("recognised", language, count=count))
    for part in summary.recognised:
        ects = credits_text(part.ects, language, ects=is_ects(summary)) if part.ects is not None else ""
        lines.append(label("recognised_part", language, title=part.title, credits=ects))
    return lines


def _level(summary: CredentialSummary) -> list[str]:
    levels = level_lines(summary)
    is_indicative = summary.level_indicative or bool(summary.kind)
    return [*levels, label("level_note", summary.language)] if levels and is_indicative else levels


def _mode(summary: CredentialSummary) -> list[str]:
    lines = [summary.mode.label] if summary.mode else []
    if summary.learning_setting:
        lines.append(summary.learning_setting.label)
    if summary.languages:
        names = ", ".join(name.label for name in summary.languages)
        lines.append(label("languages", summary.language, names=names))
    return lines


def _period(summary: CredentialSummary) -> list[str]:
    lines = [summary.term] if summary.term else []
    if summary.activity_start and summary.activity_end:
        start, end = (long_date(day, summary.language) for day in (summary.activity_start, summary.activity_end))
        lines.append(label("activity", summary.language, start=start, end=end))
    return lines


def _result(summary: CredentialSummary) -> list[str]:
    if not summary.mark and not (summary.passed and summary.scale):
        return []
    lines = [summary.mark or label("passed", summary.language)]
    if summary.scale:
        lines.append(
            ". ".join(text.rstrip(".") for text in (summary.scale.title, summary.scale.description) if text) + "."
        )
    return lines + _group(summary)


def _group(summary: CredentialSummary) -> list[str]:
    """Say how the reference group scored, and where this mark stands in it (ECTS Users' Guide)."""
    found = summary.distribution
    if found is None:
        return []
    counts = "; ".join(f"{name}: {count}" for name, count in found.categories)
    lines = [label("group", summary.language, group=found.group, size=str(found.size)), counts]
    if found.lower is not None:
        shares = {name: str(getattr(found, name)) for name in ("lower", "equal", "higher")}
        lines.append(label("group_place", summary.language, **shares))
    return lines


def _quality(summary: CredentialSummary) -> list[str]:
    """Tell the labels, each external decision followed by who took it; the decisions stand first, in one order."""
    lines = []
    for number, quality in enumerate(summary.quality):
        lines.append(quality.label)
        if number < len(summary.decisions):
            lines.append(summary.decisions[number])
    return lines


def _assessment(summary: CredentialSummary) -> list[str]:
    lines = [kind.label for kind in summary.assessments]
    if summary.assessed_by:
        lines.append(label("assessed_by", summary.language, name=summary.assessed_by))
    return lines


def _stackability(summary: CredentialSummary) -> list[str]:
    return [text for text in (summary.stackability, summary.stackable_into_url) if text]


def _version(summary: CredentialSummary) -> list[str]:
    return [" · ".join(part for part in (summary.code, summary.version) if part)] if summary.code else []


def _files(summary: CredentialSummary) -> list[str]:
    return [label("files_text", summary.language)] if summary.kind else []


_ITEMS: tuple[tuple[str, str, Callable[[CredentialSummary], list[str]]], ...] = (
    ("1", "learner", _learner),
    ("2", "title", lambda summary: [summary.title]),
    ("3", "country", _country),
    ("4", "awarding_body", _awarding_body),
    ("5", "dates", _dates),
    ("6", "outcomes", lambda summary: [outcome.title for outcome in summary.outcomes]),
    ("7", "volume", _volume),
    ("8", "level_full", _level),
    ("9", "assessment", _assessment),
    ("10", "mode", _mode),
    ("11", "quality", _quality),
    ("", "supervision", lambda summary: [summary.supervision.label] if summary.supervision else []),
    ("", "result_full", _result),
    ("", "prerequisites", lambda summary: [summary.prerequisites] if summary.prerequisites else []),
    ("", "stackability", _stackability),
    ("", "term", _period),
    ("", "description", lambda summary: [summary.description] if summary.description else []),
    ("", "field", lambda summary: [summary.isced.label] if summary.isced else []),
    ("", "version", _version),
    ("", "details", lambda summary: list(summary.details)),
    ("", "evidence", lambda summary: list(summary.evidence)),
    ("", "statements", lambda summary: list(summary.statements)),
    ("", "files", _files),
)
