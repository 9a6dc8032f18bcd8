"""Sheets and reports as JSON: the answer of `POST /verify` and `verify --json`, with the member `recognition`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from vc_issuer.model.report import Report
from vc_issuer.recognition.awards import awards_of
from vc_issuer.recognition.facts import Answer, Fact
from vc_issuer.recognition.grade import Grade
from vc_issuer.recognition.sheet import Sheet, sheet_of
from vc_issuer.recognition.verdict_words import in_one_line, verdict_words
from vc_issuer.recognition.wording import sayer
from vc_issuer.verification.answer import report_as_json


def reports_with_recognition(reports: Iterable[Report], now: datetime, language: str) -> dict[str, Any]:
    """Return the whole answer; `recognition` is a list with a sheet for each award of the file that speaks."""
    return {"reports": [_with_recognition(report, now, language) for report in reports]}


def _with_recognition(report: Report, now: datetime, language: str) -> dict[str, Any]:
    sheets = (sheet_of(award, now, language) for award in awards_of(report))
    answer = report_as_json(report)
    if report.other:
        answer["other"] |= {"language": language, "text": in_one_line(verdict_words(report, sayer(language)))}
    return {**answer, "recognition": [sheet_as_json(sheet) for sheet in sheets if sheet]}


def sheet_as_json(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet as JSON values: stable codes, and the sentences in the sheet's language."""
    return {
        "advisory": True,
        "language": sheet.language,
        "credential": sheet.award.summary.id if sheet.award.summary else "",
        "verdict": sheet.award.verdict.value,
        "vouched": sheet.is_vouched,
        "questions": [_answer(answer) for answer in sheet.answers],
        "annex_one": {
            "mandatory": sheet.completeness.mandatory,
            "optional": sheet.completeness.optional,
            "elements": [
                {"id": element.id, "name": element.name, "state": element.state.value}
                for element in sheet.completeness.elements
            ],
        },
        "age": {
            "awarded_on": sheet.age.awarded_on.isoformat() if sheet.age.awarded_on else None,
            "months": sheet.age.months,
            "version": sheet.age.version,
            "five_years_or_older": sheet.age.is_old,
        },
        "grade": _grade(sheet.grade) if sheet.grade else None,
    }


def _grade(grade: Grade) -> dict[str, Any]:
    return {
        "mark": grade.mark,
        "group": grade.group,
        "size": grade.size,
        "top_percent": grade.top,
        "categories": [{"label": label, "count": count} for label, count in grade.categories],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.question.value,
        "rating": answer.rating,
        "good": answer.good,
        "facts": [_fact(fact) for fact in answer.facts],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"code": fact.code, "source": fact.source.value, "text": fact.text, "quotes": list(fact.quotes)}
