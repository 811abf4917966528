"""People, sessions, keys."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.store import Store

SOON = datetime.now(UTC) + timedelta(hours=1)
PAST = datetime.now(UTC) - timedelta(hours=1)


async def test_a_person_is_kept(store: Store):
    ann = await store.people.create("ann", "ann@example.org", "$argon2id$…", ["admin", "operator"])
    bob = await store.people.create("bób 👤", "bob@example.org", "h")
    assert (ann.username, ann.roles, bob.roles) == ("ann", ("admin", "operator"), ("viewer",))
    assert ann.created_at is not None and ann.created_at.utcoffset() == timedelta(0)
    assert await store.people.by_username("ann") == ann == await store.people.by_id(ann.id)
    assert await store.people.by_username("bób 👤") == bob
    assert await store.people.count() == 2
    first = await store.people.page(limit=1)
    second = await store.people.page(limit=1, cursor=first.next_cursor)
    assert [*first, *second] == [ann, bob] and second.next_cursor is None

    await store.people.set_roles(bob.id, ["operator"])
    await store.people.set_password_hash(bob.id, "new")
    changed = await store.people.by_id(bob.id)
    assert changed is not None and (changed.roles, changed.password_hash) == (("operator",), "new")


async def test_nobody_is_found_by_a_name_that_is_not_theirs(store: Store):
    await store.people.create("ann", "ann@example.org", "h")
    for name in ("Ann", "ann ", "", "%", "' OR 1=1 --", "ann\x00", "\ud800"):
        assert await store.people.by_username(name) is None
    for number in (0, -1, 2**31, 2**70):
        assert await store.people.by_id(number) is None


async def test_names_and_addresses_are_taken_once(store: Store):
    await store.people.create("ann", "ann@example.org", "h")
    with pytest.raises(Conflict, match="username 'ann' is taken"):
        await store.people.create("ann", "other@example.org", "h")
    with pytest.raises(Conflict, match=r"e-mail address 'ann@example\.org' is taken"):
        await store.people.create("other", "ann@example.org", "h")
    assert await store.people.count() == 1
    race = [store.people.create("bob", f"bob{n}@example.org", "h") for n in range(5)]
    ended = await asyncio.gather(*race, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in ended) == 4


async def test_names_that_cannot_be_kept_are_refused_alike(store: Store):
    for username, email in (("", "a@b"), ("x" * 51, "a@b"), ("a", "x" * 101), ("a\x00", "a@b"), ("a", "\ud800")):
        with pytest.raises(Invalid, match="not acceptable"):
            await store.people.create(username, email, "h")
    assert (await store.people.create("é" * 50, "é" * 100, "h")).username == "é" * 50


async def test_sessions_open_rotate_and_close(store: Store):
    ann = await store.people.create("ann", "a@b", "h")
    await store.people.save_session("s1", ann.id, "r1", SOON)
    opened = await store.people.session("s1")
    assert opened is not None
    assert (opened.user_id, opened.refresh_hash, opened.expires_at) == (ann.id, "r1", SOON)
    assert opened.is_open(datetime.now(UTC)) and not opened.is_open(SOON)

    assert await store.people.rotate_session("s1", "r1", "r2", SOON)
    assert not await store.people.rotate_session("s1", "r1", "r3", SOON), "a refresh token works once"
    at_once = [store.people.rotate_session("s1", "r2", f"n{n}", SOON) for n in range(5)]
    assert sorted(await asyncio.gather(*at_once)) == [False] * 4 + [True]

    await store.people.save_session("s1", ann.id, "r9", SOON)
    await store.people.revoke_session("s1")
    closed = await store.people.session("s1")
    assert closed is not None and closed.revoked_at is not None and not closed.is_open(datetime.now(UTC))
    assert not await store.people.rotate_session("s1", "r9", "r10", SOON)
    with pytest.raises(Conflict):
        await store.people.save_session("s1", ann.id, "r1", SOON)
    await store.people.revoke_session("no such session")
    assert await store.people.session("no\x00such") is None
    assert not await store.people.rotate_session("nothing", "a", "b", SOON)


async def test_an_expired_session_is_not_rotated(store: Store):
    ann = await store.people.create("ann", "a@b", "h")
    await store.people.save_session("s1", ann.id, "r1", PAST)
    assert not await store.people.rotate_session("s1", "r1", "r2", SOON)


async def test_nobody_takes_over_the_session_of_another(store: Store):
    ann, bob = [await store.people.create(name, f"{name}@b", "h") for name in ("ann", "bob")]
    await store.people.save_session("s1", ann.id, "r1", SOON)
    with pytest.raises(Conflict):
        await store.people.save_session("s1", bob.id, "r2", SOON)
    await store.people.save_session("s2", ann.id, "r2", SOON)
    await store.people.save_session("s3", bob.id, "r3", SOON)
    await store.people.revoke_sessions(ann.id)
    found = [await store.people.session(each) for each in ("s1", "s2", "s3")]
    assert [each is not None and each.revoked_at is None for each in found] == [False, False, True]


async def test_a_person_goes_with_sessions_and_keys_and_the_id_is_not_given_again(store: Store):
    ann = await store.people.create("ann", "a@b", "h")
    await store.people.save_session("s1", ann.id, "r1", SOON)
    await store.api_keys.create(ann.id, "ci", "cv_live_ab", "hash", ["viewer"])
    await store.people.delete(ann.id)
    assert await store.people.session("s1") is None
    assert await store.api_keys.by_hash("hash") is None
    assert (await store.people.create("ann", "a@b", "h")).id > ann.id


async def test_keys(store: Store):
    ann = await store.people.create("ann", "a@b", "h")
    made = await store.api_keys.create(ann.id, "ci 👷", "cv_live_ab", "hash", ["operator"], SOON)
    assert (made.name, made.roles, made.expires_at, made.last_used_at) == ("ci 👷", ("operator",), SOON, None)
    assert await store.api_keys.by_hash("hash") == made
    await store.api_keys.used(made.id)
    await store.api_keys.revoke(made.id)
    now = await store.api_keys.by_hash("hash")
    assert now is not None and now.last_used_at is not None and now.revoked_at is not None
    second = await store.api_keys.create(ann.id, "two", "cv_live_cd", "hash2", [])
    assert [key.id for key in await store.api_keys.page(ann.id)] == [second.id, made.id]
    assert len(await store.api_keys.page(ann.id + 1)) == 0
    assert len(await store.api_keys.page()) == 2


async def test_refusals(store: Store):
    for wrong in (
        store.people.set_roles(5, ["admin"]),
        store.people.set_password_hash(2**40, "x"),
        store.people.delete(-1),
        store.people.save_session("s", 5, "r", SOON),
        store.api_keys.create(5, "n", "p", "h", []),
        store.api_keys.revoke("no uuid"),
        store.api_keys.used("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ):
        with pytest.raises(NotFound):
            await wrong
