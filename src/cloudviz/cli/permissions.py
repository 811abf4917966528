"""``cloudviz permissions aws|azure|gcp``: the least-privilege policy that a scan needs."""

from __future__ import annotations

from typing import Annotated

import typer

from cloudviz.cli.output import print_document
from cloudviz.cli.remote import chosen, part


def permissions(
    provider: Annotated[str, typer.Argument(help="aws, azure or gcp.")],
    types: Annotated[
        list[str] | None, typer.Option(help="Type keys or wildcards, by commas; all when empty.")
    ] = None,
    config_aggregator: Annotated[
        bool, typer.Option("--config-aggregator", help="AWS: also for discover --config-aggregator.")
    ] = False,
    long_tail: Annotated[bool, typer.Option("--long-tail", help="AWS: also for discover --long-tail.")] = False,
) -> None:
    """Print the policy that a scan needs, in the cloud's own format.

    Example: cloudviz permissions aws > cloudviz-policy.json
    """
    from cloudviz.jobs.providers import policy_for

    words = [part.strip() for value in types or () for part in value.split(",") if part.strip()]
    if server := chosen():
        told = server.json(
            f"/{part(provider)}/permissions",
            types=words,
            config_aggregator="true" if config_aggregator else "",
            long_tail="true" if long_tail else "",
        )
        print_document(told)
        return
    document = policy_for(provider, words, config_aggregator=config_aggregator, long_tail=long_tail)
    print_document(document)
