"""A fake Azure on a real socket: Resource Graph, ARM's lists, permissions, Cost Management.

Rows come from a generated estate. Page tokens belong to their query, the quota is a real counter, what may not
be read is left out of Resource Graph and refused by ARM, with the body that Azure sends. On demand it misbehaves.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from fake_clouds.azure_estate import MANAGEMENT_GROUP
from fake_clouds.azure_truth import COLUMNS, AzureEstate, Row
from fake_clouds.moto import free_port

TOKEN = "a-token"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"

_TRANSPORTS: dict[tuple[str, int], asyncio.Transport] = {}


class _Protocol(H11Protocol):
    """uvicorn's own, but a test may cut the line."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _TRANSPORTS[tuple(transport.get_extra_info("peername")[:2])] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _TRANSPORTS.pop(tuple(self.transport.get_extra_info("peername")[:2]), None)
        super().connection_lost(exc)


@dataclass
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request. ``table`` is the table that a query to Resource Graph reads."""

    method: str
    path: str
    query: str
    body: bytes

    @property
    def table(self) -> str:
        if self.path != GRAPH:
            return ""
        return str(json.loads(self.body)["query"]).split("|")[0].strip()

    @property
    def mark(self) -> str:
        return hashlib.sha256(f"{self.method} {self.path}?{self.query}".encode() + self.body).hexdigest()


Behaviour = Callable[["Turn"], Awaitable[Reply | None]]


@dataclass
class Turn:
    """What a behaviour may use. A behaviour gives a reply, or None when it has answered, or not, by itself."""

    azure: FakeAzure
    call: Call
    send: Callable[[dict[str, Any]], Awaitable[None]]
    client: tuple[str, int]

    def honest(self) -> Reply:
        return self.azure.answer(self.call)


@dataclass
class Fault:
    """Which calls misbehave and how. Empty strings fit all; ``times`` limits how often, None is for ever."""

    behaviour: Behaviour
    path: str = ""
    table: str = ""
    times: int | None = None
    after: int = 0

    def takes(self, call: Call) -> bool:
        if (
            self.path.lower() not in call.path.lower()
            or (self.table and self.table != call.table)
            or self.times == 0
        ):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def error(status: int, code: str, message: str, **headers: str) -> Reply:
    """An error as ARM writes it."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class FakeAzure:
    """The server. ``url`` is what ``--endpoint-url`` takes; all other attributes are the test's to use.

    Attributes:
        tokens: bearer tokens that are accepted.
        actions, not_actions: what the identity may do, as a role says it.
        page: rows to a page, at most what is asked for.
        quota, window: so many queries to Resource Graph in so many seconds.
        is_bare: has no list of permissions, as a stand-in for Azure may.
    """

    def __init__(self, estate: AzureEstate) -> None:
        self.estate = estate
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.reset()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            proxy_headers=False,
            host="127.0.0.1",
            port=self.port,
            http=_Protocol,
            log_level="critical",
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 20  # a machine that is very busy
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)
        if not self._server.started:
            raise RuntimeError("the fake Azure did not start")

    def reset(self) -> None:
        """Behave again, and forget the calls."""
        self.released.set()
        self.released = threading.Event()
        self.tokens = {TOKEN}
        self.actions = ["*/read"]
        self.not_actions: list[str] = []
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.page = 1000
        self.quota, self.window = 15, 5.0
        self.is_bare = False
        self._asked: list[float] = []
        self._answers: dict[str, list[Row]] = {}

    def stop(self) -> None:
        self.released.set()
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    def deny(self, *actions: str) -> None:
        """Take these actions from the identity."""
        self.not_actions.extend(actions)

    def may(self, action: str) -> bool:
        def fits(pattern: str) -> bool:
            return bool(re.fullmatch(re.escape(pattern.lower()).replace(r"\*", ".*"), action.lower()))

        return any(map(fits, self.actions)) and not any(map(fits, self.not_actions))

    async def _serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        call = Call(scope["method"], unquote(scope["path"]), scope["query_string"].decode(), body)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        with self.lock:
            self.calls.append(call)
            fault = next((each for each in self.faults if each.takes(call)), None)
        reply: Reply | None
        if fault is not None:
            reply = await fault.behaviour(Turn(self, call, send, tuple(scope["client"])))
        elif headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            reply = error(
                401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than now."
            )
        else:
            reply = self.answer(call)
        if reply is not None:
            await answer(send, reply)

    def answer(self, call: Call) -> Reply:
        """What Azure would say."""
        path = call.path.lower().rstrip("/")
        parts = path.split("/")
        if path == GRAPH.lower():
            return self._graph(call)
        if "api-version" not in dict(parse_qsl(call.query)):
            return error(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
        if path == "/subscriptions":
            return self._subscriptions()
        if parts[2] not in self.estate.subscriptions:
            return error(404, "SubscriptionNotFound", f"The subscription '{parts[2]}' could not be found.")
        if path.endswith("/providers/microsoft.authorization/permissions"):
            return self._permissions(call.path)
        if path.endswith("/providers/microsoft.costmanagement/query"):
            return self._costs(parts[2], call)
        return self._list(path, call)

    # -- ARM --------------------------------------------------------------------------------------------------

    def _refuse(self, action: str, scope: str) -> Reply:
        said = f"The client 'scan' with object id '1' does not have authorization to perform action '{action}'"
        return error(403, "AuthorizationFailed", f"{said} over scope '{scope}' or the scope is invalid.")

    def _subscriptions(self) -> Reply:
        if not self.may("Microsoft.Resources/subscriptions/read"):
            return self._refuse("Microsoft.Resources/subscriptions/read", "/")
        value = [
            {"id": f"/subscriptions/{each}", "subscriptionId": each, "displayName": name, "state": "Enabled"}
            for each, name in self.estate.subscriptions.items()
        ]
        return _ok({"value": value, "count": {"type": "Total", "value": len(value)}})

    def _permissions(self, path: str) -> Reply:
        if self.is_bare:
            return error(404, "InvalidResourceType", "The resource type could not be found.")
        if not self.may("Microsoft.Authorization/permissions/read"):
            return self._refuse("Microsoft.Authorization/permissions/read", path)
        entry = {"actions": self.actions, "notActions": self.not_actions, "dataActions": [], "notDataActions": []}
        return _ok({"value": [entry]})

    def _list(self, path: str, call: Call) -> Reply:
        tail = path.rpartition("/providers/")[2].split("/")
        action = "/".join([tail[0], *(part for part in tail[1::2] if part != "default")])
        if path.endswith("/containers"):
            action = "microsoft.storage/storageaccounts/blobservices/containers"
        elif path.endswith("/shares"):
            action = "microsoft.storage/storageaccounts/fileservices/shares"
        if not self.may(f"{action}/read"):
            return self._refuse(f"{action}/read", path)
        rows = self.estate.lists.get(path, [])
        start = int(dict(parse_qsl(call.query)).get("$skip", 0))
        size = max(1, self.page // 1000) if self.page < 1000 else 5000
        document: dict[str, Any] = {"value": rows[start : start + size]}
        if start + size < len(rows):
            version = dict(parse_qsl(call.query))["api-version"]
            document["nextLink"] = f"{self.url}{call.path}?api-version={version}&$skip={start + size}"
        return _ok(document)

    def _costs(self, subscription: str, call: Call) -> Reply:
        if not self.may("Microsoft.CostManagement/query/read"):
            return self._refuse("Microsoft.CostManagement/query/read", call.path)
        asked = json.loads(call.body)
        assert asked["type"] == "ActualCost" and asked["dataset"]["granularity"] == "Monthly"
        columns = ["Cost", "BillingMonth", "ServiceName", "ResourceLocation", "Currency"]
        rows = [
            [12.3456789, "2026-10-01T00:00:00", "Virtual Machines", "westeurope", "EUR"],
            [0.1, "2026-10-01T00:00:00", "Bandwidth", "Unassigned", "EUR"],
        ]
        second = "$skiptoken" in call.query
        properties: dict[str, Any] = {
            "columns": [{"name": name, "type": "String"} for name in columns],
            "rows": [rows[1]] if second else [rows[0]],
            "nextLink": None if second else f"{self.url}{call.path}?{call.query}&$skiptoken=x",
        }
        return _ok({"id": f"/subscriptions/{subscription}", "properties": properties})

    # -- Resource Graph ---------------------------------------------------------------------------------------

    def _graph(self, call: Call) -> Reply:
        quota = self._charge()
        if quota is None:
            wait = max(1, round(self.window))
            return error(
                429,
                "RateLimiting",
                "Client application has been throttled and should not attempt to repeat the request yet.",
                retry_after=str(wait),
                x_ms_user_quota_remaining="0",
                x_ms_user_quota_resets_after=f"00:00:{wait:02d}",
            )
        asked = json.loads(call.body)
        bound = hashlib.sha256((asked["query"] + str(asked.get("subscriptions"))).encode()).hexdigest()[:16]
        # A query is run for its first page; those after it are of the same answer.
        found: list[Row] | Reply | None = None
        if "$skipToken" in asked.get("options", {}):
            found = self._answers.get(bound)
        if found is None:
            found = self._run(asked)
        if isinstance(found, Reply):
            return found
        self._answers[bound] = found
        options = asked.get("options", {})
        size = min(self.page, options.get("$top", 1000))
        start = 0
        if token := options.get("$skipToken"):
            owner, _, at = base64.b64decode(token).decode().partition(":")
            if owner != bound:
                return error(400, "BadRequest", "The skip token does not belong to this query.")
            start = int(at)
        rows = found[start : start + size]
        document: dict[str, Any] = {"totalRecords": len(found), "count": len(rows), "facets": []}
        document |= {"data": rows, "resultTruncated": "false"}
        if start + size < len(found):
            document["$skipToken"] = base64.b64encode(f"{bound}:{start + size}".encode()).decode()
        return _ok(document, quota)

    def _charge(self) -> dict[str, str] | None:
        """One query off the quota, or None when there is none left."""
        now = time.monotonic()
        with self.lock:
            self._asked = [each for each in self._asked if now - each < self.window]
            if len(self._asked) >= self.quota:
                return None
            self._asked.append(now)
            left = self.quota - len(self._asked)
        headers = {"x-ms-user-quota-remaining": str(left)}
        return headers | {"x-ms-user-quota-resets-after": f"00:00:{max(1, round(self.window)):02d}"}

    def _run(self, asked: Row) -> list[Row] | Reply:
        table, *steps = (part.strip() for part in asked["query"].split("|"))
        if table not in self.estate.tables or not steps or steps[-1] != "order by id asc":
            return error(400, "BadRequest", "Query is invalid.")
        among = [each.lower() for each in asked.get("subscriptions", [])]
        if len(among) > 300:
            return error(400, "BadRequest", "Too many subscriptions.")
        if asked.get("managementGroups") not in (None, [MANAGEMENT_GROUP]):
            return self._refuse("Microsoft.Management/managementGroups/read", str(asked["managementGroups"]))
        rows = self.estate.tables[table]
        if among:
            rows = [row for row in rows if row["subscriptionId"] in among or row["subscriptionId"] is None]
        # What may not be read is not there, and nobody says so.
        readable = {kind for kind in {row["type"] for row in rows} if self.may(f"{kind}/read")}
        rows = [row for row in rows if row["type"] in readable]
        for step in steps[:-1]:
            if match := re.fullmatch(r"where (\w+) in~ \((.*)\)", step):
                words = {word.strip("' ").lower() for word in match[2].split(",")}
                rows = [row for row in rows if str(row[match[1]] or "").lower() in words]
            elif match := re.fullmatch(r"where isnotempty\(([\w.]+)\)", step):
                rows = [row for row in rows if _at(row, match[1])]
            elif not step.startswith("project "):
                return error(400, "BadRequest", f"ParserFailure: {step}")
            elif {word.strip() for word in step.removeprefix("project ").split(",")} != set(COLUMNS):
                return error(400, "BadRequest", "these columns are not in the estate")
        return rows


def _at(row: Row, path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _ok(document: Row, headers: dict[str, str] | None = None) -> Reply:
    return Reply(200, orjson.dumps(document), headers or {})


async def answer(send: Any, reply: Reply, declared: int | None = None) -> None:
    headers = {"content-type": "application/json; charset=utf-8", **reply.headers}
    headers["content-length"] = str(len(reply.body) if declared is None else declared)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    await send({"type": "http.response.body", "body": reply.body, "more_body": declared is not None})


# -- misbehaviours --------------------------------------------------------------------------------------------


def refuse(status: int, code: str = "Error", message: str = "no", **headers: str) -> Behaviour:
    """Any error of ARM's."""

    async def behave(turn: Turn) -> Reply:
        return error(status, code, message, **headers)

    return behave


def say(body: bytes, status: int = 200) -> Behaviour:
    """These bytes, whatever was asked."""

    async def behave(turn: Turn) -> Reply:
        return Reply(status, body)

    return behave


def hang() -> Behaviour:
    """Take the request and never answer."""

    async def behave(turn: Turn) -> None:
        released = turn.azure.released
        while not released.is_set():
            await asyncio.sleep(0.02)
        reset(turn)

    return behave


def drip() -> Behaviour:
    """Answer a byte now and then, so that no read ever times out."""

    async def behave(turn: Turn) -> None:
        released = turn.azure.released
        headers = [(b"content-length", b"1000000")]
        await turn.send({"type": "http.response.start", "status": 200, "headers": headers})
        while not released.is_set():
            await asyncio.sleep(0.05)
            await turn.send({"type": "http.response.body", "body": b" ", "more_body": True})
        reset(turn)

    return behave


def reset(turn: Turn) -> None:
    """Cut the line."""
    transport = _TRANSPORTS.get(turn.client)
    if transport is not None:
        transport.abort()


def cut() -> Behaviour:
    """Take the request and cut the line."""

    async def behave(turn: Turn) -> None:
        reset(turn)

    return behave


def tear(share: float = 0.5, *, honest_length: bool = True) -> Behaviour:
    """Half of the true body. With ``honest_length`` the header agrees with what is sent, so only a parser can
    tell; without it the connection ends early."""

    async def behave(turn: Turn) -> Reply | None:
        reply = turn.honest()
        whole = len(reply.body)
        reply.body = reply.body[: int(whole * share)]
        if honest_length:
            return reply
        await answer(turn.send, reply, whole)
        reset(turn)
        return None

    return behave


def loop() -> Behaviour:
    """The true page with a skip token that never changes."""

    async def behave(turn: Turn) -> Reply:
        asked = json.loads(turn.call.body)
        asked["options"].pop("$skipToken", None)
        reply = turn.azure.answer(
            Call(turn.call.method, turn.call.path, turn.call.query, json.dumps(asked).encode())
        )
        document = json.loads(reply.body)
        return _ok(document | {"$skipToken": "the-same"}, reply.headers)

    return behave


def every_other(statuses: tuple[int, ...] = (429, 503)) -> Behaviour:
    """Half of all requests fail at first; the same request asked again is answered."""
    seen: dict[str, bool] = {}

    async def behave(turn: Turn) -> Reply:
        mark = turn.call.mark
        if mark not in seen:
            seen[mark] = len(seen) % 2 == 0
        if seen[mark]:
            seen[mark] = False
            status = statuses[len(seen) // 2 % len(statuses)]
            return error(status, "Busy", "later", retry_after="0")
        return turn.honest()

    return behave
