"""The VC API (W3C CCG) on the strict verifier: `/credentials/issue`, `/credentials/verify`, `/presentations/verify`.

Issuing hands out what was approved here and needs an API key (ADR 6). Verifying answers 200 for current alone, 400 if
the answer is no, 422 if it could not be determined; the report says why.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from vc_issuer.encoding.strict_json import parse_strict, serialise_compact
from vc_issuer.errors import InconclusiveError, VcIssuerError
from vc_issuer.model.report import Report, Verdict
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.verification.answer import EXIT_CODES, report_as_json
from vc_issuer.verification.presentation import Asked, Presented, check_shown_by_subject, credential_bytes
from vc_issuer.verification.verify import unreadable
from vc_issuer.web.limits import TokenBucket
from vc_issuer.web.problems import problem
from vc_issuer.web.vc_requests import member, options_of, read_object, refusal, text_option
from vc_issuer.wiring.home import Home

_NO_STORE = {"Cache-Control": "no-store"}
_VERIFICATION = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
_NAME = "credential"


class VcApi:
    """The three operations over one home."""

    def __init__(self, home: Home, *, at_once: int = 2) -> None:
        self._home = home
        self._limiter = CapacityLimiter(at_once)
        self._bucket = TokenBucket(home.settings.serve.verifications_per_minute)

    def check_rate(self, request: Request, count: int = 1) -> None:
        """Raise 429 with Retry-After if this address asks for too much."""
        wait = self._bucket.wait_s(request.client.host if request.client else "unknown", count)
        if wait:
            seconds = str(int(wait) + 1)
            raise HTTPException(429, f"too many requests; try again in {seconds} s", headers={"Retry-After": seconds})

    def check_key(self, request: Request) -> None:
        """Return if the request carries a key of a known system. Raises 404 if none is set up, 401."""
        known = self._home.api_keys()
        if not known:
            raise HTTPException(404, "issuing over the API is not set up here")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        digest = hashlib.sha256(key.strip().encode()).digest()
        # Every key is compared, and each in constant time (threat T42).
        matches = [hmac.compare_digest(digest, each) for each in known.values()]
        if scheme.lower() != "bearer" or not any(matches):
            raise HTTPException(401, "an API key is needed", headers={"WWW-Authenticate": "Bearer"})

    async def issue(self, request: Request) -> Response:
        """Hand out the published document that the request's credential equals."""
        self.check_rate(request)
        self.check_key(request)
        credential = member(await read_object(request), "credential")
        secured = await to_thread.run_sync(self._home.hand_out, credential, limiter=self._limiter)
        content = parse_strict(secured.content, limits=LIMITS)
        return JSONResponse({"verifiableCredential": content}, status_code=201, headers=_NO_STORE)

    async def verify(self, request: Request) -> Response:
        """Verify one credential."""
        self.check_rate(request)
        credential = member(await read_object(request), "verifiableCredential")
        try:
            content = credential_bytes(credential)
        except VcIssuerError as error:
            return refusal(error)
        reports = await self._reports([content])
        return _answer(reports, {})

    async def verify_presentation(self, request: Request) -> Response:
        """Verify a presentation for its challenge and domain, and each credential in it."""
        body = await read_object(request)
        content, options = serialise_compact(member(body, "verifiablePresentation")), options_of(body)
        asked = Asked(challenge=text_option(options, "challenge"), domain=text_option(options, "domain"))
        if not asked.challenge:
            raise HTTPException(400, "name the challenge that the presentation has to answer")
        self.check_rate(request)
        try:
            presented = await to_thread.run_sync(self._home.present, content, asked, limiter=self._limiter)
            for credential in presented.credentials:
                check_shown_by_subject(credential, presented.holder)
        except InconclusiveError as error:
            return problem(422, str(error), code=error.code)
        except VcIssuerError as error:
            return refusal(error)
        self.check_rate(request, len(presented.credentials))
        return _answer(await self._reports(presented.credentials), _shown(presented))

    async def _reports(self, contents: Sequence[bytes]) -> list[Report]:
        verifier, now = self._home.verifier(), self._home.now()
        return [
            await to_thread.run_sync(verifier.verify, content, _NAME, now, limiter=self._limiter)
            if content
            else unreadable(_NAME, "the file is empty", now)
            for content in contents
        ]


def vc_api_router(home: Home) -> APIRouter:
    """Return the three routes."""
    router = APIRouter(tags=["vc-api"])
    api = VcApi(home)

    def add(path: str, operation: str, work: Any, success: int, **described: Any) -> None:
        router.add_api_route(
            path,
            work,
            methods=["POST"],
            operation_id=operation,
            status_code=success,
            response_class=JSONResponse,
            response_model=None,
            **described,
        )

    add(
        "/credentials/issue",
        "issueCredential",
        api.issue,
        201,
        summary="Hand out an approved and published credential",
        openapi_extra=_described("credential", "the unsecured credential"),
        dependencies=[Depends(HTTPBearer(scheme_name="apiKey", auto_error=False))],
        responses=_responses(401, 404, 409, 422),
    )
    add(
        "/credentials/verify",
        "verifyCredential",
        api.verify,
        200,
        summary="Verify a credential: 200 is current",
        openapi_extra=_described("verifiableCredential", "a secured credential, or one in an envelope"),
        responses=_responses(400, 422, 429),
    )
    add(
        "/presentations/verify",
        "verifyPresentation",
        api.verify_presentation,
        200,
        summary="Verify a presentation for its challenge and domain",
        openapi_extra=_described("verifiablePresentation", "a secured presentation", asked=("challenge", "domain")),
        responses=_responses(400, 422, 429),
    )
    return router


def _answer(reports: Sequence[Report], more: Mapping[str, Any]) -> Response:
    """Answer by the worst verdict: 200 if all are current, 400 if one answer is no, 422 if one is open."""
    codes = {EXIT_CODES[report.verdict] for report in reports}
    results = {"results": [report_as_json(report) for report in reports], **more}
    if codes <= {0}:
        return JSONResponse({"verified": True, **results}, headers=_NO_STORE)
    worst = next(report for code in (1, 2, 3) for report in reports if EXIT_CODES[report.verdict] == code)
    status = 400 if EXIT_CODES[worst.verdict] == 1 or worst.verdict is Verdict.UNREADABLE else 422
    body = {
        "type": _VERIFICATION,
        "title": "Not verified" if status == 400 else "Could not be determined",
        "status": status,
        "detail": f"the credential is {worst.verdict.value}",
        "verified": False,
        **results,
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=_NO_STORE)


def _shown(presented: Presented) -> dict[str, Any]:
    return {"holder": presented.holder, "mechanisms": list(presented.mechanisms)}


def _described(name: str, what: str, *, asked: Sequence[str] = ()) -> dict[str, Any]:
    options = {"type": "object", "properties": {option: {"type": "string"} for option in asked}}
    schema = {
        "type": "object",
        "required": [name],
        "properties": {name: {"type": "object", "description": what}, "options": options},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"description": "A problem document (RFC 9457)", "content": {"application/problem+json": {}}}
        for status in statuses
    }
