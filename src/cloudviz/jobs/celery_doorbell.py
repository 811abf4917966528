"""Celery on Redis as a doorbell: a message wakes a worker, which then looks for jobs in the database.

A message holds nothing. One that is lost (a flushed Redis, a killed worker, an hour without a broker) costs at
most one poll, never a job; one that comes twice finds nothing to do. What Celery adds to polling is that workers
on other machines start within milliseconds, and that its own tools (`celery inspect`, Flower) see them.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

from cloudviz.errors import Unavailable
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.address import read_address
from cloudviz.runtime.settings import Settings

log = get_logger(__name__)

TASK = "cloudviz.wake"

_MOST_WAITING = 100  # doorbells, in this process and in Redis; a hundred workers awake are enough
_SILENCE_SECONDS = 30.0  # between two words in the log about a broker that is away


def celery_is_wanted(settings: Settings) -> bool:
    """Whether doorbells go through Celery: there is a Redis, the settings want it, and the extra is installed.

    Celery's transport wants one server: with Sentinels or a cluster PostgreSQL rings, and a poll otherwise.
    """
    url = settings.redis_url.get_secret_value()
    if not (settings.jobs.celery and url and read_address(url).kind == "single"):
        return False
    try:
        import celery  # noqa: F401
    except ImportError:
        return False
    return True


def make_app(settings: Settings, wake: Callable[[], None] | None = None) -> Any:
    """The Celery application; with ``wake`` its one task calls that, without it can only send.

    Raises Unavailable without the extra ``celery``.
    """
    try:
        from celery import Celery
    except ImportError as error:
        raise Unavailable("Celery is not installed", hint="Install `cloudviz[celery]`.") from error

    app = Celery("cloudviz", broker=settings.redis_url.get_secret_value(), set_as_current=False)
    app.conf.update(
        task_default_queue=settings.jobs.celery_queue,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_transport_options={
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            # Of who sends: one more try, then the bell is let go.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.5,
        },
        # Who sends must not wait for a broker that is away.
        task_publish_retry=False,
    )

    if wake is not None:
        # Not shared: what another application of this process was told to wake is another worker.
        app.task(wake, name=TASK, shared=False, acks_late=False, ignore_result=True)
    return app


def _keep_logs_as_they_are(**_: Any) -> None:
    """With somebody to ask, Celery sets no logs up by itself."""


class Doorbell:
    """Rings from a thread of its own, so that nobody who puts a job in the queue waits for Redis."""

    def __init__(self, settings: Settings) -> None:
        self._app = make_app(settings)
        self._queue_name = settings.jobs.celery_queue
        self._waiting: queue.Queue[bool] = queue.Queue(maxsize=_MOST_WAITING)
        self._thread = threading.Thread(target=self._send, name="celery doorbell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Wake a worker, somewhere. Never raises and never waits."""
        try:
            self._waiting.put_nowait(True)
        except queue.Full:
            return  # enough bells ring already

    def close(self) -> None:
        """Stop ringing; a bell on its way may be lost, which costs a poll."""
        try:
            self._waiting.put_nowait(False)
        except queue.Full:
            return
        self._thread.join(timeout=3)

    def _send(self) -> None:
        told = float("-inf")
        while self._waiting.get():
            try:
                self._send_one()
            except Exception as error:
                if time.monotonic() - told > _SILENCE_SECONDS:
                    told = time.monotonic()
                    log.warning("Celery's broker is away; workers find jobs by polling", error=str(error)[:200])

    def _send_one(self) -> None:
        with self._app.producer_or_acquire() as producer:
            client = getattr(producer.channel, "client", None)
            if client is not None and client.llen(self._queue_name) >= _MOST_WAITING:
                return  # nobody listens: the embedded worker does all, and Redis must not fill with bells
            # The nameless exchange leads to the queue by its name: there is no binding that FLUSHALL can take.
            self._app.send_task(
                TASK, exchange="", routing_key=self._queue_name, expires=60, retry=False, producer=producer
            )


class Listening:
    """The receiving side, in a thread of a worker process: each message rings that process's worker."""

    def __init__(self, settings: Settings, ring: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._ring = ring
        self._app = make_app(settings, self._wake)
        self._worker: Any = None
        self._thread = threading.Thread(target=self._run, name="celery worker", daemon=True)
        self._stopping = False

    def start(self) -> None:
        """Begin to listen; a broker that is away is tried again and again."""
        self._thread.start()

    def stop(self) -> None:
        """End; messages that wait in Redis wake others."""
        self._stopping = True
        if self._worker is not None:
            from celery.worker import state

            state.should_stop = 0  # what the consumer's loop asks between two messages: leave, with this exit code
        self._thread.join(timeout=3)

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._ring)

    def _run(self) -> None:
        import socket

        from celery.signals import setup_logging

        # Celery logs every connection that is lost with a traceback. /health tells of a Redis that is away.
        setup_logging.connect(_keep_logs_as_they_are, weak=False)
        for name in ("celery", "kombu"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        # Its warning of pickled messages; ours hold nothing.
        warnings.filterwarnings("ignore", message="You're running the worker with superuser")
        while not self._stopping:
            try:
                self._worker = self._app.Worker(
                    pool="solo",
                    hostname=f"cloudviz@{socket.gethostname()}.{threading.get_native_id()}",
                    without_gossip=True,
                    without_mingle=True,
                    queues=[self._app.conf.task_default_queue],
                    quiet=True,
                )
                self._worker.start()
            except SystemExit:
                return
            except Exception as error:
                log.warning("Celery's worker stopped; it is started again", error=str(error)[:200])
            if not self._stopping:
                time.sleep(2)
