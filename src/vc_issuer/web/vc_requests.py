"""What the VC API's endpoints share: a strict JSON body, and problems with the W3C's own types (RFC 9457).

The outcome is the status, never the body: suites read 2xx as accepted (VC API section 3).
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import (
    InconclusiveError,
    InvalidError,
    SignerError,
    UnreadableError,
    UnsafeDocumentError,
    VcIssuerError,
)
from vc_issuer.web.problems import problem

# A presentation of forty credentials, and the request around it.
BODY_LIMITS = JsonLimits(size=1024 * 1024 + 4096, depth=34, nodes=8_100)
_SECURITY = "https://w3id.org/security#"
_MODEL = "https://www.w3.org/TR/vc-data-model#"
_STATUS = "https://www.w3.org/ns/credentials/status-list#"
# The clause that an error cites tells which of the W3C's types it is.
_BY_CLAUSE = (
    ("VCDM", _MODEL + "MALFORMED_VALUE_ERROR"),
    ("Bitstring", _STATUS + "STATUS_VERIFICATION_ERROR"),
    ("CID", _SECURITY + "INVALID_VERIFICATION_METHOD"),
)
_BY_KIND: tuple[tuple[type[VcIssuerError], str], ...] = (
    (UnreadableError, _MODEL + "PARSING_ERROR"),
    (UnsafeDocumentError, _SECURITY + "DATA_LOSS_DETECTION_ERROR"),
    (InvalidError, _SECURITY + "PROOF_VERIFICATION_ERROR"),
    (InconclusiveError, _SECURITY + "PROOF_VERIFICATION_ERROR"),
)


async def read_object(request: Request) -> dict[str, Any]:
    """Return the body, one strict JSON object. Raises 400 or 415 with a sentence."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if not media_type.endswith("json"):
        raise HTTPException(415, "send the request as application/json")
    try:
        body = parse_strict(await request.body(), limits=BODY_LIMITS)
    except UnreadableError as error:
        raise HTTPException(400, str(error)) from error
    if not isinstance(body, dict):
        raise HTTPException(400, "the request is no JSON object")
    return body


def member(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a member that is an object. Raises 400."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise HTTPException(400, f"the request holds no object as its {name}")
    return value


def options_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options, empty if there are none. Raises 400."""
    options = body.get("options", {})
    if not isinstance(options, dict):
        raise HTTPException(400, "the options are no object")
    return options


def text_option(options: Mapping[str, Any], name: str) -> str:
    """Return an option that is a text, empty if absent. Raises 400."""
    value = options.get(name, "")
    if not isinstance(value, str):
        raise HTTPException(400, f"the option {name} is no text")
    return value


def refusal(error: VcIssuerError) -> JSONResponse:
    """Return the problem document of a credential that was refused: 400, or 503 if a key could not be used."""
    if isinstance(error, SignerError):
        return problem(503, str(error), code=error.code)
    clause = getattr(error, "clause", "")
    by_clause = (kind for start, kind in _BY_CLAUSE if clause.startswith(start))
    by_kind = (kind for of, kind in _BY_KIND if isinstance(error, of))
    return problem(400, str(error), code=next(by_clause, None) or next(by_kind, "about:blank"))
