"""The one-pass graph of a plain document: the graph of pyld, or none (ADR 28)."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scopes import DOCUMENTS, INNER, OWN, SCOPES, TAME, TAME_INNER, contexts, tame_contexts
from shapes import CONTEXTS, badges

from reference import DATA, needs_data
from vc_issuer.encoding.active_context import ActiveContexts
from vc_issuer.encoding.contexts import ContextStore, conformance_contexts, pinned_contexts
from vc_issuer.encoding.jsonld import expand, to_nquads
from vc_issuer.encoding.plain_graph import graph_of, plain_graph
from vc_issuer.encoding.rdfc import canonicalize_nquads, canonicalize_rdfc
from vc_issuer.errors import UnsafeDocumentError

BASE = CONTEXTS[0]
PINNED = ActiveContexts(pinned_contexts())


def by_pyld(document, contexts=None):
    """Return the canonical form by pyld, or None where it refuses the document."""
    try:
        return canonicalize_nquads(to_nquads(expand(document, contexts=contexts), contexts=contexts))
    except UnsafeDocumentError:
        return None


def in_one_pass(document, actives=PINNED):
    """Return the canonical form by the one pass, or None where it leaves the document to pyld."""
    try:
        nquads = plain_graph(document, actives)
        return None if nquads is None else canonicalize_nquads(nquads)
    except UnsafeDocumentError:
        return None


def agrees(document, contexts=None):
    """Tell whether the one pass gave a form; fail if it is another one than that of pyld."""
    ours = in_one_pass(document, ActiveContexts(contexts) if contexts else PINNED)
    if ours is not None:
        assert ours == by_pyld(document, contexts)
    return ours is not None


def under(*definitions):
    """Return a store that knows the first definitions by `OWN`, further ones by `OWN` and a number."""
    documents = {OWN + str(n or ""): {"@context": each} for n, each in enumerate(definitions)}
    return ContextStore(documents)


@settings(max_examples=200, deadline=None)
@given(document=badges())
def test_a_hostile_badge_has_the_graph_of_pyld_or_none(document):
    agrees(document)


@settings(max_examples=50, deadline=None)
@given(document=badges(texts=st.sampled_from(["a", '\\ "\t\n', "é𝒜"]), iris=st.just("urn:x:y")))
def test_a_badge_of_ordinary_values_is_plain(document):
    assert agrees(document)


@settings(max_examples=100, deadline=None)
@given(document=DOCUMENTS, first=contexts(INNER), second=contexts(INNER), is_one=st.booleans())
def test_under_any_contexts_a_document_has_the_graph_of_pyld_or_none(document, first, second, is_one):
    named = [OWN] if is_one else [OWN, OWN + "1"]
    agrees({**document, "@context": named}, under(first, second))


@settings(max_examples=200, deadline=None)
@given(document=TAME, first=tame_contexts(TAME_INNER), second=tame_contexts(TAME_INNER), is_one=st.booleans())
def test_contexts_of_properties_and_types_apply_as_pyld_applies_them(document, first, second, is_one):
    named = [OWN] if is_one else [OWN, OWN + "1"]
    agrees({**document, "@context": named}, under(first, second))


@pytest.mark.parametrize(
    "members",
    [
        {"name": ["a", "a", "b"], "see": ["urn:x", "p:x", None], "on": "2026-01-01"},
        {"type": "T", "name": "a", "only": "b", "part": {"name": "c", "see": {"id": "urn:y"}}},
        {"type": ["U", "T"], "name": "a", "see": {"type": "U", "name": "b"}, "kind": ["T", "U", "urn:z"]},
        {"type": ["T", "U"], "part": {"type": "T", "name": "a", "part": [{"name": "b"}, {}]}},
        {"type": "U", "see": {"name": "the context of U goes on"}},
        {"type": "T", "see": {"name": "the context of T does not"}},
        {"held": [{"@context": OWN, "id": "urn:x", "name": "a"}, {"@context": [OWN], "held": {"@context": OWN}}]},
        {"name": [1, 1.0, True, 1.5, -0.0, 1e300, "1"], "text": [5, "5"], "size": ["1", 1, 1.5, "much", True]},
        {"on": [1, True], "name": ['"\\\n\t', "\u2028 é 𝒜", ""], "p:new": None, "p:none": []},
        {"see": ["part:x", "p:x", "p://x", "see://x", "unknown:x"], "kind": ["part:x", "p:x", "p://x"]},
        {"type": "T", "see": ["q:1", {"id": "q:2"}, {"id": "q:3", "name": "a"}, {}]},
        {"type": "T", "see": [{"@context": OWN, "id": "q:1"}, {"@context": OWN, "name": "a"}]},
        {"type": "T", "part": {"id": "q:4"}, "held": {"@context": OWN, "id": "q:5"}},
        {"see": {"id": "urn:self", "see": "urn:self"}, "id": "urn:self"},
    ],
    ids=str,
)
def test_a_plain_document_has_the_graph_of_pyld(members):
    assert agrees(
        {"@context": [OWN], **{name: value for name, value in members.items() if name[:2] != "p:"}}, under(SCOPES)
    )


@pytest.mark.parametrize(
    "members",
    [
        {"": "lost"},
        {"unknown": "lost"},
        {"nothing": "lost"},
        {"type": "T", "see": {"id": "urn:x", "only": "lost"}},
        {"type": "lost"},
        {"type": None},
        {"type": {"a": "b"}},
        {"type": ["T", 7]},
        {"type": "@json"},
        {"type": "_:b"},
        {"type": "V", "sort": "T"},
        {"type": "W"},
        {"id": "lost"},
        {"id": 7},
        {"id": "_:b0"},
        {"id": "urn:x", "also-id": "urn:y"},
        {"type": "T", "also-type": "U"},
        {"@id": "urn:x"},
        {"@type": "T"},
        {"@graph": []},
        {"@included": [{"name": "a"}]},
        {"see": "lost"},
        {"see": 7},
        {"see": "urn:with blank"},
        {"kind": "@id"},
        {"kind": "lost"},
        {"name": [["a"]]},
        {"name": {"value": "a"}},
        {"type": "T", "name": {"said": "a"}},
        {"name": {"@value": "a"}},
        {"name": {"@list": ["a"]}},
        {"name": 10**15},
        {"list": ["a"]},
        {"words": {"nl": "a"}},
        {"words": "a"},
        {"json": {"a": 1}},
        {"back": {"id": "urn:x"}},
        {"dutch": "a"},
        {"spoken": "a"},
        {"held": "urn:x"},
        {"held": {"name": "lost"}},
        {"see": {"@context": {"name": "urn:other"}, "name": "a"}},
        {"see": {"@context": None}},
        {"see": {"@context": []}},
        {"see": {"@context": ["https://unknown.example/"]}},
        {"see": {"@context": [OWN, None]}},
    ],
    ids=str,
)
def test_what_is_not_plain_is_left_to_pyld(members):
    assert plain_graph({"@context": [OWN], **members}, ActiveContexts(under(SCOPES))) is None


def test_the_context_of_a_property_may_redefine_protected_terms():
    inner = {"name": "urn:inner", "see": "urn:see"}
    contexts = under({"@protected": True, "name": "urn:outer", "part": {"@id": "urn:part", "@context": inner}})
    assert agrees({"@context": OWN, "name": "a", "part": {"name": "b", "see": {"name": "c"}}}, contexts)


@pytest.mark.parametrize(
    "document", [{}, {"name": "a"}, {"@context": None}, {"@context": {}}, {"@context": [{}]}, [], "a"]
)
def test_a_document_without_contexts_by_url_is_left_to_pyld(document):
    assert plain_graph(document, PINNED) is None


def test_a_language_or_vocabulary_for_everything_is_left_to_pyld():
    for everything in ({"@language": "nl"}, {"@vocab": "urn:v:"}):
        assert not agrees({"@context": OWN, "name": "a"}, under({"name": "urn:name", **everything}))


def test_a_protected_term_that_is_redefined_is_refused_by_both():
    contexts = under({"@protected": True, "name": "urn:name"}, {"name": "urn:other"})
    document = {"@context": [OWN, OWN + "1"], "name": "a"}
    assert plain_graph(document, ActiveContexts(contexts)) is None
    with pytest.raises(UnsafeDocumentError):
        graph_of(document, contexts=contexts)


def test_a_foreign_document_that_loses_something_is_refused_in_the_same_words_as_our_own():
    document = {"@context": [BASE], "type": ["VerifiableCredential"], "nickname": "x"}
    with pytest.raises(UnsafeDocumentError) as own:
        canonicalize_rdfc(document)
    with pytest.raises(UnsafeDocumentError) as foreign:
        canonicalize_rdfc(document, guarded=True)
    assert str(own.value) == str(foreign.value)


def test_documents_that_make_ever_new_contexts_fill_no_memory():
    actives = ActiveContexts(under(SCOPES), most=12)
    seen = []
    for depth in (1, 2, 30, 1):
        document = {"type": "T"}
        for _ in range(depth):
            document = {"type": "T", "part": document}
        seen.append(plain_graph({"@context": OWN, **document}, actives) is not None)
    assert seen == [True, True, False, True]


def _jsons(folder):
    for path in sorted(folder.rglob("*.json*")):
        with suppress(ValueError):
            yield json.loads(path.read_bytes())


def _documents(value):
    """Yield every part with contexts of its own, as it stands, without its proofs, and each proof under its contexts."""
    if isinstance(value, dict):
        if "@context" in value:
            proofs = value.get("proof", [])
            yield value
            yield {name: item for name, item in value.items() if name != "proof"}
            for proof in proofs if isinstance(proofs, list) else [proofs]:
                if isinstance(proof, dict):
                    yield {**proof, "@context": value["@context"]}
        for item in value.values():
            yield from _documents(item)
    elif isinstance(value, list):
        for item in value:
            yield from _documents(item)


@needs_data
@pytest.mark.parametrize("contexts", [pinned_contexts(), conformance_contexts()], ids=["pinned", "conformance"])
def test_every_document_of_the_reference_data_has_the_graph_of_pyld_or_none(contexts):
    actives, plain = ActiveContexts(contexts), 0
    for document in (each for value in _jsons(DATA) for each in _documents(value)):
        ours = in_one_pass(document, actives)
        if ours is not None:
            assert ours == by_pyld(document, contexts)
            plain += 1
    assert plain > 150
