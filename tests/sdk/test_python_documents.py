"""What answers are in the Python client: objects with typed attributes that are what came over the wire, too."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from tests.sdk.test_python_faults import answering, reply

from cloudviz_client import AsyncCloudViz, CloudViz, Invalid, models
from cloudviz_client.document import Document

ROOT = Path(__file__).parents[2]
DESCRIBED = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]

WEB = {"id": "arn:aws:ec2:::i-1", "name": "web-1", "type": "aws.ec2.instance", "tags": {"env": "prod"}}
DB = {"id": "arn:aws:rds:::db", "name": "orders", "type": "aws.rds.instance", "tags": {}}


def answer(document: Any) -> Any:
    """What the client makes of a page of resources with this content."""
    with answering(reply(document)) as (url, _), CloudViz(url) as client:
        return client.request("resources_resources")


def test_fields_are_attributes_and_keys() -> None:
    page = answer({"items": [WEB, DB], "next_cursor": None})
    assert isinstance(page, models.ResourcePage) and isinstance(page.items[0], models.ResourceModel)
    assert [each.name for each in page.items] == [each["name"] for each in page["items"]] == ["web-1", "orders"]
    assert page.items[0].tags["env"] == "prod" and page.next_cursor is None
    assert page.items[0].zone is None, "it is not always sent"
    assert page.items[0].get("zone") is None and "zone" not in page.items[0]
    match page.items[1]:
        case {"name": name}:
            assert name == "orders"
    assert {"name", "tags", "zone"} <= set(dir(page.items[0]))


def test_it_is_the_dictionary_that_came() -> None:
    came = {"items": [WEB, DB], "next_cursor": "c"}
    page = answer(came)
    assert page == came and json.loads(json.dumps(page)) == came
    assert len(page.items) == 2 and json.loads(json.dumps(page, indent=1)) == came, "after parts were made too"
    assert {**page} == dict(page) == dict(page.items()) == page.to_dict() == came
    assert type(page.to_dict()["items"][0]) is dict and type(next(iter(page.values()))[0]) is models.ResourceModel
    for other in (copy.copy(page), copy.deepcopy(page), pickle.loads(pickle.dumps(page))):
        assert other == came and other.items[1].name == "orders" and type(other) is models.ResourcePage
    page["next_cursor"] = None
    assert page.next_cursor is None
    with pytest.raises(AttributeError, match=r"document\['next_cursor'\] = "):
        page.next_cursor = "d"


def test_what_a_newer_server_says_stays_and_what_an_older_one_leaves_out_is_told() -> None:
    page = answer({"items": [{**WEB, "carbon": {"grams": 3}}], "total": 1})
    assert page.total == page["total"] == 1
    assert page.items[0].carbon == {"grams": 3}
    with pytest.raises(AttributeError, match="ResourceModel has no 'region'; it has id, name"):
        _ = page.items[0].region
    with pytest.raises(KeyError):
        _ = page.items[0]["region"]


def test_times_are_times_as_attributes_and_texts_as_keys() -> None:
    job = models.JobModel({"id": "1", "created_at": "2026-11-24T08:00:00.25Z", "started_at": "soon"})
    assert job.created_at == datetime(2026, 11, 24, 8, 0, 0, 250_000, UTC) and job.finished_at is None
    assert job["created_at"] == "2026-11-24T08:00:00.25Z"
    assert job.started_at == "soon", "no time, and not lost"
    plan = models.ScheduleModel({"next_runs": ["2026-11-25T03:00:00Z"]})
    assert plan.next_runs == [datetime(2026, 11, 25, 3, tzinfo=UTC)]


def test_a_field_may_have_the_name_of_a_method_or_a_word_of_python() -> None:
    figures = models.CacheFamily({"family": "disco", "keys": 3})
    assert figures.keys == 3 and dict(figures) == {"family": "disco", "keys": 3}
    assert json.loads(json.dumps(figures)) == figures
    layer = models.MapLayer({"name": "cost", "values": [{"name": "much"}]})
    assert layer.values[0].name == "much" and list(layer.values()) == ["cost", [{"name": "much"}]]
    tiles = models.TilesReply({"tiles": {"0.0.0": {"nodes": []}}})
    assert type(tiles.tiles["0.0.0"]) is models.MapPart
    refused = reply({"code": "invalid", "errors": [{"in": "body", "pointer": "/cron", "detail": "no"}]}, 422)
    with answering(refused) as (url, _), CloudViz(url) as client, pytest.raises(Invalid) as caught:
        client.auth.me()
    assert [(each.in_, each.pointer) for each in caught.value.errors] == [("body", "/cron")]


def test_repr_is_short_and_hides_secrets() -> None:
    assert repr(models.ResourceModel({**WEB, "zone": None, "properties": {str(n): n for n in range(99)}})) == (
        "ResourceModel(id='arn:aws:ec2:::i-1', name='web-1', type='aws.ec2.instance', "
        "tags={'env': 'prod'}, properties=<99 fields>)"
    )
    marked = {
        (name, field)
        for name, schema in DESCRIBED.items()
        for field, described in schema.get("properties", {}).items()
        if described.get("x-cloudviz-secret")
    }
    assert {("NewKeyModel", "key"), ("TokenReply", "access_token"), ("WebhookMade", "secret")} < marked
    for name, field in marked:
        shown = repr(getattr(models, name)({"id": "1", field: "hunter2"}))
        assert "hunter2" not in shown and f"{field}='…'" in shown
    newer = Document({"id": "1", "session_token": "hunter2", "settings": {"db_password": "hunter2"}})
    assert "hunter2" not in repr(newer)
    assert len(repr(models.ResourceModel({str(n): "x" * 5000 for n in range(500)}))) < 5000


def test_every_schema_of_answers_is_a_class_whose_types_exist() -> None:
    classes = {name: each for name, each in vars(models).items() if isinstance(each, type)}
    answered = [name for name, each in classes.items() if issubclass(each, Document) and name in DESCRIBED]
    assert len(answered) > 80
    for name in answered:
        fields = {each.removesuffix("_") for each in get_type_hints(classes[name]) if not each.startswith("_")}
        listed = {each for each in DESCRIBED[name]["properties"] if hasattr(dict, each)}
        assert fields | listed == DESCRIBED[name]["properties"].keys()
    assert get_type_hints(models.ResourceReply)["resource"] is models.ResourceModel


def test_lists_give_items_or_pages() -> None:
    first, last = {"items": [WEB], "next_cursor": "2"}, {"items": [DB], "next_cursor": None}
    with answering(*[reply(each) for each in (first, last, first, last)]) as (url, asked), CloudViz(url) as client:
        found = client.resources.list(limit=1)
        assert asked == [], "nothing is asked for before it is needed"
        assert next(found).name == "web-1" and len(asked) == 1
        assert [each.name for each in found] == ["orders"]
        pages = [(len(page.items), page.next_cursor) for page in client.resources.list(limit=1).pages()]
    assert pages == [(1, "2"), (1, None)]
    assert asked[1][0] == "GET /base/resources?limit=1&cursor=2"

    async def both(url: str) -> list[Any]:
        async with AsyncCloudViz(url) as client:
            names = [each.name async for each in client.resources.search(text="o")]
            return [*names, *[page.next_cursor async for page in client.resources.search(text="o").pages()]]

    with answering(*[reply(each) for each in (first, last, first, last)]) as (url, asked):
        assert asyncio.run(both(url)) == ["web-1", "orders", "2", None]


def test_times_may_be_given_as_they_are() -> None:
    then = datetime(2026, 11, 24, tzinfo=UTC)
    with answering(reply({"items": []}), reply({"items": []})) as (url, asked), CloudViz(url) as client:
        assert list(client.resources.list(at=then)) == list(client.resources.search(at=then)) == []
    assert asked[0][0] == "GET /base/resources?at=2026-11-24T00%3A00%3A00%2B00%3A00"


USE = """
from datetime import datetime
from typing import Any
from typing_extensions import assert_type
from cloudviz_client import AsyncCloudViz, CloudViz, models

client = CloudViz("https://maps.example.org", api_key="k")
for resource in client.resources.list():
    assert_type(resource, models.ResourceModel)
    assert_type(resource.cost_monthly, float | None)
    resource["name"]
    resource.nam{mistake}
for page in client.aws.discoveries().pages():
    assert_type(page.items[0].completed_at, datetime | None)
job = client.gcp.discover(projects=["p"])
assert_type(job.wait().status, str)
assert_type(job.discovery().coverage, list[models.CoverageModel])
client.aws.discover(region{mistake}s=["eu-west-1"])

async def later(other: AsyncCloudViz) -> None:
    assert_type(await other.resources.neighbours("id"), models.GraphReply)
    async for key in other.api_keys.list():
        assert_type(key.created_at, datetime | None)
"""


@pytest.mark.nightly
def test_a_checker_knows_the_fields_and_finds_mistakes(tmp_path: Path) -> None:
    """mypy reads all of the client: 30 s of CPU time."""

    def complaints(program: str) -> list[str]:
        (tmp_path / "use.py").write_text(program)
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--python-version=3.10", "use.py"],
            cwd=tmp_path,
            env={"MYPYPATH": str(ROOT / "sdk" / "python" / "src"), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        return [line for line in done.stdout.splitlines() if "error:" in line]

    assert complaints(USE.replace("nam{mistake}", "name").replace("{mistake}", "")) == []
    (example,) = (ROOT / "sdk/python/README.md").read_text(encoding="utf-8").split("```python\n")[1:]
    assert complaints(example.partition("```")[0]) == [], "that of the package's README"
    found = complaints(USE.replace("{mistake}", "x"))
    assert len(found) == 2 and '"ResourceModel" has no attribute "namx"' in found[0] and "regionxs" in found[1]
