"""The award core, member by member: what each side must say once, how it is written, and what enters it."""

import copy
import json
from decimal import Decimal

import pytest
from builders_elm import CORE_ID, a_certificate, a_credit_certificate, a_joint_certificate, an_envelope

from reference import DATA, needs_data
from vc_issuer.encoding.jcs import canonicalize_jcs
from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.formats.award_core import (
    CORE_TYPE,
    award_core_from_elm,
    award_core_from_ob3,
    check_core,
    core_digest,
    identity_hash,
)
from vc_issuer.formats.twins import build_twin

DUES = {"certificate": a_certificate, "credit certificate": a_credit_certificate, "joint": a_joint_certificate}


@pytest.fixture
def twin():
    return build_twin(a_credit_certificate(), an_envelope())


@pytest.fixture
def badge(twin):
    return copy.deepcopy(dict(twin.ob3["en"]))


@pytest.fixture
def elm(twin):
    return json.loads(twin.elm_payload)


def core_of(badge):
    return award_core_from_ob3(badge, CORE_ID)


def elm_core_of(elm):
    return award_core_from_elm(elm, CORE_ID)


def claim(elm):
    return elm["credentialSubject"]["hasClaim"]


def identities(badge):
    return {entry["identityType"]: entry for entry in badge["credentialSubject"]["identifier"]}


@needs_data
def test_the_worked_pair_gives_the_vectors_bytes():
    badge = json.loads((DATA / "twins" / "twin_ob3.json").read_text())
    core = core_of(badge)
    assert len(canonicalize_jcs(core)) == 1497
    plain = json.dumps(core, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonicalize_jcs(core) == plain
    assert core_digest(core) == badge["relatedResource"][1]["digestSRI"]


@pytest.mark.parametrize("name", DUES)
def test_both_sides_of_what_we_build_give_one_core(name):
    twin = build_twin(DUES[name](), an_envelope())
    cores = [elm_core_of(twin.elm), *(core_of(badge) for badge in twin.ob3.values())]
    assert len(cores) == 3
    assert all(core == cores[0] for core in cores)


def test_the_core_holds_strings_and_no_personal_value_in_clear(badge):
    core = core_of(badge)
    assert core["type"] == CORE_TYPE
    assert core["credits"] == "12"
    assert core["mark"] == "16/20"
    assert core["awarded"] == "2026-07-03"
    assert set(core["learner"]) == {"name", "ext:birthDate", "ext:studentNumber"}
    text = canonicalize_jcs(core).decode()
    assert "Hondt" not in text
    assert "1990" not in text
    assert all(value.startswith("sha256$") for value in core["learner"].values())


def test_a_joint_award_names_every_body_and_its_expiry():
    core = core_of(build_twin(a_joint_certificate(), an_envelope()).ob3["en"])
    assert core["awardedBy"] == ["VATBE-0000000196", "VATDE-000000000"]
    assert core["expires"] == "2031-07-02"
    assert core["credits"] == "9"
    assert "mark" not in core
    assert "ext:birthDate" not in core["learner"]


@pytest.mark.parametrize(
    ("written", "meant"), [(12, "12"), (12.0, "12"), (2.5, "2.5"), (0.5, "0.5"), (59.5, "59.5"), (100, "100")]
)
def test_credits_are_plain_decimals(badge, written, meant):
    badge["credentialSubject"]["creditsEarned"] = written
    assert core_of(badge)["credits"] == meant


@pytest.mark.parametrize(
    ("written", "meant"), [("12", "12"), ("12.0", "12"), ("2.50", "2.5"), ("1E+999999999", None), ("12 ECTS", None)]
)
def test_points_of_the_elm_are_plain_decimals_or_nothing(elm, written, meant):
    claim(elm)["creditReceived"][0]["point"] = written
    assert elm_core_of(elm).get("credits") == meant


def test_names_are_compared_in_nfc(badge):
    composed = core_of(badge)
    identities(badge)["name"]["identityHash"] = "Zoe\u0308 D'Hondt"
    assert core_of(badge) == composed


def test_a_hashed_identity_is_taken_as_it_is_under_the_cores_own_salt(badge):
    plain = core_of(badge)
    entry = identities(badge)["name"]
    entry |= {"hashed": True, "identityHash": identity_hash(entry["identityHash"], CORE_ID), "salt": CORE_ID}
    assert core_of(badge) == plain


@pytest.mark.parametrize("salt", [None, "Kosher"])
def test_a_right_hash_under_a_foreign_salt_is_not_believed(badge, salt):
    entry = identities(badge)["name"]
    entry |= {"hashed": True, "identityHash": identity_hash(entry["identityHash"], CORE_ID)}
    if salt:
        entry["salt"] = salt
    with pytest.raises(InvalidError, match="another salt"):
        core_of(badge)


def add_identity(badge, kind, value):
    entry = {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}
    badge["credentialSubject"]["identifier"].append(entry)


def test_an_identity_of_another_kind_stays_out_of_the_core(badge):
    before = core_of(badge)
    add_identity(badge, "emailAddress", "zoe@example.org")
    assert core_of(badge) == before


@pytest.mark.parametrize(
    "double",
    [
        lambda d: add_identity(d, "name", "Jan Janssens"),
        lambda d: d["credentialSubject"]["achievement"]["otherIdentifier"].append(
            {"type": "IdentifierEntry", "identifier": "https://x.example/o", "identifierType": "ext:Offering"}
        ),
        lambda d: d["credentialSubject"]["result"].append({**d["credentialSubject"]["result"][0], "value": "18"}),
    ],
    ids=["name", "offering", "mark"],
)
def test_a_badge_that_says_a_fact_twice_has_no_core(badge, double):
    double(badge)
    with pytest.raises(InvalidError, match="twice, and not alike"):
        core_of(badge)


def set_grade(elm, text):
    claim(elm)["provenBy"][0]["grade"]["noteLiteral"] = text


@pytest.mark.parametrize(
    "double",
    [
        lambda d: d["credentialSubject"]["fullName"].update(en="Zoe D'Hondt"),
        lambda d: set_grade(d, {"nl": "16/20", "en": "18/20"}),
        lambda d: set_grade(d, {"nl": "16/20", "en": "Pass"}),
        lambda d: set_grade(d, {"nl": ["16/20", "18/20"]}),
        lambda d: d["credentialSubject"]["identifier"].append(
            {**d["credentialSubject"]["identifier"][0], "notation": "0000002"}
        ),
    ],
    ids=["name", "mark", "mark and word", "two marks in a language", "student number"],
)
def test_an_elm_that_says_a_fact_twice_has_no_core(elm, double):
    double(elm)
    with pytest.raises(InvalidError, match="twice, and not alike"):
        elm_core_of(elm)


def test_a_word_is_no_mark_on_either_side(badge, elm):
    badge["credentialSubject"]["result"][0]["value"] = "Pass"
    set_grade(elm, {"nl": "Geslaagd", "en": "Pass"})
    assert "mark" not in core_of(badge)
    assert core_of(badge) == elm_core_of(elm)


def test_a_mark_below_zero_is_a_mark():
    core = core_of(build_twin(a_credit_certificate(mark=Decimal(-3)), an_envelope()).ob3["en"])
    assert core["mark"] == "-3/20"


def test_one_value_and_a_list_of_one_are_the_same(elm):
    before = elm_core_of(elm)
    for node, member in ((claim(elm), "creditReceived"), (claim(elm), "provenBy"), (claim(elm)["specifiedBy"], "mode")):
        (node[member],) = node[member]
    assert elm_core_of(elm) == before


def test_a_concept_may_be_named_by_its_iri_alone(elm):
    before = elm_core_of(elm)
    specification = claim(elm)["specifiedBy"]
    specification["eqfLevel"] = specification["eqfLevel"]["id"]
    assert elm_core_of(elm) == before


def test_order_and_doubles_of_lists_say_nothing(badge):
    before = core_of(badge)
    alignment = badge["credentialSubject"]["achievement"]["alignment"]
    alignment.append(alignment[0])
    alignment.reverse()
    assert core_of(badge) == before


def test_texts_and_what_is_not_compared_stay_out(badge):
    before = core_of(badge)
    achievement = badge["credentialSubject"]["achievement"]
    achievement |= {"description": "x", "achievementType": "Course", "creditsAvailable": 99}
    achievement["criteria"]["narrative"] = "x"
    achievement["resultDescription"][0]["requiredValue"] = "9"
    badge |= {"validFrom": "2030-01-01T00:00:00Z", "name": "x"}
    assert core_of(badge) == before


@pytest.mark.parametrize("content", [{}, {"credentialSubject": []}, {"credentialSubject": {"achievement": "x"}}])
@pytest.mark.parametrize("compute", [award_core_from_ob3, award_core_from_elm])
def test_an_empty_document_has_an_empty_core(compute, content):
    assert compute(content, CORE_ID) == {"type": CORE_TYPE, "id": CORE_ID}


def test_one_side_is_checked_by_itself(badge, elm):
    assert check_core(badge, elm=False) == elm["id"]
    assert badge["id"] in check_core(elm, elm=True)


def test_related_resources_of_another_kind_are_no_binding(badge):
    badge["relatedResource"] = [{"id": "https://x.example/syllabus.pdf", "digestSRI": "sha384-x"}]
    with pytest.raises(InconclusiveError, match="names no twin"):
        check_core(badge, elm=False)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entries: entries.pop(),
        lambda entries: entries.append(dict(entries[1])),
        lambda entries: entries.append({"id": "https://x.example", "mediaType": "text/html", "digestSRI": "sha384-x"}),
        lambda entries: entries[0].update(name="ELM"),
        lambda entries: entries[0].pop("mediaType"),
        lambda entries: entries[1].update(mediaType="application/ld+json"),
        lambda entries: entries[1].update(id="urn:uuid:5d0f4a52-6b0e-1d1c-9c37-0a1f4f6c8b21"),
        lambda entries: entries[1].update(digestSRI="sha256-x"),
    ],
    ids=["one", "doubled", "third", "extra member", "member gone", "same media type", "id of version 1", "digest"],
)
def test_a_binding_is_exactly_two_entries_of_three_members(badge, spoil):
    spoil(badge["relatedResource"])
    with pytest.raises(InvalidError):
        check_core(badge, elm=False)


def core_identifier(elm):
    return next(entry for entry in elm["identifier"] if entry["schemeName"] == "Award core digest")


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda d: d["identifier"].append(dict(core_identifier(d))), InvalidError),
        (lambda d: core_identifier(d).update(notation="sha384-x"), InvalidError),
        (lambda d: core_identifier(d).update(id="urn:uuid:5d0f4a52-6b0e-4d1c-9c37-0a1f4f6c8b22"), InvalidError),
        (lambda d: core_identifier(d).update(schemeVersion="2"), InconclusiveError),
        (lambda d: d.update(identifier=[]), InconclusiveError),
        (lambda d: d.update(identifier=[core_identifier(d)]), InvalidError),
    ],
    ids=["doubled", "digest", "salt", "another version", "none", "no badge named"],
)
def test_an_elm_names_one_core_and_its_badges(elm, spoil, error):
    spoil(elm)
    with pytest.raises(error):
        check_core(elm, elm=True)
