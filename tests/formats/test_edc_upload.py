"""The upload form of the EU's issuer: what its classes read, nothing that it sets itself, and no fact lost."""

import json

import pytest
from builders_elm import (
    CORE_ID,
    DIGEST,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_mandated_certificate,
    an_accredited_certificate,
    an_envelope,
)
from eu_reading import VERSIONS, eu_context, shacl_results, triples

from reference import needs_data
from vc_issuer.errors import InputError
from vc_issuer.formats.elm import ElmFormat, build_upload, with_core_digest
from vc_issuer.wiring.uploading import read_addresses

DUES = {
    "certificate": a_certificate(),
    "credit certificate": a_credit_certificate(),
    "joint": a_joint_certificate(),
    "accredited": an_accredited_certificate(),
    "mandated": a_mandated_certificate(),
}
SET_THERE = ("@context", "issuer", "issued", "issuanceDate")


def document(name):
    return with_core_digest(ElmFormat().build(DUES[name], an_envelope()), CORE_ID, DIGEST)


def sealed(upload, original):
    """Put back what the EU's issuer adds at sealing."""
    return {**{name: original[name] for name in SET_THERE}, **upload["credential"]}


@pytest.mark.parametrize("name", DUES)
def test_what_is_set_at_sealing_is_left_out(name):
    upload = build_upload(document(name), ["zoe@example.org"])
    assert set(upload) == {"credential", "deliveryDetails"}
    assert not set(SET_THERE) & set(upload["credential"])
    assert "proof" not in upload["credential"]
    assert upload["deliveryDetails"] == {"deliveryAddress": ["zoe@example.org"]}


@needs_data
@pytest.mark.parametrize("name", DUES)
def test_no_fact_is_lost_on_the_way(name):
    original = document(name)
    context = eu_context("3.2")
    assert triples(sealed(build_upload(original), original), context) == triples(original, context)


@needs_data
@pytest.mark.parametrize("version", VERSIONS)
def test_sealed_by_the_eu_it_keeps_the_shapes(version):
    original = document("accredited")
    assert shacl_results(sealed(build_upload(original), original), version) == []


def test_texts_are_lists_a_language_and_members_of_one_value_stand_alone():
    credential = build_upload(document("certificate"))["credential"]
    claim = credential["credentialSubject"]["hasClaim"][0]
    assert claim["title"]["en"] == ["Rehabilitation and prevention in the healthy ageing context"]
    assert isinstance(claim["awardedBy"], dict)
    assert isinstance(claim["specifiedBy"]["eqfLevel"], dict)
    assert isinstance(claim["specifiedBy"]["homepage"], list)
    assert isinstance(claim["specifiedBy"]["eqfLevel"]["inScheme"], dict)
    assert isinstance(credential["displayParameter"]["individualDisplay"][0]["displayDetail"][0]["image"], dict)
    assert credential["credentialSubject"]["fullName"] == {"nl": ["Zoë D'Hondt"]}
    assert json.loads(json.dumps(credential)) == credential


def test_without_an_address_the_list_is_empty():
    assert build_upload(document("certificate"))["deliveryDetails"] == {"deliveryAddress": []}


def test_a_third_address_is_refused():
    with pytest.raises(InputError, match="2 addresses"):
        build_upload(document("certificate"), ["a@example.org", "b@example.org", "c@example.org"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("studentennummer;adres\r\n0240101;zoe@example.org\r\n", {"0240101": ("zoe@example.org",)}),
        ("0240101,zoe@example.org\n0240101,zoe@work.example\n", {"0240101": ("zoe@example.org", "zoe@work.example")}),
        ("\ufeff0240101;wallet-0123456789\n\n", {"0240101": ("wallet-0123456789",)}),
    ],
)
def test_addresses_are_read_by_student_number(text, expected):
    assert read_addresses(text.encode()) == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"0240101;no address\n", "row 1: a student number and one address"),
        (b"0240101\n", "row 1: a student number and one address"),
        (b"1;a@b.example\n1;c@d.example\n1;e@f.example\n", "row 3: one learner has at most 2"),
    ],
)
def test_a_bad_row_is_named_by_its_number_alone(content, problem):
    with pytest.raises(InputError) as raised:
        read_addresses(content)
    assert [each for each in raised.value.problems if each.startswith(problem)]
    assert "no address" not in str(raised.value.problems)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"1" * 5_000_001], ids=["encoding", "large"])
def test_what_is_no_list_is_refused(content):
    with pytest.raises(InputError, match="list of addresses"):
        read_addresses(content)
