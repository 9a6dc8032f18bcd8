"""Checks 1 and 2, read and recognise: from bytes to a document of a format that is known here; nothing is believed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import InconclusiveError, UnreadableError, VcIssuerError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.model.credential import Document, FormatName
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.securing.jades import PAYLOAD_LIMITS, payload_octets
from vc_issuer.verification.tokens import looks_like_token, peek_token

# An envelope escapes its payload, and may carry time-stamps and certificates for an archive.
ENVELOPE_BYTES = 4 * PAYLOAD_LIMITS.size
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


def is_envelope(content: bytes) -> bool:
    """Tell by its first member whether JSON is a JWS envelope (RFC 7515 section 7.2): its members have no order.

    The EU's code knows only "payload" there, so that is what is issued; a file that a tool has sorted is still sealed.
    """
    return _FIRST_MEMBER.match(content) is not None


def read_candidate(content: bytes) -> Candidate:
    """Parse and recognise `content`. Raises UnreadableError with a sentence."""
    if not content.strip():
        raise UnreadableError("the file is empty")
    if is_envelope(content):
        return _read_envelope(content)
    if looks_like_token(content):
        return _read_token(content.strip())
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


def _read_token(content: bytes) -> Candidate:
    try:
        document = peek_token(content).document
    except VcIssuerError as error:
        raise UnreadableError(error.message) from error
    if not Ob3Format().recognises(document):
        raise UnreadableError("the token holds no credential that is known here")
    return Candidate(format=FormatName.OB3, content=content, document=document, is_token=True)


def _read_envelope(content: bytes) -> Candidate:
    if len(content) > ENVELOPE_BYTES:
        raise UnreadableError(f"the file holds more than {ENVELOPE_BYTES // 2**20} MiB")
    try:
        payload = payload_octets(content)
    except InconclusiveError as error:
        raise UnreadableError(str(error)) from error
    except VcIssuerError as error:
        raise UnreadableError(error.message) from error
    document = parse_strict(payload, limits=PAYLOAD_LIMITS)
    if not isinstance(document, Mapping) or not ElmFormat().recognises(document):
        raise UnreadableError("what is sealed is no European Digital Credential")
    return Candidate(format=FormatName.ELM, content=content, document=document, payload=payload)
