"""Each operation of ``openapi.json``, called by both Python clients on a running server."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.listening import Listening
from tests.api.serving import EXAMPLE, PASSWORD

from cloudviz_client import (
    AsyncCloudViz,
    CloudViz,
    Conflict,
    Invalid,
    JobFailed,
    NotFound,
    Paginator,
    Refused,
    Unauthenticated,
)
from cloudviz_client.operations import OPERATIONS


class Either:
    """Asks a client of either kind, and waits for it: lists become lists."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        self.client, self._loop = client, loop

    def __call__(self, asked: Any) -> Any:
        if inspect.isawaitable(asked):
            assert self._loop is not None
            return self._loop.run_until_complete(_value(asked))
        if hasattr(asked, "__aiter__"):
            assert self._loop is not None
            return self._loop.run_until_complete(_all(asked))
        return list(asked) if inspect.isgenerator(asked) or isinstance(asked, Paginator) else asked


async def _value(asked: Any) -> Any:
    return await asked


async def _all(asked: Any) -> list[Any]:
    return [each async for each in asked]


@dataclass
class Heard:
    """What went over the wire, as ids of operations."""

    ids: set[str] = field(default_factory=set)

    def note(self, request: httpx.Request) -> None:
        path = request.url.raw_path.decode().partition("?")[0]
        fitting = [
            name
            for name, each in OPERATIONS.items()
            if each["method"] == request.method
            and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(each["path"])), path)
        ]
        # "/resources/facets" fits "/resources/{resource_id}" too; the one with fewer holes is meant
        self.ids |= set(sorted(fitting, key=lambda name: OPERATIONS[name]["path"].count("{"))[:1])

    async def note_later(self, request: httpx.Request) -> None:
        self.note(request)


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def ask(server: Listening, kind: str, heard: Heard) -> Iterator[Either]:
    """A client of an administrator who signed in by name and password."""
    server.token("admin")
    given: dict[str, Any] = {"username": "admin", "password": PASSWORD}
    if kind == "sync":
        with CloudViz(server.url, **given) as client:
            client._http.event_hooks = {"request": [heard.note]}
            yield Either(client, None)
        return
    loop = asyncio.new_event_loop()
    try:
        other = AsyncCloudViz(server.url, **given)
        other._http.event_hooks = {"request": [heard.note_later]}
        yield Either(other, loop)
        loop.run_until_complete(other.close())
    finally:
        loop.close()


def refuses(kind: type[Refused], call: Callable[[], Any]) -> Refused:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.code and caught.value.detail and caught.value.request_id
    return caught.value


def test_each_operation_is_called_by_its_name(ask: Either, heard: Heard, tmp_path: Path, kind: str) -> None:
    client = ask.client
    # accounts
    assert ask(client.auth.me())["username"] == "admin"
    ask(client.auth.providers())
    grant = ask(client.auth.login(username="admin", password=PASSWORD))
    grant = ask(client.auth.refresh(refresh_token=grant["refresh_token"]))
    refuses(Unauthenticated, lambda: ask(client.auth.exchange(code="unknown")))
    refuses(NotFound, lambda: ask(client.auth.oauth_login("nobody")))
    refuses(NotFound, lambda: ask(client.auth.oauth_callback("nobody")))
    key = ask(client.api_keys.create(name=f"ci-{kind}"))
    assert key["name"] in [each["name"] for each in ask(client.api_keys.list(limit=1))]
    ask(client.api_keys.revoke(key["id"]))

    # files in, resources out
    seen = ask(client.imports.upload([EXAMPLE], source="the shop"))
    assert seen["status"] == "completed" and seen["resources"] > 10
    listed = ask(client.resources.list(limit=5))
    assert len(listed) == len({each["id"] for each in listed}) > 10, "page after page, and nothing twice"
    assert ask(client.resources.search(types=["aws.*"], limit=5)) != []
    some = next(each for each in listed if each["id"].startswith("arn:"))
    assert ask(client.resources.get(some["id"]))["resource"]["name"] == some["name"]
    ask(client.resources.facets())
    ask(client.resources.neighbours(some["id"], hops=1))
    assert ask(client.resources.history(some["id"]))["items"]
    assert seen["discovery_id"] in [each["id"] for each in ask(client.discoveries.list())]
    assert ask(client.discoveries.get(seen["discovery_id"]))["status"] == "completed"

    # clouds
    for cloud, where in (
        (client.aws, {"regions": ["eu-west-1"]}),
        (client.azure, {"subscriptions": ["00000000-0000-0000-0000-000000000000"]}),
        (client.gcp, {"projects": ["shop-prod-1"]}),
    ):
        job = ask(cloud.discover(**where))
        assert job.id and job.discovery_id
        assert ask(cloud.discovery(job.discovery_id))["id"] == job.discovery_id
        ask(cloud.discoveries())
        ask(cloud.resources(limit=500))
        assert ask(cloud.resource_types())["items"]
        assert ask(cloud.permissions())
        ask(cloud.cost_analysis())
        try:
            ask(cloud.test_connection())
        except Refused as refusal:
            assert refusal.code and refusal.hint
        with contextlib.suppress(Conflict):  # it has failed already
            ask(job.cancel())

    # costs
    bill = "BillingAccountId,BilledCost\n"
    refuses(Refused, lambda: ask(client.costs.import_bill([("bill.csv", bill.encode())])))
    ask(client.costs.summary())
    ask(client.costs.by("region"))
    ask(client.costs.bills())
    ask(client.costs.cost_estimates())
    ask(client.costs.cost_waste())
    ask(client.costs.of_resource(some["id"]))
    refuses(Refused, lambda: ask(client.costs.delete_bill("00000000-0000-0000-0000-000000000000")))

    # pictures
    drawn = ask(client.diagrams.generate(layout="grid", idempotency_key=f"picture-{kind}"))
    assert drawn["mermaid_code"]
    assert ask(client.diagrams.generate(layout="grid", idempotency_key=f"picture-{kind}")) == drawn
    assert drawn["diagram_id"] in [each["id"] for each in ask(client.diagrams.list())]
    ask(client.diagrams.get(drawn["diagram_id"]))
    picture = ask(client.diagrams.export(drawn["diagram_id"], format="svg"))
    assert picture.lstrip().startswith(b"<")
    assert ask(client.diagrams.export(drawn["diagram_id"], format="svg", to=tmp_path / "a.svg")) == b""
    assert (tmp_path / "a.svg").read_bytes() == picture and len(list(tmp_path.iterdir())) == 1
    link = ask(client.diagrams.link(drawn["diagram_id"], format="svg"))
    place = httpx.URL(link["url"])
    file = ask(client.diagrams.file(place.path.rpartition("/")[2], **dict(place.params)))
    assert file == picture
    assert ask(client.diagrams.draw(format="png")).startswith(b"\x89PNG")
    assert ask(client.diagrams.themes())["items"] and ask(client.diagrams.layouts())["items"]
    ask(client.diagrams.diff(a="2020-01-01", b=seen["discovery_id"]))
    assert ask(client.map.scene())["nodes"]
    ask(client.map.picture(format="svg"))
    ask(client.map.coverage())
    ask(client.map.icons())
    ask(client.map.atlas())
    ask(client.map.tiles(tiles="0.0.0"))
    ask(client.map.place(id=some["id"]))
    ask(client.map.around(id=some["id"]))
    ask(client.map.way(source=some["id"], target=some["id"]))
    ask(client.map.children())
    view = ask(client.map.save_view(name=f"view-{kind}", place="/map?layout=grid"))
    assert view["id"] in [each["id"] for each in ask(client.map.views())]
    ask(client.map.change_view(view["id"], name=f"view-{kind}", place="/map?layout=circular"))
    ask(client.map.delete_view(view["id"]))

    # jobs
    export = ask(client.jobs.start(kind="export", arguments={"filter": "provider=aws", "format": "json"}))
    assert ask(export.wait(timeout=60))["status"] == "succeeded"
    assert ask(client.jobs.file(export.id)).startswith(b"{")
    assert [each.event for each in ask(client.jobs.events(export.id))][-2:] == ["succeeded", "end"]
    jobs = ask(client.jobs.list())
    assert ask(client.jobs.get(jobs[0]["id"]))["id"] == jobs[0]["id"]
    refuses(NotFound, lambda: ask(client.jobs.cancel("00000000-0000-0000-0000-000000000000")))

    plan = {"name": f"nightly-{kind}", "kind": "discover", "arguments": {"provider": "aws"}}
    made = ask(client.schedules.create(cron="0 3 * * *", **plan))
    assert made["id"] in [each["id"] for each in ask(client.schedules.list(limit=1))]
    ask(client.schedules.get(made["id"]))
    assert ask(client.schedules.change(made["id"], cron="0 4 * * *", **plan))["cron"] == "0 4 * * *"
    assert ask(client.schedules.run_now(made["id"])).id
    ask(client.schedules.runs(made["id"]))
    ask(client.schedules.delete(made["id"]))

    # webhooks
    hook = ask(client.webhooks.register(url="http://127.0.0.1:9/hook", description=kind))
    assert hook["id"] in [each["id"] for each in ask(client.webhooks.list())]
    ask(client.webhooks.get(hook["id"]))
    assert ask(client.webhooks.change(hook["id"], description="on call"))["description"] == "on call"
    assert ask(client.webhooks.pause(hook["id"]))["status"] == "paused"
    assert ask(client.webhooks.resume(hook["id"]))["status"] == "active"
    assert ask(client.webhooks.rotate(hook["id"]))["secret"] != hook["secret"]
    ping = ask(client.webhooks.ping(hook["id"]))
    ask(client.webhooks.deliveries(hook["id"]))
    assert ask(client.webhooks.delivery(hook["id"], ping["id"]))["id"] == ping["id"]
    with contextlib.suppress(Conflict):  # it is still being delivered
        ask(client.webhooks.redeliver(hook["id"], ping["id"]))
    ask(client.webhooks.delete(hook["id"]))

    # administration
    bo = {"username": f"bo-{kind}", "email": f"bo-{kind}@example.org", "roles": ["viewer"]}
    person = ask(client.admin.add_user(password="a sentence of words", **bo))
    assert person["username"] in [each["username"] for each in ask(client.admin.users(limit=1))]
    assert ask(client.admin.user(person["id"]))["email"] == bo["email"]
    assert ask(client.admin.change_user(person["id"], roles=["operator"]))["roles"] == ["operator"]
    ask(client.admin.set_password(person["id"], password="another sentence of words"))
    ask(client.admin.end_sessions(person["id"]))
    assert ask(client.admin.identities(person["id"]))["items"] == []
    refuses(NotFound, lambda: ask(client.admin.link_identity(person["id"], provider="corp", subject="bo-1")))
    refuses(NotFound, lambda: ask(client.admin.unlink_identity(person["id"], "5f0c")))
    ask(client.admin.remove_user(person["id"]))
    wrong = refuses(Invalid, lambda: ask(client.admin.add_user(password="x", **bo)))
    assert wrong.hint or wrong.errors
    ask(client.admin.roles())
    ask(client.admin.settings())
    ask(client.admin.cache())
    ask(client.admin.flush_cache())
    assert ask(client.admin.audit(limit=50))
    ask(client.admin.verify_audit())
    secret = {"tenant_id": "t", "client_id": "c", "client_secret": "s"}
    ask(client.admin.add_credential(name=f"c-{kind}", provider="azure", secret=secret))
    ask(client.admin.credentials())
    ask(client.admin.delete_credential(f"c-{kind}"))

    # health
    assert ask(client.health.check())["version"]
    ask(client.health.live())
    ask(client.health.ready())
    assert "cloudviz_" in ask(client.health.metrics())

    ask(client.auth.logout())
    assert ask(client.auth.me())["username"] == "admin", "signed in again with the password"
    ask(client.auth.revoke_all())
    assert OPERATIONS.keys() - heard.ids == set()


def test_any_operation_by_its_id(ask: Either) -> None:
    assert ask(ask.client.request("health_live"))["status"]
    with pytest.raises(KeyError, match="no operation 'nothing'"):
        ask(ask.client.request("nothing"))
    with pytest.raises(TypeError, match="has no colour"):
        ask(ask.client.request("auth_me", colour="red"))
    with pytest.raises(TypeError, match="needs resource_id"):
        ask(ask.client.request("resources_resource"))


def test_a_discovery_that_fails_says_why(ask: Either) -> None:
    told: list[dict[str, Any]] = []
    job = ask(ask.client.azure.discover(subscriptions=["00000000-0000-0000-0000-000000000000"]))
    with pytest.raises(JobFailed) as caught:
        ask(job.wait(told.append, timeout=60))
    assert caught.value.job["status"] == "failed" and caught.value.hint
    assert told and told[-1]["status"] == "failed"
    assert ask(job.discovery())["status"] == "failed"


def test_an_api_key_and_a_token_are_enough(server: Listening) -> None:
    token = server.token("viewer")
    with CloudViz(server.url, token=token) as client:
        made = client.api_keys.create(name="reader")
        with CloudViz(server.url, api_key=made["key"]) as machine:
            assert machine.auth.me()["username"] == "viewer"
            client.api_keys.revoke(made["id"])
            with pytest.raises(Unauthenticated) as caught:
                machine.auth.me()
    assert caught.value.status == 401


def test_the_guide_s_examples_run(
    server: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of Python, in their order, as one program of an operator."""
    page = (EXAMPLE.parents[1] / "docs" / "guide" / "sdk.md").read_text(encoding="utf-8")
    examples = re.findall(r"<!-- runnable -->\n```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "shop.tfstate").write_bytes(EXAMPLE.read_bytes())
    with CloudViz(server.url, token=server.token("operator")) as client:
        key = client.api_keys.create(name="guide")["key"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDVIZ_SERVER", server.url)
    monkeypatch.setenv("CLOUDVIZ_KEY", key)
    exec(compile("\n".join(examples), "sdk.md", "exec"), {"__name__": "guide"})
    assert len(examples) >= 4 and (tmp_path / "estate.svg").read_bytes().startswith(b"<")
    assert "no-such-resource" in capsys.readouterr().out
