"""Counts for operators at `/metrics` (Prometheus): by route template, method and status; nothing about a person.

Paths, addresses, file names and codes are never labels: a path may be a capability, and labels must stay few.
"""

from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from vc_issuer.model.report import Report

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
UNMATCHED = "unmatched"


class Metrics:
    """The counts of one application, in a registry of its own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        names = ("method", "route", "status")
        self._requests = Counter("vc_issuer_requests", "Requests answered", names, registry=self._registry)
        self._seconds = Histogram(
            "vc_issuer_request_seconds",
            "Seconds until an answer began",
            ("route",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._verdicts = Counter(
            "vc_issuer_verifications",
            "Files verified, by format and verdict",
            ("format", "verdict"),
            registry=self._registry,
        )
        self._running = Gauge("vc_issuer_requests_running", "Requests being answered", registry=self._registry)

    def begin(self) -> None:
        """Count a request in."""
        self._running.inc()

    def end(self, method: str, route: str, status: int, elapsed_s: float) -> None:
        """Count a request out. `route` is the template of the route, never the path."""
        self._running.dec()
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(elapsed_s)

    def verified(self, reports: Iterable[Report]) -> None:
        """Count what was verified."""
        for report in reports:
            self._verdicts.labels(report.format, report.verdict.value).inc()

    def exposition(self) -> bytes:
        """Return every count in the text format of Prometheus."""
        return generate_latest(self._registry)
