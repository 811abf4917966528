"""What the routes work with: one object, made when the app starts and let go when it stops."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudviz.access import Door
from cloudviz.access.access_log import AccessLog
from cloudviz.access.limits import Limits
from cloudviz.api.atlases import Atlases
from cloudviz.api.metrics import Metrics
from cloudviz.api.replies import Replies
from cloudviz.api.studio import Studio
from cloudviz.jobs.celery_doorbell import Doorbell
from cloudviz.jobs.webhooks.deliverer import Deliverer
from cloudviz.jobs.worker import Worker
from cloudviz.runtime.cache import Cache
from cloudviz.runtime.settings import Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.store import Store

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis


@dataclass(slots=True)
class House:
    """The parts of a running server.

    Attributes:
        settings, store: what it was started with.
        door: who may come in.
        studio: pictures, drawn a few at a time.
        atlases: maps, laid out once for each state of the inventory.
        metrics: what Prometheus is told.
        breakers: which cloud endpoints have not been answering this process.
        replies: what is often asked, kept ready.
        limits: how often who may call; None where the settings say that nobody counts.
        accesses: the record of every request; None where the settings say that there is none.
        cache: what is kept for a while, in memory or in Redis.
        redis: the connection, where the settings name one.
        bell: what wakes workers of other processes through Celery, where the settings have it.
        worker: the embedded worker with the task it runs in, when the settings ask for one.
        deliverer: what sends to webhooks, beside that worker.
    """

    settings: Settings
    store: Store
    door: Door
    studio: Studio
    atlases: Atlases
    metrics: Metrics
    breakers: Breakers
    replies: Replies
    limits: Limits | None = None
    accesses: AccessLog | None = None
    cache: Cache | None = None
    redis: Redis | None = None
    bell: Doorbell | None = None
    worker: Worker | None = None
    worker_task: asyncio.Task[None] | None = None
    deliverer: Deliverer | None = None

    def ring(self) -> None:
        """Tell the embedded worker, and those of other processes, that a job waits."""
        if self.bell is not None:
            self.bell.ring()
        if self.worker is not None:
            self.worker.ring()

    def ring_webhooks(self) -> None:
        """The same for a delivery to a webhook."""
        if self.deliverer is not None:
            self.deliverer.ring()
