"""Run the benchmark: rows by name, each measured against the unit, and the answer as the outside reads it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from vc_issuer.bench.clock import UnitClock
from vc_issuer.bench.given import given_to_peers
from vc_issuer.bench.inputs import bench_inputs
from vc_issuer.bench.peer import PEERS, Peer
from vc_issuer.bench.row import Bench, PeerCost, Row
from vc_issuer.bench.rows import MAKING
from vc_issuer.bench.stored import batch_signed, twin_stored_2_cores
from vc_issuer.bench.stored_postgresql import twin_stored_postgresql
from vc_issuer.bench.twins import twin_stored
from vc_issuer.bench.verified import VERIFYING
from vc_issuer.errors import InputError
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.wiring.crew import batch_engine
from vc_issuer.wiring.keys import key_opener

COUNT = 5_000  # documents of a batch that is stored
ROWS: Mapping[str, Callable[[Bench], Row]] = {
    **MAKING,
    **VERIFYING,
    "twin-stored": twin_stored,
    "batch-signed": batch_signed,
    "twin-stored-2-cores": twin_stored_2_cores,
}
ON_POSTGRESQL: Mapping[str, Callable[[Bench], Row]] = {"twin-stored-postgresql": twin_stored_postgresql}


def run_rows(
    names: Sequence[str], clock: UnitClock, *, with_peers: bool, count: int = COUNT, postgresql: str = ""
) -> Iterator[Row]:
    """Measure the named rows, or all that can be, one after the other; some need a `postgresql`.

    Raises InputError, ConfigurationError.
    """
    rows = {**ROWS, **ON_POSTGRESQL}
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise InputError(f"no work is named {unknown[0]!r}.", remedy=f"Known are {', '.join(rows)}.")
    with batch_engine(2):
        pass  # processes are forked from a server that has what its first caller works with: here, as in `batch sign`
    with ExitStack() as stack:
        inputs = stack.enter_context(bench_inputs())
        keys = stack.enter_context(key_opener(inputs.home.settings.home)(frozenset(KeyPurpose)))
        peers = [stack.enter_context(Peer(program)) for program in PEERS] if with_peers else []
        given = given_to_peers(inputs) if peers else {}
        for peer in peers:
            peer.begin(given)
        bench = Bench(clock=clock, inputs=inputs, keys=keys, peers=peers, count=count, postgresql=postgresql)
        for name in names or (rows if postgresql else ROWS):
            yield rows[name](bench)


def as_json(rows: Sequence[Row], clock: UnitClock) -> dict[str, Any]:
    """Return the answer of `bench --json` (interface part 2). `peer` is the first of a row's `peers`, if it has any."""
    return {"unit_us": clock.unit_us, "rows": [_row(row, clock.unit_us) for row in rows]}


def _row(row: Row, unit_us: float) -> dict[str, Any]:
    cpu_us = row.cost.units * unit_us
    peers = [_peer(peer, cpu_us) for peer in row.peers]
    first = peers[0] if peers else dict.fromkeys(("peer", "peer_cpu_us", "peer_ratio"))
    answer: dict[str, Any] = {
        "work": row.work,
        "cpu_us": cpu_us,
        "units": row.cost.units,
        "units_least": row.cost.least,
        "units_most": row.cost.most,
        "per_s": row.per_s if row.per_s is not None else 1e6 / cpu_us,
        **{name: first[name] for name in ("peer", "peer_cpu_us", "peer_ratio")},
        "peers": peers,
    }
    return answer | dict(row.more)


def _peer(peer: PeerCost, cpu_us: float) -> dict[str, Any]:
    return {
        "peer": peer.name,
        "peer_does": peer.does,
        "peer_units": peer.units,
        "peer_cpu_us": peer.ratio * cpu_us,
        "peer_ratio": peer.ratio,
    }
