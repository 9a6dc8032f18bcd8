"""Time-stamps of checkpoints in the store, on both databases: one for each checkpoint, never changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.homes import ANN, NOON
from vc_issuer.store.batches import create_batch
from vc_issuer.store.issuance_log import StoredCheckpoint, keep_checkpoint
from vc_issuer.store.log_stamps import StoredStamp, all_stamps, find_stamp, keep_stamp, unstamped_checkpoints

STAMP = StoredStamp(size=9, time=NOON, token=b"token")


@pytest.fixture
def logged(database):
    """Store checkpoints of 9 and of 27 entries."""
    with database.writing() as session:
        batch = create_batch(session, "one", deed=ANN)
        for size in (9, 27):
            note = StoredCheckpoint(size=size, root=b"r" * 32, batch_id=batch.id, at=NOON, content=b"note")
            keep_checkpoint(session, note)
    return database


def test_a_checkpoint_is_stamped_once_and_later(logged):
    with logged.writing() as session:
        assert [each.size for each in unstamped_checkpoints(session)] == [9, 27]
        assert keep_stamp(session, STAMP)
        assert not keep_stamp(session, StoredStamp(size=9, time=NOON, token=b"another"))
    with logged.reading() as session:
        assert [each.size for each in unstamped_checkpoints(session)] == [27]
        assert all_stamps(session) == {9: STAMP}
        assert (find_stamp(session, 9), find_stamp(session, 27)) == (STAMP, None)


@pytest.mark.parametrize("statement", ["DELETE FROM log_stamps", "UPDATE log_stamps SET size = 27"])
def test_a_stamp_is_never_changed(logged, statement):
    with logged.writing() as session:
        keep_stamp(session, STAMP)
    with pytest.raises(DBAPIError, match="append-only"), logged.writing() as session:
        session.connection.execute(text(statement))
