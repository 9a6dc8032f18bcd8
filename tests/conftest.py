"""What holds for every test."""

import sys

import pytest
from hypothesis import HealthCheck, settings

# No test asserts a time: on a host that others keep busy a call of ten milliseconds may take a second.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item):
    """Measure nothing of a test that is marked `no_cover`: libraries at work for minutes, slower when lines are counted.

    pytest-cov stops one measuring around this; a worker of xdist has more, which would take over.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
