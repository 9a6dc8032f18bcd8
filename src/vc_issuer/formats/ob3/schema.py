"""What an Open Badge must hold to: our closed schema for our own, the readable minimum for everybody else's.

Beyond the schema: one id says one thing everywhere, results point at their description, credits add up; and our own
hold the mandatory elements of Annex I.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from vc_issuer.formats.graph_shape import (
    keyword_violations,
    merged_id_violations,
    same_id_violations,
    schema_violations,
)
from vc_issuer.formats.ob3.alignments import STATED_QUALITY
from vc_issuer.model.credential import Document, Violation

OWN = "ob3.json"
FOREIGN = "ob3-foreign.json"
_CLAUSE = "Open Badges 3.0 section B"
_ANNEX_ONE = "Council Recommendation 2022/C 243/02, Annex I"

# Each element of Annex I that an alignment states, and the types of alignment that may state it.
_ANNEX_ALIGNMENTS = {
    "the level": {"ext:EQF"},
    "the credit system": {"ext:CreditSystem"},
    "the learning outcomes": {"ceasn:Competency"},
    "the form of participation": {"ext:ModeOfLearning"},
    "the type of assessment": {"ext:AssessmentType"},
    "the quality assurance": {"ext:QualityAssurance", STATED_QUALITY},
    "the language of instruction": {"ext:LanguageOfInstruction"},
}


def own_violations(document: Document) -> list[Violation]:
    """Return every way in which a document is not what this project issues."""
    found = schema_violations(document, OWN, _CLAUSE)
    return found or [*_sense(document), *same_id_violations(document), *_own(document)]


def fits_own_schema(document: Document) -> bool:
    """Tell whether a document fits the closed schema of our own badges."""
    return not schema_violations(document, OWN, _CLAUSE)


def foreign_violations(document: Document) -> list[Violation]:
    """Return every way in which anybody's badge can't be read with certainty."""
    found = [*schema_violations(document, FOREIGN, _CLAUSE), *keyword_violations(document)]
    return found or [*_sense(document), *merged_id_violations(document)]


def _sense(document: Document) -> Iterator[Violation]:
    subject: Any = document.get("credentialSubject")
    achievement = subject.get("achievement", {})
    described = {item.get("id") for item in _listed(achievement.get("resultDescription"))}
    for result in _listed(subject.get("result")):
        if "resultDescription" in result and result["resultDescription"] not in described:
            yield _nonsense("/credentialSubject/result", "a result points at no description of this achievement")
    if not subject.get("identifier") and not subject.get("id"):
        yield _nonsense("/credentialSubject", "nobody is named: neither id nor identifier")
    criteria = achievement.get("criteria", {})
    if not criteria.get("id") and not criteria.get("narrative"):
        yield _nonsense("/credentialSubject/achievement/criteria", "the criteria say nothing")


def _own(document: Any) -> Iterator[Violation]:
    subject = document["credentialSubject"]
    achievement = subject["achievement"]
    if subject["creditsEarned"] > achievement["creditsAvailable"]:
        yield _nonsense("/credentialSubject/creditsEarned", "more credits were earned than the achievement has")
    kinds = [entry["identityType"] for entry in subject["identifier"]]
    if len(set(kinds)) != len(kinds) or "name" not in kinds:
        yield _nonsense("/credentialSubject/identifier", "the learner has one name, and one identity of each kind")
    if document["name"] != achievement["name"]:
        yield _nonsense("/name", "a badge bears the name of its achievement")
    stated = {entry["targetType"] for entry in achievement["alignment"]}
    for element, types in _ANNEX_ALIGNMENTS.items():
        if not stated & types:
            message = f"nothing is said of {element}"
            yield Violation(pointer="/credentialSubject/achievement/alignment", message=message, clause=_ANNEX_ONE)
    # Whoever issues by mandate is no awarding body, and says so by the type of its legal identifier.
    is_mandated = "ext:Mandate" in stated
    for pointer, node, kind in (
        ("/issuer", document["issuer"], "ext:MandatedIssuer" if is_mandated else "ext:eIDASIdentifier"),
        ("/credentialSubject/achievement", achievement, "ext:Offering"),
    ):
        if [entry["identifierType"] for entry in node["otherIdentifier"]].count(kind) != 1:
            yield _nonsense(f"{pointer}/otherIdentifier", f"there is one identifier of the type {kind}")
    if is_mandated and "ext:AwardingBody" not in stated:
        yield _nonsense("/credentialSubject/achievement/alignment", "a mandate is given by an awarding body")
    yield from _results(subject, achievement)


def _results(subject: Any, achievement: Any) -> Iterator[Violation]:
    """Hold a result to the scale that it stands on (OB3 B.23): one of the allowed values, or a status."""
    described = {each["id"]: each for each in achievement["resultDescription"]}
    for result in subject["result"]:
        scale = described.get(result["resultDescription"], {})
        if ("status" in result) is not (scale.get("resultType") == "Status"):
            yield _nonsense("/credentialSubject/result", "a status stands where the scale has no marks, and only there")
        if "allowedValue" in scale and result.get("value") not in scale["allowedValue"]:
            yield _nonsense("/credentialSubject/result", "the mark is none of those that the scale allows")


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def _nonsense(pointer: str, message: str) -> Violation:
    return Violation(pointer=pointer, message=message, clause="Open Badges 3.0 section 8")
