"""Bills as they are kept: charges with the resource each was allocated to, in amounts that add up to the bill.

What a resource costs is laid over it when it is read, and is no part of its state: a new bill makes no new version
of a resource, and a bill of last month can come after ten scans.
"""

from __future__ import annotations

import calendar
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import NotFound
from cloudviz.inventory.model import Resource
from cloudviz.store import cost_tables, tables
from cloudviz.store.engine import Database
from cloudviz.store.moments import At, Moment
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import Page
from cloudviz.store.rows import json_bytes, key_text, plain_text
from cloudviz.store.types import AnyRow, new_uuid

CHUNK = 5000
FEW = 2000
"""Resources whose costs are looked up one by one; for more all are read."""
HUNDREDTH = Decimal("0.01")


TOLD = "(told by the provider)"
"""The billing account of sums that a provider was asked for live. A bill of the same months replaces them."""


class Payer(NamedTuple):
    """Whose month of a bill: what one import brings of it takes the place of what an earlier one brought."""

    provider: str
    billing_account: str
    account: str
    month: str


class KnownResource(NamedTuple):
    """What allocating a bill needs to know of a resource."""

    id: str
    provider: str
    account: str
    name: str
    type: str
    number: str


class ChargeRow(NamedTuple):
    """One charge, allocated. ``tags`` is JSON or empty; ``resource_id`` empty where ``reason`` says why."""

    provider: str
    billing_account: str
    account: str
    month: str
    currency: str
    region: str
    service: str
    category: str
    billed_resource: str
    tags: str
    billed: Decimal
    amortised: Decimal
    billed_cents: int
    amortised_cents: int
    lines: int
    resource_id: str
    resource_type: str
    reason: str


class DayRow(NamedTuple):
    """What an account's service cost on a day."""

    provider: str
    billing_account: str
    account: str
    month: str
    day: str
    currency: str
    service: str
    billed: Decimal
    amortised: Decimal


class Sum(NamedTuple):
    """A sum of charges in whole cents, under a key: an account, a category, a month…"""

    key: str
    currency: str
    billed_cents: int
    amortised_cents: int
    lines: int
    resources: int


@dataclass(frozen=True, slots=True)
class BillRecord:
    """An import of a bill."""

    id: str
    source: str
    formats: list[str]
    created_at: datetime
    created_by: str
    lines: int
    lines_lost: int


@dataclass(frozen=True, slots=True)
class Charged:
    """Which charges are meant. Empty is all.

    Attributes:
        months: ``2026-10``; None for the month that is shown of each payer.
    """

    months: Sequence[str] | None = None
    providers: Sequence[str] = ()
    accounts: Sequence[str] = ()
    currency: str = ""
    types: Sequence[str] = field(default_factory=tuple)


class Costs:
    """The tables of bills. ``when_changed`` is awaited when what they tell has changed."""

    def __init__(self, database: Database, when_changed: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._when_changed = when_changed

    async def known_resources(self) -> AsyncIterator[KnownResource]:
        """Every resource that was ever seen, those that are there last: they win where a name was given anew."""
        versions, present = tables.resource_versions, tables.resources
        async with self._database.reading() as connection:
            for rows, key in ((versions, versions.c.resource_id), (present, present.c.id)):
                number = case((rows.c.provider == "gcp", rows.c.properties["id"].as_string()), else_=None)
                query = select(key, rows.c.provider, rows.c.account, rows.c.name, rows.c.resource_type, number)
                if rows is versions:
                    query = query.where(rows.c.end_seq.is_not(None))
                async for part in (await connection.stream(query)).partitions(CHUNK):
                    for row in part:
                        is_google = row[1] == "gcp" and (row[5] or "").isdigit()
                        yield KnownResource(row[0], row[1], row[2], row[3], row[4], row[5] if is_google else "")

    async def record(
        self,
        rows: Iterable[ChargeRow],
        days: Iterable[DayRow],
        *,
        source: str,
        formats: Sequence[str],
        created_by: str = "",
        lines: int,
        lines_lost: int,
    ) -> str:
        """Keep a bill, in one transaction: of each payer and month that it holds, it replaces what was there.

        A month's bill is exported anew every day, and the newest holds all of it: kept beside the older ones it
        would count everything twice. Returns the bill's id.
        """
        charged, daily = list(rows), list(days)
        payers = sorted({Payer(row.provider, row.billing_account, row.account, row.month) for row in charged})
        bill_id = new_uuid()
        async with self._database.writing() as connection:
            for start in range(0, len(payers), 200):
                some = payers[start : start + 200]
                for table in (cost_tables.charges, cost_tables.charge_days):
                    columns = table.c
                    named = tuple_(columns.provider, columns.billing_account, columns.account, columns.month)
                    await connection.execute(delete(table).where(named.in_([tuple(each) for each in some])))
                    # What the provider told in sums is in the bill line by line.
                    asked = tuple_(columns.provider, columns.account, columns.month)
                    told = [(each.provider, each.account, each.month) for each in some]
                    await connection.execute(delete(table).where(columns.billing_account == TOLD, asked.in_(told)))
            await connection.execute(
                insert(cost_tables.bills).values(
                    id=bill_id,
                    source=plain_text(source),
                    formats=list(formats),
                    created_by=plain_text(created_by),
                    lines=lines,
                    lines_lost=lines_lost,
                )
            )
            await self._insert_charges(connection, bill_id, charged)
            await self._insert_days(connection, bill_id, daily)
            empty = select(cost_tables.charges.c.bill_id).distinct()
            await connection.execute(
                delete(cost_tables.bills).where(
                    cost_tables.bills.c.id.not_in(empty), cost_tables.bills.c.id != bill_id
                )
            )
            await self._show(connection)
        await self._when_changed()
        return bill_id

    async def _insert_charges(self, connection: AsyncConnection, bill_id: str, rows: list[ChargeRow]) -> None:
        names = ("bill_id", *ChargeRow._fields)
        for start in range(0, len(rows), CHUNK):
            await self._database.insert_many(
                connection,
                cost_tables.charges,
                names,
                [self._charge_values(bill_id, row) for row in rows[start : start + CHUNK]],
            )

    def _charge_values(self, bill_id: str, row: ChargeRow) -> tuple[Any, ...]:
        words = tuple(plain_text(word) for word in row[:9])
        tags = json_bytes(_tags(row.tags)).decode() if row.tags else None
        money = self._database.money
        return (
            bill_id,
            *words,
            tags,
            money(row.billed),
            money(row.amortised),
            row.billed_cents,
            row.amortised_cents,
            row.lines,
            key_text(row.resource_id) or None,
            row.resource_type,
            row.reason,
        )

    async def _insert_days(self, connection: AsyncConnection, bill_id: str, rows: list[DayRow]) -> None:
        money = self._database.money
        values = [
            (bill_id, position, *map(plain_text, row[:7]), money(row.billed), money(row.amortised))
            for position, row in enumerate(rows)
        ]
        names = ("bill_id", "position", *DayRow._fields)
        for start in range(0, len(values), CHUNK):
            await self._database.insert_many(
                connection, cost_tables.charge_days, names, values[start : start + CHUNK]
            )

    async def _show(self, connection: AsyncConnection) -> None:
        """Choose the month that is shown of each payer, and sum up what each resource costs in it.

        It is the last that the bill covers to its end. Where there is none, it is the last.
        """
        days, months, shown = cost_tables.charge_days.c, cost_tables.cost_months, cost_tables.resource_costs
        counted = cost_tables.cost_revision
        await connection.execute(update(counted).values(number=counted.c.number + 1))
        await connection.execute(delete(months))
        await connection.execute(delete(shown))
        grouped = select(days.provider, days.billing_account, days.month, func.max(days.day)).group_by(
            days.provider, days.billing_account, days.month
        )
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for provider, billing, month, last in await connection.execute(grouped):
            found.setdefault((provider, billing), []).append((month, last))
        values = []
        for (provider, billing), held in sorted(found.items()):
            whole = [month for month, last in held if last >= last_day_of(month)]
            chosen = max(whole, default=max(month for month, _ in held))
            values += [
                {
                    "provider": provider,
                    "billing_account": billing,
                    "month": month,
                    "last_day": last,
                    "is_shown": month == chosen,
                }
                for month, last in sorted(held)
            ]
        if not values:
            return
        await connection.execute(insert(months), values)
        charges = cost_tables.charges.c
        summed = (
            select(
                charges.resource_id,
                charges.currency,
                func.max(charges.month),
                func.sum(charges.billed_cents),
                func.sum(charges.amortised_cents),
            )
            .join(months, _is_month_of(months, charges))
            .where(months.c.is_shown, charges.resource_id.is_not(None))
            .group_by(charges.resource_id, charges.currency)
        )
        await connection.execute(
            insert(shown).from_select(
                ["resource_id", "currency", "month", "billed_cents", "amortised_cents"], summed
            )
        )

    async def exact_charges(self) -> AsyncIterator[tuple[int, ChargeRow]]:
        """Every charge that is kept, with its number: to allocate them anew when the inventory has grown."""
        table = cost_tables.charges
        query = select(table).order_by(table.c.id)
        async with self._database.reading() as connection:
            async for part in (await connection.stream(query)).partitions(CHUNK):
                for row in part:
                    yield row.id, _charge_of(row)

    async def reallocate(self, changed: Sequence[tuple[int, ChargeRow]]) -> None:
        """Write down where charges belong now, with their cents."""
        table = cost_tables.charges
        names = ("resource_id", "resource_type", "reason", "billed_cents", "amortised_cents")
        query = update(table).where(table.c.id == bindparam("number"))
        query = query.values({name: bindparam(f"new_{name}") for name in names})
        values = [
            {"number": number, **{f"new_{name}": getattr(row, name) or None for name in names[:1]}}
            | {f"new_{name}": getattr(row, name) for name in names[1:]}
            for number, row in changed
        ]
        async with self._database.writing() as connection:
            for start in range(0, len(values), CHUNK):
                await connection.execute(query, values[start : start + CHUNK])
            await self._show(connection)
        await self._when_changed()

    async def billed_months(self, provider: str) -> set[tuple[str, str]]:
        """(account, month) of a provider that a bill tells line by line."""
        table = cost_tables.charges.c
        query = select(table.account, table.month).distinct()
        query = query.where(table.provider == provider, table.billing_account != TOLD)
        async with self._database.reading() as connection:
            return {(row[0], row[1]) for row in await connection.execute(query)}

    async def are_there(self) -> bool:
        """Whether any bill is kept."""
        async with self._database.reading(from_replica=True) as connection:
            return bool(await connection.scalar(select(func.count()).select_from(cost_tables.bills)))

    async def months(self) -> list[tuple[str, str, str, str, bool]]:
        """(provider, billing account, month, last day billed, whether it is shown) in order."""
        table = cost_tables.cost_months
        query = select(table).order_by(table.c.provider, table.c.billing_account, table.c.month)
        async with self._database.reading(from_replica=True) as connection:
            return [(row[0], row[1], row[2], row[3], bool(row[4])) for row in await connection.execute(query)]

    async def sums(self, by: str, charged: Charged, tag: str = "") -> list[Sum]:
        """Sums of charges by ``account``, ``region``, ``type``, ``service``, ``category``, ``month``,
        ``provider``, ``reason`` (empty for what has a resource) or ``tag``, of which ``tag`` is the key."""
        table = cost_tables.charges
        present = tables.resources
        source: Any = table
        if by == "tag":
            source = table.outerjoin(present, present.c.id == table.c.resource_id)
            key: Any = func.coalesce(
                present.c.tags[plain_text(tag)].as_string(), table.c.tags[plain_text(tag)].as_string(), ""
            )
        else:
            key = table.c["resource_type" if by == "type" else by]
        query = select(
            key.label("key"),
            table.c.currency,
            func.sum(table.c.billed_cents),
            func.sum(table.c.amortised_cents),
            func.sum(table.c.lines),
            func.count(table.c.resource_id.distinct()),
        )
        query = query.select_from(source).where(*_conditions(charged)).group_by(key, table.c.currency)
        async with self._database.reading(from_replica=True) as connection:
            found = [
                Sum(row[0] or "", row[1], int(row[2] or 0), int(row[3] or 0), int(row[4] or 0), int(row[5] or 0))
                for row in await connection.execute(query)
            ]
        return sorted(found, key=lambda each: (each.currency, -abs(each.amortised_cents), each.key))

    async def days(self, charged: Charged) -> list[DayRow]:
        """What each account's services cost on each day, in the order of days."""
        table = cost_tables.charge_days.c
        wanted: list[Any] = []
        if charged.months:
            wanted.append(table.month.in_(list(charged.months)))
        if charged.providers:
            wanted.append(table.provider.in_(list(charged.providers)))
        if charged.accounts:
            wanted.append(table.account.in_(list(charged.accounts)))
        if charged.currency:
            wanted.append(table.currency == charged.currency)
        columns = [table[name] for name in DayRow._fields]
        query = select(*columns).where(*wanted).order_by(table.day, table.provider, table.account, table.service)
        async with self._database.reading(from_replica=True) as connection:
            return [DayRow(*row) for row in await connection.execute(query)]

    async def of_resource(self, resource_id: str) -> list[ChargeRow]:
        """The charges of one resource, newest month first."""
        table = cost_tables.charges
        query = select(table).where(table.c.resource_id == key_text(resource_id))
        query = query.order_by(table.c.month.desc(), table.c.service, table.c.id)
        async with self._database.reading(from_replica=True) as connection:
            return [_charge_of(row) for row in await connection.execute(query)]

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[BillRecord]:
        """The bills that are kept, newest first."""
        table = cost_tables.bills
        async with self._database.reading(from_replica=True) as connection:
            return await fetch_page(
                connection,
                select(table),
                [(table.c.created_at, datetime), (table.c.id, str)],
                _bill_of,
                limit,
                cursor,
                newest_first=True,
            )

    async def delete(self, bill_id: str) -> None:
        """Forget a bill. Raises NotFound."""
        table = cost_tables.bills
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(table).where(table.c.id == bill_id))
            if not gone.rowcount:
                raise NotFound(f"there is no bill {plain_text(bill_id)[:60]!r}")
            await self._show(connection)
        await self._when_changed()


async def lay_costs(
    database: Database,
    connection: AsyncConnection,
    resources: dict[str, Resource],
    moment: Moment | None = None,
) -> None:
    """Put what the bill says into resources by id, those that it knows: of the month of an instant, where one is
    asked for, and else of the month that is shown of their payer."""
    if not resources or not await connection.scalar(select(cost_tables.bills.c.id).limit(1)):
        return
    if isinstance(moment, At):
        costs = await costs_in(connection, f"{moment.instant.astimezone(UTC):%Y-%m}")
    else:
        costs = await costs_of(database, connection, list(resources) if len(resources) <= FEW else None)
    for key in costs.keys() & resources.keys():
        amount, currency = costs[key]
        resources[key] = replace(resources[key], cost_monthly=amount, currency=currency)


async def with_costs(database: Database, connection: AsyncConnection, items: Sequence[Resource]) -> list[Resource]:
    """The same of a list, in its order, with what they cost now."""
    held = {item.id: item for item in items}
    await lay_costs(database, connection, held)
    return [held[item.id] for item in items]


async def costs_of(
    database: Database, connection: AsyncConnection, keys: Sequence[str] | None
) -> dict[str, tuple[Decimal, str]]:
    """What some resources, or all, cost in the month that is shown, with the currency."""
    table = cost_tables.resource_costs
    query = select(table.c.resource_id, table.c.currency, table.c.amortised_cents)
    if keys is not None:
        query = query.where(database.among(table.c.resource_id, list(keys)))
    return _largest((row[0], row[1], int(row[2])) for row in await connection.execute(query))


async def costs_in(connection: AsyncConnection, month: str) -> dict[str, tuple[Decimal, str]]:
    """What each resource cost in a month, with the currency."""
    table = cost_tables.charges.c
    query = select(table.resource_id, table.currency, func.sum(table.amortised_cents)).where(
        table.month == month, table.resource_id.is_not(None)
    )
    rows = await connection.execute(query.group_by(table.resource_id, table.currency))
    return _largest((row[0], row[1], int(row[2])) for row in rows)


def last_day_of(month: str) -> str:
    """``2026-10`` → ``2026-10-31``."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{month}-{calendar.monthrange(year, number)[1]:02d}"


def _largest(rows: Iterable[tuple[str, str, int]]) -> dict[str, tuple[Decimal, str]]:
    found: dict[str, tuple[int, str]] = {}
    for key, currency, cents in rows:
        held = found.get(key)
        if held is None or (abs(cents), currency) > (abs(held[0]), held[1]):
            found[key] = (cents, currency)
    return {key: (cents * HUNDREDTH, currency) for key, (cents, currency) in found.items()}


def _is_month_of(months: Any, charges: Any) -> Any:
    return and_(
        months.c.provider == charges.provider,
        months.c.billing_account == charges.billing_account,
        months.c.month == charges.month,
    )


def _conditions(charged: Charged) -> list[Any]:
    table, months = cost_tables.charges.c, cost_tables.cost_months
    wanted: list[Any] = []
    if charged.months is None:
        shown = select(months.c.provider, months.c.billing_account, months.c.month).where(months.c.is_shown)
        wanted.append(tuple_(table.provider, table.billing_account, table.month).in_(shown))
    elif charged.months:
        wanted.append(table.month.in_(list(charged.months)))
    for values, column in (
        (charged.providers, table.provider),
        (charged.accounts, table.account),
        (charged.types, table.resource_type),
    ):
        if values:
            wanted.append(or_(*(column == plain_text(value) for value in values)))
    if charged.currency:
        wanted.append(table.currency == charged.currency)
    return wanted


def _tags(text: str) -> dict[str, str]:
    import orjson

    value = orjson.loads(text)
    return {str(key): str(each) for key, each in value.items()} if isinstance(value, dict) else {}


def _charge_of(row: AnyRow) -> ChargeRow:
    held = row._mapping
    values = {name: held[name] for name in ChargeRow._fields}
    values["tags"] = json_bytes(values["tags"]).decode() if values["tags"] else ""
    values["resource_id"] = values["resource_id"] or ""
    return ChargeRow(**values)


def _bill_of(row: AnyRow) -> BillRecord:
    return BillRecord(
        row.id, row.source, list(row.formats), row.created_at, row.created_by, row.lines, row.lines_lost
    )
