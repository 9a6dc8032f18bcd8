"""What a report says of the seal over a whole PDF: whose it is, and that nothing, or what, happened to the file since."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pki import Pki
from scenario import NAME, NOON, NOW, make_seal, make_world
from seal_builder import seal_key

from vc_issuer.carriers.pdf import ELM_NAME, OB3_NAME, attach
from vc_issuer.carriers.pdf_place import SealPlace, open_place
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.model.report import CheckId, Outcome, Verdict
from vc_issuer.recognition.checks import check_lines
from vc_issuer.recognition.wording import sayer
from vc_issuer.rendering.pdf import render_certificate
from vc_issuer.securing.pades import pdf_sealing
from vc_issuer.verification.answer import report_as_json

SEALED_AT = NOON + timedelta(minutes=5)
SEAL, ANCHOR = make_seal()


@pytest.fixture(scope="module")
def world():
    return make_world(seal=(SEAL, ANCHOR))


@pytest.fixture(scope="module")
def page(world):
    payload = json.loads(world.twin.elm_payload)
    summaries = {language: ElmFormat().summarise(payload, language) for language in ("nl", "en")}
    return render_certificate(
        summaries, verify_url="https://h.example/c/X", code="X", verify_host="h.example", demo=True
    )


def sealed(world, page, key=SEAL, stamp=None, created=SEALED_AT):
    sealing = pdf_sealing(key, created)
    files = {OB3_NAME: (world.ob3, "application/ld+json", "badge"), ELM_NAME: (world.elm, "application/jose", "ELM")}
    place = SealPlace(room=sealing.room(2000 if stamp else 0), created=created, label="Seal")
    found = open_place(attach(page, files, place=place))
    signed = sealing.sign(found.digest(sealing.hash_name))
    return found.fill(sealing.write(signed, stamp(signed.signature) if stamp else b""))


@pytest.fixture(scope="module")
def content(world, page):
    return sealed(world, page)


def seal_check(report):
    (check,) = [check for check in report.checks if check.check is CheckId.FILE_SEAL]
    return check


def test_the_institution_sealed_it_and_nothing_was_changed(world, content):
    report = world.verify(content)
    assert report.verdict is Verdict.CURRENT, [check.message for check in report.checks]
    check = seal_check(report)
    assert check.outcome is Outcome.PASSED
    assert check.message.startswith(f"{NAME} sealed the PDF itself (B-B), and it was not changed since; ")
    assert "leads to a pinned anchor" in check.message
    assert report_as_json(report)["checks"][-1]["id"] == "file-seal"
    line = next(each for each in check_lines(report.checks, sayer("en")) if each.number == 14)
    assert (line.title, line.sentence) == (
        "Seal of the file",
        "The file as a whole is sealed, and was not changed since.",
    )


def test_a_print_without_a_seal_says_nothing_of_one(world, page):
    files = {OB3_NAME: (world.ob3, "application/ld+json", "badge"), ELM_NAME: (world.elm, "application/jose", "ELM")}
    report = world.verify(attach(page, files))
    assert report.verdict is Verdict.CURRENT
    assert CheckId.FILE_SEAL not in {check.check for check in report.checks}


def test_a_file_that_was_changed_since_is_not_what_was_sealed(world, content):
    place = content.index(b"(D:20260706120500Z)") + 5
    report = world.verify(content[:place] + b"5" + content[place + 1 :])
    check = seal_check(report)
    assert (check.outcome, report.verdict) == (Outcome.FAILED, Verdict.NOT_GENUINE)
    assert (check.message, check.clause) == (
        "the PDF was changed after it was sealed",
        "ETSI EN 319 142-1; ETSI EN 319 102-1 HASH_FAILURE",
    )
    assert {part.verdict for part in report.parts} == {Verdict.CURRENT}, "the credentials are what they were"


def test_what_was_added_since_is_counted_and_takes_nothing_from_the_credentials(world, content):
    report = world.verify(content + b"%% a note\n")
    check = seal_check(report)
    assert (check.outcome, report.verdict) == (Outcome.INDETERMINATE, Verdict.CURRENT)
    assert f"{NAME} sealed the PDF, and 10 bytes were added" in check.message


def test_a_seal_that_nobody_vouches_for_names_nobody(world, page):
    stranger = seal_key()
    report = world.verify(sealed(world, page, stranger, created=datetime(2026, 7, 6, tzinfo=UTC)))
    check = seal_check(report)
    assert (check.outcome, report.verdict) == (Outcome.INDETERMINATE, Verdict.CURRENT)
    assert "no pinned anchor stands above" in check.message


def test_a_seal_ends_with_its_certificate(world, content):
    late = datetime(2031, 1, 1, tzinfo=UTC)
    check = seal_check(world.verify(content, now=late))
    assert check.outcome is Outcome.INDETERMINATE
    assert "expired" in check.message


def test_a_time_stamp_outlives_the_certificate(world, page):
    pki = Pki(start=SEALED_AT, seal_years=1)
    content = sealed(world, page, stamp=replace(pki.tsa, time=SEALED_AT).token)
    late = datetime(2030, 6, 1, tzinfo=UTC)
    check = seal_check(world.verify(content, now=late, time_anchors=pki.time_anchors))
    assert (check.outcome, "(B-T)" in check.message) == (Outcome.PASSED, True), check.message
    assert "a time-stamp proves the seal since 2026-07-06" in check.message


@pytest.mark.parametrize(
    ("end", "outcome", "said"),
    [
        ({"revoked": NOW - timedelta(days=1)}, Outcome.INDETERMINATE, "was taken back on 2026-11-23"),
        ({"expires": NOON}, Outcome.FAILED, "made after its key ended"),
        ({"expires": NOW}, Outcome.PASSED, "not changed since"),
    ],
)
def test_the_issuers_own_history_tells_of_the_end_of_its_key(world, content, end, outcome, said):
    (issuer,) = world.trust.issuers
    method = replace(SEAL.method, **end)
    known = replace(issuer, methods=(*issuer.methods, method))
    check = seal_check(world.verify(content, issuers=(known,)))
    assert check.outcome is outcome
    assert said in check.message
