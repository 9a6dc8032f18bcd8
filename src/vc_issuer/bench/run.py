"""Run the benchmark: rows by name, each measured against the unit, and the answer as the outside reads it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from vc_issuer.bench.clock import UnitClock
from vc_issuer.bench.inputs import bench_inputs
from vc_issuer.bench.peer import Peer
from vc_issuer.bench.row import Bench, Row
from vc_issuer.bench.rows import ONE_CORE
from vc_issuer.bench.stored import twin_stored, twin_stored_2_cores
from vc_issuer.errors import InputError
from vc_issuer.wiring.keys import key_opener

COUNT = 5_000  # documents of a batch that is stored
ROWS: Mapping[str, Callable[[Bench], Row]] = {
    **ONE_CORE,
    "twin-stored": twin_stored,
    "twin-stored-2-cores": twin_stored_2_cores,
}


def run_rows(names: Sequence[str], clock: UnitClock, *, with_peer: bool, count: int = COUNT) -> Iterator[Row]:
    """Measure the named rows, or all of them, one after the other. Raises InputError, ConfigurationError."""
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise InputError(f"no work is named {unknown[0]!r}.", remedy=f"Known are {', '.join(ROWS)}.")
    with ExitStack() as stack:
        inputs = stack.enter_context(bench_inputs())
        keys = stack.enter_context(key_opener(inputs.home.settings.home)())
        peer = stack.enter_context(Peer()) if with_peer else None
        if peer is not None:
            issued = [each.ob3[inputs.language].content for each in inputs.issued]
            documents = [inputs.badge(number) for number in range(len(inputs.awards))]
            peer.begin(inputs.home.settings.issuer.did, keys.credential.method, documents=documents, secured=issued)
        bench = Bench(clock=clock, inputs=inputs, keys=keys, peer=peer, count=count)
        for name in names or ROWS:
            yield ROWS[name](bench)


def as_json(rows: Sequence[Row], clock: UnitClock) -> dict[str, Any]:
    """Return the answer of `bench --json` (interface part 2)."""
    return {"unit_us": clock.unit_us, "rows": [_row(row, clock.unit_us) for row in rows]}


def _row(row: Row, unit_us: float) -> dict[str, Any]:
    cpu_us = row.cost.units * unit_us
    answer: dict[str, Any] = {
        "work": row.work,
        "cpu_us": cpu_us,
        "units": row.cost.units,
        "units_least": row.cost.least,
        "units_most": row.cost.most,
        "per_s": row.per_s if row.per_s is not None else 1e6 / cpu_us,
        "peer": row.peer.name if row.peer else None,
        "peer_cpu_us": row.peer.ratio * cpu_us if row.peer else None,
        "peer_ratio": row.peer.ratio if row.peer else None,
    }
    return answer | dict(row.more)
