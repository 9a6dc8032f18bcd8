"""Errors over HTTP: RFC 9457 problem documents for machines, a calm page for people; never a traceback."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.errors import (
    ConfigurationError,
    InconclusiveError,
    InputError,
    NotFoundError,
    RuleError,
    SignerError,
    UnreadableError,
    VcIssuerError,
)
from vc_issuer.web.pages import Pages, wants_html

log = logging.getLogger("vc_issuer.web")

_STATUS: tuple[tuple[type[VcIssuerError], int], ...] = (
    (NotFoundError, 404),
    (RuleError, 409),
    (InputError, 422),
    (UnreadableError, 422),
    (InconclusiveError, 503),
    (SignerError, 503),
    (ConfigurationError, 500),
)
_TITLES = {
    400: "Bad request",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not allowed now",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not processable",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available now",
}


def problem(status: int, detail: str, *, code: str = "about:blank") -> JSONResponse:
    """Return a problem document (RFC 9457). `code` becomes a type under this project's namespace."""
    kind = code if ":" in code else f"urn:vc-issuer:problem:{code}"
    body = {"type": kind, "title": _TITLES.get(status, "Error"), "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def install_problems(app: FastAPI, pages: Pages) -> None:
    """Turn every error into a problem document, or into a page where a person asked."""

    def answer(request: Request, status: int, detail: str, code: str) -> Response:
        if wants_html(request):
            return pages.problem(request, status=status, detail=detail)
        return problem(status, detail, code=code)

    async def ours(request: Request, error: Exception) -> Response:
        """Answer with the error's own sentence and code."""
        if not isinstance(error, VcIssuerError):
            raise error
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
        return answer(request, status, str(error), error.code)

    async def http(request: Request, error: Exception) -> Response:
        """Answer what routing or a limit refused, with its headers."""
        if not isinstance(error, HTTPException):
            raise error
        response = answer(request, error.status_code, str(error.detail), "about:blank")
        response.headers.update(error.headers or {})
        return response

    async def bug(request: Request, error: Exception) -> Response:
        """Answer a bug of ours without a word of what it held."""
        # The class name alone: a message or a traceback could hold a person's data.
        log.error("unexpected %s at %s", type(error).__name__, request.scope.get("route_path", "unknown route"))
        return answer(request, 500, "This is our mistake, and it was noted. Please try again later.", "bug")

    app.add_exception_handler(VcIssuerError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, bug)
