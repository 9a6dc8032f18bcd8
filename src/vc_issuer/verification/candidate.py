"""Checks 1 and 2, read and recognise: from bytes to a document of a kind that is known here; nothing is believed.

What is recognised and can't be proven here, such as an Open Badge of version 2, is a candidate too: its report says
what it is and where it is checked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from vc_issuer.encoding.multikey import base64url_decode
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.foreign import CLR_TYPE, ENDORSEMENT_TYPE
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.vcdm import ENVELOPED_CREDENTIAL, types_of
from vc_issuer.model.credential import Document
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.securing.jades import PAYLOAD_LIMITS, payload_octets
from vc_issuer.securing.jws import parse_jws
from vc_issuer.status_list import LIST_TYPE
from vc_issuer.verification.presentation import open_envelope
from vc_issuer.verification.status import LIST_LIMITS
from vc_issuer.verification.tokens import looks_like_token, peek_token

# An envelope escapes its payload, and may carry time-stamps and certificates for an archive.
ENVELOPE_BYTES = 4 * PAYLOAD_LIMITS.size
# A certificate is named by its hash in every JAdES header, and in no token (ETSI TS 119 182-1 clause 5.1.7).
_SEAL_HEADER = re.compile(rb'"(?:x5t#S256|x5t#o|sigX5ts)"')
_MOST_HEADER_BYTES = 256 * 1024
_FIRST_MEMBER = re.compile(
    rb'(?:\xef\xbb\xbf)?[ \t\r\n]*+\{[ \t\r\n]*+"(?:payload|signatures|signature|protected|header)"[ \t\r\n]*+:'
)
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{1,2000}\Z")
_BADGES_2 = ("https://w3id.org/openbadges/v2", "https://w3id.org/openbadges/v1")
_LIST_MEMBER = b'"encodedList"'
_NO_CREDENTIAL = "the file holds JSON, but no credential that is known here"


class Kind(Enum):
    """What a file's bytes are: the word in a report, and the name for people."""

    OB3 = ("ob3", "Open Badges 3.0")
    ELM = ("elm", "European Digital Credential (ELM)")
    CLR = ("clr", "Comprehensive Learner Record 2.0")
    ENDORSEMENT = ("endorsement", "endorsement of Open Badges 3.0")
    CREDENTIAL = ("vc", "W3C verifiable credential")
    PRESENTATION = ("vp", "W3C verifiable presentation")
    BADGE_2 = ("ob2", "Open Badges 2.0")
    UNSEALED_ELM = ("elm-unsealed", "European Digital Credential (ELM), without its seal")
    STATUS_LIST = ("status-list", "status list, in which an issuer says what it withdrew")
    DID_DOCUMENT = ("did-document", "document with an issuer's keys (DID document)")
    PROFILE = ("issuer-profile", "description of an organisation")
    ACHIEVEMENT = ("achievement", "description of an achievement")

    @property
    def word(self) -> str:
        """Return the stable word."""
        return self.value[0]

    @property
    def label(self) -> str:
        """Return the name for people."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file's bytes as a document of a known kind, unverified.

    `payload` holds an ELM's sealed octets; `is_token` tells that a signed JWT holds the document, not a proof in it.
    """

    kind: Kind
    content: bytes = field(repr=False)
    document: Document = field(repr=False)
    payload: bytes = field(default=b"", repr=False)
    is_token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSeal:
    """A file with a JAdES seal over something that is no credential known here; `reason` says so of what is sealed."""

    content: bytes = field(repr=False)
    reason: str


def is_envelope(content: bytes) -> bool:
    """Tell by its first member whether JSON is a JWS envelope (RFC 7515 section 7.2): its members have no order.

    The EU's code knows only "payload" there, so that is what is issued; a file that a tool has sorted is still sealed.
    """
    return _FIRST_MEMBER.match(content) is not None


def read_candidate(content: bytes) -> Candidate | OtherSeal:
    """Parse and recognise `content`. Raises UnreadableError with a sentence."""
    text = content.strip()
    if not text:
        raise UnreadableError("the file is empty")
    if is_envelope(content):
        return _read_envelope(content)
    if looks_like_token(content):
        return _read_compact(text)
    if text.count(b".") == 2 and _is_compact_seal(text):
        return OtherSeal(content=content, reason="what is sealed is no credential that is known here")
    if _ADDRESS.match(text):
        # Baked badges of version 1 and 2 often hold nothing but the address of their assertion.
        return Candidate(kind=Kind.BADGE_2, content=content, document={"id": text.decode("ascii")})
    document = _read_json(content)
    if not isinstance(document, Mapping):
        raise UnreadableError("the file holds JSON, but no credential")
    if ENVELOPED_CREDENTIAL in types_of(document):
        return _read_compact(_enveloped(document))
    return Candidate(kind=kind_of(document), content=content, document=document)


def _read_json(content: bytes) -> Any:
    try:
        return parse_strict(content, limits=LIMITS)
    except UnreadableError:
        # A status list of millions is larger than any credential, and has few members.
        listed = parse_strict(content, limits=LIST_LIMITS) if _LIST_MEMBER in content else None
        if isinstance(listed, Mapping) and other_kind(listed) is Kind.STATUS_LIST:
            return listed
        raise


def _enveloped(document: Document) -> bytes:
    try:
        return open_envelope(document, ENVELOPED_CREDENTIAL)
    except (InvalidError, InconclusiveError) as error:
        raise UnreadableError(error.message) from error


def kind_of(document: Document) -> Kind:
    """Tell a document's kind by its types. Raises UnreadableError if none is known."""
    types = types_of(document)
    if Ob3Format().recognises(document):
        return Kind.OB3
    if ElmFormat().recognises(document):
        return Kind.UNSEALED_ELM
    other = other_kind(document)
    if other is not None:
        return other
    for name, kind in _KINDS_BY_TYPE:
        if name in types:
            return kind
    if _is_badge_2(document):
        return Kind.BADGE_2
    raise UnreadableError(_NO_CREDENTIAL)


def other_kind(document: Document) -> Kind | None:
    """Return the kind of a document that is known and is nobody's credential, or None."""
    types = {one for one in types_of(document) if isinstance(one, str)}
    if types & _LIST_TYPES or isinstance(document.get("revokedCredential"), list):
        return Kind.STATUS_LIST
    if types & _CREDENTIAL_TYPES or "credentialSubject" in document:
        return None
    own_id = document.get("id")
    if isinstance(own_id, str) and _KEY_MEMBERS & document.keys():
        return Kind.DID_DOCUMENT
    return next((kind for name, kind in _DESCRIPTIONS if name in types), None)


def _is_badge_2(document: Document) -> bool:
    contexts: Any = document.get("@context")
    return any(one in _BADGES_2 for one in (contexts if isinstance(contexts, list) else [contexts]))


_LIST_TYPES = {LIST_TYPE, "StatusList2021Credential", "1EdTechRevocationList"}
_CREDENTIAL_TYPES = {"VerifiableCredential", "VerifiablePresentation", "EnvelopedVerifiablePresentation"}
_KEY_MEMBERS = {"verificationMethod", "assertionMethod", "authentication"}
# Of Open Badges 3.0, and of version 2, where an issuer was a type and an achievement a badge class.
_DESCRIPTIONS = (
    ("Profile", Kind.PROFILE),
    ("Issuer", Kind.PROFILE),
    ("Achievement", Kind.ACHIEVEMENT),
    ("BadgeClass", Kind.ACHIEVEMENT),
)

# From the special to the general: a record is a verifiable credential too.
_KINDS_BY_TYPE = (
    (CLR_TYPE, Kind.CLR),
    (ENDORSEMENT_TYPE, Kind.ENDORSEMENT),
    ("VerifiablePresentation", Kind.PRESENTATION),
    ("EnvelopedVerifiablePresentation", Kind.PRESENTATION),
    ("VerifiableCredential", Kind.CREDENTIAL),
)


def _read_envelope(content: bytes) -> Candidate | OtherSeal:
    if len(content) > ENVELOPE_BYTES:
        raise UnreadableError(f"the file holds more than {ENVELOPE_BYTES // 2**20} MiB")
    payload = _payload_of(content)
    if not payload:
        return OtherSeal(content=content, reason="what is sealed stands elsewhere")
    document = parse_strict(payload, limits=PAYLOAD_LIMITS)
    if not isinstance(document, Mapping) or not ElmFormat().recognises(document):
        return OtherSeal(content=content, reason="what is sealed is no European Digital Credential")
    return Candidate(kind=Kind.ELM, content=content, document=document, payload=payload)


def _read_compact(content: bytes) -> Candidate | OtherSeal:
    """Read a compact JWS: a token with a credential, a seal, or a badge of version 2."""
    if len(content) > ENVELOPE_BYTES:
        raise UnreadableError(f"the file holds more than {ENVELOPE_BYTES // 2**20} MiB")
    try:
        return _read_claims(content)
    except UnreadableError:
        if _is_compact_seal(content):
            return OtherSeal(content=content, reason="what is sealed is no credential that is known here")
        raise


def _read_claims(content: bytes) -> Candidate:
    try:
        parse_jws(content)
    except VcIssuerError as error:
        raise UnreadableError(error.message) from error
    payload = _payload_of(content)
    claims = parse_strict(payload, limits=PAYLOAD_LIMITS)
    if not isinstance(claims, Mapping):
        raise UnreadableError("the signed text (JWS) holds no credential")
    if ElmFormat().recognises(claims):
        return Candidate(kind=Kind.ELM, content=content, document=claims, payload=payload)
    if _is_badge_2(claims):
        return Candidate(kind=Kind.BADGE_2, content=content, document=claims, is_token=True)
    try:
        document = peek_token(content).document
    except VcIssuerError as error:
        raise UnreadableError(error.message) from error
    return Candidate(kind=kind_of(document), content=content, document=document, is_token=True)


def _is_compact_seal(content: bytes) -> bool:
    header = content.partition(b".")[0]
    if len(header) > _MOST_HEADER_BYTES:
        return False
    try:
        return _SEAL_HEADER.search(base64url_decode(header.decode("ascii"))) is not None
    except (UnicodeDecodeError, InvalidError):
        return False


def _payload_of(content: bytes) -> bytes:
    try:
        return payload_octets(content)
    except InconclusiveError as error:
        raise UnreadableError(str(error)) from error
    except VcIssuerError as error:
        raise UnreadableError(error.message) from error
