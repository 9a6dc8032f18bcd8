"""What operators ask: does it live, is it ready, how much does it do, and what is its interface."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from vc_issuer.web.metrics import Metrics
from vc_issuer.web.pages import Pages
from vc_issuer.wiring.home import Home

_VERBS = ("get", "post", "put", "delete", "patch")


def operations_router(app: FastAPI, home: Home, pages: Pages, metrics: Metrics) -> APIRouter:
    """Return the routes of operation."""
    router = APIRouter(tags=["operations"])

    @router.get("/", include_in_schema=False)
    def start() -> Response:
        return RedirectResponse("/verify", status_code=307)

    @router.get("/healthz", summary="The process answers")
    def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get(
        "/readyz",
        summary="Database and keys are at hand",
        responses={503: {"description": "What keeps it from working"}},
    )
    def readyz() -> Response:
        problems = home.problems()
        return JSONResponse(
            {"status": "not ready" if problems else "ok", "problems": problems}, 503 if problems else 200
        )

    @router.get("/metrics", summary="Counts for Prometheus", response_class=Response)
    def counts() -> Response:
        return Response(metrics.exposition(), media_type=metrics.content_type)

    @router.get("/docs", include_in_schema=False)
    def docs(request: Request) -> Response:
        return pages.render(request, "docs.html", here="docs", operations=operations_of(app.openapi()))

    return router


def operations_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """List the operations of an OpenAPI document as its page shows them."""
    return [
        {
            "path": path,
            "verb": verb.upper(),
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "parameters": [_parameter(each) for each in operation.get("parameters", [])],
            "bodies": list(operation.get("requestBody", {}).get("content", {})),
            "answers": [_answer(status, each) for status, each in operation.get("responses", {}).items()],
        }
        for path, item in document["paths"].items()
        for verb, operation in item.items()
        if verb in _VERBS
    ]


def _parameter(parameter: dict[str, Any]) -> str:
    return f"{parameter['name']} ({parameter['in']}{', required' if parameter.get('required') else ''})"


def _answer(status: str, answer: dict[str, Any]) -> dict[str, str]:
    return {
        "status": status,
        "description": answer.get("description", ""),
        "types": ", ".join(answer.get("content", {})),
    }
