"""Our own table of terms, held against the EU's context: both must read every document alike."""

import pytest
from builders_elm import CORE_ID, DIGEST, a_certificate, a_credit_certificate, a_joint_certificate, an_envelope
from eu_reading import eu_context, sample_documents, triples

from reference import DATA, needs_data
from vc_issuer.encoding.contexts import pinned_contexts
from vc_issuer.encoding.jsonld import expand
from vc_issuer.formats.elm import ElmFormat, with_core_digest
from vc_issuer.formats.elm.terms import EDC_AP, context_document, terms

SAMPLES = dict(sample_documents()) if DATA.is_dir() else {}
DUE = {"certificate": a_certificate, "credit certificate": a_credit_certificate, "joint": a_joint_certificate}
# The published context and the shapes contradict each other on these, so we neither write nor read them.
LEFT_OUT = {"areaDialingCode", "descriptionHtml", "latitude", "longitude"}
# What version 3.1 of the context misspells (nationalID, resultDestribution), so that it is read otherwise or lost.
MISSPELT_IN_31 = ("elm/nationalI", "resultDistribution", "resultCategory")


def built(name):
    return with_core_digest(ElmFormat().build(DUE[name](), an_envelope()), CORE_ID, DIGEST)


@needs_data
def test_every_term_of_the_eu_is_ours_with_the_same_meaning():
    ours, theirs = context_document()["@context"], eu_context("3.2")["@context"]
    prefixes = {name for name, value in theirs.items() if isinstance(value, str) and value.startswith("http")}
    assert {name: ours.get(name) for name in theirs.keys() - prefixes - LEFT_OUT} == {
        name: value for name, value in theirs.items() if name not in prefixes | LEFT_OUT
    }
    assert ours.keys() <= theirs.keys()


@needs_data
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_the_eu_are_read_alike(name):
    assert triples(SAMPLES[name], context_document()) == triples(SAMPLES[name], eu_context("3.2"))


@needs_data
@pytest.mark.parametrize("name", DUE)
def test_our_documents_are_read_alike(name):
    assert triples(built(name), context_document()) == triples(built(name), eu_context("3.2"))


@needs_data
@pytest.mark.parametrize("name", [*SAMPLES, *DUE])
def test_the_older_context_differs_only_where_it_is_misspelt(name):
    document = SAMPLES[name] if name in SAMPLES else built(name)
    different = triples(document, context_document()) ^ triples(document, eu_context("3.1"))
    assert [quad for quad in different if not any(word in quad for word in MISSPELT_IN_31)] == []


@pytest.mark.parametrize("name", DUE)
def test_our_documents_expand_without_loss_with_our_terms_alone(name):
    contexts = pinned_contexts().with_documents({EDC_AP: context_document()})
    (expanded,) = expand(built(name), contexts=contexts)
    assert "http://data.europa.eu/snb/model/elm/displayParameter" in expanded


def test_every_member_has_a_kind_and_every_list_a_member():
    known = terms()
    assert known.members.keys() <= known.kinds.keys()
    assert {key.split(".")[1] for key in (*known.lists, *known.schemes)} <= known.members.keys()
