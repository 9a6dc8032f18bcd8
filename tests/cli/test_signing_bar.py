"""What a terminal shows while a batch is signed; a file or a pipe gets nothing of it."""

import io
from datetime import timedelta

import pytest
from rich.console import Console

from console_states import approved, killed_while_signing
from offices import make, office_of
from vc_issuer.cli.signing_bar import signing_bar
from vc_issuer.store.tables import signing_chunks


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return make(tmp_path_factory.mktemp("bar") / "home")


def drawn(home, batch_id, *, terminal=True, shown=True):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=120, color_system=None)
    with office_of(home, "approver") as office, signing_bar(office.home, batch_id, console, shown=shown) as progress:
        progress(0, 0)
    return out.getvalue()


def test_it_counts_documents_with_their_rate_and_the_time_left(home):
    batch_id = killed_while_signing(home, rows=4)
    with office_of(home) as office, office.home.database.writing() as session:
        began = office.home.now() - timedelta(seconds=120)
        chunk = {"batch_id": batch_id, "attempts": 1}
        session.connection.execute(signing_chunks.delete())
        done = {"number": 1, "first_position": 1, "last_position": 1, "started_at": began, "finished_at": began}
        left = {"number": 2, "first_position": 2, "last_position": 4}
        for values in (done, left):
            session.connection.execute(signing_chunks.insert().values(**chunk, **values))
    text = drawn(home, batch_id)
    assert "1/4" in text
    assert "a minute, about" in text
    assert "min left" in text


def test_it_draws_where_somebody_looks_and_nowhere_else(home):
    batch_id = approved(home, rows=2, skip=4)
    assert "0/2" in drawn(home, batch_id)
    assert drawn(home, batch_id, terminal=False) == ""
    assert drawn(home, batch_id, shown=False) == ""
