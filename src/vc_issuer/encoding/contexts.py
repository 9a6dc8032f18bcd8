"""The pinned JSON-LD contexts: URL to bytes, checked by sha256, and nothing else (threats T14, T27).

The folder `contexts/` ships in the wheel beside the package, and lies at the root of a checkout. Contexts that define
every word there is (`@vocab`) stand apart: they are for the W3C's examples, on the conformance mount alone.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from vc_issuer.errors import ConfigurationError

EVERYWHERE, CONFORMANCE = "everywhere", "conformance"
_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "contexts", _PACKAGE.parent.parent / "contexts")


@dataclass(frozen=True, slots=True)
class ContextStore:
    """Contexts by URL. `documents` are parsed, `sha256` those of the exact bytes, which are `contents`."""

    documents: Mapping[str, Any] = field(repr=False)
    sha256: Mapping[str, str] = field(default_factory=dict, repr=False)
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def with_documents(self, more: Mapping[str, Any]) -> "ContextStore":
        """Return a store that knows these contexts too; a URL that is known already keeps its bytes."""
        return ContextStore({**more, **self.documents}, self.sha256, self.contents)

    def __contains__(self, url: object) -> bool:
        return url in self.documents


def load_contexts(folder: Path, profiles: tuple[str, ...] = (EVERYWHERE,)) -> ContextStore:
    """Read the contexts of `profiles` by a folder's INDEX.toml and check every hash. Raises ConfigurationError."""
    try:
        index = tomllib.loads((folder / "INDEX.toml").read_text(encoding="utf-8"))["context"]
        documents, hashes, contents = {}, {}, {}
        for entry in index:
            if entry.get("profile", EVERYWHERE) not in profiles:
                continue
            content = (folder / entry["file"]).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if digest != entry["sha256"]:
                raise ConfigurationError(
                    f"the context {folder / entry['file']} was altered: its sha256 is {digest}.",
                    remedy="Install the package again, or run scripts/vendor_contexts.py.",
                )
            documents[entry["url"]] = json.loads(content)
            hashes[entry["url"]] = digest
            contents[entry["url"]] = content
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"the JSON-LD contexts in {folder} can't be read: {error}.", remedy="Install the package again."
        ) from error
    return ContextStore(documents, hashes, contents)


@cache
def pinned_contexts() -> ContextStore:
    """Return the contexts that ship with the project, checked once a process."""
    return load_contexts(_folder())


@cache
def conformance_contexts() -> ContextStore:
    """Return the pinned contexts and those of the W3C's examples, for the conformance mount."""
    return load_contexts(_folder(), (EVERYWHERE, CONFORMANCE))


def _folder() -> Path:
    return next((place for place in _PLACES if (place / "INDEX.toml").is_file()), _PLACES[0])
