"""``cloudviz costs waste|estimates``: what serves nothing, and what things without a bill are likely to cost."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cloudviz.cli.output import Output, is_for_people, note, print_record, print_rows
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import Database, OutputOption, Provider, opened, run, settings_for
from cloudviz.costs.amounts import written

Account = Annotated[str, typer.Option("--account", help="Only this account.", show_default=False)]


def waste_command(
    provider: Provider = "",
    account: Account = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="unattached, idle, stopped, orphaned or empty, by commas.", show_default=False
        ),
    ] = "",
    confidence: Annotated[
        str, typer.Option("--confidence", help="The least that is told: low, medium or high.")
    ] = "low",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 when there is any.")] = False,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List what is paid for and serves nothing: disks of no machine, idle balancers, machines that stand still.

    Each with the reason, how sure that is, and what it costs a month: by the bill, or estimated (~) from what its
    like costs. It is a reason to look, not to delete.

    Example: cloudviz costs waste --provider aws --confidence medium
    """
    from cloudviz.costs.waste import Confidence, WasteKind
    from cloudviz.errors import Invalid
    from cloudviz.jobs.waste import waste

    try:
        least = Confidence(confidence)
        kinds = [WasteKind(each.strip()) for each in kind.split(",") if each.strip()]
    except ValueError as error:
        raise Invalid(
            str(error),
            hint="Confidence is low, medium or high; kinds are unattached, idle, stopped, orphaned, empty.",
        ) from error
    if server := chosen():
        words = [each.value for each in kinds]
        found = server.json("/costs/waste", provider=provider, account=account, kind=words, confidence=least.value)
    else:
        loaded = settings_for(database_url=database)

        async def work() -> Any:
            async with opened(loaded.settings) as store:
                return await waste(
                    store,
                    providers=(provider,) if provider else (),
                    accounts=(account,) if account else (),
                    kinds=kinds,
                    least=least,
                )

        found = run(work())
    if output in (Output.JSON, Output.YAML):
        print_record(found, output)
    else:
        rows = found["items"] if output is Output.CSV else [_row(item) for item in found["items"]]
        print_rows(
            rows, ("kind", "confidence", "cost_monthly", "currency", "type", "name", "reason", "id"), output
        )
    for total in found["totals"]:
        currency = total["currency"]
        guessed = f", and an estimated {written(total['estimated'], currency)}" if total["estimated"] else ""
        note(f"{written(total['billed'], currency)} {currency} a month by the bill{guessed}.")
    if not found["items"]:
        note("Nothing was found that serves nothing.")
    elif exit_code:
        raise typer.Exit(4)


def _row(item: dict[str, Any]) -> dict[str, Any]:
    if item["cost_monthly"] is None:
        return item
    mark = "~" if item["cost_source"] == "estimate" else ""
    return {**item, "cost_monthly": mark + written(item["cost_monthly"], item["currency"])}


def estimates_command(
    provider: Provider = "",
    account: Account = "",
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List what resources that no bill names are likely to cost a month, by what their like costs on your bills.

    Estimates are in no sum of a bill.

    Example: cloudviz costs estimates --account 123456789012
    """
    from cloudviz.jobs.waste import estimated

    if server := chosen():
        found = server.json("/costs/estimates", provider=provider, account=account)
    else:
        loaded = settings_for(database_url=database)

        async def work() -> Any:
            async with opened(loaded.settings) as store:
                return await estimated(
                    store, providers=(provider,) if provider else (), accounts=(account,) if account else ()
                )

        found = run(work())
    if output is not Output.CSV and not is_for_people(output):
        print_record(found, output)
    else:
        rows = found["items"]
        if is_for_people(output):
            rows = [
                {**each, "estimate_monthly": f"~{written(each['estimate_monthly'], each['currency'])}"}
                for each in rows
            ]
        print_rows(rows, ("estimate_monthly", "currency", "type", "name", "source", "id"), output)
    for total in found["totals"]:
        note(f"~{written(total['estimated'], total['currency'])} {total['currency']} a month, estimated.")
    if found["unknown"]:
        note(f"Of {found['unknown']:,} more nothing is known: no bill names them, nor anything like them.")
