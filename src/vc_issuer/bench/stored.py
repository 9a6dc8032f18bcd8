"""The rows of a whole batch: twins prepared, approved, secured and stored with their status slots, in SQLite.

Counted is the CPU time of this process and its workers from the imported draft to the signed batch: the rules, both
documents, the preflight, the keys' passphrase, encryption, every transaction. What a batch costs once (opening keys,
compiling shapes, drawing pictures) is in it: a batch of ten is dearer a document than one of ten thousand. Rates are
over the time that preparing and signing take; the approver's look between them is a person's, and no worker's.
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from vc_issuer.bench.clock import Cost
from vc_issuer.bench.cores import second_core
from vc_issuer.bench.inputs import imported_batch, new_home
from vc_issuer.bench.row import Bench, Row
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.office import Office

TURNS, _WORTH_TURNS = 7, 1000
DOCUMENTS_A_LEARNER = 2.4  # of the made-up cohort: one certificate for those who pass both units


class _Spent(NamedTuple):
    documents: int
    cpu_s: float
    wall_s: float
    signing_wall_s: float
    database_bytes: int


def batch_signed(bench: Bench) -> Row:
    """Prepare, sign and store a whole batch with one process."""
    spent: list[_Spent] = []

    def measure() -> float:
        spent.append(_batch(bench.count, processes=1))
        return spent[-1].cpu_s / spent[-1].documents * 1e6

    cost = bench.clock.ratio(measure, rounds=1)
    return Row(work="batch-signed", cost=cost, per_s=_rate(spent[-1]), more=_more(spent[-1]))


def twin_stored_2_cores(bench: Bench) -> Row:
    """Do the same with two worker processes, and with one in turn: `speedup` is the median ratio of the rates.

    `second_core` is the ratio that two processes reach which only sign: more than that nobody gains here.
    """
    pairs: list[tuple[_Spent, _Spent]] = []
    cores: list[float] = []

    def measure() -> float:
        cores.append(second_core())
        one, two = _batch(bench.count, processes=1), _batch(bench.count, processes=2)
        pairs.append((one, two))
        return two.cpu_s / two.documents * 1e6

    cost: Cost = bench.clock.ratio(measure, rounds=turns(bench.count))
    more = {
        **_more(pairs[-1][1]),
        **ratios("speedup", [_rate(two) / _rate(one) for one, two in pairs]),
        **ratios("signing_speedup", [one.signing_wall_s / two.signing_wall_s for one, two in pairs]),
        **ratios("second_core", cores),
        "cores": float(os.cpu_count() or 1),
    }
    per_s = statistics.median(_rate(two) for _, two in pairs)
    return Row(work="twin-stored-2-cores", cost=cost, per_s=per_s, more=more)


def turns(documents: int) -> int:
    """Return how often what waits is measured in turn: a neighbour's load spoils the one or the other time."""
    return TURNS if documents >= _WORTH_TURNS else 1


def ratios(name: str, found: Sequence[float]) -> dict[str, float]:
    """Return the median of ratios that were measured in turn, the least and the most, as members of a row."""
    return {name: statistics.median(found), f"{name}_least": min(found), f"{name}_most": max(found)}


def _rate(spent: _Spent) -> float:
    return spent.documents / spent.wall_s


def _more(spent: _Spent) -> dict[str, float]:
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "documents": float(spent.documents),
        "database_bytes_each": spent.database_bytes / spent.documents,
        "peak_mib": peak / 1024,
    }


def _batch(documents: int, *, processes: int) -> _Spent:
    with _home() as (home, path):
        batch_id = imported_batch(home, max(1, round(documents / DOCUMENTS_A_LEARNER)), seed=7)
        cpu, wall = cpu_s(), time.monotonic()
        report = Office(home, "preparer").prepare(batch_id, processes=processes)
        prepared = time.monotonic()
        approver = Office(home, "approver")
        approver.approve(batch_id, report.digest)
        signing = time.monotonic()
        approver.sign(batch_id, processes=processes)
        ended = time.monotonic()
        home.database.settle()
        return _Spent(
            documents=report.documents,
            cpu_s=cpu_s() - cpu,
            wall_s=prepared - wall + ended - signing,
            signing_wall_s=ended - signing,
            database_bytes=path.stat().st_size,
        )


@contextmanager
def _home() -> Iterator[tuple[Home, Path]]:
    with tempfile.TemporaryDirectory(prefix="vc-issuer-bench-") as folder:
        path = Path(folder) / "home"
        home = new_home(path)
        try:
            yield home, path / "vc_issuer.sqlite"
        finally:
            home.close()


def cpu_s() -> float:
    """Return the CPU time of this process, of its children, and of theirs, ended or alive: a pool's are grandchildren.

    Where there is no /proc, only of those that ended and were waited for.
    """
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return ended + sum(map(_cpu_with_children_s, _children_of("self")))


def _cpu_with_children_s(pid: str) -> float:
    """Return the CPU time of a living process and of all below it; 0 of one that ended meanwhile."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own in user and system mode, and that of those that it waited for: in ticks.
    ticks = sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(_cpu_with_children_s, _children_of(pid)))


def _children_of(pid: str) -> list[str]:
    found: list[str] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += (thread / "children").read_text().split()
    return found
