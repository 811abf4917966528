"""Which cases of a proof run with every change, and which each night."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def nightly_after(first: int, cases: Iterable[Any], *, every: int = 0) -> list[Any]:
    """The cases, those behind the ``first`` marked nightly; with ``every``, but for each so-many-th of those."""
    marked = []
    for position, case in enumerate(cases):
        is_chosen = position < first or (every and not (position - first) % every)
        values = case if isinstance(case, tuple) else (case,)
        marked.append(case if is_chosen else pytest.param(*values, marks=pytest.mark.nightly))
    return marked
