"""From query parameters and bodies to the one query value, :class:`~cloudviz.inventory.select.Selection`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Query

from cloudviz.api.schemas.base import AT_SAYS
from cloudviz.api.schemas.inventory import SearchRequest
from cloudviz.inventory.select import Selection, parse_filter


def asked(
    provider: Annotated[
        list[str] | None, Query(max_length=200, description="aws, azure, gcp; may be repeated.")
    ] = None,
    type: Annotated[
        list[str] | None,
        Query(max_length=200, description="Type key, may end in `*`; may be repeated.", examples=[["aws.ec2.*"]]),
    ] = None,
    kind: Annotated[list[str] | None, Query(max_length=200, description="Kind; may be repeated.")] = None,
    region: Annotated[list[str] | None, Query(max_length=200, description="Region; may be repeated.")] = None,
    account: Annotated[list[str] | None, Query(max_length=200, description="Account; may be repeated.")] = None,
    state: Annotated[list[str] | None, Query(max_length=200, description="State; may be repeated.")] = None,
    tag: Annotated[
        list[str] | None,
        Query(max_length=200, description="`KEY=VALUE`, or `KEY` alone; all must hold.", examples=[["env=prod"]]),
    ] = None,
    discovery: Annotated[list[str] | None, Query(max_length=200, description="Seen by this discovery.")] = None,
    q: Annotated[
        str, Query(max_length=1000, description="Part of the name, the id, a tag (`key=value`) or an IP address.")
    ] = "",
    at: Annotated[str, Query(max_length=100, description=AT_SAYS)] = "",
    filter: Annotated[str, Query(max_length=10_000, description="A filter expression.")] = "",
) -> Selection:
    """The selection that a list route's query parameters make. Raises Invalid for an unreadable filter."""
    base = Selection(
        providers=_values(provider),
        types=_values(type),
        kinds=_values(kind),
        regions=_values(region),
        accounts=_values(account),
        states=_values(state),
        tags=tuple((key, value) for key, _, value in (each.partition("=") for each in tag or ())),
        text=q,
        discoveries=_values(discovery),
        at=at,
    )
    return parse_filter(filter, base) if filter else base


Asked = Annotated[Selection, Depends(asked)]


def searched(request: SearchRequest) -> Selection:
    """The selection that a search body makes. Raises Invalid for an unreadable filter."""
    base = Selection(
        providers=tuple(request.providers),
        types=tuple(request.types),
        kinds=tuple(request.kinds),
        regions=tuple(request.regions),
        accounts=tuple(request.accounts),
        states=tuple(request.states),
        ids=tuple(request.ids),
        tags=tuple(request.tags.items()),
        text=request.text,
        discoveries=tuple(request.discoveries),
        at=request.at,
    )
    return parse_filter(request.filter, base) if request.filter else base


def _values(given: Iterable[str] | None) -> tuple[str, ...]:
    """Repeated parameters and comma-separated values mean the same."""
    return tuple(part for each in given or () for part in each.split(",") if part)
