"""The public verifier: `GET /verify` and `POST /verify` (decisions 7.4, 7.6). What is given is not kept."""

from datetime import datetime
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from vc_issuer.model.report import Report
from vc_issuer.recognition.answer import reports_with_recognition
from vc_issuer.web.limits import FILE_BYTES, TokenBucket
from vc_issuer.web.pages import Pages, result_of, wants_html
from vc_issuer.wiring.home import Home

PASTED = "pasted text"
_UNNAMED = "file"


class VerifyService:
    """Verify files off the event loop, a few at once, and no more a minute than one address may."""

    def __init__(self, home: Home, *, at_once: int = 2) -> None:
        self._home = home
        self._limiter = CapacityLimiter(at_once)
        self._bucket = TokenBucket(home.settings.serve.verifications_per_minute)

    def check_rate(self, request: Request, count: int) -> None:
        """Raise 429 with Retry-After if this address asks for too much."""
        wait = self._bucket.wait_s(request.client.host if request.client else "unknown", count)
        if wait:
            seconds = str(int(wait) + 1)
            raise HTTPException(429, f"too many files; try again in {seconds} s", headers={"Retry-After": seconds})

    async def verify(self, files: list[tuple[str, bytes]]) -> list[Report]:
        """Verify files one after another; a slow one holds up its own request alone."""
        verifier = self._home.verifier()
        now = self._home.now()
        return [
            await to_thread.run_sync(verifier.verify, content, name, now, limiter=self._limiter)
            for name, content in files
        ]


async def _files_of(request: Request, max_files: int) -> list[tuple[str, bytes]]:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        content = await request.body()
        if not content:
            raise HTTPException(400, "the request is empty; send one file as the body, or several as multipart")
        return [_checked("request body", content)]
    async with request.form(max_files=max_files, max_fields=20, max_part_size=FILE_BYTES) as form:
        files = await _files_in(form)
    if not files:
        raise HTTPException(400, "no file was chosen; choose one, or paste the text of a credential")
    return files


async def _files_in(form: FormData) -> list[tuple[str, bytes]]:
    files = []
    for _, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content or value.filename:
                files.append(_checked(value.filename or _UNNAMED, content))
        elif value.strip():
            files.append(_checked(PASTED, value.strip().encode()))
    return files


def _checked(name: str, content: bytes) -> tuple[str, bytes]:
    if len(content) > FILE_BYTES:
        raise HTTPException(413, f"{name}: a file holds at most {FILE_BYTES // 2**20} MiB")
    return name, content


def verify_router(home: Home, pages: Pages) -> APIRouter:
    """Return the routes of the public verifier."""
    router = APIRouter(tags=["verifier"])
    service = VerifyService(home)

    @router.get("/verify", include_in_schema=False)
    def verify_page(request: Request) -> Response:
        return pages.render(request, "verify.html", here="verify", results=[], checked_at="")

    async def uploaded(request: Request) -> list[tuple[str, bytes]]:
        """Read the files of the request, within the limits."""
        return await _files_of(request, home.settings.serve.max_files)

    @router.post("/verify", summary="Verify files", responses={200: {"description": "One report a file"}})
    async def verify_files(request: Request, files: Annotated[list[tuple[str, bytes]], Depends(uploaded)]) -> Response:
        """Verify one raw body, or up to forty files of a form; nothing is kept."""
        service.check_rate(request, len(files))
        reports = await service.verify(files)
        if not wants_html(request):
            answer = reports_with_recognition(reports, home.now(), pages.language(request))
            return JSONResponse(answer, headers={"Cache-Control": "no-store"})
        return _as_page(request, pages, reports, home.now())

    return router


def _as_page(request: Request, pages: Pages, reports: list[Report], now: datetime) -> Response:
    language = pages.language(request)
    values: dict[str, Any] = {
        "results": [result_of(report, language) for report in reports],
        "checked_at": now.strftime("%Y-%m-%d %H:%M UTC"),
    }
    template = "results.html" if request.headers.get("x-fragment") == "results" else "verify.html"
    response = pages.render(request, template, here="verify", private=True, **values)
    response.headers["Cache-Control"] = "no-store"
    return response
