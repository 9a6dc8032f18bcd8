"""The one-pass graph of a plain document: the graph of pyld, or none (ADR 27)."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes import CONTEXTS, HOSTILE, IRIS, badges

from reference import DATA, needs_data
from vc_issuer.encoding.active_context import ActiveContexts
from vc_issuer.encoding.contexts import ContextStore, conformance_contexts, pinned_contexts
from vc_issuer.encoding.jsonld import expand, to_nquads
from vc_issuer.encoding.plain_graph import graph_of, plain_graph
from vc_issuer.encoding.rdfc import canonicalize_nquads, canonicalize_rdfc
from vc_issuer.errors import UnsafeDocumentError

BASE = CONTEXTS[0]
PINNED = ActiveContexts(pinned_contexts())
OWN = "https://mill.example/context"


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


def merged(parts):
    return {name: value for part in parts for name, value in part.items()}


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


NAMES = st.sampled_from(["a", "b", "c", "d", "T", "U", "id", "type"])
TARGETS = st.sampled_from(
    ["https://x.example/a", "https://x.example/b", "urn:p:", "@id", "@type", None, "p:z", "@nest", "@graph", "@value"]
)
CONTAINERS = st.sampled_from(["@set", "@list", "@graph", "@language", "@index", "@id", ["@graph", "@set"], ["@set"]])
COERCIONS = st.sampled_from(
    [
        "@id",
        "@vocab",
        "@json",
        "@none",
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/2001/XMLSchema#double",
        "http://www.w3.org/2001/XMLSchema#date",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON",
    ]
)


def contexts(inner):
    """Make a context whose terms may bring contexts of their own, made by `inner`."""
    definition = st.fixed_dictionaries(
        {"@id": TARGETS},
        optional={
            "@type": COERCIONS,
            "@container": CONTAINERS,
            "@context": inner,
            "@protected": st.booleans(),
            "@prefix": st.booleans(),
            "@language": st.sampled_from(["nl", None]),
        },
    )
    plain = st.fixed_dictionaries(
        {"@id": st.sampled_from(["https://x.example/a", "https://x.example/b", "p:z"])},
        optional={"@type": COERCIONS, "@context": inner},
    )
    members = st.dictionaries(NAMES, st.one_of(plain, plain, definition, TARGETS), max_size=5)
    about = st.fixed_dictionaries(
        {},
        optional={
            "@protected": st.booleans(),
            "@propagate": st.booleans(),
            "@version": st.just(1.1),
            "@language": st.just("fr"),
            "@vocab": st.sampled_from(["https://v.example/", ""]),
            "@base": st.just("https://b.example/"),
        },
    )
    usual = {"p": "urn:p:", "id": "@id", "type": "@type"}
    return st.one_of(
        members.map(lambda found: usual | found),
        members.map(lambda found: usual | found),
        st.tuples(members, about).map(lambda found: usual | found[0] | found[1]),
    )


INNER = st.recursive(st.one_of(st.none(), st.just({}), st.just({"a": None})), contexts, max_leaves=4)
SCALARS = st.one_of(
    HOSTILE, IRIS, st.sampled_from(["T", "U", "a", "p:x", "@id", "@type", "1.5"]), st.booleans(), st.none(),
    st.integers(), st.floats(), st.sampled_from([0, 1, 1.0, -0.0, 1e21, 10**21, 10**15, 1e-7, 10**400]),
)  # fmt: skip


def nodes(inner):
    """Make a node whose members may be nodes, made by `inner`."""
    value = st.one_of(SCALARS, inner, st.lists(st.one_of(SCALARS, inner), max_size=3))
    types = st.one_of(st.sampled_from(["T", "U", "a", "p:T"]), st.lists(st.sampled_from(["T", "U", "urn:x:V"])))
    usual = st.fixed_dictionaries({}, optional={"type": types, "id": st.sampled_from(["urn:x:1", "p:2", "_:b1", "x"])})
    members = st.dictionaries(st.sampled_from(["a", "b", "c", "d", "p:q", "", "@id", "@type", "@value"]), value)
    own = st.fixed_dictionaries({}, optional={"@context": st.sampled_from([[OWN], OWN, [OWN, OWN + "1"], None, []])})
    return st.one_of(
        st.tuples(usual, st.dictionaries(st.sampled_from(["a", "b", "c"]), value, max_size=3)).map(merged),
        st.tuples(usual, members, own).map(merged),
    )


def tame_contexts(inner):
    """Make a context that is sound: IRIs alone, and contexts of properties and types that bring others."""
    term = st.one_of(
        st.sampled_from(["https://x.example/a", "https://x.example/b", "p:z"]),
        st.fixed_dictionaries(
            {"@id": st.sampled_from(["https://x.example/a", "https://x.example/c", "p:y"])},
            optional={
                "@type": st.sampled_from(["@id", "@vocab", "http://www.w3.org/2001/XMLSchema#date"]),
                "@container": st.sampled_from(["@set", "@graph"]),
                "@context": inner,
            },
        ),
    )
    about = st.sampled_from([{}, {}, {}, {"@propagate": False}, {"@propagate": True}, {"@protected": True}])
    usual = {"p": "urn:p:", "id": "@id", "type": "@type", "T": "urn:T", "U": "urn:U"}
    usual |= {name: f"urn:{name}" for name in "abc"}
    terms = st.dictionaries(st.sampled_from(["a", "b", "c", "T", "U"]), term, max_size=5)
    return st.tuples(st.just(usual), terms, about).map(merged)


TAME_INNER = st.recursive(st.sampled_from([{}, {"b": None}, {"b": "urn:inner"}]), tame_contexts, max_leaves=6)


def tame_nodes(inner):
    """Make a node whose every text would do as an IRI."""
    one = st.one_of(st.sampled_from(["urn:x:1", "p:2", "https://x.example/"]), inner, inner, st.just(7))
    value = st.one_of(one, one, st.lists(one, max_size=2))
    types = st.sampled_from(["T", "U", ["T", "U"], ["U", "T"], ["urn:x:V"]])
    usual = st.fixed_dictionaries({}, optional={"type": types, "id": st.sampled_from(["urn:x:1", "p:2"])})
    return st.tuples(usual, st.dictionaries(st.sampled_from(["a", "b", "c"]), value, max_size=3)).map(merged)


TAME = st.recursive(tame_nodes(st.just({"id": "urn:x:3"})), tame_nodes, max_leaves=8)


DOCUMENTS = st.recursive(nodes(st.just({})), nodes, max_leaves=8)


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


SCOPES = {
    "id": "@id",
    "type": "@type",
    "p": "urn:p:",
    "name": "urn:outer:name",
    "see": {"@id": "urn:see", "@type": "@id"},
    "T": {"@id": "urn:T", "@context": {"name": "urn:of-T:name", "only": "urn:only", "U": "urn:of-T:U"}},
    "U": {"@id": "urn:U", "@context": {"@propagate": True, "name": "urn:of-U:name"}},
    "V": {"@id": "urn:V", "@context": {"sort": "@type"}},
    "W": {"@id": "urn:W", "@context": {"type": "urn:no-longer-a-keyword"}},
    "sort": "urn:sort",
    "part": {"@id": "urn:part", "@context": {"name": "urn:of-part:name"}},
    "held": {"@id": "urn:held", "@type": "@id", "@container": "@graph", "@context": None},
    "kind": {"@id": "urn:kind", "@type": "@vocab"},
    "on": {"@id": "urn:on", "@type": "http://www.w3.org/2001/XMLSchema#date"},
    "text": {"@id": "urn:text", "@type": "http://www.w3.org/2001/XMLSchema#string"},
    "size": {"@id": "urn:size", "@type": "http://www.w3.org/2001/XMLSchema#double"},
    "spoken": {"@id": "urn:spoken", "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"},
    "list": {"@id": "urn:list", "@container": "@list"},
    "words": {"@id": "urn:words", "@container": "@language"},
    "json": {"@id": "urn:json", "@type": "@json"},
    "back": {"@reverse": "urn:back"},
    "dutch": {"@id": "urn:dutch", "@language": "nl"},
    "nothing": None,
    "also-id": "@id",
    "also-type": "@type",
    "value": "@value",
}


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
    assert not agrees({"@context": [OWN], **members}, under(SCOPES))


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
