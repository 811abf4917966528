"""The map window by window, as its client asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.api.serving import Server, assert_problem, instance

from cloudviz.api.atlases import DRAWING, LAYOUT, Atlases
from cloudviz.api.files import asked_of, etag_of
from cloudviz.api.studio import Studio
from cloudviz.diagram.options import PictureOptions
from cloudviz.inventory.model import Link
from cloudviz.inventory.select import Selection

ATLAS, TILES = "/visualization/map/atlas", "/visualization/map/tiles"


async def test_a_map_is_opened_and_asked_about(server: Server) -> None:
    await server.record([instance(number) for number in range(5)])
    opened = await server.get(ATLAS, params={"max_nodes": 0, "layer": "state"}, role="viewer")
    told = opened.json()
    assert (told["format"], told["levels"], told["summary"]["resources"]) == ("cloudviz.atlas/1", 1, 5)
    assert told["layer"]["name"] == "state"
    asked = {"max_nodes": 0, "version": told["version"]}
    reply = await server.get(TILES, params={**asked, "tiles": "0.0.0", "layer": "state"})
    part = reply.json()["tiles"]["0.0.0"]
    scene = (await server.get("/visualization/map/scene", params={"max_nodes": 0})).json()
    assert sorted(node["id"] for node in part["nodes"]) == sorted(node["id"] for node in scene["nodes"])
    assert len(part["paint"]) == len(part["nodes"])
    some = instance(3).id
    place = (await server.get("/visualization/map/place", params={**asked, "id": some})).json()
    assert some in place["node"]["members"] and place["path"][0]["container"]
    first = (await server.get("/visualization/map/place", params={**asked, "id": ["nothing", some]})).json()
    assert (first["of"], first["node"]["id"]) == (some, place["node"]["id"])
    tops = (await server.get("/visualization/map/children", params=asked)).json()["items"]
    assert tops[0]["id"] == place["path"][0]["id"]
    around = await server.get("/visualization/map/around", params={**asked, "id": some})
    assert some in around.json()["nodes"][0]["members"]
    to_itself = await server.get("/visualization/map/way", params={**asked, "source": some, "target": some})
    assert len(to_itself.json()["nodes"]) == 1
    same = await server.get(
        ATLAS, params={"max_nodes": 0, "layer": "state"}, headers={"If-None-Match": opened.headers["etag"]}
    )
    assert same.status_code == 304


async def test_a_map_of_another_state_is_refused(server: Server) -> None:
    await server.record([instance(1)])
    version = (await server.get(ATLAS)).json()["version"]
    await server.record([instance(1), instance(2)])
    stale = await server.get(TILES, params={"version": version, "tiles": "0.0.0"})
    assert_problem(stale, 409, "conflict")
    again = (await server.get(ATLAS)).json()["version"]
    assert again != version
    assert (await server.get(TILES, params={"version": again, "tiles": "0.0.0"})).status_code == 200


async def test_refusals(server: Server) -> None:
    assert_problem(await server.get(ATLAS), 404, "not_found")
    await server.record([instance(1)])
    for wrong in ("", "1.2", "a.b.c", "1.-1.0", ",".join(f"7.{at}.0" for at in range(97))):
        assert_problem(await server.get(TILES, params={"tiles": wrong}), 422, "invalid")
    assert_problem(await server.get("/visualization/map/place", params={"id": "nothing"}), 404, "not_found")
    assert_problem(await server.get("/visualization/map/children", params={"parent": "nothing"}), 404, "not_found")
    assert_problem(await server.get(ATLAS, params={"layer": "nothing"}), 404, "not_found")
    empty = await server.get(TILES, params={"tiles": "60.1.1"})
    assert empty.json()["tiles"]["60.1.1"] == {"nodes": [], "edges": []}


async def test_a_map_is_laid_out_once_for_all_processes_and_restarts(server: Server) -> None:
    await server.record([instance(number) for number in range(5)])
    first = (await server.get(ATLAS, params={"max_nodes": 0})).json()
    house = server.app.state.house
    kept = house.atlases
    another = Atlases(house.store, Studio(house.store, house.studio.exports, at_once=0))  # it can't draw anything
    asked = (Selection(), PictureOptions(max_nodes=0))
    found = await another.open(*asked, patience=20)
    assert found is not None and found.version == first["version"]
    ours = await kept.open(*asked)
    assert ours is not None and found.tile((0, 0, 0), "state") == ours.tile((0, 0, 0), "state")

    # After a change and a restart, what stays in the picture stays in its place.
    await server.record([instance(number) for number in range(4)])
    later = Atlases(house.store, Studio(house.store, house.studio.exports))
    changed = await later.open(*asked)
    before = {node["id"]: node["x"] for node in json.loads(ours.tile((0, 0, 0)))["nodes"] if not node["container"]}
    now = {node["id"]: node["x"] for node in json.loads(changed.tile((0, 0, 0)))["nodes"] if not node["container"]}
    assert changed.version != first["version"] and len(now.keys() & before.keys()) >= 4
    assert all(before[id] == x for id, x in now.items() if id in before)

    # A map that was tampered with is drawn anew.
    folder = server.settings.data_dir
    [*files] = folder.rglob("*.map")
    assert files
    for file in files:
        file.write_bytes(b"something else")
    anew = await Atlases(house.store, Studio(house.store, house.studio.exports)).open(*asked)
    assert anew is not None and anew.count == changed.count


class Counting(Studio):
    """Counts who draws."""

    drawn = 0

    @contextlib.asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        Counting.drawn += 1
        async with super().seat():
            yield


async def test_of_two_processes_that_are_asked_at_once_one_lays_the_map_out(server: Server) -> None:
    await server.record([instance(number) for number in range(50)])
    house = server.app.state.house
    asked = (Selection(), PictureOptions(max_nodes=0))
    two = [Atlases(house.store, Counting(house.store, house.studio.exports)) for _ in range(2)]
    Counting.drawn = 0
    one, other = await asyncio.gather(*(each.open(*asked) for each in two))
    assert Counting.drawn == 1
    assert one is not None and other is not None and one.version == other.version

    # A process that died over a map is not waited for forever.
    await server.record([instance(number) for number in range(51)])
    version = await house.store.inventories.data_version()
    key = asked_of("map", LAYOUT, etag_of("atlas", version, *asked, "").strip('"'))
    assert isinstance(await house.store.repeats.begin(DRAWING, key, ""), str)
    anew = await Atlases(house.store, Counting(house.store, house.studio.exports), most_waited=0.1).open(*asked)
    assert anew is not None and anew.count > one.count and Counting.drawn == 2


async def test_what_has_no_box_is_found_with_its_host(server: Server) -> None:
    machine = instance(1)
    subnet = machine.id.replace("instance/", "network-interface/")
    nic = replace(machine, id=subnet, name="eth0", type="aws.ec2.network_interface", kind="network_interface")
    await server.record([machine, nic], [Link(nic.id, machine.id, "attached_to")])
    version = (await server.get(ATLAS, params={"max_nodes": 0})).json()["version"]
    here = {"max_nodes": 0, "version": version}
    place = (await server.get("/visualization/map/place", params={**here, "id": nic.id})).json()
    assert (place["of"], place["folded"], place["node"]["folds"]) == (nic.id, True, 1)
    assert machine.id in place["node"]["members"]
    assert not (await server.get("/visualization/map/place", params={**here, "id": machine.id})).json()["folded"]
    asked = {**here, "parent": place["node"]["id"], "folded": True}
    [listed] = (await server.get("/visualization/map/children", params=asked)).json()["items"]
    assert (listed["id"], listed["label"], listed["folded"]) == (nic.id, "eth0", True)


async def test_maps_do_not_fill_the_storage(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudviz.api.atlases.MOST_IN_STORAGE", 3)
    await server.record([instance(number) for number in range(3)])
    for number in range(6):
        asked = {"max_nodes": 0, "title": f"picture {number}"}
        assert (await server.get(ATLAS, params=asked)).status_code == 200
    # Each is noted for its request, and as the latest of its options.
    assert len(list(server.settings.data_dir.rglob("*.map"))) == 2
    again = await server.get(ATLAS, params={"max_nodes": 0, "title": "picture 0"})
    assert again.status_code == 200
