"""A text that many stored values share, and values compressed as what they differ from it (zstd, RFC 8878).

The documents of one offering are alike but for a few hundred bytes. A dictionary is named by its own digest, so that
whoever holds the name can't be given another.
"""

import hashlib
import threading
from functools import lru_cache

import zstandard

from vc_issuer.errors import ConfigurationError

ID_CHARACTERS = 32  # 128 bits in hex
# The fastest levels: what isn't in the dictionary is ids and hashes, which no level makes shorter.
_LEVEL = -1
_MOST_OPEN = 128  # a dictionary takes some 200 kB while it is in use


class Dictionary:
    """Compresses and restores, from several threads too. Make one with `dictionary_of`."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.id = hashlib.sha256(content).hexdigest()[:ID_CHARACTERS]
        self._data = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self._compressor: zstandard.ZstdCompressor | None = None
        self._decompressor: zstandard.ZstdDecompressor | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Dictionary({self.id!r})"

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return dictionary_of, (self.content,)

    def compress(self, content: bytes) -> bytes:
        """Return `content` as a zstd frame that `restore` needs this dictionary for."""
        with self._lock:
            if self._compressor is None:
                self._data.precompute_compress(level=_LEVEL)
                self._compressor = zstandard.ZstdCompressor(
                    level=_LEVEL, dict_data=self._data, write_dict_id=False, write_checksum=False
                )
            return self._compressor.compress(content)

    def restore(self, compressed: bytes) -> bytes:
        """Return what was compressed, byte for byte. Raises ConfigurationError for anything else."""
        try:
            with self._lock:
                if self._decompressor is None:
                    self._decompressor = zstandard.ZstdDecompressor(dict_data=self._data)
                return self._decompressor.decompress(compressed)
        except zstandard.ZstdError as error:
            raise ConfigurationError(
                f"a stored value was not compressed with dictionary {self.id}.", remedy="Restore a backup."
            ) from error


@lru_cache(maxsize=_MOST_OPEN)
def dictionary_of(content: bytes) -> Dictionary:
    """Return the dictionary with this content: one a process, ready for use."""
    return Dictionary(content)
