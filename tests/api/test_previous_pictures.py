"""Pictures that are laid out like the one before them, and the direction of their lines, over HTTP."""

from __future__ import annotations

from typing import Any

from tests.api.serving import Server, assert_problem, instance


def places(scene: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {node["id"]: (node["x"], node["y"]) for node in scene["nodes"] if not node["container"]}


async def test_what_a_kept_picture_shows_keeps_its_place(server: Server) -> None:
    await server.record([instance(number) for number in range(1, 8)])
    kept = (await server.post("/visualization/generate", json={"max_nodes": 0})).json()["diagram_id"]
    before = (await server.get(f"/visualization/diagrams/{kept}/export", params={"format": "json"})).json()
    await server.record([instance(number) for number in range(3, 9)])
    asked = {"max_nodes": 0, "previous": kept}
    after = (await server.get("/visualization/map/scene", params=asked)).json()
    was, now = places(before), places(after)
    shared = was.keys() & now.keys()
    assert len(shared) >= 5
    assert {key: now[key] for key in shared} == {key: was[key] for key in shared}
    again = (await server.post("/visualization/generate", json=asked)).json()["diagram_id"]
    stored = (await server.get(f"/visualization/diagrams/{again}/export", params={"format": "json"})).json()
    assert places(stored) == now
    exported = await server.post("/visualization/export", json={**asked, "format": "json"})
    assert places(exported.json()) == now


async def test_an_unknown_previous_picture_is_not_found(server: Server) -> None:
    await server.record([instance(1)])
    unknown = "00000000-0000-0000-0000-000000000000"
    assert_problem(await server.get("/visualization/map/scene", params={"previous": unknown}), 404, "not_found")
    assert_problem(await server.post("/visualization/generate", json={"previous": "x"}), 404, "not_found")


async def test_a_picture_leads_to_the_right_when_asked(server: Server) -> None:
    await server.record([instance(1)])
    reply = (await server.get("/visualization/map/scene", params={"direction": "right"})).json()
    assert reply["direction"] == "right"
    assert (await server.get("/visualization/map/scene")).json()["direction"] == "down"
    assert_problem(await server.get("/visualization/map/scene", params={"direction": "up"}), 422, "invalid")
