"""Azure, looked at live: sign in, find subscriptions, read everything, say what was seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing

from cloudviz.catalogue.registry import Catalogue, catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.inventory.model import CoverageStatus
from cloudviz.runtime import clock
from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.azure.costs import period, read_costs
from cloudviz.sources.azure.graph import SUBSCRIPTIONS_AT_ONCE
from cloudviz.sources.azure.listing import unentered
from cloudviz.sources.azure.permissions import permissions
from cloudviz.sources.azure.plan import plan
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.azure.reading import Reading
from cloudviz.sources.azure.rights import PERMISSION, Rights, rights_in
from cloudviz.sources.azure.scope import cloud_refused, subscriptions
from cloudviz.sources.azure.session import (
    Limits,
    checked_endpoint,
    checked_groups,
    checked_management_group,
    checked_regions,
    checked_subscriptions,
    claims_of,
    tokens_for,
)
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.connection import MOST_TESTED, Connection, by_permission, in_time
from cloudviz.sources.http import Tokens
from cloudviz.sources.pages import Trails
from cloudviz.sources.progress import Report
from cloudviz.sources.provider import (
    CloudProvider,
    CostAnalysis,
    DiscoveryResult,
    Part,
    ProviderConfig,
)
from cloudviz.sources.refusals import CallFailed


class AzureProvider(CloudProvider):
    """Scans Azure subscriptions through Resource Graph, and through ARM what is not in it.

    ``accounts`` of the configuration are subscriptions; without them all that the credentials see are looked into.
    With ``regions`` only what is in them is listed, besides what is in no region.

    Arguments:
        endpoint_url: where Resource Manager is; Azure's own public one when None.
        management_group: look into the subscriptions below this group only.
        resource_groups: look into these groups only. Then nothing is ever taken to be gone.
        token: a bearer token, or where tokens come from, instead of azure-identity's chain of credentials.
        max_workers: how many calls run at once.
        limits: how long to wait for what.
        known: the catalogue to scan by; the release's own when None.
        breakers: the circuits of the endpoints, shared by the scans of a process; this provider's own when None.
        secret: ``tenant_id``, ``client_id`` and ``client_secret``, in place of the process's own credentials.
    """

    def __init__(
        self,
        endpoint_url: str | None = None,
        management_group: str | None = None,
        resource_groups: Sequence[str] = (),
        token: str | Tokens | None = None,
        max_workers: int = 16,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        known: Catalogue | None = None,
        breakers: Breakers | None = None,
        secret: Mapping[str, str] | None = None,
    ) -> None:
        if max_workers < 1:
            raise Invalid("max_workers must be at least 1")
        self._endpoint_url = endpoint_url
        self._management_group = checked_management_group(management_group)
        self._groups = checked_groups(resource_groups)
        self._token = token
        self._secret = secret
        self._workers = max_workers
        self._limits = limits
        self._known = known or catalogue()
        self._breakers = breakers or Breakers()

    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        """See :meth:`CloudProvider.discover_resources`.

        Raises Invalid for subscriptions, regions or types that can't exist, and CloudRefused when the credentials
        or the endpoint fail altogether.
        """
        listings = await self.collected(config)
        seen = sorted({each.scope.account for each in listings if each.scope.account})
        return DiscoveryResult("azure", self._source(seen), listings)

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        """See :meth:`CloudProvider.scan`: a part is a page of a query over some subscriptions, or some lists.

        Raises as the other does.
        """
        wanted = checked_subscriptions(config.accounts)
        regions = checked_regions(config.regions)
        planned = plan(self._known, config.types)
        async with self._client(config.cancelled) as client:
            quota = Quota()
            entered, refused = await self._subscriptions(client, quota, wanted)
            trails, report = Trails(config.done), Report(config.on_progress)
            readings = [
                Reading(
                    client,
                    quota,
                    self._limits,
                    planned,
                    regions,
                    self._groups,
                    entered[start : start + SUBSCRIPTIONS_AT_ONCE],
                    trails,
                    report,
                )
                for start in range(0, len(entered), SUBSCRIPTIONS_AT_ONCE)
            ]
            report.expect(sum(reading.steps for reading in readings))
            while readings:
                async with aclosing(readings.pop(0).parts()) as parts:
                    async for part in parts:
                        yield part
        for subscription, failed in refused:
            yield Part(f"{subscription}/refused", list(unentered(subscription, failed, planned.types)))

    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        """See :meth:`CloudProvider.test_connection`. Lists the subscriptions, and what may be read in each."""
        wanted = checked_subscriptions(accounts)
        async with in_time("Azure"), self._client(None) as client:
            entered, refused = await self._subscriptions(client, Quota(), wanted)
            tested = entered[:MOST_TESTED]
            rights = await _rights(client, tested)
            home, identity = claims_of(await client.tokens.get())
        denied = [(failed.permission or "", each, failed.detail) for each, failed in refused]
        needed = permissions(self._known.of("azure"))
        for subscription in tested:
            failed = rights[subscription].failed
            if failed is not None:
                denied.append((PERMISSION, subscription, failed.detail))
                continue
            lacking = [action for action in needed if not rights[subscription].allow(action)]
            denied.extend((action, subscription, "") for action in lacking)
        untested = len(entered) - len(tested)
        return Connection("azure", home, identity, entered, (), by_permission(denied), untested)

    async def get_cost_analysis(self) -> CostAnalysis:
        """Actual costs of the last full month and of this one so far, by subscription, service and region.

        Cost Management throttles a whole tenant: keep the result for hours. Raises CloudRefused when no
        subscription gives its costs.
        """
        today = clock.now().date()
        analysis = CostAnalysis("azure", *period(today))
        last: CallFailed | None = None
        answered = False
        async with self._client(None) as client:
            entered, _ = await self._subscriptions(client, Quota(), ())
            # One after the other: its limits are for the tenant, and small.
            for subscription in entered:
                try:
                    analysis.lines.extend(await read_costs(client, subscription, today))
                    answered = True
                except CallFailed as failed:
                    last = failed
        if last is not None and not answered:
            raise cloud_refused(last, "read costs") from last
        analysis.lines.sort(key=lambda line: (line.start, line.account, line.service, line.region, line.currency))
        return analysis

    def _client(self, cancelled: Callable[[], bool] | None) -> ArmClient:
        endpoint = checked_endpoint(self._endpoint_url)
        tokens = tokens_for(endpoint, self._token, self._limits, self._secret)
        return ArmClient(endpoint, tokens, self._limits, self._workers, cancelled, breakers=self._breakers)

    async def _subscriptions(
        self, client: ArmClient, quota: Quota, wanted: Sequence[str]
    ) -> tuple[list[str], list[tuple[str, CallFailed]]]:
        seconds = self._limits.connect + self._limits.sign_in
        try:
            return await subscriptions(client, quota, wanted, self._management_group, seconds)
        except CloudRefused as refusal:
            # Cancelled before anything was asked: there is nothing to report, and nothing is wrong.
            cause = refusal.__cause__
            if isinstance(cause, CallFailed) and cause.status is CoverageStatus.SKIPPED:
                return [], []
            raise

    def _source(self, entered: Sequence[str]) -> str:
        if self._management_group:
            return f"azure:management-group/{self._management_group}"
        return "azure:subscriptions/" + ",".join(entered)


async def _rights(client: ArmClient, subscriptions: Sequence[str]) -> dict[str, Rights]:
    """What may be read in each subscription."""
    found = await asyncio.gather(*(rights_in(client, each) for each in subscriptions))
    return dict(zip(subscriptions, found, strict=True))
