"""``cloudviz migrate``: bring the database to this release's schema."""

from __future__ import annotations

from typing import Annotated

import typer

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, run, settings_for


def migrate(
    to: Annotated[
        str,
        typer.Option("--to", help="Another revision than the newest, also an older one.", show_default=False),
    ] = "",
    database: Database = None,
) -> None:
    """Bring the database to this release's schema. Safe to run again, and from several processes at once.

    The release before this one goes on working with it, so that servers can be replaced one by one, and back. What
    `--to` undoes takes away what was kept in it: go back only when no part of this release runs any more.

    Example: cloudviz migrate --database postgresql://cloudviz@db/cloudviz
    """
    from cloudviz.runtime.settings import mask_url
    from cloudviz.store import migrate as bring_up

    loaded = settings_for(database_url=database)
    url = loaded.settings.database()
    state = run(bring_up(url, loaded.settings.store, to=to))
    note(f"{mask_url(url)} is at revision {state.present}.")
    if state.is_ahead:
        note(f"A newer CloudViz brought it there; this release ({state.newest}) works with it as it is.")
    elif not to:
        note(f"Releases that know {state.usable_from} can use it.")
