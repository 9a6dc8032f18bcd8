"""Every way around the second pair of eyes: each is refused, and the audit log tells who tried what."""

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from issuance.house import APPROVER, LATER, PREPARER, RUN, learner, offering, record, result
from vc_issuer.errors import RuleError
from vc_issuer.issuance.approve import digest_now
from vc_issuer.issuance.issue import sign_batch
from vc_issuer.issuance.outliers import folded
from vc_issuer.issuance.review import sample_size
from vc_issuer.model.batch import BatchState
from vc_issuer.model.record import ResultStatus
from vc_issuer.store.audit import audit_entries, verify_audit
from vc_issuer.store.batches import get_batch
from vc_issuer.store.people import add_account
from vc_issuer.store.tables import approvals, batches


def prepared(house, *rows):
    batch_id = house.draft(*(rows or (record(1),)))
    return batch_id, house.prepare(batch_id).digest


def refused(house, batch_id):
    with house.database.reading() as session:
        verify_audit(session)
        found = [each for each in audit_entries(session, subject=batch_id) if each.action.endswith(".refused")]
    return [(each.actor, each.action) for each in found]


def state_of(house, batch_id):
    with house.database.reading() as session:
        return get_batch(session, batch_id).state


def second_approver(house):
    with house.database.writing() as session:
        add_account(session, "other", roles=("approver",), deed=PREPARER)
    return replace(APPROVER, actor="other")


def test_without_a_look_nothing_is_approved(house):
    batch_id, digest = prepared(house)
    for seen in ("", "0" * 16):
        with pytest.raises(RuleError, match="not looked at"):
            house.approve(batch_id, digest, seen=seen)
    assert refused(house, batch_id) == [("approver", "batch.approve.refused")] * 2
    assert state_of(house, batch_id) is BatchState.PREPARED


def test_a_look_counts_for_one_account_one_batch_and_one_digest(house):
    other = second_approver(house)
    first, digest = prepared(house)
    token = house.review(first).token
    with pytest.raises(RuleError, match="not looked at"):
        house.approve(first, digest, seen=token, deed=other)
    second, second_digest = prepared(house, record(2))
    with pytest.raises(RuleError, match="not looked at"):
        house.approve(second, second_digest, seen=token)
    again = house.prepare(first).digest
    with pytest.raises(RuleError, match="not what was shown"):
        house.approve(first, digest, seen=token)
    with pytest.raises(RuleError, match="not looked at"):
        house.approve(first, again, seen=token)
    house.approve(first, again, seen=house.review(first).token)


def test_the_same_account_does_not_approve_its_own_work(house):
    deed = replace(PREPARER, actor="both")
    batch_id = house.draft(record(1), deed=deed)
    digest = house.prepare(batch_id, deed=deed).digest
    token = house.review(batch_id, deed=replace(APPROVER, actor="both")).token
    with pytest.raises(RuleError, match="imported or prepared"):
        house.approve(batch_id, digest, seen=token, deed=replace(APPROVER, actor="both"))
    with pytest.raises(RuleError, match="may not do this"):
        house.review(batch_id, deed=PREPARER)
    assert refused(house, batch_id) == [("both", "batch.approve.refused"), ("preparer", "batch.review.refused")]


def test_a_row_that_changed_after_approval_is_not_signed_and_who_tried_is_recorded(house):
    batch_id, digest = prepared(house)
    house.approve(batch_id, digest)
    with house.database.writing() as session:
        session.connection.execute(text("UPDATE document_parts SET sha256 = :x WHERE ordinal = 1"), {"x": "0" * 64})
    with pytest.raises(RuleError, match=r"not what was approved|was changed"):
        house.sign(batch_id)
    assert refused(house, batch_id) == [("approver", "batch.sign.refused")]


def test_a_replayed_digest_approves_nothing(house):
    batch_id, digest = prepared(house)
    token = house.review(batch_id).token
    house.prepare(batch_id)
    with pytest.raises(RuleError, match="not what was shown"):
        house.approve(batch_id, digest, seen=token)
    assert refused(house, batch_id) == [("approver", "batch.approve.refused")]


def test_an_approval_written_by_hand_signs_nothing(house):
    batch_id, _ = prepared(house)
    with house.database.writing() as session:
        digest = digest_now(session, get_batch(session, batch_id), house.profile)
        row = {"batch_id": batch_id, "digest": digest, "preparer": "preparer", "approver": "approver"}
        session.connection.execute(insert(approvals), {**row, "approved_at": LATER})
        session.connection.execute(update(batches).values(state="approved", approved_by="approver", approved_at=LATER))
    with pytest.raises(RuleError, match="not in the audit log"):
        house.sign(batch_id)
    assert refused(house, batch_id) == [("approver", "batch.sign.refused")]


def test_the_database_keeps_approvals_as_they_were_given(house):
    batch_id, digest = prepared(house)
    house.approve(batch_id, digest)
    other = hashlib.sha256(b"").hexdigest()
    for statement in (
        f"UPDATE approvals SET digest = '{other}'",
        "UPDATE approvals SET approver = 'both'",
        "DELETE FROM approvals",
    ):
        with pytest.raises(DBAPIError, match="never changed"), house.database.writing() as session:
            session.connection.execute(text(statement))
    with pytest.raises(IntegrityError, match="four_eyes"), house.database.writing() as session:
        session.connection.execute(text("UPDATE batches SET approved_by = 'preparer'"))


def test_nobody_without_a_role_signs(house):
    batch_id, digest = prepared(house)
    house.approve(batch_id, digest)
    with house.database.writing() as session:
        add_account(session, "guest", roles=("registrar",), deed=PREPARER)
    with pytest.raises(RuleError, match="may not do this"):
        sign_batch(house.database, batch_id, profile=house.profile, bench=house.bench(), actor="guest")
    assert refused(house, batch_id) == [("guest", "batch.sign.refused")]


def test_the_sample_is_drawn_from_the_whole_batch_and_shows_what_will_be_signed(house):
    batch_id, digest = prepared(house, *(record(n) for n in range(1, 5)))
    shown = [house.review(batch_id) for _ in range(12)]
    assert {each.digest for each in shown} == {digest}
    assert {len(each.sample) for each in shown} == {3}
    numbers = {summary.number for each in shown for summary in each.sample}
    assert len(numbers) > 6
    assert all("Voorbeeld" in summary.learner_name for summary in shown[0].sample)
    assert len({each.token for each in shown}) == 12


@pytest.mark.parametrize(
    ("documents", "size"), [(0, 0), (1, 1), (2, 2), (3, 3), (150, 3), (400, 8), (600, 12), (10**6, 12)]
)
def test_a_sample_is_what_a_person_can_read(documents, size):
    assert sample_size(documents) == size


def marked(number, mark, run=RUN):
    status = ResultStatus.PASSED if mark >= 10 else ResultStatus.FAILED
    results = tuple(result(each, mark=Decimal(mark), status=status) for each in ("005313", "005314"))
    return record(number, results=results, run=run)


def outliers(house, batch_id, **changes):
    return {(each.kind, each.subject): each for each in house.review(batch_id, **changes).outliers}


def standing(house, state, *rows):
    """Put a batch into a state without building its documents: only its records are looked at here."""
    batch_id = house.draft(*rows)
    values = {"state": state, "digest": batch_id, "prepared_by": "preparer", "signed_at": LATER}
    with house.database.writing() as session:
        session.connection.execute(update(batches).where(batches.c.id == batch_id).values(**values))
    return batch_id


def test_marks_far_from_the_last_run_are_shown(house):
    standing(house, "published", *(marked(n, 12) for n in range(1, 9)))
    standing(house, "draft", *(marked(n, 3, replace(RUN, key="2025-S1")) for n in range(1, 9)))
    usual = standing(house, "prepared", *(marked(n, 13, replace(RUN, key="2025-S2")) for n in range(11, 19)))
    assert outliers(house, usual) == {}
    run = replace(RUN, key="2026-S1")
    generous = standing(house, "prepared", *(marked(n, 18 if n > 23 else 9, run) for n in range(21, 29)))
    found = outliers(house, generous)
    assert set(found) == {
        ("marks.passed", "MC03/005313"),
        ("marks.passed", "MC03/005314"),
        ("marks.mean", "MC03/005313"),
        ("marks.mean", "MC03/005314"),
    }
    assert found["marks.passed", "MC03/005313"].message == "62% passed MC03/005313, in its last run 100%"
    assert found["marks.mean", "MC03/005314"].message == "the mean mark of MC03/005314 is 14.6, in its last run 12.0"


def test_staff_and_unusual_volumes_are_shown(house):
    batch_id, _ = prepared(house, record(1), record(2, learner=learner(2, full_name="Zoë  VOORBEELD-2")))
    staff = frozenset({folded("zoë voorbeeld-2"), folded("S0000009")})
    assert outliers(house, batch_id, staff=staff)["staff", "batch"].positions == (2,)
    assert outliers(house, batch_id, staff=frozenset({folded("s0000001")}))["staff", "batch"].positions == (1,)
    huge = offering(ects=Decimal(90))
    found = outliers(house, batch_id, offering_of=lambda *_: huge)
    assert found["ects.offering", "MC03"].message == "MC03 1 is worth 90 ECTS"
    with house.database.reading() as session:
        shown = [each for each in audit_entries(session, subject=batch_id) if each.action == "batch.review"]
    assert shown[-1].details["outliers"] == ["ects.offering"]
    assert len(shown[-1].details["sample"]) == 3
