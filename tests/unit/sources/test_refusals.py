"""What is the same in every cloud about a call that gave no answer."""

from __future__ import annotations

import datetime

import pytest

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.azure.refusals import WAITS
from cloudviz.sources.refusals import broken, one_line, wait_of
from cloudviz.sources.wire import ExchangeBroke

NOW = datetime.datetime(2026, 11, 24, 7, 0, tzinfo=datetime.UTC)


def test_a_message_is_one_short_line_whatever_it_holds() -> None:
    assert one_line("a\n\x1b[31mb\x00 \u202ec") == "a [31mb c"
    assert one_line("a\nb\x1b[31m\u202e c" + "x" * 9000).startswith("a b [31m c")
    assert len(one_line("x" * 9000)) == 400


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ExchangeBroke("slow", in_time=False), CoverageStatus.TIMEOUT),
        (ExchangeBroke("refused", may_pass=True), CoverageStatus.FAILED),
    ],
)
def test_an_error_of_the_connection_may_pass(error: ExchangeBroke, expected: CoverageStatus) -> None:
    failed = broken(error)
    assert (failed.status, failed.may_pass, failed.is_down) == (expected, True, True)


def test_what_fails_anew_each_time_is_not_asked_again() -> None:
    assert not broken(ExchangeBroke("the answer is no gzip")).may_pass


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("Tue, 24 Nov 2026 07:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 06:00:00 GMT", 0.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("9" * 400, 999999999.0),
    ],
)
def test_retry_after_in_all_of_its_forms(value: str, expected: float | None) -> None:
    assert wait_of({"retry-after": value}, NOW) == expected


def test_the_longest_wait_is_waited_for() -> None:
    headers = {
        "retry-after": "1",
        "x-ms-ratelimit-microsoft.costmanagement-tenant-retry-after": "41",
        "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after": "9",
    }
    assert wait_of(headers, NOW, WAITS) == 41
    assert wait_of({}, NOW, WAITS) is None
