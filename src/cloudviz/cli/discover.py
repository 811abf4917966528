"""``cloudviz discover aws|azure|gcp``: a live scan into the store."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_rows
from cloudviz.cli.progress import scanning
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import Database, opened, run, settings_for
from cloudviz.errors import BadInput
from cloudviz.inventory.model import Coverage

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.sources.connection import Connection
    from cloudviz.store.records import RecordedChanges

Resume = Annotated[
    str,
    typer.Option("--resume", help="Id of a discovery that died or was stopped: read what is left.", metavar="ID"),
]

Test = Annotated[
    bool,
    typer.Option("--test", help="Only test the connection: who we are, what is reached, what is denied."),
]

CONFIG_NOTE = "aws.config.aggregator"
"""The coverage entry that says where AWS Config was not used, and why."""

app = Commands(help="Scan a cloud live into the store.")


def _words(values: list[str] | None) -> list[str]:
    """Options that may be repeated and may hold several values by commas."""
    return [part.strip() for value in values or () for part in value.split(",") if part.strip()]


@app.command("aws")
def aws(
    profile: Annotated[str, typer.Option(help="Profile of the AWS configuration.", show_default=False)] = "",
    role_arn: Annotated[
        str,
        typer.Option("--role-arn", help="Role to assume; {account} stands for each account.", show_default=False),
    ] = "",
    accounts: Annotated[list[str] | None, typer.Option(help="Ids, by commas, or all; with --role-arn.")] = None,
    regions: Annotated[
        list[str] | None, typer.Option(help="Regions, by commas; all enabled ones when empty.")
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option(help="Type keys or wildcards, by commas; all when empty.")
    ] = None,
    endpoint_url: Annotated[
        str, typer.Option("--endpoint-url", help="Endpoint of an AWS-compatible server.", show_default=False)
    ] = "",
    long_tail: Annotated[
        bool, typer.Option("--long-tail", help="Also list types that CloudViz does not declare: slow.")
    ] = False,
    config_aggregator: Annotated[
        str,
        typer.Option(
            "--config-aggregator",
            help="AWS Config aggregator to ask first; auto for the one there is.",
            metavar="NAME",
            show_default=False,
        ),
    ] = "",
    test: Test = False,
    resume: Resume = "",
    database: Database = None,
) -> None:
    """Scan AWS accounts. What can't be seen is reported with the permission that is missing, and exit code 3.

    Example: cloudviz discover aws --profile prod --regions eu-west-1,us-east-1
    """
    request = {
        "profile": profile,
        "role_arn": role_arn,
        "accounts": _words(accounts),
        "regions": _words(regions),
        "resource_types": _words(types),
        "endpoint_url": endpoint_url,
        "config_aggregator": config_aggregator,
        "long_tail": long_tail,
    }
    if test:
        test_connection("aws", request)
        return
    source = f"aws:profile/{profile}" if profile else f"aws:role/{role_arn}" if role_arn else "aws:default"
    _discover("aws", source, request, database, resume)


@app.command("azure")
def azure(
    subscriptions: Annotated[
        list[str] | None, typer.Option(help="Subscription ids, by commas; all that are seen when empty.")
    ] = None,
    management_group: Annotated[
        str,
        typer.Option("--management-group", help="Only subscriptions below this group.", show_default=False),
    ] = "",
    resource_groups: Annotated[
        list[str] | None, typer.Option("--resource-groups", help="Only these resource groups, by commas.")
    ] = None,
    regions: Annotated[list[str] | None, typer.Option(help="Regions, by commas; all when empty.")] = None,
    types: Annotated[
        list[str] | None, typer.Option(help="Type keys or wildcards, by commas; all when empty.")
    ] = None,
    endpoint_url: Annotated[
        str, typer.Option("--endpoint-url", help="Another Resource Manager than Azure's own.", show_default=False)
    ] = "",
    test: Test = False,
    resume: Resume = "",
    database: Database = None,
) -> None:
    """Scan Azure subscriptions. What can't be seen is reported with the missing permission, and exit code 3.

    Example: cloudviz discover azure --subscriptions 00000000-0000-0000-0000-000000000001 --regions westeurope
    """
    request = {
        "accounts": _words(subscriptions),
        "management_group": management_group,
        "resource_groups": _words(resource_groups),
        "regions": _words(regions),
        "resource_types": _words(types),
        "endpoint_url": endpoint_url,
    }
    if test:
        test_connection("azure", request)
        return
    scope = f"management-group/{management_group}" if management_group else ",".join(request["accounts"])
    _discover("azure", f"azure:{scope or 'default'}", request, database, resume)


@app.command("gcp")
def gcp(
    projects: Annotated[
        list[str] | None, typer.Option(help="Project ids, by commas; all that are seen when empty.")
    ] = None,
    organization: Annotated[
        str, typer.Option(help="Number of an organization, to scan it as a whole.", show_default=False)
    ] = "",
    folder: Annotated[
        str, typer.Option(help="Number of a folder, to scan it as a whole.", show_default=False)
    ] = "",
    regions: Annotated[list[str] | None, typer.Option(help="Regions, by commas; all when empty.")] = None,
    types: Annotated[
        list[str] | None, typer.Option(help="Type keys or wildcards, by commas; all when empty.")
    ] = None,
    endpoint_url: Annotated[
        str,
        typer.Option("--endpoint-url", help="Where to send all calls instead of to Google.", show_default=False),
    ] = "",
    test: Test = False,
    resume: Resume = "",
    database: Database = None,
) -> None:
    """Scan Google Cloud. What can't be seen is reported with the missing permission, and exit code 3.

    Example: cloudviz discover gcp --projects shop-prod-1 --regions europe-west1
    """
    request = {
        "accounts": _words(projects),
        "organization": organization,
        "folder": folder,
        "regions": _words(regions),
        "resource_types": _words(types),
        "endpoint_url": endpoint_url,
    }
    if test:
        test_connection("gcp", request)
        return
    holder = f"organization/{organization}" if organization else f"folder/{folder}" if folder else ""
    _discover("gcp", f"gcp:{','.join(request['accounts']) or holder or 'default'}", request, database, resume)


def _discover(provider: str, source: str, request: dict[str, Any], database: str | None, resume: str) -> None:
    from cloudviz.jobs.alive import held
    from cloudviz.jobs.discover import DiscoveryOutcome, discover, resumable
    from cloudviz.jobs.providers import provider_for, scan_types
    from cloudviz.sources.provider import ProviderConfig
    from cloudviz.store import Store

    if resume and any(request.values()):
        raise typer.BadParameter("--resume scans what that discovery was asked for: leave the other options out")
    if server := chosen():
        _discover_there(server, provider, request, resume)
        return
    loaded = settings_for(database_url=database)
    stop = threading.Event()

    async def asked(store: Store) -> dict[str, Any]:
        await store.discoveries.close_abandoned()
        return dict((await resumable(store, provider, resume)).request) if resume else request

    async def work() -> DiscoveryOutcome:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
        async with opened(loaded.settings) as store:
            wanted = await asked(store)
            cloud = provider_for(provider, wanted, loaded.settings)
            types = scan_types(provider, wanted)
            with scanning() as tell:
                config = ProviderConfig(
                    accounts=tuple(wanted.get("accounts") or ()),
                    regions=tuple(wanted.get("regions") or ()),
                    types=types,
                    on_progress=tell,
                    cancelled=stop.is_set,
                )
                shown = {key: value for key, value in wanted.items() if value}
                discovery_id = resume or await store.discoveries.create(provider, source, shown)
                if resume:
                    await store.discoveries.reopen(resume)
                async with held(store, discovery_id):
                    return await discover(store, cloud, config, discovery_id)

    outcome = run(work())
    note(recorded(outcome.resources, outcome.links, outcome.changes))
    for entry in outcome.coverage:
        if entry.type == CONFIG_NOTE:
            note(f"AWS Config of account {entry.account}: {entry.detail}")
    typer.echo(outcome.discovery_id)
    if outcome.status == "cancelled":
        note("Stopped: what had been seen is stored, the rest was skipped.")
        note(f"Read the rest with: cloudviz discover {provider} --resume {outcome.discovery_id}")
        raise typer.Exit(3)
    if outcome.gaps:
        report_gaps(outcome.gaps)
        raise typer.Exit(3)


_NOT_THERE = ("profile", "endpoint_url", "management_group", "organization", "folder")
"""What only the machine that scans can be told."""


def _discover_there(server: Server, provider: str, request: dict[str, Any], resume: str) -> None:
    """Let a server scan with its own credentials, and follow it to its end."""
    from cloudviz.store.records import RecordedChanges

    refused = [name for name in _NOT_THERE if request.get(name)]
    if refused:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in refused)
        raise BadInput(f"a server scans with its own settings, not with {options}", hint="Leave it out.")
    accounts = {"aws": "accounts", "azure": "subscriptions", "gcp": "projects"}[provider]
    asked = {key: value for key, value in request.items() if value and key != "accounts"}
    if request["accounts"]:
        asked[accounts] = request["accounts"]
    accepted = server.ask("POST", f"/{provider}/discover", json={"resume": resume} if resume else asked).json()
    discovery_id = accepted["discovery_id"]
    typer.echo(discovery_id)
    with scanning() as tell:

        def progress(told: dict[str, Any]) -> None:
            from cloudviz.sources.provider import ScanProgress

            done, total, resources = (int(told.get(name) or 0) for name in ("done", "total", "resources"))
            tell(ScanProgress(done, total, resources, str(told.get("at") or "")))

        try:
            job = server.followed(accepted["job_id"], progress)
        except KeyboardInterrupt:
            note(f"The server goes on: cloudviz discoveries show {discovery_id}")
            raise
    told = job["result"]
    changes = RecordedChanges(*(told[name] for name in ("added", "changed", "removed", "unchanged")))
    note(recorded(told["resources"], told["links"], changes))
    if job["status"] == "partial":
        report_gaps([coverage_of_document(entry) for entry in told["gaps"]])
        raise typer.Exit(3)


def _tested_there(server: Server, provider: str, request: dict[str, Any]) -> Connection:
    from cloudviz.sources.connection import Connection, Missing

    named = {"aws": "accounts", "azure": "subscriptions", "gcp": "projects"}[provider]
    asked = {named: request["accounts"]} | ({"role_arn": request["role_arn"]} if request.get("role_arn") else {})
    told = server.ask("POST", f"/{provider}/test-connection", json=asked, timeout=300).json()
    missing = [Missing(each["permission"], tuple(each["accounts"]), each["detail"]) for each in told["missing"]]
    return Connection(
        provider=provider,
        home=told["home"],
        identity=told["identity"],
        accounts=tuple(told["accounts"]),
        regions=tuple(told["regions"]),
        missing=tuple(missing),
        untested=told["untested"],
    )


def coverage_of_document(entry: dict[str, Any]) -> Coverage:
    """A coverage entry from how documents write it."""
    return Coverage(
        provider=entry["provider"],
        account=entry["account"],
        region=entry["region"],
        type=entry["type"],
        status=entry["status"],
        count=entry.get("count") or 0,
        permission=entry.get("permission"),
        detail=entry.get("detail"),
    )


def test_connection(provider: str, request: dict[str, Any]) -> None:
    """Print what the credentials of a scan are good for. Exit 3 when something is denied; nothing is stored."""
    if server := chosen():
        found = _tested_there(server, provider, request)
    else:
        from cloudviz.jobs.providers import provider_for

        cloud = provider_for(provider, request, settings_for().settings)
        found = run(cloud.test_connection(request["accounts"]))
    home, accounts = {"aws": ("account", "accounts"), "azure": ("tenant", "subscriptions")}.get(
        provider, ("project", "projects")
    )
    said = {home: found.home, "identity": found.identity, accounts: ", ".join(found.accounts)}
    if found.regions:
        said["regions"] = ", ".join(found.regions)
    print_rows(
        [{"field": key, "value": value or "not told"} for key, value in said.items()],
        ("field", "value"),
        Output.TABLE,
    )
    if found.untested:
        note(f"Only the first {len(found.accounts) - found.untested} {accounts} were asked for what is denied.")
    for each in found.missing:
        where = ", ".join(each.accounts[:4]) + (f" and {len(each.accounts) - 4} more" if each.accounts[4:] else "")
        note(f"  denied: {each.permission or each.detail} in {where}")
    if found.missing:
        note(f"`cloudviz permissions {provider}` prints all that a scan needs.")
        raise typer.Exit(3)
    note("Nothing that a scan needs is denied." if provider != "aws" else "Signed in.")


def recorded(resources: int, links: int, changes: RecordedChanges) -> str:
    """What recording a look came to, in one line."""
    return (
        f"{resources} resources and {links} links: {changes.added} new, {changes.changed} changed, "
        f"{changes.removed} gone, {changes.unchanged} as before."
    )


def report_gaps(gaps: list[Coverage], limit: int = 20) -> None:
    """Say on stderr what was not seen and which permission is missing, like gaps together."""
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for gap in gaps:
        key = (str(gap.status), gap.type, gap.permission or "", gap.detail or "")
        grouped.setdefault(key, []).append("/".join(part for part in (gap.account, gap.region) if part))
    note(f"Not everything was seen: {len(gaps)} gaps.")
    for (status, type_key, permission, detail), places in sorted(grouped.items())[:limit]:
        where = ", ".join(places[:4]) + (f" and {len(places) - 4} more" if len(places) > 4 else "")
        needs = f" (needs {permission})" if permission else ""
        note(f"  {status}: {type_key} in {where}{needs}{': ' + detail[:200] if detail else ''}")
    if len(grouped) > limit:
        note(f"  and {len(grouped) - limit} more kinds of gap.")
