"""The web application over one home."""

import logging
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from vc_issuer.config import Mode
from vc_issuer.web.conformance import conformance_router
from vc_issuer.web.headers import SECURITY_HEADERS
from vc_issuer.web.issuance_log import log_router
from vc_issuer.web.issuer import issuer_router
from vc_issuer.web.limits import BodyLimit
from vc_issuer.web.pages import STATIC, Pages
from vc_issuer.web.problems import install_problems
from vc_issuer.web.public import public_router
from vc_issuer.web.stack import stack_router
from vc_issuer.web.vc_api import vc_api_router
from vc_issuer.web.verify import VerifyService, verify_router
from vc_issuer.wiring.conformance import ConformanceMount
from vc_issuer.wiring.home import Home

log = logging.getLogger("vc_issuer.access")


def create_app(home: Home, *, conformance: ConformanceMount | None = None) -> FastAPI:
    """Return the application; everything that it needs hangs on `home`; `conformance` is the mount for test suites."""
    app = FastAPI(
        title="vc_issuer",
        summary="Verify micro-credentials, and find what their issuer publishes",
        docs_url=None,
        redoc_url=None,
    )
    pages = Pages(
        issuer_name=home.issuer.legal_name.best("nl"),
        host=home.settings.host,
        demo=home.settings.mode is Mode.DEMO,
    )
    install_problems(app, pages)
    app.middleware("http")(_finish)
    app.add_middleware(BodyLimit)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(public_router(home, pages))
    service = VerifyService(home)
    app.include_router(verify_router(home, pages, service))
    app.include_router(stack_router(home, pages, service))
    app.include_router(issuer_router(home, pages))
    app.include_router(log_router(home))
    app.include_router(vc_api_router(home))
    if conformance is not None:
        app.include_router(conformance_router(conformance))
    _operations(app, home)
    return app


async def _finish(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Add the headers that every answer has, and log the route, never the path: a code is a capability."""
    started = time.perf_counter()
    response = await call_next(request)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    route = getattr(request.scope.get("route"), "path", "unmatched")
    elapsed_ms = round((time.perf_counter() - started) * 1000)
    log.info("%s %s %s %sms", request.method, route, response.status_code, elapsed_ms)
    return response


def _operations(app: FastAPI, home: Home) -> None:
    @app.get("/", include_in_schema=False)
    def start() -> Response:
        return RedirectResponse("/verify", status_code=307)

    @app.get("/healthz", tags=["operations"], summary="The process answers")
    def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz", tags=["operations"], summary="Database and keys are at hand")
    def readyz() -> Response:
        problems = home.problems()
        return JSONResponse(
            {"status": "not ready" if problems else "ok", "problems": problems}, 503 if problems else 200
        )
