"""Build an Open Badges 3.0 credential: VCDM 2.0, one language, every coded fact an alignment with an EU IRI.

Only terms that every circulating copy of the 3.0.3 context defines alike (decisions 6.2); numbers come from Decimal;
nothing is null and no list is empty.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from vc_issuer.errors import InputError
from vc_issuer.formats import sentences
from vc_issuer.formats.award_core import identity_hash
from vc_issuer.formats.ob3 import wording
from vc_issuer.formats.ob3.alignments import alignments
from vc_issuer.formats.ob3.numbers import number
from vc_issuer.formats.ob3.results import result, result_description
from vc_issuer.model.credential import Document, Envelope, JsonValue, StatusSlot
from vc_issuer.model.parties import Assessor, Organisation
from vc_issuer.model.record import DocumentDue, DocumentKind

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
ACHIEVEMENT_TYPES = {DocumentKind.CERTIFICATE: "MicroCredential", DocumentKind.CREDIT_CERTIFICATE: "Course"}
LEGAL_ID = "ext:eIDASIdentifier"
MANDATED_ID = "ext:MandatedIssuer"
ELM_MEDIA_TYPE = "application/ld+json"
CORE_MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinLinks:
    """What an OB3 says of its twin: the ELM's id and payload digest, the award core's id and digest."""

    elm_id: str
    elm_digest: str
    core_id: str
    core_digest: str


def build_document(due: DocumentDue, envelope: Envelope, language: str, links: TwinLinks) -> Document:
    """Build the unsecured document in `language`; it ends with what is the learner's, so that many begin alike.

    Raises InputError if title or an outcome lacks that language, or the issuer is none of the awarding bodies.
    """
    _check_language(due, language)
    _check_issuer(due)
    if not envelope.base_url:
        raise InputError("A badge needs the public address under which its achievement is named.")
    title = due.specification.title.best(language)
    document: dict[str, JsonValue] = {
        "@context": list(CONTEXTS),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "description": wording.summary_line(due, language),
        "issuer": _issuer(due, envelope, language),
        "validFrom": _instant(envelope.issued),
        "awardedDate": _midnight(due.run.awarded_on),
    }
    if due.valid_until:
        document["validUntil"] = f"{due.valid_until.isoformat()}T23:59:59Z"
    document["credentialSchema"] = [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}]
    document["credentialSubject"] = _subject(due, envelope, language)
    if due.evidence:
        name = sentences.EVIDENCE.best(language)
        document["evidence"] = [{"id": link, "type": ["Evidence"], "name": name} for link in due.evidence]
    document["credentialStatus"] = _status_entry(envelope.status)
    document["relatedResource"] = [
        {"id": links.elm_id, "mediaType": ELM_MEDIA_TYPE, "digestSRI": links.elm_digest},
        {"id": links.core_id, "mediaType": CORE_MEDIA_TYPE, "digestSRI": links.core_digest},
    ]
    document["id"] = envelope.ob3_ids[language]
    return document


def languages_of(due: DocumentDue) -> tuple[str, ...]:
    """Return the languages in which `due` gets a badge: title and every outcome exist in them, nothing is guessed."""
    texts = [due.specification.title, *(outcome.title for outcome in due.specification.outcomes)]
    return tuple(language for language in due.languages if all(language in text.languages for text in texts))


def _check_language(due: DocumentDue, language: str) -> None:
    if language not in languages_of(due):
        raise InputError(
            f"{due.specification.code} has no title or not every outcome in {language!r}.",
            remedy="Add the texts to the offering, or leave the language out.",
        )


def _check_issuer(due: DocumentDue) -> None:
    if due.mandate is None and due.issuer.key not in {body.key for body in due.awarding_bodies}:
        raise InputError(
            f"{due.specification.code} is issued by {due.issuer.key}, which is none of its awarding bodies.",
            remedy="Let an awarding body issue it, add the issuer to them, or state the mandate.",
        )
    if not due.issuer.eidas:
        raise InputError(
            f"The issuer {due.issuer.key} has no eIDAS legal identifier.",
            remedy="Add `eidas`, such as VATBE-0123456789, to the issuer.",
        )


def _status_entry(slot: StatusSlot) -> dict[str, JsonValue]:
    """Name the slot both twins share; OB3 has room for one entry, so suspension is not said here (ob3 1)."""
    return {
        "id": f"{slot.list_url}#{slot.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(slot.index),
        "statusListCredential": slot.list_url,
    }


def achievement_id(due: DocumentDue, envelope: Envelope, language: str) -> str:
    """Return the id of the achievement that `due` is of, in one language."""
    return achievement_url(envelope.base_url, due.specification.code, due.specification.version, language)


def achievement_url(base_url: str, code: str, version: str, language: str) -> str:
    """Return an achievement's URL; it carries code and version (decision 1.8), and the language of its texts."""
    return f"{base_url}/achievements/" + "/".join(quote(part, safe="") for part in (code, version, language))


def issuer_profile(issuer: Organisation, did: str, language: str) -> dict[str, JsonValue]:
    """Return the issuer's Profile as it stands in every badge (OB3 section B.21)."""
    address = _address(issuer.address.country, language)
    if issuer.address.locality:
        address["addressLocality"] = issuer.address.locality
    profile: dict[str, JsonValue] = {
        "id": did,
        "type": ["Profile"],
        "name": issuer.legal_name.best(language),
        "address": address,
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": value, "identifierType": kind}
            for kind, value in (
                (LEGAL_ID, issuer.eidas),
                ("ext:SCHAC", issuer.schac),
                ("ext:ErasmusCode", issuer.erasmus),
            )
            if value
        ],
    }
    if issuer.homepage:
        profile["url"] = issuer.homepage
    return profile


def _issuer(due: DocumentDue, envelope: Envelope, language: str) -> dict[str, JsonValue]:
    """Return the issuer's Profile; one who issues by mandate has awarded nothing, and the award core counts it not.

    The core takes every `ext:eIDASIdentifier` of the issuer for an awarding body's (twins 3), so a mandated issuer's
    legal identifier stands under a type of its own.
    """
    profile = issuer_profile(due.issuer, envelope.issuer_did, language)
    if due.issuer.key in {body.key for body in due.awarding_bodies}:
        return profile
    identifiers = profile["otherIdentifier"]
    kept = [entry for entry in identifiers if isinstance(entry, dict)] if isinstance(identifiers, list) else []
    renamed = [
        {**entry, "identifierType": MANDATED_ID} if entry["identifierType"] == LEGAL_ID else entry for entry in kept
    ]
    return {**profile, "otherIdentifier": list[JsonValue](renamed)}


def _address(country: str, language: str) -> dict[str, JsonValue]:
    return {
        "type": ["Address"],
        "addressCountryCode": country,
        "addressCountry": wording.country_name(country, language),
    }


def _subject(due: DocumentDue, envelope: Envelope, language: str) -> dict[str, JsonValue]:
    subject: dict[str, JsonValue] = {
        "type": ["AchievementSubject"],
        "activityStartDate": _midnight(due.run.starts_on),
        "activityEndDate": _midnight(due.run.ends_on),
        "creditsEarned": number(due.credits_earned),
        "term": due.run.academic_year,
        "achievement": _achievement(due, envelope, language),
    }
    if narrative := wording.narrative(due, language):
        subject["narrative"] = narrative
    subject["result"] = [result(due, _result_id(due, envelope, language), language)]
    if due.specification.assessed_by:
        subject["source"] = _source(due.specification.assessed_by, language)
    subject["identifier"] = _identities(due, envelope)
    subject["licenseNumber"] = envelope.number
    return subject


def _identities(due: DocumentDue, envelope: Envelope) -> list[JsonValue]:
    """Name the learner; what policy wants hashed is hashed as the award core does, with the core's id as salt."""
    values = [("name", due.learner.full_name), ("ext:studentNumber", due.learner.student_number)]
    if due.shows_birth_date and due.learner.birth_date:
        values.append(("ext:birthDate", due.learner.birth_date.isoformat()))
    identities: list[JsonValue] = []
    for kind, value in values:
        entry: dict[str, JsonValue] = {"type": "IdentityObject", "hashed": kind in due.hashed_identities}
        entry["identityHash"] = identity_hash(value, envelope.core_id) if entry["hashed"] else value
        entry["identityType"] = kind
        if entry["hashed"]:
            entry["salt"] = envelope.core_id
        identities.append(entry)
    return identities


def _source(assessor: Assessor, language: str) -> dict[str, JsonValue]:
    return {
        "id": assessor.homepage,
        "type": ["Profile"],
        "name": assessor.name.best(language),
        "url": assessor.homepage,
        "address": _address(assessor.country, language),
    }


def _result_id(due: DocumentDue, envelope: Envelope, language: str) -> str:
    return f"{achievement_id(due, envelope, language)}#result"


def _achievement(due: DocumentDue, envelope: Envelope, language: str) -> dict[str, JsonValue]:
    specification = due.specification
    own_id = achievement_id(due, envelope, language)
    achievement: dict[str, JsonValue] = {
        "id": own_id,
        "type": ["Achievement"],
        "achievementType": ACHIEVEMENT_TYPES[due.kind],
        "name": specification.title.best(language),
        "description": specification.description.best(language),
        "criteria": {"narrative": wording.criteria(due, language)},
        "creditsAvailable": number(specification.ects),
        "humanCode": specification.code,
        "version": specification.version,
        "creator": _creator(due, envelope, language),
        "otherIdentifier": _offering_identifiers(due),
        "alignment": alignments(due, envelope, language),
    }
    others = [other for other in languages_of(due) if other != language]
    if others:
        achievement["related"] = [
            {"id": achievement_id(due, envelope, other), "type": ["Related"], "inLanguage": other} for other in others
        ]
    if picture := envelope.pictures.get(language):
        achievement["image"] = _image(picture, sentences.caption(due).best(language))
    achievement["resultDescription"] = [result_description(due, _result_id(due, envelope, language), language)]
    if endorsements := envelope.endorsements.get(own_id):
        achievement["endorsement"] = list(endorsements)
    return achievement


def _image(picture: bytes, caption: str) -> dict[str, JsonValue]:
    """Embed the picture: whoever shows the badge fetches nothing, and nobody learns who looked (twins 1)."""
    content = base64.b64encode(picture).decode("ascii")
    return {"id": f"data:image/png;base64,{content}", "type": "Image", "caption": caption}


def _creator(due: DocumentDue, envelope: Envelope, language: str) -> dict[str, JsonValue]:
    """Name whose achievement it is: the issuer's, or with a mandate the first awarding body's."""
    body, did = due.issuer, envelope.issuer_did
    if body.key not in {each.key for each in due.awarding_bodies}:
        body = due.awarding_bodies[0]
        did = body.did or body.homepage or f"{envelope.base_url}/organisations/{quote(body.key, safe='')}"
    return {"id": did, "type": ["Profile"], "name": body.legal_name.best(language)}


def _offering_identifiers(due: DocumentDue) -> list[JsonValue]:
    entries = [("ext:Offering", due.specification.iri)]
    if due.kind is DocumentKind.CREDIT_CERTIFICATE and due.offering_iri != due.specification.iri:
        entries.append(("ext:PartOfOffering", due.offering_iri))
    return [{"type": "IdentifierEntry", "identifier": value, "identifierType": kind} for kind, value in entries]


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
