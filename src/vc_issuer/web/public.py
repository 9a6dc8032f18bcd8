"""The page behind a QR code and its files: `/c/{code}` and suffixes (interface part 3, decisions 1.5).

The code is a capability: the answer to an unknown one is constant, nothing is cached or indexed.
"""

from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.model.credential import CredentialSummary
from vc_issuer.recognition.awards import awards_of
from vc_issuer.recognition.wording import write_moment
from vc_issuer.web.headers import PRIVATE_HEADERS
from vc_issuer.web.negotiation import preferred
from vc_issuer.web.pages import Pages, wants_html
from vc_issuer.web.results import view_of
from vc_issuer.web.schemas import problems
from vc_issuer.web.wording import LANGUAGES, sayer
from vc_issuer.wiring.home import Home, Published

LINKEDIN = "https://www.linkedin.com/profile/add"
_CONFUSABLE = str.maketrans("OIL", "011")  # Crockford base32 reads these letters as digits
CODE_LENGTH = 26
_MEDIA_TYPES = ("application/vc+ld+json", "application/jose+json", "application/pdf", "image/png", "text/html")
_CODE_SCHEMA = {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}}
_CODE_BODY = {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _CODE_SCHEMA}}}}
MAX_TYPED = 4096  # a code, or an address that holds one


class Asked(NamedTuple):
    """What is asked for behind a code."""

    code: str
    kind: str  # "page", "json", "elm.json", "log.json", "pdf", "png"


_SUFFIXES = (".elm.json", ".log.json", ".json", ".pdf", ".png")
_ACCEPTED = {
    "application/pdf": "pdf",
    "application/jose+json": "elm.json",
    "image/png": "png",
    "text/html": "page",
    "application/xhtml+xml": "page",
}


def normalise_code(written: str) -> str:
    """Return a code as it is stored, from what a person may have typed off paper: groups, small letters, O for 0."""
    return written.replace("-", "").replace(" ", "").upper().translate(_CONFUSABLE)


def code_in(typed: str) -> str:
    """Return the code in what a person typed or pasted: the code itself, or the address that ends with it."""
    last = typed.strip().split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    code = normalise_code(last)
    return code if code.isascii() and code.isalnum() else ""


def asked_for(path: str, accept: str) -> Asked:
    """Read code and kind from the path, else from Accept; `*/*` gets JSON."""
    for suffix in _SUFFIXES:
        if path.endswith(suffix):
            return Asked(normalise_code(path.removesuffix(suffix)), suffix.removeprefix("."))
    return Asked(normalise_code(path), preferred(accept, _ACCEPTED, "json"))


def linkedin_url(summary: CredentialSummary, page_url: str) -> str:
    """Return LinkedIn's add-to-profile address, encoded."""
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": summary.title,
        "organizationName": summary.issuer_name,
        "certUrl": page_url,
        "certId": summary.number,
    }
    if summary.awarded_on:
        values |= {"issueYear": str(summary.awarded_on.year), "issueMonth": str(summary.awarded_on.month)}
    return f"{LINKEDIN}?{urlencode(values)}"


def public_router(home: Home, pages: Pages) -> APIRouter:
    """Return the routes behind a code."""
    router = APIRouter(tags=["public"])

    router.post(
        "/code",
        summary="Look up the code that a person typed off paper",
        operation_id="lookUpCode",
        status_code=303,
        response_class=RedirectResponse,
        openapi_extra=_CODE_BODY,
        responses=problems(400, 413),
    )(_typed_code)

    @router.get(
        "/c/{path}",
        summary="The credential behind a code, as a page, JSON or PDF",
        operation_id="credentialBehindCode",
        responses={200: {"content": {media: {} for media in _MEDIA_TYPES}}, **problems(404, 503)},
    )
    def behind_code(request: Request, path: str) -> Response:
        asked = asked_for(path, request.headers.get("accept", ""))
        published = home.published(asked.code) if len(asked.code) == CODE_LENGTH else None
        if published is None:
            return _unknown(request, pages)
        response = _answer(request, asked, home, pages, published)
        response.headers.update(PRIVATE_HEADERS)
        return response

    return router


def _answer(request: Request, asked: Asked, home: Home, pages: Pages, published: Published) -> Response:
    name = published.number
    if asked.kind == "pdf":
        return _download(home.pdf_of(published), "application/pdf", f"{name}.pdf", inline=True)
    if asked.kind == "png":
        return _download(home.badge_of(published), "image/png", f"{name}.png")
    if asked.kind in {"elm.json", "log.json"}:
        return _beside(home, asked.kind, published)
    if asked.kind == "json":
        media_type = "application/vc" if "application/vc," in request.headers.get("accept", "") + "," else None
        ob3 = published.ob3[published.language]
        return _download(ob3.content, media_type or ob3.media_type, f"{name}.json", inline=True)
    return _page(request, home, pages, published)


def _page(request: Request, home: Home, pages: Pages, published: Published) -> Response:
    language = pages.language(request)
    report = home.report_on(published, language)
    award = awards_of(report)[0]
    if award.summary is None:
        raise HTTPException(503, "this document can't be shown now; please try again later")
    code, successor = published.code, home.successor_number(published)
    # A name may be what was corrected, so the page of the old document doesn't repeat it (domain 6.1).
    shown = replace(award, summary=replace(award.summary, learner_name="")) if successor else award
    return pages.render(
        request,
        "credential.html",
        private=True,
        view=view_of(shown, home.now(), language),
        successor=successor,
        paths={"pdf": f"/c/{code}.pdf", "ob3": f"/c/{code}.json", "elm": f"/c/{code}.elm.json"},
        linkedin=linkedin_url(award.summary, f"{home.settings.base_url}/c/{code}"),
        checked_at=write_moment(home.now()),
    )


async def _typed_code(request: Request) -> Response:
    """Lead from a form to the page behind a code; what is no code leads where every unknown code leads."""
    async with request.form(max_files=0, max_fields=4, max_part_size=MAX_TYPED) as form:
        code = code_in(str(form.get("code", "")))
    asked = request.query_params.get("lang")
    query = f"?lang={asked}" if asked in LANGUAGES else ""
    return RedirectResponse(f"/c/{code if len(code) == CODE_LENGTH else 'unknown'}{query}", status_code=303)


def _beside(home: Home, kind: str, published: Published) -> Response:
    name = f"{published.number}.{kind}"
    if kind == "log.json":
        return _download(home.log().evidence(published), "application/json", name)
    return _download(published.elm.content, published.elm.media_type, name)


def _unknown(request: Request, pages: Pages) -> Response:
    if wants_html(request):
        say = sayer(pages.language(request))
        response: Response = pages.notice(request, status=404, heading=say("not_found"), message=say("not_found_text"))
    else:
        body = {"type": "about:blank", "title": "Not found", "status": 404, "detail": "nothing stands behind this code"}
        response = JSONResponse(body, status_code=404, media_type="application/problem+json")
    response.headers.update(PRIVATE_HEADERS)
    return response


def _download(content: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    disposition = "inline" if inline else "attachment"
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'{disposition}; filename="{name}"'}
    )
