"""What breaks an ELM document: the EU's samples first, then every member that the EU's shapes demand."""

import copy
import json

import pytest
from builders_elm import (
    CORE_ID,
    DIGEST,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_specification,
    an_envelope,
)
from eu_reading import ELM, every_object, sample_documents, shacl_results, without

from reference import DATA, needs_data
from vc_issuer.formats.elm import ElmFormat, with_core_digest

SAMPLES = dict(sample_documents()) if DATA.is_dir() else {}
CLAIM = ("credentialSubject", "hasClaim")
PROOF = (*CLAIM, "provenBy", 0)
QUALIFICATION = (*CLAIM, "specifiedBy")
ACCREDITATION = (*QUALIFICATION, "accreditation", 0)
DISPLAY = ("displayParameter", "individualDisplay", 0)
IMAGE = (*DISPLAY, "displayDetail", 0, "image")
# The checklist of the profile: without one of these the EU's shapes refuse a document.
MANDATORY = [
    ("credentialProfiles",),
    ("credentialProfiles", 0, "inScheme"),
    ("credentialSchema",),
    ("displayParameter",),
    ("displayParameter", "title"),
    ("displayParameter", "primaryLanguage"),
    ("displayParameter", "language"),
    ("displayParameter", "individualDisplay"),
    (*DISPLAY, "language"),
    (*DISPLAY, "displayDetail"),
    (*DISPLAY, "displayDetail", 0, "page"),
    IMAGE,
    (*IMAGE, "content"),
    (*IMAGE, "contentEncoding"),
    (*IMAGE, "contentType"),
    ("issued",),
    ("validFrom",),
    ("issuer",),
    ("issuer", "legalName"),
    ("issuer", "location"),
    ("issuer", "location", "address"),
    ("issuer", "location", "address", "countryCode"),
    ("issuer", "eIDASIdentifier"),
    ("issuer", "eIDASIdentifier", "notation"),
    ("issuer", "eIDASIdentifier", "spatial"),
    ("credentialSubject",),
    CLAIM,
    (*CLAIM, "title"),
    (*CLAIM, "awardedBy"),
    (*CLAIM, "awardedBy", "awardingBody"),
    (*PROOF, "title"),
    (*PROOF, "awardedBy"),
    (*PROOF, "grade"),
    (*PROOF, "grade", "noteLiteral"),
    (*PROOF, "specifiedBy", "title"),
    (*PROOF, "specifiedBy", "gradingScheme", "title"),
    (*CLAIM, "influencedBy", 0, "title"),
    (*CLAIM, "influencedBy", 0, "awardedBy"),
    (*CLAIM, "influencedBy", 0, "specifiedBy", "title"),
    (*QUALIFICATION, "title"),
    (*QUALIFICATION, "creditPoint", 0, "framework"),
    (*QUALIFICATION, "creditPoint", 0, "point"),
    (*QUALIFICATION, "learningOutcome", 0, "title"),
    (*QUALIFICATION, "entryRequirement", "noteLiteral"),
    (*QUALIFICATION, "eqfLevel", "inScheme"),
    (*QUALIFICATION, "nqfLevel", 0, "inScheme"),
    (*QUALIFICATION, "thematicArea", 0, "inScheme"),
    (*QUALIFICATION, "learningSetting", "inScheme"),
    (*QUALIFICATION, "learningOutcome", 1, "relatedESCOSkill", 0, "inScheme"),
    (*QUALIFICATION, "eqfLevel", "inScheme", "type"),
    ("identifier", 0, "notation"),
    (*CLAIM, "supplementaryDocument", 0, "contentURL"),
    (*ACCREDITATION, "title"),
    (*ACCREDITATION, "dcType"),
    (*ACCREDITATION, "accreditingAgent"),
    (*QUALIFICATION, "entitlesTo", 0, "title"),
    (*QUALIFICATION, "entitlesTo", 0, "dcType"),
    (*QUALIFICATION, "entitlesTo", 0, "entitlementStatus"),
]
# What Annex I wants and the EU's shapes let pass.
ANNEX_ONE = [
    ("issuanceDate",),
    ("identifier",),
    ("credentialSubject", "fullName"),
    ("credentialSubject", "identifier"),
    (*CLAIM, "awardedBy", "awardingDate"),
    (*CLAIM, "creditReceived"),
    (*CLAIM, "provenBy"),
    (*CLAIM, "influencedBy"),
    QUALIFICATION,
    (*PROOF, "specifiedBy", "dcType"),
    (*QUALIFICATION, "learningOutcome"),
    (*QUALIFICATION, "creditPoint"),
    (*QUALIFICATION, "volumeOfLearning"),
    (*QUALIFICATION, "eqfLevel"),
    (*QUALIFICATION, "mode"),
    (*QUALIFICATION, "language"),
    (*QUALIFICATION, "dcType"),
    (*QUALIFICATION, "isPartialQualification"),
]


def built(due=None):
    return with_core_digest(ElmFormat().build(due or a_credit_certificate(), an_envelope()), CORE_ID, DIGEST)


def changed(path, value):
    document = copy.deepcopy(built())
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return document


def named(path):
    return "/".join(map(str, path))


@needs_data
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_the_eu_are_recognised_and_keep_the_profile(name):
    assert ElmFormat().recognises(SAMPLES[name])
    assert ElmFormat().violations_foreign(SAMPLES[name]) == []


@needs_data
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_the_eu_are_not_taken_for_ours(name):
    assert ElmFormat().violations(SAMPLES[name])


@needs_data
def test_the_twin_vector_is_one_of_ours():
    envelope = json.loads((DATA / "twins" / "twin_elm.jsonld").read_text(encoding="utf-8"))
    assert ElmFormat().violations(json.loads(envelope["payload"])) == []


@needs_data
@pytest.mark.parametrize("name", ["elm_example.jsonld", "elm_example_generic.jsonld"])
def test_the_worked_examples_keep_the_profile(name):
    document = json.loads((ELM / "examples" / name).read_text(encoding="utf-8"))
    assert ElmFormat().violations_foreign(document) == []


@pytest.mark.parametrize("due", [a_certificate, a_credit_certificate, a_joint_certificate])
def test_what_we_build_breaks_nothing(due):
    assert ElmFormat().violations(built(due())) == []
    assert ElmFormat().violations_foreign(built(due())) == []


@pytest.mark.parametrize("path", MANDATORY, ids=named)
def test_a_mandatory_member_that_is_missing_is_a_violation(path):
    document = without(built(), path)
    assert ElmFormat().violations(document)
    assert ElmFormat().violations_foreign(document)


@needs_data
@pytest.mark.parametrize("path", MANDATORY[::4], ids=named)
def test_the_shapes_of_the_eu_agree_that_it_is_mandatory(path):
    assert shacl_results(without(built(), path), "3.2")


@pytest.mark.parametrize("path", ANNEX_ONE, ids=named)
def test_annex_one_is_demanded_of_our_own_documents_alone(path):
    document = without(built(), path)
    assert ElmFormat().violations(document)
    assert ElmFormat().violations_foreign(document) == []


def test_an_award_without_quality_assurance_is_incomplete():
    document = built(a_certificate(specification=a_specification(quality=())))
    assert [violation.message for violation in ElmFormat().violations(document)] == [
        "Nothing is said of quality assurance."
    ]


def test_an_award_without_an_assessment_type_is_incomplete():
    document = built(a_certificate(specification=a_specification(assessments=())))
    assert [violation.message for violation in ElmFormat().violations(document)] == ["No assessment names its type."]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*QUALIFICATION, "eqfLevel", "id"), "http://data.europa.eu/snb/eqf/99"),
        ((*QUALIFICATION, "thematicArea", 0, "id"), "http://data.europa.eu/snb/isced-f/7777"),
        ((*QUALIFICATION, "title"), "Recht"),
        ((*QUALIFICATION, "title"), {"nl": ["Recht", "Wet"]}),
        ((*QUALIFICATION, "volumeOfLearning"), "340 hours"),
        (("issued",), "2026-07-06"),
        (("issued",), ["2026-07-06T10:00:00Z", "2026-07-07T10:00:00Z"]),
        (("issued",), None),
        (("issued",), {"date": "2026-07-06T10:00:00Z"}),
        ((*IMAGE, "content"), ""),
        (("issuer",), []),
        (("issuer",), "did:web:credentials.uzb.example"),
        (("credentialSubject", "fullName"), {"nl": "Zoë", "en": "Zoe"}),
        (("type",), ["VerifiableCredential"]),
        (("type",), ["VerifiableCredential", "EuropeanDigitalCredential", "DiplomaSupplement"]),
        (("@context",), ["https://www.w3.org/ns/credentials/v2"]),
        (("@context",), {}),
        (("id",), 7),
        ((*CLAIM, "@context"), {"title": "https://example.org/"}),
        ((*CLAIM, "credits"), 12),
        ((*CLAIM, "type"), "Achievement"),
        ((*CLAIM, "awardedBy", "type"), "Organisation"),
        ((*CLAIM, "specifiedBy", "isPartialQualification"), "yes"),
    ],
)
def test_what_the_profile_forbids_is_a_violation(path, value):
    document = changed(path, value)
    assert ElmFormat().violations_foreign(document)
    assert ElmFormat().violations(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*QUALIFICATION, "mode", 0, "id"), "http://data.europa.eu/snb/learning-assessment/unknown"),
        ((*PROOF, "idVerification", "id"), "http://data.europa.eu/snb/supervision-verification/44314532f9"),
        (("issuanceDate",), "2026-07-06T10:00:01Z"),
        (("expirationDate",), "2031-07-02T23:59:59Z"),
        (("credentialSubject", "dateOfBirth"), "1990-05-16T22:00:00Z"),
        (("displayParameter", "language"), []),
        ((*QUALIFICATION, "isPartialQualification"), False),
    ],
)
def test_our_own_documents_are_held_to_more(path, value):
    assert ElmFormat().violations(changed(path, value))


def test_a_second_document_inside_is_refused():
    document = changed((*CLAIM, "additionalNote"), [{**built(), "id": "urn:credential:other"}])
    assert any("exactly one" in violation.message for violation in ElmFormat().violations_foreign(document))


def test_a_violation_says_where_and_by_which_clause_without_personal_data():
    document = changed(("credentialSubject", "fullName"), {"nl": "Zoë D'Hondt", "en": "Zoe"})
    (violation,) = ElmFormat().violations_foreign(document)
    assert violation.pointer == "/credentialSubject/fullName"
    assert violation.clause == "EDC application profile 1.2.0, Person"
    assert "Zo" not in violation.message


def test_member_names_are_escaped_in_pointers():
    document = changed((*CLAIM, "a/b~c"), 1)
    assert ElmFormat().violations(document)[0].pointer == "/credentialSubject/hasClaim/a~1b~0c"


@pytest.mark.parametrize("document", [{}, {"type": 7}, {"type": ["VerifiableCredential", "OpenBadgeCredential"]}])
def test_other_documents_are_not_recognised(document):
    assert not ElmFormat().recognises(document)
    assert ElmFormat().violations_foreign(document)


def test_single_values_may_stand_alone_and_lists_may_hold_one():
    document = built()
    for node in every_object(document):
        for member, value in list(node.items()):
            if isinstance(value, list) and len(value) == 1 and member != "@context":
                node[member] = value[0]
    assert ElmFormat().violations(document) == []


def test_a_hostile_list_is_refused_as_a_whole_and_not_item_by_item():
    document = changed((*QUALIFICATION, "learningOutcome"), [f"urn:{number}" for number in range(20_000)])
    messages = {violation.message for violation in ElmFormat().violations(document)}
    assert messages == {"learningOutcome holds more than 1000 values."}
