"""What the tests of ``deploy/`` share: its tools, and what every pod must be."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import in_ci
from typer.testing import CliRunner

from cloudviz.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = ("1.33.0", "1.35.0", "1.37.0")
# Kinds of operators: their schemas are not Kubernetes's.
FOREIGN = {"ServiceMonitor", "PodMonitor", "ExternalSecret"}


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


def validate(documents: Iterable[dict[str, Any]], file: Path) -> None:
    """Hold manifests against the schemas of three releases of Kubernetes; those of operators have none there."""
    file.write_text(yaml.safe_dump_all(each for each in documents if each["kind"] not in FOREIGN))
    for version in KUBERNETES:
        assert "WARN" not in ran(tool("kubernetes-validate"), "--strict", "-k", version, file)


def check_backups(documents: list[dict[str, Any]], into: str) -> None:
    """Each night into a folder or a bucket, by a command that there is, sealed, in a pod like all others."""
    (job,) = (each for each in documents if each["kind"] == "CronJob")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"] == ["backup", "--into", into, "--keep-days", "30"]
    assert CliRunner().invoke(app, [*container["args"], "--help"]).exit_code == 0
    assert {each["name"] for each in container["env"]} >= {"DATABASE_URL", "CLOUDVIZ_BACKUP__KEY"}
    assert container["securityContext"]["readOnlyRootFilesystem"] and pod["securityContext"]["runAsNonRoot"]
    assert job["spec"]["concurrencyPolicy"] == "Forbid" and pod["restartPolicy"] == "Never"
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["volumes"]}
    assert ("backups" in mounted) != into.startswith("s3://")


def check_pods(documents: list[dict[str, Any]]) -> None:
    """Pods are what the specification and the restricted standard say."""
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
