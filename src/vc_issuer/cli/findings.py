"""Findings of the rules as people and programs read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from vc_issuer.model.record import Finding

WORDS = {
    "nl": {"E": "fout", "Q": "vraag", "W": "let op", "V": "niet verschuldigd", "I": "ter info"},
    "en": {"E": "error", "Q": "question", "W": "warning", "V": "not due", "I": "note"},
}


def language_of(asked: str) -> str:
    """Return a language that messages exist in."""
    return asked if asked in WORDS else "en"


def finding_as_json(finding: Finding) -> Mapping[str, Any]:
    """Return one finding for a program."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "message": finding.message.as_dict(),
        "source": finding.source,
        "profile": finding.profile,
        "answered": finding.answered,
    }


def show_findings(out: Console, findings: Iterable[Finding], language: str) -> None:
    """Print one line for each finding."""
    for finding in findings:
        word = WORDS[language][finding.severity.value] + (" (answered)" if finding.answered else "")
        out.print(f"  {word}: {finding.rule} {finding.message.best(language)}", markup=False)
