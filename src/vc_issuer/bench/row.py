"""One row of the benchmark, and what measuring it needs."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vc_issuer.bench.clock import ROUNDS, Cost, UnitClock
from vc_issuer.bench.inputs import Inputs
from vc_issuer.bench.peer import Peer
from vc_issuer.issuance.profile import KeyRing

Work = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCost:
    """What a peer needed for the same input, in units, and how many times as much that is; `does` says what it did."""

    name: str
    units: float
    ratio: float
    does: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one piece of work costs in units. `per_s` is wall time where several cores work, CPU time elsewhere."""

    work: str
    cost: Cost
    per_s: float | None = None
    peers: Sequence[PeerCost] = ()
    more: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A run: the clock, what it works on, the open keys, the peers to ask, and how many documents a batch has.

    `postgresql` is the URL of a server's database for the rows that need one.
    """

    clock: UnitClock
    inputs: Inputs
    keys: KeyRing
    peers: Sequence[Peer]
    count: int
    postgresql: str = field(default="", repr=False)

    def row(self, name: str, work: Work, *, peer: str = "", more: Mapping[str, float] | None = None) -> Row:
        """Measure `work(count)`, and in turn with it each peer that takes the work which it knows as `peer`."""
        cost = self.clock.cost(work)
        peers = [self._beside(cost, each, peer, work) for each in self.peers if peer in each.works]
        return Row(work=name, cost=cost, peers=peers, more=more or {})

    def _beside(self, cost: Cost, peer: Peer, work: str, ours: Work) -> PeerCost:
        peer.cpu_us(work, 30)  # the compiler of Node has to warm up
        count = max(1, round(2e5 / (cost.units * self.clock.unit_us)))
        ratios, units = [], []
        for _ in range(ROUNDS):
            own = self.clock.spent_us(ours, count)
            unit = self.clock.unit()
            theirs = peer.cpu_us(work, 10)
            ratios.append(theirs / own)
            units.append(theirs / unit)
        return PeerCost(
            name=peer.name, units=statistics.median(units), ratio=statistics.median(ratios), does=peer.works[work]
        )
