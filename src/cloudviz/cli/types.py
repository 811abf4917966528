"""``cloudviz types list``: the resource types that this release knows."""

from __future__ import annotations

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, print_rows
from cloudviz.cli.remote import chosen, part
from cloudviz.cli.session import OutputOption, Provider

COLUMNS = ("type", "kind", "title", "native_type", "terraform")
app = Commands(help="The resource types that CloudViz knows.")


@app.command("list")
def list_types(provider: Provider = "", output: OutputOption = Output.TABLE) -> None:
    """List types with their kind and native names.

    Example: cloudviz types list --provider gcp --query '[].type'
    """
    clouds = [provider] if provider else ["aws", "azure", "gcp"]
    if server := chosen():
        told = [each for cloud in clouds for each in server.json(f"/{part(cloud)}/resource-types")["items"]]
        names = ("kind", "title", "native_type")
        rows = [
            {
                "type": each["key"],
                **{name: each[name] for name in names},
                "terraform": ", ".join(each["terraform"]),
                "supporting": each["supporting"],
            }
            for each in told
        ]
        print_rows(rows, COLUMNS, output)
        return
    from cloudviz.catalogue.registry import catalogue

    known = catalogue()
    rows = [
        {
            "type": declared.key,
            "kind": str(declared.kind),
            "title": declared.title,
            "native_type": known.native_name(declared),
            "terraform": ", ".join(declared.known_as.terraform),
            "supporting": declared.supporting,
        }
        for cloud in clouds
        for declared in known.of(cloud)
    ]
    print_rows(rows, COLUMNS, output)
