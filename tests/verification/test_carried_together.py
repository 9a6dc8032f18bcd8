"""What came in an archive, behind a QR code, in a presentation, or loose beside its twin."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
import segno
from foreign import CREATED, V2, badge, own_did, signed
from recorded import Network
from scenario import CREDENTIAL_KEY, NOON, NOW, SUITE, make_world

from builders_keys import signing_key
from carriers.carried_samples import png
from vc_issuer.carriers.png import bake_png
from vc_issuer.did import did_key
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.model.keys import SigningKey, VerificationMethod
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.recognition.awards import awards_of
from vc_issuer.securing.cryptosuites import cryptosuite
from vc_issuer.securing.data_integrity import create_proof_with
from vc_issuer.securing.proof_terms import ProofOptions
from vc_issuer.verification.proofs import directly
from vc_issuer.verification.together import twin_marks
from vc_issuer.verification.verify import Verifier

ADDRESS = "https://school.example/c/7K3M9QX2R8T5V6W1Y4Z0ABCDEF"


@pytest.fixture(scope="module")
def world():
    return make_world()


def archive(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(name, content)
    return out.getvalue()


def qr_picture(text=ADDRESS):
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=6, border=4)
    return out.getvalue()


def outcomes(report, check):
    return [result.outcome for result in report.checks if result.check is check]


def messages(report, check):
    return " ".join(result.message for result in report.checks if result.check is check)


def together(world, **files):
    verifier = Verifier(world.trust, directly)
    return verifier.verify_together(files.items(), NOW)


def test_a_loose_badge_and_its_elm_are_compared_and_both_reports_say_so(world):
    badge_report, elm_report = together(world, **{"a.json": world.ob3, "b.json": world.elm})
    assert (badge_report.verdict, elm_report.verdict) == (Verdict.CURRENT, Verdict.CURRENT)
    assert "with b.json: both state the same award and name each other" in messages(badge_report, CheckId.TWIN)
    assert "with a.json" in messages(elm_report, CheckId.TWIN)


def test_files_in_different_requests_know_by_their_marks_what_belongs_together(world):
    verifier = Verifier(world.trust, directly)
    contents = (world.ob3, world.elm, signed(badge()), b"hello", bake_png(png(), world.ob3))
    marks = twin_marks([verifier.examine(content, "f", NOW) for content in contents])
    sides = [{(mark[0], mark[2:]) for mark in each} for each in marks]
    badges, credentials = ({name for _, name in side} for side in sides[:2])
    assert badges & credentials
    assert ({side for side, _ in sides[0]}, {side for side, _ in sides[1]}) == ({"b"}, {"c"})
    assert sides[2:4] == [set(), set()]
    assert sides[4] == sides[0]
    assert not any("urn:" in mark for each in marks for mark in each)


def test_files_of_different_awards_are_not_compared(world):
    badge_report, elm_report = together(world, a=signed(badge()), b=world.elm)
    assert "with" not in messages(elm_report, CheckId.TWIN)
    assert outcomes(badge_report, CheckId.TWIN) == []


def test_a_twin_that_was_signed_again_with_another_fact_is_not_genuine_on_both_sides(world):
    # The same issuer signs a badge that names this ELM, with another title: one of the two must be wrong.
    document = {**world.twin.ob3["en"], "name": "Another title"}
    document["credentialSubject"] = {
        **document["credentialSubject"],
        "achievement": {**document["credentialSubject"]["achievement"], "name": "Another title"},
    }
    altered = SUITE.secure(document, CREDENTIAL_KEY, NOON).content
    badge_report, elm_report = together(world, a=altered, b=world.elm)
    assert badge_report.verdict is Verdict.NOT_GENUINE
    assert elm_report.verdict is Verdict.NOT_GENUINE
    assert "differ" in messages(badge_report, CheckId.TWIN)


def test_a_strangers_copy_takes_nothing_from_the_credential_that_it_names(world):
    did = own_did("stranger")
    document = {**world.twin.ob3["en"], "issuer": {**world.twin.ob3["en"]["issuer"], "id": did}}
    document.pop("credentialStatus")
    copy_report, elm_report = together(world, a=signed(document, "stranger"), b=world.elm)
    assert elm_report.verdict is Verdict.CURRENT
    assert copy_report.verdict is Verdict.NOT_GENUINE
    assert "another issuer" in messages(copy_report, CheckId.TWIN)


def test_an_archive_reports_each_file_and_compares_twins_in_it(world):
    report = world.verify(archive(**{"x/badge.json": world.ob3, "seal.json": world.elm}))
    assert (report.format, report.verdict) == ("zip", Verdict.CURRENT)
    assert [part.file for part in report.parts] == ["file: badge.json", "file: seal.json"]
    assert "both state the same award" in messages(report.parts[0], CheckId.TWIN)
    assert len(awards_of(report)) == 2


def test_an_archive_with_a_note_beside_is_judged_by_what_a_script_acts_on_first(world):
    report = world.verify(archive(readme=b"hello", badge=world.ob3))
    assert [part.verdict for part in report.parts] == [Verdict.UNREADABLE, Verdict.CURRENT]
    assert report.verdict is Verdict.UNREADABLE
    forged = world.ob3.replace(b'"name":"', b'"name":"X', 1)
    assert world.verify(archive(readme=b"hello", badge=forged)).verdict is Verdict.NOT_GENUINE


def test_a_picture_in_an_archive_is_read_and_an_address_in_it_is_not_followed(world):
    network = Network({ADDRESS: world.ob3})
    trust = replace(world.trust, look_ups=network.look_ups("*"))
    report = Verifier(trust, directly).verify(
        archive(picture=bake_png(png(), world.ob3), photo=qr_picture()), "file", NOW
    )
    assert [part.verdict for part in report.parts] == [Verdict.CURRENT, Verdict.UNREADABLE]
    assert network.asked == []


@pytest.mark.parametrize("content", [qr_picture(), ADDRESS.encode()], ids=["picture", "address"])
def test_a_pointer_says_which_address_to_open_where_nobody_may_be_asked(world, content):
    report = world.verify(content)
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    said = messages(report, CheckId.PROOF)
    assert f"Open {ADDRESS} yourself, and see that your browser shows school.example." in said
    assert report.parts == ()


def test_a_pointer_to_a_host_that_may_be_asked_brings_the_credential(world):
    network = Network({ADDRESS: world.ob3})
    trust = replace(world.trust, look_ups=network.look_ups("school.example"))
    report = Verifier(trust, directly).verify(qr_picture(), "photo.png", NOW)
    assert (report.format, report.verdict) == ("picture", Verdict.CURRENT)
    assert report.parts[0].format == "ob3"
    assert report.summary.learner_name
    assert "compare the two" in messages(report, CheckId.CARRIER)
    assert network.asked == [ADDRESS]
    Verifier(trust, directly).verify(qr_picture(), "photo.png", NOW)
    assert network.asked == [ADDRESS, ADDRESS]  # what holds a name is kept nowhere


def test_a_pointer_to_another_host_is_not_followed(world):
    network = Network({ADDRESS: world.ob3})
    trust = replace(world.trust, look_ups=network.look_ups("other.example"))
    report = Verifier(trust, directly).verify(qr_picture(), "photo.png", NOW)
    assert report.verdict is Verdict.UNKNOWN_ISSUER
    assert network.asked == []


def test_a_pointer_to_a_pointer_goes_no_further(world):
    network = Network({ADDRESS: b"https://school.example/c/another"})
    trust = replace(world.trust, look_ups=network.look_ups("*"))
    report = Verifier(trust, directly).verify(qr_picture(), "photo.png", NOW)
    assert report.verdict is Verdict.UNREADABLE
    assert network.asked == [ADDRESS]


def holder_key(seed="holder"):
    key = signing_key(seed=seed)
    did = did_key(key.method.public_key)
    method = VerificationMethod(
        id=f"{did}#{did.removeprefix('did:key:')}", controller=did, public_key=key.method.public_key
    )
    return SigningKey(method=method, signer=key.signer)


def presentation(*credentials, options=None):
    document = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": holder_key().method.controller,
        "verifiableCredential": [json.loads(credential) for credential in credentials],
    }
    if options is None:
        return serialise_compact(document)
    proof = create_proof_with(document, cryptosuite("eddsa-rdfc-2022"), holder_key(), options, contexts=None)
    return serialise_compact({**document, "proof": proof})


ANSWER = ProofOptions(created=CREATED, purpose="authentication", challenge="n-0S6_WzA2Mj", domain=("reader.example",))


def test_a_presentation_reports_each_credential_and_claims_no_identity(world):
    report = world.verify(presentation(world.ob3, options=ANSWER))
    assert (report.format, report.verdict) == ("vp", Verdict.CURRENT), [c.message for c in report.checks]
    assert "no proof of identity" in messages(report, CheckId.PROOF)
    assert [part.verdict for part in report.parts] == [Verdict.CURRENT]


def test_an_unsigned_presentation_only_carries(world):
    report = world.verify(presentation(world.ob3))
    assert outcomes(report, CheckId.PROOF) == [Outcome.INDETERMINATE]
    assert [part.verdict for part in report.parts] == [Verdict.CURRENT]


def test_a_forged_credential_in_a_well_signed_presentation_is_not_genuine(world):
    forged = world.ob3.replace(b'"name":"', b'"name":"X', 1)
    report = world.verify(presentation(forged, options=ANSWER))
    assert report.verdict is Verdict.NOT_GENUINE


def test_a_presentation_changed_after_signing_is_not_genuine(world):
    content = presentation(world.ob3, options=ANSWER).replace(b"n-0S6_WzA2Mj", b"n-0S6_WzA2Mk")
    assert world.verify(content).verdict is Verdict.NOT_GENUINE
