"""Saved views: each person has their own."""

from __future__ import annotations

import pytest

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import Store


async def test_everybody_has_their_own(store: Store):
    ann = await store.people.create("ann", "ann@example.org", "h")
    bob = await store.people.create("bob", "bob@example.org", "h")
    views = store.saved_views
    cost = await views.create(ann.id, "cost", "/map?layer=cost")
    state = await views.create(ann.id, "a 👀 'state'", "/map?layer=state")
    theirs = await views.create(bob.id, "cost", "/map")
    with pytest.raises(Conflict, match="called 'cost'"):
        await views.create(ann.id, "cost", "/map")
    first = await views.page(ann.id, limit=1)
    assert list(first) == [state]
    assert list(await views.page(ann.id, cursor=first.next_cursor)) == [cost]

    with pytest.raises(Conflict):
        await views.change(ann.id, state.id, "cost", "/map")
    changed = await views.change(ann.id, state.id, "zones", "/resources")
    assert (changed.id, changed.name, changed.place) == (state.id, "zones", "/resources")
    for id in (theirs.id, "none", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFound):
            await views.change(ann.id, id, "mine now", "/map")
        with pytest.raises(NotFound):
            await views.delete(ann.id, id)
    await views.delete(ann.id, cost.id)
    assert [each.name for each in await views.page(ann.id)] == ["zones"]
    assert list(await views.page(bob.id)) == [theirs]


async def test_they_go_with_their_owner(store: Store):
    ann = await store.people.create("ann", "ann@example.org", "h")
    await store.saved_views.create(ann.id, "cost", "/map")
    await store.people.delete(ann.id)
    assert list(await store.saved_views.page(ann.id)) == []
    with pytest.raises(NotFound):
        await store.saved_views.create(ann.id, "cost", "/map")
