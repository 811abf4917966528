"""The JavaScript client: before faulty servers, and each operation on a running one."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.api.listening import listening
from tests.api.serving import EXAMPLE, PASSWORD, settings_with
from tests.unit.diagram import node_judge

ROOT = Path(__file__).parents[2]


def node(*words: str, **given: str) -> str:
    node_judge.required()
    done = subprocess.run(
        ["node", *words],
        cwd=ROOT / "sdk" / "js",
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_before_servers_that_misbehave() -> None:
    assert "\n# pass 7\n" in node("--test", "--test-reporter=tap", "test/client.test.js")


def test_each_operation_is_called_by_its_name(tmp_path: Path) -> None:
    settings = settings_with(f"sqlite:///{tmp_path / 'js.sqlite3'}", tmp_path)
    with listening(settings, embedded_worker=True) as server:
        server.token("admin")
        given = {"CLOUDVIZ_SERVER": server.url, "CLOUDVIZ_PASSWORD": PASSWORD, "CLOUDVIZ_FILE": str(EXAMPLE)}
        said = json.loads(node(str(Path(__file__).with_name("live.mjs")), **given))
    status, resources, picture, ended, event = said["told"]
    assert (status, picture, ended, event) == ("completed", "<svg", "succeeded", "end") and resources > 10
    described = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
    ids = {each["operationId"] for methods in described["paths"].values() for each in methods.values()}
    answers = dict(each.split() for each in said["heard"])
    assert answers.keys() == ids
    # the rest has an empty body, or names what is not there: refused, and told as a problem
    assert sum(answer == "ok" for answer in answers.values()) > len(ids) / 2
    assert set(answers.values()) <= {"ok", "400", "401", "404", "409", "415", "422", "502"}
