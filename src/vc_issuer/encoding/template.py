"""Canonical N-Quads of a known shape: constant pieces and holes, filled without JSON-LD (RDFC-1.0 section 4).

A template gives the bytes of the generic path or nothing at all: `fill` returns None wherever it can't prove that.
Blank nodes are labelled by their first-degree hashes; where two are equal, the generic path decides. Lines that
share subject and predicate, and subjects that are holes, are sorted each time; the order of everything else was
settled when the shape was compiled.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from vc_issuer.encoding.canonical_lines import HASHES, CanonicalLines
from vc_issuer.encoding.hole_texts import NUL, HoleTexts, hole_texts

# An IRI that every parser takes as it is: absolute, ASCII, of a host without surprises. Others are left to them.
# Behind each stands NUL, so that one look goes over all.
_CHARACTERS = rb"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})*+"
_SAFE_IRIS = re.compile(
    rb"(?:[A-Za-z][A-Za-z0-9+.-]*:(?!\0)(?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?=[/?#\0]))?(?!//)"
    rb"%b(?:#%b)?\0)*+\Z" % (_CHARACTERS, _CHARACTERS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A compiled shape. Of the texts of a document some are constants, the others holes (several may share one).

    `firsts` are the first places of the holes, `equal` pairs of places that share a hole.
    """

    text_count: int
    constants_at: tuple[int, ...]
    constants: tuple[str, ...]
    holes: tuple[tuple[int, ...], ...]
    firsts: tuple[int, ...]
    equal: tuple[tuple[int, int], ...]
    iris: tuple[int, ...]
    terms: frozenset[bytes]
    lines: CanonicalLines

    @property
    def hash_name(self) -> str:
        """Return the name of the hash that labels blank nodes, and that `digest` gives."""
        return self.lines.hash_name

    def values_of(self, texts: Sequence[str]) -> tuple[str, ...] | None:
        """Return what goes into the holes, or None if these texts are not of this template."""
        if len(texts) != self.text_count or picked(texts, self.constants_at) != self.constants:
            return None
        if any(texts[first] != texts[other] for first, other in self.equal):
            return None
        return picked(texts, self.firsts)

    def fill(self, values: Sequence[str]) -> bytes | None:
        """Return the canonical N-Quads with these values in the holes; None where the generic path must decide."""
        texts = hole_texts(values)
        parts = None if texts is None else self._parts(texts)
        return None if parts is None else b"".join(parts)

    def digest(self, values: Sequence[str]) -> bytes | None:
        """Return the hash of what `fill` gives, by `hash_name`."""
        texts = hole_texts(values)
        return None if texts is None else self.digest_of(texts)

    def digest_of(self, texts: HoleTexts) -> bytes | None:
        """Return the hash of what `fill` gives for these texts; a constant beginning is hashed once for all."""
        parts = self._parts(texts)
        if parts is None:
            return None
        if not parts or parts[0] not in self.lines.beginnings:
            return HASHES[self.hash_name](b"".join(parts)).digest()
        state = _begun(self.hash_name, parts[0]).copy()
        state.update(b"".join(parts[1:]))
        return bytes(state.digest())

    def _parts(self, texts: HoleTexts) -> list[bytes] | None:
        iris = [texts.escaped[hole] for hole in self.iris]
        if not texts.may_be_signed or not are_plain_iris(iris, self.terms):
            return None
        return self.lines.parts(texts.escaped)


@lru_cache(maxsize=256)
def _begun(hash_name: str, beginning: bytes) -> Any:
    """Return the state of a hash after a constant beginning, to be copied."""
    return HASHES[hash_name](beginning)


def is_plain_iri(value: str, terms: frozenset[bytes]) -> bool:
    """Tell whether JSON-LD takes `value` as an IRI as it stands: no term, and no prefix that a context defines."""
    return value.isascii() and NUL not in value and are_plain_iris([value.encode()], terms)


def are_plain_iris(values: Sequence[bytes], terms: frozenset[bytes]) -> bool:
    """Tell so of several in UTF-8, none of which holds NUL."""
    if not _SAFE_IRIS.match(b"\0".join((*values, b""))) or not terms.isdisjoint(values):
        return False
    for value in values:
        scheme, _, rest = value.partition(b":")
        if scheme in terms and not rest.startswith(b"//"):
            return False
    return True


def picked(texts: Sequence[str], places: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the texts at these places."""
    if not places:
        return ()
    found = itemgetter(*places)(texts)
    return found if len(places) > 1 else (found,)
