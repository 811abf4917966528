"""What is old goes, what is current stays: over any history, and whatever the age."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.estates import day, graph, instant, machine, seen
from tests.store.test_search import counted

from cloudviz.inventory.model import Link
from cloudviz.inventory.select import Selection
from cloudviz.runtime.settings import RetentionSettings
from cloudviz.store import ResourceDetail, Store

ALL = RetentionSettings(history_days=1, jobs_days=1, diagrams_days=1, sessions_days=1, checkpoints_days=1, batch=3)
LOOKS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["running", "stopped"])),
        st.sampled_from(["seen", "throttled"]),
    ),
    min_size=1,
    max_size=6,
)


async def latest(store: Store, key: str) -> ResourceDetail:
    """A resource without when it was first seen: of what is forgotten nothing was the first."""
    return replace(await store.inventories.detail(key), first_seen_at=day(1), first_discovery="")


@given(LOOKS, st.integers(0, 400))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_current_is_never_removed(store: Store, looks, ahead: int):
    start = (await store.inventories.data_version()) + 1
    for number, (machines, status) in enumerate(looks):
        items = [machine(name, state=state) for name, state in machines.items()]
        links = [Link(items[0].id, item.id, "uses") for item in items[1:]]
        discovery = await store.discoveries.create("aws", "aws:profile/prod", {})
        covered = [seen(status=status)]
        await store.inventories.record(discovery, graph(*items, links=links), covered, [], day(start + number))
        await store.discoveries.finish(discovery, "completed")
    last = start + len(looks) - 1
    inventory = store.inventories
    before = await inventory.read(Selection())
    details = {key: await latest(store, key) for key in before.resources}
    coverage, version = await inventory.coverage(), await inventory.data_version()
    facets = await counted(store)

    await store.retention.remove(ALL, day(last) + timedelta(days=5000 + ahead))

    assert await inventory.read(Selection()) == before
    assert await inventory.read(Selection(at=instant(last + 1))) == before
    assert {key: await latest(store, key) for key in before.resources} == details
    assert (await inventory.coverage(), await inventory.data_version()) == (coverage, version)
    assert await inventory.facets(Selection()) == facets
    for key in before.resources:
        assert [each.valid_to for each in await inventory.history(key)] == [None]


async def test_what_is_old_goes_and_what_is_kept_for_ever_stays(store: Store):
    for number, state in enumerate(["running", "stopped", "running"]):
        discovery = await store.discoveries.create("aws", "aws:profile/prod", {})
        await store.inventories.record(
            discovery, graph(machine("web", state=state)), [seen()], [], day(number + 1)
        )
        await store.discoveries.finish(discovery, "completed")
    job = await store.jobs.enqueue("draw", {})
    waiting = await store.jobs.enqueue("draw", {})
    await store.jobs.request_cancel(job.id)
    diagram = await store.diagrams.save([], "graph TD", "light", "hierarchical", {}, None, {})
    far = day(9000)

    for number in range(10):
        await store.audit.append("anna", "look", str(number), {})

    none = RetentionSettings(**{name: 0 for name in RetentionSettings.model_fields if name.endswith("_days")})
    assert sum((await store.retention.remove(none, far)).values()) == 0
    assert len(await store.inventories.history(machine("web").id)) == 3
    assert (await store.diagrams.get(diagram)).id == diagram

    removed = await store.retention.remove(ALL, far)
    assert (removed["resource_versions"], removed["discoveries"]) == (2, 2)
    assert (removed["jobs"], removed["diagrams"]) == (1, 1)
    assert [each.id for each in (await store.jobs.page()).items] == [waiting.id]
    # Nothing of the audit went, for ever is its default; then all, in steps, and the chain goes on from there.
    assert len((await store.audit.page()).items) == 10
    removed = await store.retention.remove(RetentionSettings(audit_days=1, batch=3), far)
    assert removed["audit"] == 10 and (await store.audit.page()).items == []
    await store.audit.append("anna", "look", "again", {})
    assert [each.target for each in (await store.audit.page()).items] == ["again"]
    assert len(await store.inventories.history(machine("web").id)) == 1
    assert sum((await store.retention.remove(ALL, far)).values()) == 0
