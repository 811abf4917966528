"""Threads that never hold up the end of a program."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from cloudviz.sources.aws.pool import DaemonPool


def test_results_and_errors_reach_the_caller() -> None:
    pool = DaemonPool()
    assert pool.submit(lambda a, b: a + b, 2, b=3).result(5) == 5
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(5)
    pool.shutdown()


def test_an_idle_thread_is_used_again() -> None:
    pool = DaemonPool()
    names = set()
    for _ in range(50):
        names.add(pool.submit(lambda: threading.current_thread().name).result(5))
        # The result is there a moment before the thread counts as idle.
        while pool._idle == 0:
            pass
    assert len(names) == 1
    pool.shutdown()


def test_a_busy_thread_is_no_obstacle_to_the_next_call() -> None:
    pool = DaemonPool()
    let_go = threading.Event()
    stuck = [pool.submit(let_go.wait) for _ in range(20)]
    assert pool.submit(lambda: "through").result(5) == "through"
    let_go.set()
    assert all(each.result(5) for each in stuck)
    pool.shutdown()


def test_a_closed_pool_takes_nothing_and_its_threads_go() -> None:
    pool = DaemonPool()
    thread = pool.submit(threading.current_thread).result(5)
    pool.shutdown()
    thread.join(5)
    assert not thread.is_alive()
    with pytest.raises(RuntimeError):
        pool.submit(print)


def test_a_program_ends_although_a_call_does_not() -> None:
    code = (
        "import time; from cloudviz.sources.aws.pool import DaemonPool;"
        "DaemonPool().submit(time.sleep, 3600); print('done')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "done\n"
