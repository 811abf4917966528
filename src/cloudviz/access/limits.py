"""How often somebody may call: a bucket of requests for each kind of route and each caller, that refills steadily.

The buckets are GCRA (the "leaky bucket as a meter" of ITU-T I.371, annex A): one instant for each, at which the
bucket will be full again. With Redis it is one bucket for all processes, and a script of one round trip decides.
Reads that are answered in microseconds can't afford that trip: each process takes a small lease of requests, which
are charged in Redis beforehand, and gives them out. So no more is ever let through than the limit says, by however
many processes; at most a tenth of it may lie unused in leases, and what one had left is given back with the next.

Without Redis, and while it does not answer, each process counts for itself, by its share of the limit
(``limits.processes``).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from cloudviz.errors import TooManyRequests
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused, Script
from cloudviz.runtime.settings import LimitSettings

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

MOST_BUCKETS = 50_000  # in memory, about 10 MB; the one not asked for longest goes first
LARGEST_LEASE = 500  # a question to Redis costs 150 µs of CPU: shared by so many it is no longer seen
LEASE_SECONDS = 1.0  # a lease held longer could be spent when its requests have been refilled already
GROWTH_SECONDS = 1.0  # refusals within this count once: a burst is one mistake

log = get_logger(__name__)


class Kind(StrEnum):
    """The kinds of routes with limits of their own."""

    READ = "read"
    WRITE = "write"
    HEAVY = "heavy"
    SIGN_IN = "sign-in"
    STRANGER = "stranger"


IN_WORDS = {
    Kind.READ: "requests that read",
    Kind.WRITE: "requests that change something",
    Kind.HEAVY: "discoveries, imports and drawings",
    Kind.SIGN_IN: "requests to sign in from this address",
    Kind.STRANGER: "requests without a valid token from this address",
}

SETTING = {
    Kind.READ: "reads",
    Kind.WRITE: "writes",
    Kind.HEAVY: "heavy",
    Kind.SIGN_IN: "sign_ins",
    Kind.STRANGER: "strangers",
}

# KEYS[1] the bucket. ARGV: limit, window in µs, requests wanted, µs that a refusal counts once for, requests that
# were charged before and are given back.
# The answer: requests granted, requests left, µs until full, µs until the next request, refusals in a row.
_TAKE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, window, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local each = window / limit
local kept = redis.call('HMGET', KEYS[1], 'full', 'refused', 'at')
local full = math.max(tonumber(kept[1] or now) - tonumber(ARGV[5]) * each, now)
local refused = tonumber(kept[2] or 0)
local at = tonumber(kept[3] or 0)
local free = math.floor((now + window - full) / each + 0.000001)
local granted = math.min(wanted, free)
local wait = 0
if granted < 1 then
  granted = 0
  wait = full + each - window - now
  if now - at >= tonumber(ARGV[4]) then
    refused = refused + 1
    at = now
  end
else
  full = full + granted * each
  if refused > 0 and full - now <= window / 2 then refused = 0 end
end
-- Lua would write these with 14 digits, and microseconds have 16.
full, at = string.format('%.3f', full), string.format('%.0f', at)
redis.call('HSET', KEYS[1], 'full', full, 'refused', refused, 'at', at)
full = tonumber(full)
redis.call('PEXPIRE', KEYS[1], math.ceil((full - now) / 1000) + 60000)
return {granted, free - granted, math.ceil(full - now), math.ceil(wait), refused}
""")


@dataclass(slots=True)
class Standing:
    """How a caller stands to a limit after a request.

    Attributes:
        allowed: whether the request may go on.
        left: requests that may follow at once.
        reset: seconds until all of the limit is there again.
        wait: seconds until the next request is possible; 0 while it is.
        refusals: refusals in a row, which make ``Retry-After`` grow.
    """

    kind: Kind
    limit: int
    window: int
    allowed: bool
    left: int
    reset: float
    wait: float = 0.0
    refusals: int = 0


class Limits:
    """All limits of a process.

    Arguments:
        redis: where the buckets are; None counts in this process alone.
        now: a monotonic clock in seconds.
    """

    def __init__(
        self, settings: LimitSettings, redis: Redis | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._redis = redis
        self._now = now
        self._limits = {
            Kind.READ: settings.reads,
            Kind.WRITE: settings.writes,
            Kind.HEAVY: settings.heavy,
            Kind.SIGN_IN: settings.sign_ins,
            Kind.STRANGER: settings.strangers,
        }
        self._local = LocalBuckets(settings.window_seconds, now)
        self._leases: OrderedDict[tuple[Kind, str], _Lease] = OrderedDict()
        self._asking: dict[tuple[Kind, str], asyncio.Future[None]] = {}
        self._refilling: set[asyncio.Task[None]] = set()

    def quickly(self, kind: Kind, subject: str, own: int = 0) -> Standing | None:
        """Count one request where that needs no round trip; None where it does: then :meth:`take`."""
        if self._redis is None:
            return self._local.take(kind, subject, self._share(own or self._limits[kind]))
        key = (kind, subject)
        lease = self._leases.get(key)
        if lease is None:
            return None
        standing = lease.take(self._now())
        if standing is not None and lease.is_low and key not in self._asking:
            self._asking[key] = asking = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._refill(key, lease, own or self._limits[kind], asking))
            self._refilling.add(task)
            task.add_done_callback(self._refilling.discard)
        return standing

    def known_over(self, kind: Kind, subject: str, own: int = 0) -> Standing | None:
        """How somebody stands who is known to be over a limit; None where it is not known, or not so.

        It charges nothing and counts no refusal: those that count are asked for by :meth:`take`, each second.
        """
        if self._redis is None:
            return self._local.over(kind, subject, self._share(own or self._limits[kind]))
        lease = self._leases.get((kind, subject))
        return None if lease is None else lease.over(self._now())

    async def take(self, kind: Kind, subject: str, own: int = 0) -> Standing:
        """Count one request of a caller. Never fails: without Redis the process counts for itself.

        Arguments:
            subject: whom it counts for: ``user:7``, ``key:…``, ``address:192.0.2.1``.
            own: a limit that this subject has for itself; the one of the settings when 0.
        """
        while True:
            known = self.quickly(kind, subject, own)
            if known is not None:
                return known
            key = (kind, subject)
            asking = self._asking.get(key)
            if asking is not None:  # one question fetches for all who wait
                await asyncio.shield(asking)
                continue
            self._asking[key] = asking = asyncio.get_running_loop().create_future()
            try:
                return await self._ask(kind, subject, own or self._limits[kind])
            finally:
                del self._asking[key]
                asking.set_result(None)

    async def _ask(self, kind: Kind, subject: str, limit: int) -> Standing:
        # Who asks now and then would otherwise pay for a whole lease each time, and be refused for nothing.
        outdated = self._leases.get((kind, subject))
        returned = 0 if outdated is None else outdated.give_back()
        charged = await self._charge(kind, subject, limit, self._lease_of(kind, limit), returned)
        if charged is None:
            return self._local.take(kind, subject, self._share(limit))
        standing, granted = charged
        lease = _Lease(standing, granted, self._now())
        self._leases.pop((kind, subject), None)
        if granted != 1:  # else nothing is left to give out, nor to know
            self._leases[(kind, subject)] = lease
            while len(self._leases) > MOST_BUCKETS:
                self._leases.popitem(last=False)
        first = lease.take(self._now(), fresh=True)
        assert first is not None
        return first

    async def _refill(
        self, key: tuple[Kind, str], lease: _Lease, limit: int, asking: asyncio.Future[None]
    ) -> None:
        """Fill a lease up before it is spent, so that nobody has to wait for it."""
        try:
            charged = await self._charge(*key, limit, lease.missing)
            if charged is not None and charged[1]:
                lease.add(*charged, self._now())
        finally:
            del self._asking[key]
            asking.set_result(None)

    async def _charge(
        self, kind: Kind, subject: str, limit: int, wanted: int, returned: int = 0
    ) -> tuple[Standing, int] | None:
        """Charge requests in Redis: how things stand then, and how many were granted. None without Redis."""
        assert self._redis is not None
        window = self._settings.window_seconds
        try:
            granted, left, reset, wait, refusals = await self._redis.run(
                _TAKE,
                [f"limit:{kind}:{subject}"],
                [limit, window * 1_000_000, wanted, int(GROWTH_SECONDS * 1e6), returned],
            )
        except (RedisDown, RedisRefused):
            return None
        standing = Standing(kind, limit, window, granted > 0, left, reset / 1e6, wait / 1e6, refusals)
        return standing, granted

    def _share(self, limit: int) -> int:
        """What this process lets through when it counts for itself."""
        return max(1, limit // self._settings.processes)

    def _lease_of(self, kind: Kind, limit: int) -> int:
        """How many requests to take at once: one by one, except for reads."""
        if kind is not Kind.READ:
            return 1
        return max(1, min(LARGEST_LEASE, limit // (10 * self._settings.processes)))

    def headers(self, standing: Standing) -> list[tuple[bytes, bytes]]:
        """What a reply says of it: draft-ietf-httpapi-ratelimit-headers, and warnings in words near the limit."""
        policy, form = _policy(standing.kind, standing.limit, standing.window)
        said = [policy, (b"ratelimit", form % (standing.left, math.ceil(standing.reset)))]
        used = standing.limit - standing.left
        if not standing.allowed or used < standing.limit * self._settings.warn_at:
            return said
        said.append(
            (
                b"x-ratelimit-warning",
                f"{used} of {standing.limit} {IN_WORDS[standing.kind]} in {seconds(standing.window)} are used; "
                f"all are there again in {seconds(standing.reset)}".encode(),
            )
        )
        if used >= standing.limit * self._settings.slow_at:
            pause = standing.window / standing.limit  # who keeps it is never refused
            said.append((b"x-ratelimit-pause", f"{max(pause, 0.001):.3f}".encode()))
        return said

    def refusal(self, standing: Standing) -> TooManyRequests:
        """The 429 of somebody over a limit. Its ``Retry-After`` doubles while that goes on."""
        patience = min(2.0 ** max(0, min(standing.refusals - 1, 16)), self._settings.longest_wait_seconds)
        wait = max(standing.wait, patience)
        return TooManyRequests(
            f"more than {standing.limit} {IN_WORDS[standing.kind]} in {seconds(standing.window)}; the limit is "
            f"wholly there again in {seconds(standing.reset)}",
            retry_after=wait,
            hint=f"Wait {seconds(wait)}, then send one request in {standing.window / standing.limit:.3g} seconds. "
            f"An administrator can raise the setting limits.{SETTING[standing.kind]}.",
        )


@lru_cache(maxsize=256)
def _policy(kind: Kind, limit: int, window: int) -> tuple[tuple[bytes, bytes], bytes]:
    """The header that tells a limit, and the form of the one that tells how somebody stands to it."""
    name = kind.encode()
    return (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (name, limit, window)), b'"%b";r=%%d;t=%%d' % name


class _Lease:
    """Requests that are charged in Redis already, or the knowledge that there are none for a while."""

    __slots__ = ("_since", "_size", "_standing", "_tokens")

    def __init__(self, standing: Standing, tokens: int, since: float) -> None:
        self._standing = standing
        self._tokens = self._size = tokens
        self._since = since

    @property
    def is_low(self) -> bool:
        """Whether more than half of it is spent, and there may be more."""
        told = self._standing
        return told.allowed and told.left > 0 and self._tokens * 2 < self._size

    @property
    def missing(self) -> int:
        """How many requests make it whole again."""
        return max(1, self._size - self._tokens)

    def give_back(self) -> int:
        """What was charged and not spent, which it then no longer holds."""
        unspent, self._tokens = self._tokens, 0
        return unspent

    def add(self, standing: Standing, tokens: int, now: float) -> None:
        """More was charged."""
        self._standing, self._since = standing, now
        self._tokens += tokens

    def over(self, now: float) -> Standing | None:
        """How things stand while they are known to stand ill."""
        return None if self._standing.allowed else self.take(now)

    def take(self, now: float, fresh: bool = False) -> Standing | None:
        age = now - self._since
        told = self._standing
        if not told.allowed:
            # Nobody can be let through before this, since buckets only refill with time. Ask again each second
            # all the same, so that the refusals are counted.
            if not fresh and (age >= told.wait or age >= GROWTH_SECONDS):
                return None
            left = 0
            return Standing(
                told.kind, told.limit, told.window, False, left, max(0.0, told.reset - age),
                max(0.0, told.wait - age), told.refusals,
            )  # fmt: skip
        if self._tokens < 1 or (age > LEASE_SECONDS and not fresh):
            return None
        self._tokens -= 1
        return Standing(
            told.kind, told.limit, told.window, True, told.left + self._tokens, max(0.0, told.reset - age)
        )


class LocalBuckets:
    """The same buckets in the memory of this process."""

    def __init__(self, window: int, now: Callable[[], float] = time.monotonic) -> None:
        self._window = window
        self._now = now
        # full at, refusals in a row, when the last was counted
        self._buckets: OrderedDict[tuple[Kind, str], tuple[float, int, float]] = OrderedDict()

    def over(self, kind: Kind, subject: str, limit: int) -> Standing | None:
        """How somebody stands who is over the limit, and whose last counted refusal is less than a second ago."""
        now, window = self._now(), self._window
        full, refusals, at = self._buckets.get((kind, subject), (now, 0, -math.inf))
        each = window / limit
        full = max(full, now)
        if int((now + window - full) / each + 1e-6) >= 1 or now - at >= GROWTH_SECONDS:
            return None
        return Standing(kind, limit, window, False, 0, full - now, max(0.0, full + each - window - now), refusals)

    def take(self, kind: Kind, subject: str, limit: int) -> Standing:
        """Count one request."""
        now, window = self._now(), self._window
        each = window / limit
        key = (kind, subject)
        full, refusals, at = self._buckets.get(key, (now, 0, -math.inf))
        full = max(full, now)
        free = int((now + window - full) / each + 1e-6)
        if free < 1:
            if now - at >= GROWTH_SECONDS:
                refusals, at = refusals + 1, now
            standing = Standing(
                kind, limit, window, False, 0, full - now, max(0.0, full + each - window - now), refusals
            )
        else:
            full += each
            if refusals and full - now <= window / 2:
                refusals = 0
            standing = Standing(kind, limit, window, True, free - 1, full - now)
        self._buckets[key] = (full, refusals, at)
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return standing


def seconds(amount: float) -> str:
    """A span in words: ``1 second``, ``5 minutes``."""
    whole = max(1, math.ceil(amount))
    for unit, size in (("hour", 3600), ("minute", 60)):
        if whole >= size and whole % size == 0:
            count = whole // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{whole} second{'' if whole == 1 else 's'}"
