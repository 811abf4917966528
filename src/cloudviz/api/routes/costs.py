"""``/costs``: bills, and what they say. Amounts of different currencies are never added up."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from cloudviz.access import Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.routes.imports import FORM, removed_unless_kept, saved_uploads
from cloudviz.api.schemas.costs import (
    BillPage,
    BillReply,
    CostGroups,
    CostSummary,
    EstimateList,
    ResourceCharges,
    WasteList,
)
from cloudviz.costs.charges import Basis
from cloudviz.costs.rates import Rates, read_rates
from cloudviz.costs.waste import Confidence, WasteKind
from cloudviz.errors import BadInput, Unavailable
from cloudviz.jobs.cost_reports import charged, grouped, money, summary
from cloudviz.jobs.costs import import_bill
from cloudviz.jobs.waste import estimated, waste
from cloudviz.runtime.settings import Settings
from cloudviz.store.costs import BillRecord, Charged

router = APIRouter(tags=["costs"])

Month = Annotated[
    str,
    Query(
        pattern=r"^(|all|\d{4}-(0[1-9]|1[0-2]))$",
        description="`2026-10`, or `all`; the last whole month of each bill when empty.",
        examples=["2026-10"],
    ),
]
Providers = Annotated[list[str] | None, Query(max_length=200, description="aws, azure, gcp; may be repeated.")]
Accounts = Annotated[list[str] | None, Query(max_length=200, description="Account; may be repeated.")]
Currency = Annotated[str, Query(max_length=10, description="Only this currency.", examples=["USD"])]
BasisWanted = Annotated[
    Basis,
    Query(description="`amortised`: commitments spread over what used them; `billed`: as the invoice says."),
]


@router.get("/summary", summary="What was spent", response_model=CostSummary)
async def cost_summary(
    _: needs.Viewer,
    house: needs.House,
    month: Month = "",
    provider: Providers = None,
    account: Accounts = None,
    currency: Currency = "",
    basis: BasisWanted = Basis.AMORTISED,
) -> Response:
    """The bill of each currency: what resources cost, what has none and why, months, forecast, odd days.

    Empty where no bill was imported. `converted` has the sums in one currency, at the rates of the server's table
    (`costs.rates` of its settings); currencies that the table lacks are in `left_out`, and in no sum.
    """
    asked = _asked(month, provider, account, currency)
    return _json(await summary(house.store, asked, basis, _rates(house.settings)))


@router.get("/by/{group}", summary="What was spent by account, region, type or tag", response_model=CostGroups)
async def costs_by(
    group: Annotated[
        Literal["account", "region", "type", "tag", "service", "provider", "category", "month"], Path()
    ],
    _: needs.Viewer,
    house: needs.House,
    tag: Annotated[str, Query(max_length=300, description="Key of the tag, with `tag`.", examples=["team"])] = "",
    month: Month = "",
    provider: Providers = None,
    account: Accounts = None,
    currency: Currency = "",
    basis: BasisWanted = Basis.AMORTISED,
    converted: Annotated[
        bool,
        Query(description="In the currency of the server's table of rates; what that lacks stays in its own."),
    ] = False,
) -> Response:
    """Largest first in each currency. What belongs to no resource, or has no such tag, has a row of its own."""
    asked = _asked(month, provider, account, currency)
    rates = _rates(house.settings) if converted else None
    if converted and rates is None:
        raise Unavailable("this server has no table of rates", hint="Name one in its setting costs.rates.")
    items = await grouped(house.store, group, asked, tag=tag, basis=basis, rates=rates)
    return _json({"items": items, "next_cursor": None})


@router.get("/waste", summary="What is paid for and serves nothing", response_model=WasteList)
async def cost_waste(
    _: needs.Viewer,
    store: needs.Store,
    provider: Providers = None,
    account: Accounts = None,
    kind: Annotated[list[WasteKind] | None, Query(max_length=10, description="May be repeated.")] = None,
    confidence: Annotated[Confidence, Query(description="The least that is told.")] = Confidence.LOW,
) -> Response:
    """Disks of no machine, idle balancers, machines that stand still, snapshots of what is gone; dearest first.

    Each with the reason, how sure that is, and what it costs: by the bill, or estimated from what its like costs.
    """
    return _json(
        await waste(store, providers=provider or (), accounts=account or (), kinds=kind or (), least=confidence)
    )


@router.get("/estimates", summary="What resources without a bill are likely to cost", response_model=EstimateList)
async def cost_estimates(
    _: needs.Viewer, store: needs.Store, provider: Providers = None, account: Accounts = None
) -> Response:
    """From what the same type and size costs by the bills that are kept; in no sum of a bill."""
    return _json(await estimated(store, providers=provider or (), accounts=account or ()))


@router.get("/bills", summary="The bills that are kept, newest first", response_model=BillPage)
async def bills(
    request: Request, _: needs.Viewer, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """One for each import. A bill whose months have all been imported anew is gone."""
    return page_reply(request, await store.costs.page(limit, cursor), _bill_document)


@router.delete("/bills/{bill_id}", summary="Forget a bill", status_code=204, responses=refuses(404))
async def delete_bill(
    bill_id: uuid.UUID, caller: needs.Admin, store: needs.Store, house: needs.House, address: needs.Address
) -> Response:
    """What it said is gone from all sums; what it had replaced does not come back."""
    await store.costs.delete(str(bill_id))
    await house.door.log.note(Event.BILL_DELETED, actor=caller.username, target=str(bill_id), address=address)
    return Response(status_code=204)


@router.get(
    "/of/{resource_id:path}",
    summary="What a resource cost",
    response_model=ResourceCharges,
)
async def costs_of_resource(
    resource_id: Annotated[
        str, Path(description="Id, percent-encoded or as it is.", examples=["arn:aws:s3:::logs"])
    ],
    _: needs.Viewer,
    store: needs.Store,
) -> Response:
    """By month, service and category, newest first, also of one that is gone. Empty where no bill names it."""
    items = [
        {
            "month": row.month,
            "service": row.service,
            "category": row.category,
            "currency": row.currency,
            "billed": money(row.billed_cents),
            "amortised": money(row.amortised_cents),
        }
        for row in await store.costs.of_resource(resource_id)
    ]
    return _json({"items": items, "next_cursor": None})


@router.post(
    "/import",
    summary="Import a bill",
    status_code=201,
    response_model=BillReply,
    responses=refuses(413, 415, 422),
    openapi_extra=FORM,
)
async def import_bill_upload(
    request: Request, caller: needs.Operator, house: needs.House, address: needs.Address
) -> Response:
    """FOCUS, CUR, or an export of Azure or Google Cloud; CSV, JSON lines or Parquet, also packed.

    Of each account and month in it, it replaces what was there. Nothing is kept when it is refused.
    """
    folder = house.settings.data_dir / "uploads" / str(uuid.uuid4())
    with removed_unless_kept(folder):
        paths, details = await saved_uploads(request, folder)
        outcome = await import_bill(
            house.store, paths, source=details["source"], created_by=caller.username, within=folder
        )
    await house.door.log.note(
        Event.BILL_IMPORTED,
        actor=caller.username,
        target=outcome.bill_id,
        address=address,
        detail={"files": [path.name for path in paths], "lines": outcome.lines, "months": outcome.months},
    )
    return Response(dumps(outcome.summary()), 201, media_type="application/json")


def _asked(month: str, providers: list[str] | None, accounts: list[str] | None, currency: str) -> Charged:
    return charged(month=month, providers=providers or (), accounts=accounts or (), currency=currency)


def _rates(settings: Settings) -> Rates | None:
    if settings.costs.rates is None:
        return None
    try:
        return read_rates(settings.costs.rates)
    except BadInput as error:  # not the fault of who asks, and no file of theirs
        raise Unavailable("the server's table of rates cannot be used", hint="Its log says why.") from error


def _json(body: Any) -> Response:
    return Response(dumps(body), media_type="application/json")


def _bill_document(bill: BillRecord) -> dict[str, Any]:
    return {
        "id": bill.id,
        "source": bill.source,
        "formats": bill.formats,
        "created_at": bill.created_at,
        "created_by": bill.created_by,
        "lines": bill.lines,
        "lines_lost": bill.lines_lost,
    }
