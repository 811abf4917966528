"""``cloudviz types list``: the resource types that this release knows."""

from __future__ import annotations

from typing import Any

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, print_rows
from cloudviz.cli.session import OutputOption, Provider

app = Commands(help="The resource types that CloudViz knows.")


@app.command("list")
def list_types(provider: Provider = "", output: OutputOption = Output.TABLE) -> None:
    """List types with their kind and native names.

    Example: cloudviz types list --provider gcp --query '[].type'
    """
    from cloudviz.catalogue.registry import catalogue

    known = catalogue()
    rows: list[dict[str, Any]] = [
        {
            "type": declared.key,
            "kind": str(declared.kind),
            "title": declared.title,
            "native_type": known.native_name(declared),
            "terraform": ", ".join(declared.known_as.terraform),
            "supporting": declared.supporting,
        }
        for cloud in ([provider] if provider else ["aws", "azure", "gcp"])
        for declared in known.of(cloud)
    ]
    print_rows(rows, ("type", "kind", "title", "native_type", "terraform"), output)
