"""The twin check: do an Open Badges 3.0 and an ELM document state the same award, and name each other; pure.

Steps a to f as the binding is defined: both cores recompute; the same core; the badge's issuer is one the ELM names;
texts agree in one language; the badge names this payload; the ELM names this badge.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vc_issuer.encoding.digests import sri_digest
from vc_issuer.errors import InvalidError
from vc_issuer.formats.award_core import (
    Badge,
    Credential,
    as_object,
    as_objects,
    check_core,
    elm_entries,
    languages_of,
    ob3_entries,
)
from vc_issuer.model.credential import Document

MANDATE_IRI = "http://data.europa.eu/snb/evidence-type/c_18016257"


class TwinOutcome(Enum):
    """What two credentials are to each other."""

    BOUND = "bound"
    SAME_AWARD = "same-award"
    NOT_TWINS = "not-twins"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class TwinComparison:
    """An outcome and the sentence that says why."""

    outcome: TwinOutcome
    reason: str


def compare_twins(ob3: Document, elm: Document, elm_payload: bytes) -> TwinComparison:
    """Say whether an OB3 and an ELM document state the same award, and bind each other (twins 4)."""
    try:
        credential = elm_entries(elm)
        badge = ob3_entries(ob3) if credential else None
        if badge is None or credential is None:
            return TwinComparison(TwinOutcome.INDETERMINATE, "one of the two carries no binding")
        check_core(ob3, elm=False)
        check_core(elm, elm=True)
    except InvalidError as error:
        return TwinComparison(TwinOutcome.NOT_TWINS, error.message)
    difference = _difference(ob3, elm, badge, credential, elm_payload)
    if difference:
        return TwinComparison(TwinOutcome.NOT_TWINS, difference)
    issuer = as_object(ob3.get("issuer")).get("id")
    if badge[0] != elm.get("id") or (issuer, ob3.get("id")) not in credential[0]:
        return TwinComparison(TwinOutcome.SAME_AWARD, "both state the same award; they were not issued as a pair")
    return TwinComparison(TwinOutcome.BOUND, "both state the same award and name each other")


def _difference(ob3: Document, elm: Document, badge: Badge, credential: Credential, elm_payload: bytes) -> str:
    elm_id, payload_digest, ob3_core = badge
    badges, elm_core = credential
    if ob3_core != elm_core:
        return "the two state different award cores"
    if as_object(ob3.get("issuer")).get("id") not in {creator for creator, _ in badges}:
        return "the badge comes from another issuer than the ELM names"
    languages = {language for language, _ in languages_of(_claim(elm).get("title"))}
    if not any(_texts_agree(ob3, elm, language) for language in languages):
        return "title, outcomes or issuer differ between the two"
    if elm_id == elm.get("id") and payload_digest != sri_digest(elm_payload):
        return "the ELM is not the one that the badge names: its payload differs"
    return ""


def _texts_agree(ob3: Document, elm: Document, language: str) -> bool:
    achievement = as_object(as_object(ob3.get("credentialSubject")).get("achievement"))
    claim = _claim(elm)
    title = _text_in(claim.get("title"), language)
    if not title or {_nfc(ob3.get("name")), _nfc(achievement.get("name"))} != {title}:
        return False
    outcomes = {
        (node.get("id"), _text_in(node.get("title"), language))
        for node in as_objects(as_object(claim.get("specifiedBy")).get("learningOutcome"))
    }
    stated = {
        (a.get("targetUrl"), _nfc(a.get("targetName")))
        for a in as_objects(achievement.get("alignment"))
        if a.get("targetType") == "ceasn:Competency"
    }
    if stated != outcomes or not all(text for _, text in stated):
        return False
    issuer = _nfc(as_object(ob3.get("issuer")).get("name"))
    bodies = list(as_objects(as_object(claim.get("awardedBy")).get("awardingBody")))
    if elm.get("evidence") and _is_mandated(elm):
        # By mandate the issuer is none of the awarding bodies; it has its name in the ELM's own issuer (ADR 11).
        bodies = list(as_objects(elm.get("issuer")))
    return bool(issuer) and issuer in {_text_in(body.get("legalName"), language) for body in bodies}


def _is_mandated(elm: Document) -> bool:
    types = (as_object(evidence.get("dcType")).get("id") for evidence in as_objects(elm.get("evidence")))
    return MANDATE_IRI in types


def _text_in(value: Any, language: str) -> str:
    """Return the one text in a language, or an empty one if there is none or more than one."""
    texts = {text for key, text in languages_of(value) if key == language}
    return _nfc(texts.pop()) if len(texts) == 1 else ""


def _claim(elm: Document) -> Mapping[str, Any]:
    return as_object(as_object(elm.get("credentialSubject")).get("hasClaim"))


def _nfc(value: Any) -> str:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else ""
