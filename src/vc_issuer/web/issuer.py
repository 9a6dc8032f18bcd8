"""What anybody may know of the issuer: its keys, profile, catalogue and status lists."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from vc_issuer.web.pages import Pages, wants_html
from vc_issuer.web.wording import sayer
from vc_issuer.wiring.home import CatalogueEntry, Home

STATUS_MAX_AGE_S = 60  # decisions part 5: a change is served at once, caches hold it for a minute at most
DID_MAX_AGE_S = 3600


def issuer_router(home: Home, pages: Pages) -> APIRouter:
    """Return the routes of issuer, catalogue, keys and status."""
    router = APIRouter(tags=["issuer"])

    @router.get("/.well-known/did.json", summary="The issuer's DID document, with retired keys")
    def did_document() -> Response:
        return _cached(home.did_document(), "application/did+json", DID_MAX_AGE_S)

    @router.get("/.well-known/jwks.json", summary="The issuer's seal keys as a JWK set")
    def jwks() -> Response:
        return _cached(home.jwks(), "application/jwk-set+json", DID_MAX_AGE_S)

    @router.get("/status/{name}", summary="A Bitstring Status List credential, as stored")
    def status_list(name: str) -> Response:
        content = home.status_list(name)
        if content is None:
            raise HTTPException(404, "there is no such status list")
        headers = {"Cache-Control": f"public, max-age={STATUS_MAX_AGE_S}"}
        return Response(content, media_type="application/vc+ld+json", headers=headers)

    @router.get("/issuer", summary="The issuer's profile")
    def issuer(request: Request) -> Response:
        if not wants_html(request):
            return JSONResponse(home.issuer_profile())
        return _issuer_page(request, home, pages)

    @router.get("/achievements/{code}/{version}", summary="A catalogue page")
    @router.get("/achievements/{code}/{version}/{language}", summary="A catalogue page in one language")
    def achievement(request: Request, code: str, version: str, language: str = "") -> Response:
        entry = home.catalogue_entry(code, version)
        if entry is None:
            raise HTTPException(404, "the catalogue has no such page")
        if not wants_html(request):
            return JSONResponse(_as_json(entry, language or entry.title.languages[0]))
        return _achievement_page(request, entry, pages)

    return router


def _cached(document: dict[str, Any], media_type: str, max_age_s: int) -> Response:
    headers = {"Cache-Control": f"public, max-age={max_age_s}", "Access-Control-Allow-Origin": "*"}
    return JSONResponse(document, media_type=media_type, headers=headers)


def _issuer_page(request: Request, home: Home, pages: Pages) -> Response:
    profile = home.issuer_profile()
    facts = [("DID", profile["id"])]
    facts += [
        (entry["identifierType"].removeprefix("ext:"), entry["identifier"]) for entry in profile["otherIdentifier"]
    ]
    language = pages.language(request)
    achievements = [
        {
            "path": f"/achievements/{entry.code}/{entry.version}",
            "title": entry.title.best(language),
            "version": entry.version,
        }
        for entry in home.catalogue()
    ]
    return pages.render(request, "issuer.html", facts=facts, achievements=achievements)


def _achievement_page(request: Request, entry: CatalogueEntry, pages: Pages) -> Response:
    language = pages.language(request)
    say = sayer(language)
    facts = [(say("credits"), f"{entry.ects} ECTS")]
    facts += [(say("level"), f"EQF {entry.eqf}")] if entry.eqf else []
    facts += [(say("workload"), f"{entry.hours} {say('hours')}")] if entry.hours else []
    return pages.render(
        request,
        "achievement.html",
        kind=entry.kind,
        title=entry.title.best(language),
        description=entry.description.best(language),
        facts=facts,
        outcomes=[outcome.best(language) for outcome in entry.outcomes],
    )


def _as_json(entry: CatalogueEntry, language: str) -> dict[str, Any]:
    return {
        "id": entry.iri,
        "type": ["Achievement"],
        "name": entry.title.best(language),
        "description": entry.description.best(language),
        "version": entry.version,
        "humanCode": entry.code,
        "ects": str(entry.ects),
        "outcomes": [outcome.best(language) for outcome in entry.outcomes],
    }
