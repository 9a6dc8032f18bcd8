"""The log of issuance as anybody may watch it: checkpoints, and proofs that the log only grew.

Nothing here says whose credentials it holds: leaves are salted, and only a code (`/c/{code}.log.json`) proves one.
"""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.errors import InvalidError, NotFoundError
from vc_issuer.wiring.home import Home

_FRESH_S, _FOREVER_S = 60, 31_536_000
_STAMP_TYPE = "application/cms"  # RFC 7193: a token is a CMS SignedData (RFC 3161 section 2.4.2)

Size: TypeAlias = Annotated[int, Path(ge=0, le=2**63 - 1)]
"""How many entries a log has: no more than a database can count."""


def log_router(home: Home) -> APIRouter:
    """Return the routes of the log."""
    router = APIRouter(prefix="/log", tags=["log"])
    log = home.log()

    @router.get("", summary="Size and time of every checkpoint, and of its time-stamp")
    def checkpoints() -> Response:
        return JSONResponse({"checkpoints": log.sizes()}, headers=_cache(_FRESH_S))

    @router.get("/checkpoint", summary="The newest checkpoint, a signed note")
    def newest() -> Response:
        return _note(log.newest(), _FRESH_S)

    @router.get("/checkpoint/{size}", summary="The checkpoint of this size")
    def checkpoint(size: Size) -> Response:
        return _note(log.checkpoint(size), _FOREVER_S)

    @router.get("/checkpoint/{size}/timestamp", summary="The RFC 3161 time-stamp token over it (DER)")
    def timestamp(size: Size) -> Response:
        token = log.stamp(size)
        if token is None:
            raise HTTPException(404, "this checkpoint has no time-stamp")
        return Response(token, media_type=_STAMP_TYPE, headers=_cache(_FOREVER_S))

    @router.get("/consistency/{first}/{second}", summary="Proof that one checkpoint grew out of another")
    def consistency(first: Size, second: Size) -> Response:
        try:
            return JSONResponse(log.consistency(first, second), headers=_cache(_FOREVER_S))
        except (InvalidError, NotFoundError) as error:
            raise HTTPException(404, "the log has no such two checkpoints, in this order") from error

    return router


def _note(note: bytes | None, max_age_s: int) -> Response:
    if note is None:
        raise HTTPException(404, "the log has no such checkpoint")
    return Response(note, media_type="text/plain; charset=utf-8", headers=_cache(max_age_s))


def _cache(max_age_s: int) -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={max_age_s}", "Access-Control-Allow-Origin": "*"}
