"""Read an Open Badge back into a summary; what its format can't say is named in `lost`."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from vc_issuer.errors import InvalidError
from vc_issuer.formats.award_core import as_objects
from vc_issuer.formats.details import with_details
from vc_issuer.formats.ob3.alignments import ESCO, STATED_QUALITY
from vc_issuer.formats.ob3.build import LEGAL_ID, MANDATED_ID
from vc_issuer.formats.ob3.members import object_of, text_of
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
    subject = object_of(document.get("credentialSubject"))
    achievement = object_of(subject.get("achievement"))
    issuer = object_of(document.get("issuer"))
    labels = _Labels(achievement)
    entries = list(as_objects(subject.get("identifier")))
    identities = {str(e.get("identityType")): str(e.get("identityHash")) for e in entries if e.get("hashed") is False}
    hashed = [_IDENTITIES.get(str(e.get("identityType")), "") for e in entries if e.get("hashed") is True]
    is_own = bool(_twins(document))
    summary = CredentialSummary(
        format=FormatName.OB3,
        id=text_of(document, "id"),
        language=language,
        kind=_kind(document, achievement),
        number=text_of(subject, "licenseNumber"),
        title=text_of(achievement, "name"),
        issuer_id=text_of(issuer, "id") or text_of(document, "issuer"),
        issuer_name=text_of(issuer, "name"),
        issuer_legal_id=_identifier(issuer, LEGAL_ID) or _identifier(issuer, MANDATED_ID),
        awarding_bodies=_awarding_bodies(issuer, labels),
        learner_name=identities.get("name", ""),
        birth_date=_day(identities.get("ext:birthDate")),
        student_number=identities.get("ext:studentNumber", ""),
        awarded_on=_day(document.get("awardedDate")),
        valid_from=_moment(document.get("validFrom")),
        valid_until=_moment(document.get("validUntil")),
        offering=_identifier(achievement, "ext:Offering") or text_of(achievement, "id"),
        part_of=_identifiers(achievement, "ext:PartOfOffering"),
        code=text_of(achievement, "humanCode"),
        version=text_of(achievement, "version"),
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
        term=text_of(subject, "term"),
        description=text_of(achievement, "description"),
        statements=statements_in(text_of(subject, "narrative")) if is_own else (),
        criteria=unescape_markdown(text_of(object_of(achievement.get("criteria")), "narrative")),
        country=text_of(object_of(issuer.get("address")), "addressCountryCode"),
        status=_status(document),
        twin_ids=_twins(document),
        lost=(*LOST, *(name for name in hashed if name)),
    )
    return with_details(summary, read_details(document, is_own=is_own))


def _awarding_bodies(issuer: Mapping[str, Any], labels: "_Labels") -> tuple[str, ...]:
    """Name who awarded: the issuer and those beside it, or with a mandate those alone."""
    others = tuple(label.label for label in labels.all("ext:AwardingBody"))
    return others if _identifier(issuer, MANDATED_ID) else (text_of(issuer, "name"), *others)


class _Labels:
    """The alignments of an achievement, by type."""

    def __init__(self, achievement: Mapping[str, Any]) -> None:
        self._entries = list(as_objects(achievement.get("alignment")))

    def all(self, kind: str) -> tuple[SummaryLabel, ...]:
        return tuple(
            SummaryLabel(iri=text_of(entry, "targetUrl"), label=text_of(entry, "targetName"))
            for entry in self._entries
            if entry.get("targetType") == kind
        )

    def stated(self) -> tuple[SummaryLabel, ...]:
        # The issuer's own statement has no IRI in any vocabulary.
        return tuple(SummaryLabel(iri="", label=label.label) for label in self.all(STATED_QUALITY))

    def outcomes(self) -> tuple[SummaryOutcome, ...]:
        skills = {
            text_of(e, "targetCode"): text_of(e, "targetUrl") for e in self._entries if e.get("targetType") == ESCO
        }
        return tuple(
            SummaryOutcome(id=label.iri, title=label.label, esco=skills.get(label.iri, ""))
            for label in self.all("ceasn:Competency")
        )

    def one(self, kind: str) -> SummaryLabel | None:
        return next(iter(self.all(kind)), None)

    def hours(self) -> int | None:
        for entry in self._entries:
            if entry.get("targetType") == "ext:CreditSystem":
                found = _HOURS.search(text_of(entry, "targetDescription"))
                return int(found.group()) if found else None
        return None


def _kind(document: Document, achievement: Mapping[str, Any]) -> str:
    """Name our kind of document; a micro-credential or course of somebody else is neither (domain 1.3)."""
    is_ours = bool(_twins(document)) and bool(_identifier(achievement, "ext:Offering"))
    return _KINDS.get(text_of(achievement, "achievementType"), "") if is_ours else ""


def _twins(document: Document) -> tuple[str, ...]:
    entries = as_objects(document.get("relatedResource"))
    return tuple(text_of(entry, "id") for entry in entries if text_of(entry, "id").startswith("urn:credential:"))


def _identifiers(node: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    entries = as_objects(node.get("otherIdentifier"))
    return tuple(text_of(entry, "identifier") for entry in entries if entry.get("identifierType") == kind)


def _identifier(node: Mapping[str, Any], kind: str) -> str:
    return next(iter(_identifiers(node, kind)), "")


def _mark(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> str:
    maxima = {item.get("id"): text_of(item, "valueMax") for item in as_objects(achievement.get("resultDescription"))}
    for result in as_objects(subject.get("result")):
        value, maximum = text_of(result, "value"), maxima.get(result.get("resultDescription"), "")
        if value:
            return f"{value}/{maximum}" if maximum else value
    return ""


def _status(document: Document) -> StatusSlot | None:
    entry = object_of(document.get("credentialStatus"))
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not index.isdigit() or len(index) > 10:
        return None
    return StatusSlot(list_url=text_of(entry, "statusListCredential"), index=int(index))


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
