"""Work that ends, work that doesn't, work that eats memory; one call after another and many at once."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph
import pytest

from vc_issuer.errors import InconclusiveError, InputError, InvalidError, UnreadableError
from vc_issuer.sandbox import Sandbox, SandboxLimits

QUICK = SandboxLimits(cpu_s=0.3, wall_s=2.0, address_space=128 * 1024 * 1024)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(limits=QUICK, preload=[__name__]) as pool:
        pool.warm()
        yield pool


def double(number):
    return 2 * number


def child_id():
    return os.getpid()


def loop():
    while True:
        pass


def sleep(seconds):
    time.sleep(seconds)


def eat():
    return len(b"x" * (1 << 30))


def eat_slowly():
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


def recurse():
    return recurse()


def refuse():
    raise InvalidError("it is false", remedy="So it is.", clause="clause 7")


def refuse_with_problems():
    raise InputError("two things", problems=["one", "two"])


def bug():
    raise KeyError("a bug")


class UnpicklableError(Exception):
    def __init__(self, one, two):
        super().__init__(one)
        self.lock = threading.Lock()


def strange_bug():
    raise UnpicklableError(1, 2)


def die():
    os._exit(0)


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return os.getpid()


def poison():
    """Canonicalise a graph of blank nodes that all look alike: W3C rdf-canon test074, in kind."""
    nodes = [pyoxigraph.BlankNode() for _ in range(12)]
    link = pyoxigraph.NamedNode("urn:p")
    graph = pyoxigraph.Dataset(pyoxigraph.Quad(a, link, b) for a in nodes for b in nodes if a != b)
    graph.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)


def test_returns_what_the_function_returns(sandbox):
    assert sandbox.run(double, 21) == 42
    assert sandbox.run(double, number=b"\0" * 5_000_000) == b"\0" * 10_000_000


def test_runs_in_another_process_that_stays(sandbox):
    children = {sandbox.run(child_id) for _ in range(10)}
    assert os.getpid() not in children
    assert len(children) <= 2


@pytest.mark.parametrize("work", [loop, poison, eat, eat_slowly, recurse, die])
def test_too_much_work_is_unreadable_and_the_next_call_works(sandbox, work):
    begin = time.monotonic()
    with pytest.raises(UnreadableError, match="more work than is allowed"):
        sandbox.run(work)
    assert time.monotonic() - begin < 2 * QUICK.wall_s
    assert sandbox.run(double, 1) == 2


def test_waiting_counts_too():
    with Sandbox(limits=SandboxLimits(cpu_s=1, wall_s=0.5), preload=[__name__]) as pool:
        with pytest.raises(UnreadableError):
            pool.run(sleep, 60)
        assert pool.run(double, 1) == 2


def test_a_machine_too_busy_to_look_says_nothing_of_the_input():
    with Sandbox(limits=SandboxLimits(cpu_s=60, wall_s=0.5), preload=[__name__]) as pool:
        with pytest.raises(InconclusiveError, match="too busy"):
            pool.run(loop)
        assert pool.run(double, 1) == 2


def test_each_call_has_the_whole_budget(sandbox):
    assert {sandbox.run(burn, 0.15) for _ in range(8)}


def test_our_errors_cross_with_all_they_hold(sandbox):
    with pytest.raises(InvalidError) as caught:
        sandbox.run(refuse)
    error = caught.value
    assert (str(error), error.message, error.remedy) == ("it is false. So it is.", "it is false", "So it is.")
    assert error.clause == "clause 7"
    with pytest.raises(InputError) as caught:
        sandbox.run(refuse_with_problems)
    assert caught.value.problems == ("one", "two")


def test_a_bug_stays_a_bug(sandbox):
    with pytest.raises(KeyError, match="a bug"):
        sandbox.run(bug)
    with pytest.raises(RuntimeError, match="UnpicklableError"):
        sandbox.run(strange_bug)
    assert sandbox.run(double, 1) == 2


def test_what_cannot_go_over_harms_nobody(sandbox):
    with pytest.raises((AttributeError, TypeError)):
        sandbox.run(lambda: None)
    with pytest.raises(TypeError):
        sandbox.run(double, threading.Lock())
    assert [sandbox.run(double, n) for n in range(4)] == [0, 2, 4, 6]


def test_many_threads_share_the_pool(sandbox):
    def call(number):
        if number % 10 == 0:
            with pytest.raises(UnreadableError):
                sandbox.run(die)
        return sandbox.run(double, number)

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(call, range(60))) == [2 * number for number in range(60)]


def test_a_call_costs_little(sandbox):
    sandbox.run(double, 1)
    begin = time.monotonic()
    for _ in range(100):
        sandbox.run(double, 1)
    assert (time.monotonic() - begin) / 100 < 0.05


def test_a_child_that_cannot_start_is_said_and_harms_nobody():
    with Sandbox(preload=["no_such_module"]) as pool, pytest.raises(InconclusiveError, match="didn't start"):
        pool.run(double, 1)


def test_a_closed_pool_runs_nothing():
    pool = Sandbox(limits=QUICK)
    pool.close()
    with pytest.raises(InconclusiveError, match="stopping"):
        pool.run(double, 1)


def test_closing_ends_every_child():
    with Sandbox(limits=QUICK, preload=[__name__]) as pool:
        child = pool.run(child_id)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_second_pool_may_live_beside_the_first(sandbox):
    with Sandbox(limits=QUICK, children=1, preload=[__name__]) as other:
        assert other.run(child_id) != sandbox.run(child_id)


def test_children_end_with_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, signal\n"
        "from vc_issuer.sandbox import Sandbox\n"
        "if __name__ == '__main__':\n"
        "    pool = Sandbox()\n"
        "    print(pool.run(os.getpid), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, timeout=300, check=False)
    child = int(done.stdout)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert not Path(f"/proc/{child}").exists()
