"""The conformance mount over HTTP, for outside test suites (interface part 3): on loopback, never in production.

201 issued, 200 verified, 400 for every refusal. It stands beside the strict public surface and shares no key with it.
"""

from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InvalidError, VcIssuerError
from vc_issuer.web.vc_requests import member, options_of, read_object, refusal, text_option
from vc_issuer.wiring.conformance import ConformanceMount, offers

PREFIX = "/conformance"
_VERIFIED = {"verified": True, "checks": ["proof"], "warnings": [], "errors": []}


def conformance_router(mount: ConformanceMount) -> APIRouter:
    """Return the routes of the mount."""
    router = APIRouter(prefix=PREFIX, tags=["conformance"], include_in_schema=False)
    limiter = CapacityLimiter(2)
    _issuing(router, mount, limiter)
    _verifying(router, mount, limiter)
    return router


async def _answered(work: Callable[[], Any], limiter: CapacityLimiter, *, status: int) -> Response:
    """Do the work in a thread; every refusal is a 400."""
    try:
        body = await to_thread.run_sync(work, limiter=limiter)
    except VcIssuerError as error:
        return refusal(error)
    return JSONResponse(body or _VERIFIED, status_code=status, headers={"Cache-Control": "no-store"})


def _issuing(router: APIRouter, mount: ConformanceMount, limiter: CapacityLimiter) -> None:
    @router.get("/paths.json")
    def paths() -> Response:
        return JSONResponse(paths_of(mount))

    @router.post("/credentials/issue")
    async def issue(request: Request) -> Response:
        body = await read_object(request)
        credential, options = member(body, "credential"), options_of(body)
        return await _answered(lambda: {"verifiableCredential": mount.issue(credential, options)}, limiter, status=201)

    @router.post("/credentials/status")
    async def status(request: Request) -> Response:
        body = await read_object(request)
        name, value = body.get("credentialId"), body.get("status", True)
        if not isinstance(name, str) or not isinstance(value, bool) or not mount.revoke(name, revoked=value):
            raise HTTPException(404, "no credential with this id and a status was issued here")
        return JSONResponse({"credentialId": name, "status": value})

    @router.get("/status/{name}")
    async def status_list(name: str, request: Request) -> Response:
        try:
            content = await to_thread.run_sync(mount.status_list, name, limiter=limiter)
        except InvalidError as error:
            raise HTTPException(404, str(error)) from error
        accepts = request.headers.get("accept", "")
        media_type = "application/vc" if "application/vc" in accepts else "application/ld+json"
        return Response(content, media_type=media_type)


def _verifying(router: APIRouter, mount: ConformanceMount, limiter: CapacityLimiter) -> None:
    @router.post("/credentials/verify")
    async def verify(request: Request) -> Response:
        credential = member(await read_object(request), "verifiableCredential")
        return await _answered(lambda: mount.verify(credential), limiter, status=200)

    @router.post("/presentations/verify")
    async def verify_presentation(request: Request) -> Response:
        body = await read_object(request)
        content, options = serialise_compact(member(body, "verifiablePresentation")), options_of(body)
        challenge, domain = text_option(options, "challenge"), text_option(options, "domain")
        return await _answered(lambda: mount.verify_presentation(content, challenge, domain), limiter, status=200)

    @router.post("/strict/credentials/verify")
    async def verify_strictly(request: Request) -> Response:
        body = await read_object(request)
        credential, options = member(body, "verifiableCredential"), options_of(body)
        challenge, domain = text_option(options, "challenge"), text_option(options, "domain")
        return await _answered(lambda: mount.verify_strictly(credential, challenge, domain), limiter, status=200)


def paths_of(mount: ConformanceMount) -> dict[str, Any]:
    """Return the map that outside harnesses read."""
    verify, present = f"{PREFIX}/credentials/verify", f"{PREFIX}/presentations/verify"
    tags = sorted({tag for offer in offers(mount) for tag in offer["tags"]})
    supports = {"supports": {"vc": ["1.1", "2.0"]}, "supportedEcdsaKeyTypes": ["P-256", "P-384"]}
    return {
        "name": "vc_issuer",
        "headers": {},
        "issuers": offers(mount),
        "verifiers": [{"id": mount.origin + verify, "path": verify, "tags": tags, **supports}],
        "vpVerifiers": [{"id": mount.origin + present, "path": present, "tags": tags, **supports}],
        "probeVerifier": f"{PREFIX}/strict/credentials/verify",
    }
