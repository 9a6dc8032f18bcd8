"""One body for every crew: runs of different work one after the other, what they opened closed, what they raise told."""

import gc
import multiprocessing
import os
import signal
import threading
import time
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from vc_issuer.engine.local import TASKS_AHEAD, InProcess, ProcessPool
from vc_issuer.errors import ConfigurationError, RuleError


@pytest.fixture(params=[InProcess, partial(ProcessPool, processes=2)], ids=["in this process", "two processes"])
def crew(request):
    return request.param()


@contextmanager
def open_times(factor, note=None):
    yield partial(multiply, factor)
    if note:
        note.touch()


def multiply(factor, number):
    return factor * number


@contextmanager
def open_pids():
    yield partial(pid_after, [])


def pid_after(seen, number):
    seen.append(number)
    return os.getpid(), len(seen)


@contextmanager
def open_length(content):
    yield partial(length_of, content)


def length_of(content, _number):
    return len(content)


@contextmanager
def open_refusal():
    yield refuse


def refuse(number):
    raise RuleError(f"{number} is not liked.")


@contextmanager
def open_nothing():
    raise ConfigurationError("the drawer is locked.")
    yield


@contextmanager
def open_death():
    yield die_beside


def die_beside(code):
    if multiprocessing.parent_process():
        os._exit(code)
    time.sleep(0.01)


@contextmanager
def open_naps():
    yield nap


def nap(_number):
    time.sleep(0.02)
    return os.getpid()


@contextmanager
def open_notes(folder):
    yield partial(note_down, folder)
    folder.with_suffix(".closed").touch()


def note_down(folder, number):
    (folder / str(number)).touch()
    time.sleep(0.2)


@contextmanager
def open_last_words():
    yield die_speaking


def die_speaking(_number):
    if not multiprocessing.parent_process():
        return time.sleep(0.01)
    threading.Thread(target=die_when_writing, args=(threading.get_native_id(), 50_000_000), daemon=True).start()
    return b"x" * 100_000_000


def die_when_writing(thread, many):
    """End this process as soon as a thread is in a system call of so many bytes: the result is in the pipe in part."""
    count = "0"
    while int(count, 16) < many:
        _, _, _, count, *_ = [*Path(f"/proc/self/task/{thread}/syscall").read_text().split(), *"0000"]
    os._exit(1)


@contextmanager
def open_slow_numbers():
    yield slow_number


def slow_number(number):
    time.sleep(0.01)
    return number


def test_each_task_gives_its_result(crew):
    assert sorted(crew.run(partial(open_times, 3), range(50))) == [3 * number for number in range(50)]


def test_no_task_gives_no_result(crew):
    assert list(crew.run(partial(open_times, 3), ())) == []


def test_one_kind_of_work_follows_another(crew):
    with crew:
        assert sorted(crew.run(partial(open_times, 3), range(9))) == [3 * number for number in range(9)]
        assert sorted(crew.run(partial(open_times, 5), range(9))) == [5 * number for number in range(9)]


def test_work_is_opened_anew_with_each_run(crew):
    with crew:
        for _ in range(2):
            assert min(count for _, count in crew.run(open_pids, range(20))) == 1


def test_what_was_opened_is_closed_at_the_end_of_the_run(crew, tmp_path):
    note = tmp_path / "closed"
    with crew:
        assert list(crew.run(partial(open_times, 2, note), [1])) == [2]
        assert note.exists()


def test_this_process_works_too():
    with ProcessPool(processes=2) as crew:
        list(crew.run(open_naps, range(9)))  # until the other has started
        pids = list(crew.run(open_naps, range(30)))
    assert len(set(pids)) == 2
    assert 5 < pids.count(os.getpid()) < 25


def test_results_come_nearly_in_the_order_of_their_tasks():
    with ProcessPool(processes=2) as crew:
        list(crew.run(open_naps, range(9)))  # until the other has started
        numbers = list(crew.run(open_slow_numbers, range(60)))
    assert sorted(numbers) == list(range(60))
    assert max(abs(place - number) for place, number in enumerate(numbers)) <= 2 * TASKS_AHEAD


def test_the_processes_serve_one_run_after_the_other():
    with ProcessPool(processes=3) as crew:
        first, second = (set(crew.run(open_naps, range(60))) for _ in range(2))
    assert first == second
    assert len(first) == 3


def test_processes_end_with_whoever_held_them():
    crew = ProcessPool(processes=2)
    with crew:
        (pid,) = set(crew.run(open_naps, range(30))) - {os.getpid()}
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_died_between_two_runs_is_told_and_replaced():
    with ProcessPool(processes=2) as crew:
        (pid,) = set(crew.run(open_naps, range(30))) - {os.getpid()}
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ConfigurationError, match="a worker process died"):
            list(crew.run(open_naps, range(30)))
        assert list(crew.run(partial(open_times, 3), [1])) == [3]


def test_a_process_that_dies_in_the_midst_of_a_result_is_told(monkeypatch):
    monkeypatch.delattr(os, "memfd_create")  # results go through the pipe
    with ProcessPool(processes=2) as crew, pytest.raises(ConfigurationError, match="a worker process died"):
        list(crew.run(open_last_words, range(9)))


def test_an_interrupt_of_the_terminal_is_the_affair_of_the_process_that_stores():
    with ProcessPool(processes=2) as crew:
        (pid,) = set(crew.run(open_naps, range(30))) - {os.getpid()}
        os.kill(pid, signal.SIGINT)
        assert pid in set(crew.run(open_naps, range(30)))


def test_a_process_that_dies_as_a_run_is_left_is_told():
    with ProcessPool(processes=2) as crew:
        (pid,) = set(crew.run(open_naps, range(30))) - {os.getpid()}
        results = crew.run(open_naps, range(30))
        next(results)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ConfigurationError, match="a worker process died"):
            results.close()
        assert list(crew.run(partial(open_times, 3), [1])) == [3]


def test_what_others_have_not_begun_is_not_done_when_a_run_is_left(tmp_path):
    with ProcessPool(processes=2) as crew:
        list(crew.run(open_naps, range(9)))  # until the other has started
        notes = tmp_path / "notes"
        notes.mkdir()
        with closing(crew.run(partial(open_notes, notes), range(50))) as results:
            next(results)
        assert notes.with_suffix(".closed").exists()
        # This process's, the one that the other was at, and one that it may have begun meanwhile.
        assert len(list(notes.iterdir())) <= TASKS_AHEAD
        assert sorted(crew.run(partial(open_times, 3), range(3))) == [0, 3, 6]


def test_work_that_is_large_goes_to_each_process_once(crew):
    large = b"x" * 20_000_000  # two hundred tasks would carry four gigabytes
    assert list(crew.run(partial(open_length, large), range(200))) == [len(large)] * 200


def test_tasks_are_taken_as_they_can_be_worked_on(crew):
    taken = []

    def tasks():
        for number in range(50):
            taken.append(number)
            yield number

    with closing(crew.run(partial(open_times, 1), tasks())) as results:
        next(results)
        assert len(taken) <= 2 * TASKS_AHEAD + 1


def test_what_the_work_raises_is_raised_and_the_crew_goes_on(crew):
    with crew:
        with pytest.raises(RuleError, match="is not liked"):
            list(crew.run(open_refusal, range(5)))
        assert sorted(crew.run(partial(open_times, 3), range(3))) == [0, 3, 6]


def test_what_opening_raises_is_raised(crew):
    with pytest.raises(ConfigurationError, match="drawer is locked"):
        list(crew.run(open_nothing, [1]))


def test_a_process_that_dies_is_told():
    crew = ProcessPool(processes=2)
    with pytest.raises(ConfigurationError, match="a worker process died"):
        list(crew.run(open_death, range(3, 99)))
    assert list(crew.run(partial(open_times, 3), [1])) == [3]


@contextmanager
def open_count_of_what_is_set_aside():
    yield set_aside_after


def set_aside_after(_number):
    return gc.get_freeze_count()


def test_what_was_there_before_the_work_is_no_matter_for_the_collector_until_it_is_over(crew):
    before = gc.get_freeze_count()
    with closing(crew.run(open_count_of_what_is_set_aside, range(3))) as results:
        assert min(results) > before + 1000
    assert gc.get_freeze_count() == before
