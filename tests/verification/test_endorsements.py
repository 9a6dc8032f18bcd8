"""What a quality agency confirms, what only its issuer states, and what becomes of endorsements that are not right."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema_rs
import pytest
from builders_elm import an_envelope
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import verify_data_integrity_proof
from scenario import CREDENTIAL_KEY, NOON, NOW, SUITE, make_world

from builders_keys import signing_key
from reference import DATA, needs_data
from vc_issuer.did import methods_of
from vc_issuer.encoding.multikey import encode_multikey
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.formats.ob3 import Ob3Format
from vc_issuer.formats.ob3.build import achievement_url
from vc_issuer.formats.ob3.endorsement import Endorsement
from vc_issuer.issuance.endorse import sign_endorsement
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.trust import TrustedIssuer, TrustStore
from vc_issuer.verification.verify import Verifier

AGENCY = "did:web:qa-agency.example"
NAME = "Example Quality Assurance Agency"


def agency_key(seed="agency", did=AGENCY):
    key = signing_key(seed=seed)
    method = VerificationMethod(
        id=f"{did}#{encode_multikey(key.method.public_key)}", controller=did, public_key=key.method.public_key
    )
    return SigningKey(method=method, signer=key.signer)


def endorser(key=None, name=AGENCY):
    return TrustedIssuer(did=AGENCY, name=name, methods=((key or agency_key()).method,), source="the test")


def signed(subject, key=None, **changes):
    values = {
        "id": "urn:uuid:7d0f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21",
        "endorser_did": AGENCY,
        "endorser_name": NAME,
        "subject": subject,
        "title": "Quality assurance decision",
        "comment": "Positive decision EXAMPLE-QA-0001.",
        "valid_from": NOON - timedelta(days=100),
        "valid_until": NOW + timedelta(days=1000),
        **changes,
    }
    return json.loads(sign_endorsement(Endorsement(**values), key or agency_key(), created=NOON).content)


@pytest.fixture(scope="module")
def achievement():
    world = make_world()
    return json.loads(world.ob3)["credentialSubject"]["achievement"]["id"]


@pytest.fixture
def world_with(achievement):
    def make(*endorsements):
        return make_world(envelope=replace(an_envelope(), endorsements={achievement: endorsements}))

    return make


def look(world, content=None, *, known=None, now=NOW):
    return world.verify(content or world.ob3, now, endorsers=(endorser(),) if known is None else known)


def check_of(report, check=CheckId.ENDORSEMENT):
    return next(result for result in report.checks if result.check is check)


def test_an_agency_that_is_known_confirms(world_with, achievement):
    world = world_with(signed(achievement))
    report = look(world)
    assert report.verdict is Verdict.CURRENT
    assert check_of(report).outcome is Outcome.PASSED
    (seen,) = report.endorsements
    assert (seen.endorser, seen.name, seen.about) == (AGENCY, NAME, achievement)
    assert seen.comment == "Positive decision EXAMPLE-QA-0001."
    assert Ob3Format().violations(world.twin.ob3["en"]) == []


def test_the_trust_source_names_the_agency_where_it_has_a_name(world_with, achievement):
    report = look(world_with(signed(achievement)), known=(endorser(name="QA of the trust list"),))
    assert report.endorsements[0].name == "QA of the trust list"


def test_without_an_endorsement_there_is_no_such_check(world_with):
    report = look(world_with())
    assert CheckId.ENDORSEMENT not in {result.check for result in report.checks}
    assert report.endorsements == ()


def test_an_agency_that_nobody_pinned_confirms_nothing_and_takes_nothing_away(world_with, achievement):
    report = look(world_with(signed(achievement)), known=())
    assert report.verdict is Verdict.CURRENT
    assert check_of(report).outcome is Outcome.INDETERMINATE
    (seen,) = report.endorsements
    assert (seen.name, seen.comment) == ("", "")


def test_an_issuer_of_badges_is_no_endorser_and_an_endorser_no_issuer(world_with, achievement):
    world = world_with(signed(achievement))
    pinned = (*world.trust.issuers, endorser())
    assert check_of(world.verify(world.ob3, NOW, issuers=pinned)).outcome is Outcome.INDETERMINATE
    trust = TrustStore(endorsers=pinned)
    assert Verifier(trust, directly).verify(world.ob3, "file", NOW).verdict is Verdict.UNKNOWN_ISSUER


@pytest.mark.parametrize(
    "change",
    [
        lambda e, _: e["credentialSubject"].update(endorsementComment="Excellent."),
        lambda e, _: e.update(validUntil="2040-01-01T00:00:00Z"),
        lambda e, _: e["issuer"].update(name="Another agency"),
        lambda e, _: e["proof"][0].update(created="2025-01-01T00:00:00Z"),
    ],
    ids=["comment", "end", "name", "proof"],
)
def test_an_issuer_that_embeds_an_altered_endorsement_is_named_by_that_check_alone(world_with, achievement, change):
    forged = signed(achievement)
    change(forged, achievement)
    report = look(world_with(forged))
    assert report.verdict is Verdict.NOT_GENUINE
    failed = {result.check for result in report.checks if result.outcome is Outcome.FAILED}
    assert failed == {CheckId.ENDORSEMENT}
    assert AGENCY in check_of(report).message
    assert report.endorsements[0].name == ""


def test_an_endorsement_altered_on_the_way_breaks_both_proofs(world_with, achievement):
    document = json.loads(world_with(signed(achievement)).ob3)
    subject = document["credentialSubject"]["achievement"]["endorsement"][0]["credentialSubject"]
    subject["endorsementComment"] = "Excellent."
    report = look(make_world(), serialise_compact(document))
    failed = {result.check for result in report.checks if result.outcome is Outcome.FAILED}
    assert failed == {CheckId.PROOF, CheckId.ENDORSEMENT}


def test_an_endorsement_taken_off_breaks_the_badge(world_with, achievement):
    document = json.loads(world_with(signed(achievement)).ob3)
    del document["credentialSubject"]["achievement"]["endorsement"]
    assert look(make_world(), serialise_compact(document)).verdict is Verdict.NOT_GENUINE


def test_the_endorsement_of_something_else_confirms_nothing_here(world_with):
    other = achievement_url("https://credentials.uzb.example", "OTHER", "1", "en")
    report = look(world_with(signed(other)))
    assert report.verdict is Verdict.CURRENT
    assert check_of(report).outcome is Outcome.INDETERMINATE
    assert "is not about" in check_of(report).message
    assert report.endorsements[0].name == ""


def test_an_endorsement_of_the_issuer_confirms_the_issuer(world_with):
    issuer = make_world().trust.issuers[0].did
    (seen,) = look(world_with(signed(issuer))).endorsements
    assert (seen.about, seen.name) == (issuer, NAME)


def test_a_key_that_the_agency_does_not_control_confirms_nothing(world_with, achievement):
    stranger = agency_key("stranger")
    report = look(world_with(signed(achievement, stranger)))
    assert check_of(report).outcome is Outcome.FAILED
    own_key = signing_key(seed="own")
    borrowed = signed(achievement, own_key)  # a did:key that says it is the agency
    assert "does not control" in check_of(look(world_with(borrowed))).message


@pytest.mark.parametrize(
    "changes",
    [{"valid_until": NOW - timedelta(days=1)}, {"valid_from": NOW + timedelta(days=1)}],
    ids=["ended", "not yet"],
)
def test_one_that_does_not_hold_now_confirms_nothing_and_takes_nothing_away(world_with, achievement, changes):
    report = look(world_with(signed(achievement, **changes)))
    assert report.verdict is Verdict.CURRENT
    assert check_of(report).outcome is Outcome.INDETERMINATE
    assert report.endorsements[0].name == ""


def test_of_two_agencies_the_known_one_confirms(world_with, achievement):
    unknown = signed(
        achievement,
        agency_key("other", "did:web:other.example"),
        endorser_did="did:web:other.example",
        id="urn:uuid:8d0f4a52-6b0e-4d1c-9c37-0a1f4f6c8b21",
    )
    report = look(world_with(signed(achievement), unknown))
    assert [seen.outcome for seen in report.endorsements] == [Outcome.PASSED, Outcome.INDETERMINATE]
    assert check_of(report).outcome is Outcome.INDETERMINATE
    assert report.verdict is Verdict.CURRENT


@needs_data
def test_the_signed_example_of_another_stack_is_confirmed_by_its_agency():
    """Signed elsewhere; verified by @digitalbazaar/vc and openbadgeslib too (data/README)."""
    content = (DATA / "ob3/examples/ob3_signed_didkey_with_endorsement.json").read_bytes()
    document = json.loads(content)
    agency = document["credentialSubject"]["achievement"]["endorsement"][0]["issuer"]["id"]
    fragment = agency.removeprefix("did:key:")
    did_document = {
        "id": agency,
        "verificationMethod": [
            {"id": f"{agency}#{fragment}", "type": "Multikey", "controller": agency, "publicKeyMultibase": fragment}
        ],
        "assertionMethod": [f"{agency}#{fragment}"],
    }
    known = TrustedIssuer(did=agency, name=agency, methods=methods_of(did_document), source="the test")
    now = datetime(2026, 7, 1, tzinfo=UTC)
    for endorsers, outcome in (((), Outcome.INDETERMINATE), ((known,), Outcome.PASSED)):
        report = Verifier(TrustStore(endorsers=endorsers), directly).verify(content, "file", now)
        assert [seen.outcome for seen in report.endorsements] == [outcome]
    assert report.endorsements[0].name == NAME


def test_a_badge_with_an_endorsement_has_one_shape_for_every_stack(world_with, achievement):
    """The endorsement's proof is a graph of its own: taking one proof off changes nothing of the other."""
    world = world_with(signed(achievement))
    document = json.loads(world.ob3)
    endorsement = document["credentialSubject"]["achievement"]["endorsement"][0]
    key = agency_key().method
    assert SUITE.verify(serialise_compact(endorsement), lambda _: key).mechanism == "eddsa-rdfc-2022"
    assert SUITE.verify(world.ob3, lambda _: CREDENTIAL_KEY.method).mechanism == "eddsa-rdfc-2022"


def test_another_stack_verifies_the_badge_and_the_endorsement_in_it(world_with, achievement):
    badge = json.loads(world_with(signed(achievement)).ob3)
    endorsement = badge["credentialSubject"]["achievement"]["endorsement"][0]
    for document, key in ((badge, CREDENTIAL_KEY), (endorsement, agency_key())):
        public = load_der_public_key(key.method.public_key.der)
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        verify_data_integrity_proof(document, pem)
        changed = {**document, "name": f"{document['name']}!"}
        with pytest.raises(LibOpenBadgesException):
            verify_data_integrity_proof(changed, pem)


@needs_data
@pytest.mark.parametrize(
    ("schema", "is_badge"),
    [
        ("plain_2024/ob_v3p0_achievementcredential_schema.json", True),
        ("current/ob_v3p0_achievementcredential_schema.json", True),
        ("current/ob_v3p0_endorsementcredential_schema.json", False),
    ],
)
def test_badge_and_endorsement_pass_the_published_schemas(world_with, achievement, schema, is_badge):
    badge = json.loads(world_with(signed(achievement)).ob3)
    document = badge if is_badge else badge["credentialSubject"]["achievement"]["endorsement"][0]
    validator = jsonschema_rs.Draft201909Validator(json.loads((DATA / "ob3/schemas" / schema).read_text()))
    assert list(validator.iter_errors(document)) == []
    without = {name: value for name, value in document.items() if name != "credentialSubject"}
    assert not validator.is_valid(without)
