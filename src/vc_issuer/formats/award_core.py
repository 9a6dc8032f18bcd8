"""The award core: the facts that both formats carry, recomputed from either side; on JSON documents alone; pure.

Its own random id is the salt, found in both credentials and used nowhere else.
Strings only, ASCII keys, empty members left out, lists without doubles and sorted.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from vc_issuer.encoding.digests import sri_digest
from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.model.credential import Document

CORE_TYPE = "https://vc-issuer.example/ns/award-core/1"
OB3_SCHEME = "Open Badges 3.0 credential"
CORE_SCHEME = "Award core digest"
CORE_VERSION = "1"
ELM_MEDIA_TYPE = "application/ld+json"
CORE_MEDIA_TYPE = "application/json"
STUDENT_NUMBER = "Student number"
CLAUSE = "award core, version 1"

_LEARNER_TYPES = ("name", "ext:birthDate", "ext:studentNumber")
_CODE_TYPES = (
    "ext:EQF",
    "ext:NQF",
    "ext:CreditSystem",
    "ext:ISCED-F",
    "ext:ModeOfLearning",
    "ext:LearningSetting",
    "ext:AssessmentType",
    "ext:SupervisionVerification",
    "ext:QualityAssurance",
    "ext:LanguageOfInstruction",
    "ceasn:Competency",
)
_MARK = re.compile(r"[-0-9]")
_CREDITS = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?\Z")  # a huge exponent would be written out digit by digit
_BINDING = ("urn:credential:", "urn:uuid:")  # the ids of twin and core; related resources of other kinds bind nothing
_SALT = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreEntry:
    """A credential's statement of its core: id (the salt) and digest."""

    id: str
    digest: str


Badge: TypeAlias = tuple[str, str, CoreEntry]  # ELM id, digest of its payload octets, core
Credential: TypeAlias = tuple[list[tuple[str, str]], CoreEntry]  # (issuer DID, OB3 id) of each badge, core


def core_digest(core: Mapping[str, Any]) -> str:
    """Return the digest of an award core over its JCS form."""
    return sri_digest(canonicalize_jcs(core))


def identity_hash(value: str, salt: str) -> str:
    """Return the OB3 identity hash of a learner's value under the core's id."""
    return "sha256$" + hashlib.sha256((unicodedata.normalize("NFC", value) + salt).encode("utf-8")).hexdigest()


def award_core_from_ob3(document: Document, core_id: str) -> dict[str, Any]:
    """Compute the award core with the salt `core_id` from an Open Badges 3.0 document."""
    subject = as_object(document.get("credentialSubject"))
    achievement = as_object(subject.get("achievement"))
    issuer = as_object(document.get("issuer"))
    alignments = list(as_objects(achievement.get("alignment")))
    bodies = [
        *_identifiers(issuer, "ext:eIDASIdentifier"),
        *(a.get("targetCode") for a in alignments if a.get("targetType") == "ext:AwardingBody"),
    ]
    identities = list(as_objects(subject.get("identifier")))
    learner = {
        kind: _only((_hashed(e, core_id) for e in identities if e.get("identityType") == kind), f"a learner's {kind}")
        for kind in _LEARNER_TYPES
    }
    codes = {
        kind: _texts(a.get("targetUrl") for a in alignments if a.get("targetType") == kind) for kind in _CODE_TYPES
    }
    return _core(
        core_id,
        awardedBy=_texts(bodies),
        offering=_only(_identifiers(achievement, "ext:Offering"), "an offering"),
        learner=learner,
        awarded=_day(document.get("awardedDate")),
        expires=_day(document.get("validUntil")),
        credits=_plain_decimal(subject.get("creditsEarned")),
        mark=_mark_from_ob3(subject, achievement),
        codes=codes,
    )


def award_core_from_elm(document: Document, core_id: str) -> dict[str, Any]:
    """Compute the award core with the salt `core_id` from an ELM document."""
    subject = as_object(document.get("credentialSubject"))
    claim = as_object(subject.get("hasClaim"))
    specification = as_object(claim.get("specifiedBy"))
    awarding = as_object(claim.get("awardedBy"))
    proofs = list(as_objects(claim.get("provenBy")))
    numbers = (
        e.get("notation") for e in as_objects(subject.get("identifier")) if e.get("schemeName") == STUDENT_NUMBER
    )
    values = {
        "name": _only((text for _, text in languages_of(subject.get("fullName"))), "a learner's name"),
        "ext:birthDate": _day(subject.get("dateOfBirth")),
        "ext:studentNumber": _only(numbers, "a learner's student number"),
    }
    received = list(as_objects(claim.get("creditReceived")))
    return _core(
        core_id,
        awardedBy=_texts(_legal_id(body) for body in as_objects(awarding.get("awardingBody"))),
        offering=_only([specification.get("id")], "an offering"),
        learner={kind: identity_hash(value, core_id) for kind, value in values.items() if value},
        awarded=_day(awarding.get("awardingDate")),
        expires=_day(document.get("validUntil")),
        credits=_plain_decimal(received[0].get("point") if received else None),
        mark=_mark_from_elm(proofs),
        codes=_codes_from_elm(specification, received, proofs),
    )


def _codes_from_elm(
    specification: Mapping[str, Any], received: list[Mapping[str, Any]], proofs: list[Mapping[str, Any]]
) -> dict[str, list[str]]:
    kinds = [as_object(proof.get("specifiedBy")).get("dcType") for proof in proofs]
    found = {
        "ext:EQF": specification.get("eqfLevel"),
        "ext:NQF": specification.get("nqfLevel"),
        "ext:CreditSystem": [point.get("framework") for point in received],
        "ext:ISCED-F": specification.get("thematicArea"),
        "ext:ModeOfLearning": specification.get("mode"),
        "ext:LearningSetting": specification.get("learningSetting"),
        "ext:AssessmentType": [item for kind in kinds for item in (kind if isinstance(kind, list) else [kind])],
        "ext:SupervisionVerification": [proof.get("idVerification") for proof in proofs],
        "ext:QualityAssurance": specification.get("accreditation"),
        "ext:LanguageOfInstruction": specification.get("language"),
        "ceasn:Competency": specification.get("learningOutcome"),
    }
    return {kind: _texts(_references(value)) for kind, value in found.items()}


def ob3_entries(document: Document) -> Badge | None:
    """Return (ELM id, ELM payload digest, core entry) of an OB3's `relatedResource`, or None without a binding.

    Raises InvalidError unless there are exactly two entries of exactly three members: anything else may only lower
    the outcome (twins 7).
    """
    entries = list(as_objects(document.get("relatedResource")))
    if not any(str(entry.get("id")).startswith(_BINDING) for entry in entries):
        return None
    wanted = {"id", "mediaType", "digestSRI"}
    kinds = {str(entry.get("mediaType")): entry for entry in entries}
    if len(entries) != 2 or set(kinds) != {ELM_MEDIA_TYPE, CORE_MEDIA_TYPE} or any(set(e) != wanted for e in entries):
        raise InvalidError("the related resources are not exactly the twin and the award core", clause=CLAUSE)
    elm, core = kinds[ELM_MEDIA_TYPE], kinds[CORE_MEDIA_TYPE]
    return str(elm["id"]), str(elm["digestSRI"]), CoreEntry(id=str(core["id"]), digest=str(core["digestSRI"]))


def elm_entries(document: Document) -> Credential | None:
    """Return ([(OB3 issuer DID, OB3 id)], core entry) of an ELM's identifiers, or None without a binding."""
    identifiers = list(as_objects(document.get("identifier")))
    badges = [(str(e.get("creator")), str(e.get("notation"))) for e in identifiers if e.get("schemeName") == OB3_SCHEME]
    cores = [e for e in identifiers if e.get("schemeName") == CORE_SCHEME and e.get("schemeVersion") == CORE_VERSION]
    if not cores:
        return None
    if len(cores) != 1 or not badges:
        raise InvalidError("the identifiers do not name one award core and its badges", clause=CLAUSE)
    return badges, CoreEntry(id=str(cores[0].get("id")), digest=str(cores[0].get("notation")))


def check_core(document: Document, *, elm: bool) -> str:
    """Check one side by itself: the recomputed core has the digest it carries; returns the twin's id or ids.

    Raises InvalidError if not, InconclusiveError if the document carries no binding.
    """
    entries = elm_entries(document) if elm else ob3_entries(document)
    if entries is None:
        raise InconclusiveError("the credential names no twin", clause=CLAUSE)
    entry = entries[-1]
    if not _SALT.match(entry.id):
        raise InvalidError("the award core's id is not a random urn:uuid", clause=CLAUSE)
    core = award_core_from_elm(document, entry.id) if elm else award_core_from_ob3(document, entry.id)
    if core_digest(core) != entry.digest:
        raise InvalidError("the facts of the credential do not give the award core that it states", clause=CLAUSE)
    first = entries[0]
    return first if isinstance(first, str) else ", ".join(badge for _, badge in first)


def _core(core_id: str, **members: Any) -> dict[str, Any]:
    for name in ("learner", "codes"):
        members[name] = {kind: values for kind, values in members[name].items() if values}
    return {"type": CORE_TYPE, "id": core_id, **{name: value for name, value in members.items() if value}}


def _hashed(entry: Mapping[str, Any], core_id: str) -> str:
    value = entry.get("identityHash")
    if not isinstance(value, str):
        return ""
    if entry.get("hashed") is not True:
        return identity_hash(value, core_id)
    if entry.get("salt") != core_id:
        raise InvalidError("an identity is hashed under another salt than the award core's", clause=CLAUSE)
    return value


def _identifiers(node: Mapping[str, Any], kind: str) -> list[Any]:
    entries = as_objects(node.get("otherIdentifier"))
    return [entry.get("identifier") for entry in entries if entry.get("identifierType") == kind]


def _only(values: Iterable[Any], what: str) -> str:
    """Return the one text, or an empty one; two that differ leave it open which of them is meant."""
    texts = _texts(values)
    if len(texts) > 1:
        raise InvalidError(f"the credential states {what} twice, and not alike", clause=CLAUSE)
    return texts[0] if texts else ""


def _mark_from_ob3(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> str:
    maxima = {d.get("id"): d.get("valueMax") for d in as_objects(achievement.get("resultDescription"))}
    marks = []
    for result in as_objects(subject.get("result")):
        value, maximum = result.get("value"), maxima.get(result.get("resultDescription"))
        if isinstance(value, str) and _MARK.match(value):
            marks.append(f"{value}/{maximum}" if maximum else value)
    return _only(marks, "a mark")


def _mark_from_elm(proofs: Iterable[Mapping[str, Any]]) -> str:
    marks: list[str] = []
    for proof in proofs:
        texts = [text for _, text in languages_of(as_object(proof.get("grade")).get("noteLiteral"))]
        if any(_MARK.match(text) for text in texts):
            marks += texts  # a mark has the same characters in every language
    return _only(marks, "a mark")


def _legal_id(body: Mapping[str, Any]) -> Any:
    eidas = as_object(body.get("eIDASIdentifier"))
    return (eidas or as_object(body.get("registration"))).get("notation")


def _plain_decimal(value: Any) -> str:
    written = "" if value is None or isinstance(value, bool) else str(value)
    if not _CREDITS.match(written):
        return ""
    text = format(Decimal(written), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(value: Any) -> str:
    return value[:10] if isinstance(value, str) else ""


def _references(value: Any) -> Iterator[Any]:
    for item in value if isinstance(value, list) else [value]:
        yield item.get("id") if isinstance(item, Mapping) else item


def _texts(values: Iterable[Any]) -> list[str]:
    return sorted({value for value in values if isinstance(value, str) and value})


def languages_of(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the (language, text) pairs of a language map; a language may hold several texts."""
    for language, texts in as_object(value).items():
        for text in texts if isinstance(texts, list) else [texts]:
            if isinstance(text, str):
                yield language, text


def as_object(value: Any) -> Mapping[str, Any]:
    """Return `value`, or the only item of a list, if it is an object; else an empty one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, Mapping) else {}


def as_objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list, or the one object that stands alone."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item
