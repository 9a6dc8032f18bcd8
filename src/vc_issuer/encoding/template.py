"""Canonical N-Quads of a known shape: constant pieces and holes, filled without JSON-LD (RDFC-1.0 section 4).

A template gives the bytes of the generic path or nothing at all: `fill` returns None wherever it can't prove that.
Blank nodes are labelled by their first-degree hashes; where two are equal, the generic path decides. Lines that
share subject and predicate, and subjects that are holes, are sorted each time; the order of everything else was
settled when the shape was compiled.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from vc_issuer.model.text import text_defects

LABEL = b"\0"  # stands for a block's own label; no text that may be signed holds it
# An IRI that every parser takes as it is: absolute, ASCII, of a host without surprises. Others are left to them.
_CHARACTERS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})*+"
_SAFE_IRI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?=.)(?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?=[/?#]|\Z))?(?!//)"
    rf"{_CHARACTERS}(?:#{_CHARACTERS})?\Z"
)
# Backslashes first, or what the others put in would be doubled.
_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
_BETWEEN = "\0"
_END = b" .\n"


class Text(NamedTuple):
    """Bytes with holes: a form for `%`, and the numbers of the holes that go into it; no holes, no form."""

    form: bytes
    holes: tuple[int, ...] = ()

    def fill(self, values: Sequence[bytes]) -> bytes:
        """Return the bytes with these values in the holes."""
        return self.form % tuple([values[hole] for hole in self.holes]) if self.holes else self.form


class Lines(NamedTuple):
    """Lines that share subject and predicate: their objects are sorted each time, blank nodes by label last."""

    prefix: Text
    objects: tuple[Text, ...]
    nodes: tuple[int, ...]


class Block(NamedTuple):
    """All lines of one subject, in order; `subject` is empty for a blank node, whose lines begin with LABEL."""

    subject: Text
    parts: tuple[Text | Lines, ...]

    def constant(self) -> bytes | None:
        """Return the block's bytes if it has neither holes nor links, else None; a blank node's hold LABEL."""
        if len(self.parts) != 1 or isinstance(self.parts[0], Lines) or self.parts[0].holes or self.subject.holes:
            return None
        return self.parts[0].form


MAX_BLANK_NODES = 256
_MOST_LABELLED = 512  # of half a kilobyte each, a template
_LABELS = tuple(b"_:c14n%d" % rank for rank in range(MAX_BLANK_NODES))
_HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A compiled shape. Of the texts of a document some are constants, the others holes (several may share one).

    `hashed` holds for each blank node what its first-degree hash is over, or that hash where it is constant.
    """

    text_count: int
    constants_at: tuple[int, ...]
    constants: tuple[str, ...]
    holes: tuple[tuple[int, ...], ...]
    iris: tuple[int, ...]
    terms: frozenset[str]
    named: tuple[Block, ...]
    blank: tuple[Block, ...]
    constant_named: tuple[bytes | None, ...]
    constant_blank: tuple[bytes | None, ...]
    hashed: tuple[tuple[Text | Lines, ...] | bytes, ...]
    hash_name: str
    # Constant blocks of blank nodes under labels that they had: few, since only nodes with holes change places.
    _labelled: dict[tuple[int, bytes], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def values_of(self, texts: Sequence[str]) -> tuple[str, ...] | None:
        """Return what goes into the holes, or None if these texts are not of this template."""
        if len(texts) != self.text_count or picked(texts, self.constants_at) != self.constants:
            return None
        values = picked(texts, tuple(places[0] for places in self.holes))
        for places, value in zip(self.holes, values, strict=True):
            if len(places) > 1 and any(texts[place] != value for place in places):
                return None
        return values

    def fill(self, values: Sequence[str]) -> bytes | None:
        """Return the canonical N-Quads with these values in the holes; None where the generic path must decide."""
        parts = self._parts(values)
        return None if parts is None else b"".join(parts)

    def digest(self, values: Sequence[str]) -> bytes | None:
        """Return the hash of what `fill` gives, by `hash_name`; a constant beginning is hashed once for all."""
        parts = self._parts(values)
        if parts is None:
            return None
        if not parts or parts[0] not in self.constant_named:
            return _HASHES[self.hash_name](b"".join(parts)).digest()
        state = _begun(self.hash_name, parts[0]).copy()
        state.update(b"".join(parts[1:]))
        return bytes(state.digest())

    def _parts(self, values: Sequence[str]) -> list[bytes] | None:
        if not all(is_plain_iri(values[hole], self.terms) for hole in self.iris):
            return None
        joined = _BETWEEN.join(values)
        if joined.count(_BETWEEN) >= max(len(values), 1) or not _may_be_signed(joined):
            return None
        encoded = escape_literals(joined).split(LABEL)
        ranked = self._ranked(encoded)
        if ranked is None:
            return None
        labels = [b""] * len(ranked)
        for label, node in zip(_LABELS, ranked, strict=False):
            labels[node] = label
        parts: list[bytes] = []
        subjects = [block.subject.fill(encoded) for block in self.named]
        if len(set(subjects)) != len(subjects):
            return None
        for number in sorted(range(len(subjects)), key=subjects.__getitem__):
            known = self.constant_named[number]
            if known is not None:
                parts.append(known)
            else:
                _write(self.named[number].parts, encoded, labels, parts)
        # `_:` comes behind every `<`.
        for rank in _ranks_by_label(len(ranked)):
            node, label = ranked[rank], _LABELS[rank]
            written = self._labelled.get((node, label)) or self._constant(node, label)
            if written is None:
                own: list[bytes] = []
                _write(self.blank[node].parts, encoded, labels, own)
                written = b"".join(own).replace(LABEL, label)
            parts.append(written)
        return parts

    def _constant(self, node: int, label: bytes) -> bytes | None:
        """Return the block of a blank node under a label if it has neither holes nor links, and remember it."""
        constant = self.constant_blank[node]
        if constant is None:
            return None
        if len(self._labelled) >= _MOST_LABELLED:
            self._labelled.clear()
        self._labelled[node, label] = written = constant.replace(LABEL, label)
        return written

    def _ranked(self, encoded: Sequence[bytes]) -> list[int] | None:
        """Return the blank nodes in the order of their first-degree hashes, or None where two are equal."""
        hashes: list[bytes] = []
        digest = _HASHES[self.hash_name]
        for known in self.hashed:
            if isinstance(known, bytes):
                hashes.append(known)
                continue
            parts: list[bytes] = []
            _write(known, encoded, (), parts)
            hashes.append(digest(b"".join(parts)).digest())
        if len(set(hashes)) != len(hashes):
            return None
        return sorted(range(len(hashes)), key=hashes.__getitem__)


@lru_cache(maxsize=256)
def _begun(hash_name: str, beginning: bytes) -> Any:
    """Return the state of a hash after a constant beginning, to be copied."""
    return _HASHES[hash_name](beginning)


@cache
def _ranks_by_label(count: int) -> tuple[int, ...]:
    """Return ranks in the order of their labels as text: c14n10 stands before c14n2."""
    return tuple(sorted(range(count), key=_LABELS.__getitem__))


def escape_literals(joined: str) -> bytes:
    """Escape texts as canonical N-Quads have them (RDFC-1.0 section 5), of characters that may be signed."""
    written = joined.encode()
    for plain, escaped in _ESCAPES:
        written = written.replace(plain, escaped)
    return written


def _may_be_signed(joined: str) -> bool:
    return not text_defects(joined.replace(_BETWEEN, " ").replace("\n", " "))


def is_plain_iri(value: str, terms: frozenset[str]) -> bool:
    """Tell whether JSON-LD takes `value` as an IRI as it stands: no term, and no prefix that a context defines."""
    if not _SAFE_IRI.match(value) or value in terms:
        return False
    scheme, _, rest = value.partition(":")
    return rest.startswith("//") or scheme not in terms


def picked(texts: Sequence[str], places: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the texts at these places."""
    if not places:
        return ()
    found = itemgetter(*places)(texts)
    return found if len(places) > 1 else (found,)


def _write(
    items: Sequence[Text | Lines], encoded: Sequence[bytes], labels: Sequence[bytes], parts: list[bytes]
) -> None:
    """Write lines in order. A dataset is a set: what two holes say alike stands there once."""
    for item in items:
        if isinstance(item, Text):
            parts.append(item.form % tuple([encoded[hole] for hole in item.holes]) if item.holes else item.form)
            continue
        prefix = item.prefix.fill(encoded)
        if len(item.nodes) == 1 and not item.objects:
            parts += (prefix, labels[item.nodes[0]], _END)
            continue
        parts += [prefix + each for each in sorted({each.fill(encoded) for each in item.objects})]
        if item.nodes:
            found = sorted([labels[node] for node in item.nodes])
            parts += (prefix, (_END + prefix).join(found), _END)
