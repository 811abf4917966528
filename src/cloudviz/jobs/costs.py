"""Bills into the store: read, allocated to the resources that are known, and kept so that they add up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudviz.costs.allocation import Allocation, Known, Names, allocate
from cloudviz.costs.amounts import rounded
from cloudviz.costs.apportioning import apportion
from cloudviz.costs.charges import Amounts, Basis, Bill, ChargeCategory, ChargeKey, Line
from cloudviz.costs.reading import Progress, problems_of, read_bill
from cloudviz.errors import CloudVizError, Conflict
from cloudviz.inventory.document import problem_document
from cloudviz.inventory.model import Problem
from cloudviz.jobs.uploads import told_without, without
from cloudviz.runtime.logs import get_logger

if TYPE_CHECKING:  # reading a bill needs no database
    from cloudviz.sources.provider import CloudProvider
    from cloudviz.store import Store
    from cloudviz.store.costs import ChargeRow


@dataclass(frozen=True, slots=True)
class BillOutcome:
    """What importing a bill came to. ``status`` is ``partial`` when lines could not be read.

    ``lines_named`` name a resource at all; those of them whose resource is known are under ``""`` in
    ``lines_by_reason``.
    """

    bill_id: str
    status: str
    formats: list[str]
    months: list[str]
    lines: int
    lines_lost: int
    lines_named: int
    lines_by_reason: dict[str, int]
    totals: list[tuple[str, str, Decimal, Decimal]]
    resources: int
    problems: list[Problem]

    def summary(self) -> dict[str, Any]:
        """What the API and jobs tell of it."""
        return {
            "bill_id": self.bill_id,
            "status": self.status,
            "formats": self.formats,
            "months": self.months,
            "lines": self.lines,
            "lines_lost": self.lines_lost,
            "lines_named": self.lines_named,
            "lines_attributed": self.lines_by_reason.get("", 0),
            "lines_unattributed": {key: value for key, value in sorted(self.lines_by_reason.items()) if key},
            "resources": self.resources,
            "totals": [
                {"month": month, "currency": currency, "billed": float(billed), "amortised": float(amortised)}
                for month, currency, billed, amortised in self.totals
            ],
            "problems": [problem_document(each) for each in self.problems],
        }


async def import_bill(
    store: Store,
    paths: Sequence[Path],
    *,
    source: str = "",
    created_by: str = "",
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    within: Path | None = None,
) -> BillOutcome:
    """Read the files of a bill and keep them. Of each account and month in it, it replaces what was kept before.

    Arguments:
        source: what to call it; the names of the files when empty.
        within: a folder to leave out of names and messages: uploads are told by the user's own names.

    Raises what :func:`~cloudviz.costs.reading.read_bill` does; nothing is kept then.
    """
    with told_without(within):
        bill = await asyncio.to_thread(read_bill, paths, on_progress=on_progress, cancelled=cancelled)
    name = source or "file:" + ", ".join(_shown(path, within) for path in paths[:3])
    return await keep_bill(store, bill, source=name, created_by=created_by, within=within)


async def keep_bill(
    store: Store, bill: Bill, *, source: str, created_by: str = "", within: Path | None = None
) -> BillOutcome:
    """Allocate a bill to the resources that are known, and keep it."""
    from cloudviz.store.costs import DayRow

    names, types = await _names(store)
    lines = {key: amounts.lines for key, amounts in bill.charges.items()}
    allocation = await asyncio.to_thread(allocate, lines, names)
    rows = await asyncio.to_thread(_rows, bill.charges, bill.tags, allocation, types)
    days = [DayRow(*key, amounts.billed, amounts.amortised) for key, amounts in sorted(bill.days.items())]
    bill_id = await store.costs.record(
        rows,
        days,
        source=source,
        formats=bill.formats,
        created_by=created_by,
        lines=bill.lines,
        lines_lost=bill.lost,
    )
    billed, amortised = bill.totals(Basis.BILLED), bill.totals(Basis.AMORTISED)
    problems = [
        Problem(each.resource, each.what, without(within, each.where), each.loss) for each in problems_of(bill)
    ]
    return BillOutcome(
        bill_id=bill_id,
        status="partial" if bill.lost else "completed",
        formats=bill.formats,
        months=bill.months(),
        lines=bill.lines,
        lines_lost=bill.lost,
        lines_named=sum(amounts.lines for key, amounts in bill.charges.items() if key.resource),
        lines_by_reason=dict(allocation.lines),
        totals=[(*key, rounded(billed[key]), rounded(amortised[key])) for key in sorted(billed)],
        resources=len(set(allocation.resource_of.values())),
        problems=problems,
    )


async def fetch_costs(store: Store, provider: CloudProvider, name: str, *, created_by: str = "") -> BillOutcome:
    """Ask a provider itself what was spent in the last month and in this one, and keep its sums.

    They name no resources. Months of an account that a bill tells line by line are left out: kept beside it they
    would count twice. Raises what the provider raises, and Conflict where nothing is left to keep.

    Arguments:
        name: the provider's: ``aws``, ``azure`` or ``gcp``.
    """
    from cloudviz.store.costs import TOLD, last_day_of

    analysis = await provider.get_cost_analysis()
    known = await store.costs.billed_months(name)
    last = (date.fromisoformat(analysis.end[:10]) - timedelta(days=1)).isoformat()
    bill = Bill(formats=["told by the provider"])
    for line in analysis.lines:
        month = line.start[:7]
        if (line.account, month) in known:
            continue
        category = ChargeCategory.TAX if line.service.strip().lower() == "tax" else ChargeCategory.USAGE
        key = ChargeKey(
            name, TOLD, line.account, month, line.currency, line.region, line.service, category.value, ""
        )
        bill.take(Line(key, min(last_day_of(month), last), line.amount, line.amount))
    if not bill.lines:
        raise Conflict(
            "the provider told nothing that is not in a bill already"
            if analysis.lines
            else "the provider told of no costs",
            hint="`cloudviz costs list` shows the bills that are kept.",
        )
    return await keep_bill(store, bill, source=f"{name}:costs", created_by=created_by)


async def allocate_after_look(store: Store) -> None:
    """:func:`allocate_anew` once a discovery is recorded. What it found stays, whatever becomes of the bills."""
    try:
        await allocate_anew(store)
    except CloudVizError as error:
        get_logger(__name__).warning("costs were not allocated anew", error=error.one_line())


async def allocate_anew(store: Store) -> int:
    """Look again for the resources of every charge that is kept: a scan may have found more of them.

    Returns how many charges have moved. Does nothing where no bill is kept.
    """
    if not await store.costs.are_there():
        return 0
    names, types = await _names(store)
    held = [entry async for entry in store.costs.exact_charges()]
    changed = await asyncio.to_thread(_moved, held, names, types)
    if changed:
        await store.costs.reallocate(changed)
    return len(changed)


def _moved(held: list[tuple[int, ChargeRow]], names: Names, types: dict[str, str]) -> list[tuple[int, ChargeRow]]:
    charges = {_key_of(row): Amounts(row.billed, row.amortised, row.lines) for _, row in held}
    allocation = allocate({key: amounts.lines for key, amounts in charges.items()}, names)
    cents = apportion(charges, allocation)
    changed = []
    for number, row in held:
        key = _key_of(row)
        now = _placed(row, key, allocation, types)
        now = now._replace(billed_cents=cents[key].billed, amortised_cents=cents[key].amortised)
        if now != row:
            changed.append((number, now))
    return changed


def _key_of(row: ChargeRow) -> ChargeKey:
    own_tags = "" if row.billed_resource else row.tags
    return ChargeKey(*row[:9], own_tags)


def _placed(row: ChargeRow, key: ChargeKey, allocation: Allocation, types: dict[str, str]) -> ChargeRow:
    resource = allocation.resource_of.get(key, "")
    reason = "" if resource else allocation.reasons[key].value
    return row._replace(resource_id=resource, resource_type=types.get(resource, ""), reason=reason)


async def _names(store: Store) -> tuple[Names, dict[str, str]]:
    """The names of all resources that were ever seen, and the type of each."""
    names, types = Names(), {}
    async for item in store.costs.known_resources():
        names.add(Known(*item))
        types[item.id] = item.type
    return names, types


def _rows(
    charges: dict[ChargeKey, Amounts],
    tags: dict[tuple[str, str, str], str],
    allocation: Allocation,
    types: dict[str, str],
) -> list[ChargeRow]:
    from cloudviz.costs.formats import tags_of
    from cloudviz.store.costs import ChargeRow

    cents = apportion(charges, allocation)
    rows = []
    for key in sorted(charges):
        amounts = charges[key]
        written = key.tags
        if key.resource:
            written = tags_of(tags.get((key.provider, key.account, key.resource), ""))
        resource = allocation.resource_of.get(key, "")
        rows.append(
            ChargeRow(
                *key[:9],
                written,
                amounts.billed,
                amounts.amortised,
                cents[key].billed,
                cents[key].amortised,
                amounts.lines,
                resource,
                types.get(resource, ""),
                "" if resource else allocation.reasons[key].value,
            )
        )
    return rows


def _shown(path: Path, within: Path | None) -> str:
    return without(within, path.as_posix()) if within else path.absolute().as_posix()
