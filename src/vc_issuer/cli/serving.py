"""`serve`: the web application over a home."""

from typing import Annotated

import typer
import uvicorn

from vc_issuer.cli.context import Context
from vc_issuer.cli.opening import open_home
from vc_issuer.cli.output import console, speaking
from vc_issuer.errors import ConfigurationError
from vc_issuer.web.app import create_app

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@speaking
def serve(
    context: typer.Context,
    bind: Annotated[str, typer.Option("--bind", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on.")] = 8000,
    conformance: Annotated[
        bool,
        typer.Option("--conformance", help="Add the mount for outside test suites: on loopback, never in production."),
    ] = False,
) -> None:
    """Serve the public pages, the verifier, status lists and keys. Put a reverse proxy with TLS before it."""
    options: Context = context.obj
    with open_home(options) as home:
        problems = home.problems()
        if problems:
            raise ConfigurationError("the home is not ready: " + " ".join(problems), remedy="Run: check-config")
        mount = home.conformance(_loopback_origin(bind, port)) if conformance else None
        home.warm()
        console().print(f"{home.settings.host} is served at http://{bind}:{port}/", markup=False)
        if mount:
            console().print(f"The conformance mount: {mount.origin}/conformance/paths.json", markup=False)
        app = create_app(home, conformance=mount)
        # The access log of the server would write codes; the application logs routes instead.
        uvicorn.run(app, host=bind, port=port, access_log=False, log_level="warning", server_header=False)


def _loopback_origin(bind: str, port: int) -> str:
    """Return where a mount is reached that nobody from outside may reach. Raises ConfigurationError."""
    if bind not in LOOPBACK or port == 0:
        raise ConfigurationError(
            "the conformance mount needs a port of a loopback address.",
            remedy=f"Use --bind with one of {', '.join(LOOPBACK)}, and a --port.",
        )
    return f"http://{f'[{bind}]' if ':' in bind else bind}:{port}"
