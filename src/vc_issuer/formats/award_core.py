"""The award core: the facts that both formats carry, recomputed from either side; on JSON documents alone; pure.

Its own random id is the salt, found in both credentials and used nowhere else.
Strings only, ASCII keys, empty members left out, lists without doubles and sorted.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

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
_SALT = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreEntry:
    """A credential's statement of its core: id (the salt) and digest."""

    id: str
    digest: str


Badge: TypeAlias = tuple[str, str, CoreEntry]  # ELM id, digest of its payload octets, core
Credential: TypeAlias = tuple[list[tuple[str, str]], CoreEntry]  # (issuer DID, OB3 id) of each badge, core


def digest_sri(content: bytes) -> str:
    """Return the SHA-384 of `content` as `digestSRI` writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def core_digest(core: Mapping[str, Any]) -> str:
    """Return the digest of an award core over its JCS form."""
    return digest_sri(canonicalize_jcs(core))


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
        e.get("identifier")
        for e in as_objects(issuer.get("otherIdentifier"))
        if e.get("identifierType") == "ext:eIDASIdentifier"
    ]
    bodies += [a.get("targetCode") for a in alignments if a.get("targetType") == "ext:AwardingBody"]
    offerings = [
        e.get("identifier")
        for e in as_objects(achievement.get("otherIdentifier"))
        if e.get("identifierType") == "ext:Offering"
    ]
    learner = {}
    for entry in as_objects(subject.get("identifier")):
        kind, value = entry.get("identityType"), entry.get("identityHash")
        if kind in _LEARNER_TYPES and isinstance(value, str):
            learner[kind] = _hashed(entry, value, core_id)
    codes = {
        kind: _texts(a.get("targetUrl") for a in alignments if a.get("targetType") == kind) for kind in _CODE_TYPES
    }
    return _core(
        core_id,
        awardedBy=_texts(bodies),
        offering=next(iter(_texts(offerings)), ""),
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
    values = {
        "name": next((text for _, text in languages_of(subject.get("fullName"))), ""),
        "ext:birthDate": _day(subject.get("dateOfBirth")),
        "ext:studentNumber": next(
            (
                str(e.get("notation"))
                for e in as_objects(subject.get("identifier"))
                if e.get("schemeName") == STUDENT_NUMBER
            ),
            "",
        ),
    }
    received = list(as_objects(claim.get("creditReceived")))
    return _core(
        core_id,
        awardedBy=_texts(_legal_id(body) for body in as_objects(awarding.get("awardingBody"))),
        offering=str(specification.get("id", "")),
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
    return {kind: _texts(node.get("id") for node in as_objects(value)) for kind, value in found.items()}


def ob3_entries(document: Document) -> Badge | None:
    """Return (ELM id, ELM payload digest, core entry) of an OB3's `relatedResource`, or None without a binding.

    Raises InvalidError unless there are exactly two entries of exactly three members: anything else may only lower
    the outcome (twins 7).
    """
    if "relatedResource" not in document:
        return None
    entries = list(as_objects(document.get("relatedResource")))
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
    members["codes"] = {kind: values for kind, values in members["codes"].items() if values}
    return {"type": CORE_TYPE, "id": core_id, **{name: value for name, value in members.items() if value}}


def _hashed(entry: Mapping[str, Any], value: str, core_id: str) -> str:
    if entry.get("hashed") is True:
        # A hash under another salt can't be compared: it enters as it is, and the digest will differ.
        return value
    return identity_hash(value, core_id)


def _mark_from_ob3(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> str:
    maxima = {d.get("id"): d.get("valueMax") for d in as_objects(achievement.get("resultDescription"))}
    for result in as_objects(subject.get("result")):
        value = result.get("value")
        if isinstance(value, str) and _MARK.match(value):
            maximum = maxima.get(result.get("resultDescription"))
            return f"{value}/{maximum}" if maximum else value
    return ""


def _mark_from_elm(proofs: Iterable[Mapping[str, Any]]) -> str:
    for proof in proofs:
        for _, text in languages_of(as_object(proof.get("grade")).get("noteLiteral")):
            if _MARK.match(text):
                return text
    return ""


def _legal_id(body: Mapping[str, Any]) -> Any:
    eidas = as_object(body.get("eIDASIdentifier"))
    return (eidas or as_object(body.get("registration"))).get("notation")


def _plain_decimal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return ""
    text = format(number, "f") if number.is_finite() else ""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(value: Any) -> str:
    return value[:10] if isinstance(value, str) else ""


def _texts(values: Iterable[Any]) -> list[str]:
    return sorted({value for value in values if isinstance(value, str) and value})


def languages_of(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the (language, text) pairs of a language map; a list of one counts as its item."""
    for language, text in as_object(value).items():
        single = text[0] if isinstance(text, list) and len(text) == 1 else text
        if isinstance(single, str):
            yield language, single


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
