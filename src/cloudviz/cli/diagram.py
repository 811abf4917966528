"""``cloudviz diagram -o FILE``: a picture of the stored inventory, now or at an earlier time."""

from __future__ import annotations

import typer

from cloudviz.cli.output import note, write_file
from cloudviz.cli.picture_options import (
    Focus,
    FormatOption,
    GroupBy,
    Hops,
    Layout,
    LayoutOption,
    MaxNodes,
    OutputFile,
    Scale,
    ShowCosts,
    Theme,
    ThemeOption,
    Title,
    format_for,
    picture_options,
)
from cloudviz.cli.session import (
    Account,
    At,
    Database,
    Filter,
    Provider,
    Region,
    Tag,
    TypeKey,
    opened,
    run,
    selection_of,
    settings_for,
)


def diagram(
    output: OutputFile,
    layout: LayoutOption = Layout.HIERARCHICAL,
    theme: ThemeOption = Theme.ENTERPRISE,
    format: FormatOption = "",
    filter: Filter = "",
    group_by: GroupBy = "",
    max_nodes: MaxNodes = 100,
    focus: Focus = "",
    hops: Hops = 2,
    show_costs: ShowCosts = False,
    title: Title = "",
    at: At = "",
    scale: Scale = 2.0,
    provider: Provider = "",
    type: TypeKey = None,
    region: Region = None,
    account: Account = None,
    tag: Tag = None,
    database: Database = None,
) -> None:
    """Draw the stored inventory.

    Example: cloudviz diagram -o estate.pdf --filter 'account=123456789012 tag:env=prod'
    """
    from cloudviz.jobs.draw import draw_stored

    wanted = format_for(output, format)
    selection = selection_of(
        provider=provider, types=type, regions=region, accounts=account, tags=tag, filter=filter, at=at
    )
    options = picture_options(layout, theme, max_nodes, focus, hops, group_by, show_costs, title, scale)
    loaded = settings_for(database_url=database)

    async def work() -> tuple[bytes, int, str]:
        async with opened(loaded.settings) as store:
            drawn, _ = await draw_stored(store, selection, options, wanted)
            summary = drawn.scene.summary
            text = f"{summary.resources} resources, {summary.shown} boxes, {summary.links_shown} lines"
            return drawn.content, drawn.gaps, text

    content, gaps, text = run(work())
    write_file(output, content)
    if str(output) != "-":
        note(f"{output}: {text}.")
    if gaps:
        note(f"The coverage has {gaps} gaps: `cloudviz discoveries show` names them.")
        raise typer.Exit(3)
