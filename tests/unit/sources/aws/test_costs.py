"""The period Cost Explorer is asked for."""

from __future__ import annotations

import datetime

import pytest

from cloudviz.sources.aws.costs import period


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-11-24", ("2026-10-01", "2026-11-25")),
        ("2026-11-01", ("2026-10-01", "2026-11-02")),
        ("2026-01-31", ("2025-12-01", "2026-02-01")),
        ("2028-02-29", ("2028-01-01", "2028-03-01")),
    ],
)
def test_last_month_and_this_one_so_far(today: str, expected: tuple[str, str]) -> None:
    assert period(datetime.date.fromisoformat(today)) == expected
