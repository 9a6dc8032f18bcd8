"""Four eyes, the digest, signing exactly what was approved, publishing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from builders_keys import resolver
from issuance.house import (
    APPROVER,
    BASE_URL,
    LATER,
    NOON,
    PREPARER,
    key_ring,
    open_keys,
    profile,
    record,
    reopened,
)
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import InvalidError, RuleError, SignerError
from vc_issuer.issuance.prepare import return_to_draft
from vc_issuer.issuance.profile import KeyRing, ProofPlan
from vc_issuer.issuance.publish import issued_by_code, pdf_of
from vc_issuer.issuance.signing import check_secured, proof_of, seal_of
from vc_issuer.model.batch import BatchState
from vc_issuer.model.credential import SecuredCredential
from vc_issuer.model.keys import KeyPurpose, SigningKey
from vc_issuer.securing.jades import payload_octets, seal_facts
from vc_issuer.status_list import bit_is_set, list_bits
from vc_issuer.store.audit import audit_entries, verify_audit
from vc_issuer.store.batches import add_approval, get_batch
from vc_issuer.store.credentials import prepared_parts
from vc_issuer.store.documents import documents_of_batch
from vc_issuer.store.people import erase_learner
from vc_issuer.store.secured import secured_of
from vc_issuer.store.status import served_list
from vc_issuer.store.tables import approvals, batches


def state_of(house, batch_id):
    with house.database.reading() as session:
        return get_batch(session, batch_id).state


def prepared(house, *rows):
    batch_id = house.draft(*rows)
    return batch_id, house.prepare(batch_id).digest


def test_a_whole_batch_from_draft_to_published(house):
    batch_id = house.published(record(1), record(2))
    issued = house.issued(batch_id)
    assert len(issued) == 6
    resolve = resolver(key_ring().of(KeyPurpose.CREDENTIAL))
    for each in issued:
        for language in ("nl", "en"):
            verified = proof_of(profile().ob3).verify(each.ob3[language].content, resolve)
            assert verified.document["id"] == each.ob3_ids[language]
            assert verified.created == LATER
        assert seal_facts(each.elm.content).claimed_time == LATER
        assert json.loads(payload_octets(each.elm.content))["id"] == each.elm_id
    assert issued[0].id == issued[0].ob3_ids["nl"]
    with house.database.reading() as session:
        actions = [entry.action for entry in audit_entries(session, subject=batch_id)]
        assert actions == [
            "batch.create",
            "batch.import",
            "batch.prepare",
            "batch.review",
            "batch.approve",
            "batch.sign",
            "log.checkpoint",
            "batch.signed",
            "batch.publish",
        ]
        verify_audit(session)


def test_what_was_signed_is_what_was_prepared(house):
    batch_id = house.approved(record(1))
    with house.database.reading() as session:
        before = {part.credential_id: part.content for part in prepared_parts(session, batch_id, first=1, last=99)}
    house.sign(batch_id)
    with house.database.reading() as session:
        ids = [document.id for document in documents_of_batch(session, batch_id)]
        signed = [part for parts in secured_of(session, ids).values() for part in parts]
    assert len(signed) == len(before) == 9
    for part in signed:
        if part.language:
            document = json.loads(part.secured.content)
            del document["proof"]
            assert serialise_compact(document) == before[part.credential_id]
        else:
            assert payload_octets(part.secured.content) == before[part.credential_id]


@pytest.mark.parametrize("who", ["preparer", "both"])
def test_nobody_approves_what_they_prepared(house, who):
    deed = replace(PREPARER, actor="both")
    batch_id = house.draft(record(1), deed=deed)
    digest = house.prepare(batch_id, deed=deed).digest
    with pytest.raises(RuleError, match=r"may not"):
        house.approve(batch_id, digest, deed=replace(APPROVER, actor=who))
    assert state_of(house, batch_id) is BatchState.PREPARED


def test_who_imported_does_not_approve_either(house):
    batch_id = house.draft(record(1), deed=replace(PREPARER, actor="both"))
    digest = house.prepare(batch_id).digest
    with pytest.raises(RuleError, match="imported or prepared"):
        house.approve(batch_id, digest, deed=replace(APPROVER, actor="both"))


def test_the_database_itself_refuses_ones_own_approval(house):
    batch_id, digest = prepared(house)
    row = {"batch_id": batch_id, "digest": digest, "preparer": "preparer", "approver": "preparer", "approved_at": NOON}
    with house.database.writing() as session:
        with pytest.raises(IntegrityError, match="four_eyes"), session.connection.begin_nested():
            session.connection.execute(insert(approvals), row)
        with pytest.raises(IntegrityError, match="four_eyes"), session.connection.begin_nested():
            session.connection.execute(update(batches).values(approved_by="preparer"))
        with pytest.raises(RuleError, match="database refuses"):
            add_approval(session, get_batch(session, batch_id), approver="preparer", at=NOON, review_id=1)


def test_only_the_digest_that_was_shown_is_approved(house):
    batch_id, digest = prepared(house)
    with pytest.raises(RuleError, match="not what was shown"):
        house.approve(batch_id, "0" * 64)
    second = house.prepare(batch_id).digest
    with pytest.raises(RuleError, match="not what was shown"):
        house.approve(batch_id, digest)
    house.approve(batch_id, second)


def test_a_digest_is_approved_once(house):
    batch_id, digest = prepared(house)
    house.approve(batch_id, digest)
    with pytest.raises(RuleError, match="is approved and can't be approved"):
        house.approve(batch_id, digest)
    return_to_draft(house.database, batch_id, deed=APPROVER)
    house.prepare(batch_id)
    with pytest.raises(RuleError, match="not what was shown"):
        house.approve(batch_id, digest)
    with house.database.writing() as session, pytest.raises(RuleError, match="approved before"):
        add_approval(
            session, replace(get_batch(session, batch_id), digest=digest), approver="approver", at=NOON, review_id=1
        )


TAMPER = {
    "digest": "UPDATE document_parts SET sha256 = '" + "0" * 64 + "' WHERE ordinal = 1",
    "bytes": "UPDATE document_parts SET prepared = (SELECT prepared FROM document_parts LIMIT 1) WHERE ordinal = 0",
    "row": "DELETE FROM document_parts WHERE ordinal = 2",
    "order": "UPDATE documents SET position = position + 100 WHERE position = 1",
    "rules": "UPDATE batches SET rule_profiles = '{}'",
    "approval": "DROP TRIGGER approvals_no_update; UPDATE approvals SET digest = '" + "0" * 64 + "'",
    "withdrawn": "UPDATE approvals SET withdrawn_at = approved_at",
}


@pytest.mark.parametrize("change", [name for name in TAMPER if name != "bytes"])
def test_what_changed_after_approval_is_not_signed(house, change):
    batch_id = house.approved(record(1))
    with house.database.writing() as session:
        for statement in TAMPER[change].split("; "):
            session.connection.execute(text(statement))
    with pytest.raises(RuleError, match=r"not what was approved|was changed in the database"):
        house.sign(batch_id)
    assert state_of(house, batch_id) is BatchState.APPROVED


def test_bytes_that_were_changed_under_their_digest_are_not_signed(house, tmp_path):
    batch_id = house.approved(record(1))
    with house.database.writing() as session:
        part = prepared_parts(session, batch_id, first=1, last=1)[1]
        key_row = session.connection.execute(text("SELECT id, data_key FROM learners")).one()
        key = session.vault.open_data_key(key_row.data_key, key_row.id)
        forged = part.content.replace(b"Voorbeeld", b"Anderszins")
        sealed = key.seal(forged, f"document_parts.prepared:{part.credential_id}")
        session.connection.execute(
            text("UPDATE document_parts SET prepared = :sealed WHERE credential_id = :id"),
            {"sealed": sealed, "id": part.credential_id},
        )
    with pytest.raises(RuleError, match="was changed in the database"):
        house.sign(batch_id)


@pytest.mark.parametrize(
    "changed",
    [
        profile(ob3=replace(profile().ob3, key_id="did:web:x#other")),
        profile(elm=replace(profile().elm, options={"time_header": "sigT"})),
        profile(seal_certificate_sha256="0" * 64),
    ],
    ids=["key", "options", "certificate"],
)
def test_other_keys_or_options_than_the_approved_ones_are_refused(house, changed):
    batch_id = house.approved(record(1))
    house.profile = changed
    with pytest.raises(RuleError, match="not what was approved"):
        house.sign(batch_id)


def test_other_keys_than_the_profile_names_are_refused(house):
    batch_id = house.approved(record(1))
    with pytest.raises(RuleError, match="another than the one approved"):
        house.sign(batch_id, open_keys=lambda purposes: open_keys(purposes, "second"))
    assert house.sign(batch_id).signed_now == 9


@pytest.mark.parametrize("step", ["draft", "prepared"])
def test_nothing_is_signed_without_approval(house, step):
    batch_id = house.draft(record(1))
    if step == "prepared":
        house.prepare(batch_id)
    with pytest.raises(RuleError, match=f"is {step} and can't be signing"):
        house.sign(batch_id)


def test_nothing_is_signed_before_it_is_to_be_issued(house):
    batch_id = house.draft(record(1))
    house.approve(batch_id, house.prepare(batch_id, issued=LATER + timedelta(seconds=1)).digest)
    with pytest.raises(RuleError, match="may not be signed before"):
        house.sign(batch_id)
    assert house.sign(batch_id, clock=lambda: LATER + timedelta(seconds=1)).signed_now == 9


def test_signing_twice_signs_nothing_twice(house):
    batch_id = house.approved(record(1))
    assert house.sign(batch_id).signed_now == 9
    assert house.sign(batch_id).signed_now == 0
    house.publish(batch_id)
    assert house.sign(batch_id).signed_now == 0
    assert house.publish(batch_id).state is BatchState.PUBLISHED


def test_progress_is_told_chunk_by_chunk(house):
    batch_id = house.approved(*[record(n) for n in range(1, 5)])
    told = []
    house.sign(batch_id, progress=lambda finished, total: told.append((finished, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


class FailingSigner:
    """A token that goes away after some signatures."""

    def __init__(self, signer, left):
        self._signer, self._left = signer, left
        self.public_key = signer.public_key

    def sign(self, message):
        if not self._left:
            raise SignerError("the token is away.", retryable=True)
        self._left -= 1
        return self._signer.sign(message)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


class _Opened:
    def __init__(self, ring):
        self._ring = ring

    def __enter__(self):
        return self._ring

    def __exit__(self, *exc):
        return None


def test_a_token_that_goes_away_leaves_a_batch_that_goes_on(house):
    batch_id = house.approved(*[record(n) for n in range(1, 5)])
    ring = key_ring()
    failing = SigningKey(
        method=ring.of(KeyPurpose.CREDENTIAL).method, signer=FailingSigner(ring.of(KeyPurpose.CREDENTIAL).signer, 11)
    )
    with pytest.raises(SignerError, match="token is away"):
        house.sign(batch_id, open_keys=lambda _: _Opened(KeyRing(keys={**ring.keys, KeyPurpose.CREDENTIAL: failing})))
    assert state_of(house, batch_id) is BatchState.SIGNING
    with pytest.raises(RuleError, match="can't be draft"):
        return_to_draft(house.database, batch_id, deed=PREPARER)
    with pytest.raises(RuleError, match="can't be published"):
        house.publish(batch_id)
    assert house.sign(batch_id).signed_now == 36 - 12
    assert state_of(house, batch_id) is BatchState.SIGNED


def test_a_signer_that_signs_something_else_is_found_out(house):
    class Liar(FailingSigner):
        def sign(self, message):
            return self._signer.sign(message + b"!")

    batch_id = house.approved(record(1))
    ring = key_ring()
    lying = SigningKey(
        method=ring.of(KeyPurpose.CREDENTIAL).method, signer=Liar(ring.of(KeyPurpose.CREDENTIAL).signer, 0)
    )
    with pytest.raises(InvalidError, match="does not match"):
        house.sign(batch_id, open_keys=lambda _: _Opened(KeyRing(keys={**ring.keys, KeyPurpose.CREDENTIAL: lying})))
    with house.database.reading() as session:
        assert session.connection.execute(text("SELECT count(*) FROM secured_parts")).scalar() == 0


@pytest.mark.parametrize("ordinal", [0, 1])
def test_a_valid_signature_over_other_bytes_is_found_out(house, ordinal):
    batch_id = house.published(record(1))
    each = house.issued(batch_id)[0]
    with house.database.reading() as session:
        parts = prepared_parts(session, batch_id, first=1, last=1)
    part = parts[ordinal]
    other = replace(part, content=part.content.replace(b"Voorbeeld", b"Anderszins"))
    ring, plans = key_ring(), profile()
    secured = each.ob3["nl"] if ordinal else each.elm
    check_secured(part, secured, plans.plan(part.format), ring.key(part.format).method)
    with pytest.raises(InvalidError, match="not what was prepared"):
        check_secured(other, secured, plans.plan(part.format), ring.key(part.format).method)
    with pytest.raises(InvalidError, match="another key"):
        check_secured(part, secured, plans.plan(part.format), ring.of(KeyPurpose.STATUS).method)


def test_a_published_code_opens_exactly_the_stored_bytes(house, tmp_path):
    batch_id = house.approved(record(1))
    house.sign(batch_id)
    with house.database.reading() as session:
        code = documents_of_batch(session, batch_id)[0].code
        assert issued_by_code(session, code, base_url=BASE_URL) is None
    house.publish(batch_id)
    expected = house.issued(batch_id)[0]
    again = reopened(tmp_path, 3)
    with again.database.reading() as session:
        found = issued_by_code(session, code, base_url=BASE_URL)
        assert found == expected
        assert found.verify_url == f"{BASE_URL}/c/{code}"
        assert issued_by_code(session, code[::-1], base_url=BASE_URL) is None


def test_a_pdf_is_rendered_once_and_kept(house):
    issued = house.issued(house.published(record(1)))[0]
    rendered = []

    def render(each):
        rendered.append(each.id)
        return b"%PDF " + each.ob3["nl"].content

    first = pdf_of(house.database, issued, render=render, now=LATER)
    assert pdf_of(house.database, issued, render=render, now=LATER) == first
    assert rendered == [issued.id]


def test_status_lists_are_signed_before_anybody_can_ask_for_them(house):
    batch_id = house.approved(record(1))
    house.sign(batch_id)
    resolve = resolver(key_ring().of(KeyPurpose.STATUS))
    with house.database.reading() as session:
        for name, purpose in (("1", "revocation"), ("1-state", "suspension")):
            served = served_list(session, name)
            document = proof_of(profile().status).verify(served.content, resolve).document
            bits = list_bits(document, url=f"{BASE_URL}/status/{name}", purpose=purpose)
            assert bits == bytes(131_072 // 8)
            assert not bit_is_set(bits, 5)


def test_erasure_waits_for_a_batch_under_way_and_hides_what_was_issued(house):
    batch_id = house.approved(record(1), record(2))
    with house.database.writing() as session, pytest.raises(RuleError, match=f"batch {batch_id}"):
        erase_learner(session, "s0000001", deed=PREPARER)
    house.sign(batch_id)
    house.publish(batch_id)
    code = house.issued(batch_id)[0].document.code
    with house.database.writing() as session:
        erase_learner(session, "s0000001", deed=PREPARER)
        assert issued_by_code(session, code, base_url=BASE_URL) is None
    assert len(house.issued(batch_id)) == 3


def test_an_unknown_mechanism_is_a_sentence(house):
    for plan in (
        ProofPlan(mechanism="none", key_id="x", options={}),
        replace(profile().elm, options={"time_header": "x"}),
    ):
        with pytest.raises(Exception, match="no seal"):
            seal_of(plan)
    with pytest.raises(Exception, match="no cryptosuite 'jades'"):
        proof_of(profile().elm)
    assert SecuredCredential(media_type="a/b", content=b"secret").__repr__().count("secret") == 0
