"""Draw a Terraform plan with `cloudviz draw`, and keep the picture as one comment of a pull request.

Needs `cloudviz` on PATH, the standard library, and the environment of GitHub Actions (GITHUB_API_URL,
GITHUB_REPOSITORY, GITHUB_EVENT_PATH, GITHUB_TOKEN) with CLOUDVIZ_PLAN, CLOUDVIZ_TITLE and CLOUDVIZ_MAX_NODES.
"""

from __future__ import annotations

import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

LONGEST = 65_000  # characters: GitHub refuses comments of more than 65,536
FEWEST = 5


def drawn(plan: str, boxes: int) -> str:
    """The picture of a plan as Mermaid. What `cloudviz` says goes to the log; its refusal ends this program."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.mmd"
        words = ["cloudviz", "draw", plan, "-o", str(picture), "--max-nodes", str(boxes)]
        done = subprocess.run(words, check=False)
        if done.returncode not in (0, 3):
            sys.exit(done.returncode)
        return picture.read_text(encoding="utf-8")


def fenced(text: str) -> str:
    """A code block that nothing in the text can end: its fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}mermaid\n{text.rstrip()}\n{fence}"


def counted(plan: str) -> str:
    """What a plan will do, in numbers alone: names of resources come from anywhere and stay in the code block."""
    changes = json.loads(Path(plan).read_text(encoding="utf-8")).get("resource_changes") or []
    counts = collections.Counter("/".join(sorted(each["change"]["actions"])) for each in changes)
    words = {"create": "to add", "update": "to change", "delete": "to destroy", "create/delete": "to replace"}
    return (
        ", ".join(f"**{counts[action]}** {said}" for action, said in words.items() if counts[action])
        or "no changes"
    )


def body(plan: str, title: str, boxes: int, marker: str) -> str:
    """The comment, with fewer boxes where it would be too long."""
    while True:
        text = f"{marker}\n### {title}\n\n{counted(plan)}\n\n{fenced(drawn(plan, boxes))}\n"
        if len(text) <= LONGEST or boxes <= FEWEST:
            return (
                text
                if len(text) <= LONGEST
                else f"{marker}\n### {title}\n\n{counted(plan)}; too large to draw here.\n"
            )
        boxes = max(FEWEST, boxes // 2)


def asked(method: str, path: str, document: Any = None) -> Any:
    """What GitHub's API answers."""
    request = urllib.request.Request(  # noqa: S310 - the address comes from GitHub Actions itself
        os.environ["GITHUB_API_URL"].rstrip("/") + path,
        method=method,
        data=None if document is None else json.dumps(document).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return json.load(reply)
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace")
        hint = " Give the job `permissions: pull-requests: write`." if error.code in (401, 403) else ""
        sys.exit(f"GitHub answered {error.code} to {method} {path}: {said}.{hint}")


def main() -> None:
    """Write the comment, or bring it up to date."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    number = int((event.get("pull_request") or {}).get("number") or 0)
    if not number:
        sys.exit("This runs for pull requests: `on: pull_request`.")
    title = " ".join(os.environ["CLOUDVIZ_TITLE"].split())
    marker = f"<!-- cloudviz {hashlib.sha256(title.encode()).hexdigest()[:16]} -->"
    comment = {"body": body(os.environ["CLOUDVIZ_PLAN"], title, int(os.environ["CLOUDVIZ_MAX_NODES"]), marker)}
    comments = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    page = 1
    while found := asked("GET", f"{comments}/{number}/comments?per_page=100&page={page}"):
        for each in found:
            # The marker alone could be written by anybody, and their comments are not ours to change.
            if (each.get("user") or {}).get("type") == "Bot" and each["body"].startswith(marker):
                asked("PATCH", f"{comments}/comments/{int(each['id'])}", comment)
                return
        page += 1
    asked("POST", f"{comments}/{number}/comments", comment)


if __name__ == "__main__":
    main()
