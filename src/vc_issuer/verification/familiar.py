"""Check 4 for badges of a familiar shape: their proofs are verified in this process, without canonicalising anew.

A shape is learned at its second sight, in the killable child, and only from a badge all of whose proofs hold: so
compiling is no lever, and a poisoned graph never comes here. `MOST_SHAPES` of them are remembered. A badge of any
other shape goes to the child; the answers are the same.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping

from vc_issuer.encoding.known_shapes import MOST_SHAPES, KnownShape, KnownShapes, compile_shape
from vc_issuer.encoding.shape import read_shape
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import VcIssuerError
from vc_issuer.model.credential import Document
from vc_issuer.model.keys import VerificationMethod
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.verification.proofs import Guard, ProofLine, proof_lines, prove

_MOST_SEEN = 1024  # structures, by hash, of which it is known how often they were seen


class _UnfamiliarError(Exception):
    """Say that a part's shape is not known: no error of the document, and no answer."""


class Familiar:
    """Verify proofs, here where the shape is known and behind the guard where it isn't. Safe to share by threads."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._shapes = KnownShapes(MOST_SHAPES)
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def prove(self, content: bytes, document: Document, methods: Mapping[str, VerificationMethod]) -> list[ProofLine]:
        """Return what `prove` returns for these bytes, of which `document` was read. Raises as it does."""
        try:
            return proof_lines(document, methods, canonicalize=self._canonical)
        except _UnfamiliarError:
            pass
        lines: list[ProofLine] = self.guard(prove, content, methods)
        if all(line.error is None for line in lines) and self._is_second_sight(document):
            self._learn(content, methods)
        return lines

    def _canonical(self, part: Document, hash_name: str) -> bytes:
        found = self._shapes.canonical(part, hash_name)
        if found is None:
            raise _UnfamiliarError
        return found

    def _is_second_sight(self, document: Document) -> bool:
        key = hashlib.sha256(repr(read_shape(document).key).encode("utf-8", "replace")).digest()
        with self._lock:
            count = self._seen.pop(key, 0) + 1
            self._seen[key] = count
            while len(self._seen) > _MOST_SEEN:
                self._seen.popitem(last=False)
        return count == 2

    def _learn(self, content: bytes, methods: Mapping[str, VerificationMethod]) -> None:
        try:
            shapes: list[KnownShape] = self.guard(shapes_of, content, methods)
        except VcIssuerError:
            return  # too much work to compile: such badges go on being verified behind the guard
        self._shapes.admit(shapes)


def shapes_of(content: bytes, methods: Mapping[str, VerificationMethod]) -> list[KnownShape]:
    """Compile what the proofs of a badge canonicalise: their configurations, and the document without them."""
    parts: list[tuple[Document, str]] = []

    def note(part: Document, hash_name: str) -> bytes:
        parts.append((part, hash_name))
        return b""

    document = parse_strict(content, limits=LIMITS)
    if isinstance(document, dict):
        proof_lines(document, methods, canonicalize=note)
    compiled = (compile_shape(part, hash_name) for part, hash_name in parts)
    return [shape for shape in compiled if shape is not None]
