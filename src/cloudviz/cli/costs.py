"""``cloudviz costs import|fetch|show|list|delete``: bills, and what they say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli import waste
from cloudviz.cli.command import Commands
from cloudviz.cli.draw import report_problems
from cloudviz.cli.output import Output, is_for_people, note, print_record, print_rows
from cloudviz.cli.progress import working
from cloudviz.cli.remote import chosen, part, sent_files, when
from cloudviz.cli.session import Database, OutputOption, Provider, opened, run, settings_for
from cloudviz.costs.amounts import written
from cloudviz.inventory.model import Problem

if TYPE_CHECKING:
    from cloudviz.jobs.costs import BillOutcome

BILL_COLUMNS = ("id", "source", "formats", "lines", "created_at")
app = Commands(help="Bills: what things cost, to the cent.")
app.command("waste")(waste.waste_command)
app.command("estimates")(waste.estimates_command)

Month = Annotated[
    str,
    typer.Option(
        "--month", help="2026-10, or `all`; the last whole month of each bill if left out.", show_default=False
    ),
]
BasisOption = Annotated[
    str, typer.Option("--basis", help="`amortised`: commitments spread over their use; `billed`: as invoiced.")
]


@app.command("import")
def import_bill_command(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files or folders of one bill.")],
    source: Annotated[str, typer.Option("--source", help="What to call it.", show_default=False)] = "",
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Read a bill: FOCUS, CUR, Azure's and Google's exports; CSV, JSON lines or Parquet, also packed.

    Of each account and month in it, it replaces what was there: import today's export over yesterday's.

    Example: cloudviz costs import focus-2026-10.csv.gz
    """
    if server := chosen():
        with sent_files(paths) as files, working("Reading"):
            given = {"source": source} if source else {}
            _tell(server.ask("POST", "/costs/import", files=files, data=given, timeout=600).json(), output)
        return
    from cloudviz.costs.reading import BillProgress
    from cloudviz.jobs.costs import import_bill
    from cloudviz.sources.provider import ScanProgress

    loaded = settings_for(database_url=database)

    async def work() -> BillOutcome:
        async with opened(loaded.settings) as store:
            with working("Reading") as tell:

                def progress(step: BillProgress) -> None:
                    tell(ScanProgress(step.taken, step.total, step.lines, step.at))

                return await import_bill(store, paths, source=source, created_by="cli", on_progress=progress)

    _tell(run(work()).summary(), output)


def _tell(told: dict[str, Any], output: Output) -> None:
    if is_for_people(output):
        for total in told["totals"]:
            billed, amortised = (written(total[name], total["currency"]) for name in ("billed", "amortised"))
            note(f"{total['month']}: {billed} {total['currency']} billed, {amortised} amortised")
        attributed = told["lines_attributed"]
        note(
            f"{told['lines_named']:,} of {told['lines']:,} lines name a resource; {attributed:,} belong to "
            f"{told['resources']:,} that are known, the rest is shown as unattributed."
        )
        typer.echo(told["bill_id"])
    else:
        print_record(told, output)
    report_problems([Problem(each["resource"], each["what"], each["where"]) for each in told["problems"]])
    if told["status"] == "partial":
        note(f"{told['lines_lost']:,} lines could not be read: the sums are without them.")
        raise typer.Exit(3)


@app.command("fetch", only_here=True)
def fetch(
    provider: Annotated[str, typer.Argument(help="aws, azure or gcp.")],
    profile: Annotated[str, typer.Option(help="Profile of the AWS configuration.", show_default=False)] = "",
    role_arn: Annotated[str, typer.Option("--role-arn", help="AWS role to assume.", show_default=False)] = "",
    accounts: Annotated[
        str, typer.Option("--accounts", help="Accounts, subscriptions or projects, by commas.", show_default=False)
    ] = "",
    endpoint_url: Annotated[
        str, typer.Option("--endpoint-url", help="Endpoint of a compatible server.", show_default=False)
    ] = "",
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Ask the cloud itself what was spent last month and this one. AWS takes $0.01 a request.

    It tells sums by service, which name no resource: a bill (`costs import`) says more, and takes their place.

    Example: cloudviz costs fetch aws --profile billing
    """
    from cloudviz.errors import Invalid
    from cloudviz.jobs.costs import fetch_costs
    from cloudviz.jobs.providers import provider_for

    if provider not in ("aws", "azure", "gcp"):
        raise Invalid(f"{provider[:40]!r} is no cloud that CloudViz asks", hint="Say aws, azure or gcp.")
    loaded = settings_for(database_url=database)
    request = {
        "profile": profile,
        "role_arn": role_arn,
        "accounts": [each.strip() for each in accounts.split(",") if each.strip()],
        "endpoint_url": endpoint_url,
    }

    async def work() -> BillOutcome:
        async with opened(loaded.settings) as store:
            cloud = provider_for(provider, request, loaded.settings)
            return await fetch_costs(store, cloud, provider, created_by="cli")

    _tell(run(work()).summary(), output)


@app.command("show")
def show(
    by: Annotated[
        str,
        typer.Option(
            "--by", help="account, region, type, tag, service, provider, category or month.", show_default=False
        ),
    ] = "",
    tag: Annotated[str, typer.Option("--tag", help="Key of the tag, with --by tag.", show_default=False)] = "",
    month: Month = "",
    provider: Provider = "",
    account: Annotated[str, typer.Option("--account", help="Only this account.", show_default=False)] = "",
    currency: Annotated[str, typer.Option("--currency", help="Only this currency.", show_default=False)] = "",
    basis: BasisOption = "amortised",
    rates: Annotated[
        Path | None,
        typer.Option(
            "--rates",
            help="Table of rates of exchange, TOML or JSON; that of the settings if left out.",
            show_default=False,
        ),
    ] = None,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Show what was spent: the bill, or its sums by one thing. They add up to the bill, to the cent.

    Currencies are kept apart; with --rates sums are converted as well.

    Example: cloudviz costs show --by tag --tag team
    """
    from cloudviz.costs.charges import Basis
    from cloudviz.costs.rates import read_rates
    from cloudviz.errors import Invalid
    from cloudviz.jobs.cost_reports import charged, grouped, summary

    try:
        wanted = Basis(basis)
    except ValueError as error:
        raise Invalid(f"there is no basis {basis[:40]!r}", hint="Say amortised or billed.") from error
    asked = charged(
        month=month,
        providers=(provider,) if provider else (),
        accounts=(account,) if account else (),
        currency=currency,
    )
    if server := chosen():
        if rates is not None:
            raise Invalid("a server has its own table of rates", hint="Leave out --rates.")
        said = {"month": month, "provider": provider, "account": account, "currency": currency, "basis": basis}
        if by or tag:
            found = server.json(f"/costs/by/{by or 'tag'}", tag=tag, **said)["items"]
        else:
            found = server.json("/costs/summary", **said)
    else:
        loaded = settings_for(database_url=database)
        table = rates or loaded.settings.costs.rates
        given = read_rates(table) if table is not None else None

        async def work() -> Any:
            async with opened(loaded.settings) as store:
                if by or tag:
                    return await grouped(
                        store, by or "tag", asked, tag=tag, basis=wanted, rates=given if rates else None
                    )
                return await summary(store, asked, wanted, given)

        found = run(work())
    if by or tag:
        print_rows(
            _as_written(found, ("amount",), output), ("key", "amount", "currency", "share", "resources"), output
        )
    elif not is_for_people(output):
        print_record(found, output)
    else:
        rows = [
            {
                "month": ", ".join(found["months"]),
                **{name: each[name] for name in ("currency", "total", "attributed", "unattributed")},
                "lines": f"{each['lines_attributed']:,} of {each['lines']:,}",
                "resources": each["resources"],
                "forecast": each["forecast"]["expected"] if each["forecast"] else None,
            }
            for each in found["currencies"]
        ]
        columns = ("month", "currency", "total", "attributed", "unattributed", "lines", "resources", "forecast")
        print_rows(_as_written(rows, ("total", "attributed", "unattributed", "forecast"), output), columns, output)
        _tell_more(found)
    is_empty = not found if by or tag else not found["currencies"]
    if is_empty:
        note("No bill yet: `cloudviz costs import FILE` reads one.")


def _as_written(rows: list[dict[str, Any]], names: tuple[str, ...], output: Output) -> list[dict[str, Any]]:
    """In a table with the decimals of each currency; numbers for programs."""
    if output is not Output.TABLE:
        return rows
    return [
        {**row, **{name: written(row[name], row["currency"]) for name in names if row.get(name) is not None}}
        for row in rows
    ]


def _tell_more(found: dict[str, Any]) -> None:
    """What belongs below the table: why a part has no resource, how far off forecasts were, odd days, one sum."""
    for each in found["currencies"]:
        currency = each["currency"]
        reasons = ", ".join(
            f"{written(amount, currency)} {reason.replace('_', ' ')}"
            for reason, amount in each["unattributed_by_reason"].items()
        )
        if reasons:
            note(f"{currency} without a resource: {reasons}.")
        forecast = each["forecast"]
        if forecast is not None and forecast["error"] is not None:
            note(
                f"{currency} forecast of {forecast['month']}: the same reckoning was {forecast['error']:.1%} off, "
                f"over {forecast['checked_months']} past months."
            )
    for odd in found["anomalies"][:5]:
        amount, usual = (written(odd[name], odd["currency"]) for name in ("amount", "expected"))
        note(
            f"{odd['day']}: {odd['service']} of {odd['account']} cost {amount} {odd['currency']}, usually {usual}."
        )
    whole = found.get("converted")
    if whole is not None:
        left = f"; without {', '.join(whole['left_out'])}, which the table lacks" if whole["left_out"] else ""
        note(
            f"Together {written(whole['total'], whole['currency'])} {whole['currency']} "
            f"(rates of {whole['as_of']}, {whole['source']}{left})."
        )


@app.command("list")
def list_bills(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most rows to print.")] = 50,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List the bills that are kept, newest first.

    Example: cloudviz costs list
    """
    if server := chosen():
        rows = [
            {
                **{name: each[name] for name in ("id", "source")},
                "formats": ", ".join(each["formats"]),
                "lines": each["lines"],
                "created_at": when(each["created_at"]),
            }
            for each in server.items("/costs/bills", limit)
        ]
        print_rows(rows, BILL_COLUMNS, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> list[dict[str, Any]]:
        async with opened(loaded.settings) as store:
            return [
                {
                    "id": bill.id,
                    "source": bill.source,
                    "formats": ", ".join(bill.formats),
                    "lines": bill.lines,
                    "created_at": bill.created_at.isoformat(timespec="seconds"),
                }
                for bill in (await store.costs.page(limit=limit)).items
            ]

    print_rows(run(work()), BILL_COLUMNS, output)


@app.command("delete")
def delete_bill(id: Annotated[str, typer.Argument(help="Id of the bill.")], database: Database = None) -> None:
    """Forget a bill.

    Example: cloudviz costs delete 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        server.ask("DELETE", f"/costs/bills/{part(id)}")
    else:
        loaded = settings_for(database_url=database)

        async def work() -> None:
            async with opened(loaded.settings) as store:
                await store.costs.delete(id)

        run(work())
    note("The bill is forgotten.")
