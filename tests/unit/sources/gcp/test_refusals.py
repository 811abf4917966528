"""What Google's error bodies mean. The first ones were recorded, and are copied in tests/payloads/gcp_replies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.gcp.refusals import is_switched_off, refused

REPLIES = Path(__file__).parents[3] / "payloads" / "gcp_replies"


def body(status: int, message: str = "", word: str = "", **more: Any) -> bytes:
    return json.dumps({"error": {"code": status, "message": message, "status": word, **more}}).encode()


def test_a_recorded_reply_of_an_api_that_is_off() -> None:
    (path,) = REPLIES.glob("sql-api-disabled--*.json")
    recorded = json.loads(path.read_bytes())
    failed = refused(403, json.dumps(recorded["body"]).encode(), "cloudsql.instances.list")
    assert is_switched_off(failed)
    assert failed.status is CoverageStatus.SEEN
    assert "Cloud SQL Admin API has not been used in project" in failed.detail


@pytest.mark.parametrize(
    ("status", "content", "expected", "may_pass"),
    [
        (403, body(403, "no", details=[{"reason": "SERVICE_DISABLED"}]), CoverageStatus.SEEN, False),
        (403, body(403, "no", errors=[{"reason": "accessNotConfigured"}]), CoverageStatus.SEEN, False),
        (403, body(403, "no", errors=[{"reason": "rateLimitExceeded"}]), CoverageStatus.THROTTLED, True),
        (403, body(403, "no", "PERMISSION_DENIED"), CoverageStatus.DENIED, False),
        (429, b"", CoverageStatus.THROTTLED, True),
        (401, body(401, "no", "UNAUTHENTICATED"), CoverageStatus.DENIED, False),
        (404, b"<html>", CoverageStatus.UNSUPPORTED, False),
        (400, body(400, "bad", "INVALID_ARGUMENT"), CoverageStatus.FAILED, False),
        (500, b"\xff\xfe", CoverageStatus.FAILED, True),
        (503, b'{"error": "text"}', CoverageStatus.FAILED, True),
        (504, b"[]", CoverageStatus.TIMEOUT, True),
        (302, b"", CoverageStatus.FAILED, False),
    ],
)
def test_each_error_has_its_word(status: int, content: bytes, expected: CoverageStatus, may_pass: bool) -> None:
    failed = refused(status, content, "compute.instances.list")
    assert (failed.status, failed.may_pass) == (expected, may_pass)
    assert failed.detail
    assert (failed.permission is not None) == (expected is CoverageStatus.DENIED and status == 403)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Required 'compute.disks.list' permission for 'projects/shop'", "compute.disks.list"),
        ("Permission 'cloudasset.assets.listResource' denied on resource", "cloudasset.assets.listResource"),
        ("a@b.com does not have storage.buckets.list access to the project.", "storage.buckets.list"),
        ("The caller does not have permission", "asked.for.this"),
    ],
)
def test_the_permission_that_is_missing_is_named(message: str, expected: str) -> None:
    assert refused(403, body(403, message), "asked.for.this").permission == expected
