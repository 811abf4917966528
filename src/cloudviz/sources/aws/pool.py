"""Threads for blocking calls, which never keep the process from ending.

``concurrent.futures.ThreadPoolExecutor`` joins its threads when the interpreter exits, so one peer that drips a
byte now and then would hold a finished program for ever. These threads are daemons.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")

_Work = tuple["Future[Any]", Callable[[], Any]]


class DaemonPool(Executor):
    """Runs each call on an idle thread, or on a new one where none is idle.

    The number of calls at once is bounded by the caller (:class:`~cloudviz.sources.aws.calls.Caller` holds a
    semaphore): a call that was given up on keeps its thread, and must not take the place of a live one.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._threads = 0
        self._closed = False

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Run ``fn`` soon, on another thread."""
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if self._idle:
                # Claimed here, not by the thread: two submits must not count on one idle thread.
                self._idle -= 1
            else:
                self._threads += 1
                threading.Thread(target=self._run, name=f"aws-{self._threads}", daemon=True).start()
            self._work.put((future, lambda: fn(*args, **kwargs)))
        return future

    def shutdown(self, wait: bool = False, *, cancel_futures: bool = False) -> None:
        """Let idle threads go; the busy ones go when their call ends. Never waits."""
        with self._lock:
            self._closed = True
            for _ in range(self._threads):
                self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            future, call = work
            if future.set_running_or_notify_cancel():
                try:
                    outcome = call()
                except BaseException as error:  # handed to whoever waits
                    future.set_exception(error)
                else:
                    future.set_result(outcome)
            with self._lock:
                self._idle += 1
