"""How a batch is cut: as large as a transaction is worth, and as fine as several processes need to be busy."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from store.homes import new_document, record
from store.test_store_status import batch_with
from vc_issuer.store.chunks import open_chunks, plan_chunks
from vc_issuer.store.tables import signing_chunks


@pytest.mark.parametrize(
    ("documents", "most", "chunks", "size"),
    [
        (1, 250, 1, 1),
        (25, 250, 1, 25),
        (26, 250, 2, 25),
        (346, 250, 14, 25),
        (3200, 250, 37, 100),
        (11_080, 250, 53, 250),
        (11_080, 100, 116, 100),
        (7, 3, 3, 3),
    ],
)
def test_a_batch_is_cut_by_its_length(database, documents, most, chunks, size):
    batch_id, (row,) = batch_with(database, record(1))
    with database.writing() as session:
        new_document(session, row, documents)  # the last position decides
        assert plan_chunks(session, batch_id, most=most) == chunks
        found = list(open_chunks(session, batch_id))
    assert (found[0].first, found[0].last, found[-1].last) == (1, size, documents)
    assert all(one.last + 1 == other.first for one, other in pairwise(found))


def test_a_batch_without_documents_has_no_chunks(database):
    batch_id, _ = batch_with(database, record(1))
    with database.writing() as session:
        assert plan_chunks(session, batch_id, most=250) == 0
        assert session.connection.execute(select(signing_chunks)).all() == []
