"""What a securing mechanism must offer: Data Integrity and JAdES implement it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from vc_issuer.model.credential import Document, SecuredCredential, Verified
from vc_issuer.model.keys import KeyPurpose, SigningKey, VerificationMethod

ResolveKey: TypeAlias = Callable[[str], VerificationMethod]
"""Find a verification method by its id.

Raises InconclusiveError if it can't be found, InvalidError if it may not be used.
"""


class SecuringMechanism(Protocol):
    """A way to secure a document and to check that it holds."""

    @property
    def name(self) -> str:
        """Return the mechanism's stable name, such as `eddsa-rdfc-2022` or `jades`."""
        ...

    def recognises(self, content: bytes) -> bool:
        """Tell whether `content` looks secured by this mechanism."""
        ...

    def secure(self, document: Document, key: SigningKey, created: datetime) -> SecuredCredential:
        """Secure `document` at `created` (aware UTC). Raises UnsafeDocumentError, SignerError."""
        ...

    def verify(self, content: bytes, resolve_key: ResolveKey) -> Verified:
        """Return only if the proof holds. Raises UnreadableError, InvalidError, InconclusiveError."""
        ...


def purpose_of(document: Mapping[str, Any]) -> KeyPurpose:
    """Return which key signs a document: status lists have one of their own (threat T11)."""
    types = document.get("type")
    listed = types if isinstance(types, list) else [types]
    return KeyPurpose.STATUS if "BitstringStatusListCredential" in listed else KeyPurpose.CREDENTIAL
