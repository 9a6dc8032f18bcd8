"""What VCDM 2.0 and 1.1 demand of any credential or presentation, whatever it is about; all violations, no repair.

Our own formats have closed schemas of their own. This is for documents that others bring: the conformance mount, and
presentations. JSON-LD's own demands (defined terms, no losses) are met by `encoding.jsonld`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.digests import digest_matches
from vc_issuer.model.credential import Document, Violation

BASE_V1 = "https://www.w3.org/2018/credentials/v1"
BASE_V2 = "https://www.w3.org/ns/credentials/v2"
ENVELOPED_CREDENTIAL = "EnvelopedVerifiableCredential"
ENVELOPED_PRESENTATION = "EnvelopedVerifiablePresentation"
Found: TypeAlias = Iterator[Violation]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+\Z")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_LANGUAGE_MEMBERS = {"@value", "@language", "@direction"}
_V2 = "VCDM 2.0 section"
_V1 = "VCDM 1.1 section"


def is_v1(document: Document) -> bool:
    """Tell whether a document is of the older data model."""
    contexts = document.get("@context")
    return isinstance(contexts, list) and contexts[:1] == [BASE_V1]


def types_of(document: Mapping[str, Any]) -> list[Any]:
    """Return a node's types as a list, whatever stands there."""
    value = document.get("type", [])
    return value if isinstance(value, list) else [value]


def credential_violations(document: Document, contexts: ContextStore) -> list[Violation]:
    """Return everything in which `document` is no verifiable credential. `contexts` are what digests are held to."""
    checks: tuple[Callable[[Document], Found], ...] = (
        _base,
        lambda document: _types(document, "VerifiableCredential"),
        _issuer,
        _subject,
        _dates_v1 if is_v1(document) else _dates_v2,
        _parts,
        lambda document: _related(document, contexts),
    )
    return [violation for check in checks for violation in check(document)]


def presentation_violations(document: Document) -> list[Violation]:
    """Return everything in which `document` is no verifiable presentation; the credentials in it are checked apart."""
    found = [*_base(document), *_types(document, "VerifiablePresentation")]
    holder = document.get("holder", BASE_V2)
    if not _is_url(holder.get("id") if isinstance(holder, Mapping) else holder):
        found.append(_violation("/holder", "the holder is no URL, and no object with one as its id", f"{_V2} 4.13"))
    credentials = document.get("verifiableCredential", [])
    for place, item in enumerate(credentials if isinstance(credentials, list) else [credentials]):
        if not isinstance(item, Mapping):
            found.append(_violation(f"/verifiableCredential/{place}", "it is no credential", f"{_V2} 4.13"))
    return found


def envelope_violations(document: Document, kind: str) -> list[Violation]:
    """Return everything in which `document` is no envelope of a secured document (sections 4.14 and 4.15)."""
    contexts = document.get("@context")
    found = []
    if contexts != BASE_V2 and (not isinstance(contexts, list) or contexts[:1] != [BASE_V2]):
        found.append(_violation("/@context", f"it does not begin with {BASE_V2}", f"{_V2} 4.3"))
    if types_of(document) != [kind]:
        found.append(_violation("/type", f"it is not exactly {kind}", f"{_V2} 4.14"))
    own_id = document.get("id")
    if not isinstance(own_id, str) or not own_id.startswith("data:") or "," not in own_id:
        found.append(_violation("/id", "it is no data: URL", f"{_V2} 4.14"))
    return found


def _base(document: Document) -> Found:
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts or contexts[0] not in (BASE_V1, BASE_V2):
        yield _violation("/@context", f"it is no list that begins with {BASE_V2}", f"{_V2} 4.3")
        return
    for place, item in enumerate(contexts):
        if not isinstance(item, Mapping) and not _is_url(item):
            yield _violation(f"/@context/{place}", "it is neither a URL nor an object", f"{_V2} 4.3")
    if "id" in document and not _is_url(document["id"]):
        yield _violation("/id", "it is not one URL", f"{_V2} 4.4")
    for pointer in _nulls({name: value for name, value in document.items() if name != "@context"}, ""):
        yield _violation(pointer, "null says nothing, and is not signed", "JSON-LD 1.1 section 4.2.1")
    if not is_v1(document):
        yield from _texts(document, "")


def _types(document: Document, wanted: str) -> Found:
    types = types_of(document)
    if not all(isinstance(item, str) and item for item in types) or wanted not in types:
        yield _violation("/type", f"it does not name {wanted}, or holds what is no type", f"{_V2} 4.5")


def _issuer(document: Document) -> Found:
    issuer = document.get("issuer")
    if not _is_url(issuer.get("id") if isinstance(issuer, Mapping) else issuer):
        yield _violation("/issuer", "it is no URL, and no object with one as its id", f"{_V2} 4.7")
    elif isinstance(issuer, Mapping) and not is_v1(document):
        yield from _texts(issuer, "/issuer")


def _subject(document: Document) -> Found:
    value = document.get("credentialSubject")
    subjects = value if isinstance(value, list) else [value]
    if not subjects:
        yield _violation("/credentialSubject", "there is none", f"{_V2} 4.8")
    for place, subject in enumerate(subjects):
        if not isinstance(subject, Mapping) or not subject:
            yield _violation(f"/credentialSubject/{place}", "nothing is said about it", f"{_V2} 4.8")
        elif "id" in subject and not _is_url(subject["id"]):
            yield _violation(f"/credentialSubject/{place}/id", "it is not one URL", f"{_V2} 4.8")


def _dates_v2(document: Document) -> Found:
    moments = []
    for name in ("validFrom", "validUntil"):
        if name in document:
            moment = _moment(document[name])
            if moment is None:
                yield _violation(f"/{name}", "it is no date and time with an offset", f"{_V2} 4.9")
            else:
                moments.append(moment)
    if moments != sorted(moments):
        yield _violation("/validUntil", "it lies before the start", f"{_V2} 4.9")


def _dates_v1(document: Document) -> Found:
    start, end = _moment(document.get("issuanceDate")), _moment(document.get("expirationDate"))
    if start is None:
        yield _violation("/issuanceDate", "it is no date and time with an offset", f"{_V1} 4.6")
    if "expirationDate" in document and end is None:
        yield _violation("/expirationDate", "it is no date and time with an offset", f"{_V1} 4.7")
    if start and end and end < start:
        yield _violation("/expirationDate", "it lies before the start", f"{_V1} 4.7")


def _parts(document: Document) -> Found:
    for name, needs_id in (
        ("credentialStatus", False),
        ("credentialSchema", True),
        ("termsOfUse", False),
        ("evidence", False),
        ("refreshService", False),
    ):
        if name in document:
            yield from _typed_objects(document[name], f"/{name}", needs_id=needs_id)


def _typed_objects(value: Any, pointer: str, *, needs_id: bool) -> Found:
    for item in value if isinstance(value, list) else [value]:
        types = types_of(item) if isinstance(item, Mapping) else []
        if not types or not all(isinstance(kind, str) and kind for kind in types):
            yield _violation(pointer, "it is no object with a type", f"{_V2} 4.5")
        elif ("id" in item or needs_id) and not _is_url(item.get("id")):
            yield _violation(f"{pointer}/id", "it is not one URL", f"{_V2} 4.4")


def _related(document: Document, contexts: ContextStore) -> Found:
    value: Any = document.get("relatedResource", [])
    seen: set[str] = set()
    for item in value if isinstance(value, list) else [value]:
        own_id = item.get("id") if isinstance(item, Mapping) else None
        if not isinstance(own_id, str) or not _is_url(own_id) or own_id in seen:
            yield _violation("/relatedResource", "it has no id of its own", f"{_V2} 5.3")
            continue
        seen.add(own_id)
        digests = [item[name] for name in ("digestSRI", "digestMultibase") if name in item]
        content = contexts.contents.get(own_id)
        if not digests:
            yield _violation("/relatedResource", "it states no digest", f"{_V2} 5.3")
        elif content is not None and not all(digest_matches(digest, content) for digest in digests):
            yield _violation("/relatedResource", f"the digest is not that of {own_id[:80]}", f"{_V2} 5.3")


def _texts(node: Mapping[str, Any], pointer: str) -> Found:
    for name in ("name", "description"):
        value = node.get(name, "")
        if not all(_is_language_text(item) for item in (value if isinstance(value, list) else [value])):
            yield _violation(f"{pointer}/{name}", "it is no text, and no text with its language", f"{_V2} 11.1")


def _is_language_text(value: Any) -> bool:
    if isinstance(value, str):
        return True
    return (
        isinstance(value, Mapping)
        and set(value) <= _LANGUAGE_MEMBERS
        and isinstance(value.get("@value"), str)
        and all(isinstance(item, str) for item in value.values())
        and value.get("@direction", "ltr") in ("ltr", "rtl")
    )


def _nulls(node: Any, pointer: str) -> Iterator[str]:
    if node is None:
        yield pointer
    elif isinstance(node, Mapping):
        for name, value in node.items():
            if name != "@context":
                yield from _nulls(value, f"{pointer}/{name}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _nulls(value, f"{pointer}/{place}")


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and _URL.match(value) is not None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not _STAMP.match(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _violation(pointer: str, message: str, clause: str) -> Violation:
    return Violation(pointer=pointer, message=f"{pointer}: {message}", clause=clause)
