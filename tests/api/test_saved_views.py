"""Saved views over HTTP: what a person keeps, nobody else sees."""

from __future__ import annotations

import pytest
from tests.api.serving import Server, assert_problem

VIEWS = "/visualization/views"


async def test_a_view_is_kept_changed_and_deleted_by_its_owner_alone(light_server: Server) -> None:
    made = await light_server.post(VIEWS, role="viewer", json={"name": " Costs ", "place": "/map?layer=cost"})
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["name"], view["place"]) == ("Costs", "/map?layer=cost")
    assert made.headers["location"] == f"{VIEWS}/{view['id']}"
    again = await light_server.post(VIEWS, role="viewer", json={"name": "Costs", "place": "/map"})
    assert assert_problem(again, 409, "conflict")["hint"]
    assert (await light_server.get(VIEWS, role="viewer")).json()["items"] == [view]

    # An administrator too has only their own.
    assert (await light_server.get(VIEWS, role="admin")).json()["items"] == []
    for method, body in (("PUT", {"name": "mine", "place": "/map"}), ("DELETE", None)):
        reply = await light_server.ask(method, f"{VIEWS}/{view['id']}", role="admin", json=body)
        assert_problem(reply, 404, "not_found")

    changed = await light_server.ask(
        "PUT", f"{VIEWS}/{view['id']}", role="viewer", json={"name": "By state", "place": "/map?layer=state"}
    )
    assert changed.json()["name"] == "By state"
    assert (await light_server.ask("DELETE", f"{VIEWS}/{view['id']}", role="viewer")).status_code == 204
    assert (await light_server.get(VIEWS, role="viewer")).json()["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x", "place": "https://elsewhere.example/"},
        {"name": "x", "place": "//elsewhere.example/map"},
        {"name": "x", "place": "/map?a=1#/admin"},
        {"name": "x", "place": "/admin/people"},
        {"name": "x", "place": "/map?\n"},
        {"name": "x", "place": "/map?" + "a" * 8000},
        {"name": " ", "place": "/map"},
        {"name": "a\nb", "place": "/map"},
        {"name": "x" * 81, "place": "/map"},
        {"name": "x", "place": "/map", "owner": 1},
    ],
)
async def test_what_is_no_place_of_the_web_app_is_refused(light_server: Server, wrong: dict[str, object]) -> None:
    assert_problem(await light_server.post(VIEWS, role="viewer", json=wrong), 422, "invalid")
