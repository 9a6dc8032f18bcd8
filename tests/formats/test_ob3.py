"""Open Badges 3.0 as issued: both schemas, no loss, contexts A and B alike, and what breaks it."""

import copy
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import jsonschema_rs
import pytest
from builders_elm import (
    DANISH,
    EVIDENCE,
    a_certificate,
    a_credit_certificate,
    a_joint_certificate,
    a_mandated_certificate,
    a_specification,
    an_accredited_certificate,
    an_envelope,
)

from reference import DATA, needs_data
from vc_issuer.encoding.contexts import ContextStore, pinned_contexts
from vc_issuer.encoding.jsonld import compact, expand
from vc_issuer.encoding.rdfc import canonicalize_rdfc
from vc_issuer.errors import InputError, UnsafeDocumentError
from vc_issuer.formats.award_core import check_core
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.ob3.wording import escape_markdown
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.formats.twins import build_twin

DUES = {
    "certificate": a_certificate(),
    "credit-certificate": a_credit_certificate(),
    "joint": a_joint_certificate(),
    "accredited": an_accredited_certificate(),
    "mandated": a_mandated_certificate(),
    "hashed": a_credit_certificate(hashed_identities=frozenset({"ext:studentNumber"})),
}
SCHEMAS = ("current", "plain_2024")


@pytest.fixture(params=[(name, language) for name in DUES for language in ("nl", "en")], ids="-".join)
def badge(request):
    name, language = request.param
    twin = build_twin(DUES[name], an_envelope())
    if language not in twin.ob3:
        pytest.skip("this award has no badge in this language")
    return twin.ob3[language]


def the_badge():
    return build_twin(a_credit_certificate(), an_envelope()).ob3["en"]


@needs_data
@pytest.mark.parametrize("schema", SCHEMAS)
def test_badge_passes_the_published_schema(badge, schema):
    text = (DATA / "ob3" / "schemas" / schema / "ob_v3p0_achievementcredential_schema.json").read_text()
    validator = jsonschema_rs.Draft201909Validator(json.loads(text), validate_formats=True)
    assert [error.message for error in validator.iter_errors(badge)] == []


def test_badge_has_no_violations_and_states_its_core(badge):
    assert Ob3Format().recognises(badge)
    assert Ob3Format().violations(badge) == []
    assert Ob3Format().violations_foreign(badge) == []
    assert check_core(badge, elm=False).startswith("urn:credential:")


def test_every_badge_is_bound_to_its_elm():
    for due in DUES.values():
        twin = build_twin(due, an_envelope())
        for badge in twin.ob3.values():
            assert compare_twins(badge, twin.elm, twin.elm_payload).outcome is TwinOutcome.BOUND


def test_compact_of_expand_gives_the_badge_back(badge):
    context = badge["@context"]
    returned = compact(expand(badge), context)
    assert normal(returned) == normal(badge)


def normal(node):
    """Return a document without order and singletons: what JSON-LD does not tell apart."""
    if isinstance(node, dict):
        return {key: normal(value) for key, value in node.items() if key != "@context"}
    if isinstance(node, list):
        items = sorted(json.dumps(normal(item), sort_keys=True) for item in node)
        return items if len(items) > 1 else normal(node[0])
    return node


@needs_data
def test_both_circulating_contexts_give_the_same_graph(badge):
    older = json.loads((DATA / "ob3" / "contexts" / "ob-v3p0-3.0.3.A-until-2026-06.json").read_text())
    documents = {**pinned_contexts().documents, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": older}
    assert canonicalize_rdfc(badge, contexts=ContextStore(documents)) == canonicalize_rdfc(badge)


def leaves(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from leaves(value, (*path, position))
    else:
        yield path, node


def changed(document, path, value):
    copied = copy.deepcopy(document)
    target = copied
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return copied


def one_leaf_a_place(badge):
    """Yield the leaves, of lists of alike nodes the first: each costs a canonicalisation."""
    seen = Counter()
    for path, value in leaves(badge):
        place = tuple("*" if isinstance(step, int) else step for step in path)
        seen[place] += 1
        if path[0] != "@context" and seen[place] == 1:
            yield path, value


def test_every_leaf_reaches_the_graph():
    badge = the_badge()
    before = canonicalize_rdfc(badge)
    for path, value in one_leaf_a_place(badge):
        other = not value if isinstance(value, bool) else f"{value}x" if isinstance(value, str) else value + 1
        try:
            assert canonicalize_rdfc(changed(badge, path, other)) != before, path
        except UnsafeDocumentError:
            continue


def without(document, *path):
    copied = copy.deepcopy(document)
    target = copied
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return copied


SUBJECT = "credentialSubject"
ACHIEVEMENT = (SUBJECT, "achievement")


@pytest.mark.parametrize(
    "mutate",
    [
        lambda d: changed(d, ("type",), "OpenBadgeCredential"),
        lambda d: changed(d, ("type",), ["VerifiableCredential", "OpenBadgeCredential", "PhD"]),
        lambda d: changed(d, (SUBJECT,), [d[SUBJECT]]),
        lambda d: without(d, "id"),
        lambda d: without(d, *ACHIEVEMENT, "criteria"),
        lambda d: changed(d, (*ACHIEVEMENT, "image"), "https://x.example/i.png"),
        lambda d: changed(d, ("issuer",), d["issuer"]["id"]),
        lambda d: without(d, "issuer", "type"),
        lambda d: changed(d, ("credentialStatus",), [d["credentialStatus"]]),
        lambda d: changed(d, ("credentialStatus", "statusListIndex"), 7),
        lambda d: changed(d, ("name",), {"en": "Law", "nl": "Recht"}),
        lambda d: changed(d, ("validFrom",), "2026-07-06"),
        lambda d: changed(d, ("validFrom",), "2026-07-06T10:00:00"),
        lambda d: changed(d, (SUBJECT, "creditsEarned"), "12"),
        lambda d: changed(d, (SUBJECT, "creditsEarned"), 60),
        lambda d: changed(d, (*ACHIEVEMENT, "achievementType"), "Micro-credential"),
        lambda d: changed(d, (*ACHIEVEMENT, "alignment", 0, "targetType"), "blah ext:Foo bar"),
        lambda d: changed(d, (*ACHIEVEMENT, "alignment"), []),
        lambda d: changed(d, (*ACHIEVEMENT, "grade"), "20"),
        lambda d: changed(d, ("@context",), d["@context"][:2]),
        lambda d: changed(d, ("@context",), [*d["@context"], {"x": "https://x.example/"}]),
        lambda d: changed(d, ("issuanceDate",), "2026-07-06T10:00:00Z"),
        lambda d: changed(d, ("description",), None),
        lambda d: without(d, SUBJECT, "identifier"),
        lambda d: changed(d, (*ACHIEVEMENT, "criteria"), {}),
        lambda d: changed(d, (*ACHIEVEMENT, "creator", "name"), "Another University"),
        lambda d: changed(d, (SUBJECT, "result", 0, "resultDescription"), "https://x.example/#other"),
        lambda d: changed(d, (SUBJECT, "@included"), [{}]),
        lambda d: changed(d, ("relatedResource",), d["relatedResource"][:1]),
    ],
)
def test_a_mutant_is_not_what_we_issue(mutate):
    assert Ob3Format().violations(mutate(the_badge()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("grade",), "20"),
        ((SUBJECT, "type"), ["AchievementSubject", "PhD"]),
        (("evidence",), [{"id": "https ://x", "type": ["Evidence"]}]),
        ((SUBJECT, "achievement", "name"), "a\u0007b"),
        ((SUBJECT, "achievement", "name"), "a\ud800b"),
        ((SUBJECT, "creditsEarned"), float("nan")),
        (("@context", 1), "https://purl.imsglobal.org/spec/ob/v3p0/context-9.9.9.json"),
    ],
)
def test_what_would_be_lost_or_read_differently_is_refused_at_signing(path, value):
    with pytest.raises(UnsafeDocumentError):
        canonicalize_rdfc(changed(the_badge(), path, value))


def test_a_badge_is_never_built_in_a_language_that_a_text_lacks():
    envelope = an_envelope()
    with pytest.raises(InputError, match="'fr'"):
        build_twin(a_certificate(), type(envelope)(**{**fields_of(envelope), "ob3_ids": {"fr": "urn:uuid:1"}}))


def fields_of(value):
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def test_whole_credits_are_integers():
    badge = the_badge()
    assert isinstance(badge[SUBJECT]["creditsEarned"], int)


def test_summary_reads_back_what_was_built():
    due = a_credit_certificate()
    summary = Ob3Format().summarise(build_twin(due, an_envelope()).ob3["nl"], "nl")
    assert summary.kind == "credit-certificate"
    assert summary.learner_name == due.learner.full_name
    assert summary.title == due.specification.title.get("nl")
    assert summary.credits == due.credits_earned
    assert summary.hours == due.specification.hours
    assert summary.mark == f"{due.mark}/20"
    assert Decimal(summary.mark.split("/")[0]) == due.mark
    assert [outcome.title for outcome in summary.outcomes] == [o.title.get("nl") for o in due.specification.outcomes]
    assert summary.status == an_envelope().status


def test_markdown_of_others_is_escaped():
    assert escape_markdown('<b> [x](y) *z* "q" R&D') == '\\<b\\> \\[x\\](y) \\*z\\* "q" R&D'


def the_danish_badge():
    due = a_credit_certificate(specification=a_specification(grading=DANISH), mark=Decimal(2))
    return build_twin(due, an_envelope()).ob3["en"]


def test_a_closed_scale_lists_its_marks_and_is_out_of_nothing():
    (scale,) = the_danish_badge()[SUBJECT]["achievement"]["resultDescription"]
    assert scale["resultType"] == "RawScore"
    assert scale["allowedValue"] == ["-3", "00", "02", "4", "7", "10", "12"]
    assert scale["requiredValue"] == "02"
    assert not {"valueMin", "valueMax"} & set(scale)
    assert the_danish_badge()[SUBJECT]["result"][0]["value"] == "02"


def test_a_scale_of_points_has_its_bounds():
    (scale,) = the_badge()[SUBJECT]["achievement"]["resultDescription"]
    assert [scale[name] for name in ("valueMin", "valueMax", "requiredValue")] == ["0", "20", "10"]
    assert "allowedValue" not in scale


def test_without_a_mark_the_result_is_a_status():
    badge = build_twin(a_certificate(), an_envelope()).ob3["en"]
    (scale,) = badge[SUBJECT]["achievement"]["resultDescription"]
    (result,) = badge[SUBJECT]["result"]
    assert (scale["resultType"], result["status"]) == ("Status", "Completed")
    assert "value" not in result


def test_the_picture_stands_in_the_badge_with_a_caption_and_fetches_nothing():
    badge = the_badge()
    image = badge[SUBJECT]["achievement"]["image"]
    assert image["id"].startswith("data:image/png;base64,")
    assert image["caption"].startswith("Credit certificate: Rehabilitation and prevention")


def test_evidence_source_and_the_larger_award_have_their_own_places():
    badge = build_twin(an_accredited_certificate(), an_envelope()).ob3["en"]
    assert [each["id"] for each in badge["evidence"]] == list(EVIDENCE)
    assert badge[SUBJECT]["source"]["name"] == "Faculty of Movement Sciences"
    alignments = {each["targetType"]: each for each in badge[SUBJECT]["achievement"]["alignment"]}
    assert alignments["ext:Stackability"]["targetUrl"] == "https://www.uzb.example/postgraduate-geriatrics"
    assert alignments["ext:ESCO"]["targetCode"].endswith("#lo-2")
    assert alignments["ext:QualityAssurance"]["targetFramework"] == "Example Quality Assurance Agency"


def test_what_is_about_one_learner_stands_at_the_result_and_not_at_the_achievement():
    first = build_twin(a_joint_certificate(), an_envelope()).ob3["en"]
    other = replace(a_joint_certificate(), exempted=(), credits_earned=Decimal(12), credits_recognised=Decimal(0))
    second = build_twin(other, an_envelope()).ob3["en"]
    assert first[SUBJECT]["achievement"] == second[SUBJECT]["achievement"]
    kinds = [each["targetType"] for each in first[SUBJECT]["result"][0]["alignment"]]
    assert kinds == ["ext:RecognisedPart", "ext:RecognisedCredits"]


def test_the_award_date_is_not_the_date_of_issue():
    badge = the_badge()
    assert (badge["awardedDate"][:10], badge["validFrom"][:10]) == ("2026-07-03", "2026-07-06")


@pytest.mark.parametrize(
    "mutate",
    [
        lambda d: changed(d, (SUBJECT, "result", 0, "value"), "3"),
        lambda d: changed(d, (SUBJECT, "result", 0, "status"), "Completed"),
        lambda d: without(d, SUBJECT, "result", 0, "value"),
        lambda d: without(d, SUBJECT, "result"),
        lambda d: changed(d, (SUBJECT, "identifier", 1, "hashed"), True),
        lambda d: changed(d, (SUBJECT, "identifier", 1, "salt"), "urn:uuid:0"),
        lambda d: without(d, *ACHIEVEMENT, "image", "caption"),
        lambda d: changed(d, ("issuer", "otherIdentifier", 0, "identifierType"), "ext:MandatedIssuer"),
    ],
)
def test_a_result_identity_or_picture_that_does_not_fit_is_refused(mutate):
    assert Ob3Format().violations(mutate(the_danish_badge()))
