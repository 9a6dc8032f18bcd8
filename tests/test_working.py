import logging

import pytest

from offices import approve, make, office_of, prepare
from vc_issuer.engine.base import Job
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import ConfigurationError
from vc_issuer.issuance.issue import SigningBench, finish_signing, start_signing
from vc_issuer.model.batch import BatchState
from vc_issuer.store.batches import get_batch
from vc_issuer.store.chunks import chunk_counts
from vc_issuer.wiring.keys import key_opener
from vc_issuer.wiring.working import Worker


@pytest.fixture
def begun(tmp_path):
    """A home with a batch of one chunk that is to be signed: the home, its path, the chunk's job."""
    path = make(tmp_path / "home")
    batch_id, digest = prepare(path, rows=1)
    approve(path, batch_id, digest)
    with office_of(path, "approver") as office:
        home = office.home
        bench = SigningBench(engine=InProcess(), open_keys=key_opener(path), clock=home.now)
        start_signing(home.database, batch_id, profile=home.profile(), bench=bench, actor="approver")
        yield home, path, Job(batch_id, 1)


@pytest.fixture
def worker(begun):
    worker = Worker(begun[0])
    yield worker
    worker.close()


def standing(begun):
    home, _, job = begun
    with home.database.reading() as session:
        return get_batch(session, job.batch_id).state, chunk_counts(session, job.batch_id).finished


def test_the_signing_keys_are_open_from_the_start(begun, worker):
    passphrase = begun[1] / "keys/passphrase"
    worker.open()
    away = passphrase.rename(passphrase.with_name("away"))
    with pytest.raises(ConfigurationError):  # those that close the batch are not
        worker.do_chunk(begun[2])
    assert standing(begun) == (BatchState.SIGNING, 1)
    away.rename(passphrase)
    worker.do_chunk(begun[2])
    assert standing(begun) == (BatchState.SIGNED, 1)


def test_keys_that_cant_be_opened_at_the_start_are_opened_with_the_first_chunk(begun, worker, caplog):
    passphrase = begun[1] / "keys/passphrase"
    away = passphrase.rename(passphrase.with_name("away"))
    with caplog.at_level(logging.WARNING):
        worker.open()
    assert "the keys can't be opened yet" in caplog.text
    away.rename(passphrase)
    worker.do_chunk(begun[2])
    assert standing(begun) == (BatchState.SIGNED, 1)


def test_a_batch_that_another_has_closed_is_left_without_opening_a_key(begun, worker):
    def no_keys(_purposes):
        pytest.fail("a key was opened")

    home, _, job = begun
    worker.do_chunk(job)
    bench = SigningBench(engine=InProcess(), open_keys=no_keys, clock=home.now)
    finish_signing(home.database, job.batch_id, profile=home.profile(), bench=bench, actor="approver")
    assert standing(begun) == (BatchState.SIGNED, 1)
