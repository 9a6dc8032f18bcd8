"""A stack in words and as JSON: one sentence first, then findings by kind, then what counts and what does not."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from vc_issuer.recognition.awards import Award
from vc_issuer.recognition.learners import Identity
from vc_issuer.recognition.stacking import Finding, Kind, Stack
from vc_issuer.recognition.verdict_words import verdict_words
from vc_issuer.recognition.wording import Say, write_number

# What a reader has to act on comes first.
ORDER = (Kind.MISSING, Kind.DOUBLE_COUNTED, Kind.HUMAN_NEEDED, Kind.SATISFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackWords:
    """What is said of a stack in one language; `sentences` come first, in a tone that is never a colour alone."""

    tone: str
    sentences: tuple[str, ...]
    reasons: tuple[str, ...]
    findings: tuple[tuple[Kind, str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = field(repr=False)
    left_out: tuple[tuple[str, str], ...] = field(repr=False)


def stack_in_words(stack: Stack, language: str, say: Say) -> StackWords:
    """Put a stack into words."""
    tone, sentences = _conclusion(stack, say)
    grouped = []
    for kind in ORDER:
        entries = tuple((finding_text(finding, language, say), finding.files) for finding in stack.of_kind(kind))
        if entries:
            grouped.append((kind, say(f"kind.{kind.value}"), entries))
    return StackWords(
        tone=tone,
        sentences=sentences,
        reasons=() if stack.is_added_up else tuple(say(f"finding.identity-{code}") for code in stack.identity.reasons),
        findings=tuple(grouped),
        left_out=tuple((entry.award.file, _reason(entry.award, entry.code, say)) for entry in stack.left_out),
    )


def finding_text(finding: Finding, language: str, say: Say) -> str:
    """Say one finding, with numbers as people of `language` write them."""
    written = {
        name: write_number(value, language) if isinstance(value, Decimal) else value
        for name, value in finding.values.items()
    }
    return say(f"finding.{finding.code}", **written)


def stack_as_json(stack: Stack, language: str, say: Say) -> dict[str, Any]:
    """Return a stack as JSON values: stable codes, and the sentences in `language`."""
    return {
        "advisory": True,
        "language": language,
        "target": stack.target.title,
        "identity": {"outcome": stack.identity.outcome.value, "reasons": list(stack.identity.reasons)},
        "added_up": stack.is_added_up,
        "earned_ects": str(stack.earned),
        "recognised_ects": str(stack.recognised),
        "counted": [_award(award) for award in stack.counted],
        "left_out": [
            {**_award(entry.award), "code": entry.code, "beside": entry.beside or None} for entry in stack.left_out
        ],
        "findings": [
            {
                "kind": finding.kind.value,
                "code": finding.code,
                "text": finding_text(finding, language, say),
                "files": list(finding.files),
            }
            for finding in stack.findings
        ],
    }


def _award(award: Award) -> dict[str, Any]:
    summary = award.summary
    said: dict[str, Any] = {"file": award.file, "verdict": award.verdict.value}
    if summary is not None:
        said |= {"title": summary.title, "code": summary.code}
        said["ects"] = str(summary.credits) if summary.credits is not None else None
    return said


def _conclusion(stack: Stack, say: Say) -> tuple[str, tuple[str, ...]]:
    if not stack.is_added_up:
        is_different = stack.identity.outcome is Identity.DIFFERENT
        code = "different" if is_different else "ask"
        return ("bad" if is_different else "wait"), (say(f"stack.sentence-{code}"),)
    missing, human = len(stack.of_kind(Kind.MISSING)), len(stack.of_kind(Kind.HUMAN_NEEDED))
    sentences = [say("stack.sentence-missing", count=missing) if missing else say("stack.sentence-satisfied")]
    if human:
        sentences.append(say("stack.sentence-human", count=human))
    return ("wait" if missing or human else "good"), tuple(sentences)


def _reason(award: Award, code: str, say: Say) -> str:
    """Say why an award is left out; one that isn't current is told by its verdict as well."""
    text = say(f"finding.{code}")
    return f"{verdict_words(award, say).sentence}. {text}" if code == "not-current" else text
