"""What opens a key: where relative paths stand, and the secret of its backend, a passphrase or a PIN."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccess:
    """How a home gets at its keys; `secret` comes from a file that only its owner may read."""

    base: Path
    secret: bytes = field(repr=False, default=b"")
