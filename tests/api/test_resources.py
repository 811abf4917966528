"""Reading the inventory: pages, conditions, ids with slashes, neighbours, history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from tests.api.serving import Server, assert_problem, instance

from cloudviz.inventory.model import Coverage, Link, Problem

GCP_ID = "//compute.googleapis.com/projects/shop/zones/europe-west1-b/instances/web"
ARM_ID = "/subscriptions/0000/resourcegroups/shop/providers/microsoft.compute/virtualmachines/web"


async def everything(server: Server, path: str) -> list[str]:
    """All ids of a list, page by page, following the Link header."""
    ids: list[str] = []
    base = path.partition("?")[0]
    while True:
        reply = await server.get(path)
        assert reply.status_code == 200, reply.text
        page = reply.json()
        ids.extend(item["id"] for item in page["items"])
        if page["next_cursor"] is None:
            assert "link" not in reply.headers
            return ids
        link = reply.headers["link"]
        assert link.startswith("<?") and link.endswith('>; rel="next"')
        path = base + link.removeprefix("<").partition(">")[0]


async def test_pages_give_each_resource_once_in_the_order_of_ids(server: Server) -> None:
    await server.record(instance(n) for n in range(123))
    expected = [instance(n).id for n in range(123)]
    assert await everything(server, "/resources?limit=50") == expected
    assert await everything(server, "/resources?limit=1&q=web-12") == [instance(n).id for n in (12, 120, 121, 122)]
    assert await everything(server, "/aws/resources?limit=100") == expected
    assert await everything(server, "/gcp/resources") == []


async def test_a_resource_has_every_member_of_the_contract(server: Server) -> None:
    await server.record([instance(1)])
    item = (await server.get("/resources")).json()["items"][0]
    assert item == {
        "id": instance(1).id,
        "provider": "aws",
        "type": "aws.ec2.instance",
        "native_type": "AWS::EC2::Instance",
        "kind": "virtual_machine",
        "name": "web-1",
        "account": "123456789012",
        "region": "eu-west-1",
        "zone": None,
        "parent": None,
        "state": "running",
        "tags": {"env": "prod"},
        "cost_monthly": None,
        "currency": None,
        "properties": {"size": "t3.large"},
    }


async def test_conditions_select(server: Server) -> None:
    await server.record(
        [
            instance(1),
            instance(2, region="us-east-1", state="stopped", tags={"env": "test", "owner": "ada"}),
            instance(3, type="aws.ec2.volume", kind="disk", account="2", tags={}, name="data"),
        ]
    )
    one, two, three = (instance(n).id for n in (1, 2, 3))
    for query, expected in {
        "type=aws.ec2.instance": [one, two],
        "type=aws.ec2.*": [one, two, three],
        "type=aws.ec2.volume&type=aws.ec2.instance": [one, two, three],
        "kind=disk": [three],
        "region=us-east-1,eu-central-1": [two],
        "account=2": [three],
        "state=stopped": [two],
        "tag=env=prod": [one],
        "tag=env": [one, two],
        "tag=env=test&tag=owner=ada": [two],
        "tag=env=prod&tag=owner=ada": [],
        "q=WEB": [one, two],
        "q=data": [three],
        "filter=tag:env%3Dprod": [one],
        "provider=azure": [],
        "provider=aws&region=us-east-1&state=stopped": [two],
    }.items():
        assert await everything(server, f"/resources?{query}") == expected, query
    body = {"types": ["aws.ec2.*"], "tags": {"env": ""}, "text": "web", "limit": 1}
    first = (await server.post("/resources/search", json=body)).json()
    assert [item["id"] for item in first["items"]] == [one]
    second = (await server.post("/resources/search", json={**body, "cursor": first["next_cursor"]})).json()
    assert ([item["id"] for item in second["items"]], second["next_cursor"]) == ([two], None)
    facets = (await server.get("/resources/facets?q=web")).json()
    assert facets["region"] == {"eu-west-1": 1, "us-east-1": 1}
    assert facets["type"] == {"aws.ec2.instance": 2}


@pytest.mark.parametrize(
    "identifier",
    [
        instance(1).id,
        GCP_ID,
        ARM_ID,
        "arn:aws:s3:::logs",
        "arn:aws:x:::a/history",
        "arn:aws:x:::a/neighbours",
        "a?b#c d%2Fe+f&g=h",
        "ünïcødé/💥/\u202e",
        "..",
        "a/../b",
        "facets",
    ],
)
async def test_ids_of_any_form_are_found_percent_encoded(server: Server, identifier: str) -> None:
    await server.record([replace(instance(1), id=identifier), instance(2)])
    path = f"/resources/{quote(identifier, safe='')}"
    if identifier in ("..", "facets"):  # the one is rewritten by every HTTP client, the other is a route
        return
    reply = await server.get(path)
    assert reply.status_code == 200, reply.text
    assert reply.json()["resource"]["id"] == identifier
    assert (await server.get(f"{path}/history")).json()["items"][0]["resource"]["id"] == identifier
    assert (await server.get(f"{path}/neighbours")).json()["resources"][0]["id"] == identifier


@pytest.mark.parametrize("identifier", [instance(1).id, GCP_ID, ARM_ID, "arn:aws:s3:::logs"])
async def test_ids_are_found_as_they_are(server: Server, identifier: str) -> None:
    await server.record([replace(instance(1), id=identifier)])
    for suffix in ("", "/history", "/neighbours?hops=2"):
        assert (await server.get(f"/resources/{identifier}{suffix}")).status_code == 200, suffix


async def test_a_resource_comes_with_its_links_and_origin(server: Server) -> None:
    link = Link(instance(1).id, instance(2).id, "attached_to")
    discovery = await server.record([instance(1), instance(2)], [link])
    reply = (await server.get(f"/resources/{instance(2).id}")).json()
    assert reply["links"] == [{"source": link.source, "target": link.target, "kind": "attached_to"}]
    assert (reply["source"], reply["source_discovery"]) == ("aws:tests", discovery)
    assert reply["seen_by"] == ["aws:tests"]


async def test_neighbours_are_those_within_the_hops(server: Server) -> None:
    chain = [Link(instance(n).id, instance(n + 1).id, "uses") for n in range(4)]
    await server.record([instance(n) for n in range(5)], chain)
    for hops, expected in ((1, {0, 1, 2}), (2, {0, 1, 2, 3})):
        reply = (await server.get(f"/resources/{instance(1).id}/neighbours?hops={hops}")).json()
        assert {item["id"] for item in reply["resources"]} == {instance(n).id for n in expected}
    assert_problem(await server.get(f"/resources/{instance(1).id}/neighbours?hops=0"), 422, "invalid")


async def test_history_and_the_inventory_at_an_instant(server: Server) -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    tuesday = monday + timedelta(days=1)
    first = await server.record([instance(1)], at=monday)
    second = await server.record([replace(instance(1), state="stopped"), instance(2)], at=tuesday)
    history = (await server.get(f"/resources/{instance(1).id}/history")).json()["items"]
    assert [(each["resource"]["state"], each["valid_to"] is None) for each in history] == [
        ("stopped", True),
        ("running", False),
    ]
    then = (await server.get("/resources", params={"at": "2026-11-23T12:00:00Z"})).json()["items"]
    assert [(item["id"], item["state"]) for item in then] == [(instance(1).id, "running")]
    diff = (await server.get("/visualization/diff", params={"a": first, "b": second})).json()
    assert [item["id"] for item in diff["added"]] == [instance(2).id]
    assert [(each["after"]["id"], each["fields"]) for each in diff["changed"]] == [(instance(1).id, ["state"])]
    assert diff["removed"] == []
    after_first = (await server.get("/resources", params={"at": first})).json()["items"]
    assert after_first == then
    nothing = [Coverage("aws", each.account, each.region, each.type, "seen", 0) for each in [instance(1)]]
    await server.record([], gaps=nothing, at=tuesday + timedelta(hours=1))
    asked = {"since": first, "at": second, "format": "json", "max_nodes": 0}
    drawn = await server.get("/visualization/map/picture", params=asked, role="viewer")
    marks = {node["label"]: node["change"] for node in drawn.json()["nodes"] if not node["container"]}
    assert marks == {instance(1).name: "changed", instance(2).name: "added"}
    gone = await server.get("/visualization/map/picture", params={**asked, "at": ""})
    assert {node["change"] for node in gone.json()["nodes"] if not node["container"]} == {"removed"}
    assert_problem(await server.get("/visualization/map/picture?since=last+week"), 422, "invalid")


async def test_a_hostile_name_comes_back_as_it_is_and_as_json_only(server: Server) -> None:
    name = "</script><script>alert(1)</script>\u202e💥'\""
    await server.record([instance(1, name=name, tags={name: name}, properties={"deep": {name: [name]}})])
    reply = await server.get("/resources", params={"q": "</SCRIPT>"})
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    item = reply.json()["items"][0]
    assert (item["name"], item["tags"], item["properties"]) == (name, {name: name}, {"deep": {name: [name]}})


async def test_a_discovery_shows_coverage_and_problems(server: Server) -> None:
    gap = Coverage("aws", "1", "eu-west-1", "aws.ec2.volume", "denied", 0, "ec2:DescribeVolumes", "AccessDenied")
    discovery = await server.record([instance(1)], problems=[Problem("x", "odd", "y")], gaps=[gap])
    reply = (await server.get(f"/aws/discoveries/{discovery}")).json()
    assert (reply["status"], reply["gaps"], reply["job_id"]) == ("completed", 1, None)
    assert reply["problems"] == [{"resource": "x", "what": "odd", "where": "y"}]
    denied = next(entry for entry in reply["coverage"] if entry["status"] == "denied")
    assert denied["permission"] == "ec2:DescribeVolumes"
    coverage = (await server.get("/visualization/map/coverage")).json()
    assert coverage["gaps"] == 1 and denied in coverage["items"]
    assert [each["id"] for each in (await server.get("/aws/discoveries")).json()["items"]] == [discovery]
    assert (await server.get("/azure/discoveries")).json() == {"items": [], "next_cursor": None}
    assert_problem(await server.get(f"/azure/discoveries/{discovery}"), 404, "not_found")


async def test_types_come_from_the_catalogue(light_server: Server) -> None:
    for provider, key in (("aws", "aws.ec2.instance"), ("azure", "azure.compute.virtual_machine")):
        items = (await light_server.get(f"/{provider}/resource-types")).json()["items"]
        found = next(item for item in items if item["key"] == key)
        assert found["kind"] == "virtual_machine" and found["title"]
        assert all(item["key"].startswith(f"{provider}.") for item in items)


async def test_the_policy_of_a_scan(light_server: Server) -> None:
    policy = (await light_server.get("/aws/permissions", params={"types": "aws.s3.bucket"})).json()
    actions = policy["Statement"][0]["Action"]
    assert "s3:ListAllMyBuckets" in actions and not [each for each in actions if each.startswith("rds:")]
    role = (await light_server.get("/azure/permissions", params={"types": "azure.storage.file_share"})).json()
    assert "microsoft.storage/storageaccounts/fileservices/shares/read" in role["Actions"]
    assert_problem(await light_server.get("/aws/permissions?types=aws.nothing"), 422, "invalid")
