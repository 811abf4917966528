"""What a worker tells Prometheus of its calls to clouds."""

from __future__ import annotations

import re

from prometheus_client import generate_latest

from cloudviz.api.worker_figures import worker_registry
from cloudviz.sources.breaker import Breakers

_LINE = re.compile(
    r'^cloudviz_cloud_requests_total\{outcome="(\w+)",provider="(\w+)",service="([^"]+)"\} ([0-9.e+]+)$',
    re.MULTILINE,
)


def calls_told(breakers: Breakers) -> dict[tuple[str, str, str], int]:
    """(provider, service, outcome) → how many calls, as ``/metrics`` of a worker says it."""
    said = generate_latest(worker_registry(breakers)).decode()
    return {
        (provider, service, outcome): int(float(count))
        for outcome, provider, service, count in _LINE.findall(said)
    }
