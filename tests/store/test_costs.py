"""Bills that are kept: what replaces what, what a resource costs, and sums that are the bill on both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.store.estates import graph, instant, machine, record, seen

from cloudviz.costs.charges import Basis
from cloudviz.errors import Conflict, NotFound
from cloudviz.inventory.select import Selection
from cloudviz.jobs.cost_reports import charged, grouped, summary
from cloudviz.jobs.costs import allocate_anew, fetch_costs, import_bill
from cloudviz.sources.provider import CloudProvider, CostAnalysis, CostLine
from cloudviz.store import Store

HEADER = (
    "ProviderName,BillingAccountId,SubAccountId,BillingPeriodStart,ChargePeriodStart,BillingCurrency,BilledCost,"
    "EffectiveCost,ChargeCategory,ResourceId,ServiceName,RegionId,Tags\n"
)
WEB, DB = "i-0123456789abcdef0", "i-0fedcba9876543210"
NAMED_WEB = replace(machine(WEB), name="web", tags={"team": "shop"})


def line(resource: str, billed: str, *, month: str = "2026-03", day: int = 31, **more: str) -> str:
    kind, tags, account = more.get("kind", "Usage"), more.get("tags", ""), more.get("account", "1")
    spread = more.get("spread", billed)
    when = f"{month}-01,{month}-{day:02d}"
    return f'AWS,999,{account},{when},USD,{billed},{spread},{kind},{resource},EC2,eu-west-1,"{tags}"\n'


@pytest.fixture
async def estate(store: Store) -> Store:
    """Two machines, named in bills by their ids."""
    items = [NAMED_WEB, replace(machine(DB), name="db")]
    await record(store, graph(*items), [seen()], 1)
    return store


def bill(folder: Path, *lines: str, name: str = "bill.csv") -> list[Path]:
    path = folder / name
    path.write_text(HEADER + "".join(lines))
    return [path]


async def costs(store: Store, at: str = "") -> dict[str, Decimal | None]:
    found = await store.inventories.read(Selection(at=at))
    return {item.name: item.cost_monthly for item in found.resources.values()}


async def test_a_bill_lies_over_the_inventory_and_adds_up(estate: Store, tmp_path: Path):
    version = await estate.inventories.data_version()
    outcome = await import_bill(
        estate,
        bill(tmp_path, line(WEB, "10.006"), line(WEB, "0.005"), line(DB, "3"), line("", "1.5"), line("gone", "2")),
    )
    assert (outcome.status, outcome.lines, outcome.lines_by_reason) == (
        "completed", 5, {"": 3, "not_named": 1, "not_in_inventory": 1},
    )  # fmt: skip
    assert await costs(estate) == {"web": Decimal("10.01"), "db": Decimal("3.00")}
    assert await estate.inventories.data_version() > version
    page = await estate.inventories.page(Selection())
    assert {item.name: item.currency for item in page.items if item.cost_monthly} == {"web": "USD", "db": "USD"}
    web = (await estate.inventories.detail(machine(WEB).id)).resource
    assert web.cost_monthly == Decimal("10.01")
    assert len(await estate.inventories.history(web.id)) == 1, "a bill makes no version of a resource"

    (told,) = (await summary(estate, charged()))["currencies"]
    assert told["total"] == 16.51 == round(told["attributed"] + told["unattributed"], 2)
    assert told["unattributed_by_reason"] == {"not_in_inventory": 2.0, "not_named": 1.5}
    for by in ("account", "region", "type", "service"):
        rows = await grouped(estate, by, charged())
        assert sum(Decimal(str(row["amount"])) for row in rows) == Decimal("16.51"), by
    by_team = {row["key"]: row["amount"] for row in await grouped(estate, "tag", charged(), tag="team")}
    assert by_team == {"shop": 10.01, "(untagged)": 6.5}
    by_type = {row["key"]: row["amount"] for row in await grouped(estate, "type", charged())}
    assert by_type == {"aws.ec2.instance": 13.01, "(unattributed)": 3.5}


async def test_a_newer_export_takes_the_place_of_the_older_one(estate: Store, tmp_path: Path):
    await import_bill(estate, bill(tmp_path, line(WEB, "10"), line(DB, "3"), line(DB, "5", account="2")))
    await import_bill(estate, bill(tmp_path, line(WEB, "12")))
    (told,) = (await summary(estate, charged()))["currencies"]
    assert told["total"] == 17.0, "account 1 is new, account 2 was not in the file"
    await import_bill(estate, bill(tmp_path, line(WEB, "12")))
    assert [each.lines for each in (await estate.costs.page()).items] == [1, 3], "nothing is left of the second"


async def test_the_last_whole_month_is_shown_and_an_instant_shows_its_own(estate: Store, tmp_path: Path):
    await import_bill(
        estate,
        bill(
            tmp_path,
            line(WEB, "10", month="2026-03"),
            line(WEB, "20", month="2026-04", day=30),
            line(WEB, "2", month="2026-05", day=3),
        ),
    )
    assert (await costs(estate))["web"] == Decimal("20.00")
    assert (await costs(estate, at=instant(5)))["web"] == Decimal("10.00")
    assert (await costs(estate, at="2026-05-02T00:00:00Z"))["web"] == Decimal("2.00")
    (told,) = (await summary(estate, charged(month="all")))["currencies"]
    assert told["by_month"] == [
        {"month": "2026-03", "total": 10.0},
        {"month": "2026-04", "total": 20.0},
        {"month": "2026-05", "total": 2.0},
    ]


async def test_a_later_scan_finds_what_a_bill_named(store: Store, tmp_path: Path):
    await import_bill(store, bill(tmp_path, line(WEB, "10"), line("web", "0.5")))
    assert await allocate_anew(store) == 0
    await record(store, graph(replace(machine(WEB), name="web")), [seen()], 1)
    assert await allocate_anew(store) == 2
    assert await costs(store) == {"web": Decimal("10.50")}
    await record(store, graph(machine(DB)), [seen()], 2)
    assert await allocate_anew(store) == 0, "what is gone keeps what it cost"


async def test_amortised_and_billed_are_two_views_of_one_bill(estate: Store, tmp_path: Path):
    bought = line("", "30", spread="0", kind="Purchase")
    await import_bill(estate, bill(tmp_path, line(WEB, "0", spread="7.5"), bought))
    (amortised,) = (await summary(estate, charged()))["currencies"]
    (billed,) = (await summary(estate, charged(), Basis.BILLED))["currencies"]
    assert (amortised["total"], billed["total"]) == (7.5, 30.0)
    assert billed["by_category"] == {"purchase": 30.0, "usage": 0.0}


async def test_a_bill_is_forgotten(estate: Store, tmp_path: Path):
    outcome = await import_bill(estate, bill(tmp_path, line(WEB, "10")))
    await estate.costs.delete(outcome.bill_id)
    assert await costs(estate) == {"web": None, "db": None}
    assert (await summary(estate, charged()))["currencies"] == []
    with pytest.raises(NotFound):
        await estate.costs.delete(outcome.bill_id)


async def test_what_bills_say_is_no_change_of_a_resource(estate: Store, tmp_path: Path):
    await import_bill(estate, bill(tmp_path, line(WEB, "10")))
    await record(estate, graph(NAMED_WEB, replace(machine(DB), name="db2")), [seen()], 2)
    await allocate_anew(estate)
    found = await estate.inventories.diff(instant(1), instant(2))
    assert [each.after.name for each in found.changed] == ["db2"]


class Teller(CloudProvider):
    """A provider that tells sums."""

    def __init__(self, *lines: CostLine) -> None:
        self._lines = list(lines)

    async def discover_resources(self, config):  # type: ignore[no-untyped-def]
        raise NotImplementedError

    async def test_connection(self, accounts=()):  # type: ignore[no-untyped-def]
        raise NotImplementedError

    async def get_cost_analysis(self) -> CostAnalysis:
        return CostAnalysis("aws", "2026-03-01", "2026-04-11", self._lines)


async def test_sums_that_a_provider_tells_never_count_beside_a_bill(estate: Store, tmp_path: Path):
    told = Teller(
        CostLine("EC2", "1", "eu-west-1", Decimal("9"), "USD", "2026-03-01"),
        CostLine("EC2", "1", "eu-west-1", Decimal("4"), "USD", "2026-04-01"),
        CostLine("Tax", "1", "", Decimal("1"), "USD", "2026-04-01"),
    )
    await fetch_costs(estate, told, "aws")
    (all_months,) = (await summary(estate, charged(month="all")))["currencies"]
    assert (all_months["total"], all_months["forecast"]) == (14.0, None)
    await import_bill(estate, bill(tmp_path, line(WEB, "10")))
    (all_months,) = (await summary(estate, charged(month="all")))["currencies"]
    assert all_months["total"] == 15.0, "the bill of March takes the place of what was told of it"
    await fetch_costs(estate, told, "aws")
    (all_months,) = (await summary(estate, charged(month="all")))["currencies"]
    assert all_months["total"] == 15.0
    with pytest.raises(Conflict):
        await fetch_costs(estate, Teller(told._lines[0]), "aws")


async def test_hostile_words_are_kept_as_they_are(store: Store, tmp_path: Path):
    name = "x' OR 1=1; --<script>\u202e" + "y" * 3000
    path = tmp_path / "bill.csv"
    path.write_text(HEADER + line(name, "1", tags='{""<b>"": ""\u202e""}'))
    await import_bill(store, [path])
    rows = await grouped(store, "tag", charged(), tag="<b>")
    assert [row["key"] for row in rows] == ["\u202e"]
    assert (await grouped(store, "tag", charged(), tag='"; drop'))[0]["key"] == "(untagged)"
