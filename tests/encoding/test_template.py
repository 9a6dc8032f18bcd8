"""A template gives the generic path's bytes or nothing, whatever stands in a document."""

import hashlib

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from encoding.shapes import CONTEXTS, HOSTILE, IRIS, ORDINARY, badges
from vc_issuer.encoding.compile import compile_template
from vc_issuer.encoding.known_shapes import KnownShapes, compile_shape
from vc_issuer.encoding.rdfc import canonicalize_rdfc
from vc_issuer.encoding.shape import read_shape, replace_texts
from vc_issuer.encoding.template import are_plain_iris, is_plain_iri
from vc_issuer.errors import UnsafeDocumentError

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
PLAIN_IRIS = st.uuids().map(lambda value: f"urn:uuid:{value}")


def generic(document, hash_name="sha256"):
    """Return the canonical bytes, or None where the generic path refuses the document."""
    try:
        return canonicalize_rdfc(document, hash_name=hash_name).encode()
    except UnsafeDocumentError:
        return None


def badge(**changes):
    document = {
        "@context": CONTEXTS,
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:a.example", "type": "Profile", "name": "A"},
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "Zoë", "identityType": "name"},
                {"type": "IdentityObject", "hashed": False, "identityHash": "1", "identityType": "ext:studentNumber"},
            ],
        },
        "name": "A course",
    }
    return {**document, **changes}


def filled(template, document):
    values = template.values_of(read_shape(document).texts)
    if values is None:
        return None
    written = template.fill(values)
    digest = None if written is None else hashlib.new(template.hash_name, written).digest()
    assert template.digest(values) == digest
    assert template.fill(values) == written, "what was remembered of the first time changes nothing"
    return written


@SLOW
@given(st.data(), badges(ORDINARY, PLAIN_IRIS))
def test_a_filled_template_equals_the_generic_path(data, document):
    template = compile_template(document)
    assume(template is not None)
    assert filled(template, document) == generic(document)
    texts = read_shape(document).texts
    others = [data.draw(HOSTILE if ":" not in text else IRIS) for text in texts]
    other = replace_texts(document, others)
    found = filled(template, other)
    assert found is None or found == generic(other)


@SLOW
@given(badges(ORDINARY, PLAIN_IRIS), st.data())
def test_constants_may_be_any_of_the_texts(document, data):
    texts = read_shape(document).texts
    constant = data.draw(st.sets(st.integers(0, len(texts) - 1)))
    template = compile_template(document, constant=constant)
    assume(template is not None)
    changed = [text if place in constant else text + "x" for place, text in enumerate(texts)]
    other = replace_texts(document, changed)
    found = filled(template, other)
    assert found is None or found == generic(other)


@SLOW
@given(badges(HOSTILE, IRIS))
def test_known_shapes_answer_as_the_generic_path_or_not_at_all(document):
    known = KnownShapes()
    try:
        shape = compile_shape(document, "sha256")
    except RecursionError:
        shape = None
    known.admit([shape] if shape else [])
    found = known.canonical(document, "sha256")
    assert (found is None) if shape is None else (found == generic(document))


def test_a_realistic_badge_is_filled_and_not_left_to_the_generic_path():
    template = compile_template(badge())
    other = badge(name='Cours "é"\n\\', id="urn:uuid:2")
    assert filled(template, other) == generic(other) is not None


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
def test_blank_nodes_are_labelled_anew_for_every_document(hash_name):
    template = compile_template(badge(), hash_name=hash_name)
    orders = set()
    for number in range(12):
        document = badge()
        document["credentialSubject"]["identifier"][0]["identityHash"] = f"name {number}"
        written = filled(template, document)
        assert written == generic(document, hash_name)
        orders.add(next(line.split()[0] for line in written.splitlines() if b'"name %d"' % number in line))
    assert len(orders) > 1


def test_more_than_ten_blank_nodes_are_ordered_by_label_as_text():
    people = [{"type": "IdentityObject", "hashed": False, "identityHash": f"n{n}"} for n in range(13)]
    document = badge(credentialSubject={"type": ["AchievementSubject"], "identifier": people})
    assert filled(compile_template(document), document) == generic(document)


@SLOW
@given(st.data())
def test_nodes_with_holes_find_their_place_among_constant_ones(data):
    people = [{"type": "IdentityObject", "hashed": False, "identityHash": f"n{n}"} for n in range(14)]
    document = badge(credentialSubject={"type": ["AchievementSubject"], "identifier": people})
    texts = read_shape(document).texts
    held = data.draw(st.sets(st.sampled_from([place for place, text in enumerate(texts) if text.startswith("n")])))
    template = compile_template(document, constant=set(range(len(texts))) - held)
    others = data.draw(st.lists(st.integers(0, 99), min_size=len(held), max_size=len(held)))
    changed = dict(zip(sorted(held), others, strict=True))
    other = replace_texts(document, [f"n{changed[at]}" if at in changed else text for at, text in enumerate(texts)])
    alike = len({person["identityHash"] for person in other["credentialSubject"]["identifier"]}) < len(people)
    assert filled(template, other) == (None if alike else generic(other))


def test_a_node_that_becomes_equal_to_a_constant_one_is_left_to_the_generic_path():
    document = badge()
    document["credentialSubject"]["identifier"][1]["identityType"] = "name"
    texts = read_shape(document).texts
    template = compile_template(document, constant=set(range(len(texts))) - {texts.index("Zoë")})
    other = replace_texts(document, ["1" if text == "Zoë" else text for text in texts])
    assert generic(other) is not None
    assert filled(template, document) == generic(document)
    assert filled(template, other) is None


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("more", ["!", "#x", "?y=1", "a", "~", ""])
def test_of_two_subjects_one_may_begin_with_the_other(more, constant):
    document = badge()
    texts = read_shape(document).texts
    held = (
        {texts.index("urn:uuid:1")}
        if constant
        else {texts.index(each) for each in ("urn:uuid:1", document["issuer"]["id"])}
    )
    template = compile_template(document, constant=set(range(len(texts))) - held)
    other = badge(id=document["issuer"]["id"] + more)
    assert filled(template, other) == (generic(other) if more else None)


def test_equal_blank_nodes_are_left_to_the_generic_path():
    template = compile_template(badge())
    document = badge()
    one, other = document["credentialSubject"]["identifier"]
    one.update(identityHash="same", identityType="same")
    other.update(identityHash="same", identityType="same")
    assert generic(document) is not None
    assert filled(template, document) is None
    assert compile_template(document) is None


def test_two_subjects_that_become_one_are_left_to_the_generic_path():
    template = compile_template(badge())
    assert filled(template, badge(id="did:web:a.example")) is None


@pytest.mark.parametrize("iri", ["relative", "", "_:b0", "https://u@a.example/", "urn:é", "urn:%zz", "id"])
def test_an_iri_that_readers_may_take_otherwise_is_left_to_the_generic_path(iri):
    template = compile_template(badge())
    assert filled(template, badge(id=iri)) is None


@given(st.lists(st.one_of(IRIS, st.text(max_size=4), st.from_regex(r"[a-z]+:(//)?[a-z/#%\n]+")), max_size=4))
def test_several_iris_are_looked_at_as_one_by_one(values):
    terms = frozenset({b"obi", b"schema", b"Achievement", b"a:b"})
    encoded = [value.encode(errors="surrogatepass") for value in values]
    assume(b"\0" not in b"".join(encoded))
    assert are_plain_iris(encoded, terms) == all(is_plain_iri(value, terms) for value in values)


@pytest.mark.parametrize("iri", ["urn:a\0", "urn:a\0urn:b", "urn:a\nurn:b", "urn:", "\0", "urn:a\n"])
def test_two_iris_are_not_one(iri):
    assert not is_plain_iri(iri, frozenset())


def test_a_character_that_may_not_be_signed_is_left_to_the_generic_path():
    template = compile_template(badge())
    for text in ("\x00", "\x7f", "\ud800", "\uffff", "a\rb"):
        assert filled(template, badge(name=text)) is None
        assert generic(badge(name=text)) is None


def test_a_named_graph_has_no_template():
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofValue": "z1"}
    document = badge(proof=proof)
    assert generic(document) is not None
    assert compile_template(document) is None


def test_what_would_be_lost_is_refused_at_compilation_as_by_the_generic_path():
    with pytest.raises(UnsafeDocumentError, match="defined by none"):
        compile_template(badge(undefined="x"))


def test_the_mark_may_stand_in_a_document():
    document = badge(name="urn:vc-issuer-hole:0:000001")
    assert filled(compile_template(document), document) == generic(document)


def test_no_more_shapes_are_remembered_than_allowed_and_the_last_used_stay():
    known = KnownShapes(most=2)
    first, second, third = badge(), badge(description="x"), badge(validFrom="2025-01-01T00:00:00Z")
    for document in (first, second):
        known.admit([compile_shape(document, "sha256")])
    assert known.canonical(first, "sha256") is not None
    known.admit([compile_shape(third, "sha256")])
    assert len(known) == 2
    assert known.canonical(second, "sha256") is None
    assert known.canonical(first, "sha256") == generic(first)
    assert known.canonical(first, "sha384") is None
