"""Measure CPU time in units of one Ed25519 signature made in the same moment, on the same core.

Absolute figures swing by half on a shared machine; the ratio to a unit measured just before and just after does not.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROUNDS = 7  # the median of seven is not moved by two that were disturbed
_UNIT_SIGNATURES = 150
_LEAST_CPU_S = 0.04  # a round shorter than that measures the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one piece of work costs, in units, and how far apart the rounds lay."""

    units: float
    least: float
    most: float


class UnitClock:
    """Measure the unit again and again; `unit_us` is the median of all that was seen."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._message = bytes(64)
        self._seen: list[float] = []

    @property
    def unit_us(self) -> float:
        """Return the CPU time of one signature, in microseconds."""
        return statistics.median(self._seen or [self.unit()])

    def unit(self) -> float:
        """Measure one Ed25519 signature now, in microseconds of CPU time."""
        begun = time.process_time()
        for _ in range(_UNIT_SIGNATURES):
            self._key.sign(self._message)
        found = (time.process_time() - begun) / _UNIT_SIGNATURES * 1e6
        self._seen.append(found)
        return found

    def cost(self, work: Callable[[int], None], *, rounds: int = ROUNDS, least_count: int = 1) -> Cost:
        """Measure `work(count)`, which does its piece so many times, per piece."""
        work(least_count)
        count, spent = least_count, _spent(work, least_count)
        while spent < _LEAST_CPU_S:
            count = max(count + 1, int(count * min(10.0, 1.2 * _LEAST_CPU_S / max(spent, 1e-6))))
            spent = _spent(work, count)
        return self.ratio(lambda: self.spent_us(work, count), rounds=rounds)

    def spent_us(self, work: Callable[[int], None], count: int) -> float:
        """Return the microseconds of CPU time of one of `count` pieces."""
        return _spent(work, count) / count * 1e6

    def ratio(self, measure: Callable[[], float], *, rounds: int = ROUNDS) -> Cost:
        """Measure something that gives microseconds of CPU, each time between two measurements of the unit."""
        found = []
        before = self.unit()
        for _ in range(rounds):
            us = measure()
            after = self.unit()
            found.append(us / ((before + after) / 2))
            before = after
        return Cost(units=statistics.median(found), least=min(found), most=max(found))


class Laps:
    """Add up work too long for one measurement, lap by lap: each is compared with the unit before and after it."""

    def __init__(self, clock: UnitClock) -> None:
        """`units` is the sum so far."""
        self._clock = clock
        self.units = 0.0
        self._unit = self._begun = 0.0

    def go(self) -> None:
        """Begin a lap; what was done since the last one is not counted."""
        self._unit = self._clock.unit()
        self._begun = time.process_time()

    def end(self) -> None:
        """End a lap."""
        spent_us = (time.process_time() - self._begun) * 1e6
        self.units += spent_us / ((self._unit + self._clock.unit()) / 2)


def _spent(work: Callable[[int], None], count: int) -> float:
    begun = time.process_time()
    work(count)
    return time.process_time() - begun
