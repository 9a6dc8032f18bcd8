"""Contexts inside contexts, and documents under them: sound ones, wild ones, and one for examples.

`OWN` is the address of the first context of a document; that of the second has a 1 behind it.
"""

from hypothesis import strategies as st
from shapes import HOSTILE, IRIS

OWN = "https://mill.example/context"
SCOPES = {
    "id": "@id",
    "type": "@type",
    "p": "urn:p:",
    "q": "urn:outer:q:",
    "said": "urn:said",
    "name": "urn:outer:name",
    "see": {"@id": "urn:see", "@type": "@id"},
    "T": {
        "@id": "urn:T",
        "@context": {
            "name": "urn:of-T:name",
            "only": "urn:only",
            "U": "urn:of-T:U",
            "q": "urn:of-T:q:",
            "said": "@value",
        },
    },
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


def merged(parts):
    return {name: value for part in parts for name, value in part.items()}


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
