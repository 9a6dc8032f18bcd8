"""The worked pair of the twins: its vectors, and what may be changed without being seen."""

import copy
import json

import pytest

from reference import DATA, needs_data
from vc_issuer.encoding.digests import sri_digest
from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.errors import InvalidError
from vc_issuer.formats.award_core import (
    award_core_from_elm,
    award_core_from_ob3,
    check_core,
    core_digest,
    identity_hash,
)
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins

pytestmark = needs_data
CORE_ID = "urn:uuid:5d0f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21"
DIGEST = "sha384-uBUrG61CtFfYDSLVIM+r53VCdIeimjn6dltL9uwvpKwfyc1P0WiPD6wB/4kM//9u"


@pytest.fixture
def badge():
    return json.loads((DATA / "twins" / "twin_ob3.json").read_text())


@pytest.fixture
def payload():
    return json.loads((DATA / "twins" / "twin_elm.jsonld").read_text())["payload"].encode()


def compare(badge, payload):
    return compare_twins(badge, json.loads(payload), payload).outcome


def test_both_sides_give_the_vectors_core(badge, payload):
    cores = [award_core_from_ob3(badge, CORE_ID), award_core_from_elm(json.loads(payload), CORE_ID)]
    assert cores[0] == cores[1]
    assert len(canonicalize_jcs(cores[0])) == 1497
    assert core_digest(cores[0]) == DIGEST
    assert sri_digest(payload) == "sha384-jzy5Yi49elmOu7cs06aYoWcoWrY6QFNXqLZy45c2l0tXuYB0ZOP4FWQdZpSZDsBW"


def test_the_worked_pair_is_bound(badge, payload):
    assert compare(badge, payload) is TwinOutcome.BOUND


def leaves(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from leaves(value, (*path, position))
    else:
        yield path, node


def with_leaf(document, path, value):
    changed = copy.deepcopy(document)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def test_no_changed_leaf_of_the_elm_stays_bound(badge, payload):
    document = json.loads(payload)
    for path, value in leaves(document):
        other = not value if isinstance(value, bool) else f"{value}x" if isinstance(value, str) else value + 1
        changed = json.dumps(with_leaf(document, path, other), ensure_ascii=False, separators=(",", ":")).encode()
        assert compare(badge, changed) is not TwinOutcome.BOUND, path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), "Another title"),
        (("awardedDate",), "2026-07-04T00:00:00Z"),
        (("credentialSubject", "creditsEarned"), 13),
        (("credentialSubject", "result", 0, "value"), "17"),
        (("credentialSubject", "identifier", 0, "identityHash"), "Zoë D’Hondt"),
        (("credentialSubject", "achievement", "alignment", 0, "targetUrl"), "http://data.europa.eu/snb/eqf/6"),
        (("issuer", "otherIdentifier", 0, "identifier"), "VATBE-0000000295"),
        (("relatedResource", 0, "digestSRI"), "sha384-x"),
        (("relatedResource", 1, "id"), "urn:uuid:5d0f4a52-6b0e-5d1c-9c37-0a1f4f6c8b21"),
    ],
)
def test_a_changed_fact_of_the_badge_makes_them_not_twins(badge, payload, path, value):
    assert compare(with_leaf(badge, path, value), payload) is TwinOutcome.NOT_TWINS


def test_a_badge_of_a_foreign_issuer_with_the_same_facts_is_no_twin(badge, payload):
    assert compare(with_leaf(badge, ("issuer", "id"), "did:web:mill.example"), payload) is TwinOutcome.NOT_TWINS


def test_another_projection_of_the_record_states_the_same_award(badge, payload):
    assert (
        compare(with_leaf(badge, ("id",), "urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c42"), payload)
        is TwinOutcome.SAME_AWARD
    )
    projected = with_leaf(badge, ("relatedResource", 0, "id"), "urn:credential:other")
    assert compare(projected, payload) is TwinOutcome.SAME_AWARD


def test_without_a_binding_nothing_can_be_said(badge, payload):
    del badge["relatedResource"]
    assert compare(badge, payload) is TwinOutcome.INDETERMINATE


def test_an_extra_entry_or_member_lowers_the_outcome(badge, payload):
    more = with_leaf(badge, ("relatedResource", 0, "name"), "x")
    assert compare(more, payload) is TwinOutcome.NOT_TWINS
    badge["relatedResource"].append({"id": "urn:x", "mediaType": "text/plain", "digestSRI": "sha384-x"})
    assert compare(badge, payload) is TwinOutcome.NOT_TWINS


def test_hashed_identities_under_the_cores_salt_are_the_same_person(badge, payload):
    for entry in badge["credentialSubject"]["identifier"]:
        entry |= {"hashed": True, "identityHash": identity_hash(entry["identityHash"], CORE_ID), "salt": CORE_ID}
    assert compare(badge, payload) is TwinOutcome.BOUND


def test_order_doubles_and_number_spelling_say_nothing(badge, payload):
    badge["credentialSubject"]["achievement"]["alignment"].reverse()
    badge["credentialSubject"]["creditsEarned"] = 12.0
    assert compare(badge, payload) is TwinOutcome.BOUND


def test_one_side_is_checked_by_itself(badge, payload):
    assert check_core(badge, elm=False) == "urn:credential:2f0c9a34-77d1-4c0e-8f43-6a2f6be1d905"
    assert "urn:uuid:7d3c1f0e-52a4-4f0b-9a6e-3f5b0a9d2c41" in check_core(json.loads(payload), elm=True)
    with pytest.raises(InvalidError, match="do not give the award core"):
        check_core(with_leaf(badge, ("credentialSubject", "creditsEarned"), 60), elm=False)


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 5000])
def test_the_digest_is_the_same_whatever_head_was_hashed_before(length):
    content = bytes(range(256)) * 20
    assert {sri_digest(content, head=content[:length]) for _ in range(2)} == {sri_digest(content)}
