"""From a key's URI to the backend that holds it. The URI is safe to store; the secret that opens it is not in it.

A backend is a module with `signer_for(location, access) -> Signer`, and with `create_key` and `new_location` if it can
make keys; it is imported when first named, so that a token's driver need not be there for a home that has no token.
"""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import cast

from vc_issuer.errors import ConfigurationError
from vc_issuer.model.keys import KeyAlgorithm, PublicKey, Signer
from vc_issuer.signers.access import KeyAccess

BACKENDS: Mapping[str, str] = {
    "file": "vc_issuer.signers.file",
    "pkcs11": "vc_issuer.signers.pkcs11",
    "kms": "vc_issuer.signers.kms",
}
_EXTRAS = {"pkcs11": "hsm", "kms": "kms"}


def open_signer(uri: str, access: KeyAccess, *, allow_file: bool = True) -> Signer:
    """Return the signer that `uri` names, still closed: use it as a context manager.

    A relative `file:` path stands under `access.base`. Production passes `allow_file=False` (decisions part 3.3).
    Raises ConfigurationError for an unknown scheme, a missing backend, or a file key where none may be.
    """
    scheme, location = _split(uri)
    if scheme == "file" and not allow_file:
        raise ConfigurationError(
            "production refuses keys in files.", remedy="Name a token, or set keys.allow_file_keys = true."
        )
    return cast("Signer", _backend(scheme).signer_for(location, access))


def create_key(uri: str, algorithm: KeyAlgorithm, access: KeyAccess) -> PublicKey:
    """Make a key where `uri` says, and return its public half. Raises ConfigurationError, SignerError."""
    scheme, location = _split(uri)
    backend = _backend(scheme)
    if not hasattr(backend, "create_key"):
        raise ConfigurationError(
            f"keys of {scheme}: are not made from here.", remedy="Make it where it lives, then run: keys import"
        )
    return cast("PublicKey", backend.create_key(location, algorithm, access))


def new_key_uri(backend_uri: str, name: str) -> str:
    """Return the URI of a key to be called `name`, on the token or in the folder that `backend_uri` names."""
    scheme, location = _split(backend_uri)
    backend = _backend(scheme)
    if not hasattr(backend, "new_location"):
        raise ConfigurationError(
            f"keys of {scheme}: are not made from here.", remedy="Make it where it lives, then run: keys import"
        )
    return f"{scheme}:{backend.new_location(location, name)}"


def scheme_of(uri: str) -> str:
    """Return which backend a URI names. Raises ConfigurationError for an unknown one."""
    return _split(uri)[0]


def _split(uri: str) -> tuple[str, str]:
    scheme, colon, location = uri.partition(":")
    if not colon or scheme not in BACKENDS:
        known = ", ".join(f"{name}:" for name in sorted(BACKENDS))
        raise ConfigurationError(f"no key backend for {scheme!r}.", remedy=f"Known are {known}")
    return scheme, location


def _backend(scheme: str) -> ModuleType:
    try:
        return import_module(BACKENDS[scheme])
    except ImportError as error:
        extra = _EXTRAS.get(scheme, scheme)
        raise ConfigurationError(
            f"the backend for {scheme}: keys isn't installed.", remedy=f'Install it: pip install "vc-issuer[{extra}]"'
        ) from error
