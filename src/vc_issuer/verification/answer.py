"""A report as others read it: JSON for machines, and the exit code of the command (decisions 7.1 and 7.4)."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.model.report import Report, Verdict

EXIT_CODES = {
    Verdict.CURRENT: 0,
    Verdict.NOT_GENUINE: 1,
    Verdict.REVOKED: 1,
    Verdict.SUSPENDED: 1,
    Verdict.SUPERSEDED: 1,
    Verdict.EXPIRED: 1,
    Verdict.NOT_YET_VALID: 1,
    Verdict.UNREADABLE: 2,
    Verdict.STATUS_UNKNOWN: 3,
    Verdict.UNKNOWN_ISSUER: 3,
}


def exit_code(reports: Iterable[Report]) -> int:
    """Return the exit code for several files: 1 before 2 before 3 before 0."""
    codes = {EXIT_CODES[report.verdict] for report in reports}
    return next((code for code in (1, 2, 3) if code in codes), 0)


def reports_as_json(reports: Iterable[Report]) -> dict[str, Any]:
    """Return the answer of `POST /verify` and `verify --json`."""
    return {"reports": [report_as_json(report) for report in reports]}


def report_as_json(report: Report) -> dict[str, Any]:
    """Return one report as JSON values."""
    answer: dict[str, Any] = {
        "file": report.file,
        "format": report.format,
        "verdict": report.verdict.value,
        "checks": [
            {
                "n": result.check.number,
                "id": result.check.word,
                "outcome": result.outcome.value,
                "clause": result.clause,
                "message": result.message,
            }
            for result in report.checks
        ],
        "issuer": None,
        "summary": summary_as_json(report.summary) if report.summary else None,
        "checked_at": _plain(report.checked_at),
    }
    if report.issuer:
        answer["issuer"] = {
            "id": report.issuer.id,
            "name": report.issuer.name,
            "trusted": report.issuer.trusted,
            "source": report.issuer.source,
            "sources": [_plain(seen) for seen in report.issuer.sources],
        }
    if report.endorsements:
        answer["endorsements"] = [_plain(seen) for seen in report.endorsements]
    if report.other:
        answer["other"] = _plain(report.other)
    if report.parts:
        answer["parts"] = [report_as_json(part) for part in report.parts]
    return answer


def summary_as_json(summary: CredentialSummary) -> dict[str, Any]:
    """Return a summary as JSON values; empty facts are left out."""
    plain = {item.name: _plain(getattr(summary, item.name)) for item in fields(summary)}
    return {name: value for name, value in plain.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    plain = next((write for kind, write in _WRITERS if isinstance(value, kind)), None)
    if plain is not None:
        return plain(value)
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value


# A datetime is a date: it comes first.
_WRITERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (datetime, lambda value: value.strftime("%Y-%m-%dT%H:%M:%SZ")),
    (date, date.isoformat),
    (Decimal, str),
    (Enum, lambda value: value.value),
    (tuple, lambda value: [_plain(item) for item in value]),
)
