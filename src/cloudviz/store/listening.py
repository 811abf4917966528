"""PostgreSQL's notifications: a hint that something was written, heard within a millisecond of its commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cloudviz.store.address import Address

RECONNECT_SECONDS = 2.0


async def listen(address: Address, channel: str, heard: Callable[[], None]) -> None:
    """Call ``heard`` at each notification of a channel, until cancelled; returns at once where there are none.

    It keeps a connection of its own, and makes it anew when it is lost: what was notified meanwhile is not heard,
    so that who listens must also look from time to time. ``heard`` is called after each new connection too.
    """
    if not address.is_postgres:
        return
    import asyncpg  # type: ignore[import-untyped]

    while True:
        lost = asyncio.Event()
        try:
            connection = await asyncpg.connect(
                address.dsn, timeout=5, server_settings={"application_name": "cloudviz listener"}
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(RECONNECT_SECONDS)
            continue
        try:
            connection.add_termination_listener(lambda *_, ended=lost: ended.set())
            await connection.add_listener(channel, lambda *_: heard())
            heard()
            await lost.wait()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(RECONNECT_SECONDS)
        finally:
            connection.terminate()
