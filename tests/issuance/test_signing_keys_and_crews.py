"""Which keys a run of signing opens, when, and who is at hand meanwhile."""

from collections import Counter
from contextlib import contextmanager

import pytest

from issuance.house import open_keys, record
from vc_issuer.engine.local import InProcess
from vc_issuer.errors import ConfigurationError
from vc_issuer.model.batch import BatchState
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.store.batches import get_batch


def test_a_closing_key_that_cannot_be_opened_is_told_before_this_process_signs(house):
    batch_id = house.approved(*[record(n) for n in range(1, 5)])

    def open_some(purposes):
        if KeyPurpose.STATUS in purposes:
            raise ConfigurationError("the status key is locked.")
        return open_keys(purposes)

    with pytest.raises(ConfigurationError, match="status key is locked"):
        house.sign(batch_id, open_keys=open_some)
    assert house.sign(batch_id).signed_now == 36  # twelve documents, each of three parts
    with house.database.reading() as session:
        assert get_batch(session, batch_id).state is BatchState.SIGNED


def test_each_key_is_opened_once_and_closed(house):
    batch_id = house.approved(*[record(n) for n in range(1, 5)])
    opened, closed = Counter(), Counter()

    @contextmanager
    def counted(purposes):
        opened.update(purposes)
        with open_keys(purposes) as ring:
            yield ring
        closed.update(purposes)

    house.sign(batch_id, open_keys=counted)
    assert opened == closed == dict.fromkeys(KeyPurpose, 1)


class Noted(InProcess):
    """Notes when it is let go and when it signs."""

    def __init__(self, notes):
        self._notes = notes

    def __exit__(self, *exc):
        self._notes.append("let go")

    def complete(self, desk):
        super().complete(desk)
        self._notes.append("signed")


def test_who_checked_is_let_go_before_others_sign_and_stays_to_sign_itself(house):
    notes = []
    house.sign(house.approved(record(1)), crew=Noted(notes), engine=Noted(notes))
    assert notes == ["let go", "signed"]
    same, notes[:] = Noted(notes), ()
    house.sign(house.approved(record(2)), crew=same, engine=same)
    assert notes == ["signed", "let go"]
