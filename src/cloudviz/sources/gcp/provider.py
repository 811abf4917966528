"""Google Cloud, looked at live: sign in, list everything, say what was seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing

from cloudviz.catalogue.registry import Catalogue, catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.runtime import clock
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.connection import MOST_TESTED, Connection, by_permission, in_time
from cloudviz.sources.flow import interleaved
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.gcp.costs import checked_table, read_costs
from cloudviz.sources.gcp.look import Look
from cloudviz.sources.gcp.permissions import lacking_in
from cloudviz.sources.gcp.plan import Plan, Sorter, selected
from cloudviz.sources.gcp.projects import visible_projects
from cloudviz.sources.gcp.session import (
    Limits,
    Tokens,
    checked_endpoint,
    checked_holder,
    checked_projects,
    checked_regions,
    tokens_for,
)
from cloudviz.sources.pages import Trails
from cloudviz.sources.progress import Report
from cloudviz.sources.provider import (
    CloudProvider,
    CostAnalysis,
    DiscoveryResult,
    Part,
    ProviderConfig,
    Seen,
)
from cloudviz.sources.refusals import CallFailed

PARENTS_AT_ONCE = 8
"""Projects looked into at a time; calls are bounded besides."""


class GcpProvider(CloudProvider):
    """Scans Google Cloud through Cloud Asset Inventory, and through the services' own lists where that is not on.

    ``accounts`` of the configuration are project ids or numbers. Without any, the organisation or folder is
    scanned, and without that every project that the credentials may see.

    Arguments:
        organization, folder: number of what to scan as a whole.
        endpoint_url: where to send all calls instead of to Google.
        token: an access token; of the environment, else Google's chain of credentials when None.
        billing_table: BigQuery table of the detailed usage cost export, for :meth:`get_cost_analysis`.
        read_time: the moment to see, RFC 3339, at most 35 days ago; now when empty.
        max_workers: how many calls run at once.
        limits: how long to wait for what.
        known: the catalogue to scan by; the release's own when None.
        tokens: where tokens come from, instead of ``token``.
        breakers: the circuits of the endpoints, shared by the scans of a process; this provider's own when None.
        secret: a service account's key file, in place of the process's own credentials.
    """

    def __init__(
        self,
        organization: str | None = None,
        folder: str | None = None,
        endpoint_url: str | None = None,
        token: str | None = None,
        billing_table: str | None = None,
        read_time: str = "",
        max_workers: int = 16,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        known: Catalogue | None = None,
        tokens: Tokens | None = None,
        breakers: Breakers | None = None,
        secret: Mapping[str, str] | None = None,
    ) -> None:
        if max_workers < 1:
            raise Invalid("max_workers must be at least 1")
        self._holder = checked_holder("organizations", organization) or checked_holder("folders", folder)
        self._endpoint = checked_endpoint(endpoint_url)
        self._billing_table = billing_table or ""
        self._read_time = read_time
        self._workers = max_workers
        self._limits = limits
        self._known = known or catalogue()
        self._breakers = breakers or Breakers()
        self._tokens = tokens or tokens_for(self._endpoint, token, limits, secret)

    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        """See :meth:`CloudProvider.discover_resources`.

        Raises Invalid for projects, regions or types that can't exist, and CloudRefused when the credentials or
        the endpoint fail altogether.
        """
        listings = await self.collected(config)
        seen = sorted({each.scope.account for each in listings})
        return DiscoveryResult("gcp", "gcp:" + (self._holder or ",".join(seen)), listings)

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        """See :meth:`CloudProvider.scan`: a part is a page of what Cloud Asset Inventory tells, or some lists.

        Raises as the other does, at the end, where no part has been let in.
        """
        projects = checked_projects(config.accounts)
        types = selected(self._known, config.types)
        plan = Plan(types, len(types) == len(self._known.of("gcp")), checked_regions(config.regions))
        async with self._client(config.cancelled) as client:
            await self._tokens.get()
            parents = await self._parents(client, projects)
            trails, report = Trails(config.done), Report(config.on_progress)
            report.expect(len(parents))
            sorter = Sorter(self._known, plan)
            look = Look(client, plan, sorter, self._limits.listing, self._read_time, trails, report)
            is_let_in = bool(config.done)
            refused = ""
            streams = map(look.parts, parents)
            async with aclosing(interleaved(streams, min(len(parents), PARENTS_AT_ONCE))) as parts:
                async for part in parts:
                    listings = part.listings
                    is_let_in |= part.is_whole or any(isinstance(each, Seen) or each.items for each in listings)
                    refused = refused or next((each.detail for each in listings), "")
                    yield part
            if not is_let_in:
                self._check_answers(client, refused, look)

    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        """See :meth:`CloudProvider.test_connection`. Asks which permissions are granted in each project."""
        projects = checked_projects(accounts)
        async with in_time("GCP"), self._client(None) as client:
            await self._tokens.get()
            parents = await self._parents(client, projects)
            tested = parents[:MOST_TESTED]
            known = self._known.of("gcp")
            lacking = await asyncio.gather(*(lacking_in(client, parent, known) for parent in tested))
        names = [parent.removeprefix("projects/") for parent in parents]
        denied = [
            (permission, name, detail)
            for name, found in zip(names, lacking, strict=False)
            for permission, detail in found
        ]
        closed = {name for permission, name, _ in denied if permission in ("", "resourcemanager.projects.get")}
        reached = [name for name in names if name not in closed]
        if not reached:
            why = denied[0][2] or f"{denied[0][0]} is not granted"
            raise CloudRefused(
                f"GCP: could not enter {', '.join(names[:5])}: {why}",
                hint="Check names and network; `cloudviz permissions gcp` prints the role that a scan needs.",
            )
        untested = len(parents) - len(tested)
        home, identity = self._tokens.project, self._tokens.identity
        return Connection("gcp", home, identity, reached, (), by_permission(denied), untested)

    async def get_cost_analysis(self) -> CostAnalysis:
        """Costs of the last full month and of this one so far, net of credits, by service, project and region.

        Raises Invalid when no table is configured, CloudRefused when BigQuery refuses.
        """
        if not self._billing_table:
            raise Invalid(
                "Google Cloud tells its costs only through a billing export in BigQuery, and no table is set",
                hint="Enable the detailed usage cost export, then set CLOUDVIZ_DISCOVERY__GCP_BILLING_TABLE to "
                "project.dataset.table.",
            )
        checked_table(self._billing_table)
        async with self._client(None) as client:
            try:
                return await read_costs(client, self._billing_table, clock.now().date())
            except CallFailed as failed:
                needed = f"It needs {failed.permission} and bigquery.tables.getData." if failed.permission else ""
                raise CloudRefused(f"GCP: BigQuery gave no costs: {failed.detail}", hint=needed) from failed

    def _client(self, cancelled: Callable[[], bool] | None) -> Client:
        return Client(
            self._endpoint, self._tokens, self._limits, self._workers, cancelled, breakers=self._breakers
        )

    async def _parents(self, client: Client, projects: Sequence[str]) -> list[str]:
        """What to look into, as Cloud Asset Inventory names it."""
        if projects:
            return [f"projects/{project}" for project in projects]
        if self._holder:
            return [self._holder]
        try:
            found = list(await visible_projects(client))
        except CallFailed as failed:
            found = [self._tokens.project] if self._tokens.project else []
            if not found:
                raise CloudRefused(
                    f"GCP: could not list the projects of these credentials: {failed.detail}",
                    hint="Name them with --projects, or set GOOGLE_CLOUD_PROJECT.",
                ) from failed
        if not found:
            raise CloudRefused(
                "GCP: these credentials may see no project",
                hint="Name one with --projects, or grant resourcemanager.projects.get.",
            )
        return [f"projects/{project}" for project in found]

    def _check_answers(self, client: Client, detail: str, look: Look) -> None:
        """Raise CloudRefused when there was no answer at all, or no call was let in."""
        if client.count and not client.answers:
            raise CloudRefused(
                f"GCP: no answer from {self._endpoint or 'googleapis.com'}: {detail}",
                hint="Check the endpoint and the network, then try again.",
            )
        if look.token_refused:
            raise CloudRefused(
                f"GCP: {detail}", hint="Sign in again with `gcloud auth application-default login`."
            )
