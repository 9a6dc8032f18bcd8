"""One row of the benchmark, and what measuring it needs."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vc_issuer.bench.clock import ROUNDS, Cost, UnitClock
from vc_issuer.bench.inputs import Inputs
from vc_issuer.bench.peer import Peer
from vc_issuer.issuance.profile import KeyRing

Work = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCost:
    """What the peer needed for the same, in units, and how many times as much that is."""

    name: str
    units: float
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one piece of work costs in units. `per_s` is wall time where several cores work, CPU time elsewhere."""

    work: str
    cost: Cost
    per_s: float | None = None
    peer: PeerCost | None = None
    more: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A run: the clock, what it works on, the open keys, a peer if one is asked, and how many documents a batch has."""

    clock: UnitClock
    inputs: Inputs
    keys: KeyRing
    peer: Peer | None
    count: int

    def row(self, name: str, work: Work, *, peer: str = "") -> Row:
        """Measure `work(count)`, and the peer's `issue` or `verify` in turn with it."""
        cost = self.clock.cost(work)
        beside = self._beside(cost, peer, work) if peer and self.peer else None
        return Row(work=name, cost=cost, peer=beside)

    def _beside(self, cost: Cost, work: str, ours: Work) -> PeerCost | None:
        if self.peer is None:
            return None
        self.peer.cpu_us(work, 30)  # the compiler of Node has to warm up
        count = max(1, round(2e5 / (cost.units * self.clock.unit_us)))
        ratios, units = [], []
        for _ in range(ROUNDS):
            own = self.clock.spent_us(ours, count)
            unit = self.clock.unit()
            theirs = self.peer.cpu_us(work, 10)
            ratios.append(theirs / own)
            units.append(theirs / unit)
        return PeerCost(name=self.peer.name, units=statistics.median(units), ratio=statistics.median(ratios))
