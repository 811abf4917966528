"""The generated parts of sdk/js."""

from __future__ import annotations

from typing import Any


def generate(document: dict[str, Any]) -> dict[str, str]:
    """Path from the root → content."""
    return {}
