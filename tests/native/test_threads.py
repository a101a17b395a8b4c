"""The thread pool: every index once, from any thread, after a fork, at exit; its size."""

import os
import subprocess
import sys
import threading

import pytest

threads = pytest.importorskip("rushlight.native.threads", reason="the pure build has no thread pool")


@pytest.fixture(autouse=True)
def _size():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("n, grain", [(0, 1), (1, 1), (10, 3), (1000, 1000), (1001, 1000), (50000, 64), (7, 0)])
def test_every_index_once(count, n, grain):
    threads.set_num_threads(count)
    assert threads.get_num_threads() == count
    assert threads.self_test(n, grain, 20)


def test_the_size_is_kept_within_bounds():
    threads.set_num_threads(-3)
    assert threads.get_num_threads() == 1
    threads.set_num_threads(10**6)
    assert threads.get_num_threads() == 1024


def test_calls_from_several_threads_at_once():
    threads.set_num_threads(3)
    right = []
    callers = [threading.Thread(target=lambda: right.append(threads.self_test(20000, 64, 30))) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    assert right == [True] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_starts_its_own():
    threads.set_num_threads(3)
    assert threads.self_test(20000, 64, 5)
    child = os.fork()
    if child == 0:
        os._exit(0 if threads.self_test(20000, 64, 5) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert threads.self_test(20000, 64, 5)


def python(code, **env):
    return subprocess.run([sys.executable, "-c", code], env={**os.environ, **env}, capture_output=True, text=True, timeout=60)


def test_workers_do_not_keep_the_process():
    run = python("from rushlight.native import threads as t; t.set_num_threads(4); assert t.self_test(20000, 64, 5)")
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("env, count", [
    ({"RUSHLIGHT_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, 3),
    ({"RUSHLIGHT_NUM_THREADS": "", "OMP_NUM_THREADS": "5"}, 5),
    ({"RUSHLIGHT_NUM_THREADS": "", "OMP_NUM_THREADS": "4,2"}, 4),
])
def test_the_environment_sets_the_size(env, count):
    run = python("from rushlight.native import threads as t; print(t.get_num_threads())", **env)
    assert run.stdout.split() == [str(count)]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_the_default_is_the_processors_this_process_may_use():
    run = python("from rushlight.native import threads as t; print(t.get_num_threads())",
                 RUSHLIGHT_NUM_THREADS="", OMP_NUM_THREADS="")
    assert run.stdout.split() == [str(len(os.sched_getaffinity(0)))]
