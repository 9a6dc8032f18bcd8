"""From a key's URI to the backend that holds it. The URI is safe to store; the secret that opens it is not in it.

A backend is a module with `signer_for(location, *, passphrase, base) -> Signer`; it is imported when first named, so
that a token's driver need not be there for a home that has no token.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.keys import Signer

BACKENDS: Mapping[str, str] = {
    "file": "vc_issuer.signers.file",
}


def open_signer(uri: str, *, passphrase: bytes, base: Path, allow_file: bool = True) -> Signer:
    """Return the signer that `uri` names, still closed: use it as a context manager.

    A relative `file:` path stands under `base`. Production passes `allow_file=False` (decisions part 3.3).
    Raises ConfigurationError for an unknown scheme, a missing backend, or a file key where none may be.
    """
    scheme, colon, location = uri.partition(":")
    if not colon or scheme not in BACKENDS:
        known = ", ".join(f"{name}:" for name in sorted(BACKENDS))
        raise ConfigurationError(f"no key backend for {scheme!r}.", remedy=f"Known are {known}")
    if scheme == "file" and not allow_file:
        raise ConfigurationError(
            "production refuses keys in files.", remedy="Name a token, or set keys.allow_file_keys = true."
        )
    try:
        backend = import_module(BACKENDS[scheme])
    except ImportError as error:
        raise ConfigurationError(
            f"the backend for {scheme}: keys isn't installed.", remedy="Install the extra that brings it."
        ) from error
    return cast("Signer", backend.signer_for(location, passphrase=passphrase, base=base))
