"""Sends what waits for webhooks. Runs in every worker, beside the jobs.

Endpoints do not wait for each other: each has a few deliveries under way at most, one that fails a single one, and
all that fail together no more than half of what a worker has room for.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson

import cloudviz
from cloudviz.errors import CloudVizError, Unavailable
from cloudviz.jobs.webhooks.endpoints import Endpoints, Opened
from cloudviz.jobs.webhooks.messages import message
from cloudviz.jobs.webhooks.signing import signed_headers
from cloudviz.jobs.webhooks.spreading import Spreader
from cloudviz.jobs.webhooks.verdicts import after_answer
from cloudviz.normalise.redaction import REDACTED, clean_text, redact
from cloudviz.normalise.secrets import is_secret_value
from cloudviz.runtime import clock
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.outbound import Outbound
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store
from cloudviz.store.deliveries import After, Attempt, DeliveryRecord
from cloudviz.store.webhooks import WebhookRecord

log = get_logger(__name__)

KEPT_BODY = 500
"""Characters of an answer that the log of deliveries keeps."""

USER_AGENT = f"CloudViz/{cloudviz.__version__} (webhooks)"

_TOKENISH = re.compile(r"[A-Za-z0-9+/_=-]{32,}")


class Deliverer:
    """Turns events into deliveries, and delivers.

    Arguments:
        outbound: what may be asked, and how; by the settings when None.
        now: the time; that of this machine when None.
        chance: random numbers from 0 to 1, for the jitter.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        outbound: Outbound | None = None,
        now: Callable[[], datetime] = clock.now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._settings = settings.webhooks
        limits = settings.outbound.model_copy(update={"timeout_seconds": settings.webhooks.timeout_seconds})
        self._outbound = outbound or Outbound(limits)
        self._endpoints = Endpoints.of(settings, store, self._outbound)
        self._spreader = Spreader(store, settings.server.public_url)
        self._now = now
        self._chance = chance
        self._under_way: dict[asyncio.Task[None], WebhookRecord] = {}
        self._doorbell = asyncio.Event()
        self._stopping = asyncio.Event()
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def ring(self) -> None:
        """Look now instead of at the next poll. Only ever a hint: the rows are the truth."""
        self._doorbell.set()

    async def stop(self) -> None:
        """Begin nothing more. :meth:`run` returns when what is under way has ended."""
        self._stopping.set()
        self._doorbell.set()

    async def run(self) -> None:
        """Work until :meth:`stop`."""
        while not self._stopping.is_set():
            try:
                busy = await self._spreader.step(self._now()) > 0
                while not self._stopping.is_set() and await self._begin():
                    busy = True
            except CloudVizError as error:
                log.warning("webhooks wait", detail=error.detail)
                busy = False
            except Exception:  # the last line of defence: a bug in one event must not end all telling
                log.exception("webhooks broke")
                busy = False
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._doorbell.wait(), self._settings.poll_seconds)
            self._doorbell.clear()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def run_until_idle(self) -> int:
        """Deliver all that is due at this instant of the clock, and return; how many tries that took.

        For the command line and tests: with a clock of their own an hour passes in no time.
        """
        tries = 0
        while True:
            read = await self._spreader.step(self._now())
            begun = 0
            while await self._begin():
                begun += 1
            tries += begun
            if self._under_way:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            elif not read and not begun:
                return tries

    async def deliver(self, delivery_id: str) -> bool:
        """Try one delivery now, due or not; False when somebody else holds it, or an earlier one waits."""
        held = await self._store.deliveries.claim(
            self.name, lease_seconds=self._settings.lease_seconds, only=delivery_id, now=self._now()
        )
        if held is None:
            return False
        await self._attempt(*held)
        return True

    async def _begin(self) -> bool:
        """Take the next delivery that is due and begin with it; False when there is none or no room."""
        room = self._settings.concurrency
        if len(self._under_way) >= room:
            return False
        counts = Counter(hook.id for hook in self._under_way.values())
        failing = {hook.id for hook in self._under_way.values() if hook.failing_since is not None}
        most = self._settings.per_endpoint
        busy = [each for each, count in counts.items() if count >= (1 if each in failing else most)]
        of_failing = sum(1 for hook in self._under_way.values() if hook.id in failing)
        held = await self._store.deliveries.claim(
            self.name,
            lease_seconds=self._settings.lease_seconds,
            busy=busy,
            only_well=of_failing >= max(1, room // 2),
            now=self._now(),
        )
        if held is None:
            return False
        task = asyncio.create_task(self._attempt(*held), name=f"webhook {held[1].id}")
        self._under_way[task] = held[1]
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._doorbell.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a delivery broke; its lease will run out", error=type(error).__name__)

    async def _attempt(self, delivery: DeliveryRecord, hook: WebhookRecord) -> None:
        begun, started = self._now(), time.perf_counter()
        status: int | None = None
        retry_after = error = body = ""
        try:
            opened = await self._endpoints.open(hook)
            content = message(delivery.document, hook.shape)
            headers = signed_headers(message_id(delivery), begun, content, opened.signing(begun))
            headers |= {"content-type": "application/json", "user-agent": USER_AGENT}
            reply = await self._outbound.tell(opened.url, headers=headers, content=content)
            status, retry_after = reply.status, reply.headers.get("retry-after", "")
            body = kept_body(reply.body, opened)
        except CloudVizError as refused:
            error = refused.one_line()
        ms = (time.perf_counter() - started) * 1000
        now = self._now()
        after = after_answer(
            delivery.attempt,
            status,
            retry_after,
            hook.failing_since,
            now,
            timedelta(days=self._settings.disable_after_days),
            self._chance,
        )
        attempt = Attempt(delivery.attempt, begun, status, error, body, round(ms, 1))
        if not await self._write(delivery, attempt, after):
            log.warning("a delivery had been taken over", delivery=delivery.id)
        elif after.disabled:
            log.warning("a webhook was disabled", webhook=hook.id, reason=after.disabled)

    async def _write(self, delivery: DeliveryRecord, attempt: Attempt, after: After) -> bool:
        """Write the end of a try. A database that is away for a moment must not make us send it again."""
        left = 5
        while True:
            try:
                return await self._store.deliveries.finish(delivery, attempt, after, self._now())
            except Unavailable:
                left -= 1
                if not left:
                    raise
                await asyncio.sleep(1)


def message_id(delivery: DeliveryRecord) -> str:
    """The ``webhook-id``: the same at each try and each redelivery."""
    return f"msg_{delivery.id}"


def kept_body(body: bytes, opened: Opened) -> str:
    """The beginning of an answer as the log keeps it: without what looks like a secret, or is one of ours."""
    text = body.decode("utf-8", "replace")
    for secret in (opened.url, *(each.secret for each in opened.secrets)):
        text = text.replace(secret, REDACTED)
    with contextlib.suppress(ValueError):
        text = orjson.dumps(redact(orjson.loads(text))).decode()
    text = "\n".join(
        REDACTED if is_secret_value(line) else _TOKENISH.sub(REDACTED, line) for line in text.split("\n")
    )
    return clean_text(text, KEPT_BODY)
