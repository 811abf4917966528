"""AWS, looked at live: sign in, find regions, list everything, say what was seen."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.registry import Catalogue, catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.inventory.model import CoverageStatus, Scope
from cloudviz.runtime import clock
from cloudviz.sources.aws.aggregator import AUTO, Aggregator, find_aggregator, is_aggregator_name
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.config_look import NOTE_TYPE, ConfigLook
from cloudviz.sources.aws.costs import read_costs
from cloudviz.sources.aws.listing import look
from cloudviz.sources.aws.long_tail import LongTail, listing_of_types_failed, long_tail_types
from cloudviz.sources.aws.plan import NO_REGION, Unit, plan, selected
from cloudviz.sources.aws.pool import DaemonPool
from cloudviz.sources.aws.refusals import CallFailed, cloud_refused, one_line
from cloudviz.sources.aws.session import (
    ALL_ACCOUNTS,
    DEFAULT_REGIONS,
    Account,
    Clients,
    Limits,
    Sessions,
    account_of_role,
    checked_accounts,
    checked_regions,
    role_for,
)
from cloudviz.sources.aws.tags import Tags
from cloudviz.sources.aws.throttle import Throttle
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.connection import Connection, by_permission, in_time
from cloudviz.sources.flow import interleaved
from cloudviz.sources.pages import Trails
from cloudviz.sources.progress import Report
from cloudviz.sources.provider import (
    CloudProvider,
    CostAnalysis,
    DiscoveryResult,
    Listing,
    NotSeen,
    Part,
    ProviderConfig,
)

REGIONS_TYPE = "aws.region"
"""The coverage entry that says the list of regions itself could not be read."""

LISTS_A_CALL = 2
"""So many lists are under way or wait to be taken, for each call that runs at once: what is held is bounded."""

Result = TypeVar("Result")

_SIGN_IN_ERRORS = (boto.BotoCoreError, boto.ClientError, ResponseParserError, OSError, ValueError, KeyError)


class AwsProvider(CloudProvider):
    """Scans AWS accounts through their own API.

    With ``regions`` in the configuration only what is in them is listed, buckets included, which belong to a
    region though they are listed for the whole account; IAM, which belongs to none, is always listed. Without
    ``regions`` every region that the account has enabled is looked into.

    With ``accounts`` and a role, the role of that name is assumed in each account; ``all`` are those that AWS
    Organizations lists as active, which an ARN with ``{account}`` and no accounts means too. Otherwise without
    accounts the role's own account is scanned, without a role that of the credentials.

    Arguments:
        profile: a profile of the AWS configuration files; the usual chain of credentials when None.
        role_arn: the role to assume: an ARN, an ARN with ``{account}`` in it, or a name.
        endpoint_url: where to send all calls instead of AWS.
        max_workers: how many calls run at once. More than 16 gain nothing on two cores.
        limits: how long to wait for what.
        config_aggregator: the name of a Config aggregator, or ``auto`` for the one that there is: what it knows of
            an account and region is not listed there. It is looked for in the account of the credentials, and in
            the first that a role opens.
        long_tail: also list what there is of types beyond the declared ones, through Cloud Control: a call for
            each of a thousand types in each region. Not done where only some types are asked for.
        known: the catalogue to scan by; the release's own when None.
        breakers: the circuits of the endpoints, shared by the scans of a process; this provider's own when None.
        secret: ``access_key_id``, ``secret_access_key`` and perhaps ``session_token``, in place of the profile.
    """

    def __init__(
        self,
        profile: str | None = None,
        role_arn: str | None = None,
        endpoint_url: str | None = None,
        max_workers: int = 16,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        known: Catalogue | None = None,
        breakers: Breakers | None = None,
        config_aggregator: str | None = None,
        long_tail: bool = False,
        secret: Mapping[str, str] | None = None,
    ) -> None:
        if max_workers < 1:
            raise Invalid("max_workers must be at least 1")
        if config_aggregator and not is_aggregator_name(config_aggregator):
            raise Invalid(
                f"{config_aggregator!r} is not the name of a Config aggregator",
                hint="Give its name, or auto for the one that there is.",
            )
        self._aggregator = config_aggregator
        self._long_tail = long_tail
        self._profile = profile
        self._secret = secret
        self._role = role_arn
        self._endpoint_url = endpoint_url
        self._workers = max_workers
        self._limits = limits
        self._known = known or catalogue()
        self._breakers = breakers or Breakers()

    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        """See :meth:`CloudProvider.discover_resources`.

        Raises Invalid for accounts, regions or types that can't exist, and CloudRefused when the credentials
        or the endpoint fail altogether.
        """
        listings = await self.collected(config)
        accounts = sorted({each.scope.account for each in listings})
        source = f"aws:profile/{self._profile}" if self._profile else "aws:accounts/" + ",".join(accounts)
        return DiscoveryResult("aws", source, listings)

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        """See :meth:`CloudProvider.scan`: a part is a page of one list in one region. Raises as the other does."""
        regions = checked_regions(config.regions)
        wanted = checked_accounts(config.accounts, self._role)
        types = selected(self._known, config.types)
        async with self._scan(config.cancelled) as scan:
            accounts, refused = await scan.sign_in(wanted, regions)
            report, trails = Report(config.on_progress), Trails(config.done)
            aggregator, unused = await scan.aggregator(self._aggregator, accounts, regions)
            if unused and (key := f"{scan.own.id}/config") not in config.done:
                yield Part(key, unused)
            for begun, account in enumerate(accounts):
                async with scan.caller(account) as caller:
                    found, gap = await scan.regions(caller, account, regions)
                    if gap:
                        yield Part(f"{account.id}/global/{REGIONS_TYPE}", gap)
                    units = plan(self._known, types, found)
                    units = [unit for unit in units if _key(account, unit) not in config.done]
                    # Accounts not begun are taken to have as much to do as this one.
                    report.expect(report.done + len(units) * (len(accounts) - begun))
                    tags = Tags(caller, account, types)
                    config_look = scan.config_look(aggregator, caller, account, units, found)
                    seen = scan.look_at(units, caller, tags, config_look, account, found, bool(regions), trails)
                    async with aclosing(seen):
                        async for unit, part in seen:
                            is_last = not part.goes_on and part.key == _key(account, unit)
                            count = sum(len(each.items) for each in part.listings)  # let go of when taken
                            yield part
                            del part
                            at = f"{account.id} {unit.region or 'global'} {unit.call.service}"
                            if is_last:
                                report.step(at, count)
                            else:
                                report.found(count, at)
                    if self._long_tail and not config.types:
                        async with aclosing(scan.long_tail(caller, account, self._known, found, config)) as parts:
                            async for part in parts:
                                yield part
                    if config_look is not None and (notes := config_look.notes()):
                        yield Part(f"{account.id}/global/{NOTE_TYPE}", notes)
            for account_id, failed in refused:
                yield Part(f"{account_id}/refused", _unentered(account_id, failed, types))

    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        """See :meth:`CloudProvider.test_connection`. Calls STS, and lists the regions of the first account."""
        wanted = checked_accounts(accounts, self._role)
        async with in_time("AWS"), self._scan(None) as scan:
            entered, refused = await scan.sign_in(wanted, ())
            first = entered[0]
            denied = [(failed.permission or "", account, failed.detail) for account, failed in refused]
            regions: tuple[str, ...] = ()
            async with scan.caller(first) as caller:
                try:
                    regions = await scan.enabled_regions(caller)
                except CallFailed as failed:
                    denied.append((failed.permission or "", first.id, failed.detail))
        reached = tuple(sorted(account.id for account in entered))
        return Connection("aws", first.id, first.identity, reached, regions, by_permission(denied))

    async def get_cost_analysis(self) -> CostAnalysis:
        """Unblended costs of the last full month and of this one so far, by service and region.

        Each call costs $0.01: keep the result for hours. Raises CloudRefused when Cost Explorer refuses.
        """
        async with self._scan(None) as scan:
            accounts, _ = await scan.sign_in((), ())
            async with scan.caller(accounts[0]) as caller:
                try:
                    return await read_costs(caller, accounts[0], clock.now().date())
                except CallFailed as failed:
                    needed = f" It needs {failed.permission}." if failed.permission else ""
                    raise CloudRefused(
                        f"AWS: Cost Explorer gave no costs: {failed.detail}",
                        hint=f"Cost Explorer must be enabled for the account.{needed}",
                    ) from failed

    @asynccontextmanager
    async def _scan(self, cancelled: Callable[[], bool] | None) -> AsyncIterator[_Scan]:
        pool = DaemonPool()
        scan: _Scan | None = None
        try:
            scan = _Scan(
                self._profile,
                self._secret,
                self._role,
                self._endpoint_url,
                self._workers,
                self._limits,
                pool,
                cancelled,
                self._breakers,
            )
            yield scan
        finally:
            if scan is not None:
                scan.close()
            pool.shutdown()


class _Scan:
    """The running parts of one scan: sessions, threads, buckets."""

    def __init__(
        self,
        profile: str | None,
        secret: Mapping[str, str] | None,
        role: str | None,
        endpoint_url: str | None,
        workers: int,
        limits: Limits,
        pool: DaemonPool,
        cancelled: Callable[[], bool] | None,
        breakers: Breakers,
    ) -> None:
        self.own: Account
        self._opened: list[Caller] = []
        self._tail: list[str] | None = None
        self._breakers = breakers
        self._role = role
        self._workers = workers
        self._limits = limits
        self._pool = pool
        self._slots = asyncio.Semaphore(workers)
        self._throttle = Throttle()
        self._cancelled = cancelled or (lambda: False)
        try:
            self._sessions = Sessions(profile, endpoint_url, limits, workers, secret)
        except boto.BotoCoreError as error:
            raise cloud_refused(error, "read its configuration") from error

    async def sign_in(
        self, wanted: Sequence[str], regions: Sequence[str]
    ) -> tuple[list[Account], list[tuple[str, CallFailed]]]:
        """The accounts that let us in, and those that don't. Raises CloudRefused when none does."""
        sessions = self._sessions
        home = sessions.home_region(regions)
        own = await self._blocking(functools.partial(sessions.signed_in, sessions.base, home), "sign in")
        self.own = own
        if self._role is None:
            others = [account for account in wanted if account != own.id]
            if others and own.id not in wanted:
                raise CloudRefused(
                    f"AWS: these credentials are for account {own.id}, not for {', '.join(others)}",
                    hint="Give a role that may be assumed in those accounts with --role-arn.",
                )
            no_role = CallFailed(
                CoverageStatus.DENIED, f"the credentials are for {own.id} and no role was given", "sts:AssumeRole"
            )
            return [own], [(account, no_role) for account in others]
        everyone = tuple(wanted) == (ALL_ACCOUNTS,)
        if everyone:
            members = functools.partial(sessions.members, own, home)
            targets = await self._blocking(members, "list the accounts of the organisation")
        else:
            targets = list(wanted) or [account_of_role(self._role) or own.id]
        roles = [(account, role_for(self._role, account, own.partition)) for account in targets]
        entered: list[Account] = []
        refused: list[tuple[str, CallFailed]] = []
        last: CloudRefused | None = None
        for account, role in roles:
            try:
                entered.append(
                    await self._blocking(functools.partial(sessions.assume, role, home), f"assume {role}")
                )
            except CloudRefused as error:
                if everyone and account == own.id:
                    # The organisation's own account has no such role as a rule: its credentials are at hand.
                    entered.append(own)
                    continue
                last = error
                failed = CallFailed(CoverageStatus.DENIED, one_line(error.detail), "sts:AssumeRole")
                refused.append((account, failed))
        if not entered and last is not None:
            raise last
        return entered, refused

    async def _blocking(self, call: Callable[[], Result], doing: str) -> Result:
        limit = self._limits.connect + 2 * self._limits.sign_in
        future = asyncio.get_running_loop().run_in_executor(self._pool, call)
        try:
            return await asyncio.wait_for(future, limit)
        except TimeoutError as error:
            raise cloud_refused(TimeoutError(f"no answer within {limit:g} s"), doing) from error
        except _SIGN_IN_ERRORS as error:
            raise cloud_refused(error, doing) from error

    async def aggregator(
        self, name: str | None, accounts: Sequence[Account], regions: Sequence[str]
    ) -> tuple[Aggregator | None, list[Listing]]:
        """The Config aggregator that was asked for, and a note where there is none to be used.

        Raises Invalid for one that was named and is not there.
        """
        if not name:
            return None, []
        homes = {account.id: account for account in (self.own, *accounts[:1])}
        places = dict.fromkeys((self._sessions.home_region(()), *(regions or DEFAULT_REGIONS)))
        try:
            hubs = [self._open(account) for account in homes.values()]
            return await find_aggregator(hubs, name, list(places)), []
        except CallFailed as failed:
            if failed.status == CoverageStatus.UNSUPPORTED and name != AUTO:
                raise Invalid(failed.detail, hint="Give its name as AWS Config lists it, or auto.") from failed
            detail = f"everything was listed directly: {failed.detail}"
            scope = Scope("aws", self.own.id, "", self.own.partition)
            return None, [NotSeen(scope, NOTE_TYPE, CoverageStatus.SKIPPED, failed.permission, detail)]

    async def long_tail(
        self,
        caller: Caller,
        account: Account,
        known: Catalogue,
        regions: Sequence[str],
        config: ProviderConfig,
    ) -> AsyncGenerator[Part, None]:
        """What an account has of types that are not declared."""
        if self._tail is None:
            try:
                self._tail = await long_tail_types(caller, regions[0], known)
            except CallFailed as failed:
                yield Part(f"{account.id}/global/long-tail", [listing_of_types_failed(account, failed)])
                return
        tail = LongTail(caller, account, regions, self._limits.listing)
        async with aclosing(tail.parts(self._tail, config.done)) as parts:
            async for part in parts:
                yield part

    def config_look(
        self,
        aggregator: Aggregator | None,
        caller: Caller,
        account: Account,
        units: Sequence[Unit],
        regions: Sequence[str],
    ) -> ConfigLook | None:
        """What Config knows of one account, where there is an aggregator to ask."""
        if aggregator is None:
            return None
        return ConfigLook(aggregator, caller, account, units, regions, self._limits.listing)

    @asynccontextmanager
    async def caller(self, account: Account) -> AsyncIterator[Caller]:
        """The calls of one account. Its clients are closed at the end: a hundred accounts would hold 12,000."""
        caller = self._made(account)
        try:
            yield caller
        finally:
            caller.close()

    def _open(self, account: Account) -> Caller:
        """The calls of one account until the scan ends."""
        caller = self._made(account)
        self._opened.append(caller)
        return caller

    def close(self) -> None:
        """Let go of what was opened for the whole scan."""
        for caller in self._opened:
            caller.close()

    def _made(self, account: Account) -> Caller:
        return Caller(
            account.id,
            Clients(self._sessions, account),
            self._pool,
            self._slots,
            self._workers,
            self._throttle,
            self._limits,
            self._cancelled,
            self._breakers,
        )

    async def enabled_regions(self, caller: Caller) -> tuple[str, ...]:
        """The regions that the account has enabled. Raises CallFailed."""
        home = self._sessions.home_region(())
        reply = await caller.call("ec2", home, "describe_regions", {}, "ec2:DescribeRegions")
        found = sorted(str(each["RegionName"]) for each in reply.get("Regions", []))
        if not found:
            raise CallFailed(CoverageStatus.FAILED, "no regions were listed")
        return tuple(found)

    async def regions(
        self, caller: Caller, account: Account, asked: Sequence[str]
    ) -> tuple[tuple[str, ...], list[Listing]]:
        """The regions to look into, and a gap to report when the account would not say which it has."""
        if asked:
            return tuple(asked), []
        try:
            return await self.enabled_regions(caller), []
        except CallFailed as error:
            failed = error
        defaults: Sequence[str] = DEFAULT_REGIONS
        if account.partition != "aws":
            defaults = sorted(account.session.get_available_regions("ec2", account.partition))
        detail = f"only regions enabled by default were looked into: {failed.detail}"
        scope = Scope("aws", account.id, "", account.partition)
        return tuple(defaults), [NotSeen(scope, REGIONS_TYPE, failed.status, failed.permission, detail)]

    async def look_at(
        self,
        units: Sequence[Unit],
        caller: Caller,
        tags: Tags,
        config_look: ConfigLook | None,
        account: Account,
        regions: Sequence[str],
        only_regions: bool,
        trails: Trails,
    ) -> AsyncGenerator[tuple[Unit, Part], None]:
        """What every unit has to say, part by part as they come. Who takes them slowly slows the calls down."""

        async def one(unit: Unit) -> AsyncGenerator[tuple[Unit, Part], None]:
            key = _key(account, unit)
            if self._lacks(unit, account):
                yield unit, Part(key, _unsupported(unit, account))
            elif config_look is not None and (known := await config_look.look(unit)) is not None:
                yield unit, Part(key, known)
            else:
                seconds, trail = self._limits.listing, trails.of(key)
                looked = look(unit, caller, tags, account, regions, only_regions, seconds, trail)
                async with aclosing(looked):
                    async for part in looked:
                        yield unit, part
                        del part

        try:
            at_once = min(len(units), LISTS_A_CALL * self._workers)
            async with aclosing(interleaved(map(one, units), at_once)) as pieces:
                async for piece in pieces:
                    yield piece
                    del piece
        finally:
            tags.close()
            if config_look is not None:
                config_look.close()

    def _lacks(self, unit: Unit, account: Account) -> bool:
        """Whether botocore knows that a region has no such service. A region it does not know is tried."""
        if unit.region in ("", NO_REGION) or self._sessions.endpoint_url:
            return False
        session: Any = account.session
        served = session.get_available_regions(unit.call.service, account.partition)
        known = session.get_available_regions("ec2", account.partition)
        return bool(served) and unit.region in known and unit.region not in served


def _key(account: Account, unit: Unit) -> str:
    """What a unit is called in every scan: a type is listed by one unit of a region."""
    return f"{account.id}/{unit.region or 'global'}/{unit.types[0].key}"


def _unsupported(unit: Unit, account: Account) -> list[Listing]:
    scope = Scope("aws", account.id, unit.region, account.partition)
    detail = f"{unit.call.service} is not offered in {unit.region}"
    return [NotSeen(scope, each.key, CoverageStatus.UNSUPPORTED, None, detail) for each in unit.types]


def _unentered(account_id: str, failed: CallFailed, types: Sequence[ResourceType]) -> list[Listing]:
    scope = Scope("aws", account_id)
    return [NotSeen(scope, each.key, failed.status, failed.permission, failed.detail) for each in types]
