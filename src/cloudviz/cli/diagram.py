"""``cloudviz diagram -o FILE``: a picture of the stored inventory, now or at an earlier time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cloudviz.cli.output import note
from cloudviz.cli.picture_options import AskedPicture, asks_for_a_picture
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
