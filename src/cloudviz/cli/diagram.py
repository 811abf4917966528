"""``cloudviz diagram -o FILE``: a picture of the stored inventory, now or at an earlier time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cloudviz.cli.output import note, write_file
from cloudviz.cli.picture_options import AskedPicture, asks_for_a_picture
from cloudviz.cli.remote import chosen
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
from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.jobs.draw import Picture


@asks_for_a_picture
def diagram(
    picture: AskedPicture,
    filter: Filter = "",
    at: At = "",
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

    selection = selection_of(
        provider=provider, types=type, regions=region, accounts=account, tags=tag, filter=filter, at=at
    )
    if server := chosen():
        if picture.previous is not None:
            raise Invalid("--previous is not for a server", hint="It is a file here; draw without --server.")
        options = picture.options
        terms = [
            filter,
            *(
                f"{key}={each}"
                for key, values in (
                    ("provider", [provider] if provider else []),
                    ("type", type),
                    ("region", region),
                    ("account", account),
                )
                for each in values or ()
            ),
        ]
        terms += [f"tag:{each}" for each in tag or ()]
        body = {
            "format": picture.format, "layout": options.layout, "theme": options.theme,
            "max_nodes": options.max_nodes,
            "group_by": options.group_by, "focus": options.focus, "hops": options.hops, "title": options.title,
            "include_costs": options.show_costs, "scale": options.scale, "page": options.page,
            "direction": options.direction,
            "link_base": options.link_base, "filter": " ".join(term for term in terms if term), "at": at,
        }  # fmt: skip
        write_file(picture.output, server.ask("POST", "/visualization/export", json=body, timeout=300).content)
        note(f"{picture.output} is drawn by {server.url}.")
        return
    loaded = settings_for(database_url=database)

    async def work() -> Picture:
        async with opened(loaded.settings) as store:
            drawn, _ = await draw_stored(
                store, selection, picture.options, picture.format, previous=picture.previous
            )
            return drawn

    drawn = run(work())
    picture.write(drawn.content, drawn.scene)
    if drawn.gaps:
        note(f"The coverage has {drawn.gaps} gaps: `cloudviz discoveries show` names them.")
        raise typer.Exit(3)
