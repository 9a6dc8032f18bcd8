"""Check 11, trust: every source that the operator enabled is asked in turn, and each answer is told.

Pinned issuers come first, then registries, then domains. "In none of them" is an answer. A domain vouches in one of two
ways: the issuer is a did:web under it, or the domain's `did-configuration.json` links the DID (DIF Well Known DID
Configuration), and the DID signed that link.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from vc_issuer.did import did_web_url
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import InconclusiveError, InvalidError, VcIssuerError
from vc_issuer.model.credential import Document
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import SourceSeen
from vc_issuer.securing.vc_jose import verify_jwt
from vc_issuer.verification.proofs import Guard, held_proofs, prove
from vc_issuer.verification.resolve import confirm_methods, resolve_method, resolve_methods
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.validity import check_period

LINKAGE = "DomainLinkageCredential"
_CLAUSE = "DIF Well Known DID Configuration 1.0"
_LIMITS = JsonLimits(size=256 * 1024, depth=16, nodes=2_000)
_MOST_LINKS = 8
_NOT_LINKED = "the domain does not link this DID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What the sources said of an issuer: the name that the first of them gives it, or none; and each answer."""

    name: str = ""
    source: str = ""
    sources: tuple[SourceSeen, ...] = ()

    @property
    def is_known(self) -> bool:
        """Tell whether a source vouches for the issuer."""
        return bool(self.source)


def vouch(did: str, document: Document, trust: TrustStore, guard: Guard, now: datetime) -> Vouched:
    """Ask every enabled source about an issuer whose key is confirmed. Network answers may be among them."""
    vouched = Vouched()
    known = trust.issuer(did)
    pinned = SourceSeen(kind="pinned", where=known.source if known else "", found=known is not None, checked_at=now)
    vouched = _noted(vouched, pinned, known.name if known else "", f"pinned by {pinned.where}")
    for registry in trust.registries:
        name = registry.names.get(did, "")
        seen = SourceSeen(
            kind="registry",
            where=registry.where,
            found=bool(name),
            checked_at=registry.read_at,
            note=f"signed by {registry.signed_by}" if registry.signed_by else "taken as the file lies here",
        )
        vouched = _noted(vouched, seen, name, f"listed in {registry.where}")
    for domain in sorted(trust.domains & {_host_of(did), _stated_host(document)}):
        vouched = _noted(vouched, _domain(domain, did, trust, guard, now), domain, f"of the domain {domain}")
    return vouched


def unconfirmed(did: str, trust: TrustStore, now: datetime) -> Vouched:
    """Say which sources were looked in for an issuer whose key is not confirmed: none of them vouches for the file."""
    seen = [SourceSeen(kind="pinned", where="", found=False, checked_at=now)]
    for registry in trust.registries:
        note = "but the key of this file is not confirmed" if did in registry.names else ""
        found = did in registry.names
        seen.append(
            SourceSeen(kind="registry", where=registry.where, found=found, checked_at=registry.read_at, note=note)
        )
    return Vouched(sources=tuple(seen))


def _noted(vouched: Vouched, seen: SourceSeen, name: str, source: str) -> Vouched:
    sources = (*vouched.sources, seen)
    if not seen.found or vouched.is_known:
        return replace(vouched, sources=sources)
    return Vouched(name=name, source=source, sources=sources)


# A domain is asked only about an issuer that is of it by its own word, in its DID or its profile's address.


def _host_of(did: str) -> str:
    if not did.startswith("did:web:"):
        return ""
    try:
        return urlsplit(did_web_url(did)).hostname or ""
    except InvalidError:
        return ""


def _stated_host(document: Document) -> str:
    issuer: Any = document.get("issuer")
    url = issuer.get("url") if isinstance(issuer, Mapping) else None
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return ""
    return (parts.hostname or "") if parts and parts.scheme == "https" else ""


def _domain(domain: str, did: str, trust: TrustStore, guard: Guard, now: datetime) -> SourceSeen:
    where = f"https://{domain}"
    if _host_of(did) == domain:
        at = trust.asked_at(did_web_url(did), now)
        return SourceSeen(kind="domain", where=where, found=True, checked_at=at, note="its keys lie under this domain")
    try:
        linked = _is_linked(domain, did, trust, guard, now)
        note = "the domain links this DID, and the DID signed the link" if linked else _NOT_LINKED
    except VcIssuerError as error:
        linked, note = False, error.message
    at = trust.asked_at(_configuration_of(domain), now)
    return SourceSeen(kind="domain", where=where, found=linked, checked_at=at, note=note)


def _configuration_of(domain: str) -> str:
    return f"https://{domain}/.well-known/did-configuration.json"


def _is_linked(domain: str, did: str, trust: TrustStore, guard: Guard, now: datetime) -> bool:
    if trust.look_up is None:
        raise InconclusiveError("the domain could not be asked", clause=_CLAUSE)
    content = trust.look_up.get(_configuration_of(domain))
    configuration = parse_strict(content, limits=_LIMITS)
    links: Any = configuration.get("linked_dids") if isinstance(configuration, Mapping) else None
    for link in links[:_MOST_LINKS] if isinstance(links, list) else []:
        try:
            if _link_holds(link, f"https://{domain}", did, trust, guard, now):
                return True
        except VcIssuerError:
            continue  # a link of another DID, or a broken one, takes nothing from a good one beside it
    return False


def _link_holds(  # noqa: PLR0917 -- private, and each of the six is another thing
    link: Any, origin: str, did: str, trust: TrustStore, guard: Guard, now: datetime
) -> bool:
    if isinstance(link, str):
        found = verify_jwt(
            link.encode("utf-8", "replace"), lambda name: resolve_method(name, trust, KeyPurpose.CREDENTIAL)
        )
        document, controllers = found.verified.document, {found.verified.method.controller}
        if found.expires and found.expires < now:
            return False
    elif isinstance(link, Mapping):
        document = link
        methods = resolve_methods(link, trust, KeyPurpose.CREDENTIAL)
        held_proofs(guard(prove, serialise_compact(link), methods.found), now)
        controllers = {method.controller for method in confirm_methods(methods, trust, KeyPurpose.CREDENTIAL).values()}
    else:
        return False
    check_period(document, now)
    types, subject, issuer = document.get("type"), document.get("credentialSubject"), document.get("issuer")
    return (
        isinstance(types, list)
        and LINKAGE in types
        and isinstance(subject, Mapping)
        and subject.get("origin") == origin
        and {did} == controllers == {subject.get("id")} == {issuer}
    )
