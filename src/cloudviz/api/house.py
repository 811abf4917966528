"""What the routes work with: one object, made when the app starts and let go when it stops."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cloudviz.access import Door
from cloudviz.api.metrics import Metrics
from cloudviz.api.studio import Studio
from cloudviz.jobs.worker import Worker
from cloudviz.runtime.settings import Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.store import Store


@dataclass(slots=True)
class House:
    """The parts of a running server.

    Attributes:
        settings, store: what it was started with.
        door: who may come in.
        studio: pictures, drawn a few at a time.
        metrics: what Prometheus is told.
        breakers: which cloud endpoints have not been answering this process.
        worker: the embedded worker with the task it runs in, when the settings ask for one.
    """

    settings: Settings
    store: Store
    door: Door
    studio: Studio
    metrics: Metrics
    breakers: Breakers
    worker: Worker | None = None
    worker_task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Tell the embedded worker that a job waits, so that it need not wait for its next poll."""
        if self.worker is not None:
            self.worker.ring()
