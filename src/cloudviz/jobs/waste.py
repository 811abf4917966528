"""What serves nothing, and what it costs: the inventory ▶ costs.waste, with amounts of bills or estimates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from cloudviz.costs.estimates import Estimate, estimates
from cloudviz.costs.waste import Confidence, Finding, WasteKind, find_waste
from cloudviz.inventory.model import Coverage, Graph, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store import Store

_LEVELS = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


async def waste(
    store: Store,
    *,
    providers: Sequence[str] = (),
    accounts: Sequence[str] = (),
    kinds: Sequence[WasteKind] = (),
    least: Confidence = Confidence.LOW,
) -> dict[str, Any]:
    """What is paid for and serves nothing, dearest first, and what it comes to in each currency.

    ``totals`` has what bills say and what is estimated apart, and never their sum. Of a resource that is told here
    ``cost_source`` says where its amount is from: ``bill``, ``estimate``, or empty where nothing is known.

    Arguments:
        kinds: only these; all when empty.
        least: the least confidence that is told.
    """
    selection = Selection(providers=tuple(providers))
    graph = await store.inventories.read(selection)
    coverage = await store.inventories.coverage(tuple(providers))
    wanted = {Confidence(word) for word in _LEVELS if _LEVELS[word] >= _LEVELS[least]}
    return await asyncio.to_thread(_report, graph, coverage, set(accounts), set(kinds), wanted)


def _report(
    graph: Graph, coverage: Iterable[Coverage], accounts: set[str], kinds: set[WasteKind], wanted: set[Confidence]
) -> dict[str, Any]:
    found = [
        each
        for each in find_waste(graph, coverage)
        if each.confidence in wanted
        and (not accounts or each.resource.account in accounts)
        and (not kinds or each.kind in kinds)
    ]
    guessed = estimates(graph.resources.values())
    items = [_item(each, guessed.get(each.resource.id)) for each in found]
    items.sort(key=lambda item: (item["cost_monthly"] is None, -(item["cost_monthly"] or 0), item["id"]))
    return {"items": items, "totals": _totals(items)}


def _item(found: Finding, guess: Estimate | None) -> dict[str, Any]:
    item = found.resource
    told = _named(item) | {
        "kind": found.kind.value,
        "reason": found.reason,
        "confidence": found.confidence.value,
        "cost_monthly": None,
        "currency": None,
        "cost_source": "",
        "estimated_from": None,
    }
    if item.cost_monthly is not None:
        told |= {
            "cost_monthly": float(item.cost_monthly),
            "currency": item.currency or "USD",
            "cost_source": "bill",
        }
    elif guess is not None:
        told |= {"cost_monthly": float(guess.amount), "currency": guess.currency, "cost_source": "estimate"}
        told |= {"estimated_from": guess.source}
    return told


def _named(item: Resource) -> dict[str, Any]:
    return {
        "id": item.id,
        "provider": item.provider,
        "type": item.type,
        "name": item.name,
        "account": item.account,
        "region": item.region,
    }


def _totals(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    sums: dict[str, dict[str, Decimal]] = {}
    counts: dict[str, int] = {}
    for item in items:
        if item["currency"] is not None:
            held = sums.setdefault(item["currency"], {"bill": Decimal(0), "estimate": Decimal(0)})
            held[item["cost_source"]] += Decimal(str(item["cost_monthly"]))
            counts[item["currency"]] = counts.get(item["currency"], 0) + 1
    return [
        {
            "currency": currency,
            "billed": float(held["bill"]),
            "estimated": float(held["estimate"]),
            "resources": counts[currency],
        }
        for currency, held in sorted(sums.items())
    ]


async def estimated(
    store: Store, *, providers: Sequence[str] = (), accounts: Sequence[str] = ()
) -> dict[str, Any]:
    """What resources that no bill names are likely to cost, dearest first, each with where that is from.

    ``unknown`` is how many have neither a bill nor anything like them on one.
    """
    graph = await store.inventories.read(Selection(providers=tuple(providers)), with_links=False)
    guessed = await asyncio.to_thread(estimates, graph.resources.values())
    items: list[dict[str, Any]] = []
    unknown = 0
    for key, item in sorted(graph.resources.items()):
        if accounts and item.account not in accounts:
            continue
        guess = guessed.get(key)
        if guess is None:
            unknown += item.cost_monthly is None
            continue
        items.append(
            _named(item)
            | {
                "estimate_monthly": float(guess.amount),
                "low": float(guess.low),
                "high": float(guess.high),
                "currency": guess.currency,
                "like": guess.like,
                "same_region": guess.same_region,
                "source": guess.source,
            }
        )
    items.sort(key=lambda item: (item["currency"], -item["estimate_monthly"], item["id"]))
    totals: dict[str, Decimal] = {}
    for each in items:
        totals[each["currency"]] = totals.get(each["currency"], Decimal(0)) + Decimal(
            str(each["estimate_monthly"])
        )
    return {
        "items": items,
        "totals": [{"currency": word, "estimated": float(total)} for word, total in sorted(totals.items())],
        "unknown": unknown,
    }
