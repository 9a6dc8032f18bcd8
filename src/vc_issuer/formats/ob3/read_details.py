"""Read what surrounds an achievement: scale, reference group, recognised parts, decisions, mandate, evidence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from vc_issuer.formats import sentences
from vc_issuer.formats.details import Details
from vc_issuer.formats.ob3 import results
from vc_issuer.formats.ob3.alignments import MANDATE, STACKABILITY
from vc_issuer.formats.ob3.wording import facts_in
from vc_issuer.model.credential import SummaryDistribution, SummaryPart, SummaryScale

_ECTS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_CATEGORY = re.compile(r"(.*)=([0-9]{1,9})")
_PLACE = re.compile(r"([0-9]{1,3});([0-9]{1,3});([0-9]{1,3})")
_OWN_PAGE = "#stackability"  # stands where the larger award has no page


def read_details(document: Mapping[str, Any], *, is_own: bool) -> Details:
    """Read the details of a badge; of others' badges only what the specification gives a place."""
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    evidence = tuple(_text(entry, "id") for entry in _objects(document.get("evidence")) if _text(entry, "id"))
    common = Details(
        assessed_by=_text(_object(subject.get("source")), "name"),
        evidence=evidence,
        picture_caption=_text(_object(achievement.get("image")), "caption"),
    )
    return _own(common, subject, achievement) if is_own else common


def _own(common: Details, subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> Details:
    stated = list(_objects(achievement.get("alignment")))
    at_result = [entry for each in _objects(subject.get("result")) for entry in _objects(each.get("alignment"))]
    criteria = facts_in(_text(_object(achievement.get("criteria")), "narrative"))
    facts = [*criteria, *facts_in(_text(subject, "narrative"))]
    stackable = _first(stated, STACKABILITY)
    url = _text(stackable, "targetUrl")
    return Details(
        passed=any(each.get("status") == results.COMPLETED for each in _objects(subject.get("result"))),
        scale=_scale(achievement),
        distribution=_distribution(at_result),
        credits_recognised=_decimal(_text(_first(at_result, results.RECOGNISED), "targetCode")),
        recognised=tuple(
            SummaryPart(title=_text(entry, "targetName"), ects=_decimal(_text(entry, "targetCode")))
            for entry in _all(at_result, results.PART)
        ),
        level_indicative=bool(_text(_first(stated, "ext:EQF"), "targetDescription")),
        decisions=tuple(_text(entry, "targetDescription") for entry in _all(stated, "ext:QualityAssurance")),
        prerequisites=next(
            (said for fact in criteria if (said := sentences.out_of_template(sentences.PREREQUISITES, fact))), ""
        ),
        stackability=_text(stackable, "targetDescription"),
        stackable_into_url="" if url.endswith(_OWN_PAGE) else url,
        assessed_by=common.assessed_by,
        mandate=_text(_first(stated, MANDATE), "targetName"),
        evidence=common.evidence,
        details=tuple(fact for fact in facts if sentences.is_detail(fact)),
        picture_caption=common.picture_caption,
    )


def _scale(achievement: Mapping[str, Any]) -> SummaryScale | None:
    descriptions = _objects(achievement.get("resultDescription"))
    entries = [entry for each in descriptions for entry in _objects(each.get("alignment"))]
    found = _first(entries, results.SCALE)
    if not found:
        return None
    return SummaryScale(title=_text(found, "targetName"), description=_text(found, "targetDescription"))


def _distribution(entries: Sequence[Mapping[str, Any]]) -> SummaryDistribution | None:
    group = _first(entries, results.GROUP)
    if not group:
        return None
    found = [_CATEGORY.fullmatch(part) for part in _text(group, "targetCode").split(";")]
    place = _PLACE.fullmatch(_text(_first(entries, results.PLACE), "targetCode"))
    lower, equal, higher = (int(text) for text in place.groups()) if place else (None, None, None)
    return SummaryDistribution(
        group=_text(group, "targetName"),
        categories=tuple((each[1], int(each[2])) for each in found if each),
        lower=lower,
        equal=equal,
        higher=higher,
    )


def _all(entries: Sequence[Mapping[str, Any]], kind: str) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in entries if entry.get("targetType") == kind)


def _first(entries: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any]:
    return next(_all(entries, kind), {})


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _ECTS.fullmatch(text) else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""
