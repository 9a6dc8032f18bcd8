"""RDF Dataset Canonicalization 1.0, sections 4.4 to 4.8, step by step and within a bound of work.

For the one kind of dataset on which pyoxigraph 0.5 disagrees with every other implementation: named graphs whose names
are blank nodes that look alike, such as two equal proofs inside one document. Slower, and exact.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph

from vc_issuer.errors import UnreadableError

MOST_CALLS = 2_000  # of Hash N-Degree Quads; a document with ten equal proofs needs forty
_POSITIONS = ("s", "p", "o", "g")
_Term: TypeAlias = (
    pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple | pyoxigraph.DefaultGraph
)


@dataclass(slots=True)
class _Issuer:
    """Issue canonical identifiers in order (section 4.5)."""

    prefix: str
    issued: dict[str, str] = field(default_factory=dict)

    def issue(self, node: str) -> str:
        return self.issued.setdefault(node, f"{self.prefix}{len(self.issued)}")

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, dict(self.issued))


def canonicalize_exactly(dataset: pyoxigraph.Dataset, hash_name: str = "sha256") -> str:
    """Return the canonical N-Quads of a dataset. Raises UnreadableError if it takes more work than is allowed."""
    return _Canonicalization(list(dataset), hash_name).run()


class _Canonicalization:
    """The state of section 4.4 for one dataset."""

    def __init__(self, quads: list[pyoxigraph.Quad], hash_name: str) -> None:
        self._hash_name = hash_name
        self._quads: list[tuple[_Term, ...]] = [
            (quad.subject, quad.predicate, quad.object, quad.graph_name) for quad in quads
        ]
        self._mentions: dict[str, list[tuple[_Term, ...]]] = defaultdict(list)
        for quad in self._quads:
            for node in {term.value for term in quad if isinstance(term, pyoxigraph.BlankNode)}:
                self._mentions[node].append(quad)
        self._first = {node: self._first_degree(node) for node in self._mentions}
        self._canonical = _Issuer("c14n")
        self._calls = 0

    def run(self) -> str:
        """Steps 3 to 6 of section 4.4.3."""
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node, digest in self._first.items():
            by_hash[digest].append(node)
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self._canonical.issue(by_hash[digest][0])
        for digest in sorted(by_hash):
            if len(by_hash[digest]) > 1:
                self._settle(by_hash[digest])
        lines = (_line(quad, self._canonical.issued) for quad in self._quads)
        return "".join(sorted(lines))

    def _settle(self, alike: list[str]) -> None:
        paths = []
        for node in alike:
            if node in self._canonical.issued:
                continue
            issuer = _Issuer("b")
            issuer.issue(node)
            paths.append(self._n_degree(node, issuer))
        for _, issuer in sorted(paths, key=lambda path: path[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _first_degree(self, node: str) -> str:
        """Hash First Degree Quads (section 4.6)."""
        names = {other: "a" if other == node else "z" for other in self._mentioned(node)}
        return self._hash("".join(sorted(_line(quad, names) for quad in self._mentions[node])))

    def _mentioned(self, node: str) -> set[str]:
        return {term.value for quad in self._mentions[node] for term in quad if isinstance(term, pyoxigraph.BlankNode)}

    def _related(self, related: str, quad: tuple[_Term, ...], issuer: _Issuer, position: str) -> str:
        """Hash Related Blank Node (section 4.7)."""
        predicate = "" if position == "g" else str(quad[1])
        known = self._canonical.issued.get(related) or issuer.issued.get(related)
        return self._hash(position + predicate + (f"_:{known}" if known else self._first[related]))

    def _n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Hash N-Degree Quads (section 4.8)."""
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise UnreadableError("the document's graph takes more work than is allowed")
        groups: dict[str, list[str]] = defaultdict(list)
        for quad in self._mentions[node]:
            for position, term in zip(_POSITIONS, quad, strict=True):
                if isinstance(term, pyoxigraph.BlankNode) and term.value != node:
                    groups[self._related(term.value, quad, issuer, position)].append(term.value)
        data = ""
        for related_hash in sorted(groups):
            path, issuer = self._best_path(groups[related_hash], issuer)
            data += related_hash + path
        return self._hash(data), issuer

    def _best_path(self, nodes: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        """Steps 5.4 to 5.6: the least path over the orders of the nodes."""
        best: tuple[str, _Issuer] | None = None
        for order in _orders(Counter(nodes)):
            found = self._path(order, issuer.copy(), best[0] if best else "")
            if found and (best is None or found[0] < best[0]):
                best = found
        if best is None:
            raise UnreadableError("the document's graph has no canonical form")
        return best

    def _path(self, order: tuple[str, ...], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer] | None:
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise UnreadableError("the document's graph takes more work than is allowed")
        path, waiting = "", []
        for node in order:
            if node in self._canonical.issued:
                path += f"_:{self._canonical.issued[node]}"
            else:
                if node not in issuer.issued:
                    waiting.append(node)
                path += f"_:{issuer.issue(node)}"
            if _is_worse(path, chosen):
                return None
        for node in waiting:
            digest, issuer_after = self._n_degree(node, issuer)
            path += f"_:{issuer.issue(node)}<{digest}>"
            issuer = issuer_after
            if _is_worse(path, chosen):
                return None
        return path, issuer

    def _hash(self, text: str) -> str:
        return hashlib.new(self._hash_name, text.encode("utf-8")).hexdigest()


def _orders(left: Counter[str]) -> Iterator[tuple[str, ...]]:
    """Yield every order of the nodes; one that occurs several times is not told apart from itself."""
    if not left:
        yield ()
    for node in sorted(left):
        rest = left - Counter([node])
        yield from ((node, *others) for others in _orders(rest))


def _is_worse(path: str, chosen: str) -> bool:
    return bool(chosen) and len(path) >= len(chosen) and path > chosen


def _line(quad: tuple[_Term, ...], names: dict[str, str]) -> str:
    terms = [
        f"_:{names[term.value]}" if isinstance(term, pyoxigraph.BlankNode) else str(term)
        for term in quad
        if not isinstance(term, pyoxigraph.DefaultGraph)
    ]
    return " ".join(terms) + " .\n"
