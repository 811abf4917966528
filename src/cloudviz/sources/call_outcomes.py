"""How calls to clouds ended, counted for Prometheus: how often, of which service, and how many were throttled."""

from __future__ import annotations

from collections import Counter

from cloudviz.inventory.model import CoverageStatus

ANSWERED = "answered"
RETRIED = "retried"
"""Attempts that the SDK itself made again within calls; those calls are counted by how they ended besides."""

MOST_SERVICES = 300
"""Services that are named; a cloud that names ever more of them in its answers must not fill the memory."""


class CallOutcomes:
    """(provider, service, outcome) → how many calls since the start.

    An outcome is ``answered``, or what a listing would be noted as: ``denied``, ``throttled``, ``timeout``,
    ``failed``, …; besides ``retried``. Only the event loop notes them.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._services: set[tuple[str, str]] = set()

    def note(self, provider: str, service: str, outcome: str | CoverageStatus, count: int = 1) -> None:
        """Count calls that ended alike."""
        if (provider, service) not in self._services:
            if len(self._services) >= MOST_SERVICES:
                service = "other"
            self._services.add((provider, service))
        self._counts[provider, service, str(outcome)] += count

    def told(self) -> dict[tuple[str, str, str], int]:
        """All of them, sorted."""
        return dict(sorted(self._counts.items()))
