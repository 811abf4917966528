"""The Helm chart, linted and rendered by Helm's own library (in the wheel ``helm-python-sdk``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy.manifests import DEPLOY, check_backups, check_pods, needed, ran, validate

pytestmark = pytest.mark.system_proof

CHART = DEPLOY / "helm/cloudviz"
EVERYTHING: dict[str, Any] = {
    "image": {"repository": "registry.example.org/cloudviz", "pullSecrets": ["registry"]},
    "secrets": {"external": {"enabled": True}},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/cloudviz"}},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "backup": {"enabled": True, "bucket": "s3://example-backups/cloudviz"},
    "api": {"spreadOverZones": "DoNotSchedule"},
}
LITTLE: dict[str, Any] = {
    "api": {"replicas": 1, "minAvailable": 0, "autoscaling": {"enabled": False}},
    "ingress": {"enabled": False},
    "networkPolicy": {"enabled": False},
}


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    import helm_python

    with helm_python.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="prod", namespace="cloudviz")
    return [
        document
        for name, text in sorted(files.items())
        if name.endswith(".yaml")
        for document in yaml.safe_load_all(text)
        if document
    ]


def named(documents: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["kind"], each["metadata"]["name"]) for each in documents}


def test_helm_finds_nothing_to_say():
    import helm_python

    found = helm_python.lint(str(CHART))
    assert not found["errors"]
    assert {each["error"] for each in found["messages"]} <= {"icon is recommended"}


@pytest.mark.parametrize("values", [{}, EVERYTHING, LITTLE], ids=["as it is", "everything", "little"])
def test_kubernetes_takes_it(values: dict[str, Any], tmp_path: Path, figure: Callable[[str], None]):
    documents = rendered(values)
    validate(documents, tmp_path / "all.yaml")
    if values is not LITTLE:
        check_pods(documents)
    figure(f"{len(documents)} objects, valid for three releases of Kubernetes")


def test_it_makes_what_the_overlay_for_production_makes():
    overlay = ran(needed("kubectl"), "kustomize", DEPLOY / "kubernetes/overlays/production")
    wanted = named(list(yaml.safe_load_all(overlay))) - {("Namespace", "cloudviz")}
    made = named(rendered(EVERYTHING))
    assert wanted <= made, wanted - made


def test_backups_are_made_by_a_command_that_there_is():
    check_backups(rendered(EVERYTHING), "s3://example-backups/cloudviz")
    check_backups(rendered({"backup": {"enabled": True}}), "/backups")
    assert not [each for each in rendered({}) if each["kind"] == "CronJob"]


def test_values_of_another_form_are_refused():
    import helm_python

    for wrong in (
        {"api": {"replicas": "three"}},
        {"apis": {}},
        {"backup": {"keepDays": 0}},
        {"backup": {"bucket": "example-backups"}},
    ):
        with (
            helm_python.Chart.load(str(CHART)) as chart,
            pytest.raises(helm_python.HelmError),
        ):
            chart.validate_schema(wrong)
