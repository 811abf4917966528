"""The pages of a listing over several tries: what was read is not read again, unless its token is too old."""

from __future__ import annotations

from cloudviz.sources.pages import Trails
from cloudviz.sources.provider import Note, Part


def read(trails: Trails, *tokens: str) -> list[Part]:
    trail = trails.of("shop/assets")
    return [trail.page([], token, count=number) for number, token in enumerate(tokens)]


def done(*parts: Part) -> dict[str, Note]:
    return {part.key: part.note for part in parts}


def test_a_listing_goes_on_after_the_last_page_that_was_read() -> None:
    parts = read(Trails({}), "b", "c", "")
    assert [part.key for part in parts] == [f"shop/assets/0.00000{page}" for page in range(3)]
    assert {part.is_whole for part in parts} == {True}
    again = Trails({**done(*parts[:2]), "shop/else": {}, "shop/assets/odd": {"next": "x"}}).of("shop/assets")
    assert (again.token, again.is_done, len(again.notes)) == ("c", False, 2)
    last = again.page([], "")
    assert (last.key, last.replaces, again.is_done) == (parts[2].key, set(), True)
    assert Trails(done(*parts)).of("shop/assets").is_done
    assert not Trails(done(*parts)).of("shop/other").notes


def test_a_page_that_is_missing_is_where_it_goes_on() -> None:
    one, two, three = read(Trails({}), "b", "c", "")
    trail = Trails(done(one, three)).of("shop/assets")
    assert (trail.token, trail.is_done) == ("b", False)
    assert trail.page([], "c").replaces == {three.key}
    assert Trails(done(two, three)).of("shop/assets").token == ""


def test_a_token_that_is_too_old_begins_the_listing_anew() -> None:
    one, two, _ = read(Trails({}), "b", "c", "")
    trail = Trails(done(one, two)).of("shop/assets")
    assert not trail.begins_anew(503) and not trail.begins_anew(403)
    assert trail.begins_anew(400)
    assert (trail.token, trail.notes) == ("", [])
    assert not trail.begins_anew(400)  # what is refused from the start is refused for another reason
    first = trail.page([], "x")
    assert first.key == "shop/assets/1.000000" and first.replaces == {one.key, two.key}
    # Killed before the old pages were forgotten: the next try tells that again.
    third = Trails(done(one, two, first)).of("shop/assets")
    assert (third.token, third.page([], "").replaces) == ("x", {one.key, two.key})


def test_a_token_of_this_try_is_not_too_old() -> None:
    trail = Trails({}).of("shop/assets")
    trail.page([], "b")
    assert not trail.begins_anew(400)
    assert trail.broken([]).is_whole is False
    assert trail.broken([]).key == "shop/assets/0.000001"
