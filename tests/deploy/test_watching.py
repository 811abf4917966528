"""Prometheus itself scrapes an installation under a small load: every panel of every dashboard shows something.

Its configuration, alerts and Alertmanager's are those of ``deploy/prometheus``, with other addresses.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy.installation import Installation, Line, Load, wait_for
from tests.deploy.manifests import DEPLOY, needed, ran
from tests.servers import free_port

from fake_clouds.moto import CREDENTIALS, MotoServer

pytestmark = [pytest.mark.system_proof, pytest.mark.timeout(600)]

FOLDER = DEPLOY / "prometheus"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, moto_server: MotoServer) -> Iterator[Installation]:
    moto_server.reset()
    more = {name: value for name, value in CREDENTIALS.items() if value}
    more |= {"AWS_ENDPOINT_URL": moto_server.url, "CLOUDVIZ_JOBS__METRICS_PORT": str(free_port())}
    made = Installation(tmp_path_factory.mktemp("watched"), **more)
    yield made
    made.close()


class Prometheus:
    """Prometheus of this machine, scraping each second."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        self.port = free_port()
        configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
        configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        configuration["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = ["127.0.0.1:1"]
        addresses = {
            "cloudviz": [f"127.0.0.1:{each.port}" for each in installation.servers],
            "cloudviz-worker": [f"127.0.0.1:{installation.environment['CLOUDVIZ_JOBS__METRICS_PORT']}"],
        }
        assert {each["job_name"] for each in configuration["scrape_configs"]} == addresses.keys()
        for each in configuration["scrape_configs"]:
            each["static_configs"][0]["targets"] = addresses[each["job_name"]]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        (folder / "alerts.yml").write_bytes((FOLDER / "alerts.yml").read_bytes())
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    needed("prometheus"),
                    f"--config.file={folder}/prometheus.yml",
                    f"--storage.tsdb.path={folder}/data",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(self._answers, "Prometheus answers")

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def ask(self, what: str, **query: str) -> Any:
        """The ``data`` of an answer of its API."""
        address = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=30) as reply:
            return json.loads(reply.read())["data"]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Prometheus]:
    running = Prometheus(tmp_path_factory.mktemp("prometheus"), installation)
    yield running
    running.stop()


def use_everything(installation: Installation) -> None:
    """What people do in a day, for every panel."""
    line = installation.line()
    for path in ("/costs/summary", "/resources/nothing-of-that-name", "/resources?limit=5", "/resources?limit=5"):
        line.ask("GET", path)
    wrong = {"username": "nobody", "password": "a wrong one, surely"}
    assert Line(installation.gateway.port).ask("POST", "/auth/login", wrong)[0] == 401
    asked = {"regions": ["eu-west-1"], "resource_types": ["aws.ec2.instance", "aws.ec2.vpc", "aws.s3.bucket"]}
    status, said = line.ask("POST", "/aws/discover", asked)
    assert status == 202, said
    job = json.loads(said)["job_id"]
    line.ask("POST", "/jobs", {"kind": "costs", "arguments": {"provider": "aws"}})

    def over() -> bool:
        return json.loads(line.ask("GET", f"/jobs/{job}")[1])["status"] not in ("queued", "running")

    wait_for(over, "the discovery ends")


def panels() -> list[tuple[str, str]]:
    """(where, query) of every panel."""
    return [
        (f"{file.stem}: {panel['title']}", target["expr"])
        for file in sorted((DEPLOY / "grafana").glob("*.json"))
        for panel in json.loads(file.read_text())["panels"]
        for target in panel["targets"]
    ]


def test_every_panel_shows_something(
    installation: Installation, prometheus: Prometheus, figure: Callable[[str], None]
):
    asked = panels()
    assert len({where.partition(":")[0] for where, _ in asked}) == 5
    left = dict.fromkeys(asked)
    series: dict[tuple[str, str], int] = {}
    with Load(installation, readers=2, writers=1):
        use_everything(installation)

        line = installation.line()

        def all_of_them() -> bool:
            line.ask("GET", "/costs/summary")
            for each in list(left):
                found = prometheus.ask("query", query=each[1])["result"]
                if [one for one in found if one["value"][1] != "NaN"]:
                    series[each] = len(found)
                    del left[each]
            time.sleep(1)
            return not left

        with suppress(AssertionError):
            wait_for(all_of_them, "every query has a series")
    assert not left, list(left)
    figure(f"{len(asked)} queries of 5 dashboards: {sum(series.values())} series from a real Prometheus")


def test_calls_of_the_worker_are_counted_by_service_and_outcome(prometheus: Prometheus):
    found = prometheus.ask("query", query='cloudviz_cloud_requests_total{provider="aws", job="cloudviz-worker"}')
    calls = {
        (each["metric"]["service"], each["metric"]["outcome"]): float(each["value"][1]) for each in found["result"]
    }
    assert calls["ec2", "answered"] >= 2 and calls["s3", "answered"] >= 1, calls
    up = prometheus.ask("query", query="up")["result"]
    assert [each["value"][1] for each in up] == ["1"] * 3


def test_the_alerts_are_loaded_and_none_tells_of_a_disaster(prometheus: Prometheus):
    (group,) = prometheus.ask("rules")["groups"]
    assert len(group["rules"]) == len(yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"])
    assert {each["health"] for each in group["rules"]} == {"ok"}, group
    firing = {
        each["labels"]["alertname"] for each in prometheus.ask("alerts")["alerts"] if each["state"] == "firing"
    }
    assert not firing & {"CloudVizDown", "CloudVizErrors", "CloudVizNoWorker", "CloudVizAuditDrops"}


def test_alertmanager_takes_its_configuration():
    assert "SUCCESS" in ran(needed("amtool"), "check-config", "alertmanager.yml", cwd=FOLDER)
    said = ran(
        *(needed("amtool"), "config", "routes", "test", "--config.file=alertmanager.yml"),
        *("alertname=CloudVizDown", "severity=critical"),
        cwd=FOLDER,
    )
    assert said.strip() == "shown-only"
