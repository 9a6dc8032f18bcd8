"""Encryption of personal fields at rest: one data key a learner, wrapped by the home's key (GDPR art. 17).

A sealed value is a version byte, a 96-bit random nonce and AES-256-GCM over an optionally compressed text. The
additional data name table, column and row, and the dictionary that it was compressed with, so that a value copied
elsewhere does not open. Who shreds a
learner's wrapped key makes everything sealed with it unreadable, in this database and in later backups.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from isal import isal_zlib

from vc_issuer.errors import ConfigurationError
from vc_issuer.store.dictionary import Dictionary

RandomBytes: TypeAlias = Callable[[int], bytes]

KEY_BYTES = 32
NONCE_BYTES = 12
_PLAIN = b"\x01"
_DEFLATED = b"\x02"
_WITH_DICTIONARY = b"\x03"
# ISA-L writes what zlib reads, in a quarter of zlib's time for its own level 1 (ADR 19).
_DEFLATE_LEVEL = 1
_WORTH_DEFLATING = 512


class DataKey:
    """A learner's data key, open; seals and opens values under a context such as `records.content:ab12`."""

    def __init__(self, key: bytes, random_bytes: RandomBytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)
        self._derivation_key = b""
        self._random_bytes = random_bytes

    def __reduce__(self) -> tuple[type["DataKey"], tuple[bytes, RandomBytes]]:
        # For a process that this one started to work for it; it gets what it works on in the same way.
        return DataKey, (self._key, self._random_bytes)

    def seal(self, content: bytes, context: str, dictionary: Dictionary | None = None) -> bytes:
        """Return `content` encrypted; compressed first, with a dictionary or where that is worth it."""
        version, text = _PLAIN, content
        if dictionary is not None:
            version, text = _WITH_DICTIONARY, dictionary.compress(content)
        elif len(content) > _WORTH_DEFLATING:
            version, text = _DEFLATED, isal_zlib.compress(content, _DEFLATE_LEVEL)
        nonce = self._random_bytes(NONCE_BYTES)
        return version + nonce + self._cipher.encrypt(nonce, text, _bound_to(version, context, dictionary))

    def derive(self, context: str) -> bytes:
        """Return 32 bytes that nobody knows without this key, the same for the same context; gone when it is shred."""
        if not self._derivation_key:  # most keys are opened to read something
            self._derivation_key = hmac.digest(self._key, b"vc-issuer derive 1", "sha256")
        return hmac.digest(self._derivation_key, context.encode(), "sha256")

    def open(self, sealed: bytes, context: str, dictionary: Dictionary | None = None) -> bytes:
        """Return what was sealed under `context`, byte for byte. Raises ConfigurationError if it does not open."""
        version, nonce, text = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            content = self._cipher.decrypt(nonce, text, _bound_to(version, context, dictionary))
        except (InvalidTag, ValueError) as error:
            raise ConfigurationError(
                f"a sealed value of {context.partition(':')[0]} does not open.",
                remedy="Check that the home's storage key belongs to this database, or restore a backup of both.",
            ) from error
        if version == _WITH_DICTIONARY and dictionary is not None:
            return dictionary.restore(content)
        return isal_zlib.decompress(content) if version == _DEFLATED else content


def _bound_to(version: bytes, context: str, dictionary: Dictionary | None) -> bytes:
    if version != _WITH_DICTIONARY or dictionary is None:
        return version + context.encode()
    return version + f"{context}:{dictionary.id}".encode()


class Vault:
    """The home's storage key: wraps data keys, and makes blind indexes for look-ups of personal values."""

    def __init__(self, home_key: bytes, random_bytes: RandomBytes) -> None:
        if len(home_key) != KEY_BYTES:
            raise ConfigurationError(
                f"the home's storage key must hold {KEY_BYTES} bytes.", remedy="Restore it from its backup."
            )
        self._wrapping = DataKey(hmac.digest(home_key, b"vc-issuer wrap 1", "sha256"), random_bytes)
        self._index_key = hmac.digest(home_key, b"vc-issuer index 1", "sha256")
        self._random_bytes = random_bytes

    def new_data_key(self, owner: str) -> bytes:
        """Return a fresh data key, wrapped for `owner`."""
        return self._wrapping.seal(self._random_bytes(KEY_BYTES), f"learners.data_key:{owner}")

    def open_data_key(self, wrapped: bytes, owner: str) -> DataKey:
        """Open the data key that was wrapped for `owner`. Raises ConfigurationError under a foreign home key."""
        return DataKey(self._wrapping.open(wrapped, f"learners.data_key:{owner}"), self._random_bytes)

    def blind_index(self, value: str, column: str) -> bytes:
        """Return an HMAC under which `value` can be found again but not guessed without the home's key."""
        return hmac.digest(self._index_key, f"{column}\0{value}".encode(), "sha256")


def code_hash(code: str) -> bytes:
    """Return the look-up hash of a capability code; its 130 random bits need no salt."""
    return hashlib.sha256(code.encode("ascii", "replace")).digest()
