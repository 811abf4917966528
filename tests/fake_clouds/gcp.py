"""A fake of Google Cloud over real HTTP: Cloud Asset Inventory, the services' own lists, projects, BigQuery.

It answers from an estate (:mod:`fake_clouds.gcp_estate`) and misbehaves when told to: wrong tokens, throttling,
APIs that are switched off, permissions that are missing, torn replies, page tokens that go round in circles.
Which service is meant it takes from ``X-Forwarded-Host``, since several have the same paths.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
import uvicorn

from fake_clouds.gcp_estate import FOLDER, ORGANIZATION, REGION, Asset, Estate

NOT_IN_INVENTORY = {"vision.googleapis.com/ProductSet"}
VISION_LOCATIONS = {"us-west1", "us-east1", "europe-west1", "asia-east1"}
HOSTS = {
    "sqladmin.googleapis.com": "cloudsql.googleapis.com",
    "bigtableadmin.googleapis.com": "bigtable.googleapis.com",
}
MEMBERS = {"serviceAccounts": "accounts", "b": "items"}


@dataclass(frozen=True)
class Call:
    """One request: which service, where, what it asked for."""

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    token: str
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]

    @property
    def line(self) -> str:
        """The request in one line without its page."""
        rest = "&".join(f"{key}={value}" for key, value in self.query)
        return f"{self.method} {self.host}{self.path}?{rest}"


@dataclass
class Reply:
    """What goes back. ``torn`` sends half of the body, ``reset`` breaks the connection, ``hang`` never answers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    torn: bool = False
    reset: bool = False
    hang: bool = False


Fault = Callable[[Call, int], Reply | None]
"""Given a call and how often this very call was made before: a reply instead of the true one, or None."""


def error(status: int, word: str, message: str, reason: str = "", **metadata: str) -> Reply:
    """An error as Google's newer APIs write it: https://cloud.google.com/apis/design/errors."""
    details = []
    if reason:
        details.append(
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": metadata,
            }
        )
    return Reply(status, {"error": {"code": status, "message": message, "status": word, "details": details}})


def switched_off(host: str) -> Reply:
    """What a service says in a project that has not enabled it."""
    return error(
        403,
        "PERMISSION_DENIED",
        f"{host} API has not been used in project 100000000001 before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/{host}/overview?project=100000000001 then retry.",
        "SERVICE_DISABLED",
        service=host,
    )


def denied(permission: str) -> Reply:
    """What a service says to a caller that lacks a permission."""
    return error(
        403, "PERMISSION_DENIED", f"Permission '{permission}' denied on resource.", "IAM_PERMISSION_DENIED"
    )


def throttled(seconds: str = "") -> Reply:
    """429, with ``Retry-After`` where seconds are given."""
    reply = error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Reads'.", "RATE_LIMIT_EXCEEDED")
    if seconds:
        reply.headers["Retry-After"] = seconds
    return reply


class FakeGoogle:
    """The fake, serving on a loopback port from its own thread.

    Attributes:
        url: where it is.
        calls: every request in order.
        faults: asked in order before the true reply is made.
        tokens: tokens that are let in; any when empty.
        withheld: permissions that testIamPermissions does not grant.
    """

    def __init__(self, estate: Estate, page_size: int = 1000) -> None:
        self.estate = estate
        self.page_size = page_size
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.tokens: set[str] = set()
        self.withheld: set[str] = set()
        self.bill: list[tuple[str, ...]] = []
        self._made: defaultdict[str, int] = defaultdict(int)
        self._listed: dict[str, list[Asset]] = {}
        self._by_host: defaultdict[str, list[Asset]] = defaultdict(list)
        self._projects_by_name: dict[str, Asset] = {}
        for asset in estate.assets:
            self._by_host[asset.name[2:].partition("/")[0]].append(asset)
            if asset.asset_type == "cloudresourcemanager.googleapis.com/Project":
                self._projects_by_name[asset.name] = asset
        self._known = {asset.asset_type for asset in estate.assets} - NOT_IN_INVENTORY
        self._sock = socket.socket()
        self._sock.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._sock.getsockname()[1]}"
        config = uvicorn.Config(
            self._app,
            log_level="critical",
            access_log=False,
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
        )
        self._server = uvicorn.Server(config)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._server.run, args=([self._sock],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._stopped.set()
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    def clear(self) -> None:
        """Behave again, and forget what was asked."""
        self.calls.clear()
        self.faults.clear()
        self.tokens.clear()
        self.withheld.clear()
        self._made.clear()

    # -- ASGI ------------------------------------------------------------------------------------------------

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        host = headers.get("x-forwarded-host", headers.get("host", ""))
        query = tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        token = headers.get("authorization", "").removeprefix("Bearer ")
        call = Call(scope["method"], host, unquote(scope["path"]), query, token, body)
        self.calls.append(call)
        made = self._made[call.line]
        self._made[call.line] += 1
        reply = next((found for fault in self.faults if (found := fault(call, made)) is not None), None)
        if reply is None:
            if self.tokens and token not in self.tokens:
                reply = error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
            else:
                reply = self._answer(call)
        await self._send(reply, send)

    async def _send(self, reply: Reply, send: Any) -> None:
        while reply.hang and not self._stopped.is_set():
            await asyncio.sleep(0.05)
        content = reply.body if isinstance(reply.body, bytes) else orjson.dumps(reply.body or {})
        headers = [(b"content-type", b"application/json; charset=UTF-8")]
        headers += [(key.encode(), value.encode()) for key, value in reply.headers.items()]
        if reply.torn:
            content = content[: max(1, len(content) // 2)]
        if reply.reset:
            headers.append((b"content-length", str(len(content) + 10).encode()))
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": content[:1], "more_body": True})
            raise ConnectionError("reset on purpose")
        headers.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    # -- the true answers ------------------------------------------------------------------------------------

    def _answer(self, call: Call) -> Reply:
        if call.host == "cloudasset.googleapis.com":
            return self._assets(call)
        if call.host == "cloudresourcemanager.googleapis.com":
            return self._projects(call)
        if call.method == "POST" and re.fullmatch(r"/bigquery/v2/projects/[^/]+/queries", call.path):
            return self._query(call)
        if call.host == "storage.googleapis.com" and call.path == "/storage/v1/b":
            project = call.values("project")[0]
            found = [
                asset
                for asset in self._by_host["storage.googleapis.com"]
                if asset.ancestors[0] == f"projects/{self.estate.projects.get(project)}"
            ]
            return self._page(call, [asset.direct for asset in found], "items")
        if call.host == "compute.googleapis.com":
            return self._compute(call)
        return self._list(call)

    def _assets(self, call: Call) -> Reply:
        match = re.fullmatch(r"/v1/((?:projects|folders|organizations)/[^/]+)/assets", call.path)
        if match is None or call.values("contentType") != ["RESOURCE"]:
            return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        wanted = call.values("assetTypes")
        for name in wanted:
            if name in NOT_IN_INVENTORY or not re.fullmatch(r"[a-z.-]+/[A-Za-z]+", name):
                return error(400, "INVALID_ARGUMENT", f"asset type {name!r} is not supported")
        parent = match[1]
        kind, _, name = parent.partition("/")
        if kind == "projects":
            number = self.estate.projects.get(name, name)
            if number not in self.estate.projects.values():
                return denied("cloudasset.assets.listResource")
            parent = f"projects/{number}"
        size = int(call.values("pageSize")[0])
        if not 1 <= size <= 1000:
            return error(400, "INVALID_ARGUMENT", "page_size must be in [1, 1000]")
        key = f"{parent} {sorted(wanted)}"
        wanted = set(wanted)
        if key not in self._listed:
            self._listed[key] = [
                asset
                for asset in self.estate.assets
                if parent in asset.ancestors
                and asset.asset_type in self._known
                and (not wanted or asset.asset_type in wanted)
            ]
        page = self._page(call, self._listed[key], "assets", min(size, self.page_size))
        if page.status == 200:
            page.body["assets"] = [_envelope(asset) for asset in page.body.get("assets", ())]
            page.body["readTime"] = "2026-11-24T06:00:00Z"
        return page

    def _projects(self, call: Call) -> Reply:
        one = re.fullmatch(r"/v1/projects/([^/:]+)", call.path)
        if one is not None:
            number = self.estate.projects.get(one[1], one[1])
            asset = self._projects_by_name.get(f"//cloudresourcemanager.googleapis.com/projects/{number}")
            return Reply(body=asset.data) if asset is not None else denied("resourcemanager.projects.get")
        one = re.fullmatch(r"/v1/projects/([^/:]+):getAncestry", call.path)
        if one is not None and call.method == "POST":
            if one[1] not in self.estate.projects:
                return denied("resourcemanager.projects.get")
            above = (("project", one[1]), ("folder", FOLDER), ("organization", ORGANIZATION))
            return Reply(body={"ancestor": [{"resourceId": {"type": kind, "id": name}} for kind, name in above]})
        if call.path == "/v3/projects:search":
            found = [
                {
                    "name": f"projects/{number}",
                    "projectId": project,
                    "parent": f"folders/{FOLDER}",
                    "state": "ACTIVE",
                }
                for project, number in self.estate.projects.items()
            ]
            return self._page(call, found, "projects")
        test = re.fullmatch(r"/v3/(projects|folders|organizations)/([^/:]+):testIamPermissions", call.path)
        if test is not None:
            # Of what does not exist nothing is granted, and nothing said.
            is_known = test[1] != "projects" or test[2] in self.estate.projects
            asked = json.loads(call.body)["permissions"]
            assert 0 < len(asked) <= 100 and not any("*" in each for each in asked)
            found = [each for each in asked if is_known and each not in self.withheld]
            return Reply(body={"permissions": found} if found else {})
        if call.path == "/v3/folders:search":
            folders = [{"name": f"folders/{FOLDER}", "parent": f"organizations/{ORGANIZATION}"}]
            return self._page(call, folders, "folders")
        return error(404, "NOT_FOUND", "The requested URL was not found.")

    def _compute(self, call: Call) -> Reply:
        group = re.fullmatch(r"/compute/v1/(projects/.+/instanceGroups/[^/]+)/listInstances", call.path)
        if group is not None and call.method == "POST":
            links = self.estate.members.get(group[1])
            if links is None:
                return error(404, "NOT_FOUND", f"The resource '{group[1]}' was not found")
            return self._page(call, [{"instance": link, "status": "RUNNING"} for link in links], "items")
        match = re.fullmatch(r"/compute/v1/projects/([^/]+)/(aggregated|global)/(\w+)", call.path)
        if match is None:
            return error(404, "NOT_FOUND", "The requested URL was not found.")
        project, how, collection = match.groups()
        found = [
            asset
            for asset in self._by_host["compute.googleapis.com"]
            if asset.path.startswith(f"projects/{project}/") and asset.path.split("/")[-2] == collection
        ]
        if how == "global":
            return self._page(call, [each.direct for each in found if "/global/" in each.path], "items")
        page = self._page(call, found, "items")
        places: dict[str, Any] = {
            "regions/us-east1": {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results."}}
        }
        for asset in page.body.pop("items", ()):
            place = "/".join(asset.path.split("/")[2:-2])
            places.setdefault(place, {}).setdefault(collection, []).append(asset.direct)
        page.body["items"] = places
        return page

    def _list(self, call: Call) -> Reply:
        """Any list of a service by the names of its assets: children of a parent, ``-`` for any location."""
        path = re.sub(r"^/(?:dns/|bigquery/)?v\d\w*/", "", call.path)
        region = re.match(r"([a-z0-9-]+)-aiplatform\.googleapis\.com$", call.host)
        host = "aiplatform.googleapis.com" if region else HOSTS.get(call.host, call.host)
        if path.endswith("/locations") and host in (
            "cloudkms.googleapis.com",
            "aiplatform.googleapis.com",
            "artifactregistry.googleapis.com",
        ):
            places = [{"name": f"{path}/{place}", "locationId": place} for place in ("global", "us-east1", REGION)]
            return self._page(call, places, "locations")
        if path.startswith("apps/") and path.count("/") == 1:
            for asset in self._by_host[host]:
                if asset.path == path:
                    return Reply(body=asset.direct)
            return error(404, "NOT_FOUND", "Could not find Application.")
        if path.endswith("/jobs:aggregated"):
            project = path.split("/")[1]
            jobs = [asset.direct for asset in self._by_host[host] if asset.path.startswith(f"projects/{project}/")]
            return self._page(call, jobs, "jobs")
        if host == "vision.googleapis.com" and path.split("/")[3] not in VISION_LOCATIONS:
            return error(400, "INVALID_ARGUMENT", "Invalid location.")
        if host == "bigquery.googleapis.com" and re.fullmatch(
            r"projects/[^/]+/datasets/[^/]+(/tables/[^/]+)?", path
        ):
            whole = next((asset.data for asset in self._by_host[host] if asset.path == path), None)
            return Reply(body=whole) if whole is not None else error(404, "NOT_FOUND", f"Not found: {path}")
        parent, _, collection = path.rpartition("/")
        pattern = re.escape(parent).replace("locations/\\-", "(?:locations|zones)/[^/]+").replace("/\\-", "/[^/]+")
        child = re.compile(rf"{pattern}/{collection}/[^/]+")
        found = [asset.direct for asset in self._by_host[host] if child.fullmatch(asset.path)]
        if region and f"/locations/{region[1]}/" not in call.path:
            return error(400, "INVALID_ARGUMENT", "The location of the host and of the path differ.")
        member = MEMBERS.get(collection, collection)
        if call.host == "sqladmin.googleapis.com":
            member = "items"
        return self._page(call, found, member)

    def _page(self, call: Call, items: list[Any], member: str, size: int | None = None) -> Reply:
        """One page. Its token holds only for the same query, as Google's do."""
        bound = [pair for pair in call.query if pair[0] != "pageToken"]
        mark = hashlib.sha256(repr((call.host, call.path, bound)).encode()).hexdigest()[:12]
        size = size or self.page_size
        start = 0
        for token in call.values("pageToken"):
            try:
                given, _, place = base64.urlsafe_b64decode(token).decode().partition(":")
                start = int(place)
            except ValueError:
                given = ""
            if given != mark:
                return error(400, "INVALID_ARGUMENT", "Page token is invalid for this request.")
        body: dict[str, Any] = {}
        chunk = items[start : start + size]
        if chunk:
            body[member] = chunk
        if start + size < len(items):
            body["nextPageToken"] = base64.urlsafe_b64encode(f"{mark}:{start + size}".encode()).decode()
        return Reply(body=body)

    def _query(self, call: Call) -> Reply:
        asked = json.loads(call.body)
        if asked.get("useLegacySql") is not False or "queryParameters" not in asked:
            return error(400, "INVALID_ARGUMENT", "Syntax error")
        names = ("service", "account", "region", "currency", "month", "amount")
        rows = [{"f": [{"v": value} for value in row]} for row in self.bill]
        return Reply(
            body={
                "kind": "bigquery#queryResponse",
                "jobComplete": True,
                "jobReference": {"projectId": "billing", "jobId": "job_1", "location": "EU"},
                "schema": {"fields": [{"name": name, "type": "STRING"} for name in names]},
                "rows": rows,
            }
        )


def _envelope(asset: Asset) -> dict[str, Any]:
    """An asset as Cloud Asset Inventory writes it."""
    return {
        "name": asset.name,
        "assetType": asset.asset_type,
        "resource": {
            "version": "v1",
            "discoveryName": asset.asset_type.rpartition("/")[2],
            "parent": asset.parent,
            "location": asset.location,
            "data": asset.data,
        },
        "ancestors": list(asset.ancestors),
        "updateTime": "2026-11-20T10:00:00Z",
    }


def on(host: str, reply: Callable[[], Reply], path: str = "", times: int = 10**9) -> Fault:
    """A fault for calls to one service, whose path holds ``path``; only the first ``times`` of each call."""

    def fault(call: Call, made: int) -> Reply | None:
        if call.host.endswith(host) and path in call.path and made < times:
            return reply()
        return None

    return fault


def half(replies: Iterable[Callable[[], Reply]]) -> Fault:
    """Every other call that was not made before fails once, in turn with each of the replies."""
    choices = list(replies)
    seen: list[str] = []

    def fault(call: Call, made: int) -> Reply | None:
        if made:
            return None
        seen.append(call.line)
        return choices[len(seen) // 2 % len(choices)]() if len(seen) % 2 else None

    return fault
