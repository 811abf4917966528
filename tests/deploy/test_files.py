"""The files under ``deploy/`` are what the tools that read them take, and say what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy.manifests import DEPLOY, ROOT, check_backups, check_pods, needed, ran, tool, validate

from cloudviz.runtime.settings import load_settings

OVERLAYS = ("base", "overlays/small", "overlays/production")


def rendered(overlay: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(ran(needed("kubectl"), "kustomize", DEPLOY / "kubernetes" / overlay)))


def test_the_image_is_clean():
    ran(tool("hadolint"), DEPLOY / "Dockerfile")


def test_compose_is_as_its_schema_says():
    ran(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_compose_knows_every_secret_that_is_used_and_no_password():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    used = {name for each in compose["services"].values() for name in each.get("secrets", ())}
    assert used <= set(compose["secrets"])
    assert all(set(each) == {"file"} for each in compose["secrets"].values())
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN", name):
                assert str(value).startswith("/run/secrets/"), name
        assert "healthcheck" in service or service["image"].startswith("${CLOUDVIZ_IMAGE")


def settings_named(documents: list[dict[str, Any]]) -> set[str]:
    return {name for each in documents if each["kind"] == "ConfigMap" for name in each["data"]}


@pytest.mark.parametrize("source", ["compose", "kubernetes"])
def test_every_setting_that_is_named_is_one(source: str):
    if source == "compose":
        compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
        names = set(compose["services"]["api-1"]["environment"])
    else:
        names = settings_named([yaml.safe_load((DEPLOY / "kubernetes/base/config.yaml").read_text())])
    given = {name for name in names if name.startswith("CLOUDVIZ_")}
    assert given
    known = load_settings(environment={}, directory=DEPLOY).settings.origins()
    for name in given:
        assert name.removeprefix("CLOUDVIZ_").lower().replace("__", ".").removesuffix("_file") in known, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_it(overlay: str, tmp_path: Path):
    validate(rendered(overlay), tmp_path / "all.yaml")


def test_pods_are_what_the_specification_and_the_restricted_standard_say():
    check_pods(rendered("overlays/production"))


def test_the_overlay_for_production_backs_up_into_a_bucket():
    documents = rendered("overlays/production")
    check_backups(documents, "s3://example-backups/cloudviz")
    (secret,) = (each for each in documents if each["kind"] == "ExternalSecret")
    assert "backup-key" in {each["secretKey"] for each in secret["spec"]["data"]}


def test_each_alert_fires_when_it_must_and_only_then():
    folder = DEPLOY / "prometheus"
    promtool = needed("promtool")
    ran(promtool, "check", "config", "--syntax-only", "prometheus.yml", cwd=folder)
    ran(promtool, "test", "rules", "alerts.test.yml", cwd=folder)
    rules = yaml.safe_load((folder / "alerts.yml").read_text())["groups"][0]["rules"]
    tested = set(re.findall(r'alertname="(\w+)"', (folder / "alerts.test.yml").read_text()))
    assert {each["alert"] for each in rules} == tested


def test_each_alert_is_in_the_runbook():
    guide = (ROOT / "docs/guide/operations.md").read_text()
    for rule in yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]:
        assert f"`{rule['alert']}`" in guide


def queries() -> list[tuple[str, str]]:
    """(where, query) of every alert and panel."""
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]
    found = [(each["alert"], each["expr"]) for each in rules]
    for file in sorted((DEPLOY / "grafana").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            found += [(f"{file.name}: {panel['title']}", target["expr"]) for target in panel["targets"]]
    return found


NAME = re.compile(r"\b(?:cloudviz|process)_[a-z_]+\b")


def test_each_query_asks_for_metrics_that_a_server_tells(metric_names: set[str]):
    asked = queries()
    assert len(asked) > 20
    for where, query in asked:
        for name in NAME.findall(query):
            assert name in metric_names, (where, name)


def test_the_guide_names_metrics_and_settings_that_there_are(metric_names: set[str]):
    settings = load_settings(environment={}, directory=DEPLOY).settings.origins()
    metrics = 0
    for name in ("install", "operations", "monitoring", "performance", "security", "serving"):
        text = (ROOT / f"docs/guide/{name}.md").read_text()
        for each in re.findall(r"`(cloudviz_[a-z_]+)", text):
            assert each in metric_names or f"{each}_count" in metric_names, (name, each)
            metrics += 1
        for each in re.findall(r"`((?:server|limits|store|cache|jobs|storage|auth|outbound)\.[a-z_]+)", text):
            assert each in settings, (name, each)
        for each in re.findall(r"CLOUDVIZ_([A-Z_]+)=", text):
            known = each.lower().replace("__", ".").removesuffix("_file")
            assert known in settings or f"${{CLOUDVIZ_{each}:" in (DEPLOY / "compose.yaml").read_text(), (
                name,
                each,
            )
    assert metrics > 20
