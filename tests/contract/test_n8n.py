"""The workflows under ``deploy/n8n`` hold together, and ask CloudViz only for what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cloudviz.api.app import create_app
from cloudviz.runtime.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "n8n"
WORKFLOWS = sorted(FOLDER.glob("*.json"))
# What n8n 1.123 brings, with the newest version of each that it knows.
KNOWN = {
    "manualTrigger": 1,
    "scheduleTrigger": 1.3,
    "webhook": 2.1,
    "set": 3.4,
    "httpRequest": 4.3,
    "wait": 1.1,
    "if": 2.3,
    "respondToWebhook": 1.5,
    "stickyNote": 1,
}
EXPRESSION = re.compile(r"\{\{.*?\}\}")


def test_there_are_the_three_workflows() -> None:
    names = {path.stem for path in WORKFLOWS}
    assert names == {"cloudviz-nightly-scan", "cloudviz-cost-alarm", "cloudviz-diagram-on-demand"}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(path.name in readme for path in WORKFLOWS)


@pytest.fixture(scope="module")
def operations() -> list[tuple[str, re.Pattern[str]]]:
    document = create_app(Settings(), embedded_worker=False).openapi()
    return [
        (method.upper(), re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))))
        for path, methods in document["paths"].items()
        for method in methods
    ]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_can_be_imported(path: Path, operations: list[tuple[str, re.Pattern[str]]]) -> None:
    workflow: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    nodes = {node["name"]: node for node in workflow["nodes"]}
    assert len(nodes) == len(workflow["nodes"]) == len({node["id"] for node in workflow["nodes"]})
    assert workflow["id"] == path.stem and workflow["active"] is False
    for node in nodes.values():
        kind = node["type"].removeprefix("n8n-nodes-base.")
        assert node["typeVersion"] <= KNOWN[kind], node["name"]
    reached = set()
    for source, outputs in workflow["connections"].items():
        assert source in nodes
        for output in outputs["main"]:
            reached |= {link["node"] for link in output}
    assert reached <= nodes.keys()
    starts = {
        name for name, node in nodes.items() if node["type"].endswith(("Trigger", ".webhook", ".stickyNote"))
    }
    assert nodes.keys() - reached == starts, "every other node is reached"
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"\$\('([^']+)'\)", text):
        assert name in nodes, name
    assert not re.search(r"cv_live_\w|Bearer [a-z0-9]{8}|whsec_", text)
    for node in nodes.values():
        if node["type"] != "n8n-nodes-base.httpRequest":
            continue
        asked = node["parameters"]
        if "genericAuthType" not in asked:
            assert "message_url" in asked["url"], "the key goes to CloudViz only"
            continue
        assert asked["url"].startswith("={{ $('Settings').first().json.cloudviz_url }}/")
        # An expression stands for one part of the path; the provider is one of three.
        route = EXPRESSION.sub("aws", asked["url"].partition("cloudviz_url }}")[2])
        matching = [each for method, each in operations if method == asked["method"] and each.fullmatch(route)]
        assert matching, f"{node['name']}: {asked['method']} {route}"
