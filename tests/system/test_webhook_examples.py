"""The receivers' examples of the guide verify what CloudViz signs, and refuse what it did not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudviz.jobs.webhooks.messages import message
from cloudviz.jobs.webhooks.signing import new_secret, signed_headers

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "webhooks.md"
EXAMPLES = dict(
    re.findall(r"<!-- verified: (\w+) -->\n```\w+\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
)
BODY = message({"type": "job.failed", "data": {"name": "Zoë <b>\u202e"}}, "standard")


def cases() -> list[tuple[str, str, dict[str, str], bytes, bool]]:
    """(what, secret, headers, body, whether it is ours)."""
    old, new, now = new_secret(), new_secret(), datetime.now(UTC)
    headers = signed_headers("msg_1", now, BODY, [new, old])
    late = signed_headers("msg_1", now - timedelta(minutes=6), BODY, [new])
    return [
        ("the new secret", new, headers, BODY, True),
        ("the former secret", old, headers, BODY, True),
        ("another secret", new_secret(), headers, BODY, False),
        ("another body", new, headers, BODY + b" ", False),
        ("another id", new, {**headers, "webhook-id": "msg_2"}, BODY, False),
        ("an old message", new, late, BODY, False),
        ("no signature of version 1", new, {**headers, "webhook-signature": "v2,AAAA"}, BODY, False),
    ]


def test_the_guide_has_each_example() -> None:
    assert EXAMPLES.keys() == {"library", "python", "node"}


@pytest.mark.parametrize("name", ["library", "python"])
def test_python_examples(name: str) -> None:
    for what, secret, headers, body, ours in cases():
        names: dict[str, Any] = {"secret": secret, "headers": headers, "body": body}
        source = (
            EXAMPLES[name] if name == "library" else EXAMPLES[name] + "\nevent = verify(secret, headers, body)"
        )
        try:
            exec(source, names)
        except Exception:
            assert not ours, what
        else:
            assert ours and names["event"] == json.loads(BODY), what


def test_the_node_example() -> None:
    node = shutil.which("node")
    assert node is not None, "Node is there since the web app is built with it"
    given = [
        {"secret": secret, "headers": headers, "body": body.decode(), "ours": ours}
        for _, secret, headers, body, ours in cases()
    ]
    script = EXAMPLES["node"] + (
        "\nfor (const each of JSON.parse(require('fs').readFileSync(0))) {\n"
        "  let said;\n"
        "  try { said = verify(each.secret, each.headers, Buffer.from(each.body)).type === 'job.failed'; }\n"
        "  catch { said = false; }\n"
        "  console.log(said === each.ours);\n}\n"
    )
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["true"] * len(given), done.stdout + done.stderr
