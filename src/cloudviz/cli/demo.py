"""``cloudviz demo``: the whole product on a bundled estate, with one command."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cloudviz.cli.output import note
from cloudviz.cli.progress import working
from cloudviz.cli.session import run, settings_for


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Don't open a browser.")] = False,
) -> None:
    """Start CloudViz with a three-cloud estate in a throw-away database, and print one link that signs in.

    Example: cloudviz demo --port 9000 --no-browser
    """
    from cloudviz.access.door import Door
    from cloudviz.api.app import create_app
    from cloudviz.cli.serve import address_of, listen, serve_app
    from cloudviz.jobs.demo import load_demo
    from cloudviz.store import migrate, open_store

    with tempfile.TemporaryDirectory(prefix="cloudviz-demo-") as folder:
        flags = {
            "server.host": "127.0.0.1",
            "server.port": port,
            "data_dir": folder,
            "database_url": f"sqlite:///{Path(folder) / 'demo.sqlite3'}",
            "redis_url": "",
        }
        settings = settings_for(**flags).settings

        async def work() -> None:
            listening = listen(settings)
            await migrate(settings.database())
            store = await open_store(settings.database())
            try:
                with working("Building the demo estate"):
                    resources = await load_demo(store)
                door = Door(settings, store)
                admin = await door.admissions.first_admin()
                code = await door.sign_in.make_code(admin, by="cloudviz demo")
                door.close()
                app = create_app(settings, store)
                link = f"{address_of(listening)}/#/sign-in?code={code}"

                async def ready() -> None:
                    note(f"A demo estate of {resources} resources in three clouds. Stop with Ctrl-C.")
                    note("This link signs you in once, within 10 minutes:")
                    typer.echo(link)
                    sys.stdout.flush()
                    if not no_browser and sys.stderr.isatty():
                        import webbrowser

                        webbrowser.open(link)

                await serve_app(app, listening, ready)
            finally:
                listening.close()
                await store.close()

        run(work())
