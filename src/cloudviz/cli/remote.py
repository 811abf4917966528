"""Commands against another CloudViz: ``--server URL``, and the sign-ins that ``cloudviz login`` keeps for it.

The environment variable CLOUDVIZ_SERVER is the same as ``--server``. Tokens are kept in a file that only its owner
may read. A token or an API key in CLOUDVIZ_TOKEN is used instead, and kept nowhere.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from cloudviz.cli.asked import asked
from cloudviz.cli.output import note
from cloudviz.errors import BadInput, CloudRefused, CloudVizError, Invalid, Unauthenticated

if TYPE_CHECKING:
    import httpx

VARIABLE = "CLOUDVIZ_SERVER"
TOKEN_VARIABLE = "CLOUDVIZ_TOKEN"  # noqa: S105 - the name of a variable
TIMEOUT = 60.0
WAIT = 1.0  # seconds between two looks at a job


class Refused(CloudVizError):
    """What the server said, in its own words."""

    status, code, title = 502, "server_refused", "The server refused"


def address(url: str) -> str:
    """A server's address without what is behind it. Raises :class:`~cloudviz.errors.Invalid` for what is none."""
    parts = urlsplit(url if "//" in url else f"https://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise Invalid(f"{url[:100]!r} is no address of a server", hint="Write it as https://cloudviz.example.com.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _file() -> Path:
    from platformdirs import user_config_path

    return user_config_path("cloudviz", appauthor=False) / "servers.json"


def _kept() -> dict[str, dict[str, str]]:
    with suppress(OSError, ValueError):
        value = json.loads(_file().read_text(encoding="utf-8"))
        if isinstance(value, dict):
            return value
    return {}


def keep(url: str, tokens: Mapping[str, str] | None) -> Path:
    """Keep the tokens of a server, or forget them when None. Returns the file, which only its owner may read."""
    held = _kept()
    if tokens is None:
        held.pop(url, None)
    else:
        held[url] = dict(tokens)
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(".new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(held, file, indent=1)
    made.replace(path)
    return path


def when(told: str | None) -> str | None:
    """A time as a server writes it, as lists on this machine print it: to the second, with its offset."""
    from datetime import datetime

    return datetime.fromisoformat(told).isoformat(timespec="seconds") if told else None


def part(id: str) -> str:
    """An id or name as one part of a path."""
    return quote(id, safe="")


@contextmanager
def sent_files(paths: Sequence[Path]) -> Iterator[list[tuple[str, tuple[str, Any]]]]:
    """Files as parts of an upload. Raises :class:`~cloudviz.errors.BadInput` for what is no file, as a folder."""
    with ExitStack() as stack:
        files = []
        for path in paths:
            if not path.is_file():
                raise BadInput("is no file that can be sent.", where=str(path), hint="Name the files of a folder.")
            files.append(("file", (path.name, stack.enter_context(path.open("rb")))))
        yield files


def chosen() -> Server | None:
    """The server that this command is for; None where it is for the installation on this machine."""
    url = asked.server or os.environ.get(VARIABLE, "")
    return Server(address(url)) if url else None


class Server:
    """A running CloudViz, asked over HTTP with the sign-in that is kept for it."""

    def __init__(self, url: str) -> None:
        import httpx  # 0.1 s that commands on this machine don't pay

        self.url = url
        self._given = os.environ.get(TOKEN_VARIABLE, "")
        self._tokens = {} if self._given else _kept().get(url, {})
        self._client = httpx.Client(timeout=TIMEOUT, headers={"User-Agent": "cloudviz-cli"})

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The reply. Raises what the server refused, in its words, or that it can't be reached."""
        reply = self._send(method, path, **more)
        if reply.status_code == 401 and self._tokens.get("refresh_token") and path != "/auth/refresh":
            self._renew()
            reply = self._send(method, path, **more)
        if reply.status_code >= 400:
            raise self._refusal(reply)
        return reply

    def json(self, path: str, **params: Any) -> Any:
        """What GET of a path answers; parameters that are empty are left out."""
        wanted = {key: value for key, value in params.items() if value not in ("", None, [], ())}
        return self.ask("GET", path, params=wanted).json()

    def items(self, path: str, most: int = 0, **params: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, page by page, up to ``most``; all when 0."""
        count = 0
        cursor = ""
        while True:
            size = min(500, most - count) if most else 500
            page = self.json(path, limit=size, cursor=cursor, **params)
            for item in page["items"]:
                yield item
                count += 1
            cursor = page["next_cursor"] or ""
            if not cursor or (most and count >= most):
                return

    def events(self, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The server-sent events of a path, as they come: their names and what they carry."""
        import httpx

        headers = {"Authorization": f"Bearer {self._given or self._tokens.get('access_token', '')}"}
        try:
            with self._client.stream("GET", f"{self.url}{path}", headers=headers, timeout=None) as reply:
                if reply.status_code >= 400:
                    reply.read()
                    raise self._refusal(reply)
                name = ""
                for line in reply.iter_lines():
                    field, _, value = line.partition(": ")
                    if field == "event":
                        name = value
                    elif field == "data":
                        yield name, json.loads(value)
        except httpx.HTTPError as error:
            raise self._lost(error) from error

    def sign_in(self, username: str, password: str) -> dict[str, str]:
        """The tokens of a person. Raises what the server refused."""
        reply = self.ask("POST", "/auth/login", json={"username": username, "password": password}).json()
        return {"access_token": reply["access_token"], "refresh_token": reply["refresh_token"]}

    def followed(self, job_id: str, tell: Any = None) -> dict[str, Any]:
        """A job, once it is over. ``tell`` gets its progress meanwhile. Raises what a job failed of."""
        while True:
            job: dict[str, Any] = self.json(f"/jobs/{job_id}")
            if job["status"] in ("succeeded", "partial"):
                return job
            if job["status"] in ("failed", "cancelled"):
                error = job.get("error") or {}
                detail = error.get("detail") or f"the job was {job['status']}"
                raise Refused(str(detail), hint=str(error.get("hint") or ""))
            if tell is not None and job.get("progress"):
                tell(job["progress"])
            time.sleep(WAIT)

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        import httpx

        token = self._given or self._tokens.get("access_token", "")
        headers = dict(more.pop("headers", {}))
        if token and path not in ("/auth/login", "/auth/refresh"):
            headers["Authorization"] = f"Bearer {token}"
        try:
            reply = self._client.request(method, f"{self.url}{path}", headers=headers, **more)
            if asked.verbose:
                took = f"{reply.elapsed.total_seconds():.2f} s"
                note(
                    f"{method} {reply.url} {reply.status_code} in {took}, {reply.headers.get('x-request-id', '')}"
                )
            return reply
        except httpx.HTTPError as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> CloudVizError:
        return CloudRefused(
            f"{self.url} cannot be reached: {error or type(error).__name__}",
            hint="Check the address, and that a CloudViz answers there.",
        )

    def _renew(self) -> None:
        reply = self._send("POST", "/auth/refresh", json={"refresh_token": self._tokens["refresh_token"]})
        if reply.status_code >= 400:
            keep(self.url, None)
            raise Unauthenticated(
                f"the sign-in at {self.url} has ended", hint=f"Sign in again: cloudviz login {self.url}"
            )
        told = reply.json()
        self._tokens = {"access_token": told["access_token"], "refresh_token": told["refresh_token"]}
        keep(self.url, self._tokens)

    def _refusal(self, reply: httpx.Response) -> CloudVizError:
        try:
            told = reply.json()
            detail, hint = str(told["detail"]), str(told.get("hint") or "")
        except (ValueError, KeyError, TypeError):
            return Refused(f"{self.url} answered {reply.status_code}", hint="Is it a CloudViz?")
        if reply.status_code == 401:
            return Unauthenticated(detail, hint=f"Sign in: cloudviz login {self.url}; or set {TOKEN_VARIABLE}.")
        return Refused(detail, hint=hint, where=str(told.get("where") or ""))
