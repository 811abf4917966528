"""Real CloudViz servers for the browser tests, each a process of its own, as a user starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PROGRAM = Path(sys.executable).parent / "cloudviz"
BUNDLE = Path(__file__).parents[2] / "src" / "cloudviz" / "api" / "bundle"
PASSWORD = "correct horse battery staple"


@dataclass
class Served:
    """A running server and what the test needs to talk to it.

    ``link`` is the one-time link it printed; :meth:`admin` uses it up, so a test takes the one or the other.
    """

    base: str
    link: str
    _tokens: dict[str, str] | None = field(default=None)

    def admin(self) -> dict[str, str]:
        """The tokens of the administrator."""
        if self._tokens is None:
            reply = httpx.post(f"{self.base}/auth/exchange", json={"code": self.link.split("code=")[1]})
            reply.raise_for_status()
            self._tokens = reply.json()
        return self._tokens

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request by the administrator, who must get what is asked for."""
        headers = {"Authorization": f"Bearer {self.admin()['access_token']}"}
        reply = httpx.request(method, f"{self.base}{path}", headers=headers, timeout=60, **more)
        reply.raise_for_status()
        return reply

    def get(self, path: str, **params: Any) -> Any:
        return self.ask("GET", path, params=params).json()

    def add_person(self, name: str, role: str) -> dict[str, str]:
        """A new person with :data:`PASSWORD`, and their tokens."""
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, "roles": [role]}
        self.ask("POST", "/admin/users", json=body)
        reply = httpx.post(f"{self.base}/auth/login", json={"username": name, "password": PASSWORD})
        reply.raise_for_status()
        return dict(reply.json())


@contextmanager
def served(*command: str, folder: Path, environment: dict[str, str] | None = None) -> Iterator[Served]:
    """Run ``cloudviz COMMAND`` on a free port until the block ends. It must print a sign-in link."""
    assert (BUNDLE / "index.html").is_file(), "the web bundle is missing: run `make web`"
    known = {key: value for key, value in os.environ.items() if not key.startswith(("CLOUDVIZ_", "DATABASE_"))}
    environment = {**known, "CLOUDVIZ_DATA_DIR": str(folder), "NO_COLOR": "1", **(environment or {})}
    with (folder / "stderr.txt").open("w+") as words:
        process = subprocess.Popen(
            [str(PROGRAM), *command, "--port", "0"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        )
        try:
            assert process.stdout is not None
            link = process.stdout.readline().strip()
            if "/#/sign-in?code=" not in link:
                process.wait(10)
                raise AssertionError(f"{link!r}\n{(folder / 'stderr.txt').read_text()}")
            yield Served(link.split("/#/")[0], link)
        finally:
            process.terminate()
            process.wait(20)
