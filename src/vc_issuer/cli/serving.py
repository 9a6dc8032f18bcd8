"""`serve`: the web application over a home."""

from typing import Annotated

import typer
import uvicorn

from vc_issuer.cli.context import Context
from vc_issuer.cli.opening import open_home
from vc_issuer.cli.output import console, speaking
from vc_issuer.errors import ConfigurationError
from vc_issuer.web.app import create_app


@speaking
def serve(
    context: typer.Context,
    bind: Annotated[str, typer.Option("--bind", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Serve the public pages, the verifier, status lists and keys. Put a reverse proxy with TLS before it."""
    options: Context = context.obj
    with open_home(options) as home:
        problems = home.problems()
        if problems:
            raise ConfigurationError("the home is not ready: " + " ".join(problems), remedy="Run: check-config")
        home.warm()
        console().print(f"{home.settings.host} is served at http://{bind}:{port}/", markup=False)
        # The access log of the server would write codes; the application logs routes instead.
        uvicorn.run(create_app(home), host=bind, port=port, access_log=False, log_level="warning", server_header=False)
