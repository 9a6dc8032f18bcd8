"""Compile the shape of a JSON-LD document to a template: put a mark in each text, run the generic path, look where
the marks come out. What comes out changed, or not at all, is a constant of the shape.

Where the result can't be proven (named graphs, blank nodes that need more than a first-degree hash) there is no
template. A template is handed out only if it gives pyld's bytes for the very document that it came from, whichever way
the marks went (ADR 28).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import pyoxigraph

from vc_issuer.encoding.canonical_lines import (
    END,
    LABEL,
    MAX_BLANK_NODES,
    Block,
    Hashed,
    Lines,
    Text,
    weave_lines,
)
from vc_issuer.encoding.contexts import ContextStore, pinned_contexts
from vc_issuer.encoding.hole_texts import escape_literals
from vc_issuer.encoding.plain_graph import graph_of
from vc_issuer.encoding.rdfc import canonicalize_rdfc
from vc_issuer.encoding.shape import read_shape, replace_texts
from vc_issuer.encoding.template import Template, is_plain_iri, picked
from vc_issuer.errors import UnsafeDocumentError
from vc_issuer.model.credential import Document

_NOTHING = Text((b"",))
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_ROUNDS = 4  # marks are taken back twice at most: where they get lost, and where an IRI turns out to be a term


def compile_template(
    document: Document,
    *,
    constant: Collection[int] = (),
    hash_name: str = "sha256",
    contexts: ContextStore | None = None,
) -> Template | None:
    """Return the template of a document's shape, or None if its canonical form can't be proven from its shape.

    `constant` names texts (by their place in `read_shape`) that are part of the shape.
    Raises UnsafeDocumentError as the generic path does.
    """
    known = contexts or pinned_contexts()
    shape = read_shape(document)
    marked = _mark(document, shape.texts, frozenset(constant), known)
    if marked is None:
        return None
    template = _assemble(marked, shape.texts, hash_name, _terms(known))
    values = template.values_of(shape.texts) if template else None
    if template is None or values is None:
        return None
    wanted = canonicalize_rdfc(document, hash_name=hash_name, contexts=contexts).encode()
    return template if template.fill(values) == wanted else None


class _Marked(NamedTuple):
    """A dataset with marks in it, and which texts each mark stands for."""

    quads: tuple[pyoxigraph.Quad, ...]
    marks: Mapping[str, int]
    holes: tuple[tuple[int, ...], ...]
    iris: frozenset[int]


def _mark(document: Document, texts: tuple[str, ...], constant: frozenset[int], known: ContextStore) -> _Marked | None:
    terms = _terms(known)
    groups = {place: place for place in range(len(texts)) if place not in constant}
    for _ in range(_ROUNDS):
        holes = _holes(groups)
        marks = _marks(document, len(holes))
        by_place = {place: marks[hole] for hole, places in enumerate(holes) for place in places}
        filled = replace_texts(document, [by_place.get(place, text) for place, text in enumerate(texts)])
        quads = _quads(filled, known)
        if quads is None:
            return None
        numbers = {mark: hole for hole, mark in enumerate(marks)}
        seen = _seen(quads, numbers)
        bad = {hole for hole in range(len(holes)) if hole not in seen.whole}
        bad |= {hole for hole in seen.iris if not is_plain_iri(texts[holes[hole][0]], terms)}
        joined = _joined({hole: texts[holes[hole][0]] for hole in seen.iris - bad})
        if not bad and not joined:
            return _Marked(quads, numbers, holes, frozenset(seen.iris))
        for hole in bad:
            for place in holes[hole]:
                del groups[place]
        for hole, first in joined.items():
            for place in holes[hole]:
                groups[place] = groups[holes[first][0]]
    return None


def _holes(groups: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    together: dict[int, list[int]] = {}
    for place, group in sorted(groups.items()):
        together.setdefault(group, []).append(place)
    return tuple(tuple(places) for places in together.values())


def _joined(values: Mapping[int, str]) -> dict[int, int]:
    """Return which holes share an IRI with an earlier one: they are one node, and take one hole."""
    first: dict[str, int] = {}
    for hole, value in sorted(values.items()):
        first.setdefault(value, hole)
    return {hole: first[value] for hole, value in values.items() if first[value] != hole}


def _marks(document: Document, count: int) -> list[str]:
    """Make marks that are IRIs and texts alike, no one of which begins another, and that the document doesn't hold."""
    written, salt = repr(document), 0
    while f"urn:vc-issuer-hole:{salt}:" in written:
        salt += 1
    return [f"urn:vc-issuer-hole:{salt}:{number:06d}" for number in range(count)]


def _quads(document: Document, known: ContextStore) -> tuple[pyoxigraph.Quad, ...] | None:
    nquads = graph_of(document, contexts=known)
    try:
        quads = tuple(pyoxigraph.Dataset(pyoxigraph.parse(nquads.encode(), format=pyoxigraph.RdfFormat.N_QUADS)))
    except SyntaxError as error:
        raise UnsafeDocumentError("the document's graph holds a term that RDF does not allow") from error
    plain = all(isinstance(quad.graph_name, pyoxigraph.DefaultGraph) for quad in quads)
    return quads if plain else None


class _Seen(NamedTuple):
    """Which marks came out: `whole` are those that stand for a whole IRI or text wherever they stand."""

    iris: set[int]
    whole: set[int]


def _seen(quads: Sequence[pyoxigraph.Quad], numbers: Mapping[str, int]) -> _Seen:
    iris: set[int] = set()
    found: Counter[int] = Counter()
    for quad in quads:
        for term in (quad.subject, quad.object):
            number = numbers.get(getattr(term, "value", ""))
            # A type decides which contexts apply: never a hole.
            if number is None or (term is quad.object and quad.predicate.value == _TYPE):
                continue
            found[number] += 1
            if isinstance(term, pyoxigraph.NamedNode):
                iris.add(number)
    written = "\n".join(str(quad) for quad in quads)
    return _Seen(iris, {number for mark, number in numbers.items() if 0 < found[number] == written.count(mark)})


def _terms(known: ContextStore) -> frozenset[bytes]:
    return _pinned_terms() if known is pinned_contexts() else _terms_in(known)


@cache
def _pinned_terms() -> frozenset[bytes]:
    return _terms_in(pinned_contexts())


def _terms_in(known: ContextStore) -> frozenset[bytes]:
    """Return every member name of every context: whatever one of them might define, an IRI may not begin with."""
    found: set[str] = set()
    waiting: list[Any] = [*known.documents.values()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            found |= node.keys()
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return frozenset(name.encode() for name in found)


def _assemble(marked: _Marked, texts: tuple[str, ...], hash_name: str, terms: frozenset[bytes]) -> Template | None:
    nodes = _number_nodes(marked.quads)
    if len(nodes) > MAX_BLANK_NODES:
        return None
    writer = _Writer(marked.marks, nodes)
    subjects: dict[Any, list[pyoxigraph.Quad]] = defaultdict(list)
    for quad in marked.quads:
        subjects[quad.subject].append(quad)
    named = [
        Block(writer.term(subject), writer.block(writer.term(subject), quads))
        for subject, quads in subjects.items()
        if isinstance(subject, pyoxigraph.NamedNode)
    ]
    blank = [Block(_NOTHING, writer.block(_constant(LABEL), subjects.get(node, []))) for node in nodes]
    hashed = [writer.hashed(node, marked.quads, hash_name) for node in nodes]
    lines = weave_lines(named=named, blank=blank, hashed=hashed, hole_count=len(marked.holes), hash_name=hash_name)
    held = {place for places in marked.holes for place in places}
    constants_at = tuple(place for place in range(len(texts)) if place not in held)
    if lines is None:
        return None
    return Template(
        text_count=len(texts),
        constants_at=constants_at,
        constants=picked(texts, constants_at),
        holes=marked.holes,
        firsts=tuple(places[0] for places in marked.holes),
        equal=tuple((places[0], place) for places in marked.holes for place in places[1:]),
        iris=tuple(sorted(marked.iris)),
        terms=terms,
        lines=lines,
    )


def _number_nodes(quads: Iterable[pyoxigraph.Quad]) -> dict[pyoxigraph.BlankNode, int]:
    found = (term for quad in quads for term in (quad.subject, quad.object) if isinstance(term, pyoxigraph.BlankNode))
    return {node: number for number, node in enumerate(dict.fromkeys(found))}


class _Writer:
    """Write quads as lines with holes."""

    def __init__(self, marks: Mapping[str, int], nodes: Mapping[pyoxigraph.BlankNode, int]) -> None:
        self._marks = marks
        self._nodes = nodes

    def term(self, term: Any) -> Text:
        """Write a term, with a hole for a mark."""
        hole = self._marks.get(term.value)
        # NUL, which no text that may be signed holds, keeps the place of a hole.
        value = "\0" if hole is not None else term.value
        is_iri = isinstance(term, pyoxigraph.NamedNode)
        written = f"<{value}>".encode() if is_iri else _literal(term, escape_literals(value).decode()).encode()
        return _constant(written) if hole is None else Text(tuple(written.split(b"\0")), (hole,))

    def block(self, start: Text, quads: Iterable[pyoxigraph.Quad]) -> tuple[Text | Lines, ...]:
        """Write a subject's lines in the order that no value changes; what values order stands in Lines."""
        parts: list[Text | Lines] = []
        for predicate, objects in _by_predicate(quads):
            nodes = tuple(self._nodes[each] for each in objects if isinstance(each, pyoxigraph.BlankNode))
            texts = [self._ended(each) for each in objects if not isinstance(each, pyoxigraph.BlankNode)]
            parts += _settled(_joined_text(start, predicate), texts, nodes)
        return _merged(parts)

    def hashed(self, node: pyoxigraph.BlankNode, quads: Sequence[pyoxigraph.Quad], hash_name: str) -> Hashed:
        """Return what the node's first-degree hash is over (RDFC-1.0 section 4.6), or the hash where it is constant.

        The node is `_:a` there, every other `_:z`; lines that begin with an IRI come first, with `_:z` last.
        """
        into = [quad for quad in quads if quad.object == node and quad.subject != node]
        named = [
            _joined_text(self.term(quad.subject), _constant(_predicate(quad)), _constant(b"_:a" + END))
            for quad in into
            if not isinstance(quad.subject, pyoxigraph.BlankNode)
        ]
        parts: list[Text | Lines] = [*_settled(_NOTHING, named, ())]
        for predicate, objects in _by_predicate(quad for quad in quads if quad.subject == node):
            start = _joined_text(_constant(b"_:a"), predicate)
            texts = [self._ended(each) for each in objects if not isinstance(each, pyoxigraph.BlankNode)]
            parts += _settled(start, texts, ())
            others = sorted(b"_:a" if o == node else b"_:z" for o in objects if isinstance(o, pyoxigraph.BlankNode))
            parts += [_joined_text(start, _constant(other + END)) for other in others]
        last = [quad for quad in into if isinstance(quad.subject, pyoxigraph.BlankNode)]
        parts += [_constant(line) for line in sorted(b"_:z" + _predicate(quad) + b"_:a" + END for quad in last)]
        merged = _merged(parts)
        if len(merged) == 1 and isinstance(merged[0], Text) and not merged[0].holes:
            return hashlib.new(hash_name, merged[0].pieces[0]).digest()
        return merged

    def _ended(self, term: Any) -> Text:
        return _joined_text(self.term(term), _constant(END))


def _constant(written: bytes) -> Text:
    return Text((written,))


def _predicate(quad: pyoxigraph.Quad) -> bytes:
    return f" <{quad.predicate.value}> ".encode()


def _by_predicate(quads: Iterable[pyoxigraph.Quad]) -> list[tuple[Text, list[Any]]]:
    """Group objects by predicate, in order: a predicate ends in `>`, which no IRI holds, so its lines lie together."""
    groups: dict[bytes, list[Any]] = defaultdict(list)
    for quad in quads:
        groups[_predicate(quad)].append(quad.object)
    # The space before the object stands behind the `>`; without it the order is the same.
    return [(_constant(predicate), groups[predicate]) for predicate in sorted(groups)]


def _settled(prefix: Text, objects: Sequence[Text], nodes: tuple[int, ...]) -> list[Text | Lines]:
    """Return lines of one subject and predicate: in order where none of their values can change it."""
    if not nodes and (len(objects) < 2 or not any(each.holes for each in objects)):
        return [_joined_text(prefix, each) for each in sorted(objects)]
    return [Lines(prefix, tuple(objects), nodes)]


def _merged(parts: Iterable[Text | Lines]) -> tuple[Text | Lines, ...]:
    merged: list[Text | Lines] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Text) and isinstance(last, Text):
            merged[-1] = _joined_text(last, part)
        else:
            merged.append(part)
    return tuple(merged)


def _joined_text(*texts: Text) -> Text:
    pieces = [b""]
    for text in texts:
        pieces[-1] += text.pieces[0]
        pieces += text.pieces[1:]
    return Text(tuple(pieces), tuple(hole for text in texts for hole in text.holes))


def _literal(term: pyoxigraph.Literal, value: str) -> str:
    if term.language:
        return f'"{value}"@{term.language}'
    is_string = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    return f'"{value}"' if is_string else f'"{value}"^^<{term.datatype.value}>'
