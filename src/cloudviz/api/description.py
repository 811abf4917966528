"""What ``/openapi.json`` says beyond what the routes say themselves: the errors that every operation can give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from cloudviz.api.errors import MEDIA_TYPE
from cloudviz.api.schemas.base import Problem

_MEANING = {
    "400": "The input cannot be understood.",
    "401": "No valid access token.",
    "403": "The role is missing.",
    "404": "There is no such thing.",
    "408": "The body did not arrive in time.",
    "409": "The present state does not allow it.",
    "413": "The body is over its limit.",
    "414": "The address is too long.",
    "415": "The body has the wrong type.",
    "416": "The file has no such part; `Content-Range` tells its size.",
    "422": "A value is not acceptable; `errors` says which.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
    "500": "A defect of ours, logged under the request id.",
    "501": "Not in this release.",
    "502": "The cloud refused or could not be reached.",
    "503": "A needed part is not available.",
    "504": "The answer took longer than the server waits.",
}


def refuses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: the refusals of its own, besides those that go with its role and its input."""
    return {status: {"description": _MEANING[str(status)]} for status in statuses}


def install(app: FastAPI) -> None:
    """Complete the description when it is first asked for."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = complete  # type: ignore[method-assign]  # the documented way to extend it


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components["responses"] = {
        f"Problem{status}": {
            "description": meaning,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, meaning in _MEANING.items()
    }
    document["servers"] = [{"url": "/", "description": "The server that this description comes from."}]
    used: set[str] = set()
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
            used |= operation["responses"].keys()
    components["responses"] = {
        name: each for name, each in components["responses"].items() if name.removeprefix("Problem") in used
    }
    return document


def _complete(operation: dict[str, Any]) -> None:
    responses: dict[str, Any] = operation["responses"]
    expected = {status for status in responses if status[:1] in "45"} | {"400", "500", "503"}
    role = _role(operation)
    operation["x-cloudviz-role"] = role
    if role != "public":
        expected |= {"401", "403"}
    else:
        operation["security"] = []  # said, so that nobody takes it for forgotten
    if "health" not in operation["tags"]:
        expected |= {"429", "504"}
    if "requestBody" in operation:
        expected |= {"408", "413", "422"}
    if "parameters" in operation:
        expected |= {"414", "422"}
    for status in sorted(expected):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}


def _role(operation: Mapping[str, Any]) -> str:
    """The role that a route's signature asks for; ``public`` when it asks for none."""
    for requirement in operation.get("security", ()):
        for words in requirement.values():
            if words:
                return str(words[0])
    return "public"
