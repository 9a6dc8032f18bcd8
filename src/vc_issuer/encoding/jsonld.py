"""JSON-LD with pinned contexts and no silent loss (ADR 3); the only module that calls pyld.

`base` is None, so a relative IRI stays visible; a dropped property raises; `losses` walks the expanded form, because
pyld has no safe mode. `rdfDirection` is i18n-datatype, or a text's direction would be unsigned. pyld brings an HTTP
client along and is imported at the first document that is in none of the known shapes: most commands meet none.
Plain documents of others need only its contexts (`encoding.plain_graph`).
"""

import math
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NoReturn

from vc_issuer.encoding.contexts import ContextStore, pinned_contexts
from vc_issuer.errors import UnsafeDocumentError
from vc_issuer.model.credential import Document
from vc_issuer.model.text import text_defects

IRI = re.compile(r"(?:_:[A-Za-z0-9]+|[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+)\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_PROCESSING = {"processingMode": "json-ld-1.1", "isFrame": False}  # what `expand` sets where nobody says otherwise
_KEYWORDS = frozenset({"@id", "@type", "@value", "@language", "@direction", "@list", "@graph"})
_CLAUSE = "VC Data Integrity 1.0 section 2.4.1 (data loss detection)"


class _UnknownContextError(Exception):
    """Carry a context's URL through pyld, which wraps what its loader raises."""


def expand(document: Document, *, contexts: ContextStore | None = None) -> list[Any]:
    """Expand `document`. Raises UnsafeDocumentError if anything of it would not reach the graph as written."""
    check_values(document)
    options = _options(contexts or pinned_contexts())
    try:
        expanded: list[Any] = _pyld("jsonld").expand(document, options, on_property_dropped=_dropped)
    except _pyld_fails() as error:
        raise _translated(error) from error
    lost = next(losses(expanded), None)
    if lost is not None:
        raise UnsafeDocumentError(f"{_shown(lost)} is defined by none of the document's contexts, or is no IRI")
    return expanded


def compact(expanded: list[Any], context: Any, *, contexts: ContextStore | None = None) -> dict[str, Any]:
    """Compact an expanded document with `context` (what stands under `@context`)."""
    try:
        compacted: dict[str, Any] = _pyld("jsonld").compact(
            expanded, {"@context": context}, _options(contexts or pinned_contexts())
        )
    except _pyld_fails() as error:
        raise _translated(error) from error
    return compacted


def to_nquads(expanded: list[Any], *, contexts: ContextStore | None = None) -> str:
    """Convert an expanded document to N-Quads, not yet canonical."""
    options = _options(contexts or pinned_contexts()) | {"format": "application/n-quads"}
    try:
        quads: str = _pyld("jsonld").to_rdf(expanded, options)
    except _pyld_fails() as error:
        raise _translated(error) from error
    return quads


def canonical_labels(nquads: str) -> dict[str, str]:
    """Return the canonical label of every blank node of a dataset, both without `_:`.

    This is URDNA2015, which differs from RDFC-1.0 in how rare characters are escaped: the caller compares what the
    labels give with the canonical form.
    """
    algorithm = _pyld("canon").URDNA2015()
    algorithm.main(_pyld("nquads").parse_nquads(nquads), {"format": "application/n-quads"})
    issued: dict[str, str] = algorithm.canonical_issuer.existing
    return {label.removeprefix("_:"): canonical.removeprefix("_:") for label, canonical in issued.items()}


def initial_context() -> Mapping[str, Any]:
    """Return the active context in which a document's expansion begins, as pyld keeps it."""
    context: Mapping[str, Any] = _processor()._get_initial_context(_PROCESSING)  # noqa: SLF001 -- has no public name
    return context


def processed_context(
    active: Mapping[str, Any], local: Any, *, contexts: ContextStore, overrides: bool = False, propagates: bool = True
) -> Mapping[str, Any]:
    """Return the active context that a local one makes of `active`; neither is altered.

    `overrides` is so for the context of a property, which may redefine protected terms; `propagates` is not so for that
    of a type, which ends at the node (JSON-LD API 1.1 section 4.1.2). Raises UnsafeDocumentError.
    """
    pyld = _pyld("jsonld")
    options = _options(contexts) | _PROCESSING
    # A resolver without memory: what pyld kept of earlier documents must not decide what is an error in this one.
    options["contextResolver"] = pyld.ContextResolver({}, options["documentLoader"])
    try:
        processed: Mapping[str, Any] = _processor()._process_context(  # noqa: SLF001 -- the public one hides the flags
            active, local, options, override_protected=overrides, propagate=propagates
        )
    except _pyld_fails() as error:
        raise _translated(error) from error
    return processed


def literal_of(value: object, datatype: str | None) -> tuple[str, str]:
    """Return the lexical form and the datatype of a boolean, a number or a text (JSON-LD API 1.1 section 8.2.2)."""
    item = {"@value": value} | ({"@type": datatype} if datatype else {})
    written = _processor()._object_to_rdf(item, None, [], _PROCESSING)  # noqa: SLF001 -- has no public name
    return written["value"], written["datatype"]


def losses(node: Any) -> Iterator[str]:
    """Yield what of an expanded document would not reach RDF, or not as written."""
    if isinstance(node, list):
        for item in node:
            yield from losses(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _losses_of_member(key, value)


def _losses_of_member(key: str, value: Any) -> Iterator[str]:
    if (key not in _KEYWORDS) if key.startswith("@") else not IRI.match(key):
        yield key
    elif key in ("@id", "@type"):
        values = [value] if isinstance(value, str) else value
        yield from (iri for iri in values if not isinstance(iri, str) or (not IRI.match(iri) and iri != "@json"))
    elif key == "@language" and not _LANGUAGE.match(value):
        yield value
    elif key != "@value":
        yield from losses(value)


def check_values(node: Any, pointer: str = "") -> None:
    """Refuse text and numbers that implementations canonicalise differently, anywhere in a document."""
    if isinstance(node, str):
        defects = text_defects(node)
        if defects:
            raise UnsafeDocumentError(
                f"{pointer or 'the document'} holds a character that may not be signed: {defects[0].kind}"
            )
    elif isinstance(node, float) and not math.isfinite(node):
        raise UnsafeDocumentError(f"{pointer} is not a finite number")
    elif isinstance(node, Mapping):
        for key, value in node.items():
            check_values(key, pointer)
            check_values(value, f"{pointer}/{key}")
    elif isinstance(node, list | tuple):
        for position, value in enumerate(node):
            check_values(value, f"{pointer}/{position}")


def _pyld(part: str) -> Any:
    return import_module(f"pyld.{part}")


def _processor() -> Any:
    return _pyld("jsonld").JsonLdProcessor()


def _pyld_fails() -> tuple[type[Exception], ...]:
    """Return what pyld raises: its own error for what the specification forbids, and others where it stumbles.

    It stumbles over some odd contexts, such as a null `@vocab` where there was none: whatever it is, the document is
    none that can be signed.
    """
    own: type[Exception] = _pyld("jsonld").JsonLdError
    return (own, KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError)


def _options(contexts: ContextStore) -> dict[str, Any]:
    def load(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
        if url not in contexts:
            raise _UnknownContextError(url)
        return {
            "contextUrl": None,
            "documentUrl": url,
            "contentType": "application/ld+json",
            "document": contexts.documents[url],
        }

    return {"documentLoader": load, "base": None, "rdfDirection": "i18n-datatype", "produceGeneralizedRdf": False}


def _dropped(name: str, *_rest: Any) -> NoReturn:
    raise UnsafeDocumentError(f"the term {_shown(name)} is defined by none of the document's contexts")


def _translated(error: BaseException) -> UnsafeDocumentError:
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, UnsafeDocumentError):
            return inner
        if isinstance(inner, _UnknownContextError):
            return UnsafeDocumentError(f"the context {_shown(str(inner))} is not one of the pinned ones")
        inner = inner.__cause__ or inner.__context__
    return UnsafeDocumentError(
        f"the document is no JSON-LD that can be signed: {getattr(error, 'code', '') or type(error).__name__}"
    )


def _shown(value: Any) -> str:
    return repr(str(value)[:120])
