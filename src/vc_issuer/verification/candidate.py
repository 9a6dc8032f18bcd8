"""Checks 1 and 2, read and recognise: from bytes to a document of a format that is known here; nothing is believed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from vc_issuer.encoding.multikey import base64url_decode
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError, VcIssuerError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.model.credential import Document, FormatName
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.securing.jades import PAYLOAD_LIMITS, payload_octets
from vc_issuer.verification.tokens import looks_like_token, peek_token

# An envelope escapes its payload, and may carry time-stamps and certificates for an archive.
ENVELOPE_BYTES = 4 * PAYLOAD_LIMITS.size
# A certificate is named by its hash in every JAdES header, and in no token (ETSI TS 119 182-1 clause 5.1.7).
_SEAL_HEADER = re.compile(rb'"(?:x5t#S256|x5t#o|sigX5ts)"')
_MOST_HEADER_BYTES = 256 * 1024
_FIRST_MEMBER = re.compile(
    rb'(?:\xef\xbb\xbf)?[ \t\r\n]*+\{[ \t\r\n]*+"(?:payload|signatures|signature|protected|header)"[ \t\r\n]*+:'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file's bytes as a document of a known format, unverified. `payload` holds an ELM's sealed octets.

    `is_token` tells that the content is a signed JWT with the document inside.
    """

    format: FormatName
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
    if not content.strip():
        raise UnreadableError("the file is empty")
    if is_envelope(content):
        return _read_envelope(content)
    if looks_like_token(content):
        return _read_token(content.strip())
    if content.count(b".") == 2 and _is_compact_seal(content.strip()):
        return OtherSeal(content=content, reason="what is sealed is no credential that is known here")
    document = parse_strict(content, limits=LIMITS)
    if not isinstance(document, Mapping):
        raise UnreadableError("the file holds JSON, but no credential")
    if Ob3Format().recognises(document):
        return Candidate(format=FormatName.OB3, content=content, document=document)
    if ElmFormat().recognises(document):
        raise UnreadableError("this is an ELM document without its seal", remedy="Ask for the sealed file.")
    if "@context" in document and ("badge" in document or "recipient" in document):
        raise UnreadableError(
            "this is an Open Badge of version 2, which carries no proof of its own", remedy="Ask for version 3."
        )
    raise UnreadableError("the file holds JSON, but no credential that is known here")


def _read_token(content: bytes) -> Candidate | OtherSeal:
    try:
        document = peek_token(content).document
    except VcIssuerError as error:
        if _is_compact_seal(content):
            return OtherSeal(content=content, reason="what is sealed is no credential")
        raise UnreadableError(error.message) from error
    if not Ob3Format().recognises(document):
        if _is_compact_seal(content):
            return OtherSeal(content=content, reason="what is sealed is no credential that is known here")
        raise UnreadableError("the token holds no credential that is known here")
    return Candidate(format=FormatName.OB3, content=content, document=document, is_token=True)


def _is_compact_seal(content: bytes) -> bool:
    header = content.partition(b".")[0]
    if len(header) > _MOST_HEADER_BYTES:
        return False
    try:
        return _SEAL_HEADER.search(base64url_decode(header.decode("ascii"))) is not None
    except (UnicodeDecodeError, InvalidError):
        return False


def _read_envelope(content: bytes) -> Candidate | OtherSeal:
    if len(content) > ENVELOPE_BYTES:
        raise UnreadableError(f"the file holds more than {ENVELOPE_BYTES // 2**20} MiB")
    try:
        payload = payload_octets(content)
    except InconclusiveError as error:
        raise UnreadableError(str(error)) from error
    except VcIssuerError as error:
        raise UnreadableError(error.message) from error
    if not payload:
        return OtherSeal(content=content, reason="what is sealed stands elsewhere")
    document = parse_strict(payload, limits=PAYLOAD_LIMITS)
    if not isinstance(document, Mapping) or not ElmFormat().recognises(document):
        return OtherSeal(content=content, reason="what is sealed is no European Digital Credential")
    return Candidate(format=FormatName.ELM, content=content, document=document, payload=payload)
