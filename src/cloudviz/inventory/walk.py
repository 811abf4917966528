"""Walking over links: what lies within so many hops of a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def neighbours(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Who is linked with whom, in either direction. ``pairs`` are (source, target) ids."""
    near: dict[str, set[str]] = {}
    for source, target in pairs:
        near.setdefault(source, set()).add(target)
        near.setdefault(target, set()).add(source)
    return near


def within(near: Mapping[str, set[str]], start: Iterable[str], hops: int) -> set[str]:
    """Every id that is at most ``hops`` links away from one of ``start``, those included."""
    reached = set(start)
    edge = reached
    for _ in range(max(hops, 0)):
        edge = {other for key in edge for other in near.get(key, ())} - reached
        if not edge:
            break
        reached |= edge
    return reached
