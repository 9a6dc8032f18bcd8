"""The question to a time-stamp authority and its answer (RFC 3161 sections 2.4.1 and 2.4.2); pure.

Only the digest of what is stamped leaves the house. An answer counts if it grants, if its imprint and nonce are those
of the question, and if its own signature holds; whether the authority is to be believed is for the caller to say.
"""

import hashlib
from collections.abc import Sequence

from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.x509.der import (
    BOOLEAN,
    INTEGER,
    NULL,
    OCTET_STRING,
    SEQUENCE,
    read_der,
    write_der,
    write_integer,
    write_oid,
)
from vc_issuer.x509.timestamp import read_time_stamp, verify_time_stamp

QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
NONCE_BYTES = 16
_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = (0, 1)  # granted, and granted with modifications that the checks below judge
_CLAUSE = "RFC 3161 section 2.4.2"


def write_time_stamp_query(message: bytes, *, nonce: int) -> bytes:
    """Return the question for a token over SHA-256 of `message` that carries its authority's certificate."""
    algorithm = write_der(SEQUENCE, write_oid(_SHA256), write_der(NULL))
    imprint = write_der(SEQUENCE, algorithm, write_der(OCTET_STRING, hashlib.sha256(message).digest()))
    return write_der(SEQUENCE, write_integer(1), imprint, write_integer(nonce), write_der(BOOLEAN, b"\xff"))


def read_time_stamp_reply(reply: bytes, message: bytes, *, nonce: int, others: Sequence[bytes] = ()) -> bytes:
    """Return the token of a reply, as it stood, once it holds for `message` and `nonce`.

    `others` are certificates (DER) for a token that carries none. Raises InvalidError, UnreadableError.
    """
    token = _granted_token(reply)
    stamp = read_time_stamp(token)
    if stamp.nonce != nonce:
        raise InvalidError("the time-stamp authority answered another question", clause=_CLAUSE)
    try:
        verify_time_stamp(stamp, message, others)
    except InvalidError as error:
        raise InvalidError(
            f"the time-stamp that was answered doesn't hold: {error.message}", clause=error.clause
        ) from error
    return token


def _granted_token(reply: bytes) -> bytes:
    parts = read_der(reply).children()
    status = parts[0].children() if parts else ()
    if not status or status[0].tag != INTEGER:
        raise UnreadableError("the time-stamp authority's answer can't be read")
    if status[0].integer() not in _GRANTED or len(parts) < 2:
        said = _spoken(status[1].content) if len(status) > 1 and status[1].tag == SEQUENCE else ""
        raise InvalidError(
            f"the time-stamp authority refused: {said or f'status {status[0].integer()}'}", clause=_CLAUSE
        )
    return parts[1].encoded


def _spoken(texts: bytes) -> str:
    """Return the authority's own words (PKIFreeText, UTF-8), printable and short."""
    words = [node.content.decode("utf-8", "replace") for node in read_der(write_der(SEQUENCE, texts)).children()]
    return "".join(character for character in " ".join(words) if character.isprintable())[:120]
