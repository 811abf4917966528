"""Log lines go to standard error as it is now, and none of them fails what it tells of."""

from __future__ import annotations

import io
import json
import logging

import pytest

from cloudviz.runtime.logs import get_logger, set_up_logs


def test_a_logger_outlives_the_stream_that_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    set_up_logs("info")
    log = get_logger("cloudviz.test")
    log.info("one")
    first.close()
    log.info("lost")
    logging.getLogger("other").error("lost too")
    monkeypatch.setattr("sys.stderr", second)
    log.info("two")
    (line,) = second.getvalue().splitlines()
    assert json.loads(line)["event"] == "two"
