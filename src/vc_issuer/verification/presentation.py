"""A verifiable presentation: who shows it, to whom and when, and the credentials in it (VCDM 2.0 section 4.13).

A presentation proves that its holder answered this challenge for this domain (VC Data Integrity 1.0 section 4.4). What
the credentials in it are worth is the business of those who verify them, one by one. Runs in a killable child: what
goes in and comes out is bytes.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from vc_issuer.did import refuse_unknown_method, resolve_did_key
from vc_issuer.encoding.contexts import CONFORMANCE, ContextStore, conformance_contexts, pinned_contexts
from vc_issuer.encoding.strict_json import JsonLimits, parse_strict, serialise_compact
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.formats.vcdm import (
    ENVELOPED_CREDENTIAL,
    ENVELOPED_PRESENTATION,
    envelope_violations,
    presentation_violations,
    types_of,
)
from vc_issuer.model.credential import Document, Violation
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.securing.data_integrity import verify_proofs
from vc_issuer.securing.proof_terms import AUTHENTICATION, ProofDemands
from vc_issuer.securing.vc_jose import looks_like_token, peek_token, verify_jwt
from vc_issuer.verification.proofs import held_proofs, lines_of
from vc_issuer.verification.validity import SKEW

# Forty credentials may be shown at once; each is held to its own limits afterwards.
LIMITS = JsonLimits(size=1024 * 1024, depth=32, nodes=8_000)
MAX_CREDENTIALS = 40
_DI = "VC Data Integrity 1.0"
_TOKEN_TYPES = ("application/vc+jwt", "application/vp+jwt", "application/jwt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the verifier asked of the holder. There is always a challenge, or an old presentation could be replayed."""

    challenge: str
    domain: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a presentation proves: its holder's DID, and the credentials shown, each as the bytes of its own file."""

    holder: str
    mechanisms: tuple[str, ...]
    credentials: tuple[bytes, ...] = field(repr=False)


def prove_presentation(content: bytes, asked: Asked, now: datetime) -> Presented:
    """Return what a presentation proves. Raises UnreadableError, InvalidError, InconclusiveError, UnsafeDocumentError.

    The holder is a did:key: no other kind of DID is known here to authenticate.
    """
    document = parse_strict(content, limits=LIMITS)
    if not isinstance(document, dict):
        raise UnreadableError("a presentation is a JSON object")
    if not asked.challenge:
        raise InvalidError("no challenge was named, so nothing tells this from an old one", clause=f"{_DI} section 4.4")
    if ENVELOPED_PRESENTATION in types_of(document):
        document, holder, mechanism = _open_token(document, asked, now)
        mechanisms: tuple[str, ...] = (mechanism,)
    else:
        holder, mechanisms = _holder_of_proofs(document, asked, now)
    return Presented(holder=holder, mechanisms=mechanisms, credentials=_credentials(document))


def check_shown_by_subject(content: bytes, holder: str) -> None:
    """Return unless a credential was issued to another DID than the one that shows it (threats T31, T32).

    A credential whose subjects carry no DID is bound to no key: whoever has it can show it. Raises InvalidError.
    """
    document = peek_token(content).document if looks_like_token(content) else parse_strict(content, limits=LIMITS)
    value: Any = document.get("credentialSubject", []) if isinstance(document, Mapping) else []
    subjects = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]
    named = {str(subject["id"]) for subject in subjects if str(subject.get("id", "")).startswith("did:")}
    if named and holder not in named:
        raise InvalidError("the credential was issued to another than the one who shows it", clause="threat T32")


def credential_bytes(credential: Mapping[str, Any]) -> bytes:
    """Return a credential as the bytes of a file of its own: the token in an envelope, or the document itself."""
    if ENVELOPED_CREDENTIAL in types_of(credential):
        return open_envelope(credential, ENVELOPED_CREDENTIAL)
    return serialise_compact(credential)


def open_envelope(document: Document, kind: str) -> bytes:
    """Return the token in an enveloped credential or presentation. Raises InvalidError, InconclusiveError."""
    raise_first(envelope_violations(document, kind))
    head, _, body = str(document["id"]).removeprefix("data:").partition(",")
    media_type, *parameters = head.split(";")
    if media_type.lower() not in _TOKEN_TYPES:
        raise InconclusiveError(f"a document enveloped as {media_type[:60]!r} is not read here", clause="VC-JOSE-COSE")
    try:
        content = unquote_to_bytes(body)
        return base64.b64decode(content, validate=True) if "base64" in parameters else content
    except (binascii.Error, ValueError) as error:
        raise InvalidError("the envelope's data: URL is malformed", clause="RFC 2397") from error


def resolve_holder(method_id: str) -> VerificationMethod:
    """Return the key of a did:key URL. Raises InvalidError, and InconclusiveError for another kind of DID."""
    if not method_id.startswith("did:key:"):
        raise refuse_unknown_method(method_id.partition("#")[0])
    return resolve_did_key(method_id)


def contexts_for(profile: str) -> ContextStore:
    """Return the contexts that a profile allows."""
    return conformance_contexts() if profile == CONFORMANCE else pinned_contexts()


def raise_first(violations: Sequence[Violation]) -> None:
    """Raise InvalidError with the first violation, and say how many more there are."""
    if violations:
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        raise InvalidError(violations[0].message + more, clause=violations[0].clause)


def _holder_of_proofs(document: Document, asked: Asked, now: datetime) -> tuple[str, tuple[str, ...]]:
    raise_first(presentation_violations(document))
    contexts: Any = document["@context"]
    if asked.profile != CONFORMANCE and any(isinstance(item, Mapping) for item in contexts):
        raise InvalidError("a context stands in the presentation itself", clause="threat T27")
    demands = ProofDemands(purpose=AUTHENTICATION, domain=asked.domain, challenge=asked.challenge)
    results = verify_proofs(
        document, resolve_holder, demands=demands, contexts=contexts_for(asked.profile), guarded=True
    )
    held = held_proofs(lines_of(results), now)
    holders = {line.method_id.partition("#")[0] for line in held}
    return _bound(document, holders), tuple(line.mechanism for line in held)


def _open_token(document: Document, asked: Asked, now: datetime) -> tuple[dict[str, Any], str, str]:
    found = verify_jwt(open_envelope(document, ENVELOPED_PRESENTATION), resolve_holder)
    if found.expires and found.expires < now - SKEW:
        raise InvalidError("the presentation's signature has run out", clause="RFC 7519 section 4.1.4")
    if found.claims.get("nonce") != asked.challenge:
        raise InvalidError("the presentation answers another challenge", clause="VC-JOSE-COSE section 3.2")
    audience = found.claims.get("aud", [])
    if asked.domain and asked.domain not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidError("the presentation was made for another domain", clause="RFC 7519 section 4.1.3")
    inner = dict(found.verified.document)
    raise_first(presentation_violations(inner))
    return inner, _bound(inner, {found.verified.method.controller}), found.verified.mechanism


def _bound(document: Document, holders: set[str]) -> str:
    """Return the one DID that shows the presentation; a holder that it names must be this one (threat T32)."""
    named = document.get("holder")
    stated = named.get("id") if isinstance(named, Mapping) else named
    if len(holders) != 1 or (stated is not None and stated not in holders):
        raise InvalidError("the presentation is signed by another than its holder", clause="threat T32")
    return next(iter(holders))


def _credentials(document: Document) -> tuple[bytes, ...]:
    value: Any = document.get("verifiableCredential", [])
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_CREDENTIALS:
        raise UnreadableError(f"the presentation holds more than {MAX_CREDENTIALS} credentials")
    return tuple(credential_bytes(item) for item in items)
