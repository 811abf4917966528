"""The picture in a pull request: the action's program, with a plan of Terraform and GitHub's API over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pull-request"
AWS = "registry.terraform.io/hashicorp/aws"
HOSTILE = [
    "web",
    "a\n```\n\n@everyone <script>alert(1)</script>",
    "````` ~~~~~ `",
    '"]; end\n~~~\n# heading [x](javascript:alert(1))',
    "<!-- cloudviz 0000000000000000 -->",
    "x" * 500,
]


class Comments(BaseHTTPRequestHandler):
    """GitHub's API for the comments of one pull request, two on a page."""

    kept: list[dict[str, Any]]
    calls: list[str]
    token = "ghs_token"

    def _answer(self, status: int, document: Any) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _handle(self) -> None:
        path, _, query = self.path.partition("?")
        self.calls.append(f"{self.command} {path}")
        length = int(self.headers.get("Content-Length") or 0)
        given = json.loads(self.rfile.read(length)) if length else {}
        if self.headers["Authorization"] != f"Bearer {self.token}":
            self._answer(403, {"message": "Resource not accessible by integration"})
        elif self.command == "GET" and path == "/repos/acme/infra/issues/7/comments":
            page = int(query.rpartition("=")[2])
            self._answer(200, self.kept[2 * page - 2 : 2 * page])
        elif self.command == "POST" and path == "/repos/acme/infra/issues/7/comments":
            self.kept.append({"id": 100 + len(self.kept), "user": {"type": "Bot"}, **given})
            self._answer(201, self.kept[-1])
        elif self.command == "PATCH" and path.startswith("/repos/acme/infra/issues/comments/"):
            (comment,) = [each for each in self.kept if str(each["id"]) == path.rpartition("/")[2]]
            comment |= given
            self._answer(200, comment)
        else:
            self._answer(404, {})

    do_GET = do_POST = do_PATCH = _handle

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def github() -> Iterator[ThreadingHTTPServer]:
    Comments.kept, Comments.calls = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Comments)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def plan(names: list[str]) -> dict[str, Any]:
    resources = [
        {
            "address": f"aws_instance.web[{number}]",
            "mode": "managed",
            "type": "aws_instance",
            "name": "web",
            "index": number,
            "provider_name": AWS,
            "values": {"instance_type": "t3.micro", "tags": {"Name": name}},
        }
        for number, name in enumerate(names)
    ]
    changes = [{"address": each["address"], "change": {"actions": ["create"]}} for each in resources]
    changes.append({"address": "aws_vpc.old", "change": {"actions": ["delete", "create"]}})
    changes.append({"address": "aws_vpc.same", "change": {"actions": ["no-op"]}})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
    }


def commented(
    github: ThreadingHTTPServer, folder: Path, names: list[str], **more: str
) -> subprocess.CompletedProcess[str]:
    (folder / "plan.json").write_text(json.dumps(plan(names)))
    (folder / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    # What the action itself says, with the values of its inputs.
    action = yaml.safe_load((EXAMPLE / "action.yml").read_text())
    (step,) = action["runs"]["steps"]
    inputs = {name: str(each.get("default", "")) for name, each in action["inputs"].items()} | {
        "plan": "plan.json"
    }
    given = {name: inputs[str(value).split("inputs.")[1].split(" ")[0]] for name, value in step["env"].items()}
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        **given,
        "GITHUB_TOKEN": Comments.token,
        "GITHUB_ACTION_PATH": str(EXAMPLE),
        "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}",
        "GITHUB_REPOSITORY": "acme/infra",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        **more,
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_one_comment_is_made_and_kept_up_to_date(github: ThreadingHTTPServer, tmp_path: Path) -> None:
    first = commented(github, tmp_path, ["web", "api"])
    assert first.returncode == 0, first.stderr
    (made,) = Comments.kept
    assert "**2** to add, **1** to replace\n" in made["body"] and "```mermaid\nflowchart" in made["body"]
    # Somebody else's with our marker is left alone, and ours is found on a later page.
    forged = {"id": 1, "user": {"type": "User"}, "body": made["body"]}
    Comments.kept[:0] = [forged, {"id": 2, "user": None, "body": "LGTM"}]
    second = commented(github, tmp_path, ["web", "api", "db"])
    assert second.returncode == 0, second.stderr
    assert len(Comments.kept) == 3 and Comments.kept[0] == forged
    assert "**3** to add" in Comments.kept[2]["body"] and Comments.calls[-1].startswith("PATCH ")


def test_no_name_breaks_out_of_the_picture(github: ThreadingHTTPServer, tmp_path: Path) -> None:
    done = commented(github, tmp_path, HOSTILE)
    assert done.returncode == 0, done.stderr
    (made,) = Comments.kept
    tokens = MarkdownIt("commonmark").parse(made["body"])
    heading, counts = ["heading_open", "inline", "heading_close"], ["paragraph_open", "inline", "paragraph_close"]
    assert [token.type for token in tokens] == ["html_block", *heading, *counts, "fence"]
    assert tokens[-1].info == "mermaid" and tokens[-1].content.startswith("flowchart")
    outside = made["body"].replace(tokens[-1].content, "")
    assert not any(word in outside for word in ("everyone", "script", "[x]"))


@pytest.mark.nightly
def test_what_is_too_large_is_drawn_with_fewer_boxes(github: ThreadingHTTPServer, tmp_path: Path) -> None:
    names = [f"{number:03} {'machine ' * 60}" for number in range(120)]
    done = commented(github, tmp_path, names, CLOUDVIZ_MAX_NODES="0")
    assert done.returncode == 0, done.stderr
    (made,) = Comments.kept
    assert len(made["body"]) <= 65_536 and "mermaid" in made["body"]


def test_refusals_are_said_in_a_line(github: ThreadingHTTPServer, tmp_path: Path) -> None:
    denied = commented(github, tmp_path, ["web"], GITHUB_TOKEN="other")
    assert denied.returncode == 1 and "pull-requests: write" in denied.stderr and "Traceback" not in denied.stderr
    unknown = commented(github, tmp_path, ["web"], CLOUDVIZ_PLAN="no-such-plan.json")
    assert unknown.returncode == 1 and Comments.kept == []
