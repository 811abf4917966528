"""What follows from an answer, or from none: delivered, tried again, given up, or never asked again. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from cloudviz.store.deliveries import After, DeliveryStatus

MINUTE, HOUR = 60.0, 3600.0

PAUSES = (5.0, 30.0, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 7 * HOUR, 9 * HOUR)
"""Seconds between the tries of one delivery: eleven tries within a day."""

JITTER = 0.1
"""A pause is longer or shorter by up to this share, so that what failed together does not return together."""

LONGEST_QUIET = 6 * HOUR
"""A Retry-After is obeyed up to this many seconds: an endpoint must not silence us for ever by a slip."""

GONE = 410


def after_answer(
    attempt: int,
    status: int | None,
    retry_after: str,
    failing_since: datetime | None,
    now: datetime,
    disable_after: timedelta,
    chance: Callable[[], float],
) -> After:
    """What follows from a try.

    Arguments:
        attempt: its number, from 1.
        status: the status of the answer; None where there was none.
        retry_after: the header, or empty.
        failing_since: when the first try failed after the last that did not.
        now: when the answer came.
        disable_after: for how long an endpoint may fail before it is asked no more.
        chance: a random number from 0 to 1.
    """
    if status is not None and 200 <= status < 300:
        return After(DeliveryStatus.DELIVERED)
    if status == GONE:
        return After(DeliveryStatus.FAILED, disabled="the endpoint answered 410 Gone: it wants no more")
    quiet = quiet_seconds(retry_after, now)
    quiet_until = None if quiet is None else now + timedelta(seconds=quiet)
    disabled = ""
    if failing_since is not None and now - failing_since >= disable_after:
        days = disable_after / timedelta(days=1)
        disabled = f"every try failed for {days:g} days"
    if attempt > len(PAUSES):
        return After(DeliveryStatus.FAILED, quiet_until=quiet_until, disabled=disabled)
    pause = PAUSES[attempt - 1] * (1 + JITTER * (2 * chance() - 1))
    due = now + timedelta(seconds=max(pause, quiet or 0.0))
    return After(DeliveryStatus.WAITING, due, quiet_until, disabled)


def quiet_seconds(header: str, now: datetime) -> float | None:
    """The seconds of a Retry-After (RFC 9110 §10.2.3), a number or a date, bounded; None for none or nonsense."""
    text = header.strip()
    if not text or len(text) > 64:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_QUIET)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST_QUIET)
