"""OpenTelemetry: what a receiver of ours gets over OTLP/HTTP, and that nothing of it is a secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.api.serving import EXAMPLE, PASSWORD, Server, serve, settings_with
from tests.jobs.test_worker import ended

from cloudviz.runtime import traces

CANARY = "canary-6f1c2b7e"


class Receiver:
    """What a collector is to an exporter."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                receiver.headers.append(self.headers.get("x-tenant", ""))
                receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def resources(self) -> dict[str, str]:
        (first, *_) = [each for body in self.bodies for each in _parsed(body).resource_spans]
        return {each.key: each.value.string_value for each in first.resource.attributes}

    def spans(self) -> list[Span]:
        return [
            span
            for body in self.bodies
            for resource in _parsed(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def _parsed(body: bytes) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    return request


def attributes(span: Span) -> dict[str, str | int]:
    return {
        each.key: each.value.string_value if each.value.HasField("string_value") else each.value.int_value
        for each in span.attributes
    }


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    found = Receiver()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{found.server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=maps")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "maps-prod")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    yield found
    found.server.shutdown()
    found.server.server_close()


async def work(server: Server) -> str:
    """Requests and a job, with a secret in every place where a caller can put one."""
    await server.client.post("/auth/login", json={"username": CANARY, "password": CANARY})
    await server.client.post("/auth/login", json={"username": "viewer", "password": PASSWORD + CANARY})
    await server.get("/resources", params={"q": CANARY}, headers={"Cookie": CANARY, "X-Api-Key": ""})
    await server.get(f"/resources/{CANARY}/neighbours")
    await server.get("/resources", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    await server.client.get(f"/visualization/files/x?expires=1&signature={CANARY}")
    await server.import_file(f"{CANARY}.tfstate", EXAMPLE.read_bytes())
    job = (await server.post("/aws/discover", json={"role_arn": f"arn:aws:iam::1:role/{CANARY}"})).json()["job_id"]
    await ended(server.store, job)
    return str(job)


async def test_a_receiver_gets_requests_jobs_and_statements_and_no_secret(
    sqlite_url: str, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    job = ""
    async for server in serve(settings_with(sqlite_url, tmp_path), embedded_worker=True):
        job = await work(server)
    assert not traces.are_on()  # what was kept has been sent, and the exporter has stopped
    assert set(receiver.headers) == {"maps"}
    assert receiver.resources()["service.name"] == "maps-prod"
    spans = receiver.spans()
    names = {span.name for span in spans}
    assert {"POST /auth/login", "GET /resources", "POST /imports", "job discover", "SELECT", "INSERT"} <= names
    assert "GET /resources/{resource_id}/neighbours" in names and "GET /visualization/files/{name}" in names
    told = next(span for span in spans if span.name == "GET /resources" and span.trace_id == b"\xab" * 16)
    assert told.parent_span_id == b"\xcd" * 8 and told.kind == Span.SPAN_KIND_SERVER
    assert attributes(told) == {
        "http.request.method": "GET",
        "http.route": "/resources",
        "http.response.status_code": 200,
        "cloudviz.request_id": attributes(told)["cloudviz.request_id"],
    }
    ran = next(span for span in spans if span.name == "job discover")
    assert attributes(ran)["cloudviz.job.id"] == job
    assert ran.status.code == ran.status.STATUS_CODE_ERROR
    inner = [span for span in spans if span.name == "SELECT" and span.trace_id == told.trace_id]
    assert not inner or all(span.parent_span_id for span in inner)
    whole = b"".join(receiver.bodies)
    for secret in (CANARY, PASSWORD, "eyJ", EXAMPLE.name):
        assert secret.encode() not in whole


async def test_a_failed_request_is_told_as_one_without_its_message(
    sqlite_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async for server in serve(settings_with(sqlite_url, tmp_path)):

        @server.app.get("/broken")
        async def broken() -> None:
            raise RuntimeError(CANARY)

        assert (await server.client.get("/broken")).status_code == 500
    (span,) = [each for each in receiver.spans() if each.name == "GET /broken"]
    assert span.status.code == span.status.STATUS_CODE_ERROR
    assert CANARY.encode() not in b"".join(receiver.bodies)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_SERVICE_NAME": "maps"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_traces_are_off_unless_asked_for(environment: dict[str, str]) -> None:
    assert not traces.are_asked_for(environment)
    assert traces.are_asked_for({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
