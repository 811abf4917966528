"""A Redis Cluster: a connection to each node that holds slots, and the map of who holds which.

The map is asked for once and then corrected by what the nodes say (``MOVED``, ``ASK``); when a node goes away it
is asked for again until somebody else holds its slots: the cluster specification of redis.io, "Redirection and
resharding". This is not redis-py's client: that takes a connection for each command under way, where ours is
shared by all who ask, so that a busy process pipelines by itself.
"""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import time
from dataclasses import replace

from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.address import RedisAddress
from cloudviz.runtime.redis.commands import Answer, Part, RedisDown, RedisRefused
from cloudviz.runtime.redis.line import Line
from cloudviz.runtime.redis.wire import down, open_wire

SLOTS = 16_384
MOST_REDIRECTS = 5
LOOK_SECONDS = 30.0
"""How often the map is asked for though nobody misses anything: a node may have come."""

TROUBLED_SECONDS, CHECK_SECONDS = 0.25, 1.0

Place = tuple[str, int]

_WITHOUT_KEY = frozenset({"PING", "PUBLISH", "INFO", "DBSIZE", "FLUSHALL", "SCRIPT", "CLUSTER", "CONFIG", "ECHO"})
_SCRIPTS = frozenset({"EVAL", "EVALSHA"})

log = get_logger(__name__)


class Cluster:
    """Commands to the node that holds their key. All keys of a command, or of a script, lie in one slot.

    Raises as :meth:`~cloudviz.runtime.redis.client.Redis.call` does.
    """

    def __init__(self, address: RedisAddress, patience: float) -> None:
        self._address = address
        self._patience = patience
        self._owners: list[Place | None] = [None] * SLOTS
        self._lines: dict[Place, Line] = {}
        self._leading: tuple[Line, ...] = ()
        self._known: tuple[Place, ...] = ()
        self._task: asyncio.Task[None] | None = None
        self._first = asyncio.Event()
        self._wanted = asyncio.Event()
        self._why = "it is not connected yet"
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def is_up(self) -> bool:
        """Whether every slot has a node that answers."""
        return self.up_since != float("inf")

    @property
    def up_since(self) -> float:
        """Since when that is so, on the monotonic clock."""
        return max((line.up_since for line in self._leading), default=float("inf"))

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the nodes are by now, replicas too."""
        return self._known

    async def start(self) -> None:
        """Ask for the map, or find that nobody answers; from then on it goes by itself."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="redis cluster")
        await self._first.wait()

    async def close(self) -> None:
        """Let all connections go."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(line.close() for line in self._lines.values()), *self._closing)

    async def call(self, *parts: Part) -> Answer:
        """One command, sent on to where the nodes say that its key is."""
        key = _key_of(parts)
        slot = None if key is None else slot_of(key)
        asking: Place | None = None
        for _ in range(MOST_REDIRECTS):
            wire = (await self._line(asking or self._owner(slot))).wire
            if wire is None:
                self._wanted.set()
                raise down("the node that holds the key is away")
            try:
                if asking is not None:
                    # Both leave in one write, and the node takes them one after the other.
                    wire.ask(("ASKING",)).add_done_callback(_ignored)
                return await wire.ask(parts)
            except RedisDown:
                self._wanted.set()
                raise
            except RedisRefused as refused:
                asking = self._redirected(refused, wire.peer)
        raise down("the nodes of the cluster send us round in circles")

    async def each(self, *parts: Part) -> list[Answer]:
        """One command to each node that holds slots. Raises as :meth:`call`, when one of them does not answer."""
        if not self._leading:
            raise down(self._why)
        return list(await asyncio.gather(*(line.call(*parts) for line in self._leading)))

    def _redirected(self, refused: RedisRefused, by: str) -> Place | None:
        """Where to ask next: a place for this one command, or None where the map has been put right.

        Raises the refusal when it is none of the cluster's, RedisDown while the cluster is at odds with itself.
        """
        if refused.kind in ("MOVED", "ASK"):
            _, slot, where = refused.said.split(" ")[:3]
            place = _place(where, by)
            if refused.kind == "ASK":
                return place
            self._owners[int(slot)] = place
            self._wanted.set()
            return None
        if refused.kind in ("CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "READONLY", "LOADING"):
            self._wanted.set()
            raise down(refused.said) from refused
        raise refused

    def _owner(self, slot: int | None) -> Place:
        if slot is None:
            up = next((place for place, line in self._lines.items() if line.is_up), None)
            found = up or next(iter(self._lines), None)
        else:
            found = self._owners[slot]
        if found is None:
            self._wanted.set()
            raise down(self._why)
        return found

    async def _line(self, place: Place) -> Line:
        line = self._lines.get(place)
        if line is None:
            address = replace(self._address, kind="single", places=(place,))
            line = self._lines[place] = Line(address, self._patience)
        if not line.was_tried:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await line.start()
        return line

    # -- the map ---------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        looked = 0.0
        while True:
            now = time.monotonic()
            if self._wanted.is_set() or not self.is_up or now - looked > LOOK_SECONDS:
                self._wanted.clear()
                try:
                    await self._look()
                    looked = now
                except (RedisDown, RedisRefused) as error:
                    if not self._first.is_set():
                        log.warning("redis is not available", address=self._address.shown, detail=error.detail)
                    self._why = error.detail
                except Exception:  # whatever answers there, it is no cluster
                    self._why = "it is no cluster"
                    log.exception("the map of the redis cluster can't be read", address=self._address.shown)
            self._first.set()
            pause = CHECK_SECONDS if self.is_up else TROUBLED_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wanted.wait()
                    await asyncio.sleep(TROUBLED_SECONDS / 2)  # each of a thousand redirections asks for it

    async def _look(self) -> None:
        answer, host = await self._asked()
        owners: list[Place | None] = [None] * SLOTS
        leading: dict[Place, None] = {}
        known: dict[Place, None] = {}
        for first, last, *nodes in answer:
            places = [_place_of(node, host) for node in nodes]
            leading[places[0]] = None
            known.update(dict.fromkeys(places))
            owners[first : last + 1] = [places[0]] * (last + 1 - first)
        self._owners, self._known = owners, tuple(known)
        lines = await asyncio.gather(*(self._line(place) for place in leading))
        self._leading = () if None in owners else tuple(lines)
        if None in owners:
            self._why = "some slots of the cluster belong to no node"
        for place in [each for each in self._lines if each not in leading]:
            task = asyncio.create_task(self._lines.pop(place).close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _asked(self) -> tuple[Answer, str]:
        """What some node says of the slots, and by which host it was reached."""
        for place, line in list(self._lines.items()):
            if line.is_up:
                with contextlib.suppress(RedisDown):
                    return await line.call("CLUSTER", "SLOTS"), place[0]
        places = tuple(dict.fromkeys((*self._address.places, *self._known)))
        wire = await open_wire(replace(self._address, kind="single", places=places), self._patience)
        try:
            return await wire.ask(("CLUSTER", "SLOTS")), wire.peer
        finally:
            wire.close()


def slot_of(key: bytes) -> int:
    """The slot of a key: of what stands between its first braces, where something does."""
    start = key.find(b"{")
    if start >= 0:
        end = key.find(b"}", start + 1)
        if end > start + 1:
            key = key[start + 1 : end]
    return binascii.crc_hqx(key, 0) % SLOTS


def _key_of(parts: tuple[Part, ...]) -> bytes | None:
    word = parts[0].upper() if isinstance(parts[0], str) else ""
    if word in _WITHOUT_KEY or len(parts) < 2:
        return None
    if word in _SCRIPTS:
        if int(parts[2]) == 0:
            return None
        key = parts[3]
    else:
        key = parts[1]
    return key if isinstance(key, bytes) else str(key).encode("utf-8", "surrogatepass")


def _place(text: str, asked: str) -> Place:
    """``host:port`` as a redirection tells it; without a host it is the one that was asked."""
    host, _, port = text.rpartition(":")
    return host or asked, int(port)


def _place_of(node: Answer, asked: str) -> Place:
    host = node[0].decode() if node[0] else ""
    return (asked if host in ("", "?") else host), int(node[1])


def _ignored(answer: asyncio.Future[Answer]) -> None:
    if not answer.cancelled():
        answer.exception()
