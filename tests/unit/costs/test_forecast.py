"""Forecasts checked by hand, and days that stand out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from cloudviz.costs.forecast import anomalies, forecast


def days(first: str, *amounts: int) -> dict[str, Decimal]:
    start = date.fromisoformat(first)
    return {(start + timedelta(days=at)).isoformat(): Decimal(amount) for at, amount in enumerate(amounts)}


def test_a_steady_month_comes_to_its_days():
    made = forecast(days("2026-09-01", *[10] * 45))
    assert made is not None
    assert (made.month, made.as_of) == ("2026-10", "2026-10-15")
    assert (made.so_far, made.expected) == (Decimal(150), Decimal(310))
    assert (made.error, made.checked_months) == (0.0, 1)


def test_the_week_is_known_and_a_purchase_is_not_repeated():
    # Monday 7 September 2026; weekends cost 2, working days 10; on the 14th 1,000 were spent once.
    amounts = [10, 10, 10, 10, 10, 2, 2] * 4
    amounts[7] = 1000
    made = forecast(days("2026-09-07", *amounts))
    assert made is not None and made.as_of == "2026-10-04"
    # 1 to 4 October: Thursday 10, Friday 10, the weekend 4; then three whole weeks of 54 and six days more: 52.
    assert made.so_far == Decimal(24)
    assert made.expected == Decimal(24 + 3 * 54 + 52)


def test_without_a_bill_there_is_no_forecast():
    assert forecast({}) is None
    assert anomalies({}) == []


def test_a_month_that_is_over_is_its_own_forecast():
    made = forecast(days("2026-10-01", *range(1, 32)))
    assert made is not None and made.so_far == made.expected == Decimal(496)


def test_a_day_that_stands_out():
    steady = days("2026-10-01", *[100] * 30)
    spike = {**steady, "2026-10-29": Decimal(400)}
    found = anomalies({("aws", "steady"): steady, ("aws", "spike"): spike})
    assert [(each.day, each.key, each.amount, each.expected) for each in found] == [
        ("2026-10-29", ("aws", "spike"), Decimal("400.00"), Decimal("100.00"))
    ]
    dearer = days("2026-10-01", *[100] * 24, *[200] * 6)
    assert [each.day for each in anomalies({("aws", "dearer"): dearer})] == ["2026-10-25"], "told once"
    small = {**days("2026-10-01", *[1] * 30), "2026-10-29": Decimal(5)}
    assert anomalies({("aws", "small"): small}) == [], "four dollars are no alarm"
