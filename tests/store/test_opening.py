"""Opening and migrating: the same schema on both databases, refusals in words, no password in any of them."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import traceback
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from tests.servers import PostgresServer, free_port
from tests.store.estates import day, graph, machine, record, seen

from cloudviz.errors import BadInput, CloudVizError, Unavailable
from cloudviz.inventory.select import Selection
from cloudviz.runtime.settings import StoreSettings
from cloudviz.store import Store, migrate, open_store, schema, tables
from cloudviz.store.engine import Database

SECRET = "hunter2"


def described(item, name, kind, reflected, compare_to) -> bool:
    """What indexes the search differs by database and is none of the tables' description."""
    return not (name or "").startswith("search_resources")


async def test_the_migrations_make_exactly_the_tables(empty_url: str):
    await migrate(empty_url)
    database = Database.at(empty_url)
    async with database.reading() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"compare_type": True, "include_object": described}),
                tables.metadata,
            )
        )
    await database.close()
    assert differences == []


async def test_the_tables_and_columns_of_the_specification(empty_url: str):
    await migrate(empty_url)
    wanted = {
        "users": {"id", "username", "email", "password_hash", "roles", "created_at"},
        "discoveries": {
            *("id", "provider", "status", "resources_found", "cost_estimate", "metadata"),
            *("created_at", "completed_at"),
        },
        "resources": {
            *("id", "discovery_id", "provider", "resource_type", "name", "region", "properties"),
            *("cost_monthly", "created_at"),
        },
        "diagrams": {"id", "discovery_ids", "mermaid_code", "theme", "layout", "metadata", "created_at"},
    }
    indexes = {"idx_resources_provider", "idx_resources_type", "idx_resources_region", "idx_discoveries_status"}
    database = Database.at(empty_url)
    async with database.reading() as connection:

        def look(sync):
            found = inspect(sync)
            columns = {name: {each["name"] for each in found.get_columns(name)} for name in wanted}
            names = {each["name"] for table in wanted for each in found.get_indexes(table)}
            return columns, names

        columns, names = await connection.run_sync(look)
    await database.close()
    assert {name: wanted[name] - columns[name] for name in wanted} == {name: set() for name in wanted}
    assert indexes <= names


async def test_rows_written_by_hand_get_the_defaults_of_the_specification(url: str):
    """What the specification's SQL promises to somebody with a database shell."""
    database = Database.at(url)
    async with database.writing() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO users (username, email, password_hash) VALUES ('a', 'b', 'c')"
        )
        await connection.exec_driver_sql("INSERT INTO discoveries (provider) VALUES ('aws')")
    await database.close()
    async with await open_store(url) as store:
        person = await store.people.by_username("a")
        assert person is not None and person.roles == ("viewer",) and person.created_at is not None
        (discovery,) = await store.discoveries.page()
        assert discovery.status == "pending" and await store.discoveries.get(discovery.id) == discovery


async def test_migrating_again_changes_nothing(url: str, store: Store):
    await record(store, graph(machine("web")), [seen()], 1)
    state = await migrate(url)
    assert state.is_current and state == await store.schema()
    assert (await store.inventories.get(machine("web").id)).name == "web"
    await store.ping()


MIGRATE = (
    "import asyncio, sys; from cloudviz.store import migrate; print(asyncio.run(migrate(sys.argv[1])).is_current)"
)


async def test_processes_that_migrate_at_once_wait_for_each_other(empty_url: str):
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MIGRATE, empty_url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for process in processes:
        out, err = await process.communicate()
        assert (process.returncode, out.strip()) == (0, b"True"), err.decode()


async def test_who_waits_too_long_for_another_migration_says_so(empty_url: str):
    """Somebody else is at it: wait, then refuse in words; and go on as soon as he is done."""
    await open_and_close(empty_url)
    is_postgres = empty_url.startswith("postgresql")
    if is_postgres:
        other = await asyncpg.connect(empty_url)
        await other.execute("SELECT pg_advisory_lock($1)", schema._SCHEMA_LOCK)
    else:
        file = sqlite3.connect(empty_url.partition("sqlite:///")[2], isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"locked|written by another process") as refused:
        await migrate(empty_url, StoreSettings(migrate_wait_seconds=1))
    assert refused.value.hint and refused.value.retry_after
    waiting = asyncio.create_task(migrate(empty_url))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    if is_postgres:
        await other.close()
    else:
        file.execute("ROLLBACK")
        file.close()
    assert (await waiting).is_current


async def open_and_close(url: str) -> None:
    """Make the file of a SQLite database."""
    async with await open_store(url):
        pass


async def test_the_search_of_what_an_older_release_recorded_is_written_anew(url: str):
    """That migration again, and those that changed what it made, over rows as the release before left them."""
    async with await open_store(url) as store:
        item = machine("web", tags={"env": "prod"}, properties={"private_ip": "10.1.2.3"})
        await record(store, graph(item, machine("db")), [seen()], 1)
        await record(store, graph(item), [seen()], 2)
        counts = await store.inventories.facets(Selection())
    database = Database.at(url)
    async with database.writing() as connection:
        if database.is_postgres:
            await connection.exec_driver_sql("DROP INDEX search_resources")
        else:
            await connection.exec_driver_sql("DROP TABLE search_resources")
        await connection.exec_driver_sql("DROP TABLE facets")
        for table in ("resources", "resource_versions"):
            await connection.exec_driver_sql(f"UPDATE {table} SET search = 'web'")
        before = "2026_11_24_credentials"
        newest = (await schema.schema_state(connection)).newest
        await connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{before}'")
        await connection.run_sync(schema.upgrade, "2026_11_24_trigram_search")
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2026_11_24_events'")
        await connection.run_sync(schema.upgrade, "2026_11_24_search_by_statement")
        await connection.exec_driver_sql("DROP TABLE scope_states")
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2026_11_24_outranked'")
        await connection.run_sync(schema.upgrade, "2026_11_24_search_letters")
        await connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{newest}'")
    await database.close()
    async with await open_store(url) as store:
        for words in ("10.1.2.3", "env=prod", "instance/web"):
            assert [each.id for each in await store.inventories.page(Selection(text=words))] == [item.id]
        past = Selection(text="instance/db", at=day(1.5).isoformat())
        assert len((await store.inventories.page(past)).items) == 1
        assert await store.inventories.facets(Selection()) == counts
        assert await store.inventories.facets(Selection(providers=("aws",))) == counts  # kept by scope
        await record(store, graph(), [seen()], 3)
        assert (await store.inventories.page(Selection(text="env=prod"))).items == []


async def test_a_store_that_was_not_migrated_says_so(empty_url: str):
    async with await open_store(empty_url) as store:
        assert not (await store.schema()).is_current
        with pytest.raises(Unavailable, match="does not have CloudViz's tables") as refused:
            await store.discoveries.page()
        assert "cloudviz migrate" in refused.value.hint
        with pytest.raises(Unavailable, match="does not have CloudViz's tables"):
            await store.jobs.enqueue("draw", {})


async def test_a_schema_from_the_future_is_refused(url: str):
    database = Database.at(url)
    async with database.writing() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2031_01_01_x'")
    await database.close()
    for opening in (open_store(url), migrate(url)):
        with pytest.raises(BadInput, match="made by a newer CloudViz"):
            await opening


async def test_the_tables_of_somebody_else_are_left_alone(empty_url: str):
    database = Database.at(empty_url)
    async with database.writing() as connection:
        await connection.exec_driver_sql("CREATE TABLE users (name text)")
    await database.close()
    with pytest.raises(BadInput, match="did not make: users"):
        await migrate(empty_url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cloudviz",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        f"mysql://root:{SECRET}@localhost/x",
        f"postgresql://u:{SECRET}@host:notaport/x",
        f"postgresql://u:{SECRET}@[::1/x",
        f"{SECRET} not a url",
        f"sqlite:///a\x00{SECRET}.db",
    ],
)
async def test_a_url_that_is_none_is_refused_without_its_password(url: str):
    for opening in (open_store, migrate):
        with pytest.raises(BadInput) as refused:
            await opening(url)
        assert SECRET not in whole(refused.value) and "DATABASE_URL" in refused.value.hint


async def test_a_database_that_is_not_there_is_named_without_its_password():
    port = free_port()
    for url in (
        f"postgresql://u:{SECRET}@127.0.0.1:{port}/estate",
        f"postgresql+asyncpg://u@127.0.0.1:{port}/estate?password={SECRET}",
    ):
        with pytest.raises(
            Unavailable, match=f"cannot connect to the database at 127.0.0.1:{port}/estate"
        ) as refused:
            await open_store(url)
        assert refused.value.hint and SECRET not in whole(refused.value)
    with pytest.raises(Unavailable, match=r"no-such-host\.invalid:5432/x"):
        await open_store(f"postgres://u:{SECRET}@no-such-host.invalid/x")


@pytest.mark.postgres
async def test_what_postgresql_refuses_is_said_in_words(postgres_server: PostgresServer):
    url = postgres_server.url()
    place = url.rpartition("@")[2]
    with pytest.raises(Unavailable, match="refused the user name or the password") as refused:
        await open_store(f"postgresql://cloudviz:{SECRET}@{place}")
    assert SECRET not in whole(refused.value)
    with pytest.raises(Unavailable, match="does not exist") as refused:
        await open_store(url.rpartition("/")[0] + "/nowhere")
    assert "createdb" in refused.value.hint
    async with await open_store(f"{url}?sslmode=prefer&application_name=tests") as store:
        assert store.shown == place


@pytest.mark.postgres
async def test_a_lost_connection_is_unavailable_and_then_made_anew(postgres_server: PostgresServer):
    url = postgres_server.url()
    await migrate(url)
    async with await open_store(url) as store:
        await store.ping()
        other = await asyncpg.connect(url)
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await other.close()
        # The pool finds its connections dead and opens new ones; nobody notices.
        assert await store.people.count() == 0


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    for name, content in {
        "text.db": b"hello, I am a text file\n" * 100,
        "cut.db": b"SQLite format 3\x00" + b"\xff" * 5000,
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        for opening in (open_store, migrate):
            with pytest.raises(BadInput, match="is no SQLite database") as refused:
                await opening(f"sqlite:///{path}")
            assert str(path) in refused.value.one_line()
        assert path.read_bytes() == content


async def test_a_folder_that_cannot_be_used(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="cannot be made"):
        await open_store(f"sqlite:///{tmp_path}/file/sub/x.db")
    with pytest.raises(Unavailable, match="is a folder"):
        await open_store(f"sqlite:///{tmp_path}")


async def test_only_its_owner_reads_the_file(tmp_path: Path):
    path = tmp_path / "x.db"
    await migrate(str(path))
    async with await open_store(str(path)):
        modes = {each.name: oct(each.stat().st_mode & 0o777) for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("x.db", "x.db-wal", "x.db-shm"), "0o600")


async def test_a_refusal_is_all_that_a_process_prints(tmp_path: Path):
    """No thread of the driver may still write its traceback when the event loop is gone."""
    (tmp_path / "text.db").write_text("no database at all, but a text\n" * 100)
    script = (
        "import asyncio, sys\nfrom cloudviz.errors import CloudVizError\n"
        "from cloudviz.store import migrate, open_store\n"
        "for opening in (open_store, migrate) * 5:\n"
        "    try: asyncio.run(opening(sys.argv[1]))\n"
        "    except CloudVizError: pass\n"
    )
    for name in ("text.db", "."):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, f"sqlite:///{tmp_path}/{name}"), stderr=subprocess.PIPE
        )
        assert (await process.communicate())[1] == b""


@pytest.mark.parametrize("name", ["a b.db", "ünï👀.db", "100%.db", "a?b#c.db", "'quoted\".db"])
async def test_a_file_may_have_any_name(tmp_path: Path, name: str):
    path = tmp_path / "sub" / name
    url = str(path)
    if "?" in name or "#" in name:
        url = f"sqlite:///{path}".replace("?", "%3F").replace("#", "%23")
    await migrate(url)
    if "?" not in name:
        assert path.exists()
    async with await open_store(url) as store:
        assert await store.people.count() == 0


async def test_sqlite_is_set_up_to_be_shared(tmp_path: Path):
    path = tmp_path / "x.db"
    await migrate(f"sqlite:///{path}")
    async with await open_store(f"sqlite:///{path}") as store, store._database.reading() as connection:
        found = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    assert found == {"journal_mode": "wal", "busy_timeout": 5000, "foreign_keys": 1, "synchronous": 1}


async def test_a_file_locked_for_long_is_unavailable_and_readers_do_not_care(tmp_path: Path, monkeypatch):
    path = tmp_path / "x.db"
    await migrate(f"sqlite:///{path}")
    monkeypatch.setattr("cloudviz.store.engine._PRAGMAS", ("PRAGMA busy_timeout = 50", "PRAGMA foreign_keys = ON"))
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    async with await open_store(str(path)) as store:
        assert await store.people.count() == 0
        with pytest.raises(Unavailable, match="written by another process"):
            await store.jobs.enqueue("draw", {})
        writer.execute("ROLLBACK")
        assert (await store.jobs.enqueue("draw", {})).status == "queued"
    writer.close()


KILLED = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[2])
from cloudviz.store import open_store
from cloudviz.store import recording
from tests.store.estates import graph, machine, seen, day

async def main():
    store = await open_store(sys.argv[1])
    key = await store.discoveries.create("aws", "aws:x", {})
    # Dead in the middle: everything but the last statement has been sent.
    async def end(self):
        os.kill(os.getpid(), 9)
    recording.Recording.end = end
    items = [machine(f"m{n}") for n in range(5000)]
    await store.inventories.record(key, graph(*items), [seen()], [], day(1))

asyncio.run(main())
"""


async def test_a_killed_recorder_leaves_nothing_half_written(url: str):
    root = Path(__file__).resolve().parents[2]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, url, str(root))
    assert await process.wait() == -9
    async with await open_store(url) as store:
        (discovery,) = await store.discoveries.page()
        assert discovery.seen_at is None
        _, changes = await record(store, graph(machine("m1")), [seen()], 2)
        assert (changes.added, changes.removed) == (1, 0)


def whole(error: CloudVizError) -> str:
    """All that could be printed of an error: its line, and the chain that a log would hold."""
    return error.one_line() + "".join(traceback.format_exception(error))
