"""Active contexts of JSON-LD 1.1, each processed once by pyld and kept with what its terms mean.

Processing contexts is most of what expanding a credential costs, and its outcome depends on the contexts alone. pyld
does all of it; here stands what follows: which context holds for a property's values, for a node behind it, for a node
of these types (JSON-LD API 1.1 sections 5.1 and 5.2). A term is `Plain` only if everything it says is covered by
`encoding.plain_graph`; else `NotPlainError` is raised, which is no error of the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vc_issuer.encoding.contexts import ContextStore
from vc_issuer.encoding.jsonld import IRI, initial_context, processed_context
from vc_issuer.errors import UnsafeDocumentError

MOST_ACTIVE = 256  # active contexts kept: a rich badge makes fifteen, and each takes some 20 kB
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PLAIN_CONTAINERS: tuple[list[str], ...] = ([], ["@set"], ["@graph"], ["@graph", "@set"], ["@set", "@graph"])
_PLAIN_MEMBERS = frozenset(
    {"reverse", "protected", "_prefix", "_term_has_colon", "@id", "@type", "@container", "@context"}
)
_OF_EVERYTHING = ("@language", "@direction", "@vocab")


class NotPlainError(Exception):
    """Say that a document goes the generic way: it holds a construct that is not provably covered here."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A property: `predicate` as N-Quads write it, how texts are read, and the contexts for what stands behind it.

    `coercion` is `@id`, `@vocab`, a datatype or None. Texts are read in `values`; a node is read in `nodes`, unless it
    is a mere reference, which is read in `references`.
    """

    predicate: str
    coercion: str | None
    holds_graphs: bool
    takes_values: bool
    values: "Active"
    nodes: "Active"
    references: "Active"


class Active:
    """One active context. What is asked of it is remembered."""

    __slots__ = ("_book", "_plain", "_scoped", "_typed", "_under", "context", "ids", "mappings", "texts", "types")

    def __init__(self, context: Mapping[str, Any], book: "ActiveContexts") -> None:
        self.context = context
        self.mappings: Mapping[str, Any] = context["mappings"]
        self.ids = self._aliases("@id")
        self.types = self._aliases("@type")
        self.texts = self._aliases("@value")
        self._book = book
        self._plain: dict[str, Plain] = {}
        self._scoped: dict[int, tuple[Any, Active]] = {}
        self._typed: dict[tuple[str, ...], Active] = {}
        self._under: dict[tuple[str, ...], Active] = {}

    def property(self, term: str) -> Plain:
        """Return what a term means as a property. Raises NotPlainError."""
        found = self._plain.get(term)
        if found is None:
            # Terms of a context are finite; a member that is none never comes this far.
            found = self._plain[term] = self._read(term)
        return found

    def under(self, local: Any) -> "Active":
        """Return the context under a node's own `@context`, a URL or some of them. Raises NotPlainError."""
        named = tuple(local) if type(local) is list else (local,)
        if not named or not all(type(one) is str for one in named):
            raise NotPlainError
        if named not in self._under:
            self._under[named] = self._book.process(self, list(named))
        return self._under[named]

    def typed(self, types: list[str]) -> "Active":
        """Return the context for the members of a node with these types, as they are written (step 11)."""
        scoped = tuple(sorted(each for each in types if self._context_of(each) not in (None, False)))
        if not scoped:
            return self
        if scoped not in self._typed:
            active = self
            for each in scoped:
                # What a type brings is looked up in the context before any type's.
                active = self._book.process(active, self._context_of(each), propagates=False)
            self._typed[scoped] = active
        return self._typed[scoped]

    def scoped(self, local: Any) -> "Active":
        """Return the context that a property brings to what stands behind it, if any (step 8)."""
        if local is None:
            return self
        if id(local) not in self._scoped:
            # The local context is kept beside: nothing else may come to have its identity.
            self._scoped[id(local)] = (local, self._book.process(self, local, overrides=True))
        return self._scoped[id(local)][1]

    def iri(self, value: str) -> str:
        """Expand an id. Raises NotPlainError unless it is an absolute IRI in the end."""
        scheme, colon, rest = value.partition(":")
        if not colon or not scheme or scheme == "_":
            raise NotPlainError
        if not rest.startswith("//"):
            mapping = self.mappings.get(scheme)
            if mapping and mapping["_prefix"] and mapping["@id"]:
                value = mapping["@id"] + rest
        return _absolute(value)

    def name(self, value: str) -> str:
        """Expand a type, or a value of a vocabulary: a term, or else as an id."""
        if value.startswith("@"):
            raise NotPlainError
        if value in self.mappings:
            return _absolute((self.mappings[value] or {}).get("@id"))
        return self.iri(value)

    def _aliases(self, keyword: str) -> frozenset[str]:
        return frozenset(term for term, mapping in self.mappings.items() if mapping and mapping["@id"] == keyword)

    def _context_of(self, term: str) -> Any:
        return (self.mappings.get(term) or {}).get("@context")

    def _read(self, term: str) -> Plain:
        mapping = self.mappings.get(term)
        if term.startswith("@") or not mapping or not mapping.keys() <= _PLAIN_MEMBERS or mapping["reverse"]:
            raise NotPlainError
        container, coercion = mapping.get("@container", []), mapping.get("@type")
        if container not in _PLAIN_CONTAINERS:
            raise NotPlainError
        if coercion not in (None, "@id", "@vocab") and _absolute(coercion) == f"{_RDF}langString":
            raise NotPlainError
        scoped = mapping.get("@context")
        values = self.scoped(scoped)
        known = values.mappings.get(term)
        # A term that its own context redefines, and what a context says of every text or every name.
        if known not in (None, mapping) or any(each in values.context for each in _OF_EVERYTHING):
            raise NotPlainError
        # A context of null, as before the credentials in a presentation, forgets the term itself.
        entered = scoped if known else None
        return Plain(
            predicate=f"<{_absolute(mapping['@id'])}>",
            coercion=coercion,
            holds_graphs="@graph" in container,
            values=values,
            takes_values=known is not None and "@graph" not in container,
            nodes=self._book.reverted(values).scoped(entered),
            references=values.scoped(entered),
        )


class ActiveContexts:
    """The active contexts that documents under one store of contexts make, `most` at most.

    Safe to share between threads: two may make the same context, and the last one is kept.
    """

    def __init__(self, contexts: ContextStore, *, most: int = MOST_ACTIVE) -> None:
        self._contexts = contexts
        self._most = most
        # By identity: a context that reverts to another holds that very object. Each entry keeps its own alive.
        self._actives: dict[int, Active] = {}

    def initial(self) -> Active:
        """Return the context in which every document begins.

        Documents may make ever new contexts, by other types inside one another: then everything is forgotten.
        """
        if len(self._actives) >= self._most:
            # Not cleared but new: a document in another thread goes on with those that it has.
            self._actives = {}
        return self.active(initial_context())

    def active(self, context: Mapping[str, Any]) -> Active:
        """Return the active context for what pyld keeps of it. Raises NotPlainError if there are too many."""
        found = self._actives.get(id(context))
        if found is None:
            if len(self._actives) >= self._most:
                raise NotPlainError
            found = self._actives[id(context)] = Active(context, self)
        return found

    def reverted(self, active: Active) -> Active:
        """Return the context before a type's, which doesn't reach the nodes behind a property (step 7)."""
        previous = active.context.get("previousContext")
        return self.active(previous) if previous else active

    def process(self, active: Active, local: Any, *, overrides: bool = False, propagates: bool = True) -> Active:
        """Return the context that a local one makes of an active one. Raises NotPlainError where pyld objects."""
        try:
            return self.active(
                processed_context(
                    active.context, local, contexts=self._contexts, overrides=overrides, propagates=propagates
                )
            )
        except UnsafeDocumentError as error:
            raise NotPlainError from error


def _absolute(iri: Any) -> str:
    if type(iri) is not str or iri.startswith("_:") or not IRI.match(iri):
        raise NotPlainError
    return iri
