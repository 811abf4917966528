"""From a request to the cloud provider that serves it."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from typing import Any

from cloudviz.access.credentials import Credentials
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import Invalid
from cloudviz.runtime.settings import Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.provider import CloudProvider
from cloudviz.store import Store


async def opened_credential(
    settings: Settings, store: Store, provider: str, request: Mapping[str, Any]
) -> dict[str, str] | None:
    """What the ``credential`` that a request names is made of; None when it names none.

    It stays in memory: neither a job nor a log holds more of it than the name. Raises NotFound, Invalid for one of
    another cloud, SealBroken, Unavailable without its key.
    """
    name = str(request.get("credential") or "")
    return await Credentials.of(settings, store).open(name, provider) if name else None


def source_of(provider: str, request: Mapping[str, Any]) -> str:
    """Where a scan looks, as its discovery names it: ``aws:123456789012,210987654321``."""
    accounts = ",".join(map(str, request.get("accounts") or ()))
    wider = ("role_arn", "management_group", "organization", "folder", "profile")
    return f"{provider}:{accounts or next((str(request[each]) for each in wider if request.get(each)), 'default')}"


def accounts_of(provider: str, request: Mapping[str, Any]) -> tuple[str, ...]:
    """The accounts that a scan reads, as the queue counts them; one that names none is counted by its source."""
    named = tuple(f"{provider}:{each}" for each in request.get("accounts") or ())
    return named or (source_of(provider, request),)


def provider_for(
    provider: str,
    request: Mapping[str, Any],
    settings: Settings,
    breakers: Breakers | None = None,
    secret: Mapping[str, str] | None = None,
) -> CloudProvider:
    """The provider with the credentials and limits that a request and the settings name.

    ``secret`` is what :func:`opened_credential` gave; without it the process's own credentials are used.

    ``breakers`` are those of the process, so that a scan leaves alone what did not answer the scan before it.
    Raises :class:`~cloudviz.errors.Invalid` for an unknown cloud, and for names of places that can't exist.
    """
    if provider == "aws":
        # boto3 takes 0.3 s to import: only where a scan really starts.
        from cloudviz.sources.aws import AwsProvider, Limits

        return AwsProvider(
            profile=request.get("profile") or None,
            secret=secret,
            role_arn=request.get("role_arn") or None,
            endpoint_url=request.get("endpoint_url") or None,
            max_workers=settings.discovery.workers,
            limits=Limits(
                call=settings.discovery.call_timeout_seconds,
                listing=settings.discovery.listing_timeout_seconds,
            ),
            breakers=breakers,
            config_aggregator=request.get("config_aggregator") or settings.discovery.aws_config_aggregator or None,
            long_tail=bool(request.get("long_tail")),
        )
    if provider == "azure":
        from cloudviz.sources.azure import AzureProvider
        from cloudviz.sources.azure import Limits as AzureLimits
        from cloudviz.sources.azure.session import checked_regions, checked_subscriptions

        checked_subscriptions(request.get("accounts") or ())
        checked_regions(request.get("regions") or ())
        return AzureProvider(
            endpoint_url=request.get("endpoint_url") or None,
            management_group=request.get("management_group") or None,
            resource_groups=tuple(request.get("resource_groups") or ()),
            secret=secret,
            max_workers=settings.discovery.workers,
            limits=AzureLimits(
                call=settings.discovery.call_timeout_seconds,
                listing=settings.discovery.listing_timeout_seconds,
            ),
            breakers=breakers,
        )
    if provider == "gcp":
        from cloudviz.sources.gcp import GcpProvider
        from cloudviz.sources.gcp import Limits as GcpLimits
        from cloudviz.sources.gcp.session import checked_projects, checked_regions

        checked_projects(request.get("accounts") or ())
        checked_regions(request.get("regions") or ())
        return GcpProvider(
            organization=request.get("organization") or None,
            folder=request.get("folder") or None,
            secret=secret,
            endpoint_url=request.get("endpoint_url") or None,
            billing_table=settings.discovery.gcp_billing_table or None,
            max_workers=settings.discovery.workers,
            limits=GcpLimits(
                call=settings.discovery.call_timeout_seconds,
                listing=settings.discovery.listing_timeout_seconds,
            ),
            breakers=breakers,
        )
    raise Invalid(f"{provider!r} is no cloud that CloudViz scans", hint="Use aws, azure or gcp.")


def policy_for(provider: str, patterns: Sequence[str] = (), **options: bool) -> dict[str, Any]:
    """The least policy that a scan of these types needs, in the cloud's own format; of all types without any.

    Arguments:
        options: what the scan is asked to do besides: ``config_aggregator`` and ``long_tail`` for AWS.

    Raises :class:`~cloudviz.errors.Invalid` for an unknown cloud or type, and for an option of another cloud.
    """
    asked = {name: True for name, is_asked in options.items() if is_asked}
    if asked and provider != "aws":
        raise Invalid(f"{provider} has no {' or '.join(sorted(asked))}", hint="Those are ways to read AWS.")
    known = catalogue()
    patterns = scan_types(provider, {"resource_types": patterns})
    types = [known.types[key] for key in patterns] or known.of(provider)
    if provider == "aws":
        from cloudviz.sources.aws.permissions import policy

        return policy(types, **asked)
    if provider == "azure":
        from cloudviz.sources.azure.permissions import role as azure_role

        return azure_role(types)
    if provider == "gcp":
        from cloudviz.sources.gcp.permissions import role as gcp_role

        return gcp_role(types)
    raise Invalid(f"{provider!r} is no cloud that CloudViz scans", hint="Use aws, azure or gcp.")


def scan_types(provider: str, request: Mapping[str, Any]) -> tuple[str, ...]:
    """The type keys a request asks for by ``resource_types`` (keys or wildcards) and ``services``; () for all.

    Raises :class:`~cloudviz.errors.Invalid` naming a word that selects nothing, since a typo would otherwise
    pass for an empty account.
    """
    wanted = [str(each) for each in request.get("resource_types") or ()]
    wanted += [f"{provider}.{service}.*" for service in request.get("services") or ()]
    if not wanted:
        return ()
    known = [declared.key for declared in catalogue().of(provider)]
    chosen: dict[str, None] = {}
    for pattern in wanted:
        found = [key for key in known if fnmatch.fnmatchcase(key, pattern)]
        if not found:
            raise Invalid(
                f"{pattern!r} is no {provider} resource type",
                hint=f"`cloudviz types list --provider {provider}` lists them.",
            )
        chosen.update(dict.fromkeys(found))
    return tuple(chosen)
