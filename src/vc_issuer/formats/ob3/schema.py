"""What an Open Badge must hold to: our closed schema for our own, the readable minimum for everybody else's.

Beyond the schema: one id says one thing everywhere, results point at their description, credits add up; and our own
hold the mandatory elements of Annex I.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from vc_issuer.formats.ob3.alignments import STATED_QUALITY
from vc_issuer.model.credential import Document, Violation

OWN = "ob3.json"
FOREIGN = "ob3-foreign.json"
_CLAUSE = "Open Badges 3.0 section B"
_ANNEX_ONE = "Council Recommendation 2022/C 243/02, Annex I"
_ENDORSEMENT = "EndorsementCredential"
_LONGEST_NAME = 60

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
    found = _schema_violations(document, OWN)
    return found or [*_sense(document), *_same_ids(document, is_own=True), *_own(document)]


def foreign_violations(document: Document) -> list[Violation]:
    """Return every way in which anybody's badge can't be read with certainty."""
    found = [*_schema_violations(document, FOREIGN), *_keywords(document, "", document.get("@context"))]
    return found or [*_sense(document), *_same_ids(document, is_own=False)]


@cache
def _validator(name: str) -> Any:
    text = (files("vc_issuer.formats") / "schemas" / name).read_text(encoding="utf-8")
    # Masked, because a value may be a person's.
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True, mask="the value")


def _schema_violations(document: Document, name: str) -> list[Violation]:
    validator = _validator(name)
    if validator.is_valid(document):
        return []
    return [
        Violation(
            pointer="".join(f"/{_escaped(str(step))}" for step in error.instance_path),
            message=_sentence(error),
            clause=_CLAUSE,
        )
        for error in validator.iter_errors(document)
    ]


def _sentence(error: Any) -> str:
    steps = [str(step)[:_LONGEST_NAME] for step in error.instance_path]
    place = "/".join(steps) or "the credential"
    missing = getattr(error.kind, "property", "")
    return f"{place} has no {missing}" if missing else f"{place}: {error.message}"


def _keywords(node: Any, pointer: str, contexts: Any) -> Iterator[Violation]:
    """Refuse JSON-LD keywords below the root: they move or hide statements without breaking the proof (T28).

    An endorsement is a credential of its own, and may repeat contexts of the badge that it stands in.
    """
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key.startswith("@") and not (key == "@context" and (pointer == "" or _is_endorsement(node, contexts))):
                yield Violation(
                    pointer=f"{pointer}/{_escaped(key)}",
                    message=f"{key[:_LONGEST_NAME]} may not stand here",
                    clause="threat T28",
                )
            if key != "@context":
                yield from _keywords(value, f"{pointer}/{_escaped(key)}", contexts)
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _keywords(value, f"{pointer}/{position}", contexts)


def _is_endorsement(node: Mapping[str, Any], contexts: Any) -> bool:
    own_type, own_contexts = node.get("type"), node["@context"]
    types = own_type if isinstance(own_type, list) else [own_type]
    if _ENDORSEMENT not in types or not isinstance(own_contexts, list) or not isinstance(contexts, list):
        return False
    return all(isinstance(one, str) and one in contexts for one in own_contexts)


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
    for pointer, node, kind in (
        ("/issuer", document["issuer"], "ext:eIDASIdentifier"),
        ("/credentialSubject/achievement", achievement, "ext:Offering"),
    ):
        if [entry["identifierType"] for entry in node["otherIdentifier"]].count(kind) != 1:
            yield _nonsense(f"{pointer}/otherIdentifier", f"there is one identifier of the type {kind}")


def _same_ids(document: Document, *, is_own: bool) -> Iterator[Violation]:
    """Demand that nodes with one id agree: RDF merges them, and what each said can't be told any more (ob3 7.3).

    In others' badges a node may be named again with other types and lists, which merge; a single value may not.
    """
    seen: dict[str, dict[str, Any]] = {}
    for node in _nodes(document):
        own_id = node.get("id")
        if not isinstance(own_id, str):
            continue
        said = seen.setdefault(own_id, {})
        if any(
            said.setdefault(name, value) != value
            for name, value in node.items()
            if is_own or (name != "type" and not isinstance(value, list | Mapping))
        ):
            yield _nonsense("", "two nodes with the same id say different things")


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for name, item in value.items():
            if name != "proof":
                yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def _nonsense(pointer: str, message: str) -> Violation:
    return Violation(pointer=pointer, message=message, clause="Open Badges 3.0 section 8")


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
