"""The files under ``deploy/`` are what the tools that read them take, and say what the code does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import in_ci
from typer.testing import CliRunner

from cloudviz.cli.main import app
from cloudviz.runtime.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = ("1.33.0", "1.35.0", "1.37.0")
OVERLAYS = ("base", "overlays/small", "overlays/production")
# Kinds of operators: their schemas are not Kubernetes's.
FOREIGN = {"ServiceMonitor", "ExternalSecret"}


def needed(program: str) -> str:
    """The path of a program. A machine without it skips the test; in CI that fails."""
    found = shutil.which(program)
    if found is None:
        said = f"no {program} on PATH; scripts/operators installs Debian's when it may"
        if in_ci():
            pytest.fail(said, pytrace=False)
        pytest.skip(said)
    return found


def ran(*command: str | Path, cwd: Path = DEPLOY, **more: Any) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=120, check=False, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name: str) -> Path:
    return Path(sys.executable).parent / name


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
    documents = rendered(overlay)
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all(each for each in documents if each["kind"] not in FOREIGN))
    for version in KUBERNETES:
        said = ran(tool("kubernetes-validate"), "--strict", "-k", version, file)
        assert "WARN" not in said


def test_pods_are_what_the_specification_and_the_restricted_standard_say():
    documents = rendered("overlays/production")
    pods = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in documents
        if each["kind"] in ("Deployment", "Job")
    }
    assert set(pods) == {"cloudviz-api", "cloudviz-worker", "cloudviz-scheduler", "cloudviz-migrate"}
    for name, pod in pods.items():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        secrets = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in container["env"]}
        assert secrets["DATABASE_URL"] == {"name": "cloudviz-secrets", "key": "database-url"}
        # The arguments are commands that there are.
        assert CliRunner().invoke(app, [*container["args"], "--help"]).exit_code == 0
    api = next(
        each for each in documents if each["metadata"]["name"] == "cloudviz-api" and each["kind"] == "Deployment"
    )
    container = api["spec"]["template"]["spec"]["containers"][0]
    assert api["spec"]["replicas"] == 3
    assert container["resources"] == {
        "requests": {"memory": "512Mi", "cpu": "250m"},
        "limits": {"memory": "1Gi", "cpu": "500m"},
    }
    probes = {
        name: container[name]["httpGet"]["path"] for name in ("livenessProbe", "readinessProbe", "startupProbe")
    }
    assert probes == {
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
        "startupProbe": "/health/live",
    }


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
