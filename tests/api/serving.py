"""The API running in this process, and what the tests of it say in every other line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from cloudviz.api.app import create_app
from cloudviz.inventory.model import Coverage, Graph, Link, Problem, Resource
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store, open_store

SECRET = "0123456789abcdef0123456789abcdef"
PASSWORD = "correct horse battery staple"
EXAMPLE = Path(__file__).parents[2] / "examples" / "shop.tfstate"
ROLES = ("viewer", "operator", "admin")


@dataclass
class Server:
    """The app with a client, and people of each role."""

    app: FastAPI
    client: httpx.AsyncClient
    store: Store
    settings: Settings
    _tokens: dict[str, str] = field(default_factory=dict)

    async def person(self, role: str) -> Any:
        """The person called as the role, made when first asked for. All have the same password."""
        found = await self.store.people.by_username(role)
        if found is not None:
            return found
        door = self.app.state.house.door
        return await door.admissions.add(role, f"{role}@example.org", PASSWORD, [role], by="tests")

    async def headers(self, role: str | None) -> dict[str, str]:
        """The Authorization header of somebody with this role; none for None."""
        if role is None:
            return {}
        if role not in self._tokens:
            code = await self.app.state.house.door.sign_in.make_code(await self.person(role), by="tests")
            reply = await self.client.post("/auth/exchange", json={"code": code})
            assert reply.status_code == 200, reply.text
            self._tokens[role] = reply.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[role]}"}

    async def ask(self, method: str, path: str, *, role: str | None = "operator", **more: Any) -> httpx.Response:
        """A request by somebody with a role."""
        headers = {**await self.headers(role), **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("POST", path, **more)

    async def record(
        self,
        resources: Iterable[Resource],
        links: Iterable[Link] = (),
        *,
        provider: str = "aws",
        source: str = "aws:tests",
        problems: Iterable[Problem] = (),
        gaps: Iterable[Coverage] = (),
        at: datetime | None = None,
    ) -> str:
        """Put resources into the store as a finished discovery that saw all of their scopes."""
        graph = Graph({each.id: each for each in resources}, list(links))
        scopes = {(each.provider, each.account, each.region, each.type) for each in graph.resources.values()}
        coverage = [Coverage(*scope, "seen", 1) for scope in sorted(scopes)]
        discovery = await self.store.discoveries.create(provider, source, {})
        await self.store.discoveries.start(discovery)
        await self.store.inventories.record(
            discovery, graph, [*coverage, *gaps], list(problems), at or datetime.now(UTC)
        )
        await self.store.discoveries.finish(discovery, "completed")
        return discovery

    async def import_file(self, name: str, content: bytes, **fields: str) -> httpx.Response:
        return await self.post("/imports", files={"file": (name, content)}, data=fields)


def instance(number: int, **changes: Any) -> Resource:
    """An EC2 instance; ``number`` makes its id."""
    given: dict[str, Any] = {
        "id": f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{number:017x}",
        "provider": "aws",
        "type": "aws.ec2.instance",
        "native_type": "AWS::EC2::Instance",
        "kind": "virtual_machine",
        "name": f"web-{number}",
        "account": "123456789012",
        "region": "eu-west-1",
        "state": "running",
        "tags": {"env": "prod"},
        "properties": {"size": "t3.large"},
    }
    return Resource(**{**given, **changes})


def settings_with(url: str, folder: Path, **groups: Any) -> Settings:
    auth = {"secret": SECRET, **groups.pop("auth", {})}
    return Settings.model_validate(
        {"database_url": url, "data_dir": folder / "data", "auth": auth, "jobs": {"poll_seconds": 0.02}, **groups}
    )


async def serve(settings: Settings, *, embedded_worker: bool = False) -> AsyncIterator[Server]:
    store = await open_store(settings.database(), settings.store, replica_url=settings.replica())
    try:
        app = create_app(settings, store, embedded_worker=embedded_worker)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, client=("192.0.2.1", 40000))
            async with httpx.AsyncClient(transport=transport, base_url="http://cloudviz.test") as client:
                yield Server(app, client, store, settings)
    finally:
        await store.close()


def assert_problem(reply: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Hold a reply to RFC 9457 with our members; returns the document."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = reply.json()
    assert {"type", "title", "status", "detail", "instance", "code", "hint"} <= document.keys()
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:cloudviz:problem:{code}"
    assert document["title"] and document["detail"]
    assert document["request_id"] == reply.headers["x-request-id"]
    assert "Traceback" not in reply.text
    return document
