"""PKCS #11 URIs (RFC 7512): which token, which key, which driver. A URI is safe to store: a PIN in one is refused.

Known are `token`, `serial`, `object`, `id` and `type` of the path, and `module-path` of the query.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, unquote_to_bytes

from vc_issuer.errors import ConfigurationError

_PATH = frozenset({"token", "serial", "object", "id", "type"})
_QUERY = frozenset({"module-path"})
_PART = re.compile(r"([a-z-]+)=([^;&?]*)\Z")
_SAFE = "-._~:[]@!$'()*+,=/"  # RFC 7512 section 2.3: what a value may hold beside letters and digits


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUri:
    """A parsed URI; an empty member is not stated."""

    module: str
    token: str = ""
    serial: str = ""
    label: str = ""
    key_id: bytes = b""

    def with_label(self, label: str) -> "TokenUri":
        """Return the URI of another key on the same token."""
        return replace(self, label=label, key_id=b"")

    @property
    def location(self) -> str:
        """Return the URI without its scheme."""
        names = (("token", self.token), ("serial", self.serial), ("object", self.label))
        parts = [f"{name}={quote(value, safe=_SAFE)}" for name, value in names if value]
        parts += ["id=" + "".join(f"%{byte:02X}" for byte in self.key_id)] if self.key_id else []
        return ";".join(parts) + f"?module-path={quote(self.module, safe=_SAFE)}"


def parse_token_uri(location: str) -> TokenUri:
    """Parse what follows `pkcs11:`. Raises ConfigurationError for what is not understood, and for a PIN."""
    path, _, query = location.partition("?")
    members = _members(path.split(";") if path else [], _PATH)
    options = _members(query.split("&") if query else [], _QUERY)
    if members.get("type", "private") != "private":
        raise ConfigurationError(
            "a pkcs11: URI must name a private key.", remedy="Write type=private, or leave it out."
        )
    if not (members.get("token") or members.get("serial")):
        raise ConfigurationError("the pkcs11: URI names no token.", remedy="Add token=LABEL or serial=NUMBER.")
    if "module-path" not in options:
        raise ConfigurationError(
            "the pkcs11: URI names no driver.", remedy="Add ?module-path=/path/to/the/vendor/library.so"
        )
    return TokenUri(
        module=unquote(options["module-path"]),
        token=unquote(members.get("token", "")),
        serial=unquote(members.get("serial", "")),
        label=unquote(members.get("object", "")),
        key_id=unquote_to_bytes(members.get("id", "")),
    )


def _members(parts: list[str], known: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        match = _PART.match(part)
        name = match[1] if match else part.partition("=")[0]
        if name.startswith("pin-"):
            raise ConfigurationError(
                "a PIN does not belong into a key's URI.", remedy="Name a file with it in keys.pin_file."
            )
        if match is None or name not in known or name in found:
            raise ConfigurationError(
                f"{name[:40]!r} in a pkcs11: URI is not understood here.",
                remedy=f"Known are {', '.join(sorted(_PATH | _QUERY))}.",
            )
        found[name] = match[2]
    return found
