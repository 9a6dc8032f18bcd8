"""Everything that is signed is logged, in the same transaction; the log only grows, and what is missing is found."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from issuance.house import DID, LATER, PREPARER, key_ring, record
from vc_issuer.errors import NotFoundError
from vc_issuer.issuance.log import check_log, consistency_proof, evidence_of
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.store.issuance_log import (
    all_checkpoints,
    append_leaves,
    hash_of_range,
    leaf_places,
    log_size,
    newest_checkpoint,
)
from vc_issuer.store.people import erase_learner
from vc_issuer.transparency.evidence import signature_of, verify_evidence
from vc_issuer.transparency.merkle import inclusion_ranges, leaf_hash, range_hash, verify_consistency, verify_inclusion
from vc_issuer.transparency.stamp import TimeAuthorities

ORIGIN = "credentials.uzb.example/log"
METHODS = [key_ring().of(KeyPurpose.METADATA).method]
NOBODY = TimeAuthorities(anchors_at=lambda _: (), clock=lambda: LATER)


def checked(house):
    with house.database.reading() as session:
        return check_log(session, METHODS, did=DID, authorities=NOBODY)


def names(issued):
    return [issued.elm_id, *issued.ob3_ids.values()]


def test_two_batches_are_logged_in_full_and_the_second_log_holds_the_first(house):
    first = house.published(record(1))
    second = house.published(record(2), record(3))
    report = checked(house)
    assert (report.leaves, report.checkpoints, report.holds) == (27, 2, True)
    with house.database.reading() as session:
        old, new = all_checkpoints(session)
        assert (old.batch_id, new.batch_id, old.size, new.size, old.at) == (first, second, 9, 27, LATER)
        path = consistency_proof(session, 9, 27)
        verify_consistency((9, 27), (old.root, new.root), path)
        with pytest.raises(NotFoundError):
            consistency_proof(session, 9, 28)


def test_a_holder_proves_each_credential_under_the_checkpoint_of_its_batch(house):
    issued = house.issued(house.published(record(1)))[0]
    house.published(record(2))
    with house.database.reading() as session:
        content = evidence_of(session, issued.document.learner_id, names(issued))
    for secured in (issued.elm, *issued.ob3.values()):
        found = verify_evidence(content, signature_of(secured.content), METHODS, origin=ORIGIN, authorities=NOBODY)
        assert (found.size, found.time) == (9, LATER)
    shown = json.loads(content)
    assert {entry["credential"] for entry in shown["entries"]} == set(names(issued))
    assert "Voorbeeld" not in content.decode()


def test_a_batch_that_is_not_signed_to_its_end_is_logged_without_a_checkpoint(house):
    batch_id = house.approved(record(1), record(2))

    def stop(place):
        if place == "committed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.sign(batch_id, checkpoint=stop)
    report = checked(house)
    assert (report.leaves, report.checkpoints, report.holds) == (12, 0, True)
    house.sign(batch_id)
    report = checked(house)
    assert (report.leaves, report.checkpoints, report.holds) == (18, 1, True)


@pytest.mark.parametrize("table", ["log_leaves", "log_checkpoints"])
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "UPDATE {table} SET {column} = x'00'"])
def test_the_database_changes_nothing_in_the_log(house, table, statement):
    house.published(record(1))
    column = "leaf" if table == "log_leaves" else "root"
    with pytest.raises(DBAPIError, match="append-only"), house.database.writing() as session:
        session.connection.execute(text(statement.format(table=table, column=column)))


# Somebody with the database's own rights drops the guards first; then arithmetic finds it.
TAMPER = {
    "unlogged": ("log_leaves", "DELETE FROM log_leaves WHERE position = 8"),
    "is not that of the bytes stored": (
        "log_leaves",
        "UPDATE log_leaves SET leaf = zeroblob(32) WHERE position = 3",
    ),
    "is not over the entries": ("log_checkpoints", "UPDATE log_checkpoints SET root = zeroblob(32)"),
    "can't be verified": (
        "log_checkpoints",
        "UPDATE log_checkpoints SET content = CAST(replace(CAST(content AS TEXT), 'time 2025', 'time 2024') AS BLOB)",
    ),
}


@pytest.mark.parametrize("found", TAMPER)
def test_what_was_taken_out_or_altered_is_found(house, found):
    issued = house.issued(house.published(record(1)))
    table, statement = TAMPER[found]
    with house.database.writing() as session:
        for verb in ("update", "delete"):
            session.connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        session.connection.execute(text(statement))
    report = checked(house)
    assert not report.holds
    if found == "unlogged":
        assert len(report.unlogged) == 1
        assert report.unlogged[0] in {name for each in issued for name in names(each)}
    else:
        assert any(found in problem for problem in report.problems)


def test_after_erasure_the_leaves_stay_and_lead_to_nobody(house):
    issued = house.issued(house.published(record(1), record(2)))[0]
    with house.database.writing() as session:
        before = leaf_places(session, names(issued))
        erase_learner(session, "s0000001", deed=replace(PREPARER, at=LATER))
        assert leaf_places(session, names(issued)) == before
        with pytest.raises(NotFoundError):
            evidence_of(session, issued.document.learner_id, names(issued))
    report = checked(house)
    assert (report.leaves, report.erased, report.holds) == (18, 9, True)


class DropItError(Exception):
    """Roll back: the made-up leaves belong to nothing."""


def grow_by(session, leaves, hashes):
    session.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for start in range(0, len(leaves), 11_000):
        append_leaves(session, leaves[start : start + 11_000])
    kept = session.connection.exec_driver_sql("SELECT level, count(*) FROM log_nodes GROUP BY level").all()
    assert dict(map(tuple, kept)) == {8: 257, 16: 1}
    size = log_size(session)
    root = hash_of_range(session, (0, size))
    assert root == range_hash(0, size, hashes.__getitem__)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        path = [hash_of_range(session, each) for each in inclusion_ranges(index, size)]
        verify_inclusion(hashes[index], index, size, path, root)
    raise DropItError


def test_kept_hashes_of_a_large_log_are_those_of_its_leaves(house):
    leaves = [(f"urn:x:{number}", number.to_bytes(32)) for number in range(66_000)]
    hashes = [leaf_hash(leaf) for _, leaf in leaves]
    with pytest.raises(DropItError), house.database.writing() as session:
        grow_by(session, leaves, hashes)
    with house.database.reading() as session:
        assert newest_checkpoint(session) is None
        assert log_size(session) == 0
