"""Read what surrounds an achievement: scale, reference group, recognised parts, decisions, mandate, evidence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from vc_issuer.formats import sentences
from vc_issuer.formats.award_core import as_objects
from vc_issuer.formats.details import Details
from vc_issuer.formats.ob3 import results
from vc_issuer.formats.ob3.alignments import MANDATE, STACKABILITY
from vc_issuer.formats.ob3.members import object_of, text_of
from vc_issuer.formats.ob3.wording import facts_in
from vc_issuer.model.credential import SummaryDistribution, SummaryPart, SummaryScale

_ECTS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_CATEGORY = re.compile(r"(.*)=([0-9]{1,9})")
_PLACE = re.compile(r"([0-9]{1,3});([0-9]{1,3});([0-9]{1,3})")
_OWN_PAGE = "#stackability"  # stands where the larger award has no page


def read_details(document: Mapping[str, Any], *, is_own: bool) -> Details:
    """Read the details of a badge; of others' badges only what the specification gives a place."""
    subject = object_of(document.get("credentialSubject"))
    achievement = object_of(subject.get("achievement"))
    evidence = tuple(text_of(entry, "id") for entry in as_objects(document.get("evidence")) if text_of(entry, "id"))
    common = Details(
        assessed_by=text_of(object_of(subject.get("source")), "name"),
        evidence=evidence,
        picture_caption=text_of(object_of(achievement.get("image")), "caption"),
    )
    return _own(common, subject, achievement) if is_own else common


def _own(common: Details, subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> Details:
    stated = list(as_objects(achievement.get("alignment")))
    at_result = [entry for each in as_objects(subject.get("result")) for entry in as_objects(each.get("alignment"))]
    criteria = facts_in(text_of(object_of(achievement.get("criteria")), "narrative"))
    facts = [*criteria, *facts_in(text_of(subject, "narrative"))]
    stackable = _first(stated, STACKABILITY)
    url = text_of(stackable, "targetUrl")
    return Details(
        passed=any(each.get("status") == results.COMPLETED for each in as_objects(subject.get("result"))),
        scale=_scale(achievement),
        distribution=_distribution(at_result),
        credits_recognised=_decimal(text_of(_first(at_result, results.RECOGNISED), "targetCode")),
        recognised=tuple(
            SummaryPart(title=text_of(entry, "targetName"), ects=_decimal(text_of(entry, "targetCode")))
            for entry in _all(at_result, results.PART)
        ),
        level_indicative=bool(text_of(_first(stated, "ext:EQF"), "targetDescription")),
        decisions=tuple(text_of(entry, "targetDescription") for entry in _all(stated, "ext:QualityAssurance")),
        prerequisites=next(
            (said for fact in criteria if (said := sentences.out_of_template(sentences.PREREQUISITES, fact))), ""
        ),
        stackability=text_of(stackable, "targetDescription"),
        stackable_into_url="" if url.endswith(_OWN_PAGE) else url,
        assessed_by=common.assessed_by,
        mandate=text_of(_first(stated, MANDATE), "targetName"),
        evidence=common.evidence,
        details=tuple(fact for fact in facts if sentences.is_detail(fact)),
        picture_caption=common.picture_caption,
    )


def _scale(achievement: Mapping[str, Any]) -> SummaryScale | None:
    descriptions = as_objects(achievement.get("resultDescription"))
    entries = [entry for each in descriptions for entry in as_objects(each.get("alignment"))]
    found = _first(entries, results.SCALE)
    if not found:
        return None
    return SummaryScale(title=text_of(found, "targetName"), description=text_of(found, "targetDescription"))


def _distribution(entries: Sequence[Mapping[str, Any]]) -> SummaryDistribution | None:
    group = _first(entries, results.GROUP)
    if not group:
        return None
    found = [_CATEGORY.fullmatch(part) for part in text_of(group, "targetCode").split(";")]
    place = _PLACE.fullmatch(text_of(_first(entries, results.PLACE), "targetCode"))
    lower, equal, higher = (int(text) for text in place.groups()) if place else (None, None, None)
    return SummaryDistribution(
        group=text_of(group, "targetName"),
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
