"""A discovery that no job carries out says that it lives, so that nobody takes it for abandoned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from cloudviz.errors import CloudVizError

if TYPE_CHECKING:
    from cloudviz.store import Store

BEAT_SECONDS = 15.0


@asynccontextmanager
async def held(store: Store, discovery_id: str) -> AsyncIterator[None]:
    """Beat for a discovery that is worked on inside the body."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(CloudVizError):  # a busy database hears the next one
                await store.discoveries.beat(discovery_id)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
