"""`api-key`: let a system ask for credentials over the VC API; its key is shown once and kept as a hash."""

import hashlib
import os
import re
import secrets
from typing import Annotated

import typer

from vc_issuer.cli.context import Context, JsonFlag
from vc_issuer.cli.output import console, print_json, speaking
from vc_issuer.config import load_settings, read_api_keys
from vc_issuer.errors import ConfigurationError, InputError

KEY_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}\Z")


@speaking
def api_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The system that will use the key.")],
    as_json: JsonFlag = False,
) -> None:
    """Make a key for POST /credentials/issue and show it, once; the file that serve.api_keys names keeps its hash."""
    options: Context = context.obj
    settings = load_settings(options.home)
    if not settings.serve.api_keys:
        raise ConfigurationError(
            "no file for API keys is named.", remedy='Put api_keys = "keys/api-keys" under [serve] in settings.toml.'
        )
    if not _NAME.match(name):
        raise InputError(f"{name!r} is no name for a system.", remedy="Use letters, digits, dots and hyphens.")
    path = settings.path(settings.serve.api_keys)
    if path.exists() and name in read_api_keys(settings):
        raise InputError(f"{name} has a key already.", remedy=f"Take its line out of {path} first.")
    key = secrets.token_urlsafe(KEY_BYTES)
    line = f"{name} {hashlib.sha256(key.encode()).hexdigest()}\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "a") as file:
        file.write(line)
    if as_json:
        print_json({"name": name, "key": key})
    else:
        console().print(f"The key of {name}, shown this once: {key}", markup=False, soft_wrap=True)
