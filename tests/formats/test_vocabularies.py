"""The EU's controlled vocabularies, held against the EU's own lists."""

import json

import pytest

from reference import DATA, needs_data
from vc_issuer.errors import InputError
from vc_issuer.formats import vocabularies
from vc_issuer.model.offering import AssessmentType, Form, Mode, Supervision

LISTS = {
    "eqf": "eqf",
    "credit": "education-credit",
    "mode": "mode (learning-assessment)",
    "learning-setting": "learning-setting",
    "assessment": "assessment",
    "supervision": "supervision-verification",
    "activity": "learning-activity",
    "opportunity": "learning-opportunity",
    "accreditation": "accreditation",
    "entitlement": "entitlement",
    "entitlement-status": "entitlement-status",
    "credential-profile": "credential profile (CURRENT)",
    "encoding": "encoding",
    "file-type": "file-type (subset)",
    "region": "atu (Belgium)",
    "country": "country",
    "language": "language (subset)",
    "isced": "isced-f",
    "nqf": "nqf (qdr)",
}
CORRECTED = {"BEL_CGG_VLA", "BEL_RG_VLS", "BEL_PR_LIM"}
EU_LANGUAGES = [
    "bg",
    "hr",
    "cs",
    "da",
    "nl",
    "en",
    "et",
    "fi",
    "fr",
    "de",
    "el",
    "hu",
    "ga",
    "it",
    "lv",
    "lt",
    "mt",
    "pl",
    "pt",
    "ro",
    "sk",
    "sl",
    "es",
    "sv",
]
EUROPE = [
    "AL",
    "AD",
    "AT",
    "BE",
    "BG",
    "BA",
    "BY",
    "CH",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GB",
    "GR",
    "HR",
    "HU",
    "IE",
    "IS",
    "IT",
    "LI",
    "LT",
    "LU",
    "LV",
    "MC",
    "MD",
    "ME",
    "MK",
    "MT",
    "NL",
    "NO",
    "PL",
    "PT",
    "RO",
    "RS",
    "SE",
    "SI",
    "SK",
    "SM",
    "TR",
    "UA",
    "VA",
    "XK",
]


@pytest.fixture(scope="module")
def published():
    return json.loads((DATA / "elm" / "cv.json").read_text(encoding="utf-8"))


@needs_data
@pytest.mark.parametrize(("ours", "theirs"), LISTS.items())
def test_every_concept_stands_in_the_published_list(published, ours, theirs):
    known = published[theirs]["concepts"]
    for iri in vocabularies.members(ours):
        concept = vocabularies.concept_of(iri)
        assert concept.scheme == published[theirs]["scheme"]
        if iri.rsplit("/", 1)[1] not in CORRECTED:
            assert concept.labels.get("en") == known[iri]
        assert iri in known


@needs_data
@pytest.mark.parametrize("name", ["eqf", "isced-f", "assessment", "learning-setting", "learning-opportunity"])
def test_whole_lists_are_covered(published, name):
    ours = next(key for key, theirs in LISTS.items() if theirs == name)
    assert vocabularies.members(ours) == frozenset(published[name]["concepts"])


def test_every_concept_has_a_dutch_name():
    for name in LISTS:
        for iri in vocabularies.members(name):
            assert vocabularies.concept_of(iri).labels.get("nl"), iri


def test_flemish_levels_are_those_of_the_standard():
    tails = ["cf509e8a", "7f5e85a7", "650d7e95", "615c4895", "6fa57440", "65235ec5", "95fec238", "13c65774"]
    for level, tail in enumerate(tails, start=1):
        concept = vocabularies.nqf("VKS", str(level))
        assert concept.iri == f"http://data.europa.eu/snb/qdr/c_{tail}"
        assert concept.label("nl") == f"VKS niveau {level}"
        assert concept.label("en") == f"FQF Level {level}"


@pytest.mark.parametrize(
    ("framework", "level", "tail"),
    [("CFC", "7", "c_4e0e5f6b"), ("QDG", "6", "c_f626da7f"), ("NLQF", "6", "c_1711a061"), ("FQF", "7", "c_95fec238")],
)
def test_other_frameworks_are_known(framework, level, tail):
    assert vocabularies.nqf(framework, level).iri.endswith(tail)


def test_an_unlisted_framework_has_no_concept():
    assert vocabularies.nqf("EXAMPLE", "7") is None
    assert vocabularies.nqf("", "7") is None


def test_a_level_that_the_framework_does_not_have_is_refused():
    with pytest.raises(InputError, match=r"VKS.*9"):
        vocabularies.nqf("VKS", "9")


def test_every_value_of_the_model_has_a_concept():
    assert all(vocabularies.mode(value).iri for value in Mode)
    assert all(vocabularies.assessment(value).iri for value in AssessmentType)
    assert all(vocabularies.supervision(value).iri for value in Supervision)


def test_hybrid_is_blended():
    assert vocabularies.mode(Mode.HYBRID).iri == vocabularies.mode(Mode.BLENDED).iri


def test_the_form_decides_the_setting():
    assert vocabularies.learning_setting(Form.REGULAR).label("en") == "formal learning"
    assert vocabularies.learning_setting(Form.OUTSIDE).label("en") == "non-formal learning"
    assert vocabularies.learning_setting(None) is None


@pytest.mark.parametrize("code", [*EU_LANGUAGES, "ar", "no", "uk"])
def test_languages_are_known(code):
    assert vocabularies.language(code).iri.startswith("http://publications.europa.eu/resource/authority/language/")


@pytest.mark.parametrize("code", [*EUROPE, "MA"])
def test_countries_are_known(code):
    assert vocabularies.country(code).label("nl")


def test_a_code_is_found_again_from_its_iri():
    assert vocabularies.code_of(vocabularies.country("BE").iri, "country") == "BE"
    assert vocabularies.code_of(vocabularies.language("nl").iri, "language") == "nl"
    assert vocabularies.code_of("https://example.org/", "country") == ""


def test_a_label_falls_back_to_english():
    assert vocabularies.isced("0915").label("bg") == "Therapy and rehabilitation"
    assert vocabularies.isced("0915").label("nl") == "Therapie en revalidatie"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: vocabularies.eqf(9),
        lambda: vocabularies.country("Belgium"),
        lambda: vocabularies.language("dut"),
        lambda: vocabularies.isced("12345"),
        lambda: vocabularies.region("Brussels"),
        lambda: vocabularies.opportunity("degree"),
    ],
)
def test_an_unknown_code_is_refused_with_a_remedy(ask):
    with pytest.raises(InputError) as raised:
        ask()
    assert raised.value.remedy
