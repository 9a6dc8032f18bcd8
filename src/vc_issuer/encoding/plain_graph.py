"""The graph of a plain JSON-LD document, written in one pass (JSON-LD API 1.1 sections 5.1.2 and 8.1; ADR 28).

Plain is what credentials are made of: contexts by URL, terms that these define, ids and types that are absolute IRIs in
the end, texts, numbers, nodes, named graphs behind a property. Whatever else a document holds (keywords, lists,
languages, JSON literals, blank node ids, members that would be lost), it is not plain, and pyld decides about it.
"""

from functools import cache
from typing import Any

from vc_issuer.encoding.active_context import Active, ActiveContexts, NotPlainError, Plain
from vc_issuer.encoding.contexts import ContextStore, pinned_contexts
from vc_issuer.encoding.jsonld import check_values, expand, literal_of, to_nquads
from vc_issuer.model.credential import Document

_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LARGE = 10**15  # beyond, whole numbers and fractions are told apart in other ways
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"'})


def graph_of(document: Document, *, contexts: ContextStore | None = None) -> str:
    """Return a document's graph as N-Quads, not canonical: in one pass if it is plain, else by pyld.

    Raises UnsafeDocumentError if anything of it would not reach the graph as written.
    """
    is_pinned = contexts is None or contexts is pinned_contexts()
    quads = plain_graph(document, _pinned_actives()) if is_pinned else None
    return to_nquads(expand(document, contexts=contexts), contexts=contexts) if quads is None else quads


def plain_graph(document: Document, actives: ActiveContexts) -> str | None:
    """Return the N-Quads of a document under the contexts of `actives`, or None if it is not plain.

    Blank nodes have other labels than pyld gives them. Raises UnsafeDocumentError for values that may not be signed.
    """
    check_values(document)
    if type(document) is not dict or "@context" not in document:
        return None
    try:
        return _Writer().written(document, actives.initial())
    except NotPlainError:
        return None


@cache
def _pinned_actives() -> ActiveContexts:
    return ActiveContexts(pinned_contexts())


class _Writer:
    """The lines of one document."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._nodes = 0

    def written(self, document: dict[str, Any], active: Active) -> str:
        self._node(document, active, " .\n")
        return "".join(self._lines)

    def _node(self, element: dict[str, Any], active: Active, end: str) -> str:
        """Write the statements of a node and return its name. `end` closes a line, with the graph's name if any."""
        if "@context" in element:
            active = active.under(element["@context"])
        type_key = _only(active.types, element)
        types = _texts(element[type_key]) if type_key is not None else []
        # Types are read in the context before their own (step 13.4.4).
        names = [active.name(each) for each in types]
        active = active.typed(types)
        id_key = _only(active.ids, element)
        if _only(active.types, element) != type_key:
            raise NotPlainError
        subject = f"<{active.iri(_text(element[id_key]))}>" if id_key is not None else self._blank()
        self._lines += [f"{subject} {_TYPE} <{name}>{end}" for name in names]
        for key, value in element.items():
            if key not in (type_key, id_key, "@context"):
                self._property(active.property(key), value, subject, end)
        return subject

    def _property(self, term: Plain, value: Any, subject: str, end: str) -> None:
        for each in value if type(value) is list else (value,):
            if each is not None:
                self._lines.append(f"{subject} {term.predicate} {self._object(term, each, end)}{end}")

    def _object(self, term: Plain, value: Any, end: str) -> str:
        if type(value) is dict:
            active = _active_for(term, value)
            if not term.holds_graphs:
                return self._node(value, active, end)
            graph = self._blank()
            self._node(value, active, f" {graph} .\n")
            return graph
        if not term.takes_values:
            raise NotPlainError
        if type(value) is str:
            return _text_object(term, value)
        if not _is_plain_number(value) or term.coercion in ("@id", "@vocab"):
            raise NotPlainError
        return _literal(*literal_of(value, term.coercion))

    def _blank(self) -> str:
        self._nodes += 1
        return f"_:b{self._nodes}"


def _active_for(term: Plain, element: dict[str, Any]) -> Active:
    """Return the context for a node behind a property: a mere reference keeps that of its parent's types (step 7)."""
    if term.nodes is term.references or len(element) > 2 or "@context" in element:
        return term.nodes
    # No other member can say @value here: there is no @vocab, and a prefix never begins a keyword.
    if any(key.startswith("@") for key in element) or not term.values.texts.isdisjoint(element):
        raise NotPlainError
    is_reference = len(element) == 1 and not term.values.ids.isdisjoint(element)
    return term.references if is_reference else term.nodes


def _text_object(term: Plain, value: str) -> str:
    if term.coercion in (None, f"{_XSD}string"):
        return f'"{value.translate(_ESCAPES)}"'
    if term.coercion == "@id":
        return f"<{term.values.iri(value)}>"
    if term.coercion == "@vocab":
        return f"<{term.values.name(value)}>"
    if term.coercion == f"{_XSD}double":
        return _literal(*literal_of(value, term.coercion))
    return _literal(value, term.coercion)


def _literal(value: str, datatype: str) -> str:
    escaped = value.translate(_ESCAPES)
    return f'"{escaped}"' if datatype == f"{_XSD}string" else f'"{escaped}"^^<{datatype}>'


def _is_plain_number(value: Any) -> bool:
    return type(value) in (bool, float) or (type(value) is int and abs(value) < _LARGE)


def _only(aliases: frozenset[str], element: dict[str, Any]) -> str | None:
    """Return the one member among these aliases of a keyword, if there is one (it may be the empty text)."""
    found = aliases & element.keys()
    if len(found) > 1:
        raise NotPlainError
    return next(iter(found), None)


def _texts(value: Any) -> list[str]:
    return [_text(each) for each in (value if type(value) is list else [value])]


def _text(value: Any) -> str:
    if type(value) is not str:
        raise NotPlainError
    return value
