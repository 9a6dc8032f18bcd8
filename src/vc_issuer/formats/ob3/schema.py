"""What an Open Badge must hold to: our closed schema for our own, the readable minimum for everybody else's.

Beyond the schema: one id says one thing everywhere, results point at their description, credits add up.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from vc_issuer.model.credential import Document, Violation

OWN = "ob3.json"
FOREIGN = "ob3-foreign.json"
_CLAUSE = "Open Badges 3.0 section B"


@cache
def _validator(name: str) -> Any:
    text = (files("vc_issuer.formats") / "schemas" / name).read_text(encoding="utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True)


def own_violations(document: Document) -> list[Violation]:
    """Return every way in which a document is not what this project issues."""
    found = _schema_violations(document, OWN)
    return found or list(_sense(document))


def foreign_violations(document: Document) -> list[Violation]:
    """Return every way in which anybody's badge can't be read with certainty."""
    found = [*_schema_violations(document, FOREIGN), *_keywords(document, "")]
    return found or list(_sense(document))


def _schema_violations(document: Document, name: str) -> list[Violation]:
    return [
        Violation(
            pointer="/" + "/".join(str(step) for step in error.instance_path),
            message=_sentence(error),
            clause=_CLAUSE,
        )
        for error in _validator(name).iter_errors(document)
    ]


def _sentence(error: Any) -> str:
    # The library's own sentence quotes the value, which may be a person's: only the rule is told.
    place = "/".join(str(step) for step in error.instance_path) or "the credential"
    rule = str(error.schema_path[-1]) if error.schema_path else "schema"
    return f"{place} breaks the rule {rule!r}"


def _keywords(node: Any, pointer: str) -> Iterator[Violation]:
    """Refuse JSON-LD keywords below the root: they move or hide statements without breaking the proof (T28)."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key.startswith("@") and not (pointer == "" and key == "@context"):
                yield Violation(pointer=f"{pointer}/{key}", message=f"{key} may not stand here", clause="threat T28")
            if key != "@context":
                yield from _keywords(value, f"{pointer}/{key}")
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _keywords(value, f"{pointer}/{position}")


def _sense(document: Document) -> Iterator[Violation]:
    subject: Any = document.get("credentialSubject")
    achievement = subject.get("achievement", {})
    yield from _same_ids(document)
    described = {item.get("id") for item in _listed(achievement.get("resultDescription"))}
    for result in _listed(subject.get("result")):
        if "resultDescription" in result and result["resultDescription"] not in described:
            yield _nonsense("/credentialSubject/result", "a result points at no description of this achievement")
    earned, available = subject.get("creditsEarned"), achievement.get("creditsAvailable")
    if earned is not None and available is not None and earned > available:
        yield _nonsense("/credentialSubject/creditsEarned", "more credits were earned than the achievement has")
    if not subject.get("identifier") and not subject.get("id"):
        yield _nonsense("/credentialSubject", "nobody is named: neither id nor identifier")
    criteria = achievement.get("criteria", {})
    if not criteria.get("id") and not criteria.get("narrative"):
        yield _nonsense("/credentialSubject/achievement/criteria", "the criteria say nothing")


def _same_ids(document: Document) -> Iterator[Violation]:
    """Demand that nodes with one id agree: RDF merges them, and what each said can't be told any more (ob3 7.3)."""
    seen: dict[str, Mapping[str, Any]] = {}
    for node in _nodes(document):
        own_id = node.get("id")
        if not isinstance(own_id, str) or (own_id.startswith("http") and "targetUrl" in node):
            continue
        before = seen.setdefault(own_id, node)
        if any(name in node and node[name] != value for name, value in before.items()):
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
