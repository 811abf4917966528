"""Two releases on one database: who may use it, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from tests.store.estates import graph, machine, record, seen

from cloudviz.errors import BadInput, Invalid
from cloudviz.store import migrate, open_store, schema
from cloudviz.store.engine import Database

NEXT = "2031_01_01_next"
FIRST = "2026_11_24_schema_use"
"""The first migration after which a release knew that another may be newer."""


async def told(url: str, *statements: str) -> None:
    database = Database.at(url)
    async with database.writing() as connection:
        for each in statements:
            await connection.exec_driver_sql(each)
    await database.close()


async def as_the_next_release_leaves_it(url: str, usable_from: str) -> None:
    """A table and a column more, and a revision that this release does not know."""
    await told(
        url,
        "CREATE TABLE notes (id integer PRIMARY KEY, resource_id text)",
        "ALTER TABLE resources ADD COLUMN owner text NOT NULL DEFAULT ''",
        f"UPDATE alembic_version SET version_num = '{NEXT}'",
        f"UPDATE schema_use SET revision = '{NEXT}', usable_from = '{usable_from}'",
    )


async def test_a_release_works_with_the_schema_of_the_next_one(url: str):
    await as_the_next_release_leaves_it(url, FIRST)
    state = await migrate(url)
    assert (state.present, state.is_current, state.is_ahead, state.is_usable) == (NEXT, False, True, True)
    async with await open_store(url) as store:
        await record(store, graph(machine("web")), [seen()], 1)
        await record(store, graph(machine("web", tags={"env": "prod"})), [seen()], 2)
        assert (await store.inventories.get(machine("web").id)).tags == {"env": "prod"}
        assert await store.schema() == state


@pytest.mark.parametrize("usable_from", ["2031_01_01_next", "2030_12_01_before", ""])
async def test_a_schema_that_is_closed_to_this_release_is_refused(url: str, usable_from: str):
    await as_the_next_release_leaves_it(url, usable_from)
    for opening in (open_store(url), migrate(url)):
        with pytest.raises(BadInput, match="made by a newer CloudViz"):
            await opening


async def test_the_way_back_is_known_by_the_newer_release_alone(url: str):
    await as_the_next_release_leaves_it(url, FIRST)
    with pytest.raises(BadInput, match="alone knows the way back") as refused:
        await migrate(url, to="2026_11_24_links_of_others")
    assert (
        f"{NEXT!r} of a newer" in refused.value.detail and "--to 2026_11_24_links_of_others" in refused.value.hint
    )


async def test_going_back_and_forth_keeps_what_was_there(url: str):
    async with await open_store(url) as store:
        await record(store, graph(machine("web")), [seen()], 1)
    newest = (await migrate(url)).newest
    before = await migrate(url, to="2026_11_24_links_of_others")
    assert (before.present, before.is_usable) == ("2026_11_24_links_of_others", False)
    assert await migrate(url, to=before.present) == before  # again changes nothing
    state = await migrate(url)
    assert state.present == newest and state.is_current and state.usable_from == schema.revisions()[newest]
    async with await open_store(url) as store:
        assert (await store.inventories.get(machine("web").id)).name == "web"


async def test_what_cannot_be_undone_is_refused_before_anything_is_done(url: str):
    before = await migrate(url)
    with pytest.raises(
        BadInput, match="can't go back to 2026_11_24_outranked: 2026_11_24_links_of_others"
    ) as refused:
        await migrate(url, to="2026_11_24_outranked")
    assert "backup" in refused.value.hint
    with pytest.raises(Invalid, match="there is no revision 'yesterday'"):
        await migrate(url, to="yesterday")
    assert await migrate(url) == before


def test_each_migration_says_who_may_use_what_it_leaves():
    """Since releases look for it; and none that lets older ones in may lack a way back."""
    script = ScriptDirectory.from_config(schema._config())
    order = list(schema.revisions())
    for each in order[order.index(FIRST) :]:
        module = script.get_revision(each).module
        assert hasattr(module, "usable_from"), f"{each} must say usable_from: None, or a revision"
        assert module.usable_from is None or module.usable_from in order, each
        if module.usable_from is None:
            assert hasattr(module, "downgrade"), each


Columns = dict[tuple[str, str], tuple[str, bool]]


def columns(connection: Connection) -> tuple[Columns, dict[str, set[tuple[str, ...]]]]:
    """(table, column) → its type and whether a row may leave it out; table → what must be unique in it."""
    looked = inspect(connection)
    found: Columns = {}
    unique: dict[str, set[tuple[str, ...]]] = {}
    for table in looked.get_table_names():
        for each in looked.get_columns(table):
            optional = bool(each["nullable"] or each.get("default") or each.get("computed"))
            found[table, each["name"]] = str(each["type"]), optional
        unique[table] = {
            tuple(str(name) for name in each["column_names"])
            for each in looked.get_indexes(table)
            if each["unique"]
        } | {tuple(each["column_names"]) for each in looked.get_unique_constraints(table)}
    return found, unique


async def test_what_calls_itself_additive_only_adds(empty_url: str):
    """A release that knows nothing of a migration finds all it knows, and may leave out all that is new."""
    order = list(schema.revisions())
    script = ScriptDirectory.from_config(schema._config())
    for before, after in zip(order[order.index(FIRST) - 1 :], order[order.index(FIRST) :], strict=False):
        await migrate(empty_url, to=before)
        database = Database.at(empty_url)
        async with database.reading() as connection:
            old, old_unique = await connection.run_sync(columns)
        await migrate(empty_url, to=after)
        async with database.reading() as connection:
            new, new_unique = await connection.run_sync(columns)
        await database.close()
        if script.get_revision(after).module.usable_from is not None:
            continue
        assert {each: new.get(each) for each in old} == old, after
        known = {table for table, _ in old}
        assert all(new[each][1] for each in new.keys() - old.keys() if each[0] in known), after
        assert {table: new_unique[table] for table in old_unique} == old_unique, after


def test_who_must_be_known_follows_from_the_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nothing said closes the door, None leaves it as it was, and a revision opens it as far as that one."""
    said = ["", "usable_from = None", "", "usable_from = None", "usable_from = 'd'", "usable_from = 'b'"]
    versions = tmp_path / "versions"
    versions.mkdir()
    for number, line in enumerate(said):
        down = repr("abcdef"[number - 1]) if number else None
        (versions / f"{number}.py").write_text(
            f"revision = {'abcdef'[number]!r}\ndown_revision = {down}\n{line}\n"
        )
    config = schema._config()
    config.set_main_option("script_location", str(tmp_path))
    monkeypatch.setattr(schema, "_config", lambda: config)
    schema.revisions.cache_clear()
    try:
        assert schema.revisions() == {"a": "a", "b": "a", "c": "c", "d": "c", "e": "d", "f": "d"}
    finally:
        schema.revisions.cache_clear()
