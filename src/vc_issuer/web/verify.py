"""The public verifier: `GET /verify` and `POST /verify` (decisions 7.4, 7.6). What is given is not kept."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from vc_issuer.carriers.zip import count_files
from vc_issuer.model.report import Report
from vc_issuer.recognition.answer import reports_with_recognition
from vc_issuer.recognition.awards import all_awards
from vc_issuer.recognition.printing import print_sheets
from vc_issuer.recognition.table import table_of, write_csv, write_xlsx
from vc_issuer.recognition.wording import write_moment
from vc_issuer.verification.together import joined, twin_marks
from vc_issuer.web.limits import FILE_BYTES, TokenBucket
from vc_issuer.web.metrics import Metrics
from vc_issuer.web.negotiation import preferred
from vc_issuer.web.pages import Pages
from vc_issuer.web.results import views_of
from vc_issuer.web.schemas import VerificationShape, files_body, problems
from vc_issuer.web.wording import sayer
from vc_issuer.wiring.home import Home

PASTED = "pasted text"
_UNNAMED = "file"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": XLSX,
    "json": "application/json",
    "page": "text/html",
}
_ACCEPTED = {**{media: word for word, media in MEDIA_TYPES.items()}, "application/xhtml+xml": "page"}
SETTINGS = frozenset({"format"})
_MOST_FIRST = 10_000  # a page counts its answers on from where the script says


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a request gives: files by unique names, and the fields of its form that are settings and no credential."""

    files: list[tuple[str, bytes]] = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def form(self) -> str:
        """Return the form of answer that the request's form names, or an empty string."""
        return self.settings.get("format", "")

    @property
    def digests(self) -> Mapping[str, str]:
        """Return the SHA-256 of each file by its name."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.files}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Reports, and what answering them in any form needs."""

    given: Given
    reports: list[Report] = field(repr=False)
    marks: list[frozenset[str]] = field(repr=False)
    now: datetime
    language: str


class DownloadLink(NamedTuple):
    """A file that stands in the page itself, for readers without JavaScript: nothing of it is kept here."""

    kind: str
    name: str
    address: str


class VerifyService:
    """Verify files off the event loop, a few at once, and no more a minute than one address may."""

    def __init__(self, home: Home, metrics: Metrics, *, at_once: int = 2) -> None:
        self._home = home
        self._metrics = metrics
        self._limiter = CapacityLimiter(at_once)
        self._bucket = TokenBucket(home.settings.serve.verifications_per_minute)

    def check_rate(self, request: Request, count: int) -> None:
        """Raise 429 with Retry-After if this address asks for too much."""
        wait = self._bucket.wait_s(request.client.host if request.client else "unknown", count)
        if wait:
            seconds = str(int(wait) + 1)
            raise HTTPException(429, f"too many files; try again in {seconds} s", headers={"Retry-After": seconds})

    async def verify(self, files: list[tuple[str, bytes]], language: str) -> tuple[list[Report], list[frozenset[str]]]:
        """Verify files one after another; a slow one holds up its own request alone. Returns reports and twin marks."""
        verifier = self._home.verifier()
        now = self._home.now()
        examined = [
            await to_thread.run_sync(verifier.examine, content, name, now, language, limiter=self._limiter)
            for name, content in files
        ]
        reports = joined(examined)
        self._metrics.verified(reports)
        return reports, twin_marks(examined)


async def read_given(request: Request, max_files: int, settings: frozenset[str] = SETTINGS) -> Given:
    """Read the files of a form, or the body as one file; fields named in `settings` hold none. Raises 400 and 413."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        content = await request.body()
        if not content:
            raise HTTPException(400, "the request is empty; send one file as the body, or several as multipart")
        return Given(files=[_checked("request body", content)])
    async with request.form(max_files=max_files, max_fields=20, max_part_size=FILE_BYTES) as form:
        given = await _given_in(form, settings)
    if not given.files:
        raise HTTPException(400, "no file was chosen; choose one, or paste the text of a credential")
    return given


async def _given_in(form: FormData, names: frozenset[str]) -> Given:
    files: dict[str, bytes] = {}
    settings: dict[str, str] = {}
    for field_name, value in form.multi_items():
        if field_name in names:
            settings[field_name] = await _setting(value) or settings.get(field_name, "")
        elif isinstance(value, UploadFile):
            content = await value.read()
            if content or value.filename:
                name, content = _checked(value.filename or _UNNAMED, content)
                files[_unique(name, files)] = content
        elif value.strip():
            files[_unique(PASTED, files)] = value.strip().encode()
    return Given(files=list(files.items()), settings=settings)


async def _setting(value: UploadFile | str) -> str:
    """Return a field's text; of a file its text, with what is none replaced, so that whoever reads it complains."""
    return value if isinstance(value, str) else (await value.read()).decode(errors="replace")


def _unique(name: str, taken: Mapping[str, bytes]) -> str:
    """Give a second file of one name a number, so that its answer is not taken for the first one's."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name} ({number})"
    return unique


def _checked(name: str, content: bytes) -> tuple[str, bytes]:
    if len(content) > FILE_BYTES:
        raise HTTPException(413, f"{name}: a file holds at most {FILE_BYTES // 2**20} MiB")
    return name, content


def verify_router(home: Home, pages: Pages, service: VerifyService) -> APIRouter:
    """Return the routes of the public verifier."""
    router = APIRouter(tags=["verifier"])
    most = home.settings.serve.max_files

    @router.get("/verify", include_in_schema=False)
    def verify_page(request: Request) -> Response:
        return pages.render(request, "verify.html", here="verify", views=[], links=[], checked_at="", most_files=most)

    async def uploaded(request: Request) -> Given:
        """Read the files of the request, within the limits."""
        return await read_given(request, most)

    @router.post(
        "/verify",
        summary="Verify files",
        operation_id="verifyFiles",
        openapi_extra=files_body(
            text={"type": "string", "description": "a credential as text"},
            format={"type": "string", "enum": sorted(MEDIA_TYPES), "description": "the form of the answer"},
        ),
        responses={
            200: {
                "model": VerificationShape,
                "description": "One report a file, or the file that was asked for",
                "content": {media: {} for media in MEDIA_TYPES.values() if media != "application/json"},
            },
            **problems(400, 413, 429),
        },
    )
    async def verify_files(request: Request, given: Annotated[Given, Depends(uploaded)]) -> Response:
        """Verify one raw body, or up to sixty files of a form; nothing is kept.

        The answer is JSON, or what `Accept` or the form's field `format` names: a page, PDF, CSV or XLSX.
        """
        service.check_rate(request, sum(count_files(content) for _, content in given.files))
        language = pages.language(request)
        reports, marks = await service.verify(given.files, language)
        answered = Answered(given=given, reports=reports, marks=marks, now=home.now(), language=language)
        form = wanted_form(given, request.headers.get("accept", ""))
        if form == "page":
            response = _as_page(request, pages, answered, most)
        else:
            response = await to_thread.run_sync(as_file, answered, form, bool(given.form))
        response.headers["Cache-Control"] = "no-store"
        return response

    return router


def wanted_form(given: Given, accept: str) -> str:
    """Return the form of answer that the form's button or the Accept header names; JSON for the rest."""
    return given.form if given.form in MEDIA_TYPES else preferred(accept, _ACCEPTED, "json")


def as_file(answered: Answered, form: str, is_download: bool) -> Response:
    """Write the answer as a file; a browser that pressed a button stores it instead of showing it."""
    stamp = answered.now.strftime("%Y-%m-%dT%H%M%SZ")
    disposition = {"Content-Disposition": f'attachment; filename="verification-{stamp}.{form}"'} if is_download else {}
    if form == "json":
        return JSONResponse(
            reports_with_recognition(answered.reports, answered.now, answered.language), headers=disposition
        )
    return Response(_content(answered, form), media_type=MEDIA_TYPES[form], headers=disposition)


def _content(answered: Answered, form: str) -> bytes:
    awards, now, language = all_awards(answered.reports), answered.now, answered.language
    if form == "pdf":
        return print_sheets(awards, answered.given.digests, now, language)
    table = table_of(awards, now, language)
    return write_csv(table, language) if form == "csv" else write_xlsx(table, sayer(language)("table.title"), now)


def _links(answered: Answered) -> list[DownloadLink]:
    stamp = answered.now.strftime("%Y-%m-%dT%H%M%SZ")
    return [
        DownloadLink(
            kind=form,
            name=f"verification-{stamp}.{form}",
            address=f"data:{MEDIA_TYPES[form]};base64,{base64.b64encode(_content(answered, form)).decode()}",
        )
        for form in ("xlsx", "csv")
    ]


def _as_page(request: Request, pages: Pages, answered: Answered, most: int) -> Response:
    is_fragment = request.headers.get("x-fragment") == "results"
    before = request.headers.get("x-first", "")
    first = min(int(before), _MOST_FIRST) if before.isascii() and before.isdigit() else 0
    values: dict[str, Any] = {
        "views": views_of(answered.reports, answered.now, answered.language, first=first, marks=answered.marks),
        "links": [] if is_fragment else _links(answered),
        "checked_at": write_moment(answered.now),
        "most_files": most,
    }
    template = "results.html" if is_fragment else "verify.html"
    return pages.render(request, template, here="verify", private=True, **values)
