"""``cloudviz migrate``: bring the database to this release's schema."""

from __future__ import annotations

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, run, settings_for


def migrate(database: Database = None) -> None:
    """Bring the database to this release's schema. Safe to run again, and from several processes at once.

    Example: cloudviz migrate --database postgresql://cloudviz@db/cloudviz
    """
    from cloudviz.runtime.settings import mask_url
    from cloudviz.store import migrate as bring_up

    loaded = settings_for(database_url=database)
    url = loaded.settings.database()
    state = run(bring_up(url, loaded.settings.store))
    note(f"{mask_url(url)} is at revision {state.present}.")
