"""What a securing mechanism must offer: Data Integrity and JAdES implement it."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from vc_issuer.model.credential import Document, SecuredCredential, Verified
from vc_issuer.model.keys import SigningKey, VerificationMethod

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
