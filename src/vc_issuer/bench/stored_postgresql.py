"""The row of workers: the same batch secured and stored in PostgreSQL, by one worker and by two.

Workers are started before the clock is; what is timed is signing: from the deed to the batch that is signed. Beside
it stands the same signing in this process with SQLite, since both are compared a core.
"""

import multiprocessing
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from vc_issuer.bench.inputs import imported_batch, new_home
from vc_issuer.bench.row import Bench, Row
from vc_issuer.bench.stored import DOCUMENTS_A_LEARNER, cpu_s, ratios, turns
from vc_issuer.engine.registry import queue_work
from vc_issuer.errors import InputError
from vc_issuer.wiring.homemaking import DEFAULT_DATABASE
from vc_issuer.wiring.office import Office
from vc_issuer.wiring.working import run_worker

_WORKERS_READY_S = 5.0  # a worker has imported what it needs and waits for work


class _Signed(NamedTuple):
    documents: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.documents / self.wall_s


def twin_stored_postgresql(bench: Bench) -> Row:
    """Secure and store twins in PostgreSQL with two workers; `speedup` is over one, `of_sqlite` one worker's share.

    Raises InputError where no database was named, ConfigurationError without the packages for it.
    """
    if not bench.postgresql:
        raise InputError("twin-stored-postgresql needs a database.", remedy="Name one with --postgresql URL.")
    queue_work()  # say first if its packages are missing
    measured: list[tuple[_Signed, _Signed, _Signed]] = []

    def measure() -> float:
        sqlite = _signed(bench.count, DEFAULT_DATABASE, workers=0)
        one, two = (_signed_by_workers(bench, workers) for workers in (1, 2))
        measured.append((sqlite, one, two))
        return two.cpu_s / two.documents * 1e6

    cost = bench.clock.ratio(measure, rounds=turns(bench.count))
    more = {
        "documents": float(measured[-1][2].documents),
        **ratios("speedup", [two.rate / one.rate for _, one, two in measured]),
        **ratios("of_sqlite", [one.rate / sqlite.rate for sqlite, one, _ in measured]),
    }
    per_s = statistics.median(two.rate for _, _, two in measured)
    return Row(work="twin-stored-postgresql", cost=cost, per_s=per_s, more=more)


def _signed_by_workers(bench: Bench, workers: int) -> _Signed:
    with _schema(bench.postgresql) as url:
        return _signed(bench.count, url, workers=workers)


def _signed(documents: int, database: str, *, workers: int) -> _Signed:
    with tempfile.TemporaryDirectory(prefix="vc-issuer-bench-") as folder:
        path = Path(folder) / "home"
        home = new_home(path, database=database)
        spawn = multiprocessing.get_context("spawn")
        crew = [spawn.Process(target=run_worker, args=(path,), daemon=True) for _ in range(workers)]
        try:
            batch_id = imported_batch(home, max(1, round(documents / DOCUMENTS_A_LEARNER)), seed=7)
            report = Office(home, "preparer").prepare(batch_id)
            approver = Office(home, "approver")
            approver.approve(batch_id, report.digest)
            for worker in crew:
                worker.start()
            time.sleep(_WORKERS_READY_S if crew else 0)
            spent, begun = cpu_s(), time.monotonic()
            approver.sign(batch_id)
            wall_s = time.monotonic() - begun
        finally:
            for worker in crew:
                worker.terminate()
                worker.join()
            home.close()
        return _Signed(report.documents, wall_s, cpu_s() - spent)


@contextmanager
def _schema(server: str) -> Iterator[str]:
    """Make a schema of its own, give its URL, and drop it."""
    name = f"bench_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        try:
            url = make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
