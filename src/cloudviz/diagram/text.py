"""Text measuring: stub with the final signatures."""

from __future__ import annotations


def measure(text: str, size: float, weight: int = 400) -> float:
    """Upper bound of the rendered width of ``text`` in px."""
    return len(text) * size * 0.62


def fit(text: str, width: float, size: float, weight: int = 400, middle: bool = False) -> str:
    """``text``, shortened with an ellipsis so that it is no wider than ``width`` px."""
    if measure(text, size, weight) <= width:
        return text
    room = max(int(width / (size * 0.62)) - 1, 0)
    return text[:room] + "…"
