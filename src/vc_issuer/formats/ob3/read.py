"""Read an Open Badge back into a summary; what its format can't say is named in `lost`."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from vc_issuer.errors import InvalidError
from vc_issuer.formats.details import with_details
from vc_issuer.formats.ob3.alignments import ESCO, STATED_QUALITY
from vc_issuer.formats.ob3.build import LEGAL_ID, MANDATED_ID
from vc_issuer.formats.ob3.read_details import read_details
from vc_issuer.formats.ob3.wording import statements_in, unescape_markdown
from vc_issuer.model.credential import (
    CredentialSummary,
    Document,
    FormatName,
    StatusSlot,
    SummaryLabel,
    SummaryOutcome,
)
from vc_issuer.model.record import DocumentKind

LOST = (
    "texts in other languages",
    "region of the issuer",
    "registration and tax numbers of the issuer",
    "weights of assessments and the outcomes that they cover",
    "whether a decision is about the institution or the programme",
)
# An identity that stands as a hash is known to whoever knows it already, and can't be shown: its field is lost.
_IDENTITIES = {"name": "learner_name", "ext:studentNumber": "student_number", "ext:birthDate": "birth_date"}
_KINDS = {"MicroCredential": DocumentKind.CERTIFICATE.value, "Course": DocumentKind.CREDIT_CERTIFICATE.value}
_HOURS = re.compile(r"[0-9]{1,6}")


def summarise(document: Document, language: str) -> CredentialSummary:
    """Return what the credential says. `language` is the one asked for; a badge has only its own texts."""
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    issuer = _object(document.get("issuer"))
    labels = _Labels(achievement)
    entries = list(_objects(subject.get("identifier")))
    identities = {str(e.get("identityType")): str(e.get("identityHash")) for e in entries if e.get("hashed") is False}
    hashed = [_IDENTITIES.get(str(e.get("identityType")), "") for e in entries if e.get("hashed") is True]
    is_own = bool(_twins(document))
    summary = CredentialSummary(
        format=FormatName.OB3,
        id=_text(document, "id"),
        language=language,
        kind=_kind(document, achievement),
        number=_text(subject, "licenseNumber"),
        title=_text(achievement, "name"),
        issuer_id=_text(issuer, "id") or _text(document, "issuer"),
        issuer_name=_text(issuer, "name"),
        issuer_legal_id=_identifier(issuer, LEGAL_ID) or _identifier(issuer, MANDATED_ID),
        awarding_bodies=_awarding_bodies(issuer, labels),
        learner_name=identities.get("name", ""),
        birth_date=_day(identities.get("ext:birthDate")),
        student_number=identities.get("ext:studentNumber", ""),
        awarded_on=_day(document.get("awardedDate")),
        valid_from=_moment(document.get("validFrom")),
        valid_until=_moment(document.get("validUntil")),
        offering=_identifier(achievement, "ext:Offering") or _text(achievement, "id"),
        part_of=_identifiers(achievement, "ext:PartOfOffering"),
        code=_text(achievement, "humanCode"),
        version=_text(achievement, "version"),
        credits=_decimal(subject.get("creditsEarned")),
        credits_total=_decimal(achievement.get("creditsAvailable")),
        credit_system=labels.one("ext:CreditSystem"),
        hours=labels.hours() if is_own else None,
        eqf=labels.one("ext:EQF"),
        nqf=labels.one("ext:NQF"),
        mode=labels.one("ext:ModeOfLearning"),
        learning_setting=labels.one("ext:LearningSetting"),
        assessments=labels.all("ext:AssessmentType"),
        supervision=labels.one("ext:SupervisionVerification"),
        quality=(*labels.all("ext:QualityAssurance"), *labels.stated()),
        languages=labels.all("ext:LanguageOfInstruction"),
        isced=labels.one("ext:ISCED-F"),
        outcomes=labels.outcomes(),
        mark=_mark(subject, achievement),
        activity_start=_day(subject.get("activityStartDate")),
        activity_end=_day(subject.get("activityEndDate")),
        term=_text(subject, "term"),
        description=_text(achievement, "description"),
        statements=statements_in(_text(subject, "narrative")) if is_own else (),
        criteria=unescape_markdown(_text(_object(achievement.get("criteria")), "narrative")),
        country=_text(_object(issuer.get("address")), "addressCountryCode"),
        status=_status(document),
        twin_ids=_twins(document),
        lost=(*LOST, *(name for name in hashed if name)),
    )
    return with_details(summary, read_details(document, is_own=is_own))


def _awarding_bodies(issuer: Mapping[str, Any], labels: "_Labels") -> tuple[str, ...]:
    """Name who awarded: the issuer and those beside it, or with a mandate those alone."""
    others = tuple(label.label for label in labels.all("ext:AwardingBody"))
    return others if _identifier(issuer, MANDATED_ID) else (_text(issuer, "name"), *others)


class _Labels:
    """The alignments of an achievement, by type."""

    def __init__(self, achievement: Mapping[str, Any]) -> None:
        self._entries = list(_objects(achievement.get("alignment")))

    def all(self, kind: str) -> tuple[SummaryLabel, ...]:
        return tuple(
            SummaryLabel(iri=_text(entry, "targetUrl"), label=_text(entry, "targetName"))
            for entry in self._entries
            if entry.get("targetType") == kind
        )

    def stated(self) -> tuple[SummaryLabel, ...]:
        # The issuer's own statement has no IRI in any vocabulary.
        return tuple(SummaryLabel(iri="", label=label.label) for label in self.all(STATED_QUALITY))

    def outcomes(self) -> tuple[SummaryOutcome, ...]:
        skills = {_text(e, "targetCode"): _text(e, "targetUrl") for e in self._entries if e.get("targetType") == ESCO}
        return tuple(
            SummaryOutcome(id=label.iri, title=label.label, esco=skills.get(label.iri, ""))
            for label in self.all("ceasn:Competency")
        )

    def one(self, kind: str) -> SummaryLabel | None:
        return next(iter(self.all(kind)), None)

    def hours(self) -> int | None:
        for entry in self._entries:
            if entry.get("targetType") == "ext:CreditSystem":
                found = _HOURS.search(_text(entry, "targetDescription"))
                return int(found.group()) if found else None
        return None


def _kind(document: Document, achievement: Mapping[str, Any]) -> str:
    """Name our kind of document; a micro-credential or course of somebody else is neither (domain 1.3)."""
    is_ours = bool(_twins(document)) and bool(_identifier(achievement, "ext:Offering"))
    return _KINDS.get(_text(achievement, "achievementType"), "") if is_ours else ""


def _twins(document: Document) -> tuple[str, ...]:
    entries = _objects(document.get("relatedResource"))
    return tuple(_text(entry, "id") for entry in entries if _text(entry, "id").startswith("urn:credential:"))


def _identifiers(node: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    entries = _objects(node.get("otherIdentifier"))
    return tuple(_text(entry, "identifier") for entry in entries if entry.get("identifierType") == kind)


def _identifier(node: Mapping[str, Any], kind: str) -> str:
    return next(iter(_identifiers(node, kind)), "")


def _mark(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> str:
    maxima = {item.get("id"): _text(item, "valueMax") for item in _objects(achievement.get("resultDescription"))}
    for result in _objects(subject.get("result")):
        value, maximum = _text(result, "value"), maxima.get(result.get("resultDescription"), "")
        if value:
            return f"{value}/{maximum}" if maximum else value
    return ""


def _status(document: Document) -> StatusSlot | None:
    entry = _object(document.get("credentialStatus"))
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not index.isdigit() or len(index) > 10:
        return None
    return StatusSlot(list_url=_text(entry, "statusListCredential"), index=int(index))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidError("a date of the credential is malformed", clause="VCDM 2.0 section 4.9") from error


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value))
