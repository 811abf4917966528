"""``/openapi.json`` and ``/docs``: complete, usable offline, and under our own content security policy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.api.serving import EXAMPLE, Server, instance

import cloudviz


async def described(server: Server) -> dict[str, Any]:
    document: dict[str, Any] = (await server.client.get("/openapi.json")).json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_title_and_version(light_server: Server) -> None:
    document = await described(light_server)
    assert document["info"]["title"] == "CloudViz API"
    assert document["info"]["version"] == cloudviz.__version__
    assert light_server.app.docs_url == "/docs"


async def test_every_operation_is_described(light_server: Server) -> None:
    document = await described(light_server)
    missing: list[str] = []
    ids: list[str] = []
    for name, operation in operations(document):
        ids.append(operation["operationId"])
        if not operation.get("summary") or not operation.get("description") or not operation.get("tags"):
            missing.append(f"{name}: summary, description or tag")
        good = {
            status: reply
            for status, reply in operation["responses"].items()
            if status[0] == "2" or status == "303"
        }
        if not good:
            missing.append(f"{name}: a good reply")
        for status, reply in good.items():
            if status not in ("204", "303") and not reply.get("content"):
                missing.append(f"{name}: the model of {status}")
            for media_type, content in reply.get("content", {}).items():
                if media_type == "application/json" and content.get("schema") in ({}, None):
                    missing.append(f"{name}: the model of {status}")
        wanted = {"400", "500", "503"}
        wanted |= {"401", "403"} if operation["x-cloudviz-role"] != "public" else set()
        wanted |= {"422"} if operation.get("parameters") or operation.get("requestBody") else set()
        if not wanted <= operation["responses"].keys():
            missing.append(f"{name}: {wanted - operation['responses'].keys()}")
        for parameter in operation.get("parameters", ()):
            if parameter["in"] != "path" and not parameter.get("description") and "$ref" not in str(parameter):
                missing.append(f"{name}: what {parameter['name']} is")
    assert missing == []
    assert len(set(ids)) == len(ids)


async def test_every_request_body_has_an_example(light_server: Server) -> None:
    document = await described(light_server)
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json":
                schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
                assert schema.get("examples"), name
                for each in schema["examples"]:
                    validator(document, content["schema"]).validate(each)


async def test_every_error_is_a_problem_document(light_server: Server) -> None:
    document = await described(light_server)
    for name, operation in operations(document):
        for status, reply in operation["responses"].items():
            if status[0] in "45":
                shared = document["components"]["responses"][reply["$ref"].rpartition("/")[2]]
                assert list(shared["content"]) == ["application/problem+json"], name
    assert not {"HTTPValidationError", "ValidationError"} & document["components"]["schemas"].keys()


async def test_every_reference_leads_somewhere(light_server: Server) -> None:
    document = await described(light_server)
    left: list[Any] = [document]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if isinstance(target := value.get("$ref"), str):
                found: Any = document
                for part in target.removeprefix("#/").split("/"):
                    found = found[part]
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A judge of one schema of the document, whose references begin at the document's root."""
    return Draft202012Validator({**schema, "components": document["components"]})


async def test_replies_are_as_described(server: Server) -> None:
    """The list routes write JSON themselves for speed, so that nothing but this holds them to their models."""
    await server.import_file("shop.tfstate", EXAMPLE.read_bytes())
    discovery = await server.record([instance(1)])
    drawn = (await server.post("/visualization/generate", json={})).json()
    job = (await server.post("/aws/discover", json={})).json()["job_id"]
    document = await described(server)
    some = instance(1).id
    for template, path in {
        "/auth/me": "/auth/me",
        "/auth/providers": "/auth/providers",
        "/discoveries": "/discoveries",
        "/discoveries/{discovery_id}": f"/discoveries/{discovery}",
        "/aws/discoveries": "/aws/discoveries",
        "/aws/discoveries/{discovery_id}": f"/aws/discoveries/{discovery}",
        "/aws/resources": "/aws/resources",
        "/aws/resource-types": "/aws/resource-types",
        "/aws/permissions": "/aws/permissions",
        "/resources": "/resources?limit=500",
        "/resources/facets": "/resources/facets",
        "/resources/{resource_id}": f"/resources/{some}",
        "/resources/{resource_id}/neighbours": f"/resources/{some}/neighbours",
        "/resources/{resource_id}/history": f"/resources/{some}/history",
        "/visualization/diagrams": "/visualization/diagrams",
        "/visualization/diagrams/{diagram_id}": f"/visualization/diagrams/{drawn['diagram_id']}",
        "/visualization/themes": "/visualization/themes",
        "/visualization/layouts": "/visualization/layouts",
        "/visualization/diff": f"/visualization/diff?a=2020-01-01&b={discovery}",
        "/visualization/map/scene": "/visualization/map/scene",
        "/visualization/map/atlas": "/visualization/map/atlas",
        "/visualization/map/tiles": "/visualization/map/tiles?tiles=0.0.0&layer=account",
        "/visualization/map/place": f"/visualization/map/place?id={some}",
        "/visualization/map/around": f"/visualization/map/around?id={some}",
        "/visualization/map/way": f"/visualization/map/way?source={some}&target={some}",
        "/visualization/map/children": "/visualization/map/children",
        "/visualization/map/coverage": "/visualization/map/coverage",
        "/visualization/map/icons": "/visualization/map/icons",
        "/jobs": "/jobs",
        "/jobs/{job_id}": f"/jobs/{job}",
        "/webhooks": "/webhooks",
        "/admin/users": "/admin/users",
        "/admin/audit": "/admin/audit",
        "/health": "/health",
        "/health/live": "/health/live",
        "/health/ready": "/health/ready",
    }.items():
        reply = await server.get(path, role="admin")
        assert reply.status_code == 200, (path, reply.text)
        schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        problems = [
            f"{path}: {error.json_path} {error.message}"[:300]
            for error in validator(document, schema).iter_errors(reply.json())
        ]
        assert problems == []
    refused = await server.client.get("/resources")
    validator(document, {"$ref": "#/components/schemas/Problem"}).validate(refused.json())


async def test_docs_load_nothing_from_elsewhere_and_nothing_inline(light_server: Server) -> None:
    page = await light_server.client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "//" not in page.text
    assert "<style" not in page.text and not re.search(r"<script(?![^>]*\ssrc=)", page.text)
    for name in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        file = await light_server.client.get(f"/{name}")
        assert file.status_code == 200, name
        assert file.headers["content-type"].split(";")[0] in ("text/css", "text/javascript", "image/svg+xml")
    bundle = await light_server.client.get("/docs/swagger-ui-bundle.js")
    assert len(bundle.content) > 500_000


@pytest.mark.parametrize("path", ["/", "/docs", "/resources", "/nothing", "/openapi.json", "/health", "/metrics"])
async def test_every_reply_has_the_security_headers(light_server: Server, path: str) -> None:
    headers = (await light_server.client.get(path)).headers
    policy = {part.strip() for part in headers["content-security-policy"].split(";")}
    assert {
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    } <= policy
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"]
    assert headers["x-request-id"]
