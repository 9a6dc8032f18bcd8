"""The web application over one home."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from vc_issuer.config import Mode
from vc_issuer.web.auth import CONSOLE
from vc_issuer.web.conformance import conformance_router
from vc_issuer.web.headers import PRIVATE_HEADERS, SECURITY_HEADERS
from vc_issuer.web.issuance_log import log_router
from vc_issuer.web.issuer import issuer_router
from vc_issuer.web.limits import BodyLimit
from vc_issuer.web.metrics import UNMATCHED, Metrics
from vc_issuer.web.openapi import describe
from vc_issuer.web.operations import operations_router
from vc_issuer.web.pages import STATIC, Pages
from vc_issuer.web.problems import install_problems
from vc_issuer.web.public import public_router
from vc_issuer.web.registrar import console_router
from vc_issuer.web.stack import stack_router
from vc_issuer.web.vc_api import vc_api_router
from vc_issuer.web.verify import VerifyService, verify_router
from vc_issuer.wiring.conformance import ConformanceMount
from vc_issuer.wiring.home import Home

Answer: TypeAlias = Callable[[Request], Awaitable[Response]]
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
    metrics = Metrics()
    app.middleware("http")(_finisher(metrics))
    app.add_middleware(BodyLimit)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(public_router(home, pages))
    service = VerifyService(home, metrics)
    app.include_router(verify_router(home, pages, service))
    app.include_router(stack_router(home, pages, service))
    app.include_router(issuer_router(home, pages))
    app.include_router(log_router(home))
    if home.settings.serve.console:
        app.include_router(console_router(home, pages))
    app.include_router(vc_api_router(home))
    if conformance is not None:
        app.include_router(conformance_router(conformance))
    app.include_router(operations_router(app, home, pages, metrics))
    describe(app)
    return app


def _finisher(metrics: Metrics) -> Callable[[Request, Answer], Awaitable[Response]]:
    """Return what wraps every request: headers, a count, and a line in the log with the route, never the path."""

    async def finish(request: Request, call_next: Answer) -> Response:
        started, status = time.perf_counter(), 500
        metrics.begin()
        try:
            response = await call_next(request)
            status = response.status_code
        finally:
            # A path may hold a code, which is a capability.
            route = getattr(request.scope.get("route"), "path", UNMATCHED)
            elapsed_s = time.perf_counter() - started
            metrics.end(request.method, route, status, elapsed_s)
        is_console = request.scope["path"].startswith(CONSOLE)
        for name, value in (SECURITY_HEADERS | (PRIVATE_HEADERS if is_console else {})).items():
            response.headers.setdefault(name, value)
        log.info("%s %s %s %sms", request.method, route, status, round(elapsed_s * 1000))
        return response

    return finish
