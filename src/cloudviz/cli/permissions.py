"""``cloudviz permissions aws|azure|gcp``: the least-privilege policy that a scan needs."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer


def permissions(
    provider: Annotated[str, typer.Argument(help="aws, azure or gcp.")],
    types: Annotated[
        list[str] | None, typer.Option(help="Type keys or wildcards, by commas; all when empty.")
    ] = None,
) -> None:
    """Print the policy that a scan needs, in the cloud's own format.

    Example: cloudviz permissions aws > cloudviz-policy.json
    """
    from cloudviz.catalogue.registry import catalogue
    from cloudviz.errors import Invalid
    from cloudviz.jobs.providers import scan_types

    if provider == "aws":
        from cloudviz.sources.aws.permissions import policy
    elif provider == "azure":
        from cloudviz.sources.azure.permissions import role as policy
    elif provider == "gcp":
        from cloudviz.sources.gcp.permissions import role as policy
    else:
        raise Invalid(f"{provider!r} is no cloud that CloudViz scans", hint="Use aws, azure or gcp.")
    words = [part.strip() for value in types or () for part in value.split(",") if part.strip()]
    known = catalogue()
    chosen = scan_types(provider, {"resource_types": words}) or tuple(each.key for each in known.of(provider))
    document = policy(known.types[key] for key in chosen)
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
