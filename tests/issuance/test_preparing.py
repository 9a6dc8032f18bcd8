"""What preparing fixes, finds and keeps back."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from issuance.fakes import evaluate
from issuance.house import NOON, PREPARER, UZB, building, learner, offering, profile, record, result, tools
from vc_issuer.errors import RuleError
from vc_issuer.formats.twin_check import TwinOutcome, compare_twins
from vc_issuer.issuance.identity import CODE_LENGTH, CROCKFORD, in_blocks, new_code, new_uuid
from vc_issuer.issuance.prepare import return_to_draft
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import FormatName
from vc_issuer.model.offering import Answer
from vc_issuer.model.record import Decision, DocumentKind, Finding, ResultStatus, Severity
from vc_issuer.model.text import LocalizedText
from vc_issuer.store.audit import audit_entries
from vc_issuer.store.batches import get_batch
from vc_issuer.store.credentials import prepared_digests, prepared_parts
from vc_issuer.store.documents import documents_of_batch
from vc_issuer.store.offerings import keep_offering
from vc_issuer.store.records import keep_answer, keep_records, load_records


def parts_of(house, batch_id):
    with house.database.reading() as session:
        return prepared_parts(session, batch_id, first=1, last=10_000)


def findings_of(house, batch_id):
    with house.database.reading() as session:
        return {
            each.position: [(found["rule"], found["severity"], found["message"]["en"]) for found in each.findings]
            for each in load_records(session, batch_id)
        }


def test_every_document_due_is_stored_with_its_digest_before_a_key_is_used(house):
    batch_id = house.draft(record(1), record(2))
    report = house.prepare(batch_id)
    assert report.documents == 6
    assert report.outcomes == {"due": 2}
    parts = parts_of(house, batch_id)
    assert [part.format for part in parts] == [FormatName.ELM, FormatName.OB3, FormatName.OB3] * 6
    assert all(hashlib.sha256(part.content).hexdigest() == part.sha256 for part in parts)
    assert all(json.loads(part.content)["id"] == part.credential_id for part in parts)
    with house.database.reading() as session:
        assert [line.document_id for line in prepared_digests(session, batch_id)] == [p.credential_id for p in parts]
        batch = get_batch(session, batch_id)
    assert (batch.state, batch.digest, batch.rule_profiles) == (
        BatchState.PREPARED,
        report.digest,
        {"BE-VLG-2024": "1"},
    )


def test_prepared_twins_are_bound_and_carry_their_status_place(house):
    batch_id = house.draft(record(1))
    house.prepare(batch_id)
    elm, nl, en = parts_of(house, batch_id)[:3]
    for badge in (nl, en):
        assert (
            compare_twins(json.loads(badge.content), json.loads(elm.content), elm.content).outcome is TwinOutcome.BOUND
        )
    with house.database.reading() as session:
        document = documents_of_batch(session, batch_id)[0]
    entry = json.loads(nl.content)["credentialStatus"]
    assert entry["statusListCredential"] == document.slot.list_url
    assert entry["statusListIndex"] == str(document.slot.index)
    assert document.code.encode() not in nl.content.replace(f"/c/{document.code}".encode(), b"")


def test_ids_codes_numbers_and_places_are_each_given_once(house):
    batch_id = house.draft(*[record(n) for n in range(1, 9)])
    house.prepare(batch_id)
    with house.database.reading() as session:
        documents = documents_of_batch(session, batch_id)
    assert len({each.number for each in documents}) == 24
    assert len({each.code for each in documents}) == 24
    assert len({each.slot for each in documents}) == 24
    assert [each.number for each in documents] == [f"UZB-2025-{n:06d}" for n in range(1, 25)]
    assert all(len(each.code) == CODE_LENGTH and set(each.code) <= set(CROCKFORD) for each in documents)


def test_codes_and_uuids_use_all_their_random_bits():
    assert new_code(lambda n: b"\xff" * n) == "Z" * 26
    assert new_code(lambda n: b"\x00" * n) == "0" * 26
    assert new_code(lambda n: bytes([0x80] + [0] * (n - 1))) == "G" + "0" * 25
    assert new_uuid(lambda n: b"\xff" * n) == "ffffffff-ffff-4fff-bfff-ffffffffffff"


def test_bytes_that_were_drawn_at_once_are_each_handed_out_once():
    drawn = []

    def draw(size):
        drawn.append(size)
        return b"".join((len(drawn) * 100_000 + n).to_bytes(4) for n in range(size // 4 + 1))[:size]

    take = in_blocks(draw)
    words = [take(4) for _ in range(5000)]
    assert len(set(words)) == 5000
    assert len(drawn) < 5
    assert len(take(20_000)) == 20_000
    assert {len(take(size)) == size for size in range(1, 300)} == {True}


def test_two_preparations_of_one_draft_give_other_ids_places_and_digest(house):
    batch_id = house.draft(record(1))
    first, parts = house.prepare(batch_id), parts_of(house, batch_id)
    with house.database.reading() as session:
        slots = {each.slot for each in documents_of_batch(session, batch_id)}
    second = house.prepare(batch_id)
    with house.database.reading() as session:
        assert slots.isdisjoint(each.slot for each in documents_of_batch(session, batch_id))
    assert first.digest != second.digest
    assert {p.credential_id for p in parts}.isdisjoint(p.credential_id for p in parts_of(house, batch_id))


def test_issued_is_fixed_at_prepare_and_may_lie_ahead(house):
    batch_id = house.draft(record(1))
    report = house.prepare(batch_id, issued=NOON + timedelta(days=3, microseconds=7))
    assert report.issued == NOON + timedelta(days=3)
    elm, badge = parts_of(house, batch_id)[:2]
    assert json.loads(badge.content)["validFrom"] == "2025-07-04T12:00:00Z"
    assert json.loads(elm.content)["issued"] == "2025-07-04T12:00:00Z"
    assert report.issued.tzinfo is UTC


def test_birth_date_follows_the_policy_of_each_kind(house):
    batch_id = house.draft(record(1))
    house.prepare(batch_id)
    parts = parts_of(house, batch_id)
    certificate, credit = b"".join(p.content for p in parts[:3]), b"".join(p.content for p in parts[3:])
    assert b"1990-05-17" not in certificate
    assert b"1990-05-17" in credit


def a_finding(severity, *, answered=False):
    return Finding(
        rule="R5",
        severity=severity,
        subject="005313",
        message=LocalizedText.of(nl="vraag", en="question"),
        source="test",
        profile="BE-VLG-2024",
        answered=answered,
    )


@pytest.mark.parametrize("severity", [Severity.ERROR, Severity.QUESTION])
def test_what_blocks_a_record_keeps_back_that_record_alone(house, severity):
    def strict(row):
        decision = evaluate(row)
        if row.learner.student_number == "s0000002":
            return replace(decision, findings=(a_finding(severity),))
        return decision

    batch_id = house.draft(record(1), record(2), record(3))
    report = house.prepare(batch_id, tools=tools(evaluate=strict))
    assert (report.documents, report.outcomes) == (6, {"due": 2, "kept-back": 1})
    assert [each.position for each in report.kept_back] == [2]
    assert findings_of(house, batch_id)[2] == [("R5", severity.value, "question")]


def test_an_answer_for_one_award_reaches_the_rules(house):
    def asks(row):
        return replace(evaluate(row), findings=(a_finding(Severity.QUESTION, answered=bool(row.offering.answers)),))

    batch_id = house.draft(record(1), record(2))
    answer = Answer(rule="R5", value="yes", motive="seen", role="QA officer", answered_on=NOON.date())
    with house.database.writing() as session:
        keep_answer(session, load_records(session, batch_id)[0].id, answer, deed=PREPARER)
    assert house.prepare(batch_id, tools=tools(evaluate=asks)).outcomes == {"due": 1, "kept-back": 1}


def test_a_record_without_documents_due_is_told_apart(house):
    batch_id = house.draft(record(1), record(2, results=(result(status=ResultStatus.FAILED, mark=None),)))
    assert house.prepare(batch_id).outcomes == {"due": 1, "none": 1}


def test_a_batch_that_gives_nothing_stays_a_draft(house):
    batch_id = house.draft(record(1, results=(result(status=ResultStatus.ABSENT, mark=None),)))
    with pytest.raises(RuleError, match="gives no documents"):
        house.prepare(batch_id)
    with house.database.reading() as session:
        assert get_batch(session, batch_id).state is BatchState.DRAFT


def test_a_name_that_no_font_draws_is_a_finding_that_names_the_row(house):
    batch_id = house.draft(record(1), record(2, learner=learner(2, full_name="Zoë \U00012345")))
    report = house.prepare(batch_id)
    assert [each.position for each in report.kept_back] == [2]
    ((rule, severity, message),) = findings_of(house, batch_id)[2][:1]
    assert (rule, severity) == ("PREFLIGHT", "E")
    assert "U+12345" in message
    assert "Zoë" not in message


def test_text_that_readers_disagree_on_is_kept_back(house):
    batch_id = house.draft(record(1), record(2, learner=learner(2, full_name="Zoe\u202egnitseT")))
    report = house.prepare(batch_id, tools=tools(building=building(undrawable=lambda _: ())))
    assert [each.position for each in report.kept_back] == [2]
    assert "readers disagree" in findings_of(house, batch_id)[2][0][2]


def test_a_document_that_a_format_forbids_is_kept_back(house):
    def sends_rubbish(row):
        decision = evaluate(row)
        documents = tuple(
            replace(due, specification=replace(due.specification, iri="https ://x")) for due in decision.documents
        )
        return Decision(
            findings=(), documents=documents if row.learner.student_number == "s0000002" else decision.documents
        )

    batch_id = house.draft(record(1), record(2))
    report = house.prepare(batch_id, tools=tools(evaluate=sends_rubbish))
    assert [each.position for each in report.kept_back] == [2]
    assert {rule for rule, _, _ in findings_of(house, batch_id)[2]} == {"ob3.schema"}
    assert report.documents == 3


def test_an_offering_of_another_institution_is_refused(house):
    foreign = offering(awarding_bodies=(replace(UZB, key="uns"),))
    batch_id = house.draft(record(1))
    with pytest.raises(RuleError, match="gives no documents"):
        house.prepare(batch_id, tools=tools(foreign))
    assert findings_of(house, batch_id)[1][0][0] == "AWARDING-BODY"


@pytest.mark.parametrize("changes", [{"version": "2"}, {"runs": ()}], ids=["offering", "run"])
def test_what_left_the_catalogue_is_a_finding(house, changes):
    batch_id = house.draft(record(1))
    with pytest.raises(RuleError, match="gives no documents"):
        house.prepare(batch_id, tools=tools(offering(**changes)))
    assert findings_of(house, batch_id)[1][0][0] == "CATALOGUE"


def test_an_award_that_another_batch_certifies_is_a_finding_and_not_issued_again(house):
    first = house.draft(record(1), record(2))
    house.prepare(first)
    second = house.draft(record(1), record(3))
    report = house.prepare(second)
    assert (report.documents, report.outcomes) == (3, {"none": 1, "due": 1})
    assert [rule for rule, _, _ in findings_of(house, second)[1]] == ["ISSUED-BEFORE"] * 3
    assert "UZB-2025-000001" in findings_of(house, second)[1][0][2]


def test_what_a_second_batch_adds_to_an_award_is_issued(house):
    first = house.draft(record(1, results=(result("005313"),)))
    assert house.prepare(first).documents == 2
    second = house.draft(record(1))
    assert house.prepare(second).documents == 1
    with house.database.reading() as session:
        (document,) = documents_of_batch(session, second)
    assert (document.kind, document.component) == (DocumentKind.CREDIT_CERTIFICATE, "005314")


def test_a_draft_that_is_taken_apart_gives_its_awards_back(house):
    first = house.draft(record(1))
    house.prepare(first)
    return_to_draft(house.database, first, deed=PREPARER)
    assert house.prepare(house.draft(record(1))).documents == 3
    assert parts_of(house, first) == []


def test_new_results_change_what_is_prepared(house):
    batch_id = house.draft(record(1))
    first = house.prepare(batch_id)
    return_to_draft(house.database, batch_id, deed=PREPARER)
    with house.database.writing() as session:
        keep_records(session, batch_id, [record(1, learner=learner(1, full_name="Zoë Anders"))], deed=PREPARER)
    second = house.prepare(batch_id)
    assert first.digest != second.digest
    assert all("Zoë Anders".encode() in part.content for part in parts_of(house, batch_id))


def test_a_second_preparation_takes_over_from_one_that_is_running(house):
    batch_id = house.draft(record(1))

    def prepare_meanwhile(row):
        if not taken:
            taken.append(house.prepare(batch_id))
        return evaluate(row)

    taken = []
    with pytest.raises(RuleError, match="prepared by somebody else"):
        house.prepare(batch_id, tools=tools(evaluate=prepare_meanwhile))
    assert len(parts_of(house, batch_id)) == 9
    with house.database.reading() as session:
        assert get_batch(session, batch_id).digest == taken[0].digest


def test_only_a_preparer_prepares(house):
    batch_id = house.draft(record(1))
    with pytest.raises(RuleError, match="it takes preparer"):
        house.prepare(batch_id, deed=replace(PREPARER, actor="approver"))


def test_two_offerings_in_one_batch_name_both_rule_profiles(house):
    dutch = offering(version="2", profile="NL")
    with house.database.writing() as session:
        keep_offering(session, "MC03", "2", source=b"x", deed=PREPARER)
    batch_id = house.draft(record(1), record(2, offering=dutch))
    house.prepare(batch_id, tools=tools(offering(), dutch, rule_version=lambda name: f"of {name}"))
    with house.database.reading() as session:
        assert get_batch(session, batch_id).rule_profiles == {"BE-VLG-2024": "of BE-VLG-2024", "NL": "of NL"}


def test_the_log_tells_of_a_preparation_without_names(house):
    batch_id = house.draft(record(1))
    report = house.prepare(batch_id)
    with house.database.reading() as session:
        entries = list(audit_entries(session, subject=batch_id))
    assert entries[-1].action == "batch.prepare"
    assert entries[-1].details == {"digest": report.digest, "documents": 3, "kept_back": 0}
    assert not any("Voorbeeld" in str(entry) or "s0000001" in str(entry) for entry in entries)


def test_documents_without_birth_date_policy_are_a_defect_of_the_profile(house):
    with pytest.raises(KeyError):
        house.prepare(house.draft(record(1)), profile=profile(birth_date={}))
