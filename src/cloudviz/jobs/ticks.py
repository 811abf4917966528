"""When a schedule is due: cron expressions by the clock on the wall of a time zone, daylight saving included.

The rules are Debian's cron's (`man 8 cron`), as the package ``cronsim`` keeps them:

- A schedule at a set time (``30 2 * * *``) runs once a day, whatever the clock does. A time that the change to
  summer time skips runs at the first moment after the gap; one that comes twice in autumn runs at the first.
- A schedule by intervals (minute or hour begins with ``*``) follows the time that passes: in the gap it does not
  run, and in the hour that comes twice it runs in both.

Nothing here reads a clock.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from cloudviz.errors import Invalid

MOST_MISSED = 24
"""Jobs that one schedule starts at once for ticks that were missed, where it asks for all of them."""

MOST_JITTER = 3600
"""Seconds."""

_NAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_WINDOWS = [timedelta(hours=1), *(timedelta(days=days) for days in (1, 8, 64, 512, 4096, 36_500))]
_HINT = "Use minute, hour, day of month, month and day of week, as in `30 2 * * MON-FRI`, or @daily."


def checked_cron(cron: str) -> str:
    """The expression with single spaces. Raises Invalid where it is none, or means no time at all."""
    words = cron.split()
    if len(cron) > 200:
        raise Invalid("the cron expression is too long", hint=_HINT)
    if len(words) == 1 and words[0].lower() in _NAMES:
        return words[0].lower()
    if len(words) != 5:
        raise Invalid(f"{cron[:80]!r} is no cron expression: it has {len(words)} fields", hint=_HINT)
    expression = " ".join(words)
    try:
        if next(_ticks(expression, "UTC", datetime(2025, 1, 1, tzinfo=UTC)), None) is None:
            raise Invalid(f"{expression[:80]!r} never comes", hint=_HINT)
    except CronSimError as error:
        raise Invalid(f"{expression[:80]!r} is no cron expression: {str(error).lower()}", hint=_HINT) from error
    except (ValueError, AssertionError, IndexError) as error:
        raise Invalid(f"{expression[:80]!r} is no cron expression", hint=_HINT) from error
    return expression


def checked_zone(name: str) -> str:
    """The time zone's name. Raises Invalid where there is none of it."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        hint = "Use a name of the IANA time zone database, such as Europe/Berlin, or UTC."
        raise Invalid(f"there is no time zone {name[:80]!r}", hint=hint) from error
    return name


def next_ticks(cron: str, time_zone: str, after: datetime, count: int = 1) -> list[datetime]:
    """The next ticks after an instant, in UTC; fewer where there are no more."""
    return list(itertools.islice(_ticks(cron, time_zone, after), count))


def _ticks(cron: str, time_zone: str, after: datetime) -> Iterator[datetime]:
    local = after.astimezone(UTC if time_zone == "UTC" else ZoneInfo(time_zone))
    for tick in CronSim(_NAMES.get(cron, cron), local):
        found = tick.astimezone(UTC)
        # In the hour that comes twice, the wall shows a time that may already lie behind.
        if found > after:
            yield found


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done for a schedule now: ticks that start a job, ticks noted as skipped, and what is next.

    ``skipped`` names the last ones only; ``next_at`` is None where no tick comes any more.
    """

    started: list[datetime]
    skipped: list[datetime]
    next_at: datetime | None


def due(cron: str, time_zone: str, missed: str, next_at: datetime, now: datetime, missed_after: timedelta) -> Due:
    """What is due at ``now``.

    Arguments:
        missed: what becomes of ticks that lie further back than ``missed_after``: ``skip``, ``once`` (the last of
            them starts one job), ``all`` (each starts one, the last ``MOST_MISSED`` of them).
        next_at: the first tick that nobody has dealt with.
    """
    following = next(iter(next_ticks(cron, time_zone, now)), None)
    if next_at > now:
        # The clock was set back, or the schedule changed: the tick that is kept must not be later than the next.
        return Due([], [], next_at if following is None else min(next_at, following))
    passed = _last_ticks(cron, time_zone, next_at, now)
    late = [tick for tick in passed if now - tick > missed_after]
    fresh = passed[len(late) :]
    if missed == "all":
        return Due(passed, [], following)
    if missed == "once" and not fresh and late:
        return Due(late[-1:], late[:-1], following)
    return Due(fresh, late, following)


def _last_ticks(cron: str, time_zone: str, first: datetime, now: datetime) -> list[datetime]:
    """The last ticks, ``MOST_MISSED`` at most, from ``first`` to ``now``, both included, in order.

    Found in windows that grow: a schedule of every minute that slept for a year has half a million.
    """
    for window in _WINDOWS:
        start = max(first, now - window)
        found = list(itertools.takewhile(lambda tick: tick <= now, _ticks(cron, time_zone, _before(start))))
        if len(found) >= MOST_MISSED or start == first:
            return found[-MOST_MISSED:]
    return []


def _before(instant: datetime) -> datetime:
    return instant - timedelta(seconds=1)


def jitter(schedule_id: str, tick: datetime, most_seconds: int) -> float:
    """Seconds from a tick to its job, the same at every look: schedules of one minute do not start as one."""
    if most_seconds <= 0:
        return 0.0
    digest = hashlib.blake2b(f"{schedule_id} {tick.isoformat()}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (most_seconds * 1000 + 1) / 1000
