"""RDF Dataset Canonicalization 1.0 (W3C Recommendation 2024-05-21): pyld converts, pyoxigraph canonicalises.

Where equal blank nodes name graphs, pyoxigraph 0.5 differs from the others, and our own steps do the work.
Lines are split on line feeds alone and sorted by code point: `splitlines` would also split at U+0085 and U+2028.
Our own documents need no guard. A foreign one passes `check_graph` first, and runs in a child that can be killed.
"""

from collections import Counter
from typing import Any

import pyoxigraph

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.jsonld import expand, to_nquads
from vc_issuer.encoding.plain_graph import graph_of
from vc_issuer.encoding.rdfc_exact import canonicalize_exactly
from vc_issuer.errors import UnreadableError, UnsafeDocumentError
from vc_issuer.model.credential import Document

# Blank nodes whose first-degree hashes are equal cost factorial work: seven linked ones take a second, eight nine.
MAX_EQUAL_BLANK_NODES = 4
MAX_BLANK_NODES = 256  # a rich badge has about thirty
_ALGORITHMS = {
    "sha256": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0,
    "sha384": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}


def canonicalize_rdfc(
    document: Document, *, hash_name: str = "sha256", contexts: ContextStore | None = None, guarded: bool = False
) -> str:
    """Return the canonical N-Quads of a JSON-LD document.

    `hash_name` is the hash inside the algorithm: sha256, or sha384 with P-384. `guarded` is for foreign documents: it
    refuses poisoned graphs, and writes plain documents in one pass; our own always go through pyld (ADR 28).
    Raises UnsafeDocumentError if anything would be lost, UnreadableError if it takes too much work.
    """
    if guarded:
        return canonicalize_nquads(graph_of(document, contexts=contexts), hash_name=hash_name, guarded=True)
    return canonicalize_nquads(to_nquads(expand(document, contexts=contexts)), hash_name=hash_name)


def canonicalize_nquads(nquads: str, *, hash_name: str = "sha256", guarded: bool = False) -> str:
    """Return the canonical form of a dataset given as N-Quads."""
    try:
        quads = pyoxigraph.parse(nquads.encode("utf-8"), format=pyoxigraph.RdfFormat.N_QUADS)
        dataset = pyoxigraph.Dataset(quads)
    except (SyntaxError, UnicodeEncodeError) as error:
        raise UnsafeDocumentError("the document's graph holds a term that RDF does not allow") from error
    names_graphs = any(isinstance(quad.graph_name, pyoxigraph.BlankNode) for quad in dataset)
    if guarded or names_graphs:
        shapes = _shapes(dataset)
        if guarded:
            _check_shapes(shapes)
        if names_graphs and len(set(shapes.values())) < len(shapes):
            return canonicalize_exactly(dataset, hash_name)
    dataset.canonicalize(_ALGORITHMS[hash_name])
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    lines = written.decode("utf-8").split("\n")
    return "".join(f"{line}\n" for line in sorted(line for line in lines if line))


def check_order(canonical: str) -> None:
    """Refuse a canonical form that implementations would order differently. Raises UnsafeDocumentError.

    RDFC-1.0 sorts by code point, JavaScript by UTF-16 code unit: the two differ where an astral character meets one
    between U+E000 and U+FFFF.
    """
    if has_astral(canonical):
        lines = canonical.split("\n")[:-1]
        if lines != sorted(lines, key=lambda line: line.encode("utf-16-be")):
            raise UnsafeDocumentError("texts of the document are ordered differently by different implementations")


def has_astral(text: str) -> bool:
    """Tell whether a text without lone surrogates holds a character beyond U+FFFF."""
    return not text.isascii() and len(text.encode("utf-16-le")) > 2 * len(text)


def check_graph(dataset: pyoxigraph.Dataset) -> None:
    """Refuse a dataset whose blank nodes could make canonicalisation run away (threat T29)."""
    _check_shapes(_shapes(dataset))


def _shapes(dataset: pyoxigraph.Dataset) -> dict[str, str]:
    """Return each blank node with what is said of it: equal texts are equal first-degree hashes."""
    lines: dict[str, list[str]] = {}
    for quad in dataset:
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        for node in {term.value for term in terms if isinstance(term, pyoxigraph.BlankNode)}:
            line = " ".join(_first_degree(term, node) for term in terms)
            lines.setdefault(node, []).append(line)
    return {node: "\n".join(sorted(said)) for node, said in lines.items()}


def _check_shapes(shapes: dict[str, str]) -> None:
    if len(shapes) > MAX_BLANK_NODES:
        raise UnreadableError(f"the document's graph has more than {MAX_BLANK_NODES} nodes without an id")
    equal = Counter(shapes.values())
    if equal and max(equal.values()) > MAX_EQUAL_BLANK_NODES:
        raise UnreadableError(f"more than {MAX_EQUAL_BLANK_NODES} nodes without an id look alike")


def _first_degree(term: Any, node: str) -> str:
    if isinstance(term, pyoxigraph.BlankNode):
        return "_:a" if term.value == node else "_:z"
    return str(term)
