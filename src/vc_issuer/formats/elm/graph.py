"""An ELM document as a graph: nodes with one id are one node, as JSON-LD and the EU's shapes read them.

The document may repeat a node in full, or name it again by a stub; it may write one value or a list of one.
What the graph can't hold is reported: unknown members and classes are lost on the way to RDF without a word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vc_issuer.formats.elm.terms import ENVELOPE_TYPES, LANGUAGE_MAP, NODE, Terms, terms
from vc_issuer.model.credential import Document, JsonValue, Violation

CLAUSE = "EDC application profile 1.2.0"
CONTEXT_CLAUSE = "ELM 3.2 context"
# Members whose texts may say several things in one language; the shapes demand one of every other.
MANY_PER_LANGUAGE = frozenset({"altLabel", "category", "geographicName", "definition", "noteLiteral"})


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One node: where it first stands, its classes, and its members by kind."""

    key: str
    pointer: str
    types: list[str] = field(default_factory=list)
    texts: dict[str, list[tuple[str, str]]] = field(default_factory=dict, repr=False)
    links: dict[str, list[str]] = field(default_factory=dict, repr=False)
    literals: dict[str, list[JsonValue]] = field(default_factory=dict, repr=False)

    @property
    def is_blank(self) -> bool:
        """Tell whether the node has no id of its own."""
        return self.key.startswith("_:")


@dataclass(frozen=True, slots=True)
class ElmGraph:
    """The nodes of a document by id, its root first, and what the graph could not hold."""

    root: GraphNode
    nodes: Mapping[str, GraphNode] = field(repr=False)
    problems: tuple[Violation, ...] = ()

    def follow(self, node: GraphNode | None, member: str) -> list[GraphNode]:
        """Return the nodes that a member leads to, in the document's order."""
        return [self.nodes[key] for key in node.links.get(member, ())] if node else []

    def first(self, node: GraphNode | None, *path: str) -> GraphNode | None:
        """Walk a path of members, taking the first node of each; None where it ends early."""
        for member in path:
            node = next(iter(self.follow(node, member)), None)
        return node


def text_in(node: GraphNode | None, member: str, *languages: str) -> str:
    """Return a member's text in the first of `languages` that it has, else its first text; empty if it has none."""
    texts = node.texts.get(member, []) if node else []
    by_language = dict(reversed(texts))
    found = next((by_language[language] for language in languages if language in by_language), None)
    return found if found is not None else texts[0][1] if texts else ""


def literal_in(node: GraphNode | None, member: str) -> str:
    """Return a member's first value as text; empty if it has none."""
    values = node.literals.get(member, []) if node else []
    return str(values[0]) if values else ""


def read_graph(document: Document) -> ElmGraph:
    """Read a document as a graph. Never raises: what is not understood stands in `problems`."""
    reader = _Reader(terms())
    key = reader.read(document, "")
    return ElmGraph(reader.nodes[key], reader.nodes, tuple(reader.problems))


class _Reader:
    def __init__(self, known: Terms) -> None:
        self._known = known
        self._classes = {*known.classes, *ENVELOPE_TYPES}
        self.nodes: dict[str, GraphNode] = {}
        self.problems: list[Violation] = []
        # What was read already, so that a hostile document of long lists costs no more than its length.
        self._seen: set[tuple[object, ...]] = set()

    def read(self, value: Mapping[str, JsonValue], pointer: str) -> str:
        named = value.get("id")
        key = named if isinstance(named, str) and named else f"_:{pointer}"
        node = self.nodes.setdefault(key, GraphNode(key, pointer))
        for member, child in value.items():
            self._read_member(node, member, child, f"{pointer}/{_escaped(member)}")
        return key

    def _read_member(self, node: GraphNode, member: str, child: JsonValue, pointer: str) -> None:
        if member == "type":
            self._read_types(node, child, pointer)
        elif member == "id":
            if not isinstance(child, str) or not child:
                self._problem(pointer, "An id is a text that is not empty.")
        elif member == "@context":
            if pointer != "/@context":
                self._problem(pointer, "A context inside the document changes what its members mean.")
        elif member not in self._known.kinds:
            self._problem(pointer, f"The model has no member {member[:60]!r}; its value would be lost.")
        elif self._known.kinds[member] == LANGUAGE_MAP:
            self._read_texts(node, member, child, pointer)
        else:
            self._read_values(node, member, child, pointer)

    def _read_types(self, node: GraphNode, child: JsonValue, pointer: str) -> None:
        for name in _many(child):
            if not isinstance(name, str) or name not in self._classes:
                self._problem(pointer, "A type that is no class of the model would be lost.")
            elif self._is_new(node, "type", name):
                node.types.append(name)

    def _read_texts(self, node: GraphNode, member: str, child: JsonValue, pointer: str) -> None:
        if not isinstance(child, Mapping):
            self._problem(pointer, f"{member} is one text a language.")
            return
        texts = node.texts.setdefault(member, [])
        for language, values in child.items():
            for value in _many(values):
                if not isinstance(value, str):
                    self._problem(f"{pointer}/{_escaped(language)}", f"{member} holds texts.")
                elif self._is_new(node, member, language, value):
                    if not self._is_new(node, member, language) and member not in MANY_PER_LANGUAGE:
                        self._problem(f"{pointer}/{_escaped(language)}", f"{member} says two things in one language.")
                    texts.append((language, value))

    def _read_values(self, node: GraphNode, member: str, child: JsonValue, pointer: str) -> None:
        kind = self._known.kinds[member]
        for position, value in enumerate(_many(child)):
            place = f"{pointer}/{position}" if isinstance(child, list | tuple) else pointer
            if kind == NODE:
                self._read_link(node, member, value, place)
            elif isinstance(value, Mapping | list | tuple) or value is None:
                self._problem(place, f"{member} holds single values of the kind {kind}.")
            elif self._is_new(node, member, type(value), value):
                node.literals.setdefault(member, []).append(value)

    def _read_link(self, node: GraphNode, member: str, value: JsonValue, pointer: str) -> None:
        links = node.links.setdefault(member, [])
        if isinstance(value, Mapping):
            key = self.read(value, pointer)
        elif isinstance(value, str) and value:
            key = self.nodes.setdefault(value, GraphNode(value, pointer)).key
        else:
            self._problem(pointer, f"{member} leads to nodes.")
            return
        if self._is_new(node, member, key):
            links.append(key)

    def _is_new(self, node: GraphNode, *what: object) -> bool:
        entry = (node.key, *what)
        is_new = entry not in self._seen
        self._seen.add(entry)
        return is_new

    def _problem(self, pointer: str, message: str) -> None:
        self.problems.append(Violation(pointer=pointer, message=message, clause=CONTEXT_CLAUSE))


def _many(value: JsonValue) -> Iterable[JsonValue]:
    return value if isinstance(value, list | tuple) else (value,)


def _escaped(member: str) -> str:
    return member.replace("~", "~0").replace("/", "~1")
