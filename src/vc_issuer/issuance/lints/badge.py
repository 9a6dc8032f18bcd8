"""What the 1EdTech validator probes in a badge before its proof: contexts, types, subject, evidence, issuer.

Probe names are the validator's (digital-credentials-public-validator 1.11.0, OB30Inspector).
"""

import re
from collections.abc import Iterator, Mapping

from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import VcIssuerError
from vc_issuer.formats.ob3.build import CONTEXTS, SCHEMA
from vc_issuer.issuance.lints.subject import Check, LintSubject, members, types_of, untyped
from vc_issuer.securing.data_integrity import LIMITS

_BADGE_TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]+\Z")
_ENDORSED = re.compile(r"/endorsement/\d+/credentialSubject\Z")
_EXTENSIBLE = ("targetType", "identityType", "identifierType", "achievementType", "resultType")
_TEXTS = ("name", "description", "narrative", "targetName", "targetDescription", "caption", "endorsementComment")


def parse(subject: LintSubject) -> Iterator[str]:
    """CredentialParse: one JSON object, within the limits that our own verifier sets."""
    try:
        parse_strict(subject.content, limits=LIMITS)
    except VcIssuerError as error:
        yield error.message


def _context(subject: LintSubject, position: int) -> object:
    contexts = subject.document.get("@context")
    return contexts[position] if isinstance(contexts, list | tuple) and len(contexts) > position else None


def context_credentials(subject: LintSubject) -> Iterator[str]:
    """ContextProperty: VCDM 2.0 comes first; version 1 is a warning there, anything else an error."""
    if _context(subject, 0) != CONTEXTS[0]:
        yield "/@context/0"


def context_badges(subject: LintSubject) -> Iterator[str]:
    """ContextProperty: the 3.0.3 context comes second; other versions are a warning, or clash with VCDM 2.0."""
    if _context(subject, 1) != CONTEXTS[1]:
        yield "/@context/1"


def context_extensions(subject: LintSubject) -> Iterator[str]:
    """JsonLDValidation: without the extensions the type of the schema entry is undefined."""
    if _context(subject, 2) != CONTEXTS[2]:
        yield "/@context/2"


def context_extra(subject: LintSubject) -> Iterator[str]:
    """A fourth context is one that others would have to fetch."""
    if _context(subject, 3) is not None:
        yield "/@context/3"


def type_verifiable(subject: LintSubject) -> Iterator[str]:
    """TypeProperty: a badge is a verifiable credential."""
    if "VerifiableCredential" not in types_of(subject.document):
        yield "/type"


def type_badge(subject: LintSubject) -> Iterator[str]:
    """TypeProperty: and it says that it is a badge."""
    if not _BADGE_TYPES & set(types_of(subject.document)):
        yield "/type"


def inline_schema(subject: LintSubject) -> Iterator[str]:
    """InlineJsonSchema: any other schema is fetched, and an unreachable one is an error."""
    for pointer, entry in members(subject.document, "credentialSchema"):
        if entry.get("id") != SCHEMA:
            yield f"{pointer}/id"


def subject_type(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: the subject's type."""
    yield from untyped(members(subject.document, "credentialSubject"), "AchievementSubject")


def subject_nobody(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: an id or an identifier; the probe lets a subject without both pass."""
    for pointer, node in members(subject.document, "credentialSubject"):
        if not node.get("id") and not node.get("identifier"):
            yield pointer


def identity_type(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: the type of each identity."""
    yield from untyped(members(subject.document, "credentialSubject", "identifier"), "IdentityObject")


def result_type(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: the type of each result."""
    yield from untyped(members(subject.document, "credentialSubject", "result"), "Result")


def achievement(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: there is an achievement."""
    for pointer, node in members(subject.document, "credentialSubject"):
        if not isinstance(node.get("achievement"), Mapping):
            yield f"{pointer}/achievement"


def result_description_type(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: the type of each description of a result."""
    found = members(subject.document, "credentialSubject", "achievement", "resultDescription")
    yield from untyped(found, "ResultDescription")


def criteria(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: criteria have an id or say something."""
    for pointer, node in members(subject.document, "credentialSubject", "achievement", "criteria"):
        if not node.get("id") and not node.get("narrative"):
            yield pointer


def source_type(subject: LintSubject) -> Iterator[str]:
    """CredentialSubject: who assessed is a Profile."""
    yield from untyped(members(subject.document, "credentialSubject", "source"), "Profile")


def evidence_type(subject: LintSubject) -> Iterator[str]:
    """Evidence: the type of each piece."""
    yield from untyped(members(subject.document, "evidence"), "Evidence")


def issuer_object(subject: LintSubject) -> Iterator[str]:
    """Issuer: a bare URI passes both schemas and crashes the probe."""
    if not isinstance(subject.document.get("issuer"), Mapping):
        yield "/issuer"


def issuer_type(subject: LintSubject) -> Iterator[str]:
    """Issuer: the issuer is a Profile."""
    yield from untyped(members(subject.document, "issuer"), "Profile")


def issuer_identifier_type(subject: LintSubject) -> Iterator[str]:
    """Issuer: the type of each further identifier."""
    yield from untyped(members(subject.document, "issuer", "otherIdentifier"), "IdentifierEntry")


def issuer_parent_type(subject: LintSubject) -> Iterator[str]:
    """Issuer: what it is part of is a Profile."""
    yield from untyped(members(subject.document, "issuer", "parentOrg"), "Profile")


def issuer_url(subject: LintSubject) -> Iterator[str]:
    """Issuer: the probe fetches the issuer's page, and follows no step between http and https."""
    for pointer, node in members(subject.document, "issuer"):
        url = node.get("url")
        if not isinstance(url, str) or not url.startswith("https://"):
            yield f"{pointer}/url"


def extension_names(subject: LintSubject) -> Iterator[str]:
    """Demand names of extensions that the schema's unanchored pattern lets pass half-written."""
    for pointer, node in subject.nodes():
        for name in _EXTENSIBLE:
            value = node.get(name)
            if isinstance(value, str) and "ext:" in value and not _EXTENSION.match(value):
                yield f"{pointer}/{name}"


def result_link(subject: LintSubject) -> Iterator[str]:
    """Demand that a result point at a description of this achievement; the validator does not look."""
    path = ("credentialSubject", "achievement", "resultDescription")
    described = {node.get("id") for _, node in members(subject.document, *path)}
    for pointer, node in members(subject.document, "credentialSubject", "result"):
        if node.get("resultDescription") not in described:
            yield f"{pointer}/resultDescription"


def credits_earned(subject: LintSubject) -> Iterator[str]:
    """Demand no more credits than the achievement has; the validator does not look."""
    for pointer, node in members(subject.document, "credentialSubject"):
        earned = node.get("creditsEarned")
        for _, one in members(node, "achievement"):
            available = one.get("creditsAvailable")
            if isinstance(earned, int | float) and isinstance(available, int | float) and earned > available:
                yield f"{pointer}/creditsEarned"


def same_id(subject: LintSubject) -> Iterator[str]:
    """Demand that objects with one id agree: RDF merges them, and the proof no longer covers who said what.

    What an endorsement is about stands in it by the same id, with the endorser's words.
    """
    seen: dict[str, dict[str, object]] = {}
    for pointer, node in subject.nodes():
        own_id = node.get("id")
        if isinstance(own_id, str) and not _ENDORSED.search(pointer):
            said = seen.setdefault(own_id, {})
            if any(said.setdefault(name, value) != value for name, value in node.items()):
                yield pointer


def language_map(subject: LintSubject) -> Iterator[str]:
    """Demand plain strings: a map of languages passes the lenient schema only, and no safe mode."""
    for pointer, node in subject.nodes():
        yield from (f"{pointer}/{name}" for name in _TEXTS if isinstance(node.get(name), Mapping))


def image_object(subject: LintSubject) -> Iterator[str]:
    """Demand an Image object: an address alone fails both schemas."""
    for pointer, node in subject.nodes():
        if isinstance(node.get("image"), str):
            yield f"{pointer}/image"


def empty_values(subject: LintSubject) -> Iterator[str]:
    """Demand no null and no empty list (Open Badges 3.0, serialisation)."""
    for pointer, node in subject.nodes():
        yield from (f"{pointer}/{name}" for name, value in node.items() if value is None or value in ([], ()))


def legacy_dates(subject: LintSubject) -> Iterator[str]:
    """Demand the dates of VCDM 2.0 only: those of version 1.1 are undefined under its context."""
    yield from (f"/{name}" for name in ("issuanceDate", "expirationDate") if name in subject.document)


def disputed_terms(subject: LintSubject) -> Iterator[str]:
    """Demand no term on which the circulating copies of the 3.0.3 context differ: safe mode fails on the older."""
    for pointer, node in subject.nodes():
        yield from (f"{pointer}/{name}" for name in ("endorsementJwt", "jti") if name in node)


BY_SHAPE: dict[str, Check] = {
    "ob3.context-credentials": context_credentials,
    "ob3.context-badges": context_badges,
    "ob3.context-extensions": context_extensions,
    "ob3.context-extra": context_extra,
    "ob3.type-verifiable": type_verifiable,
    "ob3.type-badge": type_badge,
    "ob3.subject-type": subject_type,
    "ob3.identity-type": identity_type,
    "ob3.result-type": result_type,
    "ob3.achievement": achievement,
    "ob3.result-description-type": result_description_type,
    "ob3.source-type": source_type,
    "ob3.evidence-type": evidence_type,
    "ob3.issuer-object": issuer_object,
    "ob3.issuer-type": issuer_type,
    "ob3.issuer-identifier-type": issuer_identifier_type,
    "ob3.issuer-parent-type": issuer_parent_type,
    "ob3.language-map": language_map,
    "ob3.image-object": image_object,
    "ob3.empty-values": empty_values,
    "ob3.legacy-dates": legacy_dates,
    "ob3.disputed-terms": disputed_terms,
}
BY_VALUE: dict[str, Check] = {
    "ob3.parse": parse,
    "ob3.inline-schema": inline_schema,
    "ob3.subject-nobody": subject_nobody,
    "ob3.criteria": criteria,
    "ob3.issuer-url": issuer_url,
    "ob3.extension-names": extension_names,
    "ob3.result-link": result_link,
    "ob3.credits-earned": credits_earned,
    "ob3.same-id": same_id,
}
